// The palette: a consumer or a command, found by the keyboard alone.
import { type Locator, type Page, expect } from "@playwright/test";

export const palette = (page: Page): Locator => page.getByRole("dialog", { name: "Find a consumer or a command", exact: true });
export const field = (page: Page): Locator => palette(page).getByRole("combobox", { name: "Find a consumer or a command", exact: true });
export const options = (page: Page): Locator => palette(page).getByRole("option");
export const option = (page: Page, words: string | RegExp): Locator => options(page).filter({ hasText: words });
/** What Enter chooses. */
export const active = (page: Page): Locator => palette(page).getByRole("option", { selected: true });
export const told = (page: Page): Locator => palette(page).locator("[aria-live=polite]");

export async function open(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
}

/** Finds a command by its words and chooses it. */
export async function run(page: Page, words: string): Promise<void> {
  await open(page);
  await page.keyboard.type(words);
  await expect(active(page)).toHaveText(words);
  await page.keyboard.press("Enter");
  await expect(palette(page)).toHaveCount(0);
}
