import type { Locator, Page, Route } from "@playwright/test";
import { type Latchkey, SERVER_AWAY, accountMenu, ada, expect, expectFieldError, goTo, grace, refused, signIn, test } from "../support/test.ts";
import { expectNoViolations } from "../support/axe.ts";
import { expectHeadsStay, overflow } from "../support/look.ts";

const USERS = "/settings/users";
const PASSWORD = "another horse battery";

const rows = (page: Page) => page.getByRole("table", { name: "Users" }).locator("tbody").getByRole("row");
const menuButton = (page: Page, name: string) => page.getByRole("button", { name: `Actions for ${name}`, exact: true });
const row = (page: Page, name: string) => rows(page).filter({ has: menuButton(page, name) });
const dialog = (page: Page) => page.getByRole("dialog");
const sign = (page: Page) => page.locator("[data-live]");
/** The menu of a user's row, which scripts make of a list of links. */
const menu = (page: Page, name: string) => page.getByRole("menu", { name: `Actions for ${name}`, exact: true });
const entry = (page: Page, name: string, word: string) => menu(page, name).getByRole("menuitem", { name: word, exact: true });
const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });

const NOT_ANSWERED = /net::ERR_FAILED/;
const ENTRIES = ["Forbid Configure Server", "Reset password", "Sign out everywhere", "Disable"];

/** Opens the page as ada. */
async function open(page: Page): Promise<void> {
  await page.goto(USERS);
  await signIn(page, ada);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Users");
}

/** Chooses an entry of a user's menu. */
async function choose(page: Page, name: string, entry: string): Promise<void> {
  await menuButton(page, name).click();
  const named = { name: entry, exact: true };
  await row(page, name).getByRole("menuitem", named).or(row(page, name).getByRole("link", named)).click();
}

/** More users than a low window shows. */
async function addMany(server: Latchkey): Promise<void> {
  for (const username of ["bob", "carol", "dave", "erin", "frank", "heidi", "ivan", "judy"]) {
    await server.addUser({ username, password: grace.password }, false);
  }
}

