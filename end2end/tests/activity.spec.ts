import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { SERVER_AWAY, ada, expect, grace, numbered, refused, registerMany, signIn, tabTo, test } from "../support/test.ts";
import { expectNoViolations } from "../support/axe.ts";
import { boxOf, expectHeadsStay, overflow, watchPosition } from "../support/look.ts";
import { setHidden } from "../support/tabs.ts";

const ACTIVITY = "/settings/activity";

const rows = (page: Page) => page.getByRole("table", { name: "Activity" }).locator("tbody").getByRole("row");
const sign = (page: Page) => page.locator("[data-live]");

async function open(page: Page, query = ""): Promise<void> {
  await page.goto(`${ACTIVITY}${query}`);
  await signIn(page, ada);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Activity");
  await pointAway(page);
}

/** Where the page cannot scroll, new lines wait while the pointer is on those that are there. */
const pointAway = (page: Page) => page.mouse.move(1, 1);

/** The numbers of the lines that are shown. */
const numbers = (page: Page) => rows(page).evaluateAll((rows) => rows.map((row) => Number(row.dataset.line)));

test("what was done is told newest first, with who, from where, and what it changed", async ({ server, page }) => {
  const key = await server.register("Requirements sync", "approved");
  await open(page);
  await expect(page.getByRole("columnheader")).toHaveText(["When", "Who", "What", "From"]);
  await expect(rows(page).nth(0)).toContainText("Signed in");
  await expect(rows(page).nth(0)).toContainText("127.0.0.1");
  await expect(rows(page).nth(1)).toContainText("Consumer approved: Requirements sync");
  await expect(rows(page).nth(1)).toContainText("the status from Pending to Approved");
  await expect(rows(page).nth(1)).toContainText("the command line");
  await expect(rows(page).nth(1).getByRole("link", { name: "Requirements sync" })).toHaveAttribute("href", `/settings/oauth-consumers/${key}`);
});

test("what anybody does shows in an open page, and what does not fit its filters does not", async ({ server, page, browser, baseURL }) => {
  await open(page);
  await expect(sign(page)).toHaveText("Live");
  const filtered = await page.context().newPage();
  await filtered.goto(`${ACTIVITY}?what=user_added`);
  await expect(sign(filtered)).toHaveText("Live");
  await server.register("Requirements sync");
  await server.addUser(grace, false);
  await expect(rows(filtered).nth(0)).toContainText("User added: grace");
  await expect(rows(filtered)).toHaveCount(2);
  await page.bringToFront();
  await expect(rows(page).nth(0)).toContainText("User added: grace");
  await expect(rows(page).nth(1)).toContainText("Consumer registered: Requirements sync");
  const another = await browser.newPage({ baseURL });
  await another.goto("/account/sessions");
  await signIn(another, grace);
  await expect(rows(page).nth(0)).toContainText("grace");
  await another.close();
});

test("a page whose session has ended says so, and has missed nothing after a sign-in in another tab", async ({ server, page, complaints }) => {
  complaints.expect(refused(401), SERVER_AWAY);
  await open(page);
  await expect(sign(page)).toHaveText("Live");
  await server.cli(["user", "sign-out", "ada"]);
  await expect(sign(page)).toHaveText("Signed out");
  await server.register("Made meanwhile");
  const opened = page.waitForEvent("popup");
  await page.getByRole("banner").getByRole("link", { name: "Sign in", exact: true }).click();
  await pointAway(page);
  const tab = await opened;
  await signIn(tab, ada);
  await expect(tab).toHaveURL(new RegExp(`${ACTIVITY}$`));
  await tab.close();
  await expect(sign(page)).toHaveText("Live");
  await expect(page.locator("header .own-menu > button"), "the link that had the focus is hidden").toBeFocused();
  await expect(rows(page).filter({ hasText: "Consumer registered: Made meanwhile" })).toHaveCount(1);
});

test("a server that is away is asked again until it is back", async ({ server, page, complaints }) => {
  complaints.expect(/net::ERR_/);
  await open(page);
  await expect(sign(page)).toHaveText("Live");
  await server.stop();
  await expect(sign(page)).toHaveText("Reconnecting…");
  await server.start();
  await expect(sign(page)).toHaveText("Live");
});

test("more lines than one answer has show in order, while what is typed, the focus and a menu stay", async ({ server, page }) => {
  await open(page);
  await expect(sign(page)).toHaveText("Live");
  await page.evaluate(() => ((window as unknown as { mark: boolean }).mark = true));
  const before = (await numbers(page)).length;
  await page.getByLabel("Consumer key").fill("half a ke");
  const button = page.getByRole("button", { name: "Export", exact: true });
  await button.click();
  await setHidden(page, true);
  await registerMany(page, numbered(130), server.url);
  await setHidden(page, false);
  await expect(rows(page)).toHaveCount(before + 130);
  const shown = await numbers(page);
  expect(shown).toEqual(shown.toSorted((one, other) => other - one));
  expect(new Set(shown).size).toBe(before + 130);
  await expect(page.getByRole("link", { name: "CSV" })).toBeVisible();
  await expect(button).toBeFocused();
  await expect(page.getByLabel("Consumer key")).toHaveValue("half a ke");
  expect(await page.evaluate(() => (window as unknown as { mark?: boolean }).mark), "not loaded again").toBe(true);
});

