// The message after a deed, beside the row that it is about.
import { type Locator, type Page, expect } from "@playwright/test";
import type { ConsumersPage } from "./consumers-page.ts";
import { boxOf, twoFrames } from "./look.ts";

export const NAME = "Requirements sync";

export const message = (page: Page): Locator => page.locator(".message");
export const undo = (page: Page): Locator => page.getByRole("button", { name: "Undo", exact: true });
export const closeMessage = (page: Page): Locator => message(page).getByRole("button", { name: "Close message" });

type Box = Awaited<ReturnType<typeof boxOf>>;
const overlap = (one: Box, two: Box) =>
  Math.min(one.right, two.right) - Math.max(one.x, two.x) > 0.5 && Math.min(one.bottom, two.bottom) - Math.max(one.y, two.y) > 0.5;

/** It touches the row or is right beside it, covers nothing that is used there, over the table or beside it, and is in the window. */
export async function expectBeside(consumers: ConsumersPage, name = NAME): Promise<void> {
  const { page } = consumers;
  const row = consumers.row(name);
  await expect(message(page)).toBeVisible();
  await twoFrames(page);
  const [own, at] = await Promise.all([boxOf(message(page)), boxOf(row)]);
  expect(own.y, "not far below the row").toBeLessThanOrEqual(at.bottom + 8);
  expect(own.bottom, "not far above it").toBeGreaterThanOrEqual(at.y - 8);
  const inRow = [row.locator(".status"), ...(await row.getByRole("button").all()), row.getByRole("link"), row.getByRole("checkbox")];
  for (const part of [...inRow, page.locator("#panel"), page.locator("section.many")]) {
    if (await part.isVisible()) expect.soft(overlap(own, await boxOf(part)), `${part} is not covered`).toBe(false);
  }
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  expect(own.x >= 0 && own.right <= width && own.y >= 0 && own.bottom <= height, `in the window: ${JSON.stringify(own)}`).toBe(true);
}

/** It stands at the foot of the window. */
export async function expectAtFoot(page: Page): Promise<void> {
  await expect
    .poll(async () => (page.viewportSize()?.height ?? 0) - (await boxOf(message(page))).bottom)
    .toBeLessThan(80);
}
