import { generateKeyPairSync } from "node:crypto";
import type { Locator } from "@playwright/test";
import {
  type Entry,
  type Heading,
  PATH,
  SECRET,
  SERVER_AWAY,
  ada,
  expect,
  expectFieldError,
  expectNoFieldError,
  hold,
  ready,
  refused,
  signIn,
  signOut,
  test,
} from "../support/test.ts";
import { twoFrames } from "../support/look.ts";

const NAME = "Requirements sync";

const dialogs: { entry: Exclude<Entry, "Sign everybody out">; heading: Heading; button: string; call: string }[] = [
  { entry: "Edit", heading: "Edit consumer", button: "Save", call: "edit" },
  { entry: "Approve", heading: "Approve consumer key", button: "Approve", call: "approve" },
  { entry: "Disapprove", heading: "Disapprove consumer key", button: "Disapprove", call: "disapprove" },
  { entry: "Remove", heading: "Remove consumer key", button: "Remove", call: "remove" },
];

const pem = (bits: number) =>
  generateKeyPairSync("rsa", {
    modulusLength: bits,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });

function fields(dialog: Locator) {
  const labelled = (label: string) => dialog.getByLabel(label, { exact: true });
  return {
    name: labelled("Consumer name"),
    secret: labelled("New consumer secret"),
    secretAgain: labelled("Re-type new consumer secret"),
    callback: labelled("Callback URLs"),
    rsaKey: labelled("RSA public key"),
    trusted: labelled("Trusted"),
    allowOauth10: labelled("Allow OAuth 1.0"),
    save: dialog.getByRole("button", { name: "Save", exact: true }),
  };
}

let key: string;

test.beforeEach(async ({ server, consumers }) => {
  await server.register("Older");
  key = await server.register(NAME);
  await expect(consumers.row(NAME)).toBeVisible();
});

for (const { entry, heading, button, call } of dialogs) {
  test.describe(heading, () => {
    test("is a modal dialog labelled by its heading", async ({ consumers }) => {
      const dialog = await consumers.choose(NAME, entry);
      await expect(dialog.getByRole("heading", { name: heading, exact: true })).toBeVisible();
      expect(await dialog.evaluate((element) => element.matches("dialog:modal"))).toBe(true);
      await expect(dialog.getByRole("button", { name: button, exact: true })).toBeVisible();
    });

    test("closes by Cancel and by Escape, does nothing then, and gives the focus back", async ({ consumers, server }) => {
      for (const close of [
        (dialog: Locator) => dialog.getByRole("button", { name: "Cancel", exact: true }).click(),
        () => consumers.page.keyboard.press("Escape"),
      ]) {
        const dialog = await consumers.choose(NAME, entry);
        await close(dialog);
        await expect(dialog).toBeHidden();
        await expect(consumers.actions(NAME)).toBeFocused();
      }
      expect(await server.show(key)).toMatchObject({ status: "pending", revision: 1 });
    });

    test("keeps the focus inside, forwards and backwards", async ({ consumers, page }) => {
      const dialog = await consumers.choose(NAME, entry);
      const inside = () => dialog.evaluate((element) => element.contains(document.activeElement));
      // The browser's own surroundings count as one stop of a native dialog: the body, never the page behind.
      const behind = () =>
        dialog.evaluate((element) => {
          const at = document.activeElement;
          return at !== null && at !== document.body && at !== document.documentElement && !element.contains(at);
        });
      await expect.poll(inside).toBe(true);
      for (const press of ["Tab", "Shift+Tab"]) {
        for (let i = 0; i < 16; i++) {
          await page.keyboard.press(press);
          expect(await behind(), `after ${i + 1} × ${press}`).toBe(false);
        }
      }
    });

    test("shows that it works, keeps its button's name and cannot be pressed twice", async ({ consumers, page }) => {
      const dialog = await consumers.choose(NAME, entry);
      if (entry === "Edit") await fields(dialog).name.fill("Renamed");
      const held = await hold(page, call);
      const confirm = dialog.getByRole("button", { name: button, exact: true });
      await confirm.click();
      await expect(confirm).toHaveAttribute("aria-busy", "true");
      await expect(confirm).toHaveAccessibleName(button);
      await confirm.evaluate((element: HTMLButtonElement) => element.click());
      await page.keyboard.press("Enter");
      held.letGo();
      await expect(dialog).toBeHidden();
      expect(held.calls()).toBe(1);
    });

    test("tells inside when the server is away, keeps the input, and works once the server is back", async ({
      consumers,
      server,
      complaints,
    }) => {
      complaints.expect(SERVER_AWAY);
      const dialog = await consumers.choose(NAME, entry);
      if (entry === "Edit") await fields(dialog).name.fill("Renamed");
      if (entry === "Disapprove" || entry === "Remove") await expect(dialog).toContainText("Nobody is signed in through it.");
      await server.kill();
      const confirm = dialog.getByRole("button", { name: button, exact: true });
      await confirm.click();
      await expect(dialog).toContainText(/server|reach|connection/i);
      await expect(confirm).not.toHaveAttribute("aria-busy", "true");
      if (entry === "Edit") await expect(fields(dialog).name).toHaveValue("Renamed");
      await server.start();
      await confirm.click();
      await expect(dialog).toBeHidden();
      const after = { Edit: "Renamed", Approve: "Approved", Disapprove: "Disapproved", Remove: null }[entry];
      if (after) await expect(consumers.rowOfKey(key)).toContainText(after);
      else await expect(consumers.rowOfKey(key)).toHaveCount(0);
    });
  });
}