/** The link on the page that shows one. */
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

    test("a form that is sent after the session has ended is filled in again after the sign-in, but for no password", async ({ server, page, complaints }) => {
      complaints.expect(refused(401), SERVER_AWAY);
      await open(page);
      // The page, and no dialog.
      await page.goto(`${USERS}/add`);
      await field(page, "Username").fill("bob");
      await field(page, "Name").fill("Bob & Söhne");
      await page.getByLabel("Configure Server").check();
      await server.cli(["user", "sign-out", "ada"]);
      await page.getByRole("button", { name: "Add user" }).click();
      await expect(page).toHaveURL(/\/sign-in\?next=/);
      await signIn(page, ada);
      await expect(field(page, "Username")).toHaveValue("bob");
      await expect(field(page, "Name")).toHaveValue("Bob & Söhne");
      await expect(page.getByLabel("Configure Server")).toBeChecked();
      await page.getByRole("button", { name: "Add user" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText("bob is added");
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
  await expect(menu(page, "grace").getByRole("menuitem")).toHaveText(["Forbid Configure Server", "Reset password", "Sign out everywhere", "Enable"]);
});

test("the focus, an open menu, a dialog and what is typed stay while others change users", async ({ server, page }) => {
  await server.addUser(grace, false);
  await open(page);
  const changed = page.locator('tr[data-user="grace"]');
  await menuButton(page, "grace").focus();
  await page.keyboard.press("Enter");
  await expect(entry(page, "grace", "Permit Configure Server")).toBeFocused();
  await server.cli(["user", "permit", "grace"]);
  await expect(entry(page, "grace", "Forbid Configure Server")).toBeFocused();
  await expect(entry(page, "grace", "Forbid Configure Server")).toHaveAttribute("tabindex", "-1");
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

test("a list whose session has ended says so, leads to the sign-in, and goes on by itself after one in another tab", async ({ server, page, complaints }) => {
  complaints.expect(refused(401), SERVER_AWAY);
  await page.goto(`${USERS}?q=a`);
  await signIn(page, ada);
  await expect(sign(page)).toHaveText("Live");
  const signInLink = page.getByRole("banner").getByRole("link", { name: "Sign in", exact: true });
  await expect(signInLink).toBeHidden();
  await server.cli(["user", "sign-out", "ada"]);
  await expect(sign(page)).toHaveText("Signed out");
  await expect(page.getByRole("status")).toHaveText("Signed out");
  const opened = page.waitForEvent("popup");
  await signInLink.click();
  const tab = await opened;
  await signIn(tab, ada);
  await expect(tab).toHaveURL(/\/settings\/users\?q=a$/);
  await server.addUser(grace, false);
  await page.bringToFront();
  await expect(sign(page)).toHaveText("Live");
  await expect(row(page, "grace")).toBeVisible();
  await expect(signInLink).toBeHidden();
});

test("the columns and the menu have the words that people know", async ({ page }) => {
  await open(page);
  await expect(page.getByRole("columnheader")).toHaveText(["Username", "Name", "Configure Server", "Last signed in", "Sessions", "Actions"]);
  await menuButton(page, "ada").click();
  await expect(menu(page, "ada").getByRole("menuitem")).toHaveText(ENTRIES);
  await expect(row(page, "ada").getByRole("cell").nth(4)).toHaveText("1");
});

test("a right-click on a row opens its menu where the pointer is, and on selected text the browser's own", async ({ server, page }) => {
  await server.addUser(grace, false);
  await open(page);
  const cell = row(page, "grace").getByRole("cell").nth(2);
  const box = await cell.boundingBox();
  const at = { x: (box?.x ?? NaN) + 10, y: (box?.y ?? NaN) + 10 };
  await page.mouse.click(at.x, at.y, { button: "right" });
  await expect(entry(page, "grace", "Permit Configure Server")).toBeFocused();
  const shown = await menu(page, "grace").boundingBox();
  expect(Math.abs((shown?.x ?? NaN) - at.x)).toBeLessThan(10);
  expect(Math.abs((shown?.y ?? NaN) - at.y)).toBeLessThan(10);
  await row(page, "ada").getByRole("cell").nth(2).click({ button: "right" });
  await expect(page.getByRole("menu")).toHaveAccessibleName("Actions for ada");
  await page.keyboard.press("Escape");
  await expect(menuButton(page, "ada")).toBeFocused();
  await cell.evaluate((cell) => getSelection()?.selectAllChildren(cell));
  await cell.click({ button: "right" });
  await expect(page.getByRole("menu")).toHaveCount(0);
});

for (const key of ["ContextMenu", "Shift+F10"]) {
  test(`the keyboard's menu key (${key}) opens the menu of the row with the focus`, async ({ page }) => {
    await open(page);
    await menuButton(page, "ada").focus();
    await page.keyboard.press(key);
    await expect(menu(page, "ada").getByRole("menuitem")).toHaveText(ENTRIES);
    await expect(entry(page, "ada", "Forbid Configure Server")).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(menu(page, "ada")).toBeHidden();
    await expect(menuButton(page, "ada")).toBeFocused();
  });
}

test("a row's menu is a menu, and stays one after others have changed its user", async ({ server, page }) => {
  await server.addUser(grace, false);
  await open(page);
  await expect(menuButton(page, "grace")).toHaveAttribute("aria-haspopup", "menu");
  await server.cli(["user", "disable", "grace"]);
  await expect(row(page, "grace")).toContainText("Disabled");
  await server.addUser({ username: "bob", password: grace.password }, false);
  for (const name of ["grace", "bob"]) {
    await expect(menuButton(page, name)).toHaveAttribute("aria-haspopup", "menu");
    await menuButton(page, name).click();
    await expect(menu(page, name).getByRole("menuitem")).toHaveCount(4);
    await menuButton(page, name).click();
    await expect(menu(page, name)).toBeHidden();
  }
});

test("a menu stands at its button where the browser cannot anchor it, too, and goes along when the page scrolls", async ({ server, page }) => {
  await addMany(server);
  await page.route("**/*.css", async (route) => {
    const style = await (await route.fetch()).text();
    const without = style.replaceAll("@supports not (position-area: bottom)", "@media all").replaceAll(/position-area:[^;]+;/g, "");
    await route.fulfill({ contentType: "text/css", body: without });
  });
  await page.setViewportSize({ width: 1280, height: 600 });
  await open(page);
  const button = menuButton(page, "ada");
  await button.click();
  const apart = async () => {
    const [own, shown] = [await button.boundingBox(), await menu(page, "ada").boundingBox()];
    const end = (box: typeof own) => (box?.x ?? NaN) + (box?.width ?? NaN);
    return [(shown?.y ?? NaN) - (own?.y ?? NaN), end(shown) - end(own)].map(Math.round);
  };
  const before = await apart();
  expect(before[0]).toBeGreaterThan(0);
  expect(before[0]).toBeLessThan(50);
  expect(before[1]).toBe(0);
  const top = (await button.boundingBox())?.y ?? NaN;
  await page.evaluate(() => scrollBy(0, 40));
  expect((await button.boundingBox())?.y).toBeCloseTo(top - 40, 0);
  await expect.poll(apart).toEqual(before);
});

test("a copied row is one line, and what is said of a name is a word of its own", async ({ server, page, browser, baseURL }) => {
  await server.addUser(grace, false);
  const elsewhere = await browser.newPage({ baseURL });
  await elsewhere.goto("/account/sessions");
  await signIn(elsewhere, grace);
  await expect(elsewhere.getByRole("heading", { level: 1 })).toHaveText("Your sessions");
  await elsewhere.close();
  await server.cli(["user", "disable", "grace"]);
  await open(page);
  const copied = await row(page, "grace").evaluate((row) => {
    getSelection()?.selectAllChildren(row);
    return getSelection()?.toString() ?? "";
  });
  expect(copied.trim().split("\n")).toHaveLength(1);
  expect(copied).toContain("grace Disabled");
  expect(copied).toMatch(/(now|ago) \d/);
  expect(copied).not.toContain("⋯");
});

test("the heads of the columns stay in sight", async ({ server, page }) => {
  await addMany(server);
  await page.setViewportSize({ width: 1280, height: 500 });
  await open(page);
  await expectHeadsStay(page);
});

test.describe("What is asked in a dialog is told in the dialog", () => {
  const disable = async (page: Page) => {
    await open(page);
    await choose(page, "grace", "Disable");
    const button = dialog(page).getByRole("button", { name: "Disable", exact: true });
    await expect(button).toBeVisible();
    return button;
  };
  const problem = (page: Page) => dialog(page).getByRole("alert");

  test.beforeEach(async ({ server }) => server.addUser(grace, false));

  test("a refusal, and the page behind it stays", async ({ page, complaints }) => {
    complaints.expect(refused(409));
    await open(page);
    await page.evaluate(() => ((window as unknown as { mark: boolean }).mark = true));
    await choose(page, "ada", "Disable");
    await dialog(page).getByRole("button", { name: "Disable", exact: true }).click();
    await expect(problem(page)).toContainText("last administrator who can sign in");
    await expect(dialog(page)).toHaveAccessibleName("Disable: ada");
    await expect(dialog(page).getByRole("button", { name: "Disable", exact: true })).toBeFocused();
    expect(await page.evaluate(() => (window as unknown as { mark?: boolean }).mark)).toBe(true);
  });

  test("that the user is gone", async ({ page, complaints }) => {
    complaints.expect(refused(404));
    const button = await disable(page);
    await dialog(page).locator("[name=user]").evaluate((field: HTMLInputElement) => (field.value = "nobody"));
    await button.click();
    await expect(problem(page)).toContainText("There is no user named nobody.");
  });

  test("a button that works shows it, and is pressed once", async ({ page }) => {
    const button = await disable(page);
    let sent = 0;
    let letGo = () => {};
    const gate = new Promise<void>((open) => (letGo = open));
    await page.route("**/settings/users/disable", async (route) => {
      sent += 1;
      await gate;
      await route.continue();
    });
    await button.click();
    await expect(button).toHaveAttribute("aria-busy", "true");
    await button.click();
    await button.press("Enter");
    letGo();
    await expect(page.getByRole("main").getByRole("status")).toHaveText("grace is disabled.");
    expect(sent).toBe(1);
  });

  for (const way of ["Escape", "Cancel"] as const) {
    test(`${way} while it works gives it up`, async ({ page }) => {
      const button = await disable(page);
      await page.route("**/settings/users/disable", () => {});
      const asked = page.waitForRequest("**/settings/users/disable");
      await button.click();
      await asked;
      const given = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/settings/users/disable"));
      if (way === "Escape") await page.keyboard.press("Escape");
      else await dialog(page).getByRole("link", { name: "Cancel" }).click();
      await given;
      await expect(dialog(page)).toHaveCount(0);
      await expect(menuButton(page, "grace")).toBeFocused();
      await expect(row(page, "grace")).not.toContainText("Disabled");
    });
  }

  test("a server that is away, and Try again does it once it is back", async ({ page, complaints }) => {
    complaints.expect(NOT_ANSWERED);
    const button = await disable(page);
    const away = (route: Route) => route.abort();
    await page.route("**/settings/users/disable", away);
    await button.click();
    await expect(problem(page)).toContainText("The server does not answer");
    await expect(button).not.toHaveAttribute("aria-busy");
    await page.unroute("**/settings/users/disable", away);
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByRole("main").getByRole("status")).toHaveText("grace is disabled.");
  });

  test("a server that does not answer for ten seconds", async ({ page }) => {
    await page.clock.install();
    const button = await disable(page);
    await page.route("**/settings/users/disable", () => {});
    const asked = page.waitForRequest("**/settings/users/disable");
    await button.click();
    await asked;
    await page.clock.fastForward("00:05");
    await expect(button).toHaveAttribute("aria-busy", "true");
    await page.clock.fastForward("00:06");
    await expect(problem(page)).toContainText("The server does not answer");
    await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  });

  test("a session that has ended, with the way to sign in, and what was typed stays", async ({ server, page, complaints }) => {
    complaints.expect(refused(401), SERVER_AWAY);
    await open(page);
    await page.getByRole("link", { name: "Add user" }).click();
    await field(page, "Username").fill("bob");
    await page.getByLabel("Configure Server").check();
    await server.cli(["user", "sign-out", "ada"]);
    await dialog(page).getByRole("button", { name: "Add user" }).click();
    await expect(problem(page)).toHaveText("Your session has ended, so nothing was changed. Sign in (opens another tab), then press Add user once more.");
    const opened = page.waitForEvent("popup");
    await problem(page).getByRole("link", { name: "Sign in" }).click();
    const tab = await opened;
    await signIn(tab, ada);
    await expect(field(tab, "Username")).toHaveValue("bob");
    await tab.close();
    await expect(field(page, "Username")).toHaveValue("bob");
    await dialog(page).getByRole("button", { name: "Add user" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("bob is added");
  });

  test("that a fresh sign-in is needed, with the way to it", async ({ page }) => {
    await open(page);
    await choose(page, "grace", "Reset password");
    const location = `/sign-in?again=${encodeURIComponent(`${USERS}/reset-password?user=grace`)}`;
    await page.route("**/settings/users/reset-password", (route) => route.fulfill({ status: 303, headers: { location } }));
    await dialog(page).getByRole("button", { name: "Reset password" }).click();
    await expect(problem(page)).toContainText("This needs a fresh sign-in");
    await expect(problem(page).getByRole("link", { name: "Sign in again" })).toHaveAttribute("href", new RegExp("/sign-in\\?again="));
    await expect(problem(page)).toContainText("(opens another tab), then press Reset password once more.");
  });

  for (const [entry, url] of [
    ["Sign out everywhere", /\/sign-in\?next=/],
    ["Disable", /\/sign-in\?next=/],
    ["Forbid Configure Server", /\/settings\/users\?done=/],
  ] as const) {
    test(`${entry} of oneself is done, and leads away`, async ({ server, page, complaints }) => {
      complaints.expect(refused(401, 403));
      // Somebody has to be left who can administer the server.
      await server.cli(["user", "permit", grace.username]);
      await open(page);
      await choose(page, "ada", entry);
      await dialog(page).getByRole("button", { name: entry, exact: true }).click();
      await expect(page).toHaveURL(url);
    });
  }

  test("a link takes the place of the list, and back leads to the list", async ({ page }) => {
    await open(page);
    await choose(page, "grace", "Reset password");
    await dialog(page).getByRole("button", { name: "Reset password" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("A new link for grace");
    await expect(link(page)).toBeFocused();
    await expect(page).toHaveTitle("Users · Latchkey");
    await page.goBack();
    await expect(row(page, "grace")).toBeVisible();
    await expect(sign(page)).toHaveText("Live");
  });
});

test("a sign-in as another user in another tab loads the page as theirs", async ({ server, page, complaints }) => {
  complaints.expect(refused(401));
  await server.addUser(grace);
  await open(page);
  await server.cli(["user", "sign-out", "ada"]);
  await expect(sign(page)).toHaveText("Signed out");
  const opened = page.waitForEvent("popup");
  await page.getByRole("banner").getByRole("link", { name: "Sign in" }).click();
  const tab = await opened;
  await signIn(tab, grace);
  await expect(page.getByRole("banner")).toContainText("grace");
  await expect(sign(page)).toHaveText("Live");
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
  for (const [key, word] of [
    ["ArrowDown", "Reset password"],
    ["End", "Disable"],
    ["ArrowDown", "Forbid Configure Server"],
    ["ArrowUp", "Disable"],
    ["Home", "Forbid Configure Server"],
    ["s", "Sign out everywhere"],
    ["R", "Reset password"],
    ["Control+End", "Reset password"],
    ["Alt+s", "Reset password"],
  ] as const) {
    await keyboard.press(key);
    await expect(entry(page, "ada", word), `after ${key}`).toBeFocused();
  }
  await keyboard.press("Escape");
  await expect(menuButton(page, "ada")).toBeFocused();
  await expect(menu(page, "ada")).toBeHidden();
  await keyboard.press("Enter");
  await expect(entry(page, "ada", "Forbid Configure Server")).toBeFocused();
  await keyboard.press("Tab");
  await expect(menu(page, "ada")).toBeHidden();
  await expect(menuButton(page, "ada")).not.toBeFocused();

  await menuButton(page, "ada").focus();
  await keyboard.press("Enter");
  await keyboard.press("ArrowUp");
  await keyboard.press("Space");
  await expect(dialog(page)).toHaveAccessibleName("Disable: ada");
  await keyboard.press("Escape");
  await expect(dialog(page)).toHaveCount(0);
  await expect(menuButton(page, "ada")).toBeFocused();

  const add = page.getByRole("link", { name: "Add user" });
  await add.focus();
  await keyboard.press("Enter");
  await expect(field(page, "Username")).toBeFocused();
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
      await entry(page, "ada", "Reset password").click();
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
      complaints.expect(refused(422), NOT_ANSWERED);
      await server.addUser(grace, false);
      await server.cli(["user", "disable", "grace"]);
      await open(page);
      await expectNoViolations(page, "users");
      await menuButton(page, "grace").click();
      await expectNoViolations(page, "the menu");
      await entry(page, "grace", "Enable").click();
      await expect(dialog(page)).toBeVisible();
      await expectNoViolations(page, "the dialog");
      const away = async (route: Route) => route.abort();
      await page.route("**/settings/users/enable", away);
      await page.getByRole("button", { name: "Enable", exact: true }).click();
      await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
      await expectNoViolations(page, "a server that does not answer");
      await page.unroute("**/settings/users/enable", away);
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
