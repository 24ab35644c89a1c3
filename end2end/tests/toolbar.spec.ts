import type { Page } from "@playwright/test";
import { expectNoViolations } from "../support/axe.ts";
import { overflow, twoFrames } from "../support/look.ts";
import { ConsumersPage, PATH, ada, expect, hold, openConsumers, ready, refused, signIn, test } from "../support/test.ts";

const search = (page: Page) => page.getByRole("searchbox", { name: "Search consumers", exact: true });
const tab = (page: Page, name: string) => page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: new RegExp(`^${name}\\b`) });
const filter = (page: Page) => page.getByRole("button", { name: "Filter", exact: true });
const chip = (page: Page, words: string) => page.getByRole("link", { name: `Remove filter ${words}`, exact: true });
const head = (page: Page, name: string) => page.getByRole("columnheader", { name, exact: true });
const sort = (page: Page, name: string) => head(page, name).getByRole("button", { name, exact: true });
const query = (page: Page) => new URL(page.url()).search;
const names = (consumers: ConsumersPage) => consumers.rows.locator("td.name bdi").allInnerTexts();
/** How many entries the browser's history has. */
const entries = (page: Page) => page.evaluate(() => history.length);

test.describe("Searching", () => {
  test("`/` focuses the field, what is typed shows what matches, and Escape empties it", async ({ server, consumers }) => {
    const { page } = consumers;
    await server.register("Requirements sync");
    await server.register("Model export");
    await expect(consumers.rows).toHaveCount(2);
    await page.keyboard.press("/");
    await expect(search(page)).toBeFocused();
    await page.keyboard.type("SYNC");
    await expect(consumers.rows).toHaveCount(1);
    await expect(consumers.row("Requirements sync")).toBeVisible();
    expect(query(page)).toBe("?q=SYNC");
    await page.keyboard.press("Escape");
    await expect(search(page)).toHaveValue("");
    await expect(search(page)).toBeFocused();
    await expect(consumers.rows).toHaveCount(2);
    expect(query(page)).toBe("");
  });

  test("`/` is a letter where something is typed", async ({ consumers }) => {
    await consumers.name.focus();
    await consumers.page.keyboard.type("a/b");
    await expect(consumers.name).toHaveValue("a/b");
  });

  test("owner and note are searched, too", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    await server.register("Model export");
    await server.cli(["consumer", "edit", key, "--owner", "Grace Hopper"]);
    await search(consumers.page).fill("hopper");
    await expect(consumers.rows).toHaveCount(1);
    await expect(consumers.rowOfKey(key)).toBeVisible();
  });

  test("typing changes one entry of the browser's history", async ({ server, consumers }) => {
    const { page } = consumers;
    await server.register("Requirements sync");
    const before = await entries(page);
    await search(page).pressSequentially("requirements", { delay: 60 });
    await expect.poll(() => query(page)).toBe("?q=requirements");
    expect(await entries(page)).toBe(before);
  });

  test("an older answer never replaces a newer one", async ({ server, consumers }) => {
    const { page } = consumers;
    await server.register("Requirements sync");
    await server.register("Model export");
    await expect(consumers.rows).toHaveCount(2);
    let answerOlder = () => {};
    const older = new Promise<void>((answer) => (answerOlder = answer));
    await page.route("**/api/page/rows", async (route) => {
      if ((route.request().postData() ?? "").includes("Requirements")) await older;
      await route.continue().catch(() => {});
    });
    const asked = page.waitForRequest((request) => (request.postData() ?? "").includes("Requirements"));
    await search(page).fill("Requirements");
    const request = await asked;
    await search(page).fill("Model");
    await expect(consumers.row("Model export")).toBeVisible();
    await expect(consumers.rows).toHaveCount(1);
    answerOlder();
    await request.response();
    await twoFrames(page);
    await expect(consumers.row("Model export")).toBeVisible();
    await expect(consumers.rows).toHaveCount(1);
  });

  test("what is typed before the page takes over is searched for", async ({ server, page }) => {
    await server.register("Requirements sync");
    await server.register("Model export");
    await openConsumers(page, ada);
    let start = () => {};
    const gate = new Promise<void>((open) => (start = open));
    await page.route("**/*.wasm", async (route) => {
      await gate;
      await route.continue();
    });
    await page.goto(PATH, { waitUntil: "commit" });
    await search(page).fill("model");
    start();
    await ready(page);
    await expect(search(page)).toHaveValue("model");
    await expect(new ConsumersPage(page).rows).toHaveCount(1);
  });

  test("an empty view says what matched nothing, and Clear shows all", async ({ server, consumers }) => {
    const { page } = consumers;
    await server.register("Requirements sync");
    await tab(page, "Approved").click();
    await search(page).fill("<b>zebra");
    await expect(page.getByText("No consumer matches “<b>zebra”, Approved.")).toBeVisible();
    await page.getByRole("link", { name: "Clear", exact: true }).click();
    await expect(consumers.rows).toHaveCount(1);
    await expect(search(page)).toHaveValue("");
    expect(query(page)).toBe("");
  });

  test("how many were found is told to those who do not see the table", async ({ server, consumers }) => {
    await server.register("Requirements sync");
    await search(consumers.page).fill("sync");
    await expect(consumers.said("1 found")).toHaveCount(1);
  });
});

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

