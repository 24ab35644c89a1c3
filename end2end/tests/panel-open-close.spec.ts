// The ways to a consumer's panel, and the ways back from it.
import { ConsumersPage, PATH, ada, expect, ready, signIn, test } from "../support/test.ts";
import { overflow } from "../support/look.ts";
import { NAME, PANEL, button, close, heading, link, open, panel, section } from "../support/panel.ts";

test.describe("The panel opens", () => {
  test("by a click on the row's name, beside the table, and the address says so", async ({ server, consumers, page }) => {
    const key = await server.register(NAME);
    await consumers.mark();
    await open(consumers);
    await expect(page).toHaveURL(new RegExp(`${PATH}/${key}$`));
    await expect(consumers.table).toBeVisible();
    const [table, beside] = [await consumers.table.boundingBox(), await panel(page).boundingBox()];
    expect((table?.x ?? 0) + (table?.width ?? 0)).toBeLessThanOrEqual((beside?.x ?? 0) + 1);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await consumers.expectNotReloaded();
  });

  test("by Enter on the row's name", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await link(consumers).focus();
    await page.keyboard.press("Enter");
    await expect(heading(page)).toBeFocused();
  });

  test("by its address, through the sign-in", async ({ server, page }) => {
    const key = await server.register(NAME);
    await page.goto(`${PATH}/${key}`);
    await signIn(page, ada);
    await page.waitForURL(`**${PATH}/${key}`);
    await expect(heading(page)).toBeVisible();
    await ready(page);
    await expect(heading(page)).toBeFocused();
    await expect(new ConsumersPage(page).rowOfKey(key)).toBeVisible();
  });

  test("in another tab, where the browser is told so", async ({ server, consumers, page, context }) => {
    const key = await server.register(NAME);
    await expect(consumers.row(NAME)).toBeVisible();
    const [other] = await Promise.all([context.waitForEvent("page"), link(consumers).click({ modifiers: ["ControlOrMeta"] })]);
    await expect(heading(other)).toBeVisible();
    await expect(other).toHaveURL(new RegExp(`/${key}$`));
    await expect(panel(page)).toBeHidden();
  });
});

test.describe("The way back", () => {
  for (const way of ["Escape", "Close"]) {
    test(`${way} leads to the row`, async ({ server, consumers, page }) => {
      await server.register("Another");
      await server.register(NAME);
      await open(consumers);
      if (way === "Escape") await page.keyboard.press("Escape");
      else await close(page).click();
      await expect(panel(page)).toBeHidden();
      await expect(page).toHaveURL(new RegExp(`${PATH}$`));
      await expect(link(consumers)).toBeFocused();
    });
  }

  test("the browser's back and forward close and open it", async ({ server, consumers, page }) => {
    await server.register("Another");
    await server.register(NAME);
    await consumers.mark();
    await open(consumers);
    await open(consumers, "Another");
    await page.goBack();
    await expect(heading(page)).toBeVisible();
    await page.goBack();
    await expect(panel(page)).toBeHidden();
    await expect(page).toHaveURL(new RegExp(`${PATH}$`));
    await page.goForward();
    await expect(heading(page)).toBeVisible();
    await consumers.expectNotReloaded();
  });

  test("the view of the table stays while the panel opens and closes, and changes beside it", async ({ server, consumers, page }) => {
    const tab = (name: string) =>
      page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: new RegExp(`^${name}\\b`) });
    await server.register("Another", "approved");
    const key = await server.register(NAME);
    await tab("Pending").click();
    await expect(consumers.rows).toHaveCount(1);
    await open(consumers);
    await expect(page).toHaveURL(new RegExp(`${PATH}/${key}\\?status=pending$`));
    await tab("Approved").click();
    await expect(consumers.row("Another")).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`${PATH}/${key}\\?status=approved$`));
    await expect(heading(page)).toBeVisible();
    await page.goBack();
    await expect(consumers.row(NAME)).toBeVisible();
    await expect(heading(page)).toBeVisible();
    await page.reload();
    await ready(page);
    await expect(consumers.rows).toHaveCount(1);
    await expect(heading(page)).toBeVisible();
    await close(page).click();
    await expect(page).toHaveURL(new RegExp(`${PATH}\\?status=pending$`));
    await expect(link(consumers)).toBeFocused();
  });

  test("the way to other users keeps the view that the table has by then", async ({ server, consumers, page }) => {
    const key = await server.register(NAME);
    await server.register("Another", "approved");
    await expect(consumers.rows).toHaveCount(2);
    // As it stands in the panel of a consumer with more users than are shown at once.
    const way = `<a href="${PATH}/${key}?users_after=1" data-users="1">Next users</a>`;
    await page.route(PANEL, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace(/<\/div>$/, `${way}</div>`) });
    });
    await open(consumers);
    await page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: /^Pending\b/ }).click();
    await expect(page).toHaveURL(/status=pending/);
    await panel(page).getByRole("link", { name: "Next users", exact: true }).click();
    await expect(page).toHaveURL(new RegExp(`${PATH}/${key}\\?status=pending&users_after=1$`));
    await expect(consumers.rows).toHaveCount(1);
    const first = panel(page).getByRole("link", { name: "First users", exact: true });
    await expect(first).toHaveAttribute("href", `${PATH}/${key}?status=pending`);
    await ready(page);
    await first.click();
    await expect(page).toHaveURL(new RegExp(`${PATH}/${key}\\?status=pending$`));
    await expect(section(page, "Users")).toContainText("Nobody is signed in through it.");
  });

  test("Escape in the open filter closes the filter alone", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await open(consumers);
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await expect(page.getByLabel("Ends soon", { exact: true })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByLabel("Ends soon", { exact: true })).toBeHidden();
    await expect(heading(page)).toBeVisible();
  });

  test("Escape in a dialog closes the dialog alone", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await open(consumers);
    await button(page, "Edit").click();
    await expect(consumers.dialog("Edit consumer")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(consumers.dialog("Edit consumer")).toBeHidden();
    await expect(heading(page)).toBeVisible();
    await expect(button(page, "Edit")).toBeFocused();
  });
});

test("The title of the window names the consumer, behind the number of those that are pending", async ({ server, consumers, page }) => {
  const key = await server.register("(1) <b>App</b> & Co");
  const open = "(1) <b>App</b> & Co · OAuth consumers · Latchkey";
  await expect(page).toHaveTitle("(1) OAuth consumers · Latchkey");
  await consumers.rowOfKey(key).getByRole("link").click();
  await expect(page).toHaveTitle(`(1) ${open}`);
  await server.approve(key);
  await expect(page).toHaveTitle(open);
  await page.reload();
  await expect(page).toHaveTitle(open);
  await ready(page);
  await page.keyboard.press("Escape");
  await expect(page).toHaveTitle("OAuth consumers · Latchkey");
  await page.goBack();
  await expect(page).toHaveTitle(open);
});
