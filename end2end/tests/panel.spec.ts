import { type Locator, type Page } from "@playwright/test";
import { ConsumersPage, PATH, SECRET, ada, expect, grace, openConsumers, ready, refused, signIn, test } from "../support/test.ts";
import { expectNoViolations } from "../support/axe.ts";
import { overflow } from "../support/look.ts";

const NAME = "Requirements sync";
/** Where the page fetches it. */
const PANEL = /\/panel(\?|$)/;

const panel = (page: Page): Locator => page.locator("#panel");
const heading = (page: Page, name = NAME): Locator => panel(page).getByRole("heading", { level: 2, name, exact: true });
const section = (page: Page, name: string): Locator =>
  panel(page).locator("section").filter({ has: page.getByRole("heading", { level: 3, name, exact: true }) });
const button = (page: Page, name: string): Locator => panel(page).getByRole("button", { name, exact: true });
const link = (consumers: ConsumersPage, name = NAME): Locator => consumers.row(name).getByRole("link", { name, exact: true });
const close = (page: Page): Locator => panel(page).locator("[data-close]");

/** Opens the panel by the row's name. */
async function open(consumers: ConsumersPage, name = NAME): Promise<void> {
  await link(consumers, name).click();
  await expect(heading(consumers.page, name)).toBeFocused();
}

test.describe("The panel opens", () => {
  test("by a click on the row's name, beside the table, and the address says so", async ({ server, consumers, page }) => {
    const key = await server.register(NAME);
    await consumers.mark();
    await open(consumers);
    await expect(page).toHaveURL(new RegExp(`${PATH}/${key}$`));
    await expect(consumers.table).toBeVisible();
    const [table, beside] = [await consumers.table.boundingBox(), await panel(page).boundingBox()];
    expect((table?.x ?? 0) + (table?.width ?? 0)).toBeLessThanOrEqual((beside?.x ?? 0) + 1);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await consumers.expectNotReloaded();
  });

  test("by Enter on the row's name", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await link(consumers).focus();
    await page.keyboard.press("Enter");
    await expect(heading(page)).toBeFocused();
  });

  test("by its address, through the sign-in", async ({ server, page }) => {
    const key = await server.register(NAME);
    await page.goto(`${PATH}/${key}`);
    await signIn(page, ada);
    await page.waitForURL(`**${PATH}/${key}`);
    await expect(heading(page)).toBeVisible();
    await ready(page);
    await expect(heading(page)).toBeFocused();
    await expect(new ConsumersPage(page).rowOfKey(key)).toBeVisible();
  });

  test("in another tab, where the browser is told so", async ({ server, consumers, page, context }) => {
    const key = await server.register(NAME);
    await expect(consumers.row(NAME)).toBeVisible();
    const [other] = await Promise.all([context.waitForEvent("page"), link(consumers).click({ modifiers: ["ControlOrMeta"] })]);
    await expect(heading(other)).toBeVisible();
    await expect(other).toHaveURL(new RegExp(`/${key}$`));
    await expect(panel(page)).toBeHidden();
  });
});

