import { SERVER_AWAY, ada, expect, grace, openConsumers, test } from "../support/test.ts";

const ENDED = /net::ERR_(ABORTED|FAILED|TIMED_OUT|EMPTY_RESPONSE)/;

test.describe("A stream that says nothing any more is not called Live", () => {
  test("a server that is stopped in the middle is noticed within half a minute, and the page goes on with it", async ({ page, server, complaints }) => {
    complaints.expect(SERVER_AWAY, ENDED);
    await page.clock.install();
    const consumers = await openConsumers(page, ada);
    await consumers.expectLive();
    await consumers.mark();
    server.suspend();
    try {
      await page.clock.fastForward("00:31");
      await expect(consumers.sign).toHaveText("Reconnecting…");
    } finally {
      server.resume();
    }
    await page.clock.fastForward("00:11");
    await consumers.expectLive();
    const key = await server.register("Made afterwards");
    await expect(consumers.rowOfKey(key)).toBeVisible();
    await consumers.expectNotReloaded();
  });

  for (const event of ["online", "visibilitychange", "pageshow"] as const) {
    test(`after a sleep it is looked at on ${event}`, async ({ page, server, complaints }) => {
      complaints.expect(SERVER_AWAY, ENDED);
      await page.clock.install();
      const consumers = await openConsumers(page, ada);
      await consumers.expectLive();
      const asked = page.waitForRequest(/\/events\?after=/);
      // The clock went on, and no timer was due: a machine that slept.
      await page.evaluate(() => {
        const now = Date.now;
        Date.now = () => now() + 60_000;
      });
      await page.evaluate((event) => window.dispatchEvent(new Event(event)), event);
      await asked;
      await consumers.expectLive();
      const key = await server.register("Made afterwards");
      await expect(consumers.rowOfKey(key)).toBeVisible();
    });
  }
});

test("Where events do not come through, the list is fetched every ten seconds, and the page says so", async ({ page, context, server, complaints }) => {
  complaints.expect(/net::ERR_/);
  await page.clock.install();
  await context.route(/\/events\?/, (route) => route.abort());
  const consumers = await openConsumers(page, ada);
  await expect(consumers.sign).toHaveText("Reconnecting…");
  await page.clock.fastForward("00:02");
  const words = page.getByText("Live updates do not come through");
  await expect(words).toBeVisible();
  const key = await server.register("Made meanwhile");
  await page.clock.fastForward("00:11");
  await expect(consumers.rowOfKey(key)).toBeVisible();
  await server.approve(key);
  await page.clock.fastForward("00:11");
  await expect(consumers.rowOfKey(key)).toContainText("Approved");
  await context.unroute(/\/events\?/);
  await page.clock.fastForward("00:11");
  await consumers.expectLive();
  await expect(words).toBeHidden();
});

test("A page of whose permission nothing is left says what to do, and goes on once it is back", async ({ server, another, complaints }) => {
  complaints.expect(/the server responded with a status of (401|403)/, SERVER_AWAY);
  await server.addUser(grace);
  const other = await another(grace);
  await other.expectLive();
  await server.cli(["user", "forbid", grace.username]);
  await expect(other.sign).toHaveText("Signed out");
  await expect(other.page.getByText("does not have the Configure Server permission any more, so")).toBeVisible();
  await server.cli(["user", "permit", grace.username]);
  await other.expectLive();
});
