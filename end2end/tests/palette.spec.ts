// The palette: how it opens and closes, its commands, and how it is on a phone. What it finds: palette-search.spec.ts.
import { expectNoViolations } from "../support/axe.ts";
import { overflow, twoFrames } from "../support/look.ts";
import { active, field, open, option, options, palette, run, told } from "../support/palette.ts";
import { NAME, heading } from "../support/panel.ts";
import { type ConsumersPage, PATH, expect, test } from "../support/test.ts";
import { query } from "../support/toolbar.ts";

test.describe("Opened by Ctrl K", () => {
  test("it is a combobox whose focus stays in the field, and Escape gives the focus back", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await consumers.actions(NAME).focus();
    await open(page);
    await expect(field(page)).toHaveAttribute("aria-expanded", "true");
    await expect(field(page)).toHaveAttribute("aria-autocomplete", "list");
    const list = palette(page).getByRole("listbox");
    await expect(field(page)).toHaveAttribute("aria-controls", (await list.getAttribute("id")) as string);
    for (const [key, at] of [
      ["ArrowDown", 1],
      ["ArrowUp", 0],
      ["ArrowUp", -1],
      ["ArrowDown", 0],
    ] as const) {
      await page.keyboard.press(key);
      await expect(active(page)).toHaveCount(1);
      const wanted = at < 0 ? options(page).last() : options(page).nth(at);
      await expect(wanted, `after ${key}`).toHaveAttribute("aria-selected", "true");
      await expect(wanted).toBeInViewport({ ratio: 1 });
      await expect(field(page)).toHaveAttribute("aria-activedescendant", (await wanted.getAttribute("id")) as string);
      await expect(field(page)).toBeFocused();
    }
    await page.keyboard.press("Escape");
    await expect(palette(page)).toHaveCount(0);
    await expect(consumers.actions(NAME)).toBeFocused();
  });

  test("it opens from a field, too, which gets the focus back with what was typed", async ({ consumers, page }) => {
    await consumers.name.fill("Half a name");
    await open(page);
    await page.keyboard.type("pend");
    await page.keyboard.press("Escape");
    await expect(consumers.name).toBeFocused();
    await expect(consumers.name).toHaveValue("Half a name");
    await open(page);
    await expect(field(page)).toHaveValue("");
  });

  test("it takes the place of an open menu, whose button gets the focus back", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await consumers.openMenuByKey(NAME);
    await open(page);
    await expect(page.getByRole("menu")).toHaveCount(0);
    await page.keyboard.press("Escape");
    await expect(consumers.actions(NAME)).toBeFocused();
  });

  test("it stays closed while a dialog is open, and where Shift or Alt is held too", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await consumers.choose(NAME, "Edit");
    await page.keyboard.press("Control+k");
    await twoFrames(page);
    await expect(page.getByRole("dialog")).toHaveCount(1);
    await expect(consumers.dialog("Edit consumer")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(consumers.dialog("Edit consumer")).toHaveCount(0);
    for (const held of ["Control+Shift", "Control+Alt"]) await page.keyboard.press(`${held}+k`);
    await twoFrames(page);
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await open(page);
  });

  test("Escape closes it alone, and leaves an open panel as it is", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await consumers.row(NAME).getByRole("link", { name: NAME, exact: true }).click();
    await expect(heading(page)).toBeFocused();
    await open(page);
    await page.keyboard.press("Escape");
    await expect(palette(page)).toHaveCount(0);
    await expect(heading(page)).toBeVisible();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`in the ${colorScheme} theme`, () => {
      test.use({ colorScheme });

      test("axe finds nothing in it: with commands, with consumers, with nothing", async ({ server, consumers, page }) => {
        await server.register(NAME);
        await expect(consumers.row(NAME)).toBeVisible();
        await open(page);
        await expectNoViolations(page, "commands");
        await page.keyboard.type("s");
        await expect(option(page, NAME)).toBeVisible();
        await expectNoViolations(page, "commands and consumers");
        await page.keyboard.type("zzz");
        await expect(told(page)).toHaveText("No consumer found.");
        await expect(field(page)).toHaveAttribute("aria-expanded", "false");
        await expectNoViolations(page, "nothing");
      });
    });
  }
});