test.describe("The way back", () => {
  for (const way of ["Escape", "Close"]) {
    test(`${way} leads to the row`, async ({ server, consumers, page }) => {
      await server.register("Another");
      await server.register(NAME);
      await open(consumers);
      if (way === "Escape") await page.keyboard.press("Escape");
      else await close(page).click();
      await expect(panel(page)).toBeHidden();
      await expect(page).toHaveURL(new RegExp(`${PATH}$`));
      await expect(link(consumers)).toBeFocused();
    });
  }

  test("the browser's back and forward close and open it", async ({ server, consumers, page }) => {
    await server.register("Another");
    await server.register(NAME);
    await consumers.mark();
    await open(consumers);
    await open(consumers, "Another");
    await page.goBack();
    await expect(heading(page)).toBeVisible();
    await page.goBack();
    await expect(panel(page)).toBeHidden();
    await expect(page).toHaveURL(new RegExp(`${PATH}$`));
    await page.goForward();
    await expect(heading(page)).toBeVisible();
    await consumers.expectNotReloaded();
  });

  test("the view of the table stays while the panel opens and closes, and changes beside it", async ({ server, consumers, page }) => {
    const tab = (name: string) =>
      page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: new RegExp(`^${name}\\b`) });
    await server.register("Another", "approved");
    const key = await server.register(NAME);
    await tab("Pending").click();
    await expect(consumers.rows).toHaveCount(1);
    await open(consumers);
    await expect(page).toHaveURL(new RegExp(`${PATH}/${key}\\?status=pending$`));
    await tab("Approved").click();
    await expect(consumers.row("Another")).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`${PATH}/${key}\\?status=approved$`));
    await expect(heading(page)).toBeVisible();
    await page.goBack();
    await expect(consumers.row(NAME)).toBeVisible();
    await expect(heading(page)).toBeVisible();
    await page.reload();
    await ready(page);
    await expect(consumers.rows).toHaveCount(1);
    await expect(heading(page)).toBeVisible();
    await close(page).click();
    await expect(page).toHaveURL(new RegExp(`${PATH}\\?status=pending$`));
    await expect(link(consumers)).toBeFocused();
  });

  test("the way to other users keeps the view that the table has by then", async ({ server, consumers, page }) => {
    const key = await server.register(NAME);
    await server.register("Another", "approved");
    await expect(consumers.rows).toHaveCount(2);
    // As it stands in the panel of a consumer with more users than are shown at once.
    const way = `<a href="${PATH}/${key}?users_after=1" data-users="1">Next users</a>`;
    await page.route(PANEL, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace(/<\/div>$/, `${way}</div>`) });
    });
    await open(consumers);
    await page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: /^Pending\b/ }).click();
    await expect(page).toHaveURL(/status=pending/);
    await panel(page).getByRole("link", { name: "Next users", exact: true }).click();
    await expect(page).toHaveURL(new RegExp(`${PATH}/${key}\\?status=pending&users_after=1$`));
    await expect(consumers.rows).toHaveCount(1);
    const first = panel(page).getByRole("link", { name: "First users", exact: true });
    await expect(first).toHaveAttribute("href", `${PATH}/${key}?status=pending`);
    await ready(page);
    await first.click();
    await expect(page).toHaveURL(new RegExp(`${PATH}/${key}\\?status=pending$`));
    await expect(section(page, "Users")).toContainText("Nobody is signed in through it.");
  });

  test("Escape in the open filter closes the filter alone", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await open(consumers);
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await expect(page.getByLabel("Ends soon", { exact: true })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByLabel("Ends soon", { exact: true })).toBeHidden();
    await expect(heading(page)).toBeVisible();
  });

  test("Escape in a dialog closes the dialog alone", async ({ server, consumers, page }) => {
    await server.register(NAME);
    await open(consumers);
    await button(page, "Edit").click();
    await expect(consumers.dialog("Edit consumer")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(consumers.dialog("Edit consumer")).toBeHidden();
    await expect(heading(page)).toBeVisible();
    await expect(button(page, "Edit")).toBeFocused();
  });
});

test("Details, users and activity have their sections", async ({ server, consumers, page, play }) => {
  const consumer = await play(NAME);
  await consumer.signIn(page);
  const words = ["Purchasing", "ask@purchasing.example", "10.0.0.0/8"];
  await server.cli(["consumer", "edit", consumer.key, "--owner", words[0] ?? "", "--contact", words[1] ?? "", "--network", words[2] ?? ""]);
  await open(consumers);
  for (const word of [consumer.key, "Approved", "at the command line", ...words]) {
    await expect(section(page, "Details")).toContainText(word);
  }
  await expect(section(page, "Details")).not.toContainText("Note");
  await expect(section(page, "Users").getByRole("listitem")).toHaveCount(1);
  await expect(section(page, "Users")).toContainText("ada");
  const activity = section(page, "Activity");
  await expect(activity.getByRole("listitem").first()).toContainText("the owner from none to “Purchasing”");
  await expect(activity).toContainText("User signed in by ada from 127.0.0.1");
  await expect(activity.getByRole("link", { name: "Whole activity of this consumer" })).toHaveAttribute(
    "href",
    `/settings/activity?consumer=${consumer.key}`,
  );
});

