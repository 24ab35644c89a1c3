import type { Locator } from "@playwright/test";
import { expectNoViolations } from "../support/axe.ts";
import { type Latchkey, SECRET, expect, expectFieldError, expectNoFieldError, grace, refused, test } from "../support/test.ts";

const NAME = "Requirements sync";
const CALLBACK = "https://app.example.com/callback";

/** What an application posts that asks for its key itself, and to be trusted; its consumer's key. */
async function wish(server: Latchkey): Promise<string> {
  const body = JSON.stringify({ name: NAME, secret: SECRET, trusted: true });
  const answer = await fetch(`${server.url}/oauth/requestKey`, { method: "POST", body });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { key: string }).key;
}

const trusted = (dialog: Locator) => dialog.getByRole("checkbox", { name: "Trusted", exact: true });
const mayAdminister = (dialog: Locator) => dialog.getByRole("checkbox", { name: "May administer Latchkey", exact: true });
const word = (row: Locator, text: "Trusted" | "May administer") => row.locator("td.name").getByText(text, { exact: true });

test.describe("Approve consumer key", () => {
  test("says that the application wished to be trusted, and grants nothing by approving", async ({ server, consumers }) => {
    const key = await wish(server);
    await expect(consumers.rowOfKey(key)).toBeVisible();
    await expect(word(consumers.rowOfKey(key), "Trusted")).toHaveCount(0);
    await expect(consumers.rowOfKey(key)).toContainText("wishes to be Trusted");
    const dialog = await consumers.choose(NAME, "Approve");
    await expect(dialog).toContainText("The application wished to be Trusted. It is not, and cannot be until a callback URL is registered");
    await expect(dialog.getByRole("checkbox")).toHaveCount(0);
    await consumers.confirmation("Approve consumer key").click();
    await expect(dialog).toBeHidden();
    expect(await server.show(key)).toMatchObject({ status: "approved", trusted: false, trusted_wished: true });
    await expect(word(consumers.rowOfKey(key), "Trusted")).toHaveCount(0);
  });

  for (const ticked of [false, true]) {
    test(`with a callback has an unticked Trusted, which counts only where it is ${ticked ? "ticked" : "left alone"}`, async ({ server, consumers }) => {
      const key = await wish(server);
      await server.cli(["consumer", "edit", key, "--callback", CALLBACK]);
      await expect(consumers.rowOfKey(key)).toBeVisible();
      // The dialog shows what the row knows: the command line's change has to be there first.
      await expect(async () => {
        await consumers.page.keyboard.press("Escape");
        await expect(trusted(await consumers.choose(NAME, "Approve"))).toBeVisible({ timeout: 200 });
      }).toPass();
      const dialog = consumers.dialog("Approve consumer key");
      await expect(trusted(dialog)).not.toBeChecked();
      await expect(trusted(dialog)).toHaveAccessibleDescription(/users are not asked/);
      await expect(dialog).toContainText("The application wished to be Trusted. It is not, unless you tick it here.");
      await expectNoViolations(consumers.page, "Approve consumer key");
      if (ticked) await trusted(dialog).check();
      await consumers.confirmation("Approve consumer key").click();
      await expect(dialog).toBeHidden();
      expect(await server.show(key)).toMatchObject({ status: "approved", trusted: ticked });
      await expect(word(consumers.rowOfKey(key), "Trusted")).toHaveCount(ticked ? 1 : 0);
    });
  }

  test("without a wish and a callback says nothing of trust", async ({ server, consumers }) => {
    await server.register(NAME);
    await expect(consumers.row(NAME)).toBeVisible();
    const dialog = await consumers.choose(NAME, "Approve");
    await expect(dialog.getByRole("checkbox")).toHaveCount(0);
    await expect(dialog).not.toContainText("Trusted");
  });
});

