import type { Locator, Page } from "@playwright/test";
import { SERVER_AWAY, accountMenu, ada, expect, expectFieldError, goTo, grace, refused, signIn, test } from "../support/test.ts";
import { expectNoViolations } from "../support/axe.ts";
import { overflow } from "../support/look.ts";

const USERS = "/settings/users";
const PASSWORD = "another horse battery";

const rows = (page: Page) => page.getByRole("table", { name: "Users" }).locator("tbody").getByRole("row");
const menuButton = (page: Page, name: string) => page.getByRole("button", { name: `Actions for ${name}`, exact: true });
const row = (page: Page, name: string) => rows(page).filter({ has: menuButton(page, name) });
const dialog = (page: Page) => page.getByRole("dialog");
const sign = (page: Page) => page.locator("[data-live]");

/** Opens the page as ada. */
async function open(page: Page): Promise<void> {
  await page.goto(USERS);
  await signIn(page, ada);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Users");
}

/** Chooses an entry of a user's menu. */
async function choose(page: Page, name: string, entry: string): Promise<void> {
  await menuButton(page, name).click();
  await row(page, name).getByRole("link", { name: entry, exact: true }).click();
}

/** The link on the page or in the dialog that shows one. */
const link = (page: Page): Locator => page.getByLabel("Link to set the password");