test("A name that looks like an approved one is warned of, in the panel and before it is approved", async ({ server, consumers, page }) => {
  await server.register("Cameo", "approved");
  const alike = "C\u0430meo";
  const body = JSON.stringify({ name: alike, secret: SECRET });
  expect((await fetch(`${server.url}/oauth/requestKey`, { method: "POST", body })).status).toBe(200);
  await open(consumers, alike);
  const warning = "Its name looks like “Cameo”, which is approved.";
  await expect(panel(page)).toContainText(warning);
  await expectNoViolations(page, "the panel with the warning");
  await button(page, "Disapprove").click();
  await expect(consumers.dialog("Disapprove consumer key")).not.toContainText(warning);
  await page.keyboard.press("Escape");
  await button(page, "Approve").click();
  await expect(consumers.dialog("Approve consumer key")).toContainText(warning);
  await expectNoViolations(page, "the dialog with the warning");
  await consumers.confirmation("Approve consumer key").click();
  await expect(section(page, "Details")).toContainText("Approved");
  await expect(panel(page)).not.toContainText(warning);
});

test.describe("Copying", () => {
  test.use({ permissions: ["clipboard-read", "clipboard-write"] });

  test("the key is copied whole", async ({ server, consumers, page }) => {
    const key = await server.register(NAME);
    await open(consumers);
    await button(page, "Copy consumer key").click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(key);
    await expect(consumers.said("Copied")).toBeVisible();
  });
});

test.describe("Its buttons", () => {
  test("open the dialogs of the row's menu, and the panel shows what came of them", async ({ server, consumers, page }) => {
    const key = await server.register(NAME);
    await open(consumers);
    await button(page, "Approve").click();
    await consumers.confirmation("Approve consumer key").click();
    await expect(section(page, "Details")).toContainText("Approved");
    await expect(button(page, "Approve")).toHaveCount(0);
    await expect(section(page, "Activity").getByRole("listitem").first()).toContainText("Approved by ada");
    expect((await server.show(key)).status).toBe("approved");
    await expect.poll(() => panel(page).evaluate((panel) => panel.contains(document.activeElement))).toBe(true);
  });

  test("leave the focus in the panel where one is gone when its dialog closes", async ({ server, consumers, page }) => {
    const key = await server.register(NAME);
    await consumers.expectLive();
    await open(consumers);
    await button(page, "Approve").click();
    const dialog = consumers.dialog("Approve consumer key");
    await expect(dialog).toBeVisible();
    await server.approve(key);
    await expect(panel(page).locator("#deed-approve")).toHaveCount(0);
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(heading(page)).toBeFocused();
  });

  test("sign out one user, and then everybody", async ({ server, consumers, page, another, play }) => {
    const consumer = await play(NAME);
    await server.addUser(grace);
    const other = await another(grace);
    const [forAda, forGrace] = [await consumer.signIn(page), await consumer.signIn(other.page)];
    await open(consumers);
    await button(page, "Sign out grace").click();
    const one = page.getByRole("dialog", { name: "Sign out user" });
    await expect(one).toContainText(NAME);
    await one.getByRole("button", { name: "Sign out", exact: true }).click();
    await expect(one).toBeHidden();
    await expect(section(page, "Users").getByRole("listitem")).toHaveCount(1);
    expect((await consumer.call("/api/v1/echo", forGrace)).status).toBe(401);
    expect((await consumer.call("/api/v1/echo", forAda)).status).toBe(200);
    await button(page, "Sign everybody out").click();
    const all = page.getByRole("dialog", { name: "Sign everybody out" });
    await expect(all).toContainText("1 user is signed in through it.");
    await all.getByRole("button", { name: "Sign everybody out", exact: true }).click();
    await expect(section(page, "Users")).toContainText("Nobody is signed in through it.");
    expect((await consumer.call("/api/v1/echo", forAda)).status).toBe(401);
  });
});

