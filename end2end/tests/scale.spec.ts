import type { Page } from "@playwright/test";
import { twoFrames } from "../support/look.ts";
import { type ConsumersPage, PATH, ada, expect, numbered, ready, registerMany, signIn, test } from "../support/test.ts";
import { search, tab } from "../support/toolbar.ts";

// As many as take a moment to store: rows, windows and pages are the same with a million, which the benches have.
const MANY = 3_000;

/** The names of the rows that are in sight, below the bar and the column heads. */
const inSight = (page: Page) =>
  page.evaluate(() => {
    const rows = [...document.querySelectorAll<HTMLElement>("tr[data-key]")];
    const seen = rows.filter((row) => row.getBoundingClientRect().top >= 90 && row.getBoundingClientRect().bottom <= innerHeight);
    return seen.map((row) => row.querySelector("td.name bdi")?.textContent ?? "");
  });

/** The row in the middle of the window, and where it stands. */
const inTheMiddle = (page: Page) =>
  page.evaluate(() => {
    const row = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest("tr[data-key]");
    return { name: row?.querySelector("td.name bdi")?.textContent ?? "", top: row?.getBoundingClientRect().top ?? NaN };
  });

/** How far a row is from where it stood, in pixels. */
const moved = (page: Page, { name, top }: { name: string; top: number }) =>
  page.evaluate(
    ([name, top]) => {
      const row = [...document.querySelectorAll("tr[data-key]")].find((row) => row.querySelector("td.name bdi")?.textContent === name);
      return Math.abs((row?.getBoundingClientRect().top ?? Infinity) - (top as number));
    },
    [name, top],
  );

/** What each row says of its place in the whole table. */
const indexes = (page: Page) => page.locator("tr[data-key]").evaluateAll((rows) => rows.map((row) => Number(row.getAttribute("aria-rowindex"))));

/** The page never holds more rows than this, and what it holds is numbered without a gap. */
async function expectWindow(consumers: ConsumersPage, what: string): Promise<number[]> {
  const { page } = consumers;
  await twoFrames(page);
  const numbers = await indexes(page);
  expect(numbers.length, `rows in the document ${what}`).toBeLessThanOrEqual(130);
  expect(numbers, what).toEqual(numbers.map((_, at) => (numbers[0] as number) + at));
  expect(await page.evaluate(() => document.querySelectorAll("*").length), `elements ${what}`).toBeLessThan(6000);
  return numbers;
}

/** Watches for as long as the page is open whether a frame is painted in which no row is seen. */
async function watchForBlanks(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const seen = window as unknown as { blank: number };
    seen.blank = 0;
    let since: number | undefined;
    const frame = () => {
      const row = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest("tr[data-key]");
      if (row) since = undefined;
      else since ??= performance.now();
      if (since !== undefined) seen.blank = Math.max(seen.blank, performance.now() - since);
      requestAnimationFrame(frame);
    };
    frame();
  });
  return () => page.evaluate(() => (window as unknown as { blank: number }).blank);
}

