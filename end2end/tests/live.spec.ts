import {
  NO_NETWORK,
  PATH,
  PRELOADED_LONG_AGO,
  SERVER_AWAY,
  ada,
  expect,
  grace,
  holdModule,
  numbered,
  openRendered,
  ready,
  refused,
  registerMany,
  signIn,
  signOut,
  test,
} from "../support/test.ts";
import { watchPosition } from "../support/look.ts";

test.describe("What one browser does shows in the other without a reload", () => {
  test("registering", async ({ consumers, another }) => {
    const other = await another();
    await other.mark();
    await consumers.register("Requirements sync");
    await expect(other.row("Requirements sync")).toContainText("Pending");
    await expect(other.row("Requirements sync").getByText("New", { exact: true })).toBeVisible();
    await other.expectNotReloaded();
  });

  test("approving, disapproving", async ({ server, consumers, another }) => {
    await server.register("Requirements sync");
    const other = await another();
    await other.mark();
    await consumers.confirm("Requirements sync", "Approve");
    await other.expectStatus("Requirements sync", "Approved");
    await consumers.confirm("Requirements sync", "Disapprove");
    await other.expectStatus("Requirements sync", "Disapproved");
    await other.expectNotReloaded();
  });

  test("editing", async ({ server, consumers, another }) => {
    const key = await server.register("Requirements sync");
    const other = await another();
    await other.mark();
    const dialog = await consumers.choose("Requirements sync", "Edit");
    await dialog.getByLabel("Consumer name", { exact: true }).fill("Requirements bridge");
    await consumers.confirmation("Edit consumer").click();
    await expect(other.rowOfKey(key)).toContainText("Requirements bridge");
    await expect(other.actions("Requirements bridge")).toBeVisible();
    await other.expectNotReloaded();
  });

  test("removing", async ({ server, consumers, another }) => {
    const key = await server.register("Requirements sync");
    const other = await another();
    await other.mark();
    await expect(other.rowOfKey(key)).toBeVisible();
    await consumers.confirm("Requirements sync", "Remove");
    await expect(other.rowOfKey(key)).toHaveCount(0);
    await expect(other.page.getByText("No consumer keys yet.")).toBeVisible();
    await other.expectNotReloaded();
  });
});

test("What the command line changes shows in the page", async ({ server, consumers }) => {
  await consumers.mark();
  await consumers.expectLive();
  const key = await server.register("Requirements sync");
  const row = consumers.rowOfKey(key);
  await expect(row).toContainText("the command line");
  await server.approve(key);
  await expect(row).toContainText("Approved");
  await server.disapprove(key);
  await expect(row).toContainText("Disapproved");
  await server.rename(key, "Requirements bridge");
  await expect(row).toContainText("Requirements bridge");
  await server.remove(key);
  await expect(row).toHaveCount(0);
  await consumers.expectNotReloaded();
});

test("A new row stands where a reload would put it: newest first", async ({ server, consumers }) => {
  const first = await server.register("First");
  const second = await server.register("Second");
  const third = await server.register("Third");
  const keys = () => consumers.rows.evaluateAll((rows) => rows.map((row) => row.getAttribute("data-key")));
  await expect.poll(keys).toEqual([third, second, first]);
  await consumers.page.reload();
  await ready(consumers.page);
  expect(await keys()).toEqual([third, second, first]);
});

