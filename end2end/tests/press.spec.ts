import type { Locator, Page } from "@playwright/test";
import { fields } from "../support/edit-dialog.ts";
import { boxOf } from "../support/look.ts";
import { SECRET, expect, expectFieldError, test } from "../support/test.ts";

const NAME = "Requirements sync";

test.beforeEach(async ({ server, consumers }) => {
  await server.register(NAME);
  await expect(consumers.row(NAME)).toBeVisible();
});

/** Presses where something stands now, and holds the button for as long as people do. */
async function press(page: Page, target: Locator): Promise<void> {
  await target.scrollIntoViewIfNeeded();
  const box = await target.boundingBox();
  if (!box) throw new Error(`${target} is not seen`);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.waitForTimeout(80);
  await page.mouse.up();
}

test.describe("A press that leaves a wrong field becomes a click, and what is wrong is told", () => {
  test("an empty name", async ({ consumers, page }) => {
    await consumers.name.fill("x");
    await consumers.name.fill("");
    await press(page, consumers.actions(NAME));
    await consumers.expectMenuFocused();
    await expectFieldError(consumers.name, /enter/i);
    // The menu went down with its row.
    const gap = async () => {
      const [menu, button] = await Promise.all([boxOf(consumers.menu), boxOf(consumers.actions(NAME))]);
      // It stands below its button or, where there is no room, above.
      return Math.round(Math.max(menu.y - button.bottom, button.y - menu.bottom));
    };
    await expect.poll(gap).toBe(4);
  });

  test("a short secret", async ({ consumers, page }) => {
    await consumers.secret.fill("short");
    await press(page, consumers.actions(NAME));
    await consumers.expectMenuFocused();
    await expectFieldError(consumers.secret, /at least 8/);
  });

  test("secrets that differ", async ({ consumers, page }) => {
    await consumers.secret.fill(SECRET);
    await consumers.secretAgain.fill("something else");
    await press(page, consumers.actions(NAME));
    await consumers.expectMenuFocused();
    await expectFieldError(consumers.secretAgain, /differ/);
  });

  test("a name in use", async ({ consumers, page }) => {
    await consumers.name.fill(NAME);
    await press(page, consumers.actions(NAME));
    await consumers.expectMenuFocused();
    await expect(consumers.name).toHaveAccessibleDescription(/has this name already/);
  });

  test("in Edit consumer", async ({ consumers, page }) => {
    const dialog = await consumers.choose(NAME, "Edit");
    const edit = fields(dialog);
    await edit.name.fill("");
    await press(page, dialog.getByRole("button", { name: "Generate", exact: true }));
    await expect(edit.secret).toHaveValue(/^[\x21-\x7e]{22,256}$/);
    await expectFieldError(edit.name, /enter/i);
  });
});

for (const width of [800, 360]) {
  test(`Generate generates beside a wrong name in a window of ${width} px`, async ({ consumers, page }) => {
    await page.setViewportSize({ width, height: 800 });
    await consumers.unfold();
    await consumers.name.fill("x");
    await consumers.name.fill("");
    await press(page, consumers.generate);
    await expect(consumers.secret).toHaveValue(/^[\x21-\x7e]{22,256}$/);
    await expectFieldError(consumers.name, /enter/i);
  });
}

test("The hint that a name is in use stays until there is an answer about the next name", async ({ server, consumers, page }) => {
  await server.register("Model export");
  await expect(consumers.row("Model export")).toBeVisible();
  await consumers.name.fill(NAME);
  await consumers.name.press("Tab");
  await expect(consumers.name).toHaveAccessibleDescription(/has this name already/);
  const top = async () => (await consumers.tableHeading.boundingBox())?.y;
  const before = await top();
  let letGo = () => {};
  const gate = new Promise<void>((open) => (letGo = open));
  const asked = page.waitForRequest("**/api/page/name_in_use");
  await page.route("**/api/page/name_in_use", async (route) => {
    await gate;
    await route.continue();
  });
  await consumers.name.fill("Model export");
  await consumers.name.press("Tab");
  await asked;
  expect(await top()).toBe(before);
  const answered = page.waitForResponse("**/api/page/name_in_use");
  letGo();
  await answered;
  await expect(consumers.name).toHaveAccessibleDescription(/has this name already/);
});
