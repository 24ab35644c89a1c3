// The menus of the bar, the keyboard shortcuts and the dialog that lists them, and the keys of a row.
import type { Locator, Page } from "@playwright/test";
import { expectNoViolations } from "../support/axe.ts";
import { overflow, twoFrames } from "../support/look.ts";
import {
  ConsumersPage,
  PATH,
  PRELOADED_LONG_AGO,
  SERVER_AWAY,
  accountMenu,
  ada,
  expect,
  grace,
  holdModule,
  openRendered,
  ready,
  refused,
  signIn,
  tabTo,
  test,
} from "../support/test.ts";

const NAME = "Requirements sync";

const pagesMenu = (page: Page): Locator => page.locator("header .pages");

test.describe("A menu of the bar on the page of consumers", () => {
  /** Opens a menu by the keyboard. */
  async function openMenu(page: Page, menu: Locator): Promise<void> {
    await menu.locator("[popovertarget]").focus();
    await page.keyboard.press("Enter");
    await expect(menu.locator("ul")).toBeVisible();
  }

  test("closes by Escape, which gives the focus back to its button", async ({ consumers, page }) => {
    const menu = accountMenu(page);
    await openMenu(page, menu);
    await page.keyboard.press("Tab");
    await expect(menu.getByRole("link").first()).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(menu.locator("ul")).toBeHidden();
    await expect(menu.locator("[popovertarget]")).toBeFocused();
    await expect(consumers.heading).toBeVisible();
  });

  test("closes by a click elsewhere, and by Tab beyond its end", async ({ consumers, page }) => {
    const menu = accountMenu(page);
    await menu.locator("[popovertarget]").click();
    await expect(menu.locator("ul")).toBeVisible();
    await consumers.heading.click();
    await expect(menu.locator("ul")).toBeHidden();
    await openMenu(page, menu);
    await menu.getByRole("button", { name: "Sign out" }).focus();
    await page.keyboard.press("Tab");
    await expect(menu.locator("ul")).toBeHidden();
  });

  test("is walked through by arrows, Home and End", async ({ consumers, page }) => {
    const menu = accountMenu(page);
    await openMenu(page, menu);
    for (const [key, entry] of [
      ["ArrowDown", menu.getByRole("link", { name: "Authorized applications" })],
      ["End", menu.getByRole("button", { name: "Sign out" })],
      ["ArrowDown", menu.getByRole("link", { name: "Authorized applications" })],
      ["ArrowUp", menu.getByRole("button", { name: "Sign out" })],
      ["Home", menu.getByRole("link", { name: "Authorized applications" })],
    ] as const) {
      await page.keyboard.press(key);
      await expect(entry, `after ${key}`).toBeFocused();
    }
    await expect(consumers.heading).toBeVisible();
  });

  test("closes by Escape alone, and leaves an open panel as it is", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await consumers.row(NAME).getByRole("link", { name: NAME, exact: true }).click();
    await expect(page.locator("#panel").getByRole("heading", { level: 2, name: NAME, exact: true })).toBeFocused();
    await openMenu(page, accountMenu(page));
    await page.keyboard.press("Escape");
    await expect(accountMenu(page).locator("ul")).toBeHidden();
    await expect(page.locator("#panel")).toBeVisible();
  });

  test.describe("on a phone", () => {
    test.use({ viewport: { width: 390, height: 740 } });

    test("has the pages, and closes by Escape and by a click elsewhere", async ({ consumers, page }) => {
      const menu = pagesMenu(page);
      await openMenu(page, menu);
      await page.keyboard.press("Escape");
      await expect(menu.locator("ul")).toBeHidden();
      await expect(menu.locator("[popovertarget]")).toBeFocused();
      await menu.locator("[popovertarget]").click();
      await expect(menu.locator("ul")).toBeVisible();
      // Beside the menu, which lies over the rest of it.
      await consumers.heading.click({ position: { x: 4, y: 12 } });
      await expect(menu.locator("ul")).toBeHidden();
    });

    test("makes room for the other one", async ({ consumers, page }) => {
      await pagesMenu(page).locator("[popovertarget]").click();
      await accountMenu(page).locator("[popovertarget]").click();
      await expect(accountMenu(page).locator("ul")).toBeVisible();
      await expect(pagesMenu(page).locator("ul")).toBeHidden();
      await expect(consumers.heading).toBeVisible();
    });
  });
});

