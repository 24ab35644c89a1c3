import type { Locator } from "@playwright/test";
import { boxOf } from "../support/look.ts";
import { ConsumersPage, PATH, SECRET, ada, expect, expectFieldError, expectNoFieldError, refused, signIn, test } from "../support/test.ts";

const KEY = "~my!app:7@host+1=x.y";

/** The field behind the disclosure. */
const field = (consumers: ConsumersPage) => consumers.registerSection.getByLabel("Consumer key", { exact: true });
const disclosure = (consumers: ConsumersPage) => consumers.registerSection.getByText("Use an existing key", { exact: true });

test("A consumer moves here under its own key, and its row does all that a row does", async ({ consumers, server }) => {
  await expect(field(consumers)).toBeHidden();
  await disclosure(consumers).click();
  await consumers.fillIn("Moved here");
  await field(consumers).fill(` ${KEY} `);
  await consumers.registerButton.click();
  await expect(consumers.said(KEY)).toBeVisible();
  const row = consumers.rowOfKey(KEY);
  await expect(row).toContainText("Moved here");
  await expect(field(consumers)).toHaveValue("");
  await expect(row.getByRole("button", { name: "Copy consumer key", exact: true })).toHaveAccessibleDescription("Moved here");
  await consumers.confirm("Moved here", "Approve");
  await consumers.expectStatus("Moved here", "Approved");
  const edit = await consumers.choose("Moved here", "Edit");
  await expect(edit.getByLabel("Consumer key", { exact: true })).toHaveValue(KEY);
  await edit.getByRole("button", { name: "Cancel", exact: true }).click();
  await expect(consumers.actions("Moved here")).toBeFocused();
  await server.disapprove(KEY);
  await consumers.expectStatus("Moved here", "Disapproved");
  await consumers.confirm("Moved here", "Remove");
  await expect(row).toBeHidden();
});

test("The link stands on the line of Register, with a panel beside it and without", async ({ consumers, server, page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await server.register("Requirements sync");
  const middle = async (element: Locator) => {
    const { y, height } = await boxOf(element);
    return y + height / 2;
  };
  const apart = async () => Math.abs((await middle(disclosure(consumers))) - (await middle(consumers.registerButton)));
  expect(await apart(), "alone").toBeLessThanOrEqual(2);
  await consumers.row("Requirements sync").getByRole("link").click();
  await expect(page.locator("#panel").getByRole("heading", { level: 2, name: "Requirements sync" })).toBeFocused();
  expect(await apart(), "beside a panel").toBeLessThanOrEqual(2);
});

test("What is no key is told beside the field, which opens for it", async ({ consumers }) => {
  await disclosure(consumers).click();
  await field(consumers).fill("two words");
  await field(consumers).press("Shift+Tab");
  await expectFieldError(field(consumers), /cannot be part of a consumer key/);
  await field(consumers).fill("two-words");
  await expectNoFieldError(field(consumers));
  await field(consumers).fill("two words");
  await field(consumers).press("Tab");
  await expect(consumers.registerButton).toBeFocused();
  await expectFieldError(field(consumers), /cannot be part of a consumer key/);
  await disclosure(consumers).click();
  await expect(field(consumers)).toBeHidden();
  await consumers.fillIn("Moved here");
  await consumers.registerButton.click();
  await expect(field(consumers)).toBeFocused();
  await expect(consumers.rows).toHaveCount(0);
  await field(consumers).fill(KEY);
  await expectNoFieldError(field(consumers));
  await consumers.registerButton.click();
  await expect(consumers.rowOfKey(KEY)).toBeVisible();
});

test("A key that is taken is told beside the field, and nothing typed is lost", async ({ consumers, server, complaints }) => {
  const key = await server.register("First");
  complaints.expect(refused(422));
  await disclosure(consumers).click();
  await consumers.fillIn("Second");
  await field(consumers).fill(key);
  await consumers.registerButton.click();
  await expectFieldError(field(consumers), /is taken/);
  await expect(consumers.name).toHaveValue("Second");
  await expect(consumers.secret).toHaveValue(SECRET);
});

test.describe("Without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("the disclosure opens, and the key is brought along", async ({ page }) => {
    await page.goto(PATH);
    await signIn(page, ada);
    const consumers = new ConsumersPage(page);
    await disclosure(consumers).click();
    await consumers.fillIn("Moved here");
    await field(consumers).fill(KEY);
    await consumers.registerButton.click();
    await expect(consumers.rowOfKey(KEY)).toContainText("Moved here");
  });
});
