// Every page, and what opens on it, as those see it who zoom in or have colours of their own.
import type { BrowserContextOptions } from "@playwright/test";
import { expectNoViolations } from "../support/axe.ts";
import { overflow } from "../support/look.ts";
import { ada, expect, openConsumers, signIn, test } from "../support/test.ts";

const NAME = "Requirements sync";

const WAYS: Array<[string, BrowserContextOptions]> = [
  ["At 200 % zoom, in the light theme", { viewport: { width: 640, height: 360 } }],
  ["At 200 % zoom, in the dark theme", { viewport: { width: 640, height: 360 }, colorScheme: "dark" }],
  ["In forced colours", { forcedColors: "active" }],
  ["In forced colours, in the dark theme", { forcedColors: "active", colorScheme: "dark" }],
  ["With more contrast", { contrast: "more" }],
];

const PAGES = [
  "/settings/users",
  "/settings/users/add",
  "/settings/activity",
  "/account/applications",
  "/account/sessions",
  "/account/second-factor",
  "/account/password",
  "/api/v1/docs",
];

for (const [way, options] of WAYS) {
  test.describe(way, () => {
    test.use(options);

    test("axe finds nothing on the table, its panel, its menus and dialogs", async ({ server, page }) => {
      await server.register(NAME, "approved");
      await server.register("Model export");
      await server.register("Test runner", "disapproved");
      const consumers = await openConsumers(page, ada);
      await expect(consumers.rows).toHaveCount(3);
      await expectNoViolations(page, "the table");
      await page.getByRole("button", { name: "Filter", exact: true }).click();
      await expectNoViolations(page, "the filter");
      await page.keyboard.press("Escape");
      await consumers.openMenu(NAME);
      await expectNoViolations(page, "the row's menu");
      await page.keyboard.press("Escape");
      for (const entry of ["Edit", "Disapprove", "Remove"] as const) {
        await consumers.choose(NAME, entry);
        await expectNoViolations(page, entry);
        await page.keyboard.press("Escape");
      }
      await page.getByRole("checkbox", { name: "Select Model export", exact: true }).check();
      await expectNoViolations(page, "the bar of what is selected");
      await page.getByRole("button", { name: "Clear selection", exact: true }).click();
      for (const [keys, dialog] of [["?", "Keyboard shortcuts"], ["Control+K", "Find a consumer or a command"]] as const) {
        await page.keyboard.press(keys);
        await expect(page.getByRole("dialog", { name: dialog, exact: true })).toBeVisible();
        await expectNoViolations(page, dialog);
        await page.keyboard.press("Escape");
      }
      await consumers.row(NAME).getByRole("link", { name: NAME, exact: true }).click();
      await expect(page.locator("#panel").getByRole("heading", { name: NAME, exact: true })).toBeVisible();
      await expectNoViolations(page, "the panel");
      expect(await overflow(page), "nothing reaches beyond the edge").toBeLessThanOrEqual(0);
    });

    test("axe finds nothing on the other pages, before and after signing in", async ({ server, page }) => {
      await server.register(NAME, "approved");
      await page.goto(PAGES[0] as string);
      await expectNoViolations(page, "sign-in");
      await signIn(page, ada);
      for (const path of PAGES) {
        await page.goto(path);
        await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
        await expectNoViolations(page, path);
      }
    });
  });
}