test("Export offers the view as CSV and JSON, without a secret", async ({ server, consumers }) => {
  const { page } = consumers;
  const key = await server.register("Requirements sync", "approved");
  await server.register("Model export");
  await tab(page, "Approved").click();
  await expect(consumers.rows).toHaveCount(1);
  for (const format of ["CSV", "JSON"]) {
    await page.getByRole("button", { name: "Export", exact: true }).click();
    const downloading = page.waitForEvent("download");
    await page.getByRole("link", { name: format, exact: true }).click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe(`consumers.${format.toLowerCase()}`);
    const stream = await download.createReadStream();
    let text = "";
    for await (const part of stream) text += part;
    expect(text).toContain(key);
    expect(text).not.toContain("Model export");
    await page.keyboard.press("Escape");
  }
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

test.describe("Without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("tabs, search, filters and heads work as links and a form", async ({ server, page }) => {
    await server.register("Requirements sync", "approved");
    await server.register("Model export");
    await page.goto(PATH);
    await signIn(page, ada);
    const consumers = new ConsumersPage(page);
    await tab(page, "Approved").click();
    await expect(consumers.rows).toHaveCount(1);
    await search(page).fill("sync");
    await page.keyboard.press("Enter");
    await expect(consumers.row("Requirements sync")).toBeVisible();
    expect(new URL(page.url()).searchParams.get("status"), "what was chosen stays").toBe("approved");
    await sort(page, "Consumer name").click();
    await expect(head(page, "Consumer name")).toHaveAttribute("aria-sort", "ascending");
    expect(query(page)).toBe("?q=sync&status=approved&sort=name");
    await tab(page, "Pending").click();
    await expect(page.getByText("No consumer matches “sync”, Pending.")).toBeVisible();
    await page.getByRole("link", { name: "Clear", exact: true }).click();
    await expect(consumers.rows).toHaveCount(2);
  });
});

test.describe("Layout", () => {
  test("from 1100 px on the toolbar is one line", async ({ server, consumers }) => {
    const { page } = consumers;
    await server.register("Requirements sync");
    for (const width of [1100, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const tools = await page.locator(".tools").boundingBox();
      expect(tools?.height, `at ${width} px`).toBeLessThanOrEqual(49);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    }
  });

  for (const width of [360, 390, 768]) {
    test(`at ${width} px nothing reaches beyond the edge, open filter and export included`, async ({ server, consumers }) => {
      const { page } = consumers;
      await page.setViewportSize({ width, height: 780 });
      await server.register("Requirements sync");
      await expect(consumers.rows).toHaveCount(1);
      for (const name of ["Filter", "Export"]) {
        await page.getByRole("button", { name, exact: true }).click();
        const box = await page.locator(".pop:popover-open").boundingBox();
        expect(box?.x).toBeGreaterThanOrEqual(0);
        expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
        await page.keyboard.press("Escape");
      }
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    });
  }

  test("on a phone what is pressed is 44 px high", async ({ server, consumers }) => {
    const { page } = consumers;
    await page.setViewportSize({ width: 390, height: 780 });
    await server.register("Requirements sync");
    for (const target of [tab(page, "All"), filter(page), search(page)]) {
      expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    }
  });
});

for (const scheme of ["light", "dark"] as const) {
  test.describe(`In the ${scheme} theme`, () => {
    test.use({ colorScheme: scheme });

    test("axe finds nothing: chips, an open filter, an empty view, a row that is left out", async ({ server, consumers }) => {
      const { page } = consumers;
      const key = await server.register("Requirements sync");
      await filter(page).click();
      await page.getByLabel("Last used", { exact: true }).selectOption("never");
      await expect(chip(page, "Last used: never")).toBeVisible();
      await expectNoViolations(page, "open filter");
      await page.keyboard.press("Escape");
      await tab(page, "Pending").click();
      await consumers.rowOfKey(key).hover();
      await server.approve(key);
      await expect(consumers.rowOfKey(key).getByText("No longer in this view")).toBeVisible();
      await expectNoViolations(page, "a row that is left out");
      await consumers.pointAway();
      await expect(page.getByText("No consumer matches")).toBeVisible();
      await expectNoViolations(page, "an empty view");
    });
  });
}