test(`With ${MANY} consumers the page stays small, and every row is in reach`, async ({ server, consumers }) => {
  test.setTimeout(420_000);
  const { page } = consumers;
  const patience = { timeout: 20_000 };
  // An open page would draw each of them as it is registered.
  await page.goto("about:blank");
  await registerMany(page, numbered(MANY, "App"), server.url);

  await test.step("what comes first is few rows that know how many there are", async () => {
    await consumers.open();
    await consumers.expectLive();
    await expect(consumers.table).toHaveAttribute("aria-rowcount", String(MANY + 1));
    const numbers = await expectWindow(consumers, "at the begin");
    expect(numbers[0], "the heads are the first row").toBe(2);
    await expect(tab(page, "All")).toHaveText("All 3,000");
    await expect(page.getByText(/Show more|Next 48/)).toHaveCount(0);
  });

  await test.step("rows load while one scrolls, before the end is in sight", async () => {
    await page.mouse.move(640, 600);
    await page.mouse.wheel(0, 600);
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(300);
    const blank = await watchForBlanks(page);
    for (let turn = 0; turn < 60; turn++) {
      await page.mouse.wheel(0, 400);
      await twoFrames(page);
    }
    await expect.poll(async () => (await inSight(page)).length).toBeGreaterThan(5);
    const numbers = await expectWindow(consumers, "further down");
    expect(numbers[0], "the first rows were let go").toBeGreaterThan(200);
    expect(await blank(), "the longest time without a row, in ms").toBeLessThan(400);
    const top = await page.evaluate(() => scrollY);
    for (let turn = 0; turn < 70; turn++) {
      await page.mouse.wheel(0, -400);
      await twoFrames(page);
    }
    expect(top).toBeGreaterThan(10_000);
    await expect.poll(async () => (await indexes(page))[0]).toBe(2);
    await expectWindow(consumers, "back at the begin");
  });

  await test.step("End and Home lead to the last and the first row", async () => {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.keyboard.press("End");
    await expect(consumers.row("App 01")).toBeInViewport(patience);
    const numbers = await expectWindow(consumers, "at the end");
    expect(numbers.at(-1)).toBe(MANY + 1);
    await page.keyboard.press("Home");
    await expect.poll(async () => (await indexes(page))[0], patience).toBe(2);
  });

  await test.step("the scroll bar leads into the middle, where the rows know their numbers", async () => {
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight / 2));
    await expect.poll(async () => (await inSight(page)).length, patience).toBeGreaterThan(5);
    const numbers = await expectWindow(consumers, "in the middle");
    expect(Math.abs((numbers[0] as number) - MANY / 2)).toBeLessThan(400);
  });

  await test.step("a change far away moves nothing in sight, and the numbers stay true", async () => {
    await page.mouse.move(1, 1);
    const before = await inSight(page);
    const first = (await indexes(page))[0] as number;
    const newest = await server.register("Newest");
    await expect(consumers.table).toHaveAttribute("aria-rowcount", String(MANY + 2));
    await expect.poll(async () => (await indexes(page))[0]).toBe(first + 1);
    expect(await inSight(page)).toEqual(before);
    await server.remove(newest);
    await expect(consumers.table).toHaveAttribute("aria-rowcount", String(MANY + 1));
    await expect.poll(async () => (await indexes(page))[0]).toBe(first);
    expect(await inSight(page)).toEqual(before);
  });

  await test.step("a change of a row far down shows in it", async () => {
    const row = consumers.rows.nth(60);
    const key = await consumers.keyOf(row);
    await server.approve(key);
    await expect(consumers.rowOfKey(key)).toContainText("Approved");
    await expect(tab(page, "Approved")).toHaveText("Approved 1");
  });

  await test.step("the browser's back button finds the place again", async () => {
    const before = await inTheMiddle(page);
    // Longer than the page waits before it notes the place.
    await expect.poll(() => page.evaluate(() => history.state as string | null)).toMatch(/^\d+ -?\d+ \S+$/);
    await search(page).evaluate((field: HTMLElement) => field.focus({ preventScroll: true }));
    await tab(page, "Disapproved").evaluate((link: HTMLElement) => link.click());
    await expect(page.getByText("No consumer matches Disapproved.")).toBeVisible();
    await page.goBack();
    await expect.poll(() => moved(page, before), patience).toBeLessThanOrEqual(2);
    await page.goto("about:blank");
    await page.goBack();
    await ready(page);
    await expect.poll(() => moved(page, before), patience).toBeLessThanOrEqual(2);
  });

  await test.step("a search finds one of them, and its end shows them all again", async () => {
    await page.evaluate(() => scrollTo(0, 0));
    await search(page).fill("App 2999");
    await expect(consumers.rows).toHaveCount(1);
    await expect(consumers.table).toHaveAttribute("aria-rowcount", "2");
    await search(page).press("Escape");
    await expect(consumers.table).toHaveAttribute("aria-rowcount", String(MANY + 1));
    await expectWindow(consumers, "after a search");
  });
});

test("The page loads again at the place where it was left", async ({ server, page }) => {
  test.setTimeout(120_000);
  await page.goto(PATH);
  await signIn(page, ada);
  await registerMany(page, numbered(400, "App"), server.url);
  await page.reload();
  await ready(page);
  await page.evaluate(() => scrollTo(0, 9_000));
  await expect.poll(async () => (await inSight(page)).length).toBeGreaterThan(5);
  await expect.poll(() => page.evaluate(() => history.state as string | null)).toMatch(/^\d+ -?\d+ \S+$/);
  const before = await inTheMiddle(page);
  await page.reload();
  await ready(page);
  await expect.poll(() => moved(page, before)).toBeLessThanOrEqual(2);
});
