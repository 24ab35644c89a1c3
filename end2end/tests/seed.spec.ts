// Each test is named after a sentence of the text that the product has to satisfy: seed/oauth-consumer-keys-management.md.
import { PATH, SECRET, ada, expect, grace, refused, signIn, test } from "../support/test.ts";
import { textColours } from "../support/colours.ts";

const joe = { username: "joe", password: "only here to look around" };

test.describe("OAuth consumers key management", () => {
  test("Once access has been granted, the authorized application can utilize the API on behalf of the user: the approval says so", async ({
    server,
    consumers,
  }) => {
    const key = await server.register("Requirements sync");
    const dialog = await consumers.choose("Requirements sync", "Approve");
    await expect(dialog).toContainText("Requirements sync");
    await expect(dialog).toContainText(key);
    await expect(dialog).toContainText(/use APIs on (their|users') behalf/);
  });

  test.describe("Only users with Configure Server permission can register and manage consumer keys", () => {
    test("a user with it gets the page", async ({ server, page }) => {
      await server.addUser(grace, true);
      await page.goto(PATH);
      await signIn(page, grace);
      await expect(page.getByRole("heading", { name: "OAuth consumers" })).toBeVisible();
    });

    test("a user without it does not, and the server refuses what their browser asks for", async ({ server, page, complaints }) => {
      complaints.expect(refused(403));
      const key = await server.register("Requirements sync");
      await server.addUser(joe, false);
      await page.goto(PATH);
      await signIn(page, joe);
      await expect(page.getByText("Configure Server").first()).toBeVisible();
      await expect(page.getByText("Requirements sync")).toHaveCount(0);
      await expect(page.getByRole("button", { name: "Register" })).toHaveCount(0);
      const statuses = await page.evaluate(async (key) => {
        const post = async (name: string, fields: Record<string, string>) =>
          (await fetch(`/api/page/${name}`, { method: "POST", body: new URLSearchParams(fields) })).status;
        return [
          await post("rows", {}),
          await post("register", { name: "Mine", secret: "12345678" }),
          await post("approve", { key, revision: "1" }),
          await post("disapprove", { key, revision: "1" }),
          await post("remove", { key, revision: "1" }),
          (await fetch("/events")).status,
        ];
      }, key);
      expect(statuses).toEqual([403, 403, 403, 403, 403, 403]);
      expect((await server.show(key)).revision).toBe(1);
    });

    test("nobody without an account does", async ({ server, page, complaints }) => {
      complaints.expect(refused(401));
      await server.register("Requirements sync");
      await page.goto(PATH);
      await expect(page).toHaveURL(/\/sign-in\?next=/);
      await expect(page.getByText("Requirements sync")).toHaveCount(0);
      const status = await page.evaluate(async () => (await fetch("/api/page/rows", { method: "POST" })).status);
      expect(status).toBe(401);
    });
  });

  test("After registering the key, you must approve it, which can be done in the Consumer keys data table", async ({ consumers }) => {
    await consumers.register("Requirements sync");
    await consumers.expectStatus("Requirements sync", "Pending");
    await consumers.confirm("Requirements sync", "Approve");
    await consumers.expectStatus("Requirements sync", "Approved");
  });

  test("When the consumer key is approved, its status will change to Approved", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    await consumers.confirm("Requirements sync", "Approve");
    await consumers.expectStatus("Requirements sync", "Approved");
    expect((await server.show(key)).status).toBe("approved");
    await consumers.page.reload();
    await consumers.expectStatus("Requirements sync", "Approved");
  });

  test("This feature enables you to easily change the status of consumer keys", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    for (const [entry, status] of [
      ["Disapprove", "Disapproved"],
      ["Approve", "Approved"],
      ["Disapprove", "Disapproved"],
    ] as const) {
      await consumers.confirm("Requirements sync", entry);
      await consumers.expectStatus("Requirements sync", status);
      expect((await server.show(key)).status).toBe(status.toLowerCase());
    }
  });

  test("The consumer key is unique, but the assigned consumer name and consumer secret can be changed", async ({ server, consumers }) => {
    const first = await consumers.keyOf(await consumers.register("Requirements sync"));
    const second = await consumers.keyOf(await consumers.register("Model export"));
    expect(first).not.toBe(second);
    const dialog = await consumers.choose("Requirements sync", "Edit");
    await dialog.getByLabel("Consumer name", { exact: true }).fill("Requirements bridge");
    await dialog.getByLabel("New consumer secret", { exact: true }).fill("another-secret");
    await dialog.getByLabel("Re-type new consumer secret", { exact: true }).fill("another-secret");
    await consumers.confirmation("Edit consumer").click();
    await expect(consumers.row("Requirements bridge")).toHaveAttribute("data-key", first);
    const saved = await server.show(first);
    expect([saved.name, saved.revision]).toEqual(["Requirements bridge", 2]);
  });

  test("If changes occurred, the Administrator should provide a new consumer name and secret to the user: the new name stands in the row, with its key to copy", async ({
    server,
    consumers,
    context,
  }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const key = await server.register("Requirements sync");
    const dialog = await consumers.choose("Requirements sync", "Edit");
    await dialog.getByLabel("Consumer name", { exact: true }).fill("Requirements bridge");
    await consumers.confirmation("Edit consumer").click();
    const row = consumers.row("Requirements bridge");
    await row.getByRole("button", { name: "Copy consumer key" }).click();
    await expect(consumers.said(/copied/i)).toBeVisible();
    expect(await consumers.page.evaluate(() => navigator.clipboard.readText())).toBe(key);
  });
});

