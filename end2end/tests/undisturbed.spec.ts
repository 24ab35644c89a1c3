import { twoFrames, watchPosition } from "../support/look.ts";
import { expect, hold, numbered, registerMany, test } from "../support/test.ts";

test.describe("Live updates disturb nobody", () => {
  test("an open menu stays open, with the focus in it, while its row and others change", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    const other = await server.register("Model export");
    await expect(consumers.rows).toHaveCount(2);
    await consumers.openMenu("Requirements sync");
    await expect(consumers.entry("Edit")).toBeFocused();
    await server.approve(other);
    await server.approve(key);
    await server.rename(other, "Model import");
    await server.remove(other);
    await expect(consumers.rowOfKey(other)).toHaveCount(0);
    await expect(consumers.rowOfKey(key)).toContainText("Approved");
    await expect(consumers.menu).toBeVisible();
    await expect(consumers.entry("Edit")).toBeFocused();
  });

  test("an open menu stays at its row when a row above is removed", async ({ server, consumers }) => {
    // Room below the row before and after: a menu changes sides where there is none.
    await consumers.page.setViewportSize({ width: 1280, height: 1000 });
    await server.register("Requirements sync");
    const above = await server.register("Above");
    await expect(consumers.rows).toHaveCount(2);
    await consumers.openMenu("Requirements sync");
    const distance = async () => {
      const menu = await consumers.menu.boundingBox();
      const button = await consumers.actions("Requirements sync").boundingBox();
      return Math.round((menu?.y ?? 0) - (button?.y ?? 0));
    };
    const before = await distance();
    await server.remove(above);
    await expect(consumers.rowOfKey(above)).toHaveCount(0);
    await expect.poll(distance).toBe(before);
    await expect(consumers.menu).toBeVisible();
  });

  test("an open dialog stays open, with what is typed and where the focus is", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    const dialog = await consumers.choose("Requirements sync", "Edit");
    const name = dialog.getByLabel("Consumer name", { exact: true });
    await name.fill("Half a na");
    await server.approve(key);
    await server.register("Model export");
    await expect(consumers.rowOfKey(key)).toContainText("Approved");
    await expect(dialog).toBeVisible();
    await expect(name).toHaveValue("Half a na");
    await expect(name).toBeFocused();
    await consumers.page.keyboard.type("me");
    await expect(name).toHaveValue("Half a name");
  });

  test("what is typed in the register form stays while rows come and go", async ({ server, consumers }) => {
    await consumers.fillIn("Half a na");
    await consumers.name.focus();
    const key = await server.register("Model export");
    await expect(consumers.rowOfKey(key)).toBeVisible();
    await server.remove(key);
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await expect(consumers.name).toHaveValue("Half a na");
    await expect(consumers.name).toBeFocused();
  });

  test("a changed row keeps the focus that is in it", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    await consumers.actions("Requirements sync").focus();
    await server.approve(key);
    await expect(consumers.rowOfKey(key)).toContainText("Approved");
    await server.rename(key, "Requirements bridge");
    await expect(consumers.actions("Requirements bridge")).toBeFocused();
  });
});

