// What an administrator does every day, in the other engine.
import type { Browser } from "puppeteer-core";
import { FirefoxPage, findFirefox, startFirefox } from "../support/firefox.ts";
import { PATH, SECRET, ada, test as base, expect } from "../support/test.ts";

const installed = findFirefox();

const test = base.extend<{ firefox: Browser }>({
  firefox: async ({}, use) => {
    const firefox = await startFirefox(installed as string);
    try {
      await use(firefox);
    } finally {
      await firefox.close();
    }
  },
});

test.skip(installed === undefined, "No Firefox is installed here: apt-get install firefox-esr");

test("in Firefox an administrator signs in, registers a consumer and approves it, without a reload", async ({ firefox, server }) => {
  const tab = await FirefoxPage.open(firefox, server.url + PATH);
  await tab.signIn(ada);
  await tab.page.evaluate(() => ((window as unknown as { mark: boolean }).mark = true));

  await tab.fill("Consumer name", "From Firefox");
  await tab.fill("Consumer secret", SECRET);
  await tab.fill("Re-type consumer secret", SECRET);
  await tab.press("Register");
  await tab.row("From Firefox", "Pending");

  await tab.press("Actions for From Firefox");
  await tab.press("Approve", "menuitem");
  await tab.press("Approve", "button", "dialog");
  await tab.row("From Firefox", "Approved");

  const [consumer] = await server.list();
  expect(consumer).toMatchObject({ name: "From Firefox", status: "approved", created_by: ada.username });
  expect(await tab.page.evaluate(() => (window as unknown as { mark?: boolean }).mark)).toBe(true);
});

test("in Firefox a change by the command line shows in all of eight tabs, which share one stream", async ({ firefox, server }) => {
  const key = await server.register("Seen everywhere");
  const first = await FirefoxPage.open(firefox, server.url + PATH);
  await first.signIn(ada);
  const tabs = [first];
  while (tabs.length < 8) {
    const tab = await FirefoxPage.open(firefox, server.url + PATH);
    await tab.ready();
    tabs.push(tab);
  }
  for (const tab of tabs) await tab.sign("Live");
  await server.approve(key);
  for (const tab of tabs) await tab.row("Seen everywhere", "Approved");
  const streams = await Promise.all(tabs.map((tab) => tab.streams()));
  expect(streams.reduce((sum, open) => sum + open)).toBe(1);
});

test("in Firefox the page is live again by itself after the server was away", async ({ firefox, server }) => {
  const tab = await FirefoxPage.open(firefox, server.url + PATH);
  await tab.signIn(ada);
  await tab.sign("Live");
  await server.kill();
  await tab.sign("Reconnecting…");
  await server.start();
  await server.register("After the break");
  await tab.row("After the break", "Pending");
  await tab.sign("Live");
});
