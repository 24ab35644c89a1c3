import type { Page } from "@playwright/test";
import { twoFrames } from "../support/look.ts";
import { ConsumersPage, PATH, ada, expect, openConsumers, ready, test } from "../support/test.ts";
import { query, search, tab } from "../support/toolbar.ts";

/** How many entries the browser's history has. */
const entries = (page: Page) => page.evaluate(() => history.length);

/** What the page asks for meanwhile would be known after these. */
const twoEvaluations = async (page: Page) => {
  for (let n = 0; n < 2; n++) await page.evaluate(() => fetch(location.href));
};

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
    await expect.poll(() => query(page)).toBe("?q=SYNC");
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

  test("typing makes one entry of the browser's history, and Back leads to what was there before", async ({ server, consumers }) => {
    const { page } = consumers;
    await server.register("Requirements sync");
    const before = await entries(page);
    await search(page).pressSequentially("requirements", { delay: 60 });
    await expect.poll(() => query(page)).toBe("?q=requirements");
    expect(await entries(page)).toBe(before + 1);
    await page.goBack();
    await expect.poll(() => query(page)).toBe("");
    await expect(search(page)).toHaveValue("");
  });

  test("the first letter is searched for at once, and those of the next 40 ms together", async ({ consumers }) => {
    const { page } = consumers;
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/api/page/rows")) asked.push(new URLSearchParams(request.postData() ?? "").get("view") ?? "");
    });
    await search(page).focus();
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.keyboard.press("s");
    await expect.poll(() => asked).toEqual(["q=s"]);
    await page.keyboard.type("ync");
    await twoEvaluations(page);
    expect(asked).toEqual(["q=s"]);
    await page.clock.runFor(40);
    await expect.poll(() => asked).toEqual(["q=s", "q=sync"]);
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
