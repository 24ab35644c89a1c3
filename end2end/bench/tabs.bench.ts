import { readFileSync } from "node:fs";
import { decideInside, inTurn } from "../support/cost.ts";
import { type Figure, compare, conditions, count, median, middle, quantile, time } from "../support/figures.ts";
import { prepare } from "../support/in-page.ts";
import { noteStreams, openStreams } from "../support/tabs.ts";
import { ConsumersPage, type Latchkey, PATH, PRELOADED_LONG_AGO, ada, expect, numbered, openConsumers, test } from "../support/test.ts";

/** More than the six connections that a browser keeps to a server. */
const TABS = 10;
const NAME = "Requirements sync";
/** Changes that all tabs see, and clicks in the last one; as many approve as disapprove. */
const CHANGES = 50;
const CLICKS = 20;

const where = conditions();

/** How many connections a server holds, by Linux's account. */
function connections(server: Latchkey): number {
  const local = `:${Number(new URL(server.url).port).toString(16).toUpperCase().padStart(4, "0")}`;
  const lines = readFileSync("/proc/net/tcp", "utf8").trim().split("\n").slice(1);
  return lines.map((line) => line.trim().split(/\s+/)).filter(([, address, , state]) => address?.endsWith(local) && state === "01").length;
}

test(`${TABS} tabs of one browser beside a single one`, async ({ server, browser, baseURL, complaints }) => {
  complaints.expect(PRELOADED_LONG_AGO);
  // By the command line: another program's connections would be counted as well.
  for (const name of numbered(40)) await server.register(name);
  const key = await server.register(NAME, "approved");
  const signedIn = await browser.newContext({ baseURL });
  await openConsumers(await signedIn.newPage(), ada);
  const storageState = await signedIn.storageState();
  await signedIn.close();
  const measured: Array<{ size: number; figures: Figure[] }> = [];
  for (const size of [1, TABS]) {
    await expect.poll(() => connections(server), "connections of before are closed").toBe(0);
    const context = await browser.newContext({ baseURL, storageState });
    complaints.watch(context);
    await context.addInitScript(prepare);
    await context.addInitScript(noteStreams);
    const tabs: ConsumersPage[] = [];
    for (let n = 0; n < size; n++) {
      const page = await context.newPage();
      await page.goto(PATH);
      const tab = new ConsumersPage(page);
      await tab.expectLive();
      await tab.pointAway();
      await page.evaluate((key) => window.bench.watchStatus(key), key);
      tabs.push(tab);
    }
    const streams = async () => {
      const each = await Promise.all(tabs.map(({ page }) => page.evaluate(openStreams)));
      return each.reduce((sum, count) => sum + count, 0);
    };
    await expect.poll(streams).toBe(1);
    const held = connections(server);
    const [first, last] = [tabs[0], tabs.at(-1)] as [ConsumersPage, ConsumersPage];

    const took: number[] = [];
    const slowest: number[] = [];
    for (let change = 0; change < CHANGES; change++) {
      const painted = Promise.all(tabs.map(({ page }) => page.evaluate((number) => window.bench.status(number), change + 1)));
      const answered = await decideInside(first.page, key, inTurn(change));
      const times = (await painted).map(({ at }) => at - answered);
      took.push(...times);
      slowest.push(Math.max(...times));
    }

    await last.page.evaluate(() => window.bench.watchDialogs());
    const clicks: number[] = [];
    for (let click = 0; click < CLICKS; click++) {
      await last.confirm(NAME, click % 2 === 0 ? "Disapprove" : "Approve");
      clicks.push(await last.page.evaluate((number) => window.bench.closed(number), click + 1));
    }
    await context.close();
    measured.push({
      size,
      figures: [
        count("event streams of all tabs", 1),
        count("connections that the server holds for the browser", held),
        middle("from an answered change until it is in each tab", took),
        time("the last of the tabs, p50", median(slowest)),
        time("the last of the tabs, p99", quantile(slowest, 0.99), { atMost: 100 }),
        middle("from a click in the last tab until its dialog is closed", clicks),
      ],
    });
  }
  compare(`Tabs of one browser on ${where}`, "tab", measured);
});
