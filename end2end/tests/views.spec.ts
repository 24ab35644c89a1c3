// A view: what search, tabs, filters and order make of the table, and the address that says it.
import { PATH, expect, hold, ready, refused, test } from "../support/test.ts";
import { search, tab } from "../support/toolbar.ts";

test.describe("The address", () => {
  test("says the view, so that it can be sent to somebody", async ({ server, consumers, another }) => {
    await server.register("Requirements sync", "approved");
    await server.register("Requirements bridge");
    await tab(consumers.page, "Approved").click();
    await search(consumers.page).fill("requirements");
    await expect(consumers.rows).toHaveCount(1);
    const other = await another();
    await other.page.goto(consumers.page.url());
    await ready(other.page);
    await expect(other.rows).toHaveCount(1);
    await expect(other.row("Requirements sync")).toBeVisible();
    await expect(search(other.page)).toHaveValue("requirements");
    await expect(tab(other.page, "Approved")).toHaveAttribute("aria-current", "true");
  });

  test("back and forward lead through the views", async ({ server, consumers }) => {
    const { page } = consumers;
    await server.register("Requirements sync", "approved");
    await server.register("Model export");
    await consumers.mark();
    await tab(page, "Approved").click();
    await expect(consumers.rows).toHaveCount(1);
    await tab(page, "Pending").click();
    await expect(consumers.row("Model export")).toBeVisible();
    await page.goBack();
    await expect(consumers.row("Requirements sync")).toBeVisible();
    await expect(tab(page, "Approved")).toHaveAttribute("aria-current", "true");
    await page.goBack();
    await expect(consumers.rows).toHaveCount(2);
    await page.goForward();
    await expect(consumers.rows).toHaveCount(1);
    await consumers.expectNotReloaded();
  });

  test("that asks for a view that there is not says so", async ({ server, consumers, complaints }) => {
    complaints.expect(refused(404));
    await server.register("Requirements sync");
    await consumers.page.goto(`${PATH}?status=approvd`);
    await expect(consumers.page.getByText("status=approvd: give pending, approved or disapproved.")).toBeVisible();
    await expect(consumers.rows).toHaveCount(1);
  });

  for (const [query, name] of [["q=a&q=b", "q"], ["last_used=1d&last_used=never", "last_used"]] as const) {
    test(`that gives ${name} twice says so`, async ({ server, consumers, complaints }) => {
      complaints.expect(refused(404));
      await server.register("Requirements sync");
      await consumers.page.goto(`${PATH}?${query}`);
      await expect(consumers.page.getByText(`${name} is given twice.`)).toBeVisible();
      await expect(consumers.rows).toHaveCount(1);
    });
  }
});

test.describe("A row that no longer fits the view", () => {
  test("stays with a tag until pointer and focus have left it", async ({ server, consumers }) => {
    const { page } = consumers;
    await server.register("Model export");
    const key = await server.register("Requirements sync");
    await tab(page, "Pending").click();
    await expect(consumers.rows).toHaveCount(2);
    await consumers.rowOfKey(key).hover();
    await server.approve(key);
    await expect(consumers.rowOfKey(key).getByText("No longer in this view", { exact: true })).toBeVisible();
    await expect(tab(page, "Pending")).toHaveText("Pending 1");
    await consumers.row("Model export").hover();
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await expect(consumers.rows).toHaveCount(1);
  });

  test("stays with the focus in it, also after the deed that took it out", async ({ server, consumers }) => {
    const { page } = consumers;
    const key = await server.register("Requirements sync");
    await tab(page, "Pending").click();
    await expect(consumers.rows).toHaveCount(1);
    await consumers.openMenuByKey("Requirements sync");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await consumers.confirmation("Approve consumer key").click();
    await expect(consumers.actions("Requirements sync")).toBeFocused();
    await consumers.pointAway();
    await expect(consumers.rowOfKey(key).getByText("No longer in this view", { exact: true })).toBeVisible();
    await search(page).focus();
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await expect(page.getByText("No consumer matches Pending.")).toBeVisible();
  });

  test("goes at once where nobody uses it", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    await tab(consumers.page, "Pending").click();
    await expect(consumers.rowOfKey(key)).toBeVisible();
    await consumers.pointAway();
    await consumers.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await server.approve(key);
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
  });
});

test("A refusal of the server is told, and the rows stay", async ({ server, consumers, complaints }) => {
  complaints.expect(refused(500));
  await server.register("Requirements sync");
  await expect(consumers.rows).toHaveCount(1);
  await consumers.page.route("**/api/page/rows", (route) => route.fulfill({ status: 500, body: "" }));
  await tab(consumers.page, "Approved").click();
  await expect(consumers.said("These rows could not be loaded.")).toBeVisible();
  await expect(consumers.rows).toHaveCount(1);
});

test("While an answer is away the rows stay, and what happens meanwhile is not lost", async ({ server, consumers }) => {
  const { page } = consumers;
  const key = await server.register("Requirements sync");
  await server.register("Model export", "approved");
  await expect(consumers.rows).toHaveCount(2);
  const { calls, letGo } = await hold(page, "rows");
  await search(page).fill("sync");
  await expect.poll(calls).toBe(1);
  await expect(consumers.rows).toHaveCount(2);
  await server.rename(key, "Requirements sync 2");
  await expect(consumers.rowOfKey(key)).toContainText("sync 2");
  letGo();
  await expect(consumers.rows).toHaveCount(1);
  await expect(consumers.rowOfKey(key)).toContainText("sync 2");
});
