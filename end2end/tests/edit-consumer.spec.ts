import { generateKeyPairSync } from "node:crypto";
import { fields } from "../support/edit-dialog.ts";
import { boxOf } from "../support/look.ts";
import { SECRET, expect, expectFieldError, expectNoFieldError, refused, test } from "../support/test.ts";

const NAME = "Requirements sync";

const pem = (bits: number) =>
  generateKeyPairSync("rsa", {
    modulusLength: bits,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });

let key: string;

test.beforeEach(async ({ server, consumers }) => {
  await server.register("Older");
  key = await server.register(NAME);
  await expect(consumers.row(NAME)).toBeVisible();
});

test.describe("Edit consumer, its fields", () => {
  test("Trusted, callback URL and RSA public key are saved and shown again", async ({ consumers, server }) => {
    const { publicKey } = pem(2048);
    let edit = fields(await consumers.choose(NAME, "Edit"));
    await expect(edit.secret).toHaveValue("");
    await edit.callback.fill("https://app.example.com/callback?from=latchkey");
    await edit.rsaKey.fill(publicKey);
    await edit.trusted.check();
    await edit.save.click();
    await expect(consumers.dialog("Edit consumer")).toBeHidden();
    expect(await server.show(key)).toMatchObject({
      trusted: true,
      callback_url: "https://app.example.com/callback?from=latchkey",
    });
    edit = fields(await consumers.choose(NAME, "Edit"));
    await expect(edit.callback).toHaveValue("https://app.example.com/callback?from=latchkey");
    await expect(edit.rsaKey).toHaveValue(publicKey.trim());
    await expect(edit.trusted).toBeChecked();
  });

  test("a name that another consumer has, or one that looks like it, is pointed out and not refused; its own is not", async ({ consumers, page }) => {
    const edit = fields(await consumers.choose(NAME, "Edit"));
    for (const [typed, description] of [
      ["\u041elder", /has this name already/],
      [NAME.toUpperCase(), ""],
      ["Older", /has this name already/],
    ] as const) {
      await edit.name.fill(typed);
      await page.keyboard.press("Tab");
      await expect(edit.name).toHaveAccessibleDescription(description);
    }
    await edit.save.click();
    await expect(consumers.dialog("Edit consumer")).toBeHidden();
    await expect(consumers.row("Older")).toHaveCount(2);
  });

  test("several callback URLs, one a line, and Allow OAuth 1.0 are saved and shown again", async ({ consumers, server }) => {
    const callbacks = ["myapp://cb", "https://app.example.com/callback", "com.example.app:/cb"];
    let edit = fields(await consumers.choose(NAME, "Edit"));
    await expect(edit.allowOauth10).not.toBeChecked();
    await expect(edit.allowOauth10).toHaveAccessibleDescription(/^Warning: .*can act as that user/);
    await edit.callback.fill(`\n ${callbacks.join("\n\n")}\n${callbacks[0]}\n`);
    await edit.allowOauth10.check();
    await edit.save.click();
    await expect(consumers.dialog("Edit consumer")).toBeHidden();
    expect(await server.show(key)).toMatchObject({
      allow_oauth_1_0: true,
      callback_url: callbacks[0],
      callback_urls: callbacks,
    });
    edit = fields(await consumers.choose(NAME, "Edit"));
    await expect(edit.callback).toHaveValue(callbacks.join("\n"));
    await expect(edit.allowOauth10).toBeChecked();
    await edit.callback.fill("");
    await edit.allowOauth10.uncheck();
    await edit.save.click();
    await expect(consumers.dialog("Edit consumer")).toBeHidden();
    expect(await server.show(key)).toMatchObject({ allow_oauth_1_0: false, callback_url: null, callback_urls: [] });
  });

  test("a callback URL that browsers or systems act on is refused at its field", async ({ consumers, server, complaints }) => {
    complaints.expect(refused(422));
    const edit = fields(await consumers.choose(NAME, "Edit"));
    await edit.callback.fill("https://app.example.com/callback\njavascript:alert(1)");
    await edit.save.click();
    await expectFieldError(edit.callback, /^javascript:alert\(1\): .*application's own/);
    expect(await server.show(key)).toMatchObject({ callback_urls: [], revision: 1 });
  });

  test("empty secret fields keep the old secret; nothing changed saves nothing", async ({ consumers, server }) => {
    await fields(await consumers.choose(NAME, "Edit")).save.click();
    await expect(consumers.dialog("Edit consumer")).toBeHidden();
    expect(await server.show(key)).toMatchObject({ revision: 1 });
  });

  test("everybody is signed out by an act of its own, in the row's menu", async ({ consumers, server }) => {
    await expect((await consumers.choose(NAME, "Edit")).getByText("Sign everybody out")).toHaveCount(0);
    await consumers.page.keyboard.press("Escape");
    const dialog = await consumers.choose(NAME, "Sign everybody out");
    await expect(dialog).toContainText("Nobody is signed in through it.");
    await consumers.confirmation("Sign everybody out").click();
    await expect(dialog).toBeHidden();
    await expect(consumers.actions(NAME)).toBeFocused();
    expect(await server.show(key)).toMatchObject({ name: NAME, status: "pending", revision: 2 });
  });

  test("what the browser and what the server finds wrong is told together, the first with the focus", async ({ consumers, server, complaints }) => {
    complaints.expect(refused(422));
    const edit = fields(await consumers.choose(NAME, "Edit"));
    await edit.name.fill("");
    await edit.secret.fill(SECRET);
    await edit.secretAgain.fill("another secret");
    await edit.callback.fill("/callback");
    await edit.rsaKey.fill("AAAA");
    await edit.save.click();
    await expectFieldError(edit.name, /enter/i);
    await expectFieldError(edit.secretAgain, /differ/);
    await expectFieldError(edit.callback, /whole address/);
    await expectFieldError(edit.rsaKey, /PEM/);
    await expect(edit.name).toBeFocused();
    expect(await server.show(key)).toMatchObject({ name: NAME, revision: 1 });
  });

  test("typed secrets are gone when the dialog is opened again", async ({ consumers }) => {
    let edit = fields(await consumers.choose(NAME, "Edit"));
    await edit.secret.fill(SECRET);
    await edit.name.fill("Not saved");
    await consumers.page.keyboard.press("Escape");
    edit = fields(await consumers.choose(NAME, "Edit"));
    await expect(edit.secret).toHaveValue("");
    await expect(edit.name).toHaveValue(NAME);
  });

  for (const [what, field, value, words] of [
    ["a name of 101 characters", "name", "x".repeat(101), /at most 100/],
    ["an empty name", "name", "", /enter/i],
    ["a short secret", "secret", "1234567", /at least 8/],
  ] as const) {
    test(`${what} is told beside the field on leaving it and on saving, and stays`, async ({ consumers, complaints }) => {
      complaints.expect(refused(422));
      const dialog = await consumers.choose(NAME, "Edit");
      const edit = fields(dialog);
      await edit[field].fill(value);
      await edit[field].press("Tab");
      await expectFieldError(edit[field], words);
      await edit.save.click();
      await expectFieldError(edit[field], words);
      await expect(edit[field]).toHaveValue(value);
      await expect(dialog).toBeVisible();
      await edit[field].fill("long enough");
      await edit[field].press("Tab");
      await expectNoFieldError(edit[field]);
    });
  }

  test("a new secret has to be re-typed alike", async ({ consumers, server, complaints }) => {
    complaints.expect(refused(422));
    const dialog = await consumers.choose(NAME, "Edit");
    const edit = fields(dialog);
    await edit.secret.fill("a new secret");
    await edit.save.click();
    await expectFieldError(edit.secretAgain, /differ|re-type/i);
    await edit.secretAgain.fill("another secret");
    await edit.save.click();
    await expectFieldError(edit.secretAgain, /differ/i);
    expect(await server.show(key)).toMatchObject({ revision: 1 });
    await edit.secretAgain.fill("a new secret");
    await edit.save.click();
    await expect(dialog).toBeHidden();
    expect(await server.show(key)).toMatchObject({ revision: 2 });
  });

  for (const [what, field, value, words] of [
    ["a relative callback", "callback", () => "/callback", /whole address|absolute|http/i],
    ["a callback with a script", "callback", () => "javascript:alert(1)", /http/],
    ["a callback with a password", "callback", () => "https://ada:secret@app.example.com/", /user ?name|password/i],
    ["a callback with a fragment", "callback", () => "https://app.example.com/#top", /#/],
    ["no PEM", "rsaKey", () => "AAAA", /PEM/],
    ["an RSA key of 1024 bits", "rsaKey", () => pem(1024).publicKey, /2048/],
    ["a private key", "rsaKey", () => pem(2048).privateKey, /private/],
  ] as const) {
    test(`${what} is told beside the field, and everything typed stays`, async ({ consumers, server, complaints }) => {
      complaints.expect(/the server responded with a status of 4\d\d/);
      const dialog = await consumers.choose(NAME, "Edit");
      const edit = fields(dialog);
      await edit.name.fill("Renamed");
      await edit.secret.fill(SECRET);
      await edit.secretAgain.fill(SECRET);
      await edit[field].fill(value());
      await edit.save.click();
      await expectFieldError(edit[field], words);
      await expect(edit.name).toHaveValue("Renamed");
      await expect(edit.secret).toHaveValue(SECRET);
      await expect(edit.secretAgain).toHaveValue(SECRET);
      await expect(dialog).toBeVisible();
      expect(await server.show(key)).toMatchObject({ name: NAME, revision: 1 });
      await edit[field].fill("");
      await edit.save.click();
      await expect(dialog).toBeHidden();
      expect(await server.show(key)).toMatchObject({ name: "Renamed", revision: 2 });
    });
  }
});

test.describe("A press on a button is not lost", () => {
  for (const viewport of [
    { width: 1280, height: 720 },
    { width: 360, height: 740 },
  ]) {
    test(`on Save, right after a field was mended, at ${viewport.width} pixels`, async ({ consumers, page, complaints }) => {
      complaints.expect(refused(422));
      await page.setViewportSize(viewport);
      const dialog = await consumers.choose(NAME, "Edit");
      const edit = fields(dialog);
      await edit.name.fill("x".repeat(101));
      await edit.save.click();
      await expectFieldError(edit.name, /at most 100/);
      await edit.name.fill("Renamed");
      await edit.save.click();
      await expect(dialog).toBeHidden();
    });

    test(`on Cancel, right after a field became wrong, at ${viewport.width} pixels`, async ({ consumers, page }) => {
      await page.setViewportSize(viewport);
      const dialog = await consumers.choose(NAME, "Edit");
      await fields(dialog).name.fill("x".repeat(101));
      await dialog.getByRole("button", { name: "Cancel", exact: true }).click();
      await expect(dialog).toBeHidden();
    });
  }
});

for (const viewport of [
  { width: 390, height: 600 },
  { width: 1280, height: 480 },
  { width: 640, height: 360 },
]) {
  test(`After a conflict each field that has the focus is seen above the foot, at ${viewport.width} × ${viewport.height}`, async ({ consumers, page, server, complaints }) => {
    complaints.expect(refused(409));
    const dialog = await consumers.choose(NAME, "Edit");
    const labelled = (label: string) => dialog.getByLabel(label, { exact: true });
    await server.cli(["consumer", "edit", key, "--owner", "Build farm", "--contact", "builds@example.com", "--note", "Ask first.", "--network", "10.0.0.0/8"]);
    for (const label of ["Owner", "Contact", "Note"]) await labelled(label).fill(`Mine of ${label}`);
    await labelled("Networks").fill("127.0.0.1");
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await expect(consumers.refusal("Edit consumer")).toContainText("the command line");
    await page.setViewportSize(viewport);
    const foot = await boxOf(dialog.locator(".foot"));
    expect(foot.height, "the foot leaves room").toBeLessThanOrEqual(viewport.height / 2 + 1);
    for (const label of ["Owner", "Contact", "Networks", "Ends", "Functional user", "Trusted"]) {
      await labelled(label).focus();
      const [field, foot] = [await boxOf(labelled(label)), await boxOf(dialog.locator(".foot"))];
      expect.soft(field.bottom, label).toBeLessThanOrEqual(foot.y + 1);
      expect.soft(field.y, label).toBeGreaterThanOrEqual(0);
    }
  });
}

test.describe("A refusal can be seen where it is told, without scrolling for it", () => {
  for (const viewport of [
    { width: 1280, height: 720 },
    { width: 360, height: 740 },
  ]) {
    test(`a conflict in Edit consumer, at ${viewport.width} pixels`, async ({ consumers, page, server, complaints }) => {
      complaints.expect(refused(409));
      await page.setViewportSize(viewport);
      const edit = fields(await consumers.choose(NAME, "Edit"));
      await server.approve(key);
      await edit.name.fill("Renamed");
      await edit.save.click();
      const told = consumers.refusal("Edit consumer").getByText("the command line");
      await expect(told).toBeVisible();
      // Not only inside the window: nothing lies over it, such as the buttons below.
      await expect
        .poll(() =>
          told.evaluate((element) => {
            const { left, top, width, height } = element.getBoundingClientRect();
            const seen = document.elementFromPoint(left + width / 2, top + height / 2);
            return seen !== null && element.contains(seen);
          }),
        )
        .toBe(true);
    });
  }
});
