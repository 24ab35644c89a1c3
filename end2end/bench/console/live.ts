import type { BrowserContext, Page } from "@playwright/test";
import { decide, decideInside, inTurn, taskTime } from "../../support/cost.ts";
import { type Figure, median, middle, quantile, time } from "../../support/figures.ts";
import { ConsumersPage, PATH, expect } from "../../support/test.ts";

/** Events whose cost is measured, and how often. */
const EVENTS = 100;
const ROUNDS = 3;
/** Pages that are open in each browser, and changes that they see. */
const PAGES = 10;
const CHANGES = 50;

/** What all tasks of the page take for one event, beyond what they take while nothing happens. */
export async function eventCost(consumers: ConsumersPage): Promise<Figure[]> {
  const { page } = consumers;
  await page.goto(PATH);
  await consumers.expectLive();
  await consumers.pointAway();
  const key = await consumers.keyOf(consumers.rows.first());
  const spent = await taskTime(page);
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const atRest = await spent();
    await page.waitForTimeout(1_000);
    const perMillisecond = ((await spent()) - atRest) / 1_000;
    const [began, before] = [performance.now(), await spent()];
    for (let event = 0; event < EVENTS; event++) await decide(page, key, inTurn(event));
    await expect(consumers.rowOfKey(key)).toContainText("Approved");
    costs.push(((await spent()) - before - perMillisecond * (performance.now() - began)) / EVENTS);
  }
  return [middle("an event, all tasks of the page", costs, { atMost: 2 })];
}

/** From the answer to a change until its word is in every page of several browsers; only those in front are painted at once. */
export async function liveUpdates(contexts: BrowserContext[]): Promise<Figure[]> {
  const pages: Page[] = [];
  for (const context of contexts) {
    for (let n = 0; n < PAGES; n++) {
      const page = await context.newPage();
      await page.goto(PATH);
      await new ConsumersPage(page).expectLive();
      pages.push(page);
    }
  }
  const [first] = pages as [Page];
  const consumers = new ConsumersPage(first);
  const key = await consumers.keyOf(consumers.rows.first());
  for (const page of pages) await page.evaluate((key) => window.bench.watchStatus(key), key);
  const took: number[] = [];
  const last: number[] = [];
  for (let change = 0; change < CHANGES; change++) {
    const painted = Promise.all(pages.map((page) => page.evaluate((number) => window.bench.status(number), change + 1)));
    const answered = await decideInside(first, key, inTurn(change));
    const seen = await painted;
    const word = inTurn(change) === "approve" ? "Approved" : "Disapproved";
    expect(seen.map(({ word }) => word)).toEqual(pages.map(() => word));
    const times = seen.map(({ at }) => at - answered);
    took.push(...times);
    last.push(Math.max(...times));
  }
  for (const context of contexts) await context.close();
  const where = `${pages.length} pages of ${contexts.length} browsers`;
  return [
    middle(`from an answered change until it is in ${where}`, took),
    time("the last of these pages, p50", median(last)),
    time("the last of these pages, p99", quantile(last, 0.99), { atMost: 100 }),
  ];
}
