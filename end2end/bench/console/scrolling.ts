import type { Page } from "@playwright/test";
import { type Figure, count, time } from "../../support/figures.ts";
import type { Frames } from "../../support/in-page.ts";
import { twoFrames } from "../../support/look.ts";
import { type ConsumersPage, PATH, expect } from "../../support/test.ts";

/** Rows that are scrolled through by wheel, where there are as many. */
const SCROLLED = 2_000;

/** How many elements the document has. */
const elements = (page: Page) => page.evaluate(() => document.querySelectorAll("*").length);

/** Through rows by wheel, then to the middle and to the end by the scroll bar. */
export async function scrolling(consumers: ConsumersPage, size: number): Promise<Figure[]> {
  const { page } = consumers;
  await page.goto(PATH);
  await consumers.expectLive();
  const atTop = await elements(page);
  await page.mouse.move(640, 600);
  await page.mouse.wheel(0, 600);
  await expect.poll(() => page.evaluate(() => window.bench.isRowInMiddle())).toBe(true);
  const watch = async (work: () => Promise<unknown>): Promise<Frames> => {
    await page.evaluate(() => window.bench.watchFrames());
    await work();
    return page.evaluate(() => window.bench.frames());
  };
  const atRest = await watch(() => page.waitForTimeout(2_000));
  const wheel = await watch(async () => {
    const goal = Math.min(SCROLLED, size) + 1;
    for (let turn = 0; (await page.evaluate(() => window.bench.lastInSight())) < goal; turn++) {
      expect(turn, "turns of the wheel").toBeLessThan(1_000);
      for (let step = 0; step < 5; step++) {
        await page.mouse.wheel(0, 400);
        await twoFrames(page);
      }
    }
  });
  const further = await elements(page);
  const drag = async (share: number) => {
    let took = NaN;
    const frames = await watch(async () => (took = await page.evaluate((share) => window.bench.drag(share), share)));
    return { took, frames };
  };
  // From the begin, so that both ways are as long.
  await page.evaluate(() => scrollTo({ top: 600, behavior: "instant" }));
  await expect.poll(async () => consumers.rows.first().getAttribute("aria-rowindex")).toBe("2");
  await expect.poll(() => page.evaluate(() => window.bench.isRowInMiddle())).toBe(true);
  const toMiddle = await drag(0.5);
  const there = await page.evaluate(() => window.bench.lastInSight());
  expect(Math.abs(there - size / 2), "the middle has the rows of the middle").toBeLessThan(400 + size / 100);
  const toEnd = await drag(1);
  await expect(consumers.rows.last()).toHaveAttribute("aria-rowindex", String(size + 1));
  const ways: Array<[string, Frames]> = [
    [`by wheel through ${SCROLLED} rows`, wheel],
    ["dragged to the middle", toMiddle.frames],
    ["dragged to the end", toEnd.frames],
  ];
  return [
    count("elements in the document", atTop, { atMost: 6_000 }),
    count("the same further down", further, { atMost: 6_000 }),
    count("frames over 50 ms in 2 s at rest", atRest.long),
    ...ways.flatMap(([way, frames]) => [
      count(`frames over 50 ms, ${way}`, frames.long, { atMost: 0 }),
      time(`the longest frame, ${way}`, frames.longest),
      count(`tasks over 50 ms, ${way}`, frames.longTasks),
      time(`the longest time without a row, ${way}`, frames.blank, { atMost: 100 }),
    ]),
    time("from the end of the way to the middle until its rows are painted", toMiddle.took),
    time("from the end of the way to the end until its rows are painted", toEnd.took),
  ];
}
