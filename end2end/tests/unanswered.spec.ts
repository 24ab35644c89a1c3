import type { Page } from "@playwright/test";
import { type ConsumersPage, type Latchkey, SERVER_AWAY, ada, expect, numbered, openConsumers, registerMany, test } from "../support/test.ts";
import { search } from "../support/toolbar.ts";

const MANY = 300;
const ABORTED = /net::ERR_FAILED/;

/** The page, with more rows than it has loaded. */
async function openMany(page: Page, server: Latchkey): Promise<ConsumersPage> {
  const consumers = await openConsumers(page, ada);
  // An open page would draw each of them as it is registered.
  await page.goto("about:blank");
  await registerMany(page, numbered(MANY, "App"), server.url);
  await consumers.open();
  await consumers.expectLive();
  return consumers;
}

/** Scrolls to where no row is loaded. */
const toEnd = (page: Page) => page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));

test("Rows that the server was away for come by themselves once the page is live again", async ({ server, page, complaints }) => {
  complaints.expect(SERVER_AWAY);
  const consumers = await openMany(page, server);
  await server.stop();
  await expect(consumers.sign).toHaveText("Reconnecting…");
  await toEnd(page);
  await expect(consumers.said("These rows could not be loaded.")).toBeVisible();
  await expect(consumers.row("App 01")).toHaveCount(0);
  await server.start();
  await consumers.expectLive();
  await expect(consumers.row("App 01")).toBeInViewport();
});

test.describe("What is not answered is asked for again after ten seconds, and the sign does not say Live until then", () => {
  test("rows that come into sight", async ({ server, page, complaints }) => {
    complaints.expect(ABORTED);
    await page.clock.install();
    const consumers = await openMany(page, server);
    await page.route("**/api/page/rows", (route) => route.abort());
    await toEnd(page);
    await expect(consumers.said("These rows could not be loaded.")).toBeVisible();
    await expect(consumers.sign).toHaveText("Reconnecting…");
    await page.unroute("**/api/page/rows");
    await page.clock.fastForward("00:11");
    await expect(consumers.row("App 01")).toBeInViewport();
    await consumers.expectLive();
  });

  test("a search", async ({ server, page, complaints }) => {
    complaints.expect(ABORTED);
    await page.clock.install();
    const consumers = await openMany(page, server);
    await page.route("**/api/page/rows", (route) => route.abort());
    await search(page).fill(`App ${MANY}`);
    await expect(consumers.said("These rows could not be loaded.")).toBeVisible();
    await expect(consumers.sign).toHaveText("Reconnecting…");
    await page.unroute("**/api/page/rows");
    await page.clock.fastForward("00:11");
    await expect(consumers.said("1 found")).toHaveCount(1);
    await expect(consumers.rows).toHaveCount(1);
    await consumers.expectLive();
  });

  test("the number of rows", async ({ server, page, complaints }) => {
    complaints.expect(ABORTED);
    await page.clock.install();
    const consumers = await openMany(page, server);
    await page.route("**/api/page/counts", (route) => route.abort());
    await search(page).fill("App");
    await expect(consumers.table).toHaveAttribute("aria-rowcount", "-1");
    await expect(consumers.sign).toHaveText("Reconnecting…");
    await page.unroute("**/api/page/counts");
    await page.clock.fastForward("00:11");
    await expect(consumers.table).toHaveAttribute("aria-rowcount", String(MANY + 1));
    await consumers.expectLive();
  });
});

test("Rows that are not wanted any more leave no sign behind", async ({ server, page, complaints }) => {
  complaints.expect(ABORTED);
  const consumers = await openMany(page, server);
  await page.route("**/api/page/rows", (route) => route.abort());
  await toEnd(page);
  await expect(consumers.sign).toHaveText("Reconnecting…");
  await page.evaluate(() => scrollTo(0, 0));
  await consumers.expectLive();
});