test("Using it you can register, approve or disapprove, edit and remove a consumer key", async ({ consumers }) => {
  await consumers.register("Requirements sync");
  await consumers.openMenu("Requirements sync");
  await expect(consumers.menu.getByRole("menuitem")).toHaveText(["Edit", "Approve", "Disapprove", "Sign everybody out", "Remove"]);
});

test.describe("To register the consumer key", () => {
  test("1. In the Settings application, go to the OAuth consumers page", async ({ page }) => {
    await page.goto("/");
    await signIn(page, ada);
    await expect(page).toHaveURL(new RegExp(`${PATH}$`));
    await expect(page).toHaveTitle("OAuth consumers · Latchkey");
    await expect(page.getByRole("heading", { name: "OAuth consumers", exact: true, level: 1 })).toBeVisible();
    const settings = page.getByRole("navigation", { name: "Settings" });
    await expect(settings.getByRole("link", { name: "OAuth consumers" })).toHaveAttribute("aria-current", "page");
  });

  test("2. In the Register consumer section, enter the Consumer name and Consumer secret", async ({ consumers }) => {
    await expect(consumers.registerSection).toBeVisible();
    await consumers.name.fill("Requirements sync");
    await consumers.secret.fill(SECRET);
    await expect(consumers.name).toHaveValue("Requirements sync");
    await expect(consumers.secret).toHaveValue(SECRET);
    await expect(consumers.secret, "what is typed is not to be read").toHaveCSS("-webkit-text-security", "disc");
  });

  test("3. Re-type the consumer secret and click Register", async ({ server, consumers }) => {
    await consumers.fillIn("Requirements sync", SECRET, "not-the-same");
    await consumers.registerButton.click();
    await expect(consumers.secretAgain).toHaveAttribute("aria-invalid", "true");
    expect(await server.list()).toEqual([]);
    await consumers.secretAgain.fill(SECRET);
    await consumers.registerButton.click();
    await expect(consumers.row("Requirements sync")).toBeVisible();
    expect((await server.list()).map(({ name }) => name)).toEqual(["Requirements sync"]);
  });

  test("4. A consumer key will be immediately generated and added to the Consumer keys data table", async ({ server, consumers }) => {
    await consumers.mark();
    const row = await consumers.register("Requirements sync");
    const key = await consumers.keyOf(row);
    expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    await expect(row).toContainText(key);
    await expect(row).toContainText("Never");
    await expect(row).toContainText("ada");
    expect((await server.show(key)).name).toBe("Requirements sync");
    await consumers.expectNotReloaded();
  });

  test("5. To activate the new consumer key, you will need to approve it", async ({ server, consumers }) => {
    const key = await consumers.keyOf(await consumers.register("Requirements sync"));
    await consumers.expectStatus("Requirements sync", "Pending");
    expect((await server.show(key)).status).toBe("pending");
    await consumers.confirm("Requirements sync", "Approve");
    expect((await server.show(key)).status).toBe("approved");
  });
});

