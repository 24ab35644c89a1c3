// Consumers that are selected, the bar that counts them, and the dialog that decides on all of them.
import { type Locator, type Page, expect } from "@playwright/test";
import type { ConsumersPage } from "./consumers-page.ts";
import type { Latchkey } from "./server.ts";

type Deed = "Approve" | "Disapprove" | "Remove";

export const NAMES = ["Model export", "Requirements sync", "Test runner", "Nightly build"];
/** The page's request was given up, or its answer was lost. */
export const LOST = /net::ERR_(ABORTED|FAILED)/;

export const box = (page: Page, name: string) => page.getByRole("checkbox", { name: `Select ${name}`, exact: true });
export const all = (page: Page) => page.getByRole("checkbox", { name: "Select all", exact: true });
export const bar = (page: Page) => page.getByRole("region", { name: "Selected consumers", exact: true });
export const whole = (page: Page) => bar(page).getByRole("button", { name: /^Select all .* that match$/ });
export const inBar = (page: Page, name: string) => bar(page).getByRole("button", { name, exact: true });
export const dialog = (page: Page, deed: Deed) => page.getByRole("dialog", { name: `${deed} consumer keys`, exact: true });
export const button = (dialog: Locator, name: string) => dialog.getByRole("button", { name, exact: true });

/** What the dialog says once it is done. */
export const result = (dialog: Locator) => dialog.locator("#many-result");

export async function expectSelected(page: Page, number: number | string): Promise<void> {
  await expect(bar(page).getByText(`${number} selected`, { exact: true })).toBeVisible();
}

/** Opens the dialog by the bar. */
export async function choose(page: Page, deed: Deed): Promise<Locator> {
  await inBar(page, deed).click();
  await expect(dialog(page, deed)).toBeVisible();
  return dialog(page, deed);
}

export async function statuses(server: Latchkey): Promise<Record<string, string>> {
  return Object.fromEntries((await server.list()).map(({ name, status }) => [name, status]));
}

/** Registers these, and shows them. */
export async function show(server: Latchkey, consumers: ConsumersPage, names = NAMES): Promise<void> {
  // New rows would wait for the pointer to leave.
  await consumers.pointAway();
  for (const name of names) await server.register(name);
  await expect(consumers.rows).toHaveCount(names.length);
}
