import { expectNoViolations } from "../support/axe.ts";
import { SERVER_AWAY, expect, grace, refused, test } from "../support/test.ts";

const NAME = "Requirements sync";
const CALLBACK = "https://app.example.com/callback";

let key: string;

test.beforeEach(async ({ server, consumers }) => {
  key = await server.register(NAME);
  await expect(consumers.row(NAME)).toBeVisible();
});

test("Undo after Disapprove and after Approve brings back the status that was, in every open page", async ({ consumers, server, another }) => {
  const other = await another();
  for (const [entry, before, undone] of [
    ["Approve", "Pending", "pending"],
    ["Disapprove", "Pending", "pending"],
  ] as const) {
    await consumers.confirm(NAME, entry);
    const message = consumers.said(`${entry}d ${NAME}.`);
    await message.getByRole("button", { name: "Undo" }).click();
    await expect(consumers.said(`Undone: ${NAME} is ${before} again.`)).toBeVisible();
    await expect(consumers.actions(NAME)).toBeFocused();
    await consumers.expectStatus(NAME, before);
    await other.expectStatus(NAME, before);
    expect((await server.show(key)).status).toBe(undone);
  }
  await server.approve(key);
  await consumers.expectStatus(NAME, "Approved");
  await consumers.confirm(NAME, "Disapprove");
  await consumers.said(`Disapproved ${NAME}.`).getByRole("button", { name: "Undo" }).press("Enter");
  await consumers.expectStatus(NAME, "Approved");
});

test("Undo of an approval that trusted it as well takes Trusted back too", async ({ consumers, server }) => {
  await server.cli(["consumer", "edit", key, "--callback", CALLBACK]);
  // The dialog shows what the row knows: the command line's change has to be there first.
  await expect(async () => {
    await consumers.page.keyboard.press("Escape");
    const dialog = await consumers.choose(NAME, "Approve");
    await expect(dialog.getByLabel("Trusted", { exact: true })).toBeVisible({ timeout: 200 });
  }).toPass();
  await consumers.dialog("Approve consumer key").getByLabel("Trusted", { exact: true }).check();
  await consumers.confirmation("Approve consumer key").click();
  await expect(consumers.dialog("Approve consumer key")).toBeHidden();
  expect(await server.show(key)).toMatchObject({ status: "approved", trusted: true });
  await consumers.said(`Approved ${NAME}.`).getByRole("button", { name: "Undo" }).click();
  await consumers.expectStatus(NAME, "Pending");
  expect(await server.show(key)).toMatchObject({ status: "pending", trusted: false, callback_url: CALLBACK });
});

test("Who was faster is told, and nothing is undone over their change", async ({ consumers, server, another, complaints }) => {
  complaints.expect(refused(409));
  await server.addUser(grace);
  const other = await another(grace);
  await consumers.confirm(NAME, "Disapprove");
  const dialog = await other.choose(NAME, "Edit");
  await dialog.getByLabel("Consumer name", { exact: true }).fill("Renamed");
  await other.confirmation("Edit consumer").click();
  await expect(dialog).toBeHidden();
  await consumers.said(`Disapproved ${NAME}.`).getByRole("button", { name: "Undo" }).click();
  await expect(consumers.said("Not undone: grace has changed Renamed: the name to “Renamed”.")).toBeVisible();
  expect(await server.show(key)).toMatchObject({ status: "disapproved", name: "Renamed" });
});

test("A decision that another administrator has just made is told as theirs, without Undo, and that a reason was not kept", async ({ consumers, server, another, page }) => {
  await server.addUser(grace);
  const other = await another(grace);
  const dialog = await consumers.choose(NAME, "Approve");
  await dialog.getByLabel("Reason", { exact: true }).fill("As agreed");
  await other.confirm(NAME, "Approve");
  await consumers.confirmation("Approve consumer key").click();
  await expect(dialog).toBeHidden();
  await expect(consumers.said(`${NAME} was approved already, by grace. The reason that you typed was not kept.`)).toBeVisible();
  await expect(page.getByRole("button", { name: "Undo", exact: true })).toHaveCount(0);
  expect((await server.show(key)).status).toBe("approved");
});

test("Where the server is away it is told, and Undo can be pressed again", async ({ consumers, server, complaints }) => {
  complaints.expect(SERVER_AWAY);
  await consumers.confirm(NAME, "Approve");
  await server.kill();
  await consumers.said(`Approved ${NAME}.`).getByRole("button", { name: "Undo" }).click();
  const message = consumers.said("Not undone. The server does not answer");
  await expect(message).toBeVisible();
  await server.start();
  await message.getByRole("button", { name: "Undo" }).click();
  await consumers.expectStatus(NAME, "Pending");
});

test("Only Approve and Disapprove offer Undo, and only as long as their message is there", async ({ consumers, page }) => {
  await consumers.confirm(NAME, "Approve");
  await expect(page.getByRole("button", { name: "Undo", exact: true })).toBeVisible();
  await consumers.confirm(NAME, "Sign everybody out");
  await expect(consumers.said(`Signed everybody out of ${NAME}.`)).toBeVisible();
  await expect(page.getByRole("button", { name: "Undo", exact: true })).toHaveCount(0);
  await consumers.confirm(NAME, "Remove");
  await expect(consumers.said(`Removed ${NAME}.`)).toBeVisible();
  await expect(page.getByRole("button", { name: "Undo", exact: true })).toHaveCount(0);
});

test("It stays for as long as it takes to reach it, and then goes", async ({ consumers, page }) => {
  await page.clock.install();
  await consumers.confirm(NAME, "Approve");
  await consumers.pointAway();
  const message = consumers.said(`Approved ${NAME}.`);
  await page.clock.fastForward("00:15");
  await expect(message).toBeVisible();
  await page.clock.fastForward("00:06");
  await expect(message).toHaveCount(0);
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`In the ${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test("axe finds nothing in the message with Undo", async ({ consumers, page }) => {
      await consumers.confirm(NAME, "Disapprove");
      await expect(page.getByRole("button", { name: "Undo", exact: true })).toBeVisible();
      await expectNoViolations(page, "a message with Undo");
    });
  });
}
