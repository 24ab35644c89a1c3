// The palette: a consumer or a command, found by the keyboard alone.
import type { Locator, Page } from "@playwright/test";
import { expectNoViolations } from "../support/axe.ts";
import { overflow, twoFrames } from "../support/look.ts";
import { type ConsumersPage, PATH, SERVER_AWAY, expect, hold, refused, test } from "../support/test.ts";

const NAME = "Requirements sync";

const palette = (page: Page): Locator => page.getByRole("dialog", { name: "Find a consumer or a command", exact: true });
const field = (page: Page): Locator => palette(page).getByRole("combobox", { name: "Find a consumer or a command", exact: true });
const options = (page: Page): Locator => palette(page).getByRole("option");
const option = (page: Page, words: string | RegExp): Locator => options(page).filter({ hasText: words });
/** What Enter chooses. */
const active = (page: Page): Locator => palette(page).getByRole("option", { selected: true });
const told = (page: Page): Locator => palette(page).locator("[aria-live=polite]");
const heading = (page: Page, name = NAME): Locator => page.locator("#panel").getByRole("heading", { level: 2, name, exact: true });
const query = (page: Page): string => new URL(page.url()).search;

async function open(page: Page): Promise<void> {
  await page.keyboard.press("Control+k");
  await expect(field(page)).toBeFocused();
}

/** Finds a command by its words and chooses it. */
async function run(page: Page, words: string): Promise<void> {
  await open(page);
  await page.keyboard.type(words);
  await expect(active(page)).toHaveText(words);
  await page.keyboard.press("Enter");
  await expect(palette(page)).toHaveCount(0);
}

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

test.describe("A consumer", () => {
  test("is found by a part of its name, key, owner or note, and Enter opens its panel", async ({ server, consumers, page }) => {
    const key = await server.register(NAME);
    await server.register("Model export");
    await server.cli(["consumer", "edit", key, "--owner", "Grace Hopper"]);
    await consumers.mark();
    for (const typed of ["MENTS sy", key.slice(4, 20), "hopper"]) {
      await open(page);
      await page.keyboard.type(typed);
      await expect(active(page)).toContainText(NAME);
      await expect(active(page)).toContainText("Pending");
      await expect(told(page)).toHaveText("1 consumer found.");
      await page.keyboard.press("Enter");
      await expect(heading(page)).toBeFocused();
      await expect(page).toHaveURL(new RegExp(`${PATH}/${key}$`));
      await page.keyboard.press("Escape");
      await expect(page).toHaveURL(new RegExp(`${PATH}$`));
    }
    await consumers.expectNotReloaded();
  });

  test("whose row is not in the view is found, too", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: /^Approved/ }).click();
    await expect(consumers.rows).toHaveCount(0);
    await open(page);
    await page.keyboard.type("sync");
    await expect(active(page)).toContainText(NAME);
    await page.keyboard.press("Enter");
    await expect(heading(page)).toBeFocused();
    expect(query(page)).toBe("?status=approved");
  });

  test("is chosen by a click as well", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await expect(consumers.row(NAME)).toBeVisible();
    await open(page);
    await page.keyboard.type("sync");
    await option(page, NAME).click();
    await expect(heading(page)).toBeFocused();
  });

  test("whose name is HTML is text", async ({ server, consumers, page }) => {
    const name = "<img src=x>\" & co";
    await server.register(name);
    await expect(consumers.rows).toHaveCount(1);
    await open(page);
    await page.keyboard.type("src=x");
    await expect(active(page).locator("bdi")).toHaveText(name);
    await expect(palette(page).locator("img")).toHaveCount(0);
  });

  test("is one of the first eight, and the last option shows all in the table", async ({ server, consumers, page }) => {
    for (let n = 0; n < 10; n++) await server.register(`Test runner ${n}`);
    await server.register("Model export");
    await expect(consumers.rows).toHaveCount(11);
    await open(page);
    await page.keyboard.type("runner");
    await expect(told(page)).toHaveText("More than 8 consumers found.");
    await expect(options(page)).toHaveCount(9);
    await page.keyboard.press("ArrowUp");
    await expect(active(page)).toHaveText("Show all in the table");
    await page.keyboard.press("Enter");
    await expect(consumers.rows).toHaveCount(10);
    expect(query(page)).toBe("?q=runner");
  });
});

