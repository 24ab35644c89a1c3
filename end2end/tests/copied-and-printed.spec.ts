// A row on paper and in the clipboard.
import { textColours } from "../support/colours.ts";
import { height, overflow } from "../support/look.ts";
import { isWhole } from "../support/row-look.ts";
import { accountMenu, expect, test } from "../support/test.ts";

test("Printed and copied, a row makes sense", async ({ server, consumers }) => {
  const key = await server.register("Requirements sync", "approved");
  const { page } = consumers;
  const row = consumers.rowOfKey(key);
  const copied = await row.evaluate((row) => {
    getSelection()?.selectAllChildren(row);
    return getSelection()?.toString() ?? "";
  });
  expect(copied).toContain("Requirements sync");
  expect(copied).toContain(key);
  expect(copied).toContain("Approved");
  expect(copied).not.toContain("⋯");
  await page.emulateMedia({ media: "print" });
  await expect(row).toContainText("Requirements sync");
  await expect(row.getByText(key)).toBeVisible();
  await expect(row.getByText("Approved", { exact: true })).toBeVisible();
  await expect(consumers.registerSection).toBeHidden();
  await expect(row.getByRole("button", { name: /Actions for/ })).toBeHidden();
  await expect(accountMenu(page)).toBeHidden();
});

test("A copied row is one line, a new one too, and the browser's own menu copies what is selected", async ({ server, consumers }) => {
  const key = await server.register("Requirements sync", "approved");
  const { page } = consumers;
  const row = consumers.rowOfKey(key);
  await expect(row.getByText("New", { exact: true })).toBeVisible();
  const copied = await row.evaluate((row) => {
    getSelection()?.selectAllChildren(row);
    return getSelection()?.toString() ?? "";
  });
  expect(copied.trim().split("\n")).toHaveLength(1);
  expect(copied).toContain("Requirements sync New");
  await row.getByText("Approved", { exact: true }).click({ button: "right" });
  await expect(consumers.menu).toHaveCount(0);
  await page.evaluate(() => getSelection()?.removeAllRanges());
  await row.getByText("Approved", { exact: true }).click({ button: "right" });
  await expect(consumers.menu).toBeVisible();
});

test("On paper a row is a row, in dark ink on white, whatever the theme", async ({ server, consumers }) => {
  const key = await server.register("Requirements sync", "approved");
  const { page } = consumers;
  // A4 in portrait, less its margins.
  await page.setViewportSize({ width: 718, height: 1000 });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const row = consumers.rowOfKey(key);
  await expect(row).toHaveCSS("display", "table-row");
  await expect(row).toHaveCSS("color", "rgb(0, 0, 0)");
  await expect(page.getByRole("columnheader", { name: "Status" })).toBeVisible();
});

test("On paper in portrait it is a table with whole keys, dark on white in the dark theme, too", async ({ server, consumers }) => {
  const pending = await server.register("Requirements sync");
  const key = await server.register("Model export", "approved");
  const { page } = consumers;
  await page.setViewportSize({ width: 718, height: 1000 });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const row = consumers.rowOfKey(key);
  await expect(row).toHaveCSS("display", "table-row");
  expect(await isWhole(row)).toBe(true);
  await expect(consumers.approve("Requirements sync")).toBeHidden();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  for (const row of [consumers.rowOfKey(pending), consumers.rowOfKey(key)]) {
    // A word is not broken in two.
    expect(await height(row.locator(".status"))).toBeLessThan(24);
  }
  for (const { text, painted } of await textColours(row)) expect.soft(painted, text).toEqual([0, 0, 0]);
});
