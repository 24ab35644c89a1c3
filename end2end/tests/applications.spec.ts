import type { Page } from "@playwright/test";
import { PATH, accountMenu, ada, expect, goTo, grace, ready, refused, signIn, signOut, tabTo, test } from "../support/test.ts";
import { expectNoViolations } from "../support/axe.ts";
import { overflow } from "../support/look.ts";
import { problem } from "../support/oauth.ts";
import type { Account } from "../support/server.ts";

const APPLICATIONS = "/account/applications";

const rows = (page: Page) => page.getByRole("table", { name: "Authorized applications" }).locator("tbody").getByRole("row");
const row = (page: Page, name: string) => rows(page).filter({ has: page.getByRole("button", { name: `Revoke ${name}`, exact: true }) });
const revoke = (page: Page, name: string) => page.getByRole("button", { name: `Revoke ${name}`, exact: true });

async function open(page: Page, account: Account = ada): Promise<void> {
  await page.goto(APPLICATIONS);
  await signIn(page, account);
  await expect(page).toHaveURL(new RegExp(`${APPLICATIONS}$`));
  await expect(page.getByRole("heading", { name: "Authorized applications", exact: true, level: 1 })).toBeVisible();
}

test.describe("Every user", () => {
  test("sees that nothing acts for them yet, and what would be here", async ({ server, page }) => {
    await server.addUser(grace, false);
    await open(page, grace);
    await expect(page).toHaveTitle("Authorized applications · Latchkey");
    await expect(page.getByRole("table")).toHaveCount(0);
    await expect(page.getByRole("main")).toContainText("No authorized applications.");
    await expect(page.getByRole("main")).toContainText(/appears here/);
    await expect(page.locator("script[src], link[rel=modulepreload]"), "but the bar's, in the document").toHaveCount(0);
  });

  test("sees which consumers act for them, since when, and when last", async ({ page, play }) => {
    const consumer = await play("Requirements sync");
    await open(page);
    const token = await consumer.signIn(page);
    await page.reload();
    await expect(rows(page)).toHaveCount(1);
    await expect(row(page, "Requirements sync")).toContainText(consumer.key);
    await expect(row(page, "Requirements sync")).toContainText("just now");
    await expect(row(page, "Requirements sync").locator("time")).toHaveCount(1);
    await expect(row(page, "Requirements sync").locator("time")).toHaveAttribute("datetime", /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    await expect(row(page, "Requirements sync").locator("time")).toHaveText(/^\d+ \w{3} \d{4}, \d\d:\d\d:\d\d UTC \(.+ here\)$/);
    await expect(row(page, "Requirements sync")).toContainText("Never");

    expect((await consumer.call("/api/v1/whoami", token)).status).toBe(200);
    await expect(async () => {
      await page.reload();
      await expect(row(page, "Requirements sync").locator("time")).toHaveCount(2, { timeout: 500 });
    }).toPass();
    await expect(row(page, "Requirements sync")).not.toContainText("Never");
  });

  test("sees one row for a consumer however often they signed in through it, and nobody else's", async ({ server, page, play, another }) => {
    await server.addUser(grace);
    const [first, second] = [await play("Requirements sync"), await play("Model export")];
    await open(page);
    await first.signIn(page);
    await first.signIn(page);
    const other = await another(grace);
    await second.signIn(other.page);
    await page.reload();
    await expect(rows(page)).toHaveCount(1);
    await expect(row(page, "Requirements sync")).toBeVisible();
    await other.page.goto(APPLICATIONS);
    await expect(rows(other.page)).toHaveCount(1);
    await expect(row(other.page, "Model export")).toBeVisible();
  });

  test("is told which of them cannot act at present", async ({ page, play }) => {
    const consumer = await play("Requirements sync");
    await open(page);
    const token = await consumer.signIn(page);
    await consumer.decide(page, "disapprove");
    await page.reload();
    await expect(row(page, "Requirements sync")).toContainText("Disapproved: it cannot act for you at present.");
    const answer = await consumer.call("/api/v1/whoami", token);
    expect([answer.status, problem(answer)]).toEqual([401, "consumer_key_rejected"]);
    await consumer.decide(page, "approve");
    await page.reload();
    await expect(row(page, "Requirements sync")).not.toContainText("cannot act");
  });

  test("finds the way without a session: signing in, and back", async ({ page }) => {
    const answer = await page.request.get(APPLICATIONS, { maxRedirects: 0 });
    expect(answer.status()).toBe(303);
    expect(answer.headers()["location"]).toBe(`/sign-in?next=${encodeURIComponent(APPLICATIONS)}`);
    await open(page);
  });
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "Revoke, in a browser" : "Revoke, without scripts", () => {
    test.use({ javaScriptEnabled });

    test("stops the very next call, and takes the row away", async ({ page, play }) => {
      const [consumer, other] = [await play("Requirements sync"), await play("Model export")];
      await open(page);
      const tokens = [await consumer.signIn(page), await consumer.signIn(page)];
      const kept = await other.signIn(page);
      await page.reload();
      await revoke(page, "Requirements sync").click();
      await expect(page.getByRole("status")).toContainText("Requirements sync is revoked");
      await expect(rows(page)).toHaveCount(1);
      for (const token of tokens) {
        const answer = await consumer.call("/api/v1/whoami", token);
        expect([answer.status, problem(answer)]).toEqual([401, "token_revoked"]);
      }
      expect((await other.call("/api/v1/whoami", kept)).status).toBe(200);
      await page.goto(APPLICATIONS);
      await expect(page.getByRole("status")).toHaveCount(0);
      await expect(row(page, "Model export")).toBeVisible();
    });

    test("sends nothing again when the page is loaded again, and what happened still stands there", async ({ page, play }) => {
      const consumer = await play("Requirements sync");
      await open(page);
      await consumer.signIn(page);
      await page.reload();
      await revoke(page, "Requirements sync").click();
      await expect(page.getByRole("status")).toContainText("Requirements sync is revoked");
      const sent: string[] = [];
      page.on("request", (request) => sent.push(request.method()));
      await page.reload();
      await expect(page.getByRole("status")).toContainText("Requirements sync is revoked");
      expect(sent.filter((method) => method !== "GET")).toEqual([]);
      expect(sent.length).toBeGreaterThan(0);
    });
  });
}

test.describe("Revoke", () => {
  test("can be reached and pressed by keyboard alone, and what happened has the focus", async ({ page, play }) => {
    const consumer = await play("Requirements sync");
    await open(page);
    await consumer.signIn(page);
    await page.reload();
    await tabTo(page, revoke(page, "Requirements sync"));
    await page.keyboard.press("Enter");
    await expect(page.getByRole("status")).toBeFocused();
    await expect(page.getByRole("main")).toContainText("No authorized applications.");
  });

  test("lets the user allow the consumer again", async ({ page, play }) => {
    const consumer = await play("Requirements sync");
    await open(page);
    await consumer.signIn(page);
    await page.reload();
    await revoke(page, "Requirements sync").click();
    await expect(page.getByRole("status")).toBeVisible();
    const token = await consumer.signIn(page);
    expect((await consumer.call("/api/v1/whoami", token)).status).toBe(200);
  });

  test("tells two consumers of the same name apart", async ({ page, play }) => {
    const [one, two] = [await play("Twin"), await play("Twin")];
    await open(page);
    const [first, second] = [await one.signIn(page), await two.signIn(page)];
    await page.reload();
    await rows(page).filter({ hasText: one.key }).getByRole("button").click();
    await expect(page.getByRole("status")).toBeVisible();
    expect((await one.call("/api/v1/whoami", first)).status).toBe(401);
    expect((await two.call("/api/v1/whoami", second)).status).toBe(200);
  });

  test("of something that is not there any more is no error", async ({ server, page, play }) => {
    const consumer = await play("Requirements sync");
    await open(page);
    await consumer.signIn(page);
    await page.reload();
    const removed = await page.request.delete(`/api/v1/consumers/${consumer.key}`, { headers: { origin: server.url } });
    expect(removed.status()).toBe(204);
    await revoke(page, "Requirements sync").click();
    await expect(page.getByRole("main")).toContainText("No authorized applications.");
  });
});

test.describe("An administrator", () => {
  test("goes from either page to the other by the header", async ({ consumers }) => {
    const { page } = consumers;
    const navigation = page.getByRole("navigation", { name: "Settings" });
    const menu = accountMenu(page);
    await menu.locator("[popovertarget]").click();
    await menu.getByRole("link", { name: "Authorized applications" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Authorized applications");
    await menu.locator("[popovertarget]").click();
    await expect(menu.getByRole("link", { name: "Authorized applications" })).toHaveAttribute("aria-current", "page");
    await navigation.getByRole("link", { name: "OAuth consumers" }).click();
    await expect(consumers.heading).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`${PATH}$`));
  });

  test("alone sees the way to the consumers; anybody may sign out", async ({ server, page }) => {
    await server.addUser(grace, false);
    await open(page, grace);
    await expect(page.getByRole("navigation")).toHaveCount(0);
    await expect(page.getByRole("banner")).toContainText(grace.username);
    await page.getByRole("banner").getByRole("link", { name: "Latchkey" }).click();
    await expect(page).toHaveURL(new RegExp(`${APPLICATIONS}$`));
    await signOut(page);
    await expect(page).toHaveURL(/\/sign-in/);
  });

  test("sees how many users a consumer has before disapproving it", async ({ server, consumers, another, play }) => {
    await server.addUser(grace);
    const consumer = await play("Requirements sync");
    await consumer.signIn(consumers.page);
    await consumer.signIn(consumers.page);
    await consumer.signIn((await another(grace)).page);
    const dialog = await consumers.choose("Requirements sync", "Disapprove");
    await expect(dialog.getByText(/^2 users are signed in through it/)).toBeVisible();
  });

  test("who chooses Sign everybody out revokes every user's", async ({ consumers, play }) => {
    const { page } = consumers;
    const consumer = await play("Requirements sync");
    const token = await consumer.signIn(page);
    expect((await consumer.call("/api/v1/whoami", token)).status).toBe(200);
    const dialog = await consumers.choose("Requirements sync", "Sign everybody out");
    await expect(dialog).toContainText("1 user is signed in through it.");
    await consumers.confirmation("Sign everybody out").click();
    await expect(dialog).toBeHidden();
    await expect(consumers.said("Signed everybody out of Requirements sync.")).toBeVisible();
    const answer = await consumer.call("/api/v1/whoami", token);
    expect([answer.status, problem(answer)]).toEqual([401, "token_revoked"]);
    await page.goto(APPLICATIONS);
    await expect(page.getByRole("main")).toContainText("No authorized applications.");
  });
});

for (const [what, viewport] of [
  ["At 320 px, which is 400 % zoom", { width: 320, height: 640 }],
  ["At 360 px", { width: 360, height: 740 }],
  ["At 700 px", { width: 700, height: 700 }],
  ["At 870 px", { width: 870, height: 700 }],
] as const) {
  test.describe(what, () => {
    test.use({ viewport });

    test("nothing reaches beyond the window, however long the names are, and everything can be used", async ({ server, page, play }) => {
      const account = { username: "a.user.name.as.long.as.they.may.be".padEnd(64, "."), password: ada.password };
      await server.addUser(account);
      const name = "An application with an uncommonly long name, as long as names may be ".padEnd(100, "x");
      const consumer = await play(name);
      await open(page, account);
      await goTo(page, "OAuth consumers");
      await ready(page);
      expect.soft(await overflow(page), "OAuth consumers").toBeLessThanOrEqual(0);
      await consumer.signIn(page);
      await consumer.decide(page, "disapprove");
      await accountMenu(page).locator("[popovertarget]").click();
      await page.getByRole("link", { name: "Authorized applications" }).click();
      await expect(rows(page)).toHaveCount(1);
      expect.soft(await overflow(page), "with a row").toBeLessThanOrEqual(0);
      await accountMenu(page).locator("[popovertarget]").click();
      await expect.soft(page.getByRole("button", { name: "Sign out" })).toBeInViewport({ ratio: 1 });
      await accountMenu(page).locator("[popovertarget]").click();
      await revoke(page, name).click();
      await expect(page.getByRole("status")).toContainText("is revoked");
      expect.soft(await overflow(page), "with the message").toBeLessThanOrEqual(0);
      await consumer.decide(page, "approve");
      await page.goto(consumer.question(await consumer.begin()));
      expect.soft(await overflow(page), "the question").toBeLessThanOrEqual(0);
      await page.getByRole("button", { name: "Sign out" }).click();
      await expect(page).toHaveURL(/\/sign-in/);
    });
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`In the ${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test("axe finds nothing: empty, with rows, after revoking, and without the permission for the other page", async ({ server, page, play, complaints }) => {
      complaints.expect(refused(403));
      await server.addUser(grace, false);
      await open(page, grace);
      await expectNoViolations(page, "empty");
      const [first, second] = [await play("Requirements sync"), await play("Model export")];
      await first.signIn(page);
      await second.signIn(page);
      await server.disapprove(second.key);
      await expect(async () => {
        await page.reload();
        await expect(row(page, "Model export")).toContainText("Disapproved", { timeout: 500 });
      }).toPass();
      await expectNoViolations(page, "with rows");
      await revoke(page, "Requirements sync").click();
      await expect(page.getByRole("status")).toBeVisible();
      await expectNoViolations(page, "after revoking");
      await page.goto(PATH);
      await expect(page.getByRole("heading", { name: /Configure Server/ })).toBeVisible();
      await expectNoViolations(page, "without the permission");
    });
  });
}