test("lines that the page has no room for are behind Older", async ({ server, page }) => {
  await open(page);
  await expect(sign(page)).toHaveText("Live");
  await expect(page.getByRole("link", { name: "Older" })).toBeHidden();
  const [newest] = await numbers(page);
  await setHidden(page, true);
  await registerMany(page, numbered(510), server.url);
  await setHidden(page, false);
  await expect(rows(page)).toHaveCount(500);
  const last = (await numbers(page)).at(-1) ?? NaN;
  expect(last).toBeGreaterThan(newest ?? NaN);
  await page.getByRole("link", { name: "Older" }).click();
  await expect(page.getByRole("link", { name: "Newest" })).toBeVisible();
  const [next] = await numbers(page);
  const all = await page.request.get(`/api/v1/activity?limit=1&cursor=${last}`);
  expect(next).toBe((await all.json()).items[0].id);
});

test.describe("Where the page cannot scroll, a new line waits behind a button", () => {
  test.use({ viewport: { width: 1280, height: 1000 } });

  const waiting = (page: Page, count: number) => page.getByRole("button", { name: `${count} new`, exact: true });

  test.beforeEach(async ({ server, page }) => {
    await server.register("Requirements sync");
    await open(page);
    await expect(sign(page)).toHaveText("Live");
  });

  test("until the pointer has left the lines", async ({ server, page }) => {
    const row = rows(page).filter({ hasText: "Requirements sync" });
    await row.hover();
    const strayed = await watchPosition(row);
    await server.register("One more");
    await expect(waiting(page, 1)).toBeVisible();
    await server.register("Another");
    await expect(waiting(page, 2)).toBeVisible();
    expect(await strayed()).toBeLessThan(1);
    await expect(page.getByRole("table")).not.toContainText("One more");
    await expectNoViolations(page, "lines that wait");
    await pointAway(page);
    await expect(rows(page).nth(0)).toContainText("Another");
    await expect(rows(page).nth(1)).toContainText("One more");
    await expect(waiting(page, 2)).toHaveCount(0);
  });

  test("until the focus has left them, too", async ({ server, page }) => {
    const link = page.getByRole("table").getByRole("link", { name: "Requirements sync" });
    await link.focus();
    await server.register("One more");
    await expect(waiting(page, 1)).toBeVisible();
    await expect(link).toBeFocused();
    await page.getByLabel("Consumer key").focus();
    await expect(rows(page).nth(0)).toContainText("One more");
    await expect(waiting(page, 1)).toHaveCount(0);
  });

  for (const way of ["pointer", "keyboard"] as const) {
    test(`and by the ${way} the button shows it, and gives it the focus`, async ({ server, page }) => {
      await page.getByRole("table").getByRole("link", { name: "Requirements sync" }).focus();
      await server.register("One more");
      await expect(waiting(page, 1)).toBeVisible();
      if (way === "pointer") await waiting(page, 1).click();
      else {
        await tabTo(page, waiting(page, 1), "Shift+Tab");
        await page.keyboard.press("Enter");
      }
      await expect(rows(page).nth(0)).toContainText("One more");
      await expect(rows(page).nth(0)).toBeFocused();
      await expect(waiting(page, 1)).toHaveCount(0);
    });
  }

  test("unless pointer and focus are elsewhere", async ({ server, page }) => {
    await server.register("One more");
    await expect(rows(page).nth(0)).toContainText("One more");
    await expect(waiting(page, 1)).toHaveCount(0);
  });
});

test("the heads of the columns stay in sight", async ({ server, page }) => {
  for (let n = 0; n < 10; n++) await server.register(`Consumer ${n}`);
  await page.setViewportSize({ width: 1280, height: 500 });
  await open(page);
  await expectHeadsStay(page);
});

test("on paper there is no button to export", async ({ page }) => {
  await open(page);
  const button = page.getByRole("button", { name: "Export", exact: true });
  await expect(button).toBeVisible();
  await page.emulateMedia({ media: "print" });
  await expect(button).toBeHidden();
  await expect(page.getByRole("table", { name: "Activity" })).toBeVisible();
});

