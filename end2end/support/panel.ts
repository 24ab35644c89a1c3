// The panel of a consumer, beside the table.
import { type Locator, type Page, expect } from "@playwright/test";
import type { ConsumersPage } from "./consumers-page.ts";

export const NAME = "Requirements sync";
/** Where the page fetches it. */
export const PANEL = /\/panel(\?|$)/;

export const panel = (page: Page): Locator => page.locator("#panel");
export const heading = (page: Page, name = NAME): Locator => panel(page).getByRole("heading", { level: 2, name, exact: true });
export const section = (page: Page, name: string): Locator =>
  panel(page).locator("section").filter({ has: page.getByRole("heading", { level: 3, name, exact: true }) });
export const button = (page: Page, name: string): Locator => panel(page).getByRole("button", { name, exact: true });
export const link = (consumers: ConsumersPage, name = NAME): Locator => consumers.row(name).getByRole("link", { name, exact: true });
export const close = (page: Page): Locator => panel(page).locator("[data-close]");

/** Opens the panel by the row's name. */
export async function open(consumers: ConsumersPage, name = NAME): Promise<void> {
  await link(consumers, name).click();
  await expect(heading(consumers.page, name)).toBeFocused();
}
