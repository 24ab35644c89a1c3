import { twoFrames } from "../support/look.ts";
import { type ConsumersPage, type Entry, expect, numbered, registerMany, test } from "../support/test.ts";

const NAME = "Requirements sync";

async function expectEntries(consumers: ConsumersPage, entries: Entry[]): Promise<void> {
  await expect(consumers.menu.getByRole("menuitem")).toHaveText(entries);
}

test.beforeEach(async ({ server, consumers }) => {
  await server.register("Other", "approved");
  await server.register(NAME);
  await expect(consumers.row(NAME)).toBeVisible();
});

test("The button opens the menu and says that it does", async ({ consumers }) => {
  const button = consumers.actions(NAME);
  await expect(button).toHaveAttribute("aria-haspopup", /^(menu|true)$/);
  await expect(button).not.toHaveAttribute("aria-expanded", "true");
  await consumers.openMenu(NAME);
  await expect(button).toHaveAttribute("aria-expanded", "true");
  await consumers.page.keyboard.press("Escape");
  await expect(consumers.menu).toBeHidden();
  await expect(button).not.toHaveAttribute("aria-expanded", "true");
});

test("The button closes the menu that it opened", async ({ consumers }) => {
  await consumers.openMenu(NAME);
  await consumers.actions(NAME).click();
  await expect(consumers.menu).toHaveCount(0);
  await expect(consumers.actions(NAME)).toHaveAttribute("aria-expanded", "false");
});

test("The menu has the row's name", async ({ consumers }) => {
  await consumers.openMenu(NAME);
  await expect(consumers.menu).toHaveAccessibleName(`Actions for ${NAME}`);
});

test("A right-click opens the menu where the pointer is", async ({ consumers, page }) => {
  const row = await consumers.row(NAME).boundingBox();
  if (!row) throw new Error("no row");
  const at = { x: row.x + row.width / 3, y: row.y + row.height / 2 };
  await page.mouse.click(at.x, at.y, { button: "right" });
  await expect(consumers.entry("Edit")).toBeFocused();
  const menu = await consumers.menu.boundingBox();
  expect(Math.abs((menu?.x ?? 0) - at.x)).toBeLessThan(10);
  expect(Math.abs((menu?.y ?? 0) - at.y)).toBeLessThan(10);
});

test("The entry under the pointer has the focus", async ({ consumers }) => {
  await consumers.openMenu(NAME);
  await consumers.entry("Disapprove").hover();
  await expect(consumers.entry("Disapprove")).toBeFocused();
});

for (const key of ["Enter", "Space"]) {
  test(`${key} chooses an entry`, async ({ consumers, page }) => {
    await consumers.openMenuByKey(NAME);
    await page.keyboard.press("r");
    await expect(consumers.entry("Remove")).toBeFocused();
    await page.keyboard.press(key);
    await expect(consumers.dialog("Remove consumer key")).toBeVisible();
    await expect(page.locator("[role=menu]")).toHaveCount(0);
  });
}

test("A right-click anywhere in the row opens the same menu", async ({ consumers }) => {
  await consumers.row(NAME).getByText("Pending", { exact: true }).click({ button: "right" });
  await expectEntries(consumers, ["Edit", "Approve", "Disapprove", "Sign everybody out", "Remove"]);
  await consumers.expectMenuFocused();
  await consumers.page.keyboard.press("Escape");
  await expect(consumers.menu).toBeHidden();
  await expect(consumers.actions(NAME)).toBeFocused();
});

for (const key of ["ContextMenu", "Shift+F10"]) {
  test(`The keyboard's menu key (${key}) opens the same menu from anywhere in the row`, async ({ consumers, page }) => {
    for (const from of [consumers.actions(NAME), consumers.row(NAME).getByRole("button", { name: "Copy consumer key" })]) {
      await from.focus();
      await page.keyboard.press(key);
      await expectEntries(consumers, ["Edit", "Approve", "Disapprove", "Sign everybody out", "Remove"]);
      await expect(consumers.entry("Edit")).toBeFocused();
      await page.keyboard.press("Escape");
      await expect(consumers.menu).toBeHidden();
      await expect(consumers.actions(NAME)).toBeFocused();
    }
  });
}

for (const key of ["Enter", "Space"]) {
  test(`${key} on the button opens the menu with the focus on its first entry`, async ({ consumers }) => {
    await consumers.openMenuByKey(NAME, key);
    await expect(consumers.menu).toBeVisible();
  });
}

test("Arrows, Home and End move through the entries and around the ends", async ({ consumers, page }) => {
  await consumers.openMenuByKey(NAME);
  for (const [key, entry] of [
    ["ArrowDown", "Approve"],
    ["ArrowDown", "Disapprove"],
    ["ArrowUp", "Approve"],
    ["End", "Remove"],
    ["ArrowDown", "Edit"],
    ["ArrowUp", "Remove"],
    ["Home", "Edit"],
  ] as const) {
    await page.keyboard.press(key);
    await expect(consumers.entry(entry), `after ${key}`).toBeFocused();
  }
});

