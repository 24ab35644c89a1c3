import { expect, test } from "../support/test.ts";
import { chip, filter, query } from "../support/toolbar.ts";

test.describe("Filters", () => {
  test("what is set shows as chips, which take it away again", async ({ server, consumers }) => {
    const { page } = consumers;
    const key = await server.register("Requirements sync");
    await server.register("Model export");
    await server.cli(["consumer", "edit", key, "--callback", "https://app.example/cb", "--trusted", "true"]);
    await filter(page).click();
    await page.getByLabel("Trusted", { exact: true }).selectOption("Trusted");
    await expect(consumers.rows).toHaveCount(1);
    await page.getByLabel("Last used", { exact: true }).selectOption("never");
    await page.getByRole("button", { name: "Apply", exact: true }).click();
    await expect(page.getByLabel("Last used", { exact: true })).toBeHidden();
    await expect(chip(page, "Trusted")).toBeVisible();
    await expect(chip(page, "Last used: never")).toBeVisible();
    expect(query(page)).toBe("?last_used=never&trusted=true");
    await chip(page, "Trusted").click();
    await expect(consumers.rows).toHaveCount(2);
    expect(query(page)).toBe("?last_used=never");
    await expect(filter(page), "the chip is gone").toBeFocused();
    await chip(page, "Last used: never").click();
    expect(query(page)).toBe("");
    await filter(page).click();
    await expect(page.getByLabel("Last used", { exact: true })).toHaveValue("");
  });

  test("Registered by takes a name, and Escape closes and gives the focus back", async ({ server, consumers }) => {
    const { page } = consumers;
    await server.register("By command");
    await consumers.register("By ada");
    await filter(page).click();
    await page.getByLabel("Registered by", { exact: true }).fill("the command line");
    await page.keyboard.press("Enter");
    await expect(consumers.rows).toHaveCount(1);
    await expect(consumers.row("By command")).toBeVisible();
    await expect(chip(page, "Registered by: the command line")).toBeVisible();
    await filter(page).click();
    await expect(page.getByLabel("Ends soon", { exact: true })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByLabel("Ends soon", { exact: true })).toBeHidden();
    await expect(filter(page)).toBeFocused();
  });

  test("Ends soon shows what ends in 30 days", async ({ server, consumers }) => {
    const { page } = consumers;
    const key = await server.register("Requirements sync");
    await server.register("Model export");
    const soon = new Date(Date.now() + 5 * 86_400_000).toISOString();
    await server.cli(["consumer", "edit", key, "--ends", soon]);
    await filter(page).click();
    await page.getByLabel("Ends soon", { exact: true }).check();
    await expect(consumers.rows).toHaveCount(1);
    await expect(consumers.rowOfKey(key)).toBeVisible();
    expect(query(page)).toBe("?ends=soon");
  });
});