test.describe("What happens while it is open shows", () => {
  test("a new name, a sign-in and a decision, with the focus where it was", async ({ server, consumers, page, play }) => {
    const consumer = await play(NAME);
    await consumers.mark();
    await consumers.expectLive();
    await open(consumers);
    await button(page, "Disapprove").focus();
    const token = await consumer.signIn(page);
    await expect(section(page, "Users").getByRole("listitem")).toHaveCount(1);
    await expect(button(page, "Disapprove")).toBeFocused();
    await expect(section(page, "Users")).toContainText("not used yet");
    expect((await consumer.call("/api/v1/echo", token)).status).toBe(200);
    await expect(section(page, "Users"), "uses are told every ten seconds").toContainText("last used just now", { timeout: 40_000 });
    await server.rename(consumer.key, "Renamed");
    await expect(heading(page, "Renamed")).toBeVisible();
    await expect(button(page, "Disapprove")).toBeFocused();
    await server.disapprove(consumer.key);
    await expect(section(page, "Details")).toContainText("Disapproved");
    await consumers.expectNotReloaded();
  });

  test("a change that overtakes the first answer, and the focus comes along", async ({ server, consumers, page }) => {
    const key = await server.register(NAME);
    await consumers.expectLive();
    let letGo = () => {};
    const later = new Promise<void>((resolve) => (letGo = resolve));
    await page.route((url) => url.pathname.endsWith("/panel"), async (route) => {
      if (!route.request().url().endsWith("live")) await later;
      await route.continue();
    });
    const first = page.waitForResponse((response) => new URL(response.url()).pathname.endsWith("/panel") && !response.url().endsWith("live"));
    await link(consumers).click();
    await expect(heading(page, "Loading…")).toBeVisible();
    await server.rename(key, "Renamed");
    await expect(heading(page, "Renamed")).toBeVisible();
    letGo();
    await first;
    await expect(heading(page, "Renamed")).toBeFocused();
  });

  test("its removal is told in words, and Close works", async ({ server, consumers, page, complaints }) => {
    complaints.expect(refused(404));
    const key = await server.register(NAME);
    await consumers.expectLive();
    await open(consumers);
    await server.remove(key);
    await expect(panel(page).getByRole("alert")).toContainText("removed this consumer");
    await close(page).click();
    await expect(panel(page)).toBeHidden();
    await expect(consumers.tableHeading).toBeFocused();
  });
});

test("An unknown key is told on the page, beside the consumers that there are", async ({ server, consumers, page, complaints }) => {
  complaints.expect(refused(404));
  await server.register(NAME);
  const answer = await page.goto(`${PATH}/00000000-0000-4000-8000-000000000000`);
  expect(answer?.status()).toBe(404);
  await expect(panel(page).getByRole("alert")).toContainText("There is no consumer with the key");
  await ready(page);
  await expect(consumers.row(NAME)).toBeVisible();
  await close(page).click();
  await expect(panel(page)).toBeHidden();
  await expect(page).toHaveURL(new RegExp(`${PATH}$`));
});

test("Where no answer comes the panel says so, and tries again when asked to", async ({ server, consumers, page, complaints }) => {
  complaints.expect(/net::ERR_FAILED/);
  await server.register(NAME);
  await page.route(PANEL, (route) => route.abort());
  await link(consumers).click();
  await expect(panel(page).getByRole("alert")).toContainText("has not answered");
  await page.unroute(PANEL);
  await button(page, "Try again").click();
  await expect(heading(page)).toBeFocused();
});

