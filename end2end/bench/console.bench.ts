import { type Browser, chromium } from "@playwright/test";
import { type Figure, compare, conditions } from "../support/figures.ts";
import { prepare } from "../support/in-page.ts";
import { PRELOADED_LONG_AGO, expect, test } from "../support/test.ts";
import { keystrokes } from "./console/keystrokes.ts";
import { eventCost, liveUpdates } from "./console/live.ts";
import { opening } from "./console/opening.ts";
import { scrolling } from "./console/scrolling.ts";

/** How many consumers are stored, from few to many. */
const SIZES = (process.env.LATCHKEY_BENCH_CONSUMERS || "100,10000").split(",").map(Number);
if (!SIZES.every((size) => size >= 100)) throw new Error("LATCHKEY_BENCH_CONSUMERS: give numbers from 100 on, with commas between");

const where = conditions();
const measured: Array<{ size: number; figures: Figure[] }> = [];

// A million consumers take some minutes to be made.
test.describe.configure({ timeout: 3_600_000 });
test.afterAll(() => {
  if (measured.length > 0) compare(`The console on ${where}`, "stored", measured);
});

for (const size of SIZES) {
  test.describe(`${size} consumers`, () => {
    test.use({ stored: size });

    test("what the console takes", async ({ consumers, browser, baseURL, viewport, launchOptions, complaints }) => {
      // Twenty pages that are open keep each other waiting.
      complaints.expect(PRELOADED_LONG_AGO);
      await expect(consumers.table).toHaveAttribute("aria-rowcount", String(size + 1));
      const signedIn = consumers.page.context();
      await signedIn.addInitScript(prepare);
      const storageState = await signedIn.storageState();
      const open = async (browser: Browser) => {
        const context = await browser.newContext({ baseURL, viewport, storageState });
        complaints.watch(context);
        await context.addInitScript(prepare);
        return context;
      };
      const leave = async () => {
        // Otherwise the page would come back at the place where it was left.
        await consumers.page.goto("about:blank");
        return consumers;
      };
      const figures = [
        ...(await opening(() => open(browser))),
        ...(await keystrokes(await leave())),
        ...(await scrolling(await leave(), size)),
        ...(await eventCost(await leave())),
      ];
      // It would be one page more.
      await leave();
      const second = await chromium.launch(launchOptions);
      try {
        figures.push(...(await liveUpdates([await open(browser), await open(second)])));
      } finally {
        await second.close();
      }
      measured.push({ size, figures });
    });
  });
}
