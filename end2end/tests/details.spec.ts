import type { Locator } from "@playwright/test";
import { expectNoViolations } from "../support/axe.ts";
import { overflow } from "../support/look.ts";
import { expect, expectFieldError, expectNoFieldError, grace, refused, test } from "../support/test.ts";

const NAME = "Requirements sync";

function details(dialog: Locator) {
  const labelled = (label: string) => dialog.getByLabel(label, { exact: true });
  return {
    name: labelled("Consumer name"),
    owner: labelled("Owner"),
    contact: labelled("Contact"),
    note: labelled("Note"),
    networks: labelled("Networks"),
    ends: labelled("Ends"),
    functionalUser: labelled("Functional user"),
    save: dialog.getByRole("button", { name: "Save", exact: true }),
  };
}

let key: string;

test.beforeEach(async ({ server, consumers }) => {
  key = await server.register(NAME);
  await expect(consumers.row(NAME)).toBeVisible();
});

test("Owner, contact, note, networks, end and functional user are saved and shown again, and taken away by emptying them", async ({
  consumers,
  server,
}) => {
  await server.addUser(grace);
  let edit = details(await consumers.choose(NAME, "Edit"));
  await edit.owner.fill(" Änderungsdienst 変更 ");
  await edit.contact.fill("changes@app.example");
  await edit.note.fill("Runs at night.\nAsk before you touch it.");
  await edit.networks.fill("10.0.0.0/8\n\n2001:db8::7");
  await edit.ends.fill("2099-01-31");
  await edit.functionalUser.fill("GRACE");
  await edit.save.click();
  await expect(consumers.dialog("Edit consumer")).toBeHidden();
  await expect(consumers.said(`Saved ${NAME}.`)).toBeVisible();
  expect(await server.show(key)).toMatchObject({
    owner: "Änderungsdienst 変更",
    contact: "changes@app.example",
    note: "Runs at night.\nAsk before you touch it.",
    networks: ["10.0.0.0/8", "2001:db8::7"],
    ends_at: "2099-01-31T00:00:00.000Z",
    functional_user: "grace",
    revision: 2,
  });
  edit = details(await consumers.choose(NAME, "Edit"));
  await expect(edit.owner).toHaveValue("Änderungsdienst 変更");
  await expect(edit.note).toHaveValue("Runs at night.\nAsk before you touch it.");
  await expect(edit.networks).toHaveValue("10.0.0.0/8\n2001:db8::7");
  await expect(edit.ends).toHaveValue("2099-01-31");
  await expect(edit.functionalUser).toHaveValue("grace");
  for (const field of [edit.owner, edit.contact, edit.note, edit.networks, edit.ends, edit.functionalUser]) await field.fill("");
  await edit.save.click();
  await expect(consumers.dialog("Edit consumer")).toBeHidden();
  const none = { owner: null, contact: null, note: null, networks: [], ends_at: null, functional_user: null };
  expect(await server.show(key)).toMatchObject({ ...none, revision: 3 });
});

test("Only what was changed is sent", async ({ consumers, page }) => {
  const edit = details(await consumers.choose(NAME, "Edit"));
  await edit.owner.fill("Quality");
  const sent = page.waitForRequest("**/api/page/edit");
  await edit.save.click();
  const form = new URLSearchParams((await sent).postData() ?? "");
  expect(form.get("owner")).toBe("Quality");
  for (const kept of ["name", "callback_urls", "note", "networks", "ends_at", "functional_user", "trusted"]) {
    expect(form.has(kept), kept).toBe(false);
  }
  await expect(consumers.dialog("Edit consumer")).toBeHidden();
});

test("Every wrong detail is told beside its field, together with the others, and what is typed stays", async ({ consumers, server, complaints }) => {
  complaints.expect(refused(422));
  const dialog = await consumers.choose(NAME, "Edit");
  const edit = details(dialog);
  await edit.name.fill("x".repeat(101));
  await edit.owner.fill("x".repeat(101));
  await edit.networks.fill("10.0.0.0/33");
  await edit.ends.fill("soon");
  await edit.functionalUser.fill("nobody");
  await dialog.getByLabel("Trusted", { exact: true }).check();
  await edit.save.click();
  await expectFieldError(edit.name, /at most 100/);
  await expectFieldError(edit.owner, /at most 100 characters; this has 101/);
  await expectFieldError(edit.networks, /10\.0\.0\.0\/33.* is no network/);
  await expectFieldError(edit.ends, /2027-01-31/);
  await expectFieldError(edit.functionalUser, /There is no user nobody/);
  await expectFieldError(dialog.getByLabel("Trusted", { exact: true }), /needs a registered callback URL/);
  await expectNoFieldError(edit.contact);
  await expect(edit.name).toBeFocused();
  await expect(edit.ends).toHaveValue("soon");
  expect(await server.show(key)).toMatchObject({ name: NAME, revision: 1 });
});

