import type { BrowserContext } from "@playwright/test";
import { countStreams, setHidden } from "../support/tabs.ts";
import {
  ConsumersPage,
  PATH,
  PRELOADED_LONG_AGO,
  SERVER_AWAY,
  ada,
  expect,
  holdModule,
  openConsumers,
  ready,
  refused,
  signIn,
  signOut,
  test,
} from "../support/test.ts";

/** More than the six connections that a browser keeps to a server. */
const TABS = 10;

interface Tab {
  consumers: ConsumersPage;
  streams: () => Promise<number>;
}

/** A further tab of the same browser. */
async function open(context: BrowserContext): Promise<Tab> {
  const page = await context.newPage();
  const streams = await countStreams(page);
  await page.goto(PATH);
  if (page.url().includes("/sign-in")) {
    await signIn(page, ada);
    await page.waitForURL(`**${PATH}`);
  }
  await ready(page);
  const consumers = new ConsumersPage(page);
  await consumers.pointAway();
  return { consumers, streams };
}

async function openMany(context: BrowserContext, count: number): Promise<Tab[]> {
  const tabs: Tab[] = [];
  for (let n = 0; n < count; n++) tabs.push(await open(context));
  for (const { consumers } of tabs) await consumers.expectLive();
  return tabs;
}

/** How many streams all the tabs have open. */
const openStreams = async (tabs: Tab[]) => (await Promise.all(tabs.map((tab) => tab.streams()))).reduce((sum, count) => sum + count, 0);

test.describe("All tabs of a browser share one stream", () => {
  test("ten tabs are Live over one, and each can approve and sign out", async ({ server, context, complaints }) => {
    test.setTimeout(180_000);
    complaints.expect(refused(401), SERVER_AWAY);
    const key = await server.register("Requirements sync");
    const tabs = await openMany(context, TABS);
    await expect.poll(() => openStreams(tabs), { timeout: 30_000 }).toBe(1);
    const last = (tabs.at(-1) as Tab).consumers;
    await last.confirm("Requirements sync", "Approve");
    await (tabs[0] as Tab).consumers.confirm("Requirements sync", "Disapprove");
    for (const { consumers } of tabs) await expect(consumers.rowOfKey(key)).toContainText("Disapproved");
    // The focus is on a row where one was decided; a new one would wait there.
    for (const { consumers } of tabs) await consumers.heading.click();
    const made = await server.register("Made by the command line");
    for (const { consumers } of tabs) await expect(consumers.rowOfKey(made)).toBeVisible();
    await signOut(last.page);
    await expect(last.page).toHaveURL(/\/sign-in/);
    for (const { consumers } of tabs.slice(0, -1)) await expect(consumers.sign).toHaveText("Signed out", { timeout: 30_000 });
  });

  test("when the tab that has it is closed, another takes it, and nothing is missed", async ({ server, context }) => {
    const tabs = await openMany(context, 3);
    await expect.poll(() => openStreams(tabs)).toBe(1);
    const leads: boolean[] = await Promise.all(tabs.map(async ({ streams }) => (await streams()) === 1));
    const leader = tabs[leads.indexOf(true)] as Tab;
    const others = tabs.filter((tab) => tab !== leader);
    await leader.consumers.page.close();
    const key = await server.register("Made meanwhile");
    for (const { consumers } of others) {
      await expect(consumers.rowOfKey(key)).toBeVisible();
      await consumers.expectLive();
    }
    await expect.poll(() => openStreams(others)).toBe(1);
  });

  test("a tab that comes later gets what happened since its page was made", async ({ server, context, complaints }) => {
    const [first] = await openMany(context, 1);
    // Its page is made, and its script waits.
    complaints.expect(PRELOADED_LONG_AGO);
    const page = await context.newPage();
    const letGo = await holdModule(page);
    await page.goto(PATH, { waitUntil: "commit" });
    const late = new ConsumersPage(page);
    await expect(late.tableHeading).toBeVisible();
    const key = await server.register("Made meanwhile");
    await expect((first as Tab).consumers.rowOfKey(key)).toBeVisible();
    letGo();
    await late.expectLive();
    await expect(late.rowOfKey(key)).toBeVisible();
  });

  test("after the server was away all tabs are right again by themselves", async ({ server, context, complaints }) => {
    complaints.expect(SERVER_AWAY);
    const tabs = await openMany(context, 3);
    await server.stop();
    for (const { consumers } of tabs) await expect(consumers.sign).toHaveText("Reconnecting…");
    const key = await server.register("Made meanwhile");
    await server.start();
    for (const { consumers } of tabs) {
      await consumers.expectLive();
      await expect(consumers.rowOfKey(key)).toBeVisible();
    }
  });
});

test("A tab that is hidden for a minute lets its stream go, and is right again when it is seen", async ({ page, server }) => {
  await page.clock.install();
  const streams = await countStreams(page);
  const consumers = await openConsumers(page, ada);
  await consumers.expectLive();
  expect(await streams()).toBe(1);
  await setHidden(page, true);
  await page.clock.fastForward("00:50");
  // Ten seconds before the minute is over.
  await expect.poll(streams).toBe(1);
  await page.clock.fastForward("00:11");
  await expect.poll(streams).toBe(0);
  const key = await server.register("Made meanwhile");
  await expect(consumers.rowOfKey(key)).toHaveCount(0);
  await setHidden(page, false);
  await consumers.expectLive();
  await expect(consumers.rowOfKey(key)).toBeVisible();
});