test.describe("Live updates disturb nobody", () => {
  test("an open menu stays open, with the focus in it, while its row and others change", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    const other = await server.register("Model export");
    await expect(consumers.rows).toHaveCount(2);
    await consumers.openMenu("Requirements sync");
    await expect(consumers.entry("Edit")).toBeFocused();
    await server.approve(other);
    await server.approve(key);
    await server.rename(other, "Model import");
    await server.remove(other);
    await expect(consumers.rowOfKey(other)).toHaveCount(0);
    await expect(consumers.rowOfKey(key)).toContainText("Approved");
    await expect(consumers.menu).toBeVisible();
    await expect(consumers.entry("Edit")).toBeFocused();
  });

  test("an open menu stays at its row when a row above is removed", async ({ server, consumers }) => {
    // Room below the row before and after: a menu changes sides where there is none.
    await consumers.page.setViewportSize({ width: 1280, height: 1000 });
    await server.register("Requirements sync");
    const above = await server.register("Above");
    await expect(consumers.rows).toHaveCount(2);
    await consumers.openMenu("Requirements sync");
    const distance = async () => {
      const menu = await consumers.menu.boundingBox();
      const button = await consumers.actions("Requirements sync").boundingBox();
      return Math.round((menu?.y ?? 0) - (button?.y ?? 0));
    };
    const before = await distance();
    await server.remove(above);
    await expect(consumers.rowOfKey(above)).toHaveCount(0);
    await expect.poll(distance).toBe(before);
    await expect(consumers.menu).toBeVisible();
  });

  test("an open dialog stays open, with what is typed and where the focus is", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    const dialog = await consumers.choose("Requirements sync", "Edit");
    const name = dialog.getByLabel("Consumer name", { exact: true });
    await name.fill("Half a na");
    await server.approve(key);
    await server.register("Model export");
    await expect(consumers.rowOfKey(key)).toContainText("Approved");
    await expect(dialog).toBeVisible();
    await expect(name).toHaveValue("Half a na");
    await expect(name).toBeFocused();
    await consumers.page.keyboard.type("me");
    await expect(name).toHaveValue("Half a name");
  });

  test("what is typed in the register form stays while rows come and go", async ({ server, consumers }) => {
    await consumers.fillIn("Half a na");
    await consumers.name.focus();
    const key = await server.register("Model export");
    await expect(consumers.rowOfKey(key)).toBeVisible();
    await server.remove(key);
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await expect(consumers.name).toHaveValue("Half a na");
    await expect(consumers.name).toBeFocused();
  });

  test("a changed row keeps the focus that is in it", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    await consumers.actions("Requirements sync").focus();
    await server.approve(key);
    await expect(consumers.rowOfKey(key)).toContainText("Approved");
    await server.rename(key, "Requirements bridge");
    await expect(consumers.actions("Requirements bridge")).toBeFocused();
  });
});

test.describe("On a page that cannot scroll, the row in use stays where it is", () => {
  test.use({ viewport: { width: 1280, height: 1000 } });

  test.beforeEach(async ({ server, consumers }) => {
    await server.register("Requirements sync");
    await expect(consumers.row("Requirements sync")).toBeVisible();
    await consumers.expectLive();
    const spare = await consumers.page.evaluate(() => innerHeight - document.documentElement.scrollHeight);
    expect(spare, "the page is meant to be too short to scroll").toBeGreaterThanOrEqual(0);
  });

  test("a new row waits behind a button while the pointer is on a row, and shows when it leaves", async ({ server, consumers }) => {
    const row = consumers.row("Requirements sync");
    await row.hover();
    const strayed = await watchPosition(row);
    const key = await server.register("Model export");
    await expect(consumers.newRows(1)).toBeVisible();
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    const second = await server.register("Test runner");
    await expect(consumers.newRows(2)).toBeVisible();
    await expect(consumers.rowOfKey(second)).toHaveCount(0);
    expect(await strayed()).toBeLessThan(1);
    await consumers.pointAway();
    await expect(consumers.rowOfKey(key)).toBeVisible();
    await expect(consumers.rowOfKey(second)).toBeVisible();
    await expect(consumers.newRows(2)).toHaveCount(0);
  });

  test("a new row waits while the focus is in a row, and shows when it leaves", async ({ server, consumers }) => {
    const button = consumers.actions("Requirements sync");
    await button.focus();
    const strayed = await watchPosition(button);
    const key = await server.register("Model export");
    await expect(consumers.newRows(1)).toBeVisible();
    expect(await strayed()).toBeLessThan(1);
    await expect(button).toBeFocused();
    await consumers.name.focus();
    await expect(consumers.rowOfKey(key)).toBeVisible();
    await expect(consumers.newRows(1)).toHaveCount(0);
  });

  test("a new row waits while a menu and then a dialog is open on a row", async ({ server, consumers }) => {
    await consumers.openMenu("Requirements sync");
    await consumers.pointAway();
    const key = await server.register("Model export");
    await expect(consumers.newRows(1)).toHaveCount(1);
    await consumers.entry("Edit").press("Enter");
    await expect(consumers.dialog("Edit consumer")).toBeVisible();
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await consumers.page.keyboard.press("Escape");
    await expect(consumers.actions("Requirements sync")).toBeFocused();
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await consumers.name.focus();
    await expect(consumers.rowOfKey(key)).toBeVisible();
  });

  test("pressing the button shows the rows and moves the focus to the first new one", async ({ server, consumers }) => {
    await consumers.actions("Requirements sync").focus();
    await server.register("Model export");
    await server.register("Test runner");
    await consumers.newRows(2).click();
    await expect(consumers.rows).toHaveCount(3);
    await expect(consumers.rows.first()).toContainText("Test runner");
    await expect(consumers.actions("Test runner")).toBeFocused();
    await expect(consumers.newRows(2)).toHaveCount(0);
  });

  test("pressing the button by keyboard does the same", async ({ server, consumers }) => {
    await consumers.actions("Requirements sync").focus();
    await server.register("Model export");
    await consumers.newRows(1).focus();
    await expect(consumers.newRows(1)).toBeFocused();
    await consumers.page.keyboard.press("Enter");
    await expect(consumers.actions("Model export")).toBeFocused();
    await expect(consumers.rows).toHaveCount(2);
  });

  test("without pointer or focus on it, a new row shows at once", async ({ server, consumers }) => {
    await consumers.pointAway();
    const key = await server.register("Model export");
    await expect(consumers.rowOfKey(key)).toBeVisible();
    await expect(consumers.newRows(1)).toHaveCount(0);
  });

  test("a waiting row is changed, and removed, before it was ever shown", async ({ server, consumers }) => {
    await consumers.row("Requirements sync").hover();
    const gone = await server.register("Gone again");
    const key = await server.register("Model export");
    await expect(consumers.newRows(2)).toBeVisible();
    await server.approve(key);
    await server.remove(gone);
    await expect(consumers.newRows(1)).toBeVisible();
    await consumers.pointAway();
    await expect(consumers.rowOfKey(key)).toContainText("Approved");
    await expect(consumers.rowOfKey(gone)).toHaveCount(0);
  });

  test("one's own registration shows at once, wherever the pointer is", async ({ consumers }) => {
    await consumers.fillIn("Model export");
    await consumers.row("Requirements sync").hover();
    await consumers.name.press("Enter");
    await expect(consumers.row("Model export")).toBeVisible();
  });
});