for (const { entry, heading } of dialogs) {
  test(`${heading}: a session that ended in another tab is told inside, with what to do; after signing in there it works`, async ({
    consumers,
    context,
    server,
    complaints,
  }) => {
    complaints.expect(refused(401), SERVER_AWAY);
    const dialog = await consumers.choose(NAME, entry);
    if (entry === "Edit") await fields(dialog).name.fill("Renamed");
    const tab = await context.newPage();
    await tab.goto(PATH);
    await ready(tab);
    await signOut(tab);
    await tab.waitForURL("**/sign-in*");
    await consumers.confirmation(heading).click();
    await expect(consumers.refusal(heading)).toContainText(/session has ended.*sign in/i);
    await expect(consumers.refusal(heading).getByRole("link", { name: "Sign in" })).toBeVisible();
    if (entry === "Edit") await expect(fields(dialog).name).toHaveValue("Renamed");
    expect(await server.show(key)).toMatchObject({ revision: 1 });
    await signIn(tab, ada);
    await ready(tab);
    await consumers.confirmation(heading).click();
    await expect(dialog).toBeHidden();
  });
}

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

test.describe("What the dialogs say", () => {
  test("Approve names the consumer and its key", async ({ consumers }) => {
    const dialog = await consumers.choose(NAME, "Approve");
    await expect(dialog).toContainText(NAME);
    await expect(dialog).toContainText(key);
  });

  test("Disapprove names them too and says how many users are signed in through it", async ({ consumers, server }) => {
    await server.approve(key);
    await consumers.expectStatus(NAME, "Approved");
    const dialog = await consumers.choose(NAME, "Disapprove");
    await expect(dialog).toContainText(NAME);
    await expect(dialog).toContainText(key);
    await expect(dialog.getByText("Nobody is signed in through it.")).toBeVisible();
  });

  test("Remove says that it is permanent and names what stops working", async ({ consumers }) => {
    const dialog = await consumers.choose(NAME, "Remove");
    await expect(dialog).toContainText(NAME);
    await expect(dialog).toContainText(/permanent/i);
    await expect(dialog).toContainText(/stop|no longer|sign in/i);
  });
});

test.describe("After a removal the focus goes", () => {
  test("to the next row's button", async ({ consumers }) => {
    await consumers.confirm(NAME, "Remove");
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await expect(consumers.actions("Older")).toBeFocused();
  });

  test("to the table's heading where no row follows", async ({ consumers }) => {
    await consumers.confirm("Older", "Remove");
    await expect(consumers.rows).toHaveCount(1);
    await expect(consumers.tableHeading).toBeFocused();
  });
});

test.describe("The focus is not lost", () => {
  test("after approving, disapproving and saving it is on the row's button", async ({ consumers }) => {
    for (const entry of ["Approve", "Disapprove"] as const) {
      await consumers.confirm(NAME, entry);
      await expect(consumers.actions(NAME)).toBeFocused();
    }
    const edit = fields(await consumers.choose(NAME, "Edit"));
    await edit.name.fill("Renamed");
    await edit.save.click();
    await expect(consumers.actions("Renamed")).toBeFocused();
  });

  test("after the last row was removed it is on the table's heading", async ({ consumers }) => {
    await consumers.confirm(NAME, "Remove");
    await expect(consumers.rows).toHaveCount(1);
    await consumers.confirm("Older", "Remove");
    await expect(consumers.tableHeading).toBeFocused();
  });

  test("when somebody else removed the row of the open dialog, closing goes to the next row's button", async ({ consumers, server }) => {
    const dialog = await consumers.choose(NAME, "Edit");
    await server.remove(key);
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await consumers.page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(consumers.actions("Older")).toBeFocused();
  });

  test("when somebody else removed the row of the open menu, closing goes to the next row's button", async ({ consumers, server }) => {
    await consumers.openMenu(NAME);
    await server.remove(key);
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await consumers.page.keyboard.press("Escape");
    await expect(consumers.menu).toHaveCount(0);
    await expect(consumers.actions("Older")).toBeFocused();
  });

  test("when somebody else removed the row that has it, it goes to the next row's button", async ({ consumers, server }) => {
    await consumers.actions(NAME).focus();
    await server.remove(key);
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await expect(consumers.actions("Older")).toBeFocused();
  });
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

for (const viewport of [
  { width: 640, height: 400 },
  { width: 360, height: 640 },
  { width: 1280, height: 720 },
]) {
  for (const what of ["without", "with"]) {
    test(`What has the focus in Edit consumer is in sight, ${what} an error, at ${viewport.width} pixels`, async ({
      consumers,
      page,
      server,
      complaints,
    }) => {
      await page.setViewportSize(viewport);
      const dialog = await consumers.choose(NAME, "Edit");
      if (what === "with") {
        complaints.expect(refused(409));
        await server.approve(key);
        await fields(dialog).name.fill("Another name");
        await fields(dialog).save.click();
        await expect(consumers.refusal("Edit consumer").getByText("the command line")).toBeVisible();
        // Until the dialog has been painted with the refusal.
        await twoFrames(page);
      }
      await fields(dialog).name.focus();
      const stops = await dialog.locator("input, textarea, button").count();
      for (let stop = 0; stop < stops; stop += 1) {
        const hidden = await page.evaluate(() => {
          const focused = document.activeElement as HTMLElement;
          const { left, top, width, height } = focused.getBoundingClientRect();
          const seen = document.elementFromPoint(left + width / 2, top + height / 2);
          return seen && focused.contains(seen) ? "" : focused.outerHTML;
        });
        expect(hidden).toBe("");
        await page.keyboard.press("Tab");
      }
    });
  }
}
