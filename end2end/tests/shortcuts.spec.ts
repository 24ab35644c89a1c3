// The menus of the bar, the keyboard shortcuts and the dialog that lists them, and the keys of a row.
import type { Locator, Page } from "@playwright/test";
import { ConsumersPage, PATH, accountMenu, ada, expect, openConsumers, signIn, test } from "../support/test.ts";

const pagesMenu = (page: Page): Locator => page.locator("header details.pages");

test.describe("A menu of the bar on the page of consumers", () => {
  /** Opens a menu by the keyboard. */
  async function openMenu(page: Page, menu: Locator): Promise<void> {
    await menu.locator("summary").focus();
    await page.keyboard.press("Enter");
    await expect(menu).toHaveAttribute("open");
  }

  test("closes by Escape, which gives the focus back to its button", async ({ consumers, page }) => {
    const menu = accountMenu(page);
    await openMenu(page, menu);
    await page.keyboard.press("Tab");
    await expect(menu.getByRole("link").first()).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(menu).not.toHaveAttribute("open");
    await expect(menu.locator("summary")).toBeFocused();
    await expect(consumers.heading).toBeVisible();
  });

  test("closes by a click elsewhere, and by Tab beyond its end", async ({ consumers, page }) => {
    const menu = accountMenu(page);
    await menu.locator("summary").click();
    await expect(menu).toHaveAttribute("open");
    await consumers.heading.click();
    await expect(menu).not.toHaveAttribute("open");
    await openMenu(page, menu);
    await menu.getByRole("button", { name: "Sign out" }).focus();
    await page.keyboard.press("Tab");
    await expect(menu).not.toHaveAttribute("open");
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
    await server.register("Requirements sync");
    await consumers.row("Requirements sync").getByRole("link", { name: "Requirements sync", exact: true }).click();
    await expect(page.locator("#panel").getByRole("heading", { level: 2, name: "Requirements sync" })).toBeFocused();
    await openMenu(page, accountMenu(page));
    await page.keyboard.press("Escape");
    await expect(accountMenu(page)).not.toHaveAttribute("open");
    await expect(page.locator("#panel")).toBeVisible();
  });

  test.describe("on a phone", () => {
    test.use({ viewport: { width: 390, height: 740 } });

    test("has the pages, and closes by Escape and by a click elsewhere", async ({ consumers, page }) => {
      const menu = pagesMenu(page);
      await openMenu(page, menu);
      await page.keyboard.press("Escape");
      await expect(menu).not.toHaveAttribute("open");
      await expect(menu.locator("summary")).toBeFocused();
      await menu.locator("summary").click();
      await expect(menu).toHaveAttribute("open");
      await consumers.heading.click();
      await expect(menu).not.toHaveAttribute("open");
    });

    test("makes room for the other one", async ({ consumers, page }) => {
      await pagesMenu(page).locator("summary").click();
      await accountMenu(page).locator("summary").click();
      await expect(accountMenu(page)).toHaveAttribute("open");
      await expect(pagesMenu(page)).not.toHaveAttribute("open");
      await expect(consumers.heading).toBeVisible();
    });
  });
});