test.describe("On a page that scrolls, the scroll position is corrected", () => {
  test.beforeEach(async ({ consumers }) => {
    await registerMany(consumers.page, numbered(40));
    await expect(consumers.rows).toHaveCount(40);
    await consumers.expectLive();
  });

  test("the row under the pointer stays under it while rows come and go above", async ({ server, consumers }) => {
    const row = consumers.row("Application 15");
    await row.scrollIntoViewIfNeeded();
    await row.hover();
    const before = await row.boundingBox();
    const strayed = await watchPosition(row);
    const key = await server.register("New one");
    await expect(consumers.rowOfKey(key)).toHaveCount(1);
    await server.register("New two");
    await expect(consumers.row("New two")).toHaveCount(1);
    expect(await strayed()).toBeLessThan(1);
    await server.remove(key);
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    expect(await strayed()).toBeLessThan(1);
    expect(await row.boundingBox()).toEqual(before);
    await expect(consumers.newRows(1)).toHaveCount(0);
  });

  test("the row under the pointer stays also at the very top of the page", async ({ server, consumers }) => {
    const row = consumers.rows.first();
    await consumers.page.evaluate(() => scrollTo(0, 0));
    const key = await consumers.keyOf(row);
    await row.hover();
    const strayed = await watchPosition(consumers.rowOfKey(key));
    await server.register("New one");
    await expect(consumers.row("New one")).toHaveCount(1);
    expect(await strayed()).toBeLessThan(1);
  });

  test("the row with the focus stays where it is", async ({ server, consumers }) => {
    const button = consumers.actions("Application 20");
    await button.focus();
    await consumers.pointAway();
    const before = await button.boundingBox();
    const strayed = await watchPosition(button);
    await server.register("New one");
    await expect(consumers.row("New one")).toHaveCount(1);
    expect(await strayed()).toBeLessThan(1);
    expect(await button.boundingBox()).toEqual(before);
    await expect(button).toBeFocused();
  });

  test("an open menu and its row stay where they are", async ({ server, consumers }) => {
    await consumers.actions("Application 20").scrollIntoViewIfNeeded();
    await consumers.openMenu("Application 20");
    const before = [await consumers.menu.boundingBox(), await consumers.actions("Application 20").boundingBox()];
    await server.register("New one");
    await expect(consumers.row("New one")).toHaveCount(1);
    await expect
      .poll(async () => [await consumers.menu.boundingBox(), await consumers.actions("Application 20").boundingBox()])
      .toEqual(before);
    await expect(consumers.menu).toBeVisible();
  });

  test("what one is reading stays, also without pointer and focus", async ({ server, consumers }) => {
    await consumers.pointAway();
    await consumers.page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight / 2));
    const row = consumers.rows.nth(25);
    const key = await consumers.keyOf(row);
    const strayed = await watchPosition(consumers.rowOfKey(key));
    await server.register("New one");
    await expect(consumers.row("New one")).toHaveCount(1);
    expect(await strayed()).toBeLessThan(1);
  });
});

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

