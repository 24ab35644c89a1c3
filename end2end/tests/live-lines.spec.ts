// How what is done comes to Users and Activity: over one stream for all of these pages of a browser.
import type { Page } from "@playwright/test";
import { countStreams, setHidden } from "../support/tabs.ts";
import { ada, expect, grace, signIn, test } from "../support/test.ts";

const ACTIVITY = "/settings/activity";
const USERS = "/settings/users";

const rows = (page: Page, table: string) => page.getByRole("table", { name: table }).locator("tbody").getByRole("row");

/** Runs in the page before all else: it has no timers but short ones, so that it never asks only because time has passed. */
function withoutLongTimers(): void {
  const native = window.setTimeout;
  window.setTimeout = ((then: () => void, ms?: number) => ((ms ?? 0) >= 1_000 ? 0 : native(then, ms))) as typeof setTimeout;
}

/** Opens a page of Settings, as ada where nobody is signed in, and waits until it is live. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  if (page.url().includes("/sign-in")) await signIn(page, ada);
  // On lines of a page that cannot scroll, the pointer would have new ones wait.
  await page.mouse.move(1, 1);
  await expect(page.locator("[data-live]")).toHaveText("Live");
}

test("what anybody does shows at once, and no page waits until it asks again", async ({ server, page, browser, baseURL }) => {
  const users = await page.context().newPage();
  for (const tab of [page, users]) await tab.addInitScript(withoutLongTimers);
  await open(page, ACTIVITY);
  await open(users, USERS);
  await server.addUser(grace, false);
  await expect(rows(page, "Activity").first()).toContainText("User added: grace");
  await expect(rows(users, "Users")).toHaveCount(2);
  const elsewhere = await browser.newPage({ baseURL });
  await elsewhere.goto("/account/sessions");
  await signIn(elsewhere, grace);
  await expect(rows(page, "Activity").first()).toContainText("Signed in");
  await expect(rows(users, "Users").filter({ hasText: "grace" }).getByRole("cell").nth(4)).toHaveText("1");
  await elsewhere.close();
  await server.register("Requirements sync");
  await expect(rows(page, "Activity").first()).toContainText("Consumer registered: Requirements sync");
});

test("all pages of a browser share one stream, and when its page is closed, another takes it", async ({ server, page }) => {
  const tabs: { tab: Page; streams: () => Promise<number> }[] = [];
  for (const path of [ACTIVITY, USERS, ACTIVITY]) {
    const tab = tabs.length === 0 ? page : await page.context().newPage();
    await tab.addInitScript(withoutLongTimers);
    const streams = await countStreams(tab);
    await open(tab, path);
    tabs.push({ tab, streams });
  }
  const counts = async () => Promise.all(tabs.map(({ streams }) => streams()));
  const inAll = async () => (await counts()).reduce((sum, count) => sum + count, 0);
  await expect.poll(inAll).toBe(1);
  const leads = (await counts()).indexOf(1);
  const [leader] = tabs.splice(leads, 1);
  await leader?.tab.close();
  await expect.poll(inAll).toBe(1);
  await server.addUser(grace, false);
  for (const { tab } of tabs) await expect(tab.locator("tbody")).toContainText("grace");
});

test("a page that is hidden for a minute lets the stream go, and has it again when it is seen", async ({ server, page }) => {
  await page.clock.install();
  const streams = await countStreams(page);
  await open(page, ACTIVITY);
  await expect.poll(streams).toBe(1);
  await setHidden(page, true);
  await page.clock.fastForward("00:50");
  await expect.poll(streams).toBe(1);
  await page.clock.fastForward("00:11");
  await expect.poll(streams).toBe(0);
  await server.register("Made meanwhile");
  await setHidden(page, false);
  await expect(rows(page, "Activity").first()).toContainText("Made meanwhile");
  await expect.poll(streams).toBe(1);
});

test("what comes moves no row under the pointer", async ({ server, page }) => {
  await page.setViewportSize({ width: 1280, height: 420 });
  for (let n = 0; n < 12; n++) await server.register(`Consumer ${n}`);
  await open(page, ACTIVITY);
  const row = rows(page, "Activity").filter({ hasText: "Consumer 9" });
  const top = async () => (await row.boundingBox())?.y ?? NaN;
  await row.hover();
  const before = await top();
  await server.register("One more");
  await expect(rows(page, "Activity").first()).toContainText("One more");
  expect(Math.abs((await top()) - before)).toBeLessThan(2);
});