test("Where a proxy answers in its place nothing of that is shown", async ({ server, consumers, page, complaints }) => {
  complaints.expect(refused(502));
  await server.register(NAME);
  const body = "<html><body><h1>Bad gateway</h1></body></html>";
  await page.route(PANEL, (route) => route.fulfill({ status: 502, contentType: "text/html", body }));
  await link(consumers).click();
  await expect(panel(page).getByRole("alert")).toContainText("has not answered");
  await expect(panel(page)).not.toContainText("Bad gateway");
});

for (const width of [360, 390]) {
  test.describe(`On a phone of ${width} px`, () => {
    test.use({ viewport: { width, height: 740 } });

    test("the panel covers all below the header, and nothing reaches beyond the edge", async ({ server, consumers, page }) => {
      const key = await server.register("A name that is long enough to need more than one line of a phone");
      await server.cli(["consumer", "edit", key, "--owner", "o".repeat(100)]);
      await consumers.rowOfKey(key).getByRole("link").click();
      await expect(panel(page).getByRole("heading", { level: 2 })).toBeFocused();
      await expect(consumers.table).toBeHidden();
      const [header, covers] = [await page.locator("header").first().boundingBox(), await panel(page).boundingBox()];
      const bottom = (header?.y ?? 0) + (header?.height ?? 0);
      expect(Math.abs((covers?.y ?? 0) - bottom), "right below the header").toBeLessThanOrEqual(2);
      const whole = await page.evaluate(() => document.documentElement.clientWidth);
      expect([covers?.x, covers?.width]).toEqual([0, whole]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(await panel(page).evaluate((panel) => panel.scrollWidth - panel.clientWidth)).toBeLessThanOrEqual(0);
      await page.keyboard.press("Escape");
      await expect(consumers.rowOfKey(key).getByRole("link")).toBeFocused();
    });
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`Axe finds nothing in the ${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test("with the panel open, by a user signed in, and in its dialog", async ({ consumers, page, play }) => {
      const consumer = await play(NAME);
      await consumer.signIn(page);
      await open(consumers);
      await expectNoViolations(page, "the panel");
      await button(page, "Sign out ada").click();
      await expect(page.getByRole("dialog", { name: "Sign out user" })).toBeVisible();
      await expectNoViolations(page, "the dialog");
      await page.keyboard.press("Escape");
      await page.setViewportSize({ width: 360, height: 740 });
      await expectNoViolations(page, "the panel on a phone");
    });
  });
}

test.describe("Without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("the row's name leads to the panel and Close back, and what needs a script is not there", async ({ server, page, complaints }) => {
    complaints.expect(/preload/);
    const key = await server.register(NAME);
    await page.goto(PATH);
    await signIn(page, ada);
    const consumers = new ConsumersPage(page);
    await link(consumers).click();
    await expect(page).toHaveURL(new RegExp(`/${key}$`));
    await expect(section(page, "Details")).toContainText(key);
    await expect(consumers.table).toBeVisible();
    await expect(panel(page).getByRole("button")).toHaveCount(0);
    await close(page).click();
    await expect(page).toHaveURL(new RegExp(`${PATH}$`));
    await expect(panel(page)).toBeHidden();
  });
});

test("Signed out elsewhere, the panel keeps what it shows and says where it cannot", async ({ server, consumers, page, complaints }) => {
  complaints.expect(refused(401));
  await server.register(NAME);
  await server.register("Another");
  await expect(consumers.row("Another")).toBeVisible();
  await open(consumers);
  await page.context().clearCookies();
  await link(consumers, "Another").click();
  await expect(panel(page).getByRole("alert")).toContainText("session has ended");
  await signInAgain(page);
  await button(page, "Try again").click();
  await expect(heading(page, "Another")).toBeFocused();
});

/** Signs in in another tab. */
async function signInAgain(page: Page): Promise<void> {
  const other = await page.context().newPage();
  await openConsumers(other, ada);
  await other.close();
}
