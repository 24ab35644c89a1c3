// The message after a deed stands beside the row that it is about, where that row is seen.
import { expectNoViolations } from "../support/axe.ts";
import { NAME, closeMessage, expectAtFoot, expectBeside, message, undo } from "../support/beside.ts";
import { boxOf } from "../support/look.ts";
import { close, link, open } from "../support/panel.ts";
import { LONG } from "../support/row-look.ts";
import { bar, box, expectSelected } from "../support/selection.ts";
import { expect, numbered, registerMany, tabTo, test } from "../support/test.ts";

for (const viewport of [
  { width: 1280, height: 720 },
  { width: 1000, height: 700 },
  { width: 390, height: 740 },
  // 200 % zoom.
  { width: 640, height: 480 },
]) {
  test.describe(`At ${viewport.width} pixels`, () => {
    test.use({ viewport });

    test("it is beside each row, also of one that it stood over before, and no row moves", async ({ server, consumers, page }) => {
      for (const name of ["Last one", "Middle", NAME]) await server.register(name);
      await expect(consumers.rows).toHaveCount(3);
      // Each of them decided while the message about the row above stands there.
      for (const name of [NAME, "Middle", "Last one"]) {
        const dialog = await consumers.choose(name, "Disapprove");
        const tops = async () => Promise.all((await consumers.rows.all()).map(async (row) => (await boxOf(row)).y + (await page.evaluate(() => scrollY))));
        const before = await tops();
        await consumers.confirmation("Disapprove consumer key").click();
        await expect(dialog).toBeHidden();
        await expectBeside(consumers, name);
        expect(await tops()).toEqual(before);
      }
      await expectNoViolations(page, "a message beside a row");
    });

    test("a name as long as names may be stays inside", async ({ server, consumers }) => {
      await server.register(LONG);
      await expect(consumers.rows).toHaveCount(1);
      await consumers.confirm(LONG, "Disapprove");
      await expectBeside(consumers, LONG);
    });

    test("Tab leads from the row's button to Undo, on through it, and back", async ({ server, consumers, page }) => {
      await server.register("Below");
      await server.register(NAME);
      await expect(consumers.rows).toHaveCount(2);
      await consumers.confirm(NAME, "Disapprove");
      const button = consumers.actions(NAME);
      await button.focus();
      await page.keyboard.press("Tab");
      await expect(undo(page)).toBeFocused();
      await page.keyboard.press("Shift+Tab");
      await expect(button).toBeFocused();
      await tabTo(page, closeMessage(page));
      await page.keyboard.press("Tab");
      await expect(consumers.row("Below").getByRole("checkbox")).toBeFocused();
      await button.focus();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await consumers.expectStatus(NAME, "Pending");
      await expect(button).toBeFocused();
    });
  });
}

test("Escape closes it, and the focus is back on the row", async ({ server, consumers, page }) => {
  await server.register(NAME);
  await expect(consumers.rows).toHaveCount(1);
  await consumers.confirm(NAME, "Approve");
  await undo(page).focus();
  await page.keyboard.press("Escape");
  await expect(message(page)).toBeEmpty();
  await expect(consumers.actions(NAME)).toBeFocused();
});

test("it goes along with its row, and to the foot where that is not seen", async ({ server, consumers, page }) => {
  await registerMany(page, numbered(40), server.url);
  await server.register(NAME);
  await expect(consumers.row(NAME)).toBeVisible();
  await consumers.confirm(NAME, "Disapprove");
  await expectBeside(consumers);
  await page.evaluate(() => scrollTo(0, 60));
  await expectBeside(consumers);
  await page.evaluate(() => scrollTo(0, 900));
  await expectAtFoot(page);
  await page.evaluate(() => scrollTo(0, 0));
  await expectBeside(consumers);
  await server.register("Above it");
  await expect(consumers.row("Above it")).toBeVisible();
  await expectBeside(consumers);
  await server.cli(["consumer", "remove", (await server.list()).find(({ name }) => name === NAME)?.key ?? ""]);
  await expect(consumers.row(NAME)).toHaveCount(0);
  await expectAtFoot(page);
});

test("what is about no row stands at the foot", async ({ server, consumers, page }) => {
  await server.register(NAME);
  await expect(consumers.rows).toHaveCount(1);
  await consumers.confirm(NAME, "Approve");
  await expectBeside(consumers);
  await consumers.confirm(NAME, "Remove");
  await expect(consumers.said(`Removed ${NAME}.`)).toBeVisible();
  await expectAtFoot(page);
});

test("after a save and after Undo as well", async ({ server, consumers, page }) => {
  await server.register(NAME);
  await expect(consumers.rows).toHaveCount(1);
  const dialog = await consumers.choose(NAME, "Edit");
  await dialog.getByLabel("Owner", { exact: true }).fill("Systems");
  await consumers.confirmation("Edit consumer").click();
  await expect(consumers.said(`Saved ${NAME}.`)).toBeVisible();
  await expectBeside(consumers);
  await consumers.confirm(NAME, "Disapprove");
  await undo(page).click();
  await expect(consumers.said(`Undone: ${NAME} is Pending again.`)).toBeVisible();
  await expectBeside(consumers);
});

test("it goes along where a panel opens and closes, and where exact times need more room", async ({ server, consumers, page }) => {
  await server.register(NAME);
  await expect(consumers.rows).toHaveCount(1);
  await consumers.confirm(NAME, "Disapprove");
  const exact = page.getByRole("button", { name: "Exact times" });
  for (const change of [() => open(consumers), () => close(page).click(), () => exact.click(), () => exact.click()]) {
    await change();
    await expectBeside(consumers);
  }
});

test("a dialog that is open over it, and closed, leaves it beside its row", async ({ server, consumers, page }) => {
  const other = await server.register("Other");
  await server.register(NAME);
  await expect(consumers.rows).toHaveCount(2);
  await consumers.confirm(NAME, "Disapprove");
  const dialog = await consumers.choose(NAME, "Edit");
  await server.rename(other, "Renamed");
  await expect(consumers.rowOfKey(other)).toContainText("Renamed");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expectBeside(consumers);
});

test.describe("In a window of 1000 pixels", () => {
  test.use({ viewport: { width: 1000, height: 700 } });

  test("it is at the foot while a panel covers the table", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await expect(consumers.rows).toHaveCount(1);
    await consumers.confirm(NAME, "Disapprove");
    await expectBeside(consumers);
    await open(consumers);
    await expectAtFoot(page);
    await close(page).click();
    await expect(link(consumers)).toBeFocused();
    await expectBeside(consumers);
  });

  test("it does not stand over the bar of what is selected", async ({ consumers, page, server }) => {
    await registerMany(page, numbered(20), server.url);
    await expect(consumers.rows).toHaveCount(20);
    await box(page, await consumers.rows.first().locator("bdi").innerText()).check();
    await expectSelected(page, 1);
    const { y } = await boxOf(bar(page));
    const names = await consumers.rows.evaluateAll(
      (rows, y) => rows.filter((row) => row.getBoundingClientRect().bottom < y).map((row) => row.querySelector("bdi")?.textContent ?? ""),
      y,
    );
    const last = names.at(-1) ?? "";
    await consumers.confirm(last, "Disapprove");
    await expectBeside(consumers, last);
  });
});