/** The dialog that `?` opens. */
const shortcuts = (page: Page): Locator => page.getByRole("dialog", { name: "Keyboard shortcuts", exact: true });
/** What a key is said to do in it. */
const does = (page: Page, keys: string): Locator =>
  shortcuts(page).getByRole("row").filter({ has: page.getByRole("rowheader", { name: keys, exact: true }) }).getByRole("cell");

test.describe("The keyboard shortcuts", () => {
  test("open by `?`, are grouped tables, and Escape gives the focus back", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await consumers.actions(NAME).focus();
    await page.keyboard.press("?");
    await expect(shortcuts(page)).toBeVisible();
    await expect(shortcuts(page).locator("caption")).toHaveText([
      "Everywhere",
      "On a name or menu button in the table",
      "On a checkbox in the table",
      "In “Find a consumer or a command”",
      "In a menu",
    ]);
    for (const [keys, words] of [
      ["?", "Show the keyboard shortcuts"],
      ["Ctrl K", "Find a consumer or a command"],
      ["/", "Search the table"],
      ["e", "Edit"],
      ["a", "Approve"],
      ["d", "Disapprove"],
      ["Delete", "Remove"],
    ] as const) {
      await expect(does(page, keys), keys).toHaveText(words);
    }
    await expectNoViolations(page, "Keyboard shortcuts");
    await page.keyboard.press("Escape");
    await expect(shortcuts(page)).toHaveCount(0);
    await expect(consumers.actions(NAME)).toBeFocused();
  });

  test("open by the account menu, and Close gives the focus back to its button", async ({ consumers, page }) => {
    const menu = accountMenu(page);
    await menu.locator("[popovertarget]").focus();
    await page.keyboard.press("Enter");
    await tabTo(page, menu.getByRole("button", { name: "Keyboard shortcuts", exact: true }));
    await page.keyboard.press("Enter");
    await expect(shortcuts(page)).toBeVisible();
    await expect(menu.locator("ul")).toBeHidden();
    await tabTo(page, shortcuts(page).getByRole("button", { name: "Close", exact: true }));
    await page.keyboard.press("Enter");
    await expect(shortcuts(page)).toHaveCount(0);
    await expect(menu.locator("[popovertarget]")).toBeFocused();
    await expect(consumers.heading).toBeVisible();
  });

  test("stay closed where `?` is typed, and where a menu or a dialog is open", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await consumers.name.focus();
    await page.keyboard.type("What?");
    await expect(consumers.name).toHaveValue("What?");
    await expect(shortcuts(page)).toHaveCount(0);
    await consumers.openMenuByKey(NAME);
    await page.keyboard.press("?");
    await expect(consumers.menu).toBeVisible();
    await expect(shortcuts(page)).toHaveCount(0);
    await page.keyboard.press("Escape");
    await consumers.choose(NAME, "Approve");
    await page.keyboard.press("?");
    await expect(consumers.dialog("Approve consumer key")).toBeVisible();
    await expect(shortcuts(page)).toHaveCount(0);
    await page.keyboard.press("Escape");
    await expect(consumers.dialog("Approve consumer key")).toHaveCount(0);
    await page.keyboard.press("?");
    await expect(shortcuts(page)).toBeVisible();
  });

  for (const [path, heading, groups] of [
    ["/settings/users", "Users", ["Everywhere", "In a row", "In a menu"]],
    ["/settings/activity", "Activity", ["Everywhere", "In a menu"]],
    ["/account/applications", "Authorized applications", ["Everywhere", "In a menu"]],
    ["/account/sessions", "Your sessions", ["Everywhere", "In a menu"]],
    ["/account/second-factor", "Second factor", ["Everywhere", "In a menu"]],
    ["/account/password", "Change password", ["Everywhere", "In a menu"]],
  ] as const) {
    test(`open on ${heading}, too, with those alone that work there`, async ({ page }) => {
      await page.goto(path);
      await signIn(page, ada);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
      await page.locator("header .own-menu [popovertarget]").focus();
      await page.keyboard.press("?");
      await expect(shortcuts(page).locator("caption")).toHaveText([...groups]);
      await expect(does(page, "?")).toHaveText("Show the keyboard shortcuts");
      await expect(shortcuts(page)).not.toContainText("Ctrl");
      await expectNoViolations(page, heading);
      await page.keyboard.press("Escape");
      await expect(shortcuts(page)).toHaveCount(0);
      await expect(accountMenu(page).locator("[popovertarget]")).toBeFocused();
    });
  }

  test.describe("without scripts", () => {
    test.use({ javaScriptEnabled: false });

    test("have no entry in the menu", async ({ page }) => {
      await page.goto("/account/sessions");
      await signIn(page, ada);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your sessions");
      await accountMenu(page).locator("[popovertarget]").click();
      await expect(page.getByRole("button", { name: "Sign out", exact: true })).toBeVisible();
      await expect(page.getByRole("button", { name: "Keyboard shortcuts" })).toHaveCount(0);
    });
  });

  test.describe("at 320 px, which is 400 % zoom", () => {
    test.use({ viewport: { width: 320, height: 400 } });

    test("are inside the window, with Close in sight", async ({ consumers, page }) => {
      await consumers.tableHeading.evaluate((heading) => heading.focus());
      await page.keyboard.press("?");
      const dialog = shortcuts(page);
      await expect(dialog.getByRole("button", { name: "Close" })).toBeInViewport({ ratio: 1 });
      expect(await dialog.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBeLessThanOrEqual(0);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    });
  });
});

