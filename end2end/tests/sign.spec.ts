import {
  NO_NETWORK,
  PATH,
  PRELOADED_LONG_AGO,
  SERVER_AWAY,
  ada,
  expect,
  grace,
  holdModule,
  openRendered,
  ready,
  refused,
  signIn,
  signOut,
  test,
} from "../support/test.ts";

test.describe("The sign says whether what others do comes through", () => {
  test("Live", async ({ consumers }) => {
    await expect(consumers.sign).toHaveText("Live");
    await expect(consumers.page.getByRole("status")).toHaveCount(1);
  });

  test("Connecting… until the wasm runs", async ({ page, context, complaints }) => {
    complaints.expect(PRELOADED_LONG_AGO);
    const letGo = await holdModule(context);
    const consumers = await openRendered(page);
    await expect(consumers.sign).toHaveText("Connecting…");
    letGo();
    await expect(consumers.sign).toHaveText("Live");
  });

  test("Reconnecting… while the server is away, and after its restart the page is right again by itself", async ({
    server,
    consumers,
    complaints,
  }) => {
    complaints.expect(SERVER_AWAY);
    const changed = await server.register("Requirements sync");
    const removed = await server.register("Gone meanwhile");
    await expect(consumers.rows).toHaveCount(2);
    await consumers.expectLive();
    await consumers.mark();
    expect(await server.stop(), "it stops with a page open").toBe(0);
    await expect(consumers.sign).toHaveText("Reconnecting…");
    await server.approve(changed);
    await server.remove(removed);
    const added = await server.register("Made meanwhile");
    await server.start();
    await consumers.expectLive();
    await expect(consumers.rowOfKey(changed)).toContainText("Approved");
    await expect(consumers.rowOfKey(removed)).toHaveCount(0);
    await expect(consumers.rowOfKey(added)).toBeVisible();
    await consumers.expectNotReloaded();
  });

  test("after the server was killed it comes back too", async ({ server, consumers, complaints }) => {
    complaints.expect(SERVER_AWAY);
    await consumers.register("Requirements sync");
    await consumers.mark();
    await server.kill();
    await expect(consumers.sign).toHaveText("Reconnecting…");
    await server.start();
    await consumers.expectLive();
    await consumers.confirm("Requirements sync", "Approve");
    await consumers.expectStatus("Requirements sync", "Approved");
    await consumers.expectNotReloaded();
  });

  test("Offline without a network, and right again by itself afterwards", async ({ server, consumers, context, complaints }) => {
    complaints.expect(NO_NETWORK, SERVER_AWAY);
    const key = await server.register("Requirements sync");
    await expect(consumers.rowOfKey(key)).toBeVisible();
    await consumers.mark();
    await context.setOffline(true);
    await expect(consumers.sign).toHaveText("Offline");
    await server.approve(key);
    const added = await server.register("Made meanwhile");
    await context.setOffline(false);
    await consumers.expectLive();
    await expect(consumers.rowOfKey(key)).toContainText("Approved");
    await expect(consumers.rowOfKey(added)).toBeVisible();
    await consumers.expectNotReloaded();
  });

  test("Signed out when the session ends elsewhere, and Live again after signing in there", async ({
    server,
    consumers,
    context,
    complaints,
  }) => {
    complaints.expect(refused(401), SERVER_AWAY);
    await consumers.expectLive();
    await consumers.mark();
    const tab = await context.newPage();
    await tab.goto(PATH);
    await ready(tab);
    await signOut(tab);
    await expect(consumers.sign).toHaveText("Signed out");
    const key = await server.register("Made meanwhile");
    await signIn(tab, ada);
    await ready(tab);
    await consumers.expectLive();
    await expect(consumers.rowOfKey(key)).toBeVisible();
    await consumers.expectNotReloaded();
  });

  for (const [what, verb] of [
    ["the account is disabled", "disable"],
    ["the permission is taken away", "forbid"],
  ] as const) {
    test(`Signed out as soon as ${what}`, async ({ server, another, complaints }) => {
      complaints.expect(refused(401, 403), SERVER_AWAY);
      await server.addUser(grace);
      const other = await another(grace);
      await other.expectLive();
      const usual = await other.usualDelay(server);
      await server.cli(["user", verb, grace.username]);
      // Two seconds, and more where the machine takes more for everything.
      await expect(other.sign).toHaveText("Signed out", { timeout: 2_000 + 5 * usual });
    });
  }
});
