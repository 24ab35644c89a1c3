import { type BrowserContext, type Page, expect } from "@playwright/test";
import { ConsumersPage, PATH, signIn } from "./consumers-page.ts";
import { ada } from "./server.ts";

/** Holds the page's module back until it is let go. */
export async function holdModule(within: Pick<BrowserContext, "route">): Promise<() => void> {
  let letGo = () => {};
  const gate = new Promise<void>((open) => (letGo = open));
  await within.route(/\.wasm$/, async (route) => {
    await gate;
    await route.continue();
  });
  return letGo;
}

/** Opens the page, signed in as ada, as the server rendered it: its module waits. */
export async function openRendered(page: Page): Promise<ConsumersPage> {
  await page.goto(PATH);
  await signIn(page, ada);
  await page.waitForURL(`**${PATH}`, { waitUntil: "commit" });
  const consumers = new ConsumersPage(page);
  await expect(consumers.tableHeading).toBeVisible();
  return consumers;
}
