// The message after a deed stands beside the row that it is about, where that row is seen.
import type { Locator, Page } from "@playwright/test";
import { expectNoViolations } from "../support/axe.ts";
import { boxOf, twoFrames } from "../support/look.ts";
import { LONG } from "../support/row-look.ts";
import { type ConsumersPage, expect, numbered, registerMany, tabTo, test } from "../support/test.ts";

const NAME = "Requirements sync";

const message = (page: Page): Locator => page.locator(".message");
const undo = (page: Page): Locator => page.getByRole("button", { name: "Undo", exact: true });

type Box = Awaited<ReturnType<typeof boxOf>>;
const overlap = (one: Box, two: Box) =>
  Math.min(one.right, two.right) - Math.max(one.x, two.x) > 0.5 && Math.min(one.bottom, two.bottom) - Math.max(one.y, two.y) > 0.5;

/** It touches the row or is right beside it, covers neither its status nor what can be pressed in it, and is in the window. */
async function expectBeside(consumers: ConsumersPage, name = NAME): Promise<void> {
  const { page } = consumers;
  const row = consumers.row(name);
  await expect(message(page)).toBeVisible();
  await twoFrames(page);
  const [own, at] = await Promise.all([boxOf(message(page)), boxOf(row)]);
  expect(own.y, "not far below the row").toBeLessThanOrEqual(at.bottom + 8);
  expect(own.bottom, "not far above it").toBeGreaterThanOrEqual(at.y - 8);
  for (const part of [row.locator(".status"), ...(await row.getByRole("button").all()), row.getByRole("link"), row.getByRole("checkbox")]) {
    if (await part.isVisible()) expect.soft(overlap(own, await boxOf(part)), `${part} is not covered`).toBe(false);
  }
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  expect(own.x >= 0 && own.right <= width && own.y >= 0 && own.bottom <= height, `in the window: ${JSON.stringify(own)}`).toBe(true);
}

/** It stands at the foot of the window. */
async function expectAtFoot(page: Page): Promise<void> {
  await expect
    .poll(async () => (page.viewportSize()?.height ?? 0) - (await boxOf(message(page))).bottom)
    .toBeLessThan(80);
}

for (const viewport of [
  { width: 1280, height: 720 },
  { width: 1000, height: 700 },
  { width: 390, height: 740 },
]) {
  test.describe(`At ${viewport.width} pixels`, () => {
    test.use({ viewport });

    test("it is beside the first row and the last, and no row moves", async ({ server, consumers, page }) => {
      for (const name of ["Last one", "Middle", NAME]) await server.register(name);
      await expect(consumers.rows).toHaveCount(3);
      for (const name of [NAME, "Last one"]) {
        const dialog = await consumers.choose(name, "Disapprove");
        const tops = async () => Promise.all((await consumers.rows.all()).map(async (row) => (await boxOf(row)).y + (await page.evaluate(() => scrollY))));
        const before = await tops();
        await consumers.confirmation("Disapprove consumer key").click();
        await expect(dialog).toBeHidden();
        await expectBeside(consumers, name);
        expect(await tops()).toEqual(before);
      }
      await expectNoViolations(page, "a message beside a row");
    });

    test("a name as long as names may be stays inside", async ({ server, consumers }) => {
      await server.register(LONG);
      await expect(consumers.rows).toHaveCount(1);
      await consumers.confirm(LONG, "Disapprove");
      await expectBeside(consumers, LONG);
    });

    test("Tab leads from the row's button to Undo, on through it, and back", async ({ server, consumers, page }) => {
      await server.register("Below");
      await server.register(NAME);
      await expect(consumers.rows).toHaveCount(2);
      await consumers.confirm(NAME, "Disapprove");
      const button = consumers.actions(NAME);
      await button.focus();
      await page.keyboard.press("Tab");
      await expect(undo(page)).toBeFocused();
      await page.keyboard.press("Shift+Tab");
      await expect(button).toBeFocused();
      await tabTo(page, message(page).getByRole("button", { name: "Close message" }));
      await page.keyboard.press("Tab");
      await expect(consumers.row("Below").getByRole("checkbox")).toBeFocused();
      await button.focus();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await consumers.expectStatus(NAME, "Pending");
      await expect(button).toBeFocused();
    });
  });
}

test("Escape closes it, and the focus is back on the row", async ({ server, consumers, page }) => {
  await server.register(NAME);
  await expect(consumers.rows).toHaveCount(1);
  await consumers.confirm(NAME, "Approve");
  await undo(page).focus();
  await page.keyboard.press("Escape");
  await expect(message(page)).toBeEmpty();
  await expect(consumers.actions(NAME)).toBeFocused();
});

test("it goes along with its row, and to the foot where that is not seen", async ({ server, consumers, page }) => {
  await registerMany(page, numbered(40), server.url);
  await server.register(NAME);
  await expect(consumers.row(NAME)).toBeVisible();
  await consumers.confirm(NAME, "Disapprove");
  await expectBeside(consumers);
  await page.evaluate(() => scrollTo(0, 60));
  await expectBeside(consumers);
  await page.evaluate(() => scrollTo(0, 900));
  await expectAtFoot(page);
  await page.evaluate(() => scrollTo(0, 0));
  await expectBeside(consumers);
  await server.register("Above it");
  await expect(consumers.row("Above it")).toBeVisible();
  await expectBeside(consumers);
  await server.cli(["consumer", "remove", (await server.list()).find(({ name }) => name === NAME)?.key ?? ""]);
  await expect(consumers.row(NAME)).toHaveCount(0);
  await page.evaluate(() => scrollBy(0, 1));
  await expectAtFoot(page);
});

test("what is about no row stands at the foot", async ({ server, consumers, page }) => {
  await server.register(NAME);
  await expect(consumers.rows).toHaveCount(1);
  await consumers.confirm(NAME, "Approve");
  await expectBeside(consumers);
  await consumers.confirm(NAME, "Remove");
  await expect(consumers.said(`Removed ${NAME}.`)).toBeVisible();
  await expectAtFoot(page);
});

test("after a save and after Undo as well", async ({ server, consumers, page }) => {
  await server.register(NAME);
  await expect(consumers.rows).toHaveCount(1);
  const dialog = await consumers.choose(NAME, "Edit");
  await dialog.getByLabel("Owner", { exact: true }).fill("Systems");
  await consumers.confirmation("Edit consumer").click();
  await expect(consumers.said(`Saved ${NAME}.`)).toBeVisible();
  await expectBeside(consumers);
  await consumers.confirm(NAME, "Disapprove");
  await undo(page).click();
  await expect(consumers.said(`Undone: ${NAME} is Pending again.`)).toBeVisible();
  await expectBeside(consumers);
});
