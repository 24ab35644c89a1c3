// What the server's answers and events do to the panel, and what it says where none comes.
import type { Page } from "@playwright/test";
import { PATH, ada, expect, openConsumers, ready, refused, test } from "../support/test.ts";
import { NAME, PANEL, button, close, heading, link, open, panel, section } from "../support/panel.ts";

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
    await expect(panel(page).getByRole("alert")).toContainText("This consumer was removed by");
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
