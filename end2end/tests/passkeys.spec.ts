// Passkeys beside the authenticator app, in a browser that has a device for them.
import type { Page } from "@playwright/test";
import { expectNoViolations } from "../support/axe.ts";
import { overflow } from "../support/look.ts";
import { Device, SECOND_FACTOR, code, open, setUp } from "../support/second-factor.ts";
import { type Latchkey, accountMenu, test as base, expect, grace, refused, signIn, signOut } from "../support/test.ts";

const SESSIONS = "/account/sessions";

/** Browsers have no passkeys for an IP address. */
const named = (server: Latchkey) => server.url.replace("127.0.0.1", "localhost");

const test = base.extend<{ origin: string }>({
  origin: async ({ server }, use) => {
    await server.addUser(grace, false);
    await server.restart(() => (server.settings = { LATCHKEY_PUBLIC_URL: named(server) }));
    await use(named(server));
  },
});

const usePasskey = (page: Page) => page.getByRole("button", { name: "Use a passkey" });
const passkeys = (page: Page) => page.getByRole("list", { name: "Passkeys" }).getByRole("listitem");
const told = (page: Page) => page.locator("[data-passkey-told]").filter({ hasText: /./ });

/** Sets up the app on the way to the section for passkeys. */
async function openPasskeys(page: Page, origin: string) {
  await open(page, `${origin}${SECOND_FACTOR}`, "Second factor", grace);
  const factor = await setUp(page);
  await page.getByRole("link", { name: "I have kept them" }).click();
  return factor;
}

async function add(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name of a new passkey").fill(name);
  await page.getByRole("button", { name: "Add a passkey" }).click();
}

test("a passkey is added, signs in in place of the code, and is removed", async ({ page, origin }) => {
  await openPasskeys(page, origin);
  await Device.plugInto(page);
  await expect(page.getByLabel("Name of a new passkey")).toHaveValue(/ on /);
  await add(page, "Grace's laptop");
  await expect(passkeys(page)).toHaveCount(1);
  await expect(passkeys(page)).toContainText("Grace's laptop");
  await expect(passkeys(page)).toContainText("not used yet");
  await signOut(page);

  await page.goto(`${origin}${SECOND_FACTOR}`);
  await signIn(page, grace);
  await expect(page).toHaveTitle("Enter a code · Latchkey");
  await expect(code(page)).toBeFocused();
  await usePasskey(page).click();
  await expect(passkeys(page)).toContainText("last used");

  await page.getByRole("button", { name: "Remove Grace's laptop" }).click();
  await expect(passkeys(page)).toHaveCount(0);
  await signOut(page);
  await page.goto(`${origin}${SESSIONS}`);
  await signIn(page, grace);
  await expect(code(page)).toBeVisible();
  await expect(usePasskey(page)).toHaveCount(0);
});

test("a device that is not unlocked signs nobody in, and a code still does", async ({ page, origin }) => {
  const { app } = await openPasskeys(page, origin);
  const device = await Device.plugInto(page);
  await add(page, "laptop");
  await expect(passkeys(page)).toHaveCount(1);
  await signOut(page);
  await device.unlocks(false);
  await page.goto(`${origin}${SESSIONS}`);
  await signIn(page, grace);
  await usePasskey(page).click();
  await expect(told(page)).toHaveText(/it was cancelled or took too long/);
  await expect(usePasskey(page)).toBeFocused();
  await device.unlocks(true);
  await code(page).fill(app.code());
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your sessions");
});

test("a device that has one already says so, and another one is added beside it", async ({ page, origin }) => {
  await openPasskeys(page, origin);
  await Device.plugInto(page);
  await add(page, "first");
  await expect(passkeys(page)).toHaveCount(1);
  await add(page, "the same again");
  await expect(told(page)).toHaveText("This device has a passkey of your account already.");
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(passkeys(page)).toHaveCount(1);
});

