// Who uses the message beside a row uses the row: it stays, nothing moves, and the focus is never lost.
import type { Locator, Page } from "@playwright/test";
import { NAME, closeMessage, expectAtFoot, expectBeside, message, undo } from "../support/beside.ts";
import { boxOf, twoFrames } from "../support/look.ts";
import { button, heading, open, panel } from "../support/panel.ts";
import { box, expectSelected } from "../support/selection.ts";
import { type ConsumersPage, type Latchkey, expect, test } from "../support/test.ts";
import { tab } from "../support/toolbar.ts";

/** As long as the page takes to tidy up. */
const fourFrames = async (page: Page) => {
  await twoFrames(page);
  await twoFrames(page);
};

/** As a hand does it: the page goes on while the button of the mouse is down. */
async function pressSlowly(page: Page, target: Locator): Promise<void> {
  const { x, y, width, height } = await boxOf(target);
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await fourFrames(page);
  await page.mouse.up();
}

/** Two consumers, of which this one has just left the view. */
async function disapproveAmongApproved(server: Latchkey, consumers: ConsumersPage): Promise<void> {
  await server.register("Other", "approved");
  await server.register(NAME, "approved");
  await tab(consumers.page, "Approved").click();
  await expect(consumers.page).toHaveURL(/status=approved/);
  await expect(consumers.rows).toHaveCount(2);
  await consumers.confirm(NAME, "Disapprove");
  await consumers.pointAway();
  await expectBeside(consumers);
}

test("Undo can be pressed slowly where its row has left the view", async ({ server, consumers, page }) => {
  await disapproveAmongApproved(server, consumers);
  await pressSlowly(page, undo(page));
  await expect(consumers.said(`Undone: ${NAME} is Approved again.`)).toBeVisible();
  await consumers.expectStatus(NAME, "Approved");
});

test("A row that has left the view stays while the focus or the pointer is on its message, and goes then", async ({ server, consumers, page }) => {
  await disapproveAmongApproved(server, consumers);
  await consumers.actions(NAME).focus();
  await page.keyboard.press("Tab");
  await expect(undo(page)).toBeFocused();
  await fourFrames(page);
  await expectBeside(consumers);
  await undo(page).hover();
  await consumers.name.focus();
  await fourFrames(page);
  await expectBeside(consumers);
  await consumers.pointAway();
  await expect(consumers.row(NAME)).toHaveCount(0);
  await expectAtFoot(page);
});

test.describe("On a page that cannot scroll", () => {
  test.use({ viewport: { width: 1280, height: 1000 } });

  test("rows that wait do not push Undo away while it is pressed", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await expect(consumers.rows).toHaveCount(1);
    await consumers.confirm(NAME, "Disapprove");
    await consumers.pointAway();
    await server.register("Another");
    await expect(consumers.newRows(1)).toBeVisible();
    await pressSlowly(page, undo(page));
    await expect(consumers.said(`Undone: ${NAME} is Pending again.`)).toBeVisible();
  });
});

test.describe("The focus", () => {
  test.beforeEach(async ({ server, consumers }) => {
    await server.register("Below");
    await server.register(NAME);
    await expect(consumers.rows).toHaveCount(2);
  });

  test("goes back where it came from, if that was the end of the page", async ({ consumers, page }) => {
    await consumers.confirm(NAME, "Disapprove");
    await consumers.actions("Below").focus();
    await page.keyboard.press("Tab");
    await expect(undo(page)).toBeFocused();
    await page.keyboard.press("Shift+Tab");
    await expect(consumers.actions("Below")).toBeFocused();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await expect(closeMessage(page)).toBeFocused();
    await page.keyboard.press("Tab");
    await expect(consumers.row("Below").getByRole("checkbox")).not.toBeFocused();
  });

  test("is on the table once a message is closed that is about no row", async ({ consumers, page }) => {
    await consumers.confirm(NAME, "Remove");
    await expect(consumers.said(`Removed ${NAME}.`)).toBeVisible();
    await closeMessage(page).focus();
    await page.keyboard.press("Escape");
    await expect(message(page)).toBeEmpty();
    await expect(consumers.tableHeading).toBeFocused();
  });

  test("is not lost where other words take the place of Undo, and these pass as well", async ({ consumers, page }) => {
    await page.clock.install();
    await consumers.confirm(NAME, "Disapprove");
    await consumers.pointAway();
    await undo(page).focus();
    await consumers.row("Below").getByRole("button", { name: "Copy consumer key" }).evaluate((copy: HTMLElement) => copy.click());
    await expect(message(page)).toContainText(/Copied|copying/);
    await expect(consumers.tableHeading).toBeFocused();
    await page.clock.fastForward("00:09");
    await expect(message(page)).toBeEmpty();
  });

  test("Escape in the message closes neither the panel nor the selection", async ({ consumers, page }) => {
    await box(page, "Below").check();
    await open(consumers);
    await consumers.confirm(NAME, "Disapprove");
    await undo(page).focus();
    await page.keyboard.press("Escape");
    await expect(message(page)).toBeEmpty();
    await expect(consumers.actions(NAME)).toBeFocused();
    await expect(heading(page)).toBeVisible();
    await expectSelected(page, 1);
  });

  test.describe("where a panel covers the table", () => {
    test.use({ viewport: { width: 1000, height: 700 } });

    test("goes to the panel from a message that is closed", async ({ consumers, page }) => {
      await consumers.confirm(NAME, "Disapprove");
      await open(consumers);
      await undo(page).focus();
      await page.keyboard.press("Shift+Tab");
      await expect(undo(page)).not.toBeFocused();
      await undo(page).focus();
      await page.keyboard.press("Escape");
      await expect(message(page)).toBeEmpty();
      await expect(heading(page)).toBeFocused();
    });

    test("goes to the panel from Undo", async ({ consumers, page }) => {
      await open(consumers);
      await button(page, "Approve").click();
      await consumers.confirmation("Approve consumer key").click();
      await expect(consumers.dialog("Approve consumer key")).toBeHidden();
      await undo(page).press("Enter");
      await expect(consumers.said(`Undone: ${NAME} is Pending again.`)).toBeVisible();
      await expect.poll(() => panel(page).evaluate((panel) => panel.contains(document.activeElement))).toBe(true);
    });
  });
});
