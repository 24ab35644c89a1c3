// The toolbar as a whole, and Export. Its parts: search.spec.ts, status-tabs.spec.ts, filters.spec.ts.
import { expectNoViolations } from "../support/axe.ts";
import { overflow } from "../support/look.ts";
import { ConsumersPage, PATH, ada, expect, signIn, test } from "../support/test.ts";
import { chip, filter, head, query, search, sort, tab } from "../support/toolbar.ts";

test("Export offers the view as CSV and JSON, without a secret", async ({ server, consumers }) => {
  const { page } = consumers;
  const key = await server.register("Requirements sync", "approved");
  await server.register("Model export");
  await tab(page, "Approved").click();
  await expect(consumers.rows).toHaveCount(1);
  for (const format of ["CSV", "JSON"]) {
    await page.getByRole("button", { name: "Export", exact: true }).click();
    const downloading = page.waitForEvent("download");
    await page.getByRole("link", { name: format, exact: true }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe(`consumers.${format.toLowerCase()}`);
    const stream = await download.createReadStream();
    let text = "";
    for await (const part of stream) text += part;
    expect(text).toContain(key);
    expect(text).not.toContain("Model export");
    await page.keyboard.press("Escape");
  }
});

test.describe("Without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("tabs, search, filters and heads work as links and a form", async ({ server, page }) => {
    await server.register("Requirements sync", "approved");
    await server.register("Model export");
    await page.goto(PATH);
    await signIn(page, ada);
    const consumers = new ConsumersPage(page);
    await tab(page, "Approved").click();
    await expect(consumers.rows).toHaveCount(1);
    await search(page).fill("sync");
    await page.keyboard.press("Enter");
    await expect(consumers.row("Requirements sync")).toBeVisible();
    expect(new URL(page.url()).searchParams.get("status"), "what was chosen stays").toBe("approved");
    await sort(page, "Consumer name").click();
    await expect(head(page, "Consumer name")).toHaveAttribute("aria-sort", "ascending");
    expect(query(page)).toBe("?q=sync&status=approved&sort=name");
    await tab(page, "Pending").click();
    await expect(page.getByText("No consumer matches “sync”, Pending.")).toBeVisible();
    await page.getByRole("link", { name: "Clear", exact: true }).click();
    await expect(consumers.rows).toHaveCount(2);
  });
});

test.describe("Layout", () => {
  test("from 1100 px on the toolbar is one line", async ({ server, consumers }) => {
    const { page } = consumers;
    await server.register("Requirements sync");
    for (const width of [1100, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const tools = await page.locator(".tools").boundingBox();
      expect(tools?.height, `at ${width} px`).toBeLessThanOrEqual(49);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    }
  });

  for (const width of [360, 390, 768]) {
    test(`at ${width} px nothing reaches beyond the edge, open filter and export included`, async ({ server, consumers }) => {
      const { page } = consumers;
      await page.setViewportSize({ width, height: 780 });
      await server.register("Requirements sync");
      await expect(consumers.rows).toHaveCount(1);
      for (const name of ["Filter", "Export"]) {
        await page.getByRole("button", { name, exact: true }).click();
        const box = await page.locator(".pop:popover-open").boundingBox();
        expect(box?.x).toBeGreaterThanOrEqual(0);
        expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
        await page.keyboard.press("Escape");
      }
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    });
  }

  test("on a phone what is pressed is 44 px high", async ({ server, consumers }) => {
    const { page } = consumers;
    await page.setViewportSize({ width: 390, height: 780 });
    await server.register("Requirements sync");
    for (const target of [tab(page, "All"), filter(page), search(page)]) {
      expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    }
  });
});

for (const scheme of ["light", "dark"] as const) {
  test.describe(`In the ${scheme} theme`, () => {
    test.use({ colorScheme: scheme });

    test("axe finds nothing: chips, an open filter, an empty view, a row that is left out", async ({ server, consumers }) => {
      const { page } = consumers;
      const key = await server.register("Requirements sync");
      await filter(page).click();
      await page.getByLabel("Last used", { exact: true }).selectOption("never");
      await expect(chip(page, "Last used: never")).toBeVisible();
      await expectNoViolations(page, "open filter");
      await page.keyboard.press("Escape");
      await tab(page, "Pending").click();
      await consumers.rowOfKey(key).hover();
      await server.approve(key);
      await expect(consumers.rowOfKey(key).getByText("No longer in this view")).toBeVisible();
      await expectNoViolations(page, "a row that is left out");
      await consumers.pointAway();
      await expect(page.getByText("No consumer matches")).toBeVisible();
      await expectNoViolations(page, "an empty view");
    });
  });
}
