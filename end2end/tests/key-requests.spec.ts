import type { Page } from "@playwright/test";
import { ConsumersPage, type Latchkey, SECRET, ada, expect, ready, signIn, test } from "../support/test.ts";

const NAME = "Requirements sync";

/** What a friend's server posts; its consumer's key. */
async function askForKey(server: Latchkey, name: string): Promise<string> {
  const body = JSON.stringify({ name, secret: SECRET });
  const answer = await fetch(`${server.url}/oauth/requestKey`, { method: "POST", body });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { key: string }).key;
}

/** Where a friend's server sends its administrator afterwards. */
const approveUrl = (key: string) => `/oauth/approveKey?key=${key}`;

async function approve(page: Page, key: string): Promise<void> {
  const consumers = new ConsumersPage(page);
  const dialog = consumers.dialog("Approve consumer key");
  await expect(dialog).toBeVisible();
  await expect(dialog).toContainText(NAME);
  await expect(dialog).toContainText(key);
  await consumers.confirmation("Approve consumer key").click();
  await expect(dialog).toHaveCount(0);
  await expect(consumers.rowOfKey(key)).toContainText("Approved");
}

test.describe("The link to a requested key", () => {
  test("opens its approve dialog, and approving makes its row Approved", async ({ server, consumers }) => {
    const { page } = consumers;
    const [other, key] = [await askForKey(server, "Another"), await askForKey(server, NAME)];
    await page.goto(approveUrl(key));
    await approve(page, key);
    await expect(consumers.rowOfKey(other)).toContainText("Pending");
    expect((await server.show(key)).status).toBe("approved");
  });

  test("leads through signing in", async ({ server, page }) => {
    const key = await askForKey(server, NAME);
    await page.goto(approveUrl(key));
    await expect(page).toHaveURL(/\/sign-in\?next=/);
    await signIn(page, ada);
    await ready(page);
    expect(new URL(page.url()).pathname).toBe("/oauth/approveKey");
    await approve(page, key);
  });

  test("asks nothing once the key is approved, and nothing is decided by following it", async ({ server, consumers }) => {
    const { page } = consumers;
    const key = await askForKey(server, NAME);
    await page.goto(approveUrl(key));
    await expect(consumers.dialog("Approve consumer key")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(consumers.rowOfKey(key)).toContainText("Pending");
    await server.approve(key);
    await expect(consumers.rowOfKey(key)).toContainText("Approved");
    await page.reload();
    await ready(page);
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });
});

test.describe("A request for a key", () => {
  test("says where from, how often and when it ends, and counts on an open page", async ({ server, consumers }) => {
    const key = await askForKey(server, NAME);
    const row = consumers.rowOfKey(key);
    await expect(row).toContainText("from 127.0.0.1");
    await expect(row).toContainText(/fingerprint [0-9a-f]{4} [0-9a-f]{4}/);
    await expect(row).toContainText(/ends by itself on \d+ \w+ \d{4} if undecided/);
    await expect(row).not.toContainText("×");
    expect(await askForKey(server, NAME)).toBe(key);
    await expect(row).toContainText("×2");
    await server.approve(key);
    await expect(row).toContainText("Approved");
    await expect(row).not.toContainText("ends by itself");
  });

  test("is removed with all others from its address, which the dialog counts", async ({ server, consumers }) => {
    const { page } = consumers;
    const keys = [];
    for (const name of ["First", "Second", "Third"]) keys.push(await askForKey(server, name));
    const decided = await askForKey(server, "Decided");
    await server.approve(decided);
    await expect(consumers.rowOfKey(decided)).toContainText("Approved");
    await consumers.openMenu("Decided");
    await expect(page.getByRole("menuitem", { name: "Remove all requests from this address" })).toHaveCount(0);
    await page.keyboard.press("Escape");
    await consumers.openMenu("Second");
    await page.getByRole("menuitem", { name: "Remove all requests from this address", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Remove all requests from this address", exact: true });
    await expect(dialog).toContainText("127.0.0.1");
    await expect(dialog).toContainText("They are 3 requests.");
    await dialog.getByRole("button", { name: "Remove all", exact: true }).click();
    await expect(dialog).toHaveCount(0);
    for (const key of keys) await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await expect(consumers.rowOfKey(decided)).toHaveCount(1);
    await expect(consumers.tableHeading).toBeFocused();
  });
});

test.describe("A name that a stranger chose", () => {
  // It ends what keeps it apart and turns what follows; in the end it is written from right to left.
  const NAME = "Sync\u2069\u202e(devorppA) מזהה";
  const SHOWN = "Sync(devorppA) מזהה";

  test("does not bend the words beside it: in the row, its menu, the dialogs and the messages", async ({ server, consumers }) => {
    const { page } = consumers;
    const key = await askForKey(server, NAME);
    const row = consumers.rowOfKey(key);
    await expect(row.locator("bdi")).toHaveText(SHOWN);
    await expect(row.locator("bdi")).toHaveCSS("unicode-bidi", "isolate");
    await expect(row.getByRole("button", { name: `Actions for ${SHOWN}`, exact: true })).toBeVisible();
    await expect(row.getByRole("button", { name: "Copy consumer key", exact: true })).toHaveAccessibleDescription(SHOWN);
    await consumers.openMenu(SHOWN);
    await expect(consumers.menu).toHaveAccessibleName(`Actions for ${SHOWN}`);
    await page.keyboard.press("Escape");

    for (const entry of ["Approve", "Disapprove", "Remove"] as const) {
      const dialog = await consumers.choose(SHOWN, entry);
      await expect(dialog.locator("bdi")).toHaveText(SHOWN);
      expect(await standsBefore(page, "dialog bdi", " will be"), entry).toBe(true);
      await page.keyboard.press("Escape");
    }

    // What is saved is the name as it was given: it is not changed by looking at it.
    await consumers.choose(SHOWN, "Edit");
    await consumers.confirmation("Edit consumer").click();
    await expect(consumers.said(`Saved ${SHOWN}.`)).toBeVisible();
    expect((await server.show(key)).name).toBe(NAME);
  });

  test("does not bend the message about registering it", async ({ consumers }) => {
    await consumers.fillIn(NAME);
    await consumers.registerButton.click();
    await expect(consumers.said(`${SHOWN} is registered.`)).toBeVisible();
    expect(await standsBefore(consumers.page, ".registered bdi", " is registered")).toBe(true);
  });
});

/** Whether the words of the paragraph are painted behind the name, as one reads from left to right. */
async function standsBefore(page: Page, name: string, words: string): Promise<boolean> {
  return page.locator(name).evaluate((name, words) => {
    const paragraph = name.closest("p") as HTMLElement;
    const text = [...paragraph.childNodes].find((node) => node.textContent?.startsWith(words));
    if (!text) throw new Error(`no text ${words} in ${paragraph.outerHTML}`);
    const range = document.createRange();
    range.setStart(text, 0);
    range.setEnd(text, words.length);
    return range.getBoundingClientRect().left >= name.getBoundingClientRect().right - 1;
  }, words);
}