test.describe("On a page that cannot scroll, the row in use stays where it is", () => {
  test.use({ viewport: { width: 1280, height: 1000 } });

  test.beforeEach(async ({ server, consumers }) => {
    await server.register("Requirements sync");
    await expect(consumers.row("Requirements sync")).toBeVisible();
    await consumers.expectLive();
    const spare = await consumers.page.evaluate(() => innerHeight - document.documentElement.scrollHeight);
    expect(spare, "the page is meant to be too short to scroll").toBeGreaterThanOrEqual(0);
  });

  test("a new row waits behind a button while the pointer is on a row, and shows when it leaves", async ({ server, consumers }) => {
    const row = consumers.row("Requirements sync");
    await row.hover();
    const strayed = await watchPosition(row);
    const key = await server.register("Model export");
    await expect(consumers.newRows(1)).toBeVisible();
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    const second = await server.register("Test runner");
    await expect(consumers.newRows(2)).toBeVisible();
    await expect(consumers.rowOfKey(second)).toHaveCount(0);
    expect(await strayed()).toBeLessThan(1);
    await consumers.pointAway();
    await expect(consumers.rowOfKey(key)).toBeVisible();
    await expect(consumers.rowOfKey(second)).toBeVisible();
    await expect(consumers.newRows(2)).toHaveCount(0);
  });

  test("a new row waits while the focus is in a row, and shows when it leaves", async ({ server, consumers }) => {
    const button = consumers.actions("Requirements sync");
    await button.focus();
    const strayed = await watchPosition(button);
    const key = await server.register("Model export");
    await expect(consumers.newRows(1)).toBeVisible();
    expect(await strayed()).toBeLessThan(1);
    await expect(button).toBeFocused();
    await consumers.name.focus();
    await expect(consumers.rowOfKey(key)).toBeVisible();
    await expect(consumers.newRows(1)).toHaveCount(0);
  });

  test("a new row waits while a menu and then a dialog is open on a row", async ({ server, consumers }) => {
    await consumers.openMenu("Requirements sync");
    await consumers.pointAway();
    const key = await server.register("Model export");
    await expect(consumers.newRows(1)).toHaveCount(1);
    await consumers.entry("Edit").press("Enter");
    await expect(consumers.dialog("Edit consumer")).toBeVisible();
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await consumers.page.keyboard.press("Escape");
    await expect(consumers.actions("Requirements sync")).toBeFocused();
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await consumers.name.focus();
    await expect(consumers.rowOfKey(key)).toBeVisible();
  });

  test("pressing the button shows the rows and moves the focus to the first new one", async ({ server, consumers }) => {
    await consumers.actions("Requirements sync").focus();
    await server.register("Model export");
    await server.register("Test runner");
    await consumers.newRows(2).click();
    await expect(consumers.rows).toHaveCount(3);
    await expect(consumers.rows.first()).toContainText("Test runner");
    await expect(consumers.actions("Test runner")).toBeFocused();
    await expect(consumers.newRows(2)).toHaveCount(0);
  });

  test("pressing the button by keyboard does the same", async ({ server, consumers }) => {
    await consumers.actions("Requirements sync").focus();
    await server.register("Model export");
    await consumers.newRows(1).focus();
    await expect(consumers.newRows(1)).toBeFocused();
    await consumers.page.keyboard.press("Enter");
    await expect(consumers.actions("Model export")).toBeFocused();
    await expect(consumers.rows).toHaveCount(2);
  });

  test("without pointer or focus on it, a new row shows at once", async ({ server, consumers }) => {
    await consumers.pointAway();
    const key = await server.register("Model export");
    await expect(consumers.rowOfKey(key)).toBeVisible();
    await expect(consumers.newRows(1)).toHaveCount(0);
  });

  test("a waiting row is changed, and removed, before it was ever shown", async ({ server, consumers }) => {
    await consumers.row("Requirements sync").hover();
    const gone = await server.register("Gone again");
    const key = await server.register("Model export");
    await expect(consumers.newRows(2)).toBeVisible();
    await server.approve(key);
    await server.remove(gone);
    await expect(consumers.newRows(1)).toBeVisible();
    await consumers.pointAway();
    await expect(consumers.rowOfKey(key)).toContainText("Approved");
    await expect(consumers.rowOfKey(gone)).toHaveCount(0);
  });

  test("a row that waits is not shown by a change of it alone", async ({ server, consumers }) => {
    await consumers.row("Requirements sync").hover();
    const key = await server.register("Model export");
    await expect(consumers.newRows(1)).toBeVisible();
    await server.approve(key);
    const tabs = consumers.page.getByRole("navigation", { name: "Status" });
    await expect(tabs.getByRole("link", { name: /^Approved/ })).toHaveText("Approved 1");
    await twoFrames(consumers.page);
    await expect(consumers.newRows(1)).toBeVisible();
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
  });

  test("a row that waits is not shown by an answer to what was asked before it came", async ({ server, consumers }) => {
    const { page } = consumers;
    await consumers.row("Requirements sync").hover();
    // Numbers that are ahead of the events have rows asked for that are not there.
    await page.route("**/api/page/counts", async (route) => {
      const answer = await route.fetch();
      const counts = await answer.json();
      await route.fulfill({ response: answer, json: { ...counts, total: counts.total + 1 } });
    });
    const held = await hold(page, "rows");
    await server.approve(await consumers.keyOf(consumers.row("Requirements sync")));
    await expect.poll(held.calls).toBe(1);
    const key = await server.register("Model export");
    await expect(consumers.newRows(1)).toBeVisible();
    const answered = page.waitForResponse("**/api/page/rows");
    held.letGo();
    await (await answered).finished();
    await twoFrames(page);
    await expect(consumers.newRows(1)).toBeVisible();
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
  });

  test("one's own registration shows at once, wherever the pointer is", async ({ consumers }) => {
    await consumers.fillIn("Model export");
    await consumers.row("Requirements sync").hover();
    await consumers.name.press("Enter");
    await expect(consumers.row("Model export")).toBeVisible();
  });
});

