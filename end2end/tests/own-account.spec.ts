import type { Page } from "@playwright/test";
import { type Latchkey, PATH, accountMenu, ada, expect, expectFieldError, grace, ready, refused, signIn, signOut, test } from "../support/test.ts";
import { expectNoViolations } from "../support/axe.ts";
import { overflow } from "../support/look.ts";
import { SECOND_FACTOR, code, open as signInto, setUp } from "../support/second-factor.ts";
import type { Account } from "../support/server.ts";

const PASSWORD = "/account/password";
const SESSIONS = "/account/sessions";

/** Opens one of the user's own pages by signing in on the way. */
const open = async (page: Page, path: string, heading: string, account: Account = grace) => signInto(page, path, heading, account);

const withGrace = async (server: Latchkey) => server.addUser(grace, false);

test.describe("Without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("the menu by the user's name leads to the user's own pages and to Sign out", async ({ server, page }) => {
    await withGrace(server);
    await open(page, SESSIONS, "Your sessions");
    const menu = accountMenu(page);
    await expect(menu.getByRole("link")).toHaveCount(0);
    await menu.locator("[popovertarget]").click();
    await expect(menu.getByRole("link")).toHaveText(["Authorized applications", "Your sessions", "Second factor", "Change password"]);
    await expect(menu.getByRole("link", { name: "Your sessions" })).toHaveAttribute("aria-current", "page");
    await menu.getByRole("link", { name: "Change password" }).click();
    await expect(page).toHaveTitle("Change password · Latchkey");
    await signOut(page);
    await expect(page).toHaveURL(/\/sign-in/);
  });

  test("a new password signs the other browsers out, and this one goes on", async ({ server, page, browser, baseURL, complaints }) => {
    complaints.expect(refused(422));
    await withGrace(server);
    const elsewhere = await browser.newPage({ baseURL });
    await open(elsewhere, SESSIONS, "Your sessions");
    await open(page, PASSWORD, "Change password");
    // For password managers, which no reader sees.
    const username = page.locator("form input[autocomplete=username]");
    await expect(username).toHaveValue(grace.username);
    await expect(username).toBeHidden();
    const fill = async (current: string, password: string, again: string) => {
      await page.getByLabel("Current password", { exact: true }).fill(current);
      await page.getByLabel("New password", { exact: true }).fill(password);
      await page.getByLabel("Re-type new password", { exact: true }).fill(again);
      await page.getByRole("button", { name: "Change password" }).click();
    };
    await fill("wrong", "another horse battery", "another horse battery");
    await expectFieldError(page.getByLabel("Current password", { exact: true }), /not the password of your account/);
    await fill(grace.password, "another horse battery", "a different password");
    await expectFieldError(page.getByLabel("Re-type new password", { exact: true }), /differ/);
    await fill(grace.password, "another horse battery", "another horse battery");
    await expect(page.getByRole("status")).toContainText("Your password is changed.");
    await page.goto(SESSIONS);
    await expect(page.getByRole("row")).toHaveCount(2);
    await elsewhere.reload();
    await expect(elsewhere).toHaveURL(/\/sign-in/);
    await signIn(elsewhere, { ...grace, password: "another horse battery" });
    await expect(elsewhere).toHaveURL(new RegExp(`${SESSIONS}$`));
    await elsewhere.close();
  });

  test("an administrator with a short password sets a new one first, and goes on from there", async ({ server, page }) => {
    await withGrace(server);
    const short = "xK4;vq!9zW";
    await server.cli(["user", "passwd", grace.username, "--password-stdin"], short);
    await server.cli(["user", "permit", grace.username]);
    const heading = page.getByRole("heading", { level: 1 });
    await open(page, SESSIONS, "Change password", { ...grace, password: short });
    await page.goto(PATH);
    await expect(heading).toHaveText("Change password");
    await page.goto(SESSIONS);
    await expect(heading).toHaveText("Change password");
    await expect(page.getByRole("main").getByRole("status")).toContainText("Your password is too short for an administrator.");
    await page.getByLabel("Current password", { exact: true }).fill(short);
    await page.getByLabel("New password", { exact: true }).fill("another horse battery");
    await page.getByLabel("Re-type new password", { exact: true }).fill("another horse battery");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(heading).toHaveText("Your sessions");
    await page.goto(PATH);
    await expect(heading).toHaveText("OAuth consumers");
  });

  test("sessions are shown in words and ended one by one or all at once", async ({ server, page, browser, baseURL }) => {
    await withGrace(server);
    const others = [];
    for (const userAgent of ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "curl/8.9.1", "curl/8.9.1"]) {
      const other = await browser.newPage({ baseURL, userAgent });
      await open(other, SESSIONS, "Your sessions");
      others.push(other);
    }
    await open(page, SESSIONS, "Your sessions");
    const rows = page.getByRole("table", { name: "Your sessions" }).locator("tbody").getByRole("row");
    await expect(rows).toHaveCount(4);
    await expect(rows.first()).toContainText("this browser");
    await expect(rows.first().getByRole("button")).toHaveCount(0);
    await expect(rows.first()).toContainText("127.0.0.1");
    await page.getByRole("button", { name: "End Firefox on Linux" }).click();
    await expect(rows).toHaveCount(3);
    await others[0]?.reload();
    await expect(others[0] as Page).toHaveURL(/\/sign-in/);
    await page.getByRole("button", { name: "End all others" }).click();
    await expect(rows).toHaveCount(1);
    await expect(page.getByRole("button", { name: "End all others" })).toHaveCount(0);
    for (const other of others) {
      await other.reload();
      await expect(other).toHaveURL(/\/sign-in/);
      await other.close();
    }
  });

  test("a second factor is set up, asked for after the password, and removed", async ({ server, page, complaints }) => {
    complaints.expect(refused(401, 422));
    await withGrace(server);
    await open(page, SECOND_FACTOR, "Second factor");
    const { app, codes } = await setUp(page);
    expect(new Set(codes).size).toBe(10);
    await page.getByRole("link", { name: "I have kept them" }).click();
    await expect(page.getByRole("main")).toContainText("10 recovery codes are left.");
    await signOut(page);

    await page.goto(SESSIONS);
    await signIn(page, grace);
    await expect(page).toHaveTitle("Enter a code · Latchkey");
    await expect(code(page)).toBeFocused();
    const sessions = async () => (await page.context().cookies()).filter(({ name }) => name === "latchkey");
    expect(await sessions(), "no session before the code").toEqual([]);
    await code(page).fill("12345");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("This code is wrong");
    await code(page).fill(app.code());
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(new RegExp(`${SESSIONS}$`));
    expect(await sessions(), "one after it").toHaveLength(1);
    await signOut(page);

    await page.goto(SECOND_FACTOR);
    await signIn(page, grace);
    await code(page).fill((codes[0] as string).toLowerCase());
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("main")).toContainText("9 recovery codes are left.");
    await page.getByRole("button", { name: "New recovery codes" }).click();
    const renewed = await page.locator("#recovery-codes li").allInnerTexts();
    expect(renewed.filter((one) => codes.includes(one))).toEqual([]);
    await page.getByRole("link", { name: "I have kept them" }).click();
    await page.getByLabel("Password", { exact: true }).fill("wrong");
    await code(page).fill(renewed[0] as string);
    await page.getByRole("button", { name: "Remove second factor" }).click();
    await expectFieldError(page.getByLabel("Password", { exact: true }), /not the password of your account/);
    await page.getByLabel("Password", { exact: true }).fill(grace.password);
    await code(page).fill(renewed[0] as string);
    await page.getByRole("button", { name: "Remove second factor" }).click();
    await expect(page.getByRole("button", { name: "Set up a second factor" })).toBeVisible();
    await signOut(page);
    await page.goto(SESSIONS);
    await signIn(page, grace);
    await expect(page).toHaveURL(new RegExp(`${SESSIONS}$`));
  });

  test("who has lost app and recovery codes gets back in by the command line", async ({ server, page }) => {
    await withGrace(server);
    await open(page, SECOND_FACTOR, "Second factor");
    await setUp(page);
    await page.goto(SECOND_FACTOR);
    await signOut(page);
    await server.cli(["user", "reset-factors", grace.username]);
    await open(page, SESSIONS, "Your sessions");
  });

  test("the password is asked for again where an act needs a fresh sign-in", async ({ server, page, complaints }) => {
    complaints.expect(refused(401));
    await withGrace(server);
    await open(page, SESSIONS, "Your sessions");
    await page.goto(`/sign-in?again=${SESSIONS}`);
    await expect(page).toHaveTitle("Sign in again · Latchkey");
    await expect(page.getByRole("main")).toContainText("You are signed in as grace");
    await page.getByLabel("Password", { exact: true }).fill("wrong");
    await page.getByRole("button", { name: "Sign in again" }).click();
    await expectFieldError(page.getByLabel("Password", { exact: true }), /not the password of your account/);
    await page.getByLabel("Password", { exact: true }).fill(grace.password);
    await page.getByRole("button", { name: "Sign in again" }).click();
    await expect(page).toHaveURL(new RegExp(`${SESSIONS}$`));
  });
});