test.describe("Two administrators change the same key", () => {
  test("the second is told who changed what and when, and keeps what was typed; Save once more saves over it", async ({
    server,
    consumers,
    another,
    complaints,
  }) => {
    complaints.expect(refused(409));
    const key = await server.register("Requirements sync");
    await server.addUser(grace);
    const other = await another(grace);
    const mine = await consumers.choose("Requirements sync", "Edit");
    const theirs = await other.choose("Requirements sync", "Edit");
    await theirs.getByLabel("Consumer name", { exact: true }).fill("Bridge of grace");
    await other.confirmation("Edit consumer").click();
    await expect(theirs).toBeHidden();

    const name = mine.getByLabel("Consumer name", { exact: true });
    await name.fill("Bridge of ada");
    await consumers.confirmation("Edit consumer").click();
    const refusal = consumers.refusal("Edit consumer");
    await expect(refusal).toContainText("grace");
    await expect(refusal).toContainText("Bridge of grace");
    await expect(refusal).toContainText(/just now|\d+ min ago/);
    await expect(refusal).toContainText(/\d\d:\d\d:\d\d/);
    await expect(name).toHaveValue("Bridge of ada");
    expect((await server.show(key)).name).toBe("Bridge of grace");

    await consumers.confirmation("Edit consumer").click();
    await expect(mine).toBeHidden();
    await expect(consumers.rowOfKey(key)).toContainText("Bridge of ada");
    await expect(other.rowOfKey(key)).toContainText("Bridge of ada");
    expect((await server.show(key)).name).toBe("Bridge of ada");
  });

  test("Save once more keeps what the other changed where I changed nothing, and asks about what both have changed", async ({
    server,
    consumers,
    complaints,
  }) => {
    complaints.expect(refused(409));
    const key = await server.register("Requirements sync");
    const change = ["--name", "Theirs", "--callback", "https://app.example/cb", "--allow-oauth-1-0", "true"];
    for (const [answer, name] of [
      ["mine", "Mine"],
      ["theirs", "Theirs"],
    ] as const) {
      await server.cli(["consumer", "edit", key, "--name", "Requirements sync", "--callback", "", "--allow-oauth-1-0", "false"]);
      await expect(consumers.actions("Requirements sync")).toBeVisible();
      const dialog = await consumers.choose("Requirements sync", "Edit");
      await dialog.getByLabel("Consumer name", { exact: true }).fill("Mine");
      await server.cli(["consumer", "edit", key, ...change]);
      await consumers.confirmation("Edit consumer").click();
      await expect(consumers.refusal("Edit consumer")).toContainText("the command line");
      await expect(dialog.getByLabel("Callback URLs", { exact: true })).toHaveValue("https://app.example/cb");
      await expect(dialog.getByLabel("Allow OAuth 1.0", { exact: true })).toBeChecked();
      await expect(dialog.getByLabel("Consumer name", { exact: true })).toHaveValue("Mine");
      const question = dialog.getByRole("group", { name: "You both changed Consumer name" });
      await expect(question).toContainText("Theirs is Theirs");
      await expect(dialog).toContainText("You both changed Consumer name: choose beside each.");
      const theirs = question.getByRole("button", { name: "Take theirs for Consumer name" });
      const yours = question.getByRole("button", { name: "Keep yours for Consumer name" });
      await expect(dialog.getByRole("button", { name: /^Take theirs/ })).toHaveCount(1);
      await expect(yours).toHaveAttribute("aria-pressed", "true");
      await theirs.click();
      await expect(theirs).toHaveAttribute("aria-pressed", "true");
      await expect(dialog.getByLabel("Consumer name", { exact: true })).toHaveValue("Theirs");
      if (answer === "mine") {
        await yours.click();
        await expect(dialog.getByLabel("Consumer name", { exact: true })).toHaveValue("Mine");
      }
      await consumers.confirmation("Edit consumer").click();
      await expect(dialog).toBeHidden();
      expect(await server.show(key)).toMatchObject({ name, callback_urls: ["https://app.example/cb"], allow_oauth_1_0: true });
    }
  });

  test("Cancel after a conflict leaves the other's change as it is", async ({ server, consumers, complaints }) => {
    complaints.expect(refused(409));
    const key = await server.register("Requirements sync");
    const dialog = await consumers.choose("Requirements sync", "Edit");
    await server.rename(key, "Renamed in the terminal");
    await dialog.getByLabel("Consumer name", { exact: true }).fill("Mine");
    await consumers.confirmation("Edit consumer").click();
    await expect(consumers.refusal("Edit consumer")).toContainText("the command line");
    await expect(consumers.refusal("Edit consumer")).toContainText("Renamed in the terminal");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(consumers.rowOfKey(key)).toContainText("Renamed in the terminal");
    expect((await server.show(key)).name).toBe("Renamed in the terminal");
  });

  test("saving over a decision keeps the decision", async ({ server, consumers, complaints }) => {
    complaints.expect(refused(409));
    const key = await server.register("Requirements sync");
    const dialog = await consumers.choose("Requirements sync", "Edit");
    await server.approve(key);
    await dialog.getByLabel("Consumer name", { exact: true }).fill("Requirements bridge");
    await consumers.confirmation("Edit consumer").click();
    await expect(consumers.refusal("Edit consumer")).toContainText(/status to Approved/);
    await consumers.confirmation("Edit consumer").click();
    await expect(dialog).toBeHidden();
    const saved = await server.show(key);
    expect([saved.name, saved.status]).toEqual(["Requirements bridge", "approved"]);
  });

  test("a changed secret is told as well, though no row shows it, and never the secret", async ({ server, consumers, complaints }) => {
    complaints.expect(refused(409));
    const key = await server.register("Requirements sync");
    const dialog = await consumers.choose("Requirements sync", "Edit");
    await server.cli(["consumer", "edit", key, "--secret-stdin"], "changed-in-the-terminal");
    await dialog.getByLabel("Consumer name", { exact: true }).fill("Mine");
    await consumers.confirmation("Edit consumer").click();
    await expect(consumers.refusal("Edit consumer")).toContainText(/secret/);
    await expect(consumers.refusal("Edit consumer")).not.toContainText("changed-in-the-terminal");
  });

  test("approving what somebody has just approved is no error", async ({ server, consumers, another }) => {
    const key = await server.register("Requirements sync");
    const other = await another();
    const mine = await consumers.choose("Requirements sync", "Approve");
    await other.confirm("Requirements sync", "Approve");
    await consumers.confirmation("Approve consumer key").click();
    await expect(mine).toBeHidden();
    await consumers.expectStatus("Requirements sync", "Approved");
    expect((await server.show(key)).revision).toBe(2);
  });

  test("approving what somebody has renamed meanwhile is told first", async ({ server, consumers, complaints }) => {
    complaints.expect(refused(409));
    const key = await server.register("Requirements sync");
    const dialog = await consumers.choose("Requirements sync", "Approve");
    await server.rename(key, "Something else entirely");
    await consumers.confirmation("Approve consumer key").click();
    await expect(consumers.refusal("Approve consumer key")).toContainText("the command line");
    await expect(consumers.refusal("Approve consumer key")).toContainText("Something else entirely");
    expect((await server.show(key)).status).toBe("pending");
    await consumers.confirmation("Approve consumer key").click();
    await expect(dialog).toBeHidden();
    expect((await server.show(key)).status).toBe("approved");
  });

  test("approving what somebody has just disapproved is told first, and goes on when pressed once more", async ({
    server,
    consumers,
    another,
    complaints,
  }) => {
    complaints.expect(refused(409));
    const key = await server.register("Requirements sync");
    const other = await another();
    const mine = await consumers.choose("Requirements sync", "Approve");
    await other.confirm("Requirements sync", "Disapprove");
    await consumers.confirmation("Approve consumer key").click();
    await expect(consumers.refusal("Approve consumer key")).toContainText("ada");
    await expect(consumers.refusal("Approve consumer key")).toContainText(/status to Disapproved/);
    expect((await server.show(key)).status).toBe("disapproved");
    await consumers.confirmation("Approve consumer key").click();
    await expect(mine).toBeHidden();
    await other.expectStatus("Requirements sync", "Approved");
  });

  test("editing what somebody has removed is told, with who did it", async ({ server, consumers, complaints }) => {
    complaints.expect(refused(404));
    const key = await server.register("Requirements sync");
    const dialog = await consumers.choose("Requirements sync", "Edit");
    await dialog.getByLabel("Consumer name", { exact: true }).fill("Too late");
    await server.remove(key);
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await expect(dialog).toBeVisible();
    await consumers.confirmation("Edit consumer").click();
    await expect(consumers.refusal("Edit consumer")).toContainText(/the command line has removed/i);
    await expect(dialog.getByLabel("Consumer name", { exact: true })).toHaveValue("Too late");
    expect(await server.list()).toEqual([]);
  });

  test("removing what somebody has removed is no error", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    const dialog = await consumers.choose("Requirements sync", "Remove");
    await server.remove(key);
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await consumers.confirmation("Remove consumer key").click();
    await expect(dialog).toBeHidden();
    await expect(consumers.tableHeading).toBeFocused();
  });
});
