import type { Locator } from "@playwright/test";
import { expectNoViolations } from "../support/axe.ts";
import { overflow, watchPosition } from "../support/look.ts";
import { NAMES, all, bar, box, button, choose, expectSelected, inBar, result, show, whole } from "../support/selection.ts";
import { expect, test } from "../support/test.ts";

test.describe("How it looks", () => {
  test("a checkbox stands left of the row, and shows under the pointer, with the focus, and while anything is selected", async ({ server, consumers, page }) => {
    await show(server, consumers);
    const one = box(page, "Test runner");
    await expect(one).toHaveCSS("opacity", "0");
    await consumers.row("Test runner").hover();
    await expect(one).toHaveCSS("opacity", "1");
    await consumers.pointAway();
    await expect(one).toHaveCSS("opacity", "0");
    await one.focus();
    await page.keyboard.press("Space");
    for (const name of NAMES) await expect(box(page, name)).toHaveCSS("opacity", "1");
    await expect(all(page)).toHaveCSS("opacity", "1");
  });

  test("neither the checkboxes nor the bar move anything", async ({ server, consumers, page }) => {
    await show(server, consumers);
    const strayed = await watchPosition(consumers.row("Model export"));
    await all(page).check();
    await expect(bar(page)).toBeVisible();
    await page.keyboard.press("Escape");
    expect(await strayed()).toBeLessThanOrEqual(0.5);
    const x = async (element: Locator) => (await element.boundingBox())?.x ?? NaN;
    for (const width of [870, 1024, 1280, 1600]) {
      await page.setViewportSize({ width, height: 800 });
      const name = await x(consumers.row("Test runner").locator("td.name bdi"));
      expect(name).toBeCloseTo(await x(consumers.tableHeading), 0);
      const target = await box(page, "Test runner").boundingBox();
      expect(target?.x, "in the window").toBeGreaterThanOrEqual(0);
      expect((target?.x ?? 0) + (target?.width ?? 0), "left of the name").toBeLessThanOrEqual(name + 1);
      expect(Math.min(target?.width ?? 0, target?.height ?? 0)).toBeGreaterThanOrEqual(24);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    }
  });

  test("the bar covers no message, and lies beside the panel", async ({ server, consumers, page }) => {
    await show(server, consumers);
    await all(page).check();
    await consumers.confirm("Test runner", "Approve");
    const message = await consumers.said("Approved Test runner.").boundingBox();
    const at = await bar(page).boundingBox();
    expect((message?.y ?? 0) + (message?.height ?? 0)).toBeLessThanOrEqual((at?.y ?? 0) + 1);
    await consumers.row("Test runner").getByRole("link", { name: "Test runner" }).click();
    await expect(page.locator("#panel-heading")).toBeVisible();
    const [panel, beside] = [await page.locator("#panel").boundingBox(), await bar(page).boundingBox()];
    expect((beside?.x ?? 0) + (beside?.width ?? 0)).toBeLessThanOrEqual((panel?.x ?? 0) + 1);
    await page.keyboard.press("Escape");
    await expect(page.locator("#panel"), "Escape closes the panel first").toBeHidden();
    await expectSelected(page, 4);
  });

  test("on paper there is neither", async ({ server, consumers, page }) => {
    await show(server, consumers);
    await all(page).check();
    await page.emulateMedia({ media: "print" });
    await expect(bar(page)).toBeHidden();
    await expect(box(page, "Test runner")).toBeHidden();
  });

  test.describe("on a phone", () => {
    test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

    test("the checkbox stands in the card's corner, for a finger, and the bar has room", async ({ server, consumers, page }) => {
      await show(server, consumers);
      const card = await consumers.row("Test runner").boundingBox();
      expect(card?.height).toBe(84);
      await expect(box(page, "Test runner")).toHaveCSS("opacity", "1");
      const target = await box(page, "Test runner").boundingBox();
      expect(Math.min(target?.width ?? 0, target?.height ?? 0)).toBeGreaterThanOrEqual(44);
      expect(target?.y ?? 0).toBeGreaterThanOrEqual(card?.y ?? 0);
      await box(page, "Test runner").tap();
      await expectSelected(page, 1);
      await expect(whole(page), "the head is not seen here").toHaveText("Select all 4 that match");
      await whole(page).tap();
      await expectSelected(page, 4);
      for (const name of ["Approve", "Disapprove", "Remove", "Clear selection"]) {
        expect((await inBar(page, name).boundingBox())?.height, name).toBeGreaterThanOrEqual(44);
      }
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect((await consumers.row("Test runner").boundingBox())?.height).toBe(84);
      await expectNoViolations(page, "cards that are selected");
    });
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`in the ${colorScheme} theme`, () => {
      test.use({ colorScheme });

      test("axe finds nothing in the bar, the question and the result", async ({ server, consumers, page }) => {
        await show(server, consumers);
        await all(page).check();
        await expectNoViolations(page, "the bar");
        for (const deed of ["Disapprove", "Remove"] as const) {
          await choose(page, deed);
          await expectNoViolations(page, `the question of ${deed}`);
          await page.keyboard.press("Escape");
        }
        const question = await choose(page, "Approve");
        await button(question, "Approve").click();
        await expect(result(question)).toContainText("4 consumers were approved.");
        await expectNoViolations(page, "the result");
      });
    });
  }
});