test("The fields stand in groups, and what widens rights stands apart, each with its consequence", async ({ consumers }) => {
  const dialog = await consumers.choose(NAME, "Edit");
  const group = (name: string) => dialog.getByRole("group", { name, exact: true });
  for (const [name, labels] of [
    ["Consumer", ["Consumer name", "Consumer key"]],
    ["Secret", ["New consumer secret", "Re-type new consumer secret"]],
    ["Sign-in", ["Callback URLs", "RSA public key"]],
    ["Details", ["Owner", "Contact", "Note", "Networks", "Ends"]],
    ["What widens its rights", ["Trusted", "May administer Latchkey", "Allow OAuth 1.0", "Functional user"]],
  ] as const) {
    for (const label of labels) await expect(group(name).getByLabel(label, { exact: true }), label).toHaveCount(1);
  }
  for (const button of ["Generate", "Reveal", "Copy secret"]) await expect(group("Secret").getByRole("button", { name: button })).toBeVisible();
  await expect(details(dialog).functionalUser).toHaveAccessibleDescription(/with its secret alone it can do what that user may do/);
  await expect(details(dialog).networks).toHaveAccessibleDescription(/Empty: from anywhere/);
});

test("What both have changed is asked beside each field, and Save once more saves the answers", async ({ consumers, server, complaints }) => {
  complaints.expect(refused(409));
  const dialog = await consumers.choose(NAME, "Edit");
  const edit = details(dialog);
  await edit.owner.fill("Mine");
  await edit.note.fill("My note");
  await dialog.getByLabel("Allow OAuth 1.0", { exact: true }).check();
  const theirs = ["--owner", "Theirs", "--note", "Their note", "--contact", "4711"];
  await server.cli(["consumer", "edit", key, ...theirs]);
  await edit.save.click();
  await expect(consumers.refusal("Edit consumer")).toContainText("Meanwhile the command line changed the owner to “Theirs”");
  await expect(dialog).toContainText("You both changed Owner, Note: choose beside each.");
  await expect(edit.contact).toHaveValue("4711");
  const asked = (label: string) => dialog.getByRole("group", { name: `You both changed ${label}`, exact: true });
  await expect(asked("Contact")).toHaveCount(0);
  await expect(asked("Allow OAuth 1.0")).toHaveCount(0);
  await expect(asked("Note")).toContainText("Theirs is Their note");
  await asked("Note").getByRole("button", { name: "Take theirs for Note" }).click();
  await expect(edit.note).toHaveValue("Their note");
  await expect(asked("Owner").getByRole("button", { name: "Keep yours for Owner" })).toHaveAttribute("aria-pressed", "true");
  await edit.save.click();
  await expect(dialog).toBeHidden();
  expect(await server.show(key)).toMatchObject({ owner: "Mine", note: "Their note", contact: "4711", allow_oauth_1_0: true });
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const viewport of [
    { width: 1280, height: 720 },
    // 200 % zoom.
    { width: 640, height: 360 },
  ]) {
    test.describe(`In the ${colorScheme} theme, at ${viewport.width} pixels`, () => {
      test.use({ colorScheme, viewport });

      test("Edit consumer has nothing that axe finds, also with errors and questions; its buttons stay in sight", async ({ consumers, server, complaints }) => {
        complaints.expect(refused(409, 422));
        const { page } = consumers;
        const dialog = await consumers.choose(NAME, "Edit");
        const edit = details(dialog);
        await expect(edit.save).toBeInViewport();
        await edit.ends.fill("soon");
        await edit.save.click();
        await expectFieldError(edit.ends, /2027-01-31/);
        await expect(edit.save).toBeInViewport();
        await expectNoViolations(page, "with an error");
        await edit.ends.fill("");
        await edit.owner.fill("Mine");
        await server.cli(["consumer", "edit", key, "--owner", "Theirs"]);
        await edit.save.click();
        await expect(dialog.getByRole("group", { name: "You both changed Owner" })).toBeVisible();
        await expect(edit.save).toBeInViewport();
        expect(await overflow(page)).toBeLessThanOrEqual(0);
        expect(await dialog.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth)).toBeLessThanOrEqual(0);
        await expectNoViolations(page, "with a question");
      });
    });
  }
}