test.describe("On a page that scrolls, the scroll position is corrected", () => {
  test.beforeEach(async ({ consumers }) => {
    await registerMany(consumers.page, numbered(40));
    await expect(consumers.rows).toHaveCount(40);
    await consumers.expectLive();
  });

  test("the row under the pointer stays under it while rows come and go above", async ({ server, consumers }) => {
    const row = consumers.row("Application 15");
    await row.scrollIntoViewIfNeeded();
    await row.hover();
    const before = await row.boundingBox();
    const strayed = await watchPosition(row);
    const key = await server.register("New one");
    await expect(consumers.rowOfKey(key)).toHaveCount(1);
    await server.register("New two");
    await expect(consumers.row("New two")).toHaveCount(1);
    expect(await strayed()).toBeLessThan(1);
    await server.remove(key);
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    expect(await strayed()).toBeLessThan(1);
    expect(await row.boundingBox()).toEqual(before);
    await expect(consumers.newRows(1)).toHaveCount(0);
  });

  test("the row under the pointer stays also at the very top of the page", async ({ server, consumers }) => {
    const row = consumers.rows.first();
    await consumers.page.evaluate(() => scrollTo(0, 0));
    const key = await consumers.keyOf(row);
    await row.hover();
    const strayed = await watchPosition(consumers.rowOfKey(key));
    await server.register("New one");
    await expect(consumers.row("New one")).toHaveCount(1);
    expect(await strayed()).toBeLessThan(1);
  });

  test("the row with the focus stays where it is", async ({ server, consumers }) => {
    const button = consumers.actions("Application 20");
    await button.focus();
    await consumers.pointAway();
    const before = await button.boundingBox();
    const strayed = await watchPosition(button);
    await server.register("New one");
    await expect(consumers.row("New one")).toHaveCount(1);
    expect(await strayed()).toBeLessThan(1);
    expect(await button.boundingBox()).toEqual(before);
    await expect(button).toBeFocused();
  });

  test("an open menu and its row stay where they are", async ({ server, consumers }) => {
    await consumers.actions("Application 20").scrollIntoViewIfNeeded();
    await consumers.openMenu("Application 20");
    const before = [await consumers.menu.boundingBox(), await consumers.actions("Application 20").boundingBox()];
    await server.register("New one");
    await expect(consumers.row("New one")).toHaveCount(1);
    await expect
      .poll(async () => [await consumers.menu.boundingBox(), await consumers.actions("Application 20").boundingBox()])
      .toEqual(before);
    await expect(consumers.menu).toBeVisible();
  });

  test("what one is reading stays, also without pointer and focus", async ({ server, consumers }) => {
    await consumers.pointAway();
    await consumers.page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight / 2));
    const row = consumers.rows.nth(25);
    const key = await consumers.keyOf(row);
    const strayed = await watchPosition(consumers.rowOfKey(key));
    await server.register("New one");
    await expect(consumers.row("New one")).toHaveCount(1);
    expect(await strayed()).toBeLessThan(1);
  });
});
