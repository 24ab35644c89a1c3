import { type ConsumersPage, expect, test } from "../support/test.ts";
import { head, query, sort } from "../support/toolbar.ts";

const names = (consumers: ConsumersPage) => consumers.rows.locator("td.name bdi").allInnerTexts();

test("Column heads sort: a press, and another one the other way round", async ({ server, consumers }) => {
  const { page } = consumers;
  for (const name of ["bridge", "Clock", "Anvil"]) await server.register(name);
  await expect(consumers.rows).toHaveCount(3);
  await expect(head(page, "Registered")).toHaveAttribute("aria-sort", "descending");
  expect(await names(consumers)).toEqual(["Anvil", "Clock", "bridge"]);
  await sort(page, "Consumer name").click();
  await expect(head(page, "Consumer name")).toHaveAttribute("aria-sort", "ascending");
  await expect(head(page, "Registered")).not.toHaveAttribute("aria-sort");
  await expect.poll(() => names(consumers)).toEqual(["Anvil", "bridge", "Clock"]);
  await expect(sort(page, "Consumer name")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect.poll(() => names(consumers)).toEqual(["Clock", "bridge", "Anvil"]);
  expect(query(page)).toBe("?sort=name&order=desc");
  await server.register("Boat");
  await expect.poll(() => names(consumers), "a new row goes to its place").toEqual(["Clock", "bridge", "Boat", "Anvil"]);
});