test("an act that needs a fresh sign-in takes password and passkey, and so does the end of the second factor", async ({ page, origin, complaints }) => {
  complaints.expect(refused(401, 422));
  await openPasskeys(page, origin);
  await Device.plugInto(page);
  await add(page, "laptop");
  await expect(passkeys(page)).toHaveCount(1);
  await page.goto(`${origin}/sign-in?again=${SESSIONS}`);
  await usePasskey(page).click();
  const password = page.getByLabel("Password", { exact: true });
  await expect(password, "the password is asked for first").toBeFocused();
  await password.fill("wrong");
  await usePasskey(page).click();
  await expect(page.getByText("This is not the password of your account.")).toBeVisible();
  await password.fill(grace.password);
  await usePasskey(page).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your sessions");
  await page.goto(`${origin}${SECOND_FACTOR}`);
  await password.fill(grace.password);
  await page.getByRole("button", { name: "Remove it with a passkey" }).click();
  await expect(page.getByRole("button", { name: "Set up a second factor" })).toBeVisible();
});

test("a page at another address of the server says where passkeys work", async ({ server, page, origin, complaints }) => {
  complaints.expect(refused(422));
  await openPasskeys(page, origin);
  await Device.plugInto(page);
  await add(page, "laptop");
  await expect(passkeys(page)).toHaveCount(1);
  await open(page, `${server.url}${SESSIONS}`, "Enter a code", grace);
  await usePasskey(page).click();
  await expect(told(page)).toHaveText(/^Passkeys work at the server's own address alone/);
});

test("where the server's address is none that browsers have passkeys for, the page says so", async ({ server, page }) => {
  await server.addUser(grace, false);
  await openPasskeys(page, server.url);
  await expect(page.getByRole("region", { name: "Passkeys" })).toContainText(`this server’s address is ${server.url}`);
  await expect(page.getByRole("button", { name: "Add a passkey" })).toHaveCount(0);
});

test.describe("Without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a user who has a passkey signs in with a code, and the page says what adding one needs", async ({ page, origin, browser }) => {
    const elsewhere = await browser.newPage({ javaScriptEnabled: true });
    const { codes } = await openPasskeys(elsewhere, origin);
    await Device.plugInto(elsewhere);
    await add(elsewhere, "laptop");
    await expect(passkeys(elsewhere)).toHaveCount(1);
    await elsewhere.close();
    await page.goto(`${origin}${SECOND_FACTOR}`);
    await signIn(page, grace);
    await expect(usePasskey(page)).toBeHidden();
    await code(page).fill(codes[0] as string);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    // Searches by text pass over what stands in a noscript element.
    await expect(page.getByRole("region", { name: "Passkeys" }).locator("noscript > p")).toBeVisible();
    await add(page, "phone");
    await expect(page.getByRole("main")).toContainText("Passkeys need a browser that has them, with scripts.");
    await page.getByRole("link", { name: "Back" }).click();
    await expect(passkeys(page)).toHaveCount(1);
  });
});

for (const [what, settings] of [
  ["in the light theme", { colorScheme: "light" }],
  ["in the dark theme, at 320 px", { colorScheme: "dark", viewport: { width: 320, height: 640 } }],
] as const) {
  test.describe(what, () => {
    test.use(settings);

    test("axe finds nothing on the pages of passkeys, and nothing reaches beyond the window", async ({ page, origin }) => {
      const look = async (state: string) => {
        await expectNoViolations(page, state);
        expect.soft(await overflow(page), state).toBeLessThanOrEqual(0);
      };
      await openPasskeys(page, origin);
      await look("no passkey");
      await Device.plugInto(page);
      await add(page, "A very long name of a laptop that stands in the office of the third floor, by the window");
      await expect(passkeys(page)).toHaveCount(1);
      await look("a passkey");
      await add(page, "again");
      await expect(told(page)).toBeVisible();
      await look("the question for one");
      await page.getByRole("link", { name: "Cancel" }).click();
      if (await accountMenu(page).isVisible()) await signOut(page);
      await page.goto(`${origin}${SESSIONS}`);
      await signIn(page, grace);
      await expect(usePasskey(page)).toBeVisible();
      await look("the second page of signing in");
    });
  });
}
