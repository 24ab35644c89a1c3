import type { Page } from "@playwright/test";
import { decide, taskTime } from "../support/cost.ts";
import { ms, print } from "../support/figures.ts";
import { ConsumersPage, expect, numbered, registerMany, test } from "../support/test.ts";

/** How many events are measured at each number of rows. */
const EVENTS = 100;

/** The longest time between two frames while something goes on. */
async function longestFrame(page: Page, work: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const seen = window as unknown as { longest: number };
    seen.longest = 0;
    let last = performance.now();
    const frame = () => {
      const now = performance.now();
      seen.longest = Math.max(seen.longest, now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  await work();
  return page.evaluate(() => (window as unknown as { longest: number }).longest);
}

for (const rows of [100, 1000]) {
  test(`what an event costs the page with ${rows} rows, and the longest frame while 200 come`, async ({ consumers, server }) => {
    const { page } = consumers;
    // An open page would draw each of them as it is registered.
    await page.goto("about:blank");
    await registerMany(page, numbered(rows), server.url);
    await consumers.open();
    await expect(consumers.table).toHaveAttribute("aria-rowcount", String(rows + 1));
    await consumers.expectLive();
    const key = await consumers.keyOf(consumers.rows.first());
    const spent = await taskTime(page);
    const idle = await spent();
    await page.waitForTimeout(1000);
    const perSecond = (await spent()) - idle;
    const began = Date.now();
    const before = await spent();
    for (let event = 0; event < EVENTS; event++) await decide(page, key, event % 2 === 0 ? "approve" : "disapprove");
    await expect(consumers.rowOfKey(key)).toContainText("Disapproved");
    const all = (await spent()) - before - (perSecond * (Date.now() - began)) / 1000;
    const longest = await longestFrame(page, async () => {
      await registerMany(page, numbered(200, "Registered by a script"));
      await expect(new ConsumersPage(page).table).toHaveAttribute("aria-rowcount", String(rows + 201), { timeout: 60_000 });
    });
    print(`Events in a table of ${rows} rows`, [
      ["", "time", "aim"],
      ["one event, all tasks of the page", ms(all / EVENTS), "at most 2 ms"],
      ["the longest frame while 200 are registered", ms(longest), "at most 50 ms"],
    ]);
  });
}