test.describe("To edit the consumer name and secret", () => {
  test("1. In the Consumer key table, indicate the consumer key row you want to change", async ({ server, consumers }) => {
    await server.register("Model export");
    const key = await server.register("Requirements sync");
    const row = consumers.rowOfKey(key);
    await expect(row).toContainText("Requirements sync");
    await row.hover();
    await expect(row.getByRole("button", { name: "Actions for Requirements sync" })).toBeVisible();
  });

  test("2. Click the row's button and select Edit; the confirmation dialog opens", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    await server.register("Model export");
    const dialog = await consumers.choose("Requirements sync", "Edit");
    await expect(dialog.getByLabel("Consumer name", { exact: true })).toHaveValue("Requirements sync");
    await expect(dialog.getByLabel("Consumer key", { exact: true })).toHaveValue(key);
  });

  test("3. In this dialog you can change the Consumer name and Consumer secret", async ({ server, consumers }) => {
    await server.register("Requirements sync");
    const dialog = await consumers.choose("Requirements sync", "Edit");
    for (const label of ["Consumer name", "New consumer secret", "Re-type new consumer secret"]) {
      const field = dialog.getByLabel(label, { exact: true });
      await expect(field).toBeEditable();
      await field.fill("another-value");
      await expect(field).toHaveValue("another-value");
    }
  });

  test("3. Note that the Consumer key is unique and cannot be changed", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    const dialog = await consumers.choose("Requirements sync", "Edit");
    const field = dialog.getByLabel("Consumer key", { exact: true });
    await expect(field).not.toBeEditable();
    await field.focus();
    await consumers.page.keyboard.type("0000");
    await expect(field).toHaveValue(key);
    await dialog.getByLabel("Consumer name", { exact: true }).fill("Requirements bridge");
    await consumers.confirmation("Edit consumer").click();
    await expect(dialog).toBeHidden();
    expect((await server.list()).map((consumer) => consumer.key)).toEqual([key]);
  });

  test("4. Click Save, to save changes", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    const dialog = await consumers.choose("Requirements sync", "Edit");
    await dialog.getByLabel("Consumer name", { exact: true }).fill("Requirements bridge");
    expect((await server.show(key)).name).toBe("Requirements sync");
    await consumers.confirmation("Edit consumer").click();
    await expect(dialog).toBeHidden();
    await expect(consumers.rowOfKey(key)).toContainText("Requirements bridge");
    expect((await server.show(key)).name).toBe("Requirements bridge");
  });
});