test.describe("A key on a row", () => {
  const link = (consumers: ConsumersPage): Locator => consumers.row(NAME).getByRole("link", { name: NAME, exact: true });

  test.beforeEach(async ({ server, consumers }) => {
    await server.register(NAME);
    await expect(consumers.row(NAME)).toBeVisible();
  });

  for (const [key, heading] of [
    ["e", "Edit consumer"],
    ["a", "Approve consumer key"],
    ["d", "Disapprove consumer key"],
    ["Delete", "Remove consumer key"],
  ] as const) {
    test(`${key} opens ${heading}, from the name and from the menu button, which get the focus back`, async ({ consumers, page }) => {
      for (const from of [link(consumers), consumers.actions(NAME)]) {
        await from.focus();
        await page.keyboard.press(key);
        await expect(consumers.dialog(heading)).toBeVisible();
        await page.keyboard.press("Escape");
        await expect(consumers.dialog(heading)).toHaveCount(0);
        await expect(from).toBeFocused();
      }
    });
  }

  test("e writes nothing into the dialog that it opens", async ({ consumers, page }) => {
    await consumers.actions(NAME).focus();
    await page.keyboard.press("e");
    await expect(consumers.dialog("Edit consumer").getByLabel("Consumer name", { exact: true })).toHaveValue(NAME);
  });

  test("does only what the menu offers", async ({ server, consumers, page }) => {
    await server.approve((await server.list())[0]?.key as string);
    await consumers.expectStatus(NAME, "Approved");
    await consumers.actions(NAME).focus();
    await page.keyboard.press("a");
    await page.keyboard.press("d");
    await expect(consumers.dialog("Disapprove consumer key")).toBeVisible();
    await expect(page.getByRole("dialog")).toHaveCount(1);
  });

  test("does nothing elsewhere, nor with Control, Shift or Alt", async ({ consumers, page }) => {
    await consumers.tableHeading.evaluate((heading) => heading.focus());
    await page.keyboard.press("d");
    await consumers.row(NAME).getByRole("button", { name: "Copy consumer key" }).focus();
    await page.keyboard.press("d");
    await consumers.actions(NAME).focus();
    for (const held of ["Control", "Shift", "Alt"]) await page.keyboard.press(`${held}+a`);
    await twoFrames(page);
    await expect(page.getByRole("dialog")).toHaveCount(0);
    // The same key by itself.
    await page.keyboard.press("a");
    await expect(consumers.dialog("Approve consumer key")).toBeVisible();
  });

  test("moves in the open menu to its entry, and opens nothing", async ({ consumers, page }) => {
    await consumers.openMenuByKey(NAME);
    await page.keyboard.press("d");
    await expect(consumers.entry("Disapprove")).toBeFocused();
    await page.keyboard.press("Delete");
    await twoFrames(page);
    await expect(consumers.menu).toBeVisible();
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });

  test("stands at the right end of its entry, and is told to screen readers", async ({ consumers, page }) => {
    await consumers.openMenuByKey(NAME);
    for (const [entry, key] of [
      ["Edit", "e"],
      ["Approve", "a"],
      ["Disapprove", "d"],
      ["Remove", "Delete"],
    ] as const) {
      await expect(consumers.entry(entry)).toHaveAttribute("aria-keyshortcuts", key);
      await expect(consumers.entry(entry)).toHaveAccessibleName(entry);
      const shown = consumers.entry(entry).locator("kbd");
      await expect(shown).toHaveAttribute("data-key", key);
      const [box, around] = [await shown.boundingBox(), await consumers.entry(entry).boundingBox()];
      const gap = (around?.x ?? 0) + (around?.width ?? 0) - (box?.x ?? 0) - (box?.width ?? 0);
      expect(gap, "the room at its right").toBeGreaterThanOrEqual(0);
      expect(gap, "the room at its right").toBeLessThan(16);
    }
    await expect(consumers.entry("Sign everybody out")).not.toHaveAttribute("aria-keyshortcuts");
    await expect(consumers.entry("Sign everybody out").locator("kbd")).toHaveCount(0);
    await expectNoViolations(page, "the menu with its keys");
  });
});