test.describe("Edit consumer", () => {
  let key: string;

  test.beforeEach(async ({ server, consumers }) => {
    key = await server.register(NAME);
    await expect(consumers.row(NAME)).toBeVisible();
  });

  test("shows each right apart, off, and with its consequence in words", async ({ consumers }) => {
    const edit = await consumers.choose(NAME, "Edit");
    const rights = edit.getByRole("group", { name: "What widens its rights" });
    await expect(trusted(rights)).not.toBeChecked();
    await expect(trusted(rights)).toHaveAccessibleDescription(/users are not asked.*callback URL/);
    await expect(mayAdminister(rights)).not.toBeChecked();
    await expect(mayAdminister(rights)).toHaveAccessibleDescription(/register, approve and remove consumers.*Never together with Trusted/);
    await expectNoViolations(consumers.page, "Edit consumer");
  });

  test("tells beside Trusted that it needs a callback, and saves nothing", async ({ server, consumers, complaints }) => {
    complaints.expect(refused(422));
    const edit = await consumers.choose(NAME, "Edit");
    await trusted(edit).check();
    await consumers.confirmation("Edit consumer").click();
    await expectFieldError(trusted(edit), /needs a registered callback URL/);
    await expect(trusted(edit)).toBeFocused();
    expect(await server.show(key)).toMatchObject({ trusted: false, revision: 1 });
    await edit.getByLabel("Callback URLs", { exact: true }).fill(CALLBACK);
    await consumers.confirmation("Edit consumer").click();
    await expect(edit).toBeHidden();
    await expect(word(consumers.row(NAME), "Trusted")).toBeVisible();

    const again = await consumers.choose(NAME, "Edit");
    const callback = again.getByLabel("Callback URLs", { exact: true });
    await callback.fill("");
    await consumers.confirmation("Edit consumer").click();
    await expectFieldError(callback, /take Trusted away first/);
    await expectNoFieldError(trusted(again));
    await trusted(again).uncheck();
    await consumers.confirmation("Edit consumer").click();
    await expect(again).toBeHidden();
    await expect(word(consumers.row(NAME), "Trusted")).toHaveCount(0);
    expect(await server.show(key)).toMatchObject({ trusted: false, callback_url: null });
  });

  test("never gives both rights, and the row shows the one that is given", async ({ server, consumers, another, complaints }) => {
    complaints.expect(refused(422));
    const other = await another();
    const edit = await consumers.choose(NAME, "Edit");
    await mayAdminister(edit).check();
    await trusted(edit).check();
    await edit.getByLabel("Callback URLs", { exact: true }).fill(CALLBACK);
    await consumers.confirmation("Edit consumer").click();
    await expectFieldError(trusted(edit), /cannot be trusted/);
    await trusted(edit).uncheck();
    await consumers.confirmation("Edit consumer").click();
    await expect(edit).toBeHidden();
    for (const page of [consumers, other]) await expect(word(page.row(NAME), "May administer")).toBeVisible();
    expect(await server.show(key)).toMatchObject({ trusted: false, may_administer: true });
    await server.cli(["consumer", "edit", key, "--may-administer", "false", "--trusted", "true"]);
    for (const page of [consumers, other]) {
      await expect(word(page.row(NAME), "Trusted")).toBeVisible();
      await expect(word(page.row(NAME), "May administer")).toHaveCount(0);
    }
  });
});

test("Every right stands in the row, in the panel and where the key is approved", async ({ server, consumers, page }) => {
  await server.addUser(grace);
  const key = await server.register(NAME);
  await server.cli(["consumer", "edit", key, "--allow-oauth-1-0", "true", "--functional-user", grace.username, "--network", "10.0.0.0/8"]);
  const row = consumers.rowOfKey(key);
  await expect(row.locator("td.name .tag[data-word]")).toHaveText(`OAuth 1.0 · Acts for ${grace.username}`);
  await expect(row.locator(".facts")).toHaveText("1 network");
  const dialog = await consumers.choose(NAME, "Approve");
  await expect(dialog).toContainText(`Without a token it acts for ${grace.username}`);
  await expect(dialog).toContainText("It may use OAuth 1.0");
  await expectNoViolations(page, "the dialog");
  await page.keyboard.press("Escape");
  await row.getByRole("link", { name: NAME, exact: true }).click();
  const panel = page.getByRole("complementary");
  await expect(panel).toContainText("Allow OAuth 1.0");
  await expect(panel).toContainText(grace.username);
});

test("Of two rows with one name, link and menu say of which key they are", async ({ server, consumers }) => {
  for (const key of [await server.register(NAME), await server.register(NAME)]) {
    const row = consumers.rowOfKey(key);
    for (const part of [row.getByRole("link", { name: NAME, exact: true }), row.locator(".more")]) {
      await expect(part).toHaveAccessibleDescription(new RegExp(key));
    }
  }
});

test("One that has ended says so in its row", async ({ server, consumers }) => {
  const key = await server.register(NAME, "approved");
  await server.cli(["consumer", "edit", key, "--ends", "2020-01-31T00:00:00Z"]);
  await expect(consumers.rowOfKey(key).locator("td.name .ended")).toHaveText("Ended");
  await expect(consumers.rowOfKey(key).locator(".facts")).toHaveText("ends 31 Jan 2020");
});

for (const { entry, heading, call, button } of [
  { entry: "Edit", heading: "Edit consumer", call: "edit", button: "Save" },
  { entry: "Approve", heading: "Approve consumer key", call: "approve", button: "Approve" },
] as const) {
  test(`${heading} leads to a fresh sign-in where the server asks for one, and keeps what is in it`, async ({ server, consumers, complaints }) => {
    complaints.expect(refused(403));
    const { page } = consumers;
    await server.register(NAME);
    await expect(consumers.row(NAME)).toBeVisible();
    await page.route(`**/api/page/${call}*`, (route) => route.fulfill({ status: 403, contentType: "application/json", body: '"SignInAgain"' }));
    const dialog = await consumers.choose(NAME, entry);
    await consumers.confirmation(heading).click();
    await expect(consumers.refusal(heading)).toContainText(`This needs a fresh sign-in`);
    await expect(consumers.refusal(heading)).toContainText(`in another tab, then press ${button} once more.`);
    await expectNoViolations(page, heading);
    const opened = page.waitForEvent("popup");
    await dialog.getByRole("link", { name: "Sign in again" }).click();
    const tab = await opened;
    await expect(tab.getByRole("heading", { level: 1 })).toHaveText("Sign in again");
    await tab.close();
    await page.unroute(`**/api/page/${call}*`);
    await consumers.confirmation(heading).click();
    await expect(dialog).toBeHidden();
  });
}
