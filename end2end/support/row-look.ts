// How the parts of a row stand.
import { type Locator, expect } from "@playwright/test";
import { boxOf } from "./look.ts";

/** As long as names may be. */
export const LONG = "An application with an uncommonly long name, as long as names may be ".padEnd(100, "x");

/** The parts of a row that stand beside each other and must not cover one another. */
export const parts = (row: Locator) => [
  row.locator("td.name bdi"),
  row.locator("td.k .key"),
  row.locator("td.k .copy"),
  row.locator("td.s .status"),
  row.locator("td.when time"),
  row.locator("td.do .more"),
];

export async function expectNoOverlap(row: Locator, others: Locator[] = []): Promise<void> {
  const boxes = await Promise.all([...parts(row), ...others].map(boxOf));
  for (const [at, one] of boxes.entries()) {
    for (const [other, two] of boxes.entries()) {
      if (at >= other) continue;
      // A target for fingers may reach above and below its line, where nothing else is.
      const apart = one.right <= two.x + 1 || two.right <= one.x + 1 || one.bottom <= two.y + 10 || two.bottom <= one.y + 10;
      expect.soft(apart, `parts ${at} and ${other} do not overlap`).toBe(true);
    }
  }
}

/** Whether all of a key is painted: its middle is as wide as its characters. */
export const isWhole = (row: Locator) =>
  row.locator(".middle").evaluate((middle) => parseFloat(getComputedStyle(middle).fontSize) > 0);