test.describe("A menu button that can do nothing looks it", () => {
  const look = (button: Locator) =>
    button.evaluate((button) => {
      const { opacity, cursor } = getComputedStyle(button);
      return { opacity: Number(opacity), cursor };
    });

  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`in the ${colorScheme} theme`, () => {
      test.use({ colorScheme });

      test("before the page takes over, and not after", async ({ server, page, context, complaints }) => {
        complaints.expect(PRELOADED_LONG_AGO);
        await server.register(NAME);
        const letGo = await holdModule(context);
        const consumers = await openRendered(page);
        await expect(consumers.actions(NAME)).toBeDisabled();
        const before = await look(consumers.actions(NAME));
        expect(before.opacity).toBeLessThanOrEqual(0.5);
        expect(before.cursor).toBe("default");
        letGo();
        await ready(page);
        await expect(consumers.actions(NAME)).toBeEnabled();
        expect(await look(consumers.actions(NAME))).toEqual({ opacity: 1, cursor: "pointer" });
      });
    });
  }

  test("once the permission is taken away, until it is back", async ({ server, another, complaints }) => {
    complaints.expect(refused(401, 403), SERVER_AWAY);
    await server.register(NAME);
    await server.addUser(grace);
    const other = await another(grace);
    await other.expectLive();
    await server.cli(["user", "forbid", grace.username]);
    await expect(other.sign).toHaveText("Signed out");
    await expect(other.actions(NAME)).toBeDisabled();
    expect((await look(other.actions(NAME))).opacity).toBeLessThanOrEqual(0.5);
    const link = other.row(NAME).getByRole("link", { name: NAME, exact: true });
    await link.focus();
    await other.page.keyboard.press("e");
    await twoFrames(other.page);
    await expect(other.page.getByRole("dialog")).toHaveCount(0);
    await server.cli(["user", "permit", grace.username]);
    await other.expectLive();
    await expect(other.actions(NAME)).toBeEnabled();
  });

  test("in the system's colours by the one of what is disabled", async ({ server, page, complaints, context }) => {
    complaints.expect(/net::ERR_FAILED/, /Failed to fetch/, /preload/);
    await server.register(NAME);
    await context.route(/\.wasm$/, (route) => route.abort());
    await page.emulateMedia({ forcedColors: "active" });
    await page.goto(PATH);
    await signIn(page, ada);
    const button = new ConsumersPage(page).actions(NAME);
    await expect(button).toBeDisabled();
    expect((await look(button)).opacity).toBe(1);
    const colours = await button.evaluate((button) => {
      const grey = document.createElement("span");
      grey.style.color = "GrayText";
      document.body.append(grey);
      return [getComputedStyle(button).color, getComputedStyle(grey).color];
    });
    expect(colours[0]).toBe(colours[1]);
  });
});