/** Sets a password by a link, in another browser, and signs in with it. */
async function follow(page: Page, address: string, username: string, shown = username): Promise<void> {
  await page.goto(address);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Set your password");
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("Re-type password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Set password" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your password is set");
  await page.getByRole("link", { name: "Sign in" }).click();
  await signIn(page, { username, password: PASSWORD });
  // Without Configure Server the start says who is signed in, and what is missing.
  await expect(page.getByRole("main")).toContainText(`You are signed in as ${shown}`);
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "With scripts" : "Without scripts", () => {
    test.use({ javaScriptEnabled });

    test("a user is added, and sets the password by a link that is shown once and works once", async ({ page, browser, baseURL, complaints }) => {
      complaints.expect(refused(410));
      await open(page);
      await page.getByRole("link", { name: "Add user" }).click();
      if (javaScriptEnabled) await expect(dialog(page)).toHaveAccessibleName("Add user");
      await page.getByLabel("Username", { exact: true }).fill("bob");
      await page.getByLabel("Name", { exact: true }).fill("Bob Marsh");
      await page.getByRole("button", { name: "Add user" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("bob is added");
      const address = await link(page).inputValue();
      await page.getByRole("link", { name: "Done" }).click();
      await expect(row(page, "bob")).toContainText("No password yet");
      await expect(row(page, "bob")).toContainText("Bob Marsh");
      await expect(row(page, "bob")).toContainText("Never");
      const elsewhere = await browser.newPage({ baseURL, javaScriptEnabled });
      await follow(elsewhere, address, "bob", "Bob Marsh");
      await elsewhere.goto(address);
      await expect(elsewhere.getByRole("main")).toContainText("This link is not valid, or not any more");
      await expect(elsewhere.getByRole("main")).not.toContainText("bob");
      await elsewhere.close();
    });

    test("each deed of the menu is confirmed, done and told", async ({ server, page }) => {
      await server.addUser(grace, false);
      await open(page);
      for (const [entry, told] of [
        [
          "Permit Configure Server",
          "grace has Configure Server. If their password is shorter than the 12 characters of an administrator, Latchkey asks them for a new one first.",
        ],
        ["Forbid Configure Server", "grace does not have Configure Server any more."],
        ["Sign out everywhere", "grace is signed out everywhere."],
        ["Disable", "grace is disabled."],
        ["Enable", "grace is enabled."],
      ] as const) {
        await choose(page, "grace", entry);
        await expect(page.getByRole("heading", { name: `${entry}: grace` })).toBeVisible();
        await page.getByRole("button", { name: entry, exact: true }).click();
        const note = page.getByRole("main").getByRole("status");
        await expect(note).toHaveText(told);
        await expect(note).toBeFocused();
      }
      await choose(page, "grace", "Disable");
      await page.getByRole("link", { name: "Cancel" }).click();
      await expect(page).toHaveURL(/\/settings\/users/);
      await expect(row(page, "grace")).not.toContainText("Disabled");
    });

    test("the last administrator who can sign in is neither disabled nor forbidden", async ({ page, complaints }) => {
      complaints.expect(refused(409));
      await open(page);
      for (const entry of ["Disable", "Forbid Configure Server"]) {
        await choose(page, "ada", entry);
        await page.getByRole("button", { name: entry, exact: true }).click();
        await expect(page.getByRole("alert")).toContainText("last administrator who can sign in");
        await page.getByRole("link", { name: "Cancel" }).click();
        await expect(rows(page)).toHaveCount(1);
      }
    });

    test("users are found by a part of their names, and the search is in the address", async ({ server, page }) => {
      await server.addUser(grace, false);
      await open(page);
      await expect(rows(page)).toHaveCount(2);
      await page.getByLabel("Search users").fill("RAC");
      await page.getByRole("button", { name: "Search" }).click();
      await expect(rows(page)).toHaveCount(1);
      await expect(page).toHaveURL(/q=RAC/);
      await page.getByRole("link", { name: "Clear" }).click();
      await expect(rows(page)).toHaveCount(2);
    });
  });
}

test("what is done to users elsewhere shows in an open page, and what does not fit its search does not", async ({ server, page }) => {
  await open(page);
  await expect(sign(page)).toHaveText("Live");
  const tab = await page.context().newPage();
  await tab.goto(`${USERS}?q=grace`);
  await expect(tab.getByRole("main")).toContainText("No users.");
  await expect(sign(tab)).toHaveText("Live");
  await server.addUser({ username: "bob", password: grace.password }, false);
  await server.addUser(grace, false);
  await expect(rows(tab)).toHaveCount(1);
  await page.bringToFront();
  await expect(page.locator("tr[data-user]")).toHaveText([/^ada/, /^bob/, /^grace/]);
  await server.cli(["user", "permit", "grace"]);
  await expect(row(page, "grace").getByRole("cell").nth(2)).toHaveText("Yes");

  await tab.bringToFront();
  await choose(tab, "grace", "Disable");
  await tab.getByRole("button", { name: "Disable", exact: true }).click();
  await expect(row(tab, "grace")).toContainText("Disabled");
  await page.bringToFront();
  await expect(row(page, "grace")).toContainText("Disabled");
  await menuButton(page, "grace").click();
  await expect(row(page, "grace").getByRole("link")).toHaveText(["Forbid Configure Server", "Reset password", "Sign out everywhere", "Enable"]);
});

test("the focus, an open menu, a dialog and what is typed stay while others change users", async ({ server, page }) => {
  await server.addUser(grace, false);
  await open(page);
  const changed = page.locator('tr[data-user="grace"]');
  await menuButton(page, "grace").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await expect(row(page, "grace").getByRole("link", { name: "Permit Configure Server" })).toBeFocused();
  await server.cli(["user", "permit", "grace"]);
  await expect(row(page, "grace").getByRole("link", { name: "Forbid Configure Server" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(menuButton(page, "grace")).toBeFocused();
  await server.cli(["user", "disable", "grace"]);
  await expect(changed).toContainText("Disabled");
  await expect(menuButton(page, "grace")).toBeFocused();

  const add = page.getByRole("link", { name: "Add user" });
  await add.click();
  await page.getByLabel("Username", { exact: true }).fill("bob");
  await server.cli(["user", "enable", "grace"]);
  await expect(changed).not.toContainText("Disabled");
  await expect(page.getByLabel("Username", { exact: true })).toHaveValue("bob");
  await expect(page.getByLabel("Username", { exact: true })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(add).toBeFocused();

  await page.getByLabel("Search users").fill("half a na");
  await server.cli(["user", "disable", "grace"]);
  await expect(changed).toContainText("Disabled");
  await expect(page.getByLabel("Search users")).toHaveValue("half a na");
  await expect(page.getByLabel("Search users")).toBeFocused();
});

test("a list whose session has ended says so", async ({ server, page, complaints }) => {
  complaints.expect(refused(401), SERVER_AWAY);
  await open(page);
  await expect(sign(page)).toHaveText("Live");
  await server.cli(["user", "sign-out", "ada"]);
  await expect(sign(page)).toHaveText("Signed out");
});

test("the columns and the menu have the words that people know", async ({ page }) => {
  await open(page);
  await expect(page.getByRole("columnheader")).toHaveText(["Username", "Name", "Configure Server", "Last signed in", "Sessions", "Actions"]);
  await menuButton(page, "ada").click();
  await expect(row(page, "ada").getByRole("link")).toHaveText(["Forbid Configure Server", "Reset password", "Sign out everywhere", "Disable"]);
  await expect(row(page, "ada").getByRole("cell").nth(4)).toHaveText("1");
});

test("a new password by a link ends what was signed in before", async ({ server, page, browser, baseURL }) => {
  await server.addUser(grace, false);
  const before = await browser.newPage({ baseURL });
  await before.goto("/account/sessions");
  await signIn(before, grace);
  await expect(before.getByRole("heading", { level: 1 })).toHaveText("Your sessions");
  await open(page);
  await choose(page, "grace", "Reset password");
  await page.getByRole("button", { name: "Reset password" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("A new link for grace");
  const elsewhere = await browser.newPage({ baseURL });
  await follow(elsewhere, await link(page).inputValue(), "grace");
  await before.reload();
  await expect(before).toHaveURL(/\/sign-in/);
  await elsewhere.close();
  await before.close();
});

test("the link is copied by its button", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  await page.getByRole("link", { name: "Add user" }).click();
  await page.getByLabel("Username", { exact: true }).fill("bob");
  await page.getByRole("button", { name: "Add user" }).click();
  await page.getByRole("button", { name: "Copy" }).click();
  await expect(page.getByRole("status")).toHaveText("Copied.");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await link(page).inputValue());
});

test("what is wrong with a new user stands beside the field, and nothing typed is lost", async ({ page, complaints }) => {
  complaints.expect(refused(422));
  await open(page);
  await page.getByRole("link", { name: "Add user" }).click();
  await page.getByLabel("Username", { exact: true }).fill("ADA");
  await page.getByLabel("Name", { exact: true }).fill("Ada Osei");
  await page.getByRole("button", { name: "Add user" }).click();
  await expectFieldError(page.getByLabel("Username", { exact: true }), /exists already/);
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Ada Osei");
});

test("by the keyboard alone: menus and dialogs open, close by Escape, and give the focus back", async ({ page }) => {
  await open(page);
  const { keyboard } = page;
  await menuButton(page, "ada").focus();
  await keyboard.press("Enter");
  await keyboard.press("ArrowDown");
  await expect(row(page, "ada").getByRole("link", { name: "Forbid Configure Server" })).toBeFocused();
  await keyboard.press("End");
  await expect(row(page, "ada").getByRole("link", { name: "Disable" })).toBeFocused();
  await keyboard.press("Escape");
  await expect(menuButton(page, "ada")).toBeFocused();
  await expect(row(page, "ada").getByRole("link")).toHaveCount(0);

  await keyboard.press("Enter");
  await keyboard.press("ArrowUp");
  await keyboard.press("Enter");
  await expect(dialog(page)).toHaveAccessibleName("Disable: ada");
  await keyboard.press("Escape");
  await expect(dialog(page)).toHaveCount(0);
  await expect(menuButton(page, "ada")).toBeFocused();

  const add = page.getByRole("link", { name: "Add user" });
  await add.focus();
  await keyboard.press("Enter");
  await expect(page.getByLabel("Username", { exact: true })).toBeFocused();
  await keyboard.press("Escape");
  await expect(add).toBeFocused();

  await accountMenu(page).locator("[popovertarget]").focus();
  await keyboard.press("Enter");
  await keyboard.press("Escape");
  await expect(accountMenu(page).locator("ul")).toBeHidden();
  await expect(accountMenu(page).locator("[popovertarget]")).toBeFocused();
});

test("what opens a menu is a button by its name, and without scripts, too", async ({ page, browser, baseURL }) => {
  await open(page);
  for (const name of ["ada", "Actions for ada"]) {
    const button = page.getByRole("button", { name, exact: true });
    await button.click();
    await expect(page.locator(":popover-open")).toHaveCount(1);
    await button.click();
    await expect(page.locator(":popover-open")).toHaveCount(0);
  }
  await page.goto("/settings/activity");
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await expect(page.getByRole("link", { name: "CSV" })).toBeVisible();
  const plain = await browser.newPage({ baseURL, javaScriptEnabled: false });
  await open(plain);
  await plain.getByRole("button", { name: "Actions for ada", exact: true }).click();
  await expect(row(plain, "ada").getByRole("link", { name: "Disable", exact: true })).toBeVisible();
  await plain.keyboard.press("Escape");
  await expect(row(plain, "ada").getByRole("link", { name: "Disable", exact: true })).toBeHidden();
  await plain.close();
});

test("a menu opens below its button, inside the window", async ({ page }) => {
  await open(page);
  for (const name of ["ada", "Actions for ada"]) {
    const button = page.getByRole("button", { name, exact: true });
    await button.click();
    const [box, menu] = [await button.boundingBox(), await page.locator(":popover-open").boundingBox()];
    const [below, end] = [(box?.y ?? NaN) + (box?.height ?? NaN), (box?.x ?? NaN) + (box?.width ?? NaN)];
    expect.soft(menu?.y, name).toBeGreaterThanOrEqual(below - 1);
    expect.soft(menu?.y, name).toBeLessThan(below + 12);
    expect.soft((menu?.x ?? NaN) + (menu?.width ?? NaN), `${name}: ends with its button`).toBeCloseTo(end, 0);
    await page.keyboard.press("Escape");
  }
});

test("the header leads to the pages of Settings and says where one is", async ({ page }) => {
  await open(page);
  const navigation = page.getByRole("navigation", { name: "Settings" });
  await expect(navigation.getByRole("link")).toHaveText(["OAuth consumers", "Users", "Activity"]);
  await expect(navigation.getByRole("link", { name: "Users" })).toHaveAttribute("aria-current", "page");
  await goTo(page, "Activity");
  await expect(page).toHaveTitle("Activity · Latchkey");
  await goTo(page, "OAuth consumers");
  await expect(page).toHaveTitle(/OAuth consumers · Latchkey$/);
  await goTo(page, "Users");
  await expect(page).toHaveTitle("Users · Latchkey");
});

for (const width of [320, 360]) {
  test.describe(`At ${width} px`, () => {
    test.use({ viewport: { width, height: 740 } });

    test("nothing reaches beyond the window, and what a finger presses is 44 px high", async ({ server, page }) => {
      await server.addUser({ username: "a.user.name.as.long.as.they.may.be".padEnd(64, "."), password: ada.password }, false);
      await open(page);
      expect.soft(await overflow(page), "the page").toBeLessThanOrEqual(0);
      const settings = page.getByRole("navigation", { name: "Settings" }).locator("[popovertarget]");
      for (const target of [menuButton(page, "ada"), settings]) {
        expect.soft((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44);
      }
      await settings.click();
      const pages = page.getByRole("navigation", { name: "Settings" }).getByRole("link");
      await expect(pages).toHaveText(["OAuth consumers", "Users", "Activity"]);
      for (const entry of await pages.all()) expect.soft((await entry.boundingBox())?.height).toBeGreaterThanOrEqual(44);
      expect.soft(await overflow(page), "the pages").toBeLessThanOrEqual(0);
      await menuButton(page, "ada").click();
      expect.soft(await overflow(page), "the row's menu").toBeLessThanOrEqual(0);
      await row(page, "ada").getByRole("link", { name: "Reset password" }).click();
      await expect(dialog(page)).toBeVisible();
      expect.soft(await overflow(page), "the dialog").toBeLessThanOrEqual(0);
      await page.getByRole("button", { name: "Reset password" }).click();
      await expect(link(page)).toBeVisible();
      expect.soft(await overflow(page), "the link").toBeLessThanOrEqual(0);
    });

    test("every dialog has room for its buttons, and what was done for the longest name", async ({ server, page }) => {
      const name = "a.user.name.as.long.as.they.may.be".padEnd(64, ".");
      await server.addUser({ username: name, password: ada.password }, false);
      await open(page);
      for (const entry of ["Permit Configure Server", "Sign out everywhere", "Disable"]) {
        await choose(page, name, entry);
        const box = await dialog(page).boundingBox();
        const [begin, end] = [box?.x ?? NaN, (box?.x ?? NaN) + (box?.width ?? NaN)];
        for (const button of [page.getByRole("link", { name: "Cancel" }), page.getByRole("button", { name: entry, exact: true })]) {
          const own = await button.boundingBox();
          expect.soft(own && own.x >= begin && own.x + own.width <= end, `${entry}: inside the dialog`).toBe(true);
        }
        await page.keyboard.press("Escape");
      }
      await choose(page, name, "Disable");
      await page.getByRole("button", { name: "Disable", exact: true }).click();
      await expect(page.getByRole("main").getByRole("status")).toHaveText(`${name} is disabled.`);
      expect.soft(await overflow(page), "what was done").toBeLessThanOrEqual(0);
    });
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`In the ${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test("axe finds nothing on the page, its menu, its dialogs and the link", async ({ server, page, complaints }) => {
      complaints.expect(refused(422));
      await server.addUser(grace, false);
      await server.cli(["user", "disable", "grace"]);
      await open(page);
      await expectNoViolations(page, "users");
      await menuButton(page, "grace").click();
      await expectNoViolations(page, "the menu");
      await row(page, "grace").getByRole("link", { name: "Enable" }).click();
      await expect(dialog(page)).toBeVisible();
      await expectNoViolations(page, "the dialog");
      await page.getByRole("link", { name: "Cancel" }).click();
      await page.goto(`${USERS}/disable?user=ada`);
      await expectNoViolations(page, "the confirm page");
      await page.goto(`${USERS}/add`);
      await page.getByLabel("Username", { exact: true }).fill("no name!");
      await page.getByRole("button", { name: "Add user" }).click();
      await expect(page.getByLabel("Username", { exact: true })).toHaveAttribute("aria-invalid", "true");
      await expectNoViolations(page, "a wrong name");
      await page.getByLabel("Username", { exact: true }).fill("bob");
      await page.getByRole("button", { name: "Add user" }).click();
      await expect(link(page)).toBeVisible();
      await expectNoViolations(page, "the link");
      await page.goto(await link(page).inputValue());
      await expectNoViolations(page, "setting the password");
    });
  });
}