test("Typing a letter moves to the entry that begins with it", async ({ consumers, page }) => {
  await consumers.openMenuByKey(NAME);
  for (const [key, entry] of [
    ["r", "Remove"],
    ["s", "Sign everybody out"],
    ["a", "Approve"],
    ["d", "Disapprove"],
    ["e", "Edit"],
  ] as const) {
    // Letters that come in quick succession may be one word: begin another.
    await page.keyboard.press("Home");
    await page.keyboard.press(key);
    await expect(consumers.entry(entry)).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(consumers.actions(NAME)).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(consumers.entry("Edit")).toBeFocused();
  }
});

test("An open menu leaves the browser its own keys", async ({ consumers, page }) => {
  await consumers.openMenuByKey(NAME);
  for (const key of ["Control+d", "Alt+s", "Control+End"]) {
    await page.keyboard.press(key);
    await expect(consumers.entry("Edit"), key).toBeFocused();
  }
});

test("Escape gives the focus back to the row's button, and nothing is done", async ({ consumers, page, server }) => {
  await consumers.openMenuByKey(NAME);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Escape");
  await expect(consumers.menu).toBeHidden();
  await expect(consumers.actions(NAME)).toBeFocused();
  await expect(page.getByRole("dialog")).toBeHidden();
  expect((await server.list())[0]).toMatchObject({ status: "pending", revision: 1 });
});

test("Tab leaves the menu and closes it", async ({ consumers, page }) => {
  await consumers.openMenuByKey(NAME);
  await page.keyboard.press("Tab");
  await expect(consumers.menu).toBeHidden();
});

test("A click elsewhere closes the menu", async ({ consumers }) => {
  await consumers.openMenu(NAME);
  await consumers.heading.click();
  await expect(consumers.menu).toBeHidden();
});

test("One menu is open at a time", async ({ consumers }) => {
  await consumers.openMenu(NAME);
  await consumers.row("Other").getByText("Approved", { exact: true }).click({ button: "right" });
  await expect(consumers.menu).toHaveCount(1);
  await expectEntries(consumers, ["Edit", "Disapprove", "Sign everybody out", "Remove"]);
});

test("Pending offers Approve and Disapprove, Approved only Disapprove, Disapproved only Approve", async ({
  consumers,
  server,
}) => {
  await server.register("Refused", "disapproved");
  for (const [name, entries] of [
    [NAME, ["Edit", "Approve", "Disapprove", "Sign everybody out", "Remove"]],
    ["Other", ["Edit", "Disapprove", "Sign everybody out", "Remove"]],
    ["Refused", ["Edit", "Approve", "Sign everybody out", "Remove"]],
  ] as [string, Entry[]][]) {
    await consumers.openMenu(name);
    await expectEntries(consumers, entries);
    await consumers.page.keyboard.press("Escape");
    await expect(consumers.menu).toBeHidden();
  }
});

test("The menu of the last row of a long page is whole on the screen", async ({ consumers, page, server }) => {
  for (let i = 0; i < 12; i++) await server.register(`Filler ${i}`);
  await page.reload();
  await expect(page.locator("html[data-hydrated]")).toBeAttached();
  await consumers.actions("Other").scrollIntoViewIfNeeded();
  await consumers.openMenu("Other");
  await expect(consumers.menu).toBeInViewport({ ratio: 1 });
  await page.keyboard.press("Escape");
  await page.evaluate(() => [...document.querySelectorAll("tr[data-key]")].at(-1)?.scrollIntoView({ block: "end" }));
  await consumers.row("Other").click({ button: "right", position: { x: 100, y: 30 } });
  await expect(consumers.menu).toBeInViewport({ ratio: 1 });
});

test("The page stays small while a menu is open and one scrolls on; the menu goes with its row", async ({ server, consumers, page }) => {
  await page.goto("about:blank");
  await registerMany(page, numbered(450, "App"), server.url);
  await consumers.open();
  await consumers.expectLive();
  const numbers = () => page.locator("tr[data-key]").evaluateAll((rows) => rows.map((row) => Number(row.getAttribute("aria-rowindex"))));
  const name = await consumers.rows.nth(3).locator("td.name bdi").innerText();
  await consumers.openMenu(name);
  await page.mouse.move(640, 600);
  let most = 0;
  await expect(async () => {
    await page.mouse.wheel(0, 400);
    await twoFrames(page);
    const now = await numbers();
    most = Math.max(most, now.length);
    expect(now.at(-1)).toBeGreaterThan(380);
  }).toPass({ intervals: [10] });
  expect(most, "rows in the document").toBeLessThanOrEqual(220);
  await expect(consumers.menu).toHaveCount(0);
  await expect(consumers.tableHeading).toBeFocused();
});

test("Where all rows are replaced by those of a place far away, the menu goes with its row", async ({ server, consumers, page }) => {
  await page.goto("about:blank");
  await registerMany(page, numbered(450, "App"), server.url);
  await consumers.open();
  const name = await consumers.rows.nth(3).locator("td.name bdi").innerText();
  await consumers.openMenu(name);
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight / 2));
  await expect(consumers.row(name)).toHaveCount(0);
  await expect(consumers.menu).toHaveCount(0);
  await expect(consumers.tableHeading).toBeFocused();
});