test("The console's menu by the user's name is there before and after the page is taken over", async ({ consumers }) => {
  const { page } = consumers;
  const menu = accountMenu(page);
  await menu.locator("[popovertarget]").click();
  await menu.getByRole("link", { name: "Your sessions" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your sessions");
  await page.goBack();
  await ready(page);
  await expect(page).toHaveURL(new RegExp(`${PATH}$`));
});

test("A session that is ended elsewhere shows as signed out in the open console", async ({ consumers, browser, baseURL, complaints }) => {
  complaints.expect(refused(401));
  await consumers.expectLive();
  const elsewhere = await browser.newPage({ baseURL });
  await open(elsewhere, SESSIONS, "Your sessions", ada);
  await elsewhere.getByRole("button", { name: "End all others" }).click();
  await expect(consumers.sign).toHaveText("Signed out");
  await elsewhere.close();
});

for (const [what, viewport] of [
  ["At 320 px, which is 400 % zoom", { width: 320, height: 640 }],
  ["At 700 px", { width: 700, height: 700 }],
] as const) {
  test.describe(what, () => {
    test.use({ viewport });

    test("nothing of the user's own pages reaches beyond the window", async ({ server, page }) => {
      await withGrace(server);
      await open(page, PASSWORD, "Change password");
      expect.soft(await overflow(page), "Change password").toBeLessThanOrEqual(0);
      await page.goto(SESSIONS);
      expect.soft(await overflow(page), "Your sessions").toBeLessThanOrEqual(0);
      await accountMenu(page).locator("[popovertarget]").click();
      await expect.soft(page.getByRole("button", { name: "Sign out" })).toBeInViewport({ ratio: 1 });
      expect.soft(await overflow(page), "the menu").toBeLessThanOrEqual(0);
      await page.goto(SECOND_FACTOR);
      await page.getByRole("button", { name: "Set up a second factor" }).click();
      expect.soft(await overflow(page), "the secret").toBeLessThanOrEqual(0);
    });
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`In the ${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test("axe finds nothing on the user's own pages", async ({ server, page, complaints }) => {
      complaints.expect(refused(422));
      await withGrace(server);
      await open(page, PASSWORD, "Change password");
      await page.getByLabel("Current password", { exact: true }).fill("wrong");
      await page.getByLabel("New password", { exact: true }).fill("short");
      await page.getByLabel("Re-type new password", { exact: true }).fill("short");
      await page.getByRole("button", { name: "Change password" }).click();
      await expectNoViolations(page, "a wrong password");
      await page.goto(SESSIONS);
      await accountMenu(page).locator("[popovertarget]").click();
      await expectNoViolations(page, "sessions, with the menu");
      await page.goto(SECOND_FACTOR);
      await expectNoViolations(page, "no second factor");
      const { codes } = await setUp(page);
      await expectNoViolations(page, "recovery codes");
      await page.goto(SECOND_FACTOR);
      await expectNoViolations(page, "a second factor");
      await page.goto(`/sign-in?again=${SESSIONS}`);
      await expectNoViolations(page, "sign in again");
      await page.goto(SESSIONS);
      await signOut(page);
      await page.goto(SESSIONS);
      await signIn(page, grace);
      await expectNoViolations(page, "the code");
      await code(page).fill(codes[0] as string);
      await page.getByRole("button", { name: "Sign in" }).click();
      await expect(page.getByRole("main")).toBeVisible();
    });
  });
}