test.describe("A command", () => {
  test("is found by its words in any order and case, and every one has its control on the page", async ({ consumers, page }) => {
    await open(page);
    await page.keyboard.type("csv EXP");
    await expect(options(page)).toHaveText(["Export as CSV"]);
    await field(page).fill("");
    await expect(options(page)).toHaveText([
      "Register consumer",
      "Show All",
      "Show Pending",
      "Show Approved",
      "Show Disapproved",
      "Export as CSV",
      "Export as JSON",
      "OAuth consumers",
      "Users",
      "Activity",
      "Authorized applications",
      "Your sessions",
      "Second factor",
      "Change password",
      "Keyboard shortcuts",
      "Sign out",
    ]);
    const missing = await options(page).evaluateAll((options) =>
      options.filter((option) => !document.querySelector((option as HTMLElement).dataset.target as string)).map((option) => option.textContent),
    );
    expect(missing).toEqual([]);
    await expect(consumers.heading).toBeVisible();
  });

  test("Register consumer goes to the name field", async ({ consumers, page }) => {
    await run(page, "Register consumer");
    await expect(consumers.name).toBeFocused();
  });

  test("Show Pending, Show Approved, Show Disapproved and Show All show that tab", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await server.register("Model export", "approved");
    await expect(consumers.rows).toHaveCount(2);
    for (const [word, search, rows] of [
      ["Pending", "?status=pending", 1],
      ["Approved", "?status=approved", 1],
      ["Disapproved", "?status=disapproved", 0],
      ["All", "", 2],
    ] as const) {
      await run(page, `Show ${word}`);
      await expect.poll(() => query(page)).toBe(search);
      await expect(consumers.rows).toHaveCount(rows);
    }
  });

  for (const format of ["CSV", "JSON"]) {
    test(`Export as ${format} saves the view`, async ({ server, consumers, page }) => {
      await server.register(NAME);
      await expect(consumers.row(NAME)).toBeVisible();
      const download = page.waitForEvent("download");
      await run(page, `Export as ${format}`);
      expect((await download).suggestedFilename()).toBe(`consumers.${format.toLowerCase()}`);
    });
  }

  for (const [words, path] of [
    ["OAuth consumers", PATH],
    ["Users", "/settings/users"],
    ["Activity", "/settings/activity"],
    ["Authorized applications", "/account/applications"],
    ["Change password", "/account/password"],
  ] as const) {
    test(`${words} leads there`, async ({ consumers, page }) => {
      await expect(consumers.heading).toBeVisible();
      await open(page);
      await page.keyboard.type(words);
      await expect(active(page)).toHaveText(words);
      await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
      expect(new URL(page.url()).pathname).toBe(path);
    });
  }

  test("Keyboard shortcuts shows them, and the focus comes back to where it was", async ({ consumers, page }) => {
    await consumers.name.focus();
    await run(page, "Keyboard shortcuts");
    await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await expect(consumers.name).toBeFocused();
  });

  test("Sign out signs out", async ({ consumers, page }) => {
    await expect(consumers.heading).toBeVisible();
    await open(page);
    await page.keyboard.type("sign out");
    await expect(active(page)).toHaveText("Sign out");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/sign-in/);
  });
});

test.describe("On a phone", () => {
  test.use({ viewport: { width: 390, height: 740 } });

  const opened = async (consumers: ConsumersPage): Promise<void> => {
    await consumers.row(NAME).getByRole("link", { name: NAME, exact: true }).click();
    await expect(heading(consumers.page)).toBeFocused();
  };

  test("Register consumer unfolds the form", async ({ consumers, page }) => {
    await expect(consumers.name).toBeHidden();
    await run(page, "Register consumer");
    await expect(consumers.name).toBeFocused();
  });

  test("a command of the table closes the panel that covers it", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await opened(consumers);
    await run(page, "Show Pending");
    await expect(page.locator("#panel")).toBeHidden();
    await expect(consumers.row(NAME)).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`${PATH}\\?status=pending$`));
    await opened(consumers);
    await run(page, "Register consumer");
    await expect(consumers.name).toBeFocused();
  });

  test("nothing reaches beyond the window, whatever the names are", async ({ server, consumers, page }) => {
    await server.register("A test runner with an uncommonly long name, as long as names may be ".padEnd(100, "x"));
    await expect(consumers.rows).toHaveCount(1);
    await open(page);
    await page.keyboard.type("runner");
    await expect(options(page)).toHaveCount(1);
    await expect(options(page).first()).toBeInViewport({ ratio: 1 });
    expect(await palette(page).evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBeLessThanOrEqual(0);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });
});
