// Exact times stand in UTC and in the browser's own zone: the browser of these tests is in India.
import type { Locator, Page } from "@playwright/test";
import { NAME, open as openPanel, panel } from "../support/panel.ts";
import { ada, expect, grace, refused, signIn, test } from "../support/test.ts";

const UTC = String.raw`\d+ \w{3} \d{4}, \d\d:\d\d:\d\d UTC`;
/** In isolates: there are languages that are written from the right. */
const HERE = String.raw` \(\u2068\d\d/\d\d/\d{4}, \d\d:\d\d:\d\d\u2069 here\)`;
const BOTH = new RegExp(`^${UTC}${HERE}$`);
const ALONE = new RegExp(`^${UTC}$`);

/** Opens a page as ada. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await signIn(page, ada);
}

const rows = (page: Page): Locator => page.locator("main tbody").getByRole("row");

/** Both times are of the same moment: India is five and a half hours ahead. */
async function expectSameMoment(time: Locator): Promise<void> {
  const [day = "", month = "", year = "", clock = ""] = /\(\u2068(\d\d)\/(\d\d)\/(\d{4}), ([\d:]{8})\u2069 here/.exec(await time.innerText())?.slice(1) ?? [];
  const shown = Date.parse(`${year}-${month}-${day}T${clock}+05:30`);
  const meant = Date.parse((await time.getAttribute("datetime")) ?? "");
  expect(Math.abs(shown - meant), await time.innerText()).toBeLessThan(1_000);
}

for (const [what, path] of [
  ["Users", "/settings/users"],
  ["Activity", "/settings/activity"],
  ["Your sessions", "/account/sessions"],
] as const) {
  test(`on ${what}`, async ({ page }) => {
    await open(page, path);
    const time = rows(page).first().locator("time").first();
    await expect(time).toHaveText(BOTH);
    await expectSameMoment(time);
  });
}

test("in what comes to Activity and Users while they are open", async ({ page, server, browser, baseURL }) => {
  await server.addUser(grace);
  await open(page, "/settings/activity");
  const users = await page.context().newPage();
  await users.goto("/settings/users");
  for (const tab of [page, users]) await expect(tab.locator("[data-live]")).toHaveText("Live");
  await page.mouse.move(1, 1);
  await server.register(NAME);
  const line = rows(page).filter({ hasText: "Consumer registered" });
  await expect(line.locator("time")).toHaveText(BOTH);
  const elsewhere = await browser.newPage({ baseURL });
  await elsewhere.goto("/account/sessions");
  await signIn(elsewhere, grace);
  await expect(elsewhere.getByRole("heading", { level: 1 })).toHaveText("Your sessions");
  const row = rows(users).filter({ hasText: "grace" });
  await expect(row.locator("time")).toHaveText(BOTH);
  await elsewhere.close();
});

test("in a consumer's panel, as it opens and as it comes again", async ({ server, consumers, page }) => {
  const key = await server.register(NAME);
  await server.cli(["consumer", "edit", key, "--ends", "2090-01-02"]);
  await openPanel(consumers);
  const of = (label: string) => panel(page).locator(`dt:text-is("${label}") + dd time`);
  await expect(of("Registered")).toHaveAttribute("title", BOTH);
  await expect(of("Registered")).toHaveText("just now");
  await expect(of("Ends")).toHaveText(BOTH);
  await server.approve(key);
  await expect(of("Status")).toHaveAttribute("title", BOTH);
  await expect(of("Ends")).toHaveText(BOTH);
  await page.getByRole("button", { name: "Exact times" }).click();
  await expect(of("Registered")).toHaveText(BOTH);
  await server.cli(["consumer", "disapprove", key]);
  await expect(panel(page).locator(".fact .status")).toHaveText("Disapproved");
  await expect(of("Status"), "exact times stay exact").toHaveText(BOTH);
  await page.reload();
  await expect(of("Registered")).toHaveAttribute("title", BOTH);
  await expect(of("Ends")).toHaveText(BOTH);
});

test("in the words of a dialog that somebody was faster", async ({ server, consumers, complaints }) => {
  complaints.expect(refused(409));
  const key = await server.register(NAME);
  const dialog = await consumers.choose(NAME, "Edit");
  await server.approve(key);
  await dialog.getByLabel("Owner", { exact: true }).fill("Systems");
  await consumers.confirmation("Edit consumer").click();
  const words = new RegExp(`changed the status to Approved, just now, on ${UTC}${HERE}\\.`, "i");
  await expect(consumers.refusal("Edit consumer")).toContainText(words);
});

test("in the note about failed attempts", async ({ page, server, complaints }) => {
  complaints.expect(refused(401));
  await server.addUser(grace);
  await page.goto("/account/sessions");
  await signIn(page, grace);
  await page.context().clearCookies();
  await page.goto("/account/sessions");
  await signIn(page, { ...grace, password: "not the password" });
  await expect(page.getByRole("alert")).toBeVisible();
  await signIn(page, grace);
  await expect(page.getByRole("complementary", { name: "Failed attempts" }).locator("time")).toHaveText(BOTH);
});

test.describe("Without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("UTC stands alone", async ({ page }) => {
    await open(page, "/settings/activity");
    await expect(rows(page).first().locator("time")).toHaveText(ALONE);
    for (const path of ["/settings/users", "/account/sessions"]) {
      await page.goto(path);
      await expect(rows(page).first().locator("time").first()).toHaveText(ALONE);
    }
  });
});

test.describe("In London's winter, which is UTC", () => {
  test.use({ timezoneId: "UTC" });

  test("UTC stands alone, too", async ({ page }) => {
    await open(page, "/settings/activity");
    await expect(page.locator("[data-live]")).toHaveText("Live");
    await expect(rows(page).first().locator("time")).toHaveText(ALONE);
  });
});
