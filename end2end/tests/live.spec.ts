import { expect, grace, ready, refused, test } from "../support/test.ts";

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