for (const width of [1024, 1200]) {
  test(`the filters and their buttons stand on one line at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 700 });
    await open(page, "?who=ada");
    const form = page.getByRole("search", { name: "Filters" });
    const fields = await form.locator("input, select, .btn").all();
    const bottoms = await Promise.all(fields.map(async (field) => Math.round((await boxOf(field)).bottom)));
    expect(bottoms.length).toBe(8);
    expect(new Set(bottoms).size, String(bottoms)).toBe(1);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await expect(page.getByLabel("Who", { exact: true })).toHaveValue("ada");
  });
}

test("filters are in the address, work together, and are cleared at once", async ({ server, page }) => {
  const key = await server.register("Requirements sync", "approved");
  await server.register("Another");
  await open(page);
  await page.getByLabel("What", { exact: true }).selectOption("Consumer approved");
  await page.getByLabel("Consumer key").fill(key);
  await page.getByLabel("Who", { exact: true }).fill("the command line");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(/what=consumer_approved/);
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByLabel("What", { exact: true })).toHaveValue("consumer_approved");
  await page.getByRole("link", { name: "Clear" }).click();
  await expect(page).toHaveURL(new RegExp(`${ACTIVITY}$`));
  await expect(page.getByRole("table", { name: "Activity" })).toContainText("Another");
  await page.getByLabel("Until").fill("2000-01-01");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.getByRole("main")).toContainText("Nothing fits these filters.");
});

test("what was done to a user is found by their name, and a name in a line leads there", async ({ server, page }) => {
  await server.addUser(grace, false);
  await server.cli(["user", "disable", "grace"]);
  await server.register("Requirements sync");
  await open(page);
  await page.getByLabel("To which user").fill("GRACE");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page).toHaveURL(/about=GRACE/);
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).nth(0)).toContainText("grace");
  await expect(rows(page).nth(1)).toContainText("User added: grace");
  await expect(sign(page)).toHaveText("Live");
  await server.addUser({ username: "bob", password: grace.password }, false);
  await server.cli(["user", "enable", "grace"]);
  await expect(rows(page)).toHaveCount(3);
  await page.getByRole("link", { name: "Clear" }).click();
  await rows(page).filter({ hasText: "User added: bob" }).getByRole("link", { name: "bob" }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByLabel("To which user")).toHaveValue("bob");
});

test("what is shown is exported whole as CSV and JSON", async ({ server, page }) => {
  await server.register("=1+1");
  await open(page, "?what=consumer_registered");
  const save = async (format: string) => {
    await page.locator(".export [popovertarget]").click();
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: format, exact: true }).click();
    const file = await (await download).path();
    await page.keyboard.press("Escape");
    return readFile(file, "utf8");
  };
  const csv = (await save("CSV")).trimEnd().split("\r\n");
  expect(csv).toHaveLength(2);
  expect(csv[1]).toContain(",Consumer registered,");
  expect(csv[1]).toContain(",'=1+1,");
  const json = JSON.parse(await save("JSON"));
  expect(json).toHaveLength(1);
  expect(json[0]).toMatchObject({ action: "consumer_registered", actor: "the command line" });
});

test.describe("Without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("filters, exports and further pages work, and the page does not claim to be live", async ({ server, page }) => {
    await server.register("Requirements sync", "approved");
    await open(page);
    await expect(sign(page)).toBeHidden();
    await page.getByLabel("What", { exact: true }).selectOption("Consumer approved");
    await page.getByRole("button", { name: "Filter" }).click();
    await expect(rows(page)).toHaveCount(1);
    await page.locator(".export [popovertarget]").click();
    await expect(page.getByRole("link", { name: "CSV" })).toHaveAttribute("href", "/api/v1/activity.csv?what=consumer_approved");
  });
});

for (const width of [320, 360]) {
  test.describe(`At ${width} px`, () => {
    test.use({ viewport: { width, height: 740 } });

    test("nothing reaches beyond the window, however long what was changed is", async ({ server, page }) => {
      const key = await server.register("An application with an uncommonly long name ".padEnd(100, "x"));
      await server.rename(key, "y".repeat(100));
      await server.cli(["consumer", "approve", key, "--reason", "z".repeat(200)]);
      await open(page);
      await expect(page.getByRole("table", { name: "Activity" })).toContainText("Reason:");
      expect.soft(await overflow(page), "the page").toBeLessThanOrEqual(0);
      await page.locator(".export [popovertarget]").click();
      expect.soft(await overflow(page), "the export's menu").toBeLessThanOrEqual(0);
    });

    test("a filter that is not understood is told inside the window, however long it is", async ({ page, complaints }) => {
      complaints.expect(refused(400));
      await open(page, `?from=${"f".repeat(200)}`);
      await expect(page.getByRole("alert")).toContainText("This filter is not understood");
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    });
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`In the ${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test("axe finds nothing on the page, with filters, their errors, and nothing to show", async ({ server, page, complaints }) => {
      complaints.expect(refused(400));
      await server.register("Requirements sync", "approved");
      await open(page);
      await expect(sign(page)).toHaveText("Live");
      await page.locator(".export [popovertarget]").click();
      await expectNoViolations(page, "activity");
      await page.goto(`${ACTIVITY}?who=nobody`);
      await expectNoViolations(page, "nothing fits");
      await page.goto(`${ACTIVITY}?from=yesterday`);
      await expect(page.getByRole("alert")).toContainText("This filter is not understood");
      await expectNoViolations(page, "a wrong filter");
    });
  });
}
