// The consumers that the palette finds, and what it does until the server has answered.
import { twoFrames } from "../support/look.ts";
import { active, field, open, option, options, palette, told } from "../support/palette.ts";
import { NAME, heading } from "../support/panel.ts";
import { PATH, SERVER_AWAY, expect, hold, refused, test } from "../support/test.ts";
import { query } from "../support/toolbar.ts";

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