test.describe("To approve or disapprove the consumer key", () => {
  test("1. In the Consumer key table, indicate the consumer key row you want to approve (or disapprove)", async ({ server, consumers }) => {
    const pending = await server.register("Requirements sync");
    const approved = await server.register("Model export", "approved");
    await expect(consumers.rowOfKey(pending)).toContainText("Pending");
    await expect(consumers.rowOfKey(approved)).toContainText("Approved");
    await expect(consumers.rowOfKey(approved).getByRole("button", { name: "Actions for Model export" })).toBeVisible();
  });

  for (const entry of ["Approve", "Disapprove"] as const) {
    test(`2. Click the row's button and select ${entry}; the confirmation dialog opens`, async ({ server, consumers }) => {
      const key = await server.register("Requirements sync");
      const dialog = await consumers.choose("Requirements sync", entry);
      await expect(dialog.getByRole("heading", { name: `${entry} consumer key` })).toBeVisible();
      await expect(dialog).toContainText("Requirements sync");
      await expect(dialog).toContainText(key);
    });

    test(`3. In this dialog you must confirm that this consumer key will be ${entry.toLowerCase()}d`, async ({ server, consumers }) => {
      const key = await server.register("Requirements sync");
      const dialog = await consumers.choose("Requirements sync", entry);
      expect((await server.show(key)).status).toBe("pending");
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await expect(dialog).toBeHidden();
      await consumers.expectStatus("Requirements sync", "Pending");
      expect((await server.show(key)).status).toBe("pending");
      await consumers.confirm("Requirements sync", entry);
      await consumers.expectStatus("Requirements sync", `${entry}d` as "Approved" | "Disapproved");
    });
  }

  test.describe("in the light theme", () => {
    test.use({ colorScheme: "light" });

    test("When the consumer key is disapproved, all text in the key row will be greyed out", async ({ server, consumers }) => {
      await server.register("Requirements sync", "approved");
      await consumers.confirm("Requirements sync", "Disapprove");
      await consumers.expectStatus("Requirements sync", "Disapproved");
      for (const away of [false, true]) {
        if (away) await consumers.pointAway();
        const texts = await textColours(consumers.row("Requirements sync"));
        expect(texts.map(({ text }) => text)).toContain("Disapproved");
        for (const { text, painted, contrast } of texts) {
          expect.soft(Math.min(...painted), `${text} is not black`).toBeGreaterThan(40);
          expect.soft(Math.max(...painted) - Math.min(...painted), `${text} is grey, not coloured`).toBeLessThan(32);
          expect.soft(contrast, `${text} can be read`).toBeGreaterThanOrEqual(4.5);
        }
      }
    });

    test("When the consumer key is approved, all text in the key row will be black", async ({ consumers }) => {
      await consumers.register("Requirements sync");
      await consumers.confirm("Requirements sync", "Approve");
      await consumers.expectStatus("Requirements sync", "Approved");
      for (const away of [false, true]) {
        if (away) await consumers.pointAway();
        const texts = await textColours(consumers.row("Requirements sync"));
        expect(texts.length).toBeGreaterThanOrEqual(6);
        for (const { text, computed, painted } of texts) {
          expect.soft(computed, text).toBe("rgb(0, 0, 0)");
          expect.soft(painted, text).toEqual([0, 0, 0]);
        }
      }
    });

    test("a Pending row is grey as well, until it is approved", async ({ consumers }) => {
      await consumers.register("Requirements sync");
      for (const { text, painted, contrast } of await textColours(consumers.row("Requirements sync"))) {
        expect.soft(Math.min(...painted), `${text} is not black`).toBeGreaterThan(40);
        expect.soft(contrast, `${text} can be read`).toBeGreaterThanOrEqual(4.5);
      }
    });
  });

  test.describe("in the dark theme", () => {
    test.use({ colorScheme: "dark" });

    test("an approved row stands out from the greyed ones there too, and all can be read", async ({ server, consumers }) => {
      await server.register("Approved one", "approved");
      await server.register("Disapproved one", "disapproved");
      // Without the marks of rows that have just come.
      await consumers.page.reload();
      await expect(consumers.rows).toHaveCount(2);
      const approved = await textColours(consumers.row("Approved one"));
      const disapproved = await textColours(consumers.row("Disapproved one"));
      const darkest = Math.min(...approved.map(({ painted }) => Math.min(...painted)));
      const brightest = Math.max(...disapproved.map(({ painted }) => Math.max(...painted)));
      expect(darkest).toBeGreaterThan(brightest + 40);
      for (const { text, contrast } of [...approved, ...disapproved]) {
        expect.soft(contrast, text).toBeGreaterThanOrEqual(4.5);
      }
    });
  });
});

test.describe("To remove a consumer key", () => {
  test("1. In the Consumer key table, indicate the consumer key row you want to change", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    await expect(consumers.rowOfKey(key).getByRole("button", { name: "Actions for Requirements sync" })).toBeVisible();
  });

  test("2. Click the row's button and select Remove; the confirmation dialog opens", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    const dialog = await consumers.choose("Requirements sync", "Remove");
    await expect(dialog).toContainText("Requirements sync");
    await expect(dialog).toContainText(key);
    await expect(dialog).toContainText(/permanent/);
    await expect(consumers.rowOfKey(key)).toHaveCount(1);
    expect(await server.list()).toHaveLength(1);
  });

  test("3. Click Remove to permanently remove consumer key", async ({ server, consumers }) => {
    const kept = await server.register("Model export");
    const key = await server.register("Requirements sync");
    await consumers.confirm("Requirements sync", "Remove");
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    await expect(consumers.rowOfKey(kept)).toBeVisible();
    await consumers.page.reload();
    await expect(consumers.rowOfKey(kept)).toBeVisible();
    await expect(consumers.rowOfKey(key)).toHaveCount(0);
    expect((await server.list()).map((consumer) => consumer.key)).toEqual([kept]);
  });
});
