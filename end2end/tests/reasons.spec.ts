import { expectNoViolations } from "../support/axe.ts";
import { type Entry, type Heading, expect, expectFieldError, refused, test } from "../support/test.ts";

const NAME = "Requirements sync";

const deeds: [Exclude<Entry, "Edit">, Heading][] = [
  ["Approve", "Approve consumer key"],
  ["Disapprove", "Disapprove consumer key"],
  ["Sign everybody out", "Sign everybody out"],
  ["Remove", "Remove consumer key"],
];

let key: string;

test.beforeEach(async ({ server, consumers }) => {
  key = await server.register(NAME);
  await expect(consumers.row(NAME)).toBeVisible();
});

for (const [entry, heading] of deeds) {
  test(`${entry} may carry a reason, which the activity keeps`, async ({ consumers, page, server }) => {
    const dialog = await consumers.choose(NAME, entry);
    const reason = dialog.getByLabel("Reason", { exact: true });
    await expect(reason).toHaveAccessibleDescription(/^Optional\./);
    await reason.fill("  As agreed with the department. ");
    await expectNoViolations(page, heading);
    await consumers.confirmation(heading).click();
    await expect(dialog).toBeHidden();
    const answer = await page.request.get("/api/v1/activity?limit=1");
    expect(((await answer.json()) as { items: { reason: string }[] }).items[0]?.reason).toBe("As agreed with the department.");
    if (entry === "Approve" || entry === "Disapprove") expect((await server.show(key)).reason).toBe("As agreed with the department.");
  });
}

test("Without a reason it works as well, and the reason before is not kept", async ({ consumers, server }) => {
  const dialog = await consumers.choose(NAME, "Disapprove");
  await dialog.getByLabel("Reason", { exact: true }).fill("The key leaked.");
  await consumers.confirmation("Disapprove consumer key").click();
  await expect(dialog).toBeHidden();
  await consumers.confirm(NAME, "Approve");
  expect(await server.show(key)).toMatchObject({ status: "approved", reason: null });
});

test("A reason that is too long is told beside it, and nothing is done", async ({ consumers, server, complaints }) => {
  complaints.expect(refused(422));
  const dialog = await consumers.choose(NAME, "Disapprove");
  const reason = dialog.getByLabel("Reason", { exact: true });
  await reason.fill("x".repeat(501));
  await consumers.confirmation("Disapprove consumer key").click();
  await expectFieldError(reason, /at most 500 characters; this has 501/);
  await expect(reason).toBeFocused();
  expect(await server.show(key)).toMatchObject({ status: "pending", revision: 1 });
});

test("A dialog opens with the focus on Cancel, so that Enter pressed once too often does nothing", async ({ consumers, page, server }) => {
  for (const [entry] of deeds) {
    const dialog = await consumers.choose(NAME, entry);
    await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(dialog).toBeHidden();
  }
  expect(await server.show(key)).toMatchObject({ status: "pending", revision: 1 });
});

test("A consumer through which users are signed in is removed only once its name is typed", async ({ consumers, page, play }) => {
  const consumer = await play("Model export");
  await consumer.signIn(page);
  const dialog = await consumers.choose("Model export", "Remove");
  await expect(dialog).toContainText("1 user is signed in through it.");
  const name = dialog.getByLabel("Type its name to remove it", { exact: true });
  const remove = consumers.confirmation("Remove consumer key");
  await expect(remove).toBeDisabled();
  await expectNoViolations(page, "with a name to type");
  await name.fill("Model exports");
  await expect(remove).toBeDisabled();
  await name.press("Enter");
  await expect(dialog).toBeVisible();
  await expect(consumers.rowOfKey(consumer.key)).toHaveCount(1);
  await name.fill(" Model export ");
  await expect(remove).toBeEnabled();
  await expect(consumers.said("The name fits: Remove can be pressed.")).toHaveCount(1);
  await remove.click();
  await expect(dialog).toBeHidden();
  await expect(consumers.said("Removed Model export.")).toBeVisible();
  await expect(consumers.rowOfKey(consumer.key)).toHaveCount(0);
  // The row below the one that was removed.
  await expect(consumers.actions(NAME)).toBeFocused();
});

test("A name with letters that were composed otherwise is typed as it is seen", async ({ consumers, page, play }) => {
  const consumer = await play("Cafe\u0301 export");
  await consumer.signIn(page);
  const dialog = await consumers.choose("Cafe\u0301 export", "Remove");
  await dialog.getByLabel("Type its name to remove it", { exact: true }).fill("Caf\u00e9 export");
  await expect(consumers.confirmation("Remove consumer key")).toBeEnabled();
});

test("One that nobody is signed in through is removed without", async ({ consumers }) => {
  const dialog = await consumers.choose(NAME, "Remove");
  await expect(dialog).toContainText("Nobody is signed in through it.");
  await expect(dialog.getByLabel("Type its name to remove it")).toHaveCount(0);
  await consumers.confirmation("Remove consumer key").click();
  await expect(dialog).toBeHidden();
});

test("Where the number of users does not come, the name is asked for", async ({ consumers, page, complaints }) => {
  complaints.expect(refused(503));
  const busy = JSON.stringify({ Unavailable: "The disk is full." });
  await page.route("**/api/page/signed_in_users", (route) => route.fulfill({ status: 503, contentType: "application/json", body: busy }));
  const dialog = await consumers.choose(NAME, "Remove");
  await expect(dialog).toContainText("is unknown");
  await expect(consumers.confirmation("Remove consumer key")).toBeDisabled();
  await page.unroute("**/api/page/signed_in_users");
  await dialog.getByRole("button", { name: "Try again" }).click();
  await expect(dialog).toContainText("Nobody is signed in through it.");
  await expect(consumers.confirmation("Remove consumer key")).toBeEnabled();
});
