import { fields } from "../support/edit-dialog.ts";
import { twoFrames } from "../support/look.ts";
import { expect, refused, test } from "../support/test.ts";

const NAME = "Requirements sync";

let key: string;

test.beforeEach(async ({ server, consumers }) => {
  await server.register("Older");
  key = await server.register(NAME);
  await expect(consumers.row(NAME)).toBeVisible();
});

test.describe("After a removal the focus goes", () => {
  test("to the next row's button", async ({ consumers }) => {
    await consumers.confirm(NAME, "Remove");
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await expect(consumers.actions("Older")).toBeFocused();
  });

  test("to the table's heading where no row follows", async ({ consumers }) => {
    await consumers.confirm("Older", "Remove");
    await expect(consumers.rows).toHaveCount(1);
    await expect(consumers.tableHeading).toBeFocused();
  });
});

test.describe("Tab goes round in a dialog, and the focus is in it at each step", () => {
  for (const entry of ["Approve", "Edit"] as const) {
    for (const keys of ["Tab", "Shift+Tab"]) {
      test(`${entry}, with ${keys}`, async ({ consumers, page }) => {
        const dialog = await consumers.choose(NAME, entry);
        const focused = () => dialog.evaluate((dialog) => {
          const at = [...dialog.querySelectorAll("*")].indexOf(document.activeElement as Element);
          return dialog.contains(document.activeElement) ? at : "outside";
        });
        const seen = new Set<unknown>();
        for (let presses = 0; presses < 40; presses++) {
          await page.keyboard.press(keys);
          const at = await focused();
          expect(at, `after ${presses + 1} presses`).not.toBe("outside");
          seen.add(at);
        }
        expect(seen.size, "it moves").toBeGreaterThan(2);
        await expect(dialog).toBeVisible();
      });
    }
  }
});

test.describe("The focus is not lost", () => {
  test("after approving, disapproving and saving it is on the row's button", async ({ consumers }) => {
    for (const entry of ["Approve", "Disapprove"] as const) {
      await consumers.confirm(NAME, entry);
      await expect(consumers.actions(NAME)).toBeFocused();
    }
    const edit = fields(await consumers.choose(NAME, "Edit"));
    await edit.name.fill("Renamed");
    await edit.save.click();
    await expect(consumers.actions("Renamed")).toBeFocused();
  });

  test("after the last row was removed it is on the table's heading", async ({ consumers }) => {
    await consumers.confirm(NAME, "Remove");
    await expect(consumers.rows).toHaveCount(1);
    await consumers.confirm("Older", "Remove");
    await expect(consumers.tableHeading).toBeFocused();
  });

  test("when somebody else removed the row of the open dialog, closing goes to the next row's button", async ({ consumers, server }) => {
    const dialog = await consumers.choose(NAME, "Edit");
    await server.remove(key);
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await consumers.page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(consumers.actions("Older")).toBeFocused();
  });

  test("when somebody else removed the row of the open menu, closing goes to the next row's button", async ({ consumers, server }) => {
    await consumers.openMenu(NAME);
    await server.remove(key);
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await consumers.page.keyboard.press("Escape");
    await expect(consumers.menu).toHaveCount(0);
    await expect(consumers.actions("Older")).toBeFocused();
  });

  test("when somebody else removed the row that has it, it goes to the next row's button", async ({ consumers, server }) => {
    await consumers.actions(NAME).focus();
    await server.remove(key);
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await expect(consumers.actions("Older")).toBeFocused();
  });
});

for (const viewport of [
  { width: 640, height: 400 },
  { width: 360, height: 640 },
  { width: 1280, height: 720 },
]) {
  for (const what of ["without", "with"]) {
    test(`What has the focus in Edit consumer is in sight, ${what} an error, at ${viewport.width} pixels`, async ({
      consumers,
      page,
      server,
      complaints,
    }) => {
      await page.setViewportSize(viewport);
      const dialog = await consumers.choose(NAME, "Edit");
      if (what === "with") {
        complaints.expect(refused(409));
        await server.approve(key);
        await fields(dialog).name.fill("Another name");
        await fields(dialog).save.click();
        await expect(consumers.refusal("Edit consumer").getByText("the command line")).toBeVisible();
        // Until the dialog has been painted with the refusal.
        await twoFrames(page);
      }
      await fields(dialog).name.focus();
      const stops = await dialog.locator("input, textarea, button").count();
      for (let stop = 0; stop < stops; stop += 1) {
        const hidden = await page.evaluate(() => {
          const focused = document.activeElement as HTMLElement;
          const { left, top, width, height } = focused.getBoundingClientRect();
          const seen = document.elementFromPoint(left + width / 2, top + height / 2);
          return seen && focused.contains(seen) ? "" : focused.outerHTML;
        });
        expect(hidden).toBe("");
        await page.keyboard.press("Tab");
      }
    });
  }
}
