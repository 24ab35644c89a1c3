import { expect, ready, test } from "../support/test.ts";
import { query, tab } from "../support/toolbar.ts";

test.describe("Status tabs", () => {
  test("each has its live count and shows its consumers", async ({ server, consumers }) => {
    const { page } = consumers;
    const key = await server.register("Requirements sync");
    await server.register("Model export", "approved");
    await server.register("Old tool", "disapproved");
    await expect(tab(page, "All")).toHaveText("All 3");
    await expect(tab(page, "Pending")).toHaveText("Pending 1");
    await expect(tab(page, "All")).toHaveAttribute("aria-current", "true");
    await tab(page, "Approved").click();
    await expect(consumers.rows).toHaveCount(1);
    await expect(consumers.row("Model export")).toBeVisible();
    await expect(tab(page, "Approved")).toHaveAttribute("aria-current", "true");
    await expect(tab(page, "All")).not.toHaveAttribute("aria-current");
    await expect(tab(page, "Approved")).toBeFocused();
    await server.approve(key);
    await expect(consumers.row("Requirements sync"), "it has come into the view").toBeVisible();
    await expect(tab(page, "Approved")).toHaveText("Approved 2");
    await expect(tab(page, "Pending")).toHaveText("Pending 0");
    await server.remove(key);
    await expect(tab(page, "All")).toHaveText("All 2");
    await expect(consumers.rows).toHaveCount(1);
  });

  test("counts follow what happens to consumers that the view does not show", async ({ server, consumers }) => {
    const { page } = consumers;
    const key = await server.register("Requirements sync");
    await tab(page, "Approved").click();
    await expect(consumers.rows).toHaveCount(0);
    await server.disapprove(key);
    await expect(tab(page, "Disapproved")).toHaveText("Disapproved 1");
    await expect(tab(page, "Pending")).toHaveText("Pending 0");
  });

  test("the title of the window says how many are pending", async ({ server, consumers }) => {
    const { page } = consumers;
    await expect(page).toHaveTitle("OAuth consumers · Latchkey");
    const key = await server.register("Requirements sync");
    await server.register("Model export");
    await expect(page).toHaveTitle("(2) OAuth consumers · Latchkey");
    await server.approve(key);
    await expect(page).toHaveTitle("(1) OAuth consumers · Latchkey");
  });

  test("a tab can be opened in a window of its own, as every link can", async ({ server, consumers, context }) => {
    await server.register("Requirements sync", "approved");
    const opened = context.waitForEvent("page");
    await tab(consumers.page, "Approved").click({ modifiers: ["ControlOrMeta"] });
    const other = await opened;
    await ready(other);
    expect(query(other)).toBe("?status=approved");
    expect(query(consumers.page)).toBe("");
  });
});