test.describe("The server's answer", () => {
  /** The page's calls that the palette makes. */
  const isSearch = (body: string | null): boolean => (body ?? "").includes("most=");

  test("adds consumers below the commands, and what is active stays", async ({ server, consumers, page }) => {
    await server.register("Users of old");
    await expect(consumers.rows).toHaveCount(1);
    const { letGo } = await hold(page, "rows");
    await open(page);
    await page.keyboard.type("users");
    await expect(active(page)).toHaveText("Users");
    letGo();
    await expect(option(page, "Users of old")).toBeVisible();
    await expect(active(page)).toHaveText("Users");
  });

  test("is waited for after Enter, which then opens what is found first", async ({ server, consumers, page }) => {
    const key = await server.register(NAME);
    await expect(consumers.row(NAME)).toBeVisible();
    const { letGo } = await hold(page, "rows");
    await open(page);
    await page.keyboard.type("sync");
    await page.keyboard.press("Enter");
    await expect(told(page)).toHaveText("Searching…");
    letGo();
    await expect(heading(page)).toBeFocused();
    await expect(palette(page)).toHaveCount(0);
    await expect(page).toHaveURL(new RegExp(`${PATH}/${key}$`));
  });

  test("is not chosen from by an Enter that something else was typed after, nor where nothing is found", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await expect(consumers.row(NAME)).toBeVisible();
    const { letGo } = await hold(page, "rows");
    await open(page);
    await page.keyboard.type("ments");
    await page.keyboard.press("Enter");
    await expect(told(page)).toHaveText("Searching…");
    await page.keyboard.type(" sync");
    letGo();
    await expect(told(page)).toHaveText("1 consumer found.");
    await expect(active(page)).toContainText(NAME);
    await field(page).fill("zzz");
    await page.keyboard.press("Enter");
    await expect(told(page)).toHaveText("No consumer found.");
    await page.keyboard.press("Enter");
    await twoFrames(page);
    await expect(field(page)).toBeFocused();
    await expect(page.locator("#panel")).toBeHidden();
  });

  test("to what was typed before never replaces a later one", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await server.register("Model export");
    await expect(consumers.rows).toHaveCount(2);
    let answerOlder = () => {};
    const older = new Promise<void>((answer) => (answerOlder = answer));
    await page.route("**/api/page/rows", async (route) => {
      if ((route.request().postData() ?? "").includes("ments")) await older;
      await route.continue().catch(() => {});
    });
    await open(page);
    const asked = page.waitForRequest((request) => isSearch(request.postData()) && (request.postData() ?? "").includes("ments"));
    await field(page).fill("ments");
    const request = await asked;
    await field(page).fill("model");
    await expect(active(page)).toContainText("Model export");
    answerOlder();
    await request.response();
    await twoFrames(page);
    await expect(options(page)).toHaveCount(1);
    await expect(active(page)).toContainText("Model export");
  });

  test("is asked for once for what is typed in one go, and with eight rows at most", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await expect(consumers.row(NAME)).toBeVisible();
    const asked: string[] = [];
    page.on("request", (request) => {
      if (isSearch(request.postData())) asked.push(request.postData() as string);
    });
    await open(page);
    await field(page).fill("sync");
    await expect(option(page, NAME)).toBeVisible();
    expect(asked).toHaveLength(1);
    expect(new URLSearchParams(asked[0]).get("view")).toBe("q=sync");
    expect(new URLSearchParams(asked[0]).get("most")).toBe("8");
  });

  test("that does not come is told, and commands go on working", async ({ server, consumers, page, complaints }) => {
    complaints.expect(SERVER_AWAY, refused(503));
    await server.register(NAME);
    await expect(consumers.row(NAME)).toBeVisible();
    await server.kill();
    await open(page);
    await page.keyboard.type("reg");
    await expect(told(page)).toHaveText(/^Consumers cannot be searched: the server does not answer\./);
    await expect(active(page)).toHaveText("Register consumer");
    await page.keyboard.press("Enter");
    await expect(consumers.name).toBeFocused();
    await server.start();
    await consumers.expectLive();
  });

  test("to a palette that is closed by then does nothing", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await expect(consumers.row(NAME)).toBeVisible();
    const { calls, letGo } = await hold(page, "rows");
    await open(page);
    await page.keyboard.type("sync");
    await expect.poll(calls).toBeGreaterThan(0);
    await page.keyboard.press("Escape");
    await expect(palette(page)).toHaveCount(0);
    const answered = page.waitForResponse("**/api/page/rows");
    letGo();
    await answered;
    await open(page);
    await expect(field(page)).toHaveValue("");
    await expect(option(page, NAME)).toHaveCount(0);
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
