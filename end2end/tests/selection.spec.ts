import { all, bar, box, choose, expectSelected, inBar, show, statuses, whole } from "../support/selection.ts";
import { type ConsumersPage, PATH, ada, expect, signIn, test } from "../support/test.ts";
import { search } from "../support/toolbar.ts";

/** The names of the rows that are selected, as they stand. */
const selected = (consumers: ConsumersPage) =>
  consumers.rows.filter({ has: consumers.page.locator(".pick :checked") }).locator("td.name bdi").allInnerTexts();

test.describe("A row is selected", () => {
  test.beforeEach(async ({ server, consumers }) => show(server, consumers));

  test("by its checkbox, and the bar says how many are", async ({ consumers, page }) => {
    await expect(bar(page)).toHaveCount(0);
    await box(page, "Requirements sync").check();
    await expectSelected(page, 1);
    await box(page, "Test runner").check();
    await expectSelected(page, 2);
    expect(await selected(consumers)).toEqual(["Test runner", "Requirements sync"]);
    await box(page, "Requirements sync").uncheck();
    await expectSelected(page, 1);
    await box(page, "Test runner").uncheck();
    await expect(bar(page)).toHaveCount(0);
  });

  test("with all from the one before, by Shift and a click, and by Shift and Space", async ({ consumers, page }) => {
    await box(page, "Nightly build").check();
    await box(page, "Requirements sync").click({ modifiers: ["Shift"] });
    await expectSelected(page, 3);
    expect(await selected(consumers)).toEqual(["Nightly build", "Test runner", "Requirements sync"]);
    await page.keyboard.press("Escape");
    await expect(bar(page)).toHaveCount(0);
    await box(page, "Model export").focus();
    await page.keyboard.press("Space");
    await box(page, "Test runner").focus();
    await page.keyboard.press("Shift+Space");
    await expectSelected(page, 3);
    expect(await selected(consumers)).toEqual(["Test runner", "Requirements sync", "Model export"]);
    // A range is taken back as it was given.
    await box(page, "Requirements sync").click({ modifiers: ["Shift"] });
    await expectSelected(page, 1);
  });

  test("with every other that is loaded, by the checkbox of the head, which says whether all or some are", async ({ page }) => {
    await all(page).check();
    await expectSelected(page, 4);
    await expect(box(page, "Model export")).toBeChecked();
    await expect(whole(page), "there are no more").toHaveCount(0);
    await box(page, "Model export").uncheck();
    await expect(all(page)).toBeChecked({ indeterminate: true });
    await all(page).click();
    await expectSelected(page, 4);
    await all(page).uncheck();
    await expect(bar(page)).toHaveCount(0);
    await expect(box(page, "Model export")).not.toBeChecked();
  });

  test("and no more after Escape, or by the bar's button, and the focus stays where one is", async ({ page }) => {
    await box(page, "Test runner").focus();
    await page.keyboard.press("Space");
    await expectSelected(page, 1);
    await page.keyboard.press("Escape");
    await expect(bar(page)).toHaveCount(0);
    await expect(box(page, "Test runner")).toBeFocused();
    await page.keyboard.press("Space");
    await expectSelected(page, 1);
    await page.keyboard.press("Enter");
    await expect(inBar(page, "Approve"), "Enter leads to the bar").toBeFocused();
    await inBar(page, "Clear selection").press("Enter");
    await expect(bar(page)).toHaveCount(0);
    await expect(box(page, "Test runner")).toBeFocused();
  });

  test("but Escape first closes what is open", async ({ consumers, page }) => {
    await box(page, "Test runner").check();
    await consumers.openMenu("Model export");
    await page.keyboard.press("Escape");
    await expect(consumers.menu).toHaveCount(0);
    const approve = await choose(page, "Approve");
    await page.keyboard.press("Escape");
    await expect(approve).toHaveCount(0);
    await expect(inBar(page, "Approve")).toBeFocused();
    await search(page).fill("Test");
    await search(page).press("Escape");
    await expect(search(page)).toHaveValue("");
    await expectSelected(page, 1);
    await box(page, "Test runner").focus();
    await page.keyboard.press("Escape");
    await expect(bar(page)).toHaveCount(0);
  });

  test("and how many are is told to those who do not see the bar", async ({ consumers, page }) => {
    await all(page).check();
    await expect(consumers.said("4 selected")).toHaveCount(1);
    await page.keyboard.press("Escape");
    await expect(consumers.said("Nothing selected")).toHaveCount(1);
  });

  test("and stays so through changes, while one that is removed leaves the selection", async ({ server, consumers, page }) => {
    const keys = Object.fromEntries((await server.list()).map(({ name, key }) => [name, key]));
    await box(page, "Test runner").check();
    await box(page, "Model export").check();
    await server.approve(keys["Test runner"] as string);
    await consumers.expectStatus("Test runner", "Approved");
    await server.register("Newest");
    await consumers.pointAway();
    await expectSelected(page, 2);
    await expect(box(page, "Test runner")).toBeChecked();
    await server.remove(keys["Model export"] as string);
    await expectSelected(page, 1);
    await server.remove(keys["Test runner"] as string);
    await expect(bar(page)).toHaveCount(0);
  });

  test("and stays so in another view, where more can be selected", async ({ consumers, page }) => {
    await search(page).fill("Test");
    await expect(consumers.rows).toHaveCount(1);
    await box(page, "Test runner").check();
    await search(page).fill("Model");
    await expect(consumers.row("Model export")).toBeVisible();
    await expect(consumers.rows).toHaveCount(1);
    await box(page, "Model export").check();
    await expectSelected(page, 2);
    await expect((await choose(page, "Approve")).getByText("Test runner")).toBeVisible();
  });

  test("and its menu acts on it alone", async ({ server, consumers, page }) => {
    await all(page).check();
    await consumers.confirm("Test runner", "Disapprove");
    await consumers.expectStatus("Test runner", "Disapproved");
    await expectSelected(page, 4);
    expect(Object.values(await statuses(server)).filter((status) => status === "disapproved")).toHaveLength(1);
  });
});

test.describe("Before the page can do anything", () => {
  test.use({ javaScriptEnabled: false });

  test("there are no checkboxes", async ({ server, page }) => {
    await server.register("Test runner");
    await page.goto(PATH);
    await signIn(page, ada);
    await expect(page.getByRole("checkbox", { name: "Select Test runner" })).toHaveCount(0);
  });
});
