import { ConsumersPage, PATH, SECRET, SERVER_AWAY, ada, expect, expectFieldError, expectNoFieldError, hold, ready, refused, signIn, signOut, test } from "../support/test.ts";

test.describe("Secrets", () => {
  test.use({ permissions: ["clipboard-read", "clipboard-write"] });

  test("Generate fills both secret fields with a strong secret, another one each time", async ({ consumers }) => {
    await consumers.generate.click();
    await expect(consumers.secret).toHaveValue(/^[\x21-\x7e]{22,256}$/);
    const first = await consumers.secret.inputValue();
    await expect(consumers.secretAgain).toHaveValue(first);
    await consumers.generate.click();
    await expect(consumers.secret).not.toHaveValue(first);
    await expect(consumers.secretAgain).toHaveValue(await consumers.secret.inputValue());
  });

  test("A generated secret clears what was wrong with the secret before", async ({ consumers }) => {
    await consumers.secret.fill("short");
    await consumers.secret.press("Tab");
    await expectFieldError(consumers.secret, /at least 8/);
    await consumers.generate.click();
    await expectNoFieldError(consumers.secret);
    await expectNoFieldError(consumers.secretAgain);
  });

  test("Copy secret copies the secret and says so", async ({ consumers, page }) => {
    await consumers.generate.click();
    await consumers.copySecret.click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(await consumers.secret.inputValue());
    await expect(page.getByText(/copied/i).first()).toBeAttached();
  });

  test("Generate and Copy secret do not register", async ({ consumers, server }) => {
    await consumers.name.fill("Requirements sync");
    await consumers.generate.click();
    await consumers.copySecret.click();
    await consumers.fillIn("Another");
    await consumers.registerButton.click();
    await expect(consumers.row("Another")).toBeVisible();
    expect(await server.list()).toHaveLength(1);
  });

  test("A registered consumer's key is told at once and Copy consumer key copies it", async ({ consumers, page }) => {
    const row = await consumers.register("Requirements sync");
    const key = await consumers.keyOf(row);
    await expect(consumers.messages.filter({ hasText: key })).toHaveCount(1);
    await consumers.registerSection.getByRole("button", { name: "Copy consumer key" }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(key);
  });

  test("A registered consumer's secret is shown this once, masked until it is revealed, to copy by a button or by hand", async ({ consumers, page }) => {
    await consumers.name.fill("Requirements sync");
    await consumers.generate.click();
    const secret = await consumers.secret.inputValue();
    await consumers.registerButton.click();
    await expect(consumers.row("Requirements sync")).toBeVisible();
    const shown = consumers.registerSection.getByLabel("Its secret, shown here only:");
    await expect(shown).toHaveValue(secret);
    await expect(shown).toHaveCSS("-webkit-text-security", "disc");
    await consumers.registerSection.getByRole("button", { name: "Copy its secret" }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
    await consumers.registerSection.getByRole("button", { name: "Reveal it" }).click();
    await expect(shown).toHaveCSS("-webkit-text-security", "none");
    expect(await page.content(), "no attribute holds it").not.toContain(secret);
    await consumers.registerSection.getByRole("button", { name: "Close" }).click();
    await expect(shown).toHaveCount(0);
    await page.reload();
    await ready(page);
    await expect(shown).toHaveCount(0);
  });

  test("Edit consumer generates, reveals and copies a secret as well", async ({ consumers, page, server }) => {
    const key = await server.register("Requirements sync");
    await expect(consumers.rowOfKey(key)).toBeVisible();
    const dialog = await consumers.choose("Requirements sync", "Edit");
    const field = dialog.getByLabel("New consumer secret", { exact: true });
    await expect(dialog.getByRole("button", { name: "Copy secret" })).toBeDisabled();
    await dialog.getByRole("button", { name: "Generate" }).click();
    await expect(field).toHaveValue(/^[\x21-\x7e]{22,256}$/);
    await expect(dialog.getByLabel("Re-type new consumer secret", { exact: true })).toHaveValue(await field.inputValue());
    await dialog.getByRole("button", { name: "Copy secret" }).click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(await field.inputValue());
  });

  test("Copy consumer key in a row copies that row's key and is described by the row", async ({ consumers, server, page }) => {
    await server.register("Other");
    const key = await server.register("Requirements sync");
    const copy = consumers.rowOfKey(key).getByRole("button", { name: "Copy consumer key", exact: true });
    await expect(copy).toHaveAccessibleDescription(/Requirements sync/);
    await copy.click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(key);
  });
});

test.describe("Wrong input", () => {
  for (const [what, name, words] of [
    ["a name of 101 characters", "ü".repeat(101), /at most 100/],
    ["a name of blanks", "   ", /enter/i],
    ["a pasted bell in the name", "Requirements\u0007sync", /control character/],
  ] as const) {
    test(`${what} is told beside the field on leaving it`, async ({ consumers }) => {
      await consumers.name.fill(name);
      await expectNoFieldError(consumers.name);
      await consumers.name.press("Tab");
      await expectFieldError(consumers.name, words);
      await expect(consumers.name).toHaveValue(name);
      await consumers.name.fill("Requirements sync");
      await consumers.name.press("Tab");
      await expectNoFieldError(consumers.name);
    });
  }

  for (const [what, secret, words] of [
    ["a secret of 7 characters", "1234567", /at least 8/],
    ["a secret of 257 characters", "é".repeat(257), /at most 256/],
    ["a pasted bell in the secret", "12345678\u0007", /control character/],
  ] as const) {
    test(`${what} is told beside the field on leaving it`, async ({ consumers }) => {
      await consumers.secret.fill(secret);
      await consumers.secret.press("Tab");
      await expectFieldError(consumers.secret, words);
      await expect(consumers.secret).toHaveValue(secret);
    });
  }

  test("a re-typed secret that differs is told beside the second field on leaving it", async ({ consumers }) => {
    await consumers.fillIn("Requirements sync", SECRET, `${SECRET}!`);
    await consumers.secretAgain.press("Tab");
    await expectFieldError(consumers.secretAgain, /differ/);
    await expectNoFieldError(consumers.secret);
  });

  test("an empty form, submitted, tells of every field", async ({ consumers, server }) => {
    await consumers.registerButton.click();
    await expectFieldError(consumers.name, /enter/i);
    await expectFieldError(consumers.secret, /enter|at least 8/i);
    expect(await server.list()).toEqual([]);
  });

  test("everything wrong at once is told at once on submitting, and nothing typed is lost", async ({ consumers, server }) => {
    await consumers.fillIn("x".repeat(101), "1234567", "7654321");
    await consumers.registerButton.click();
    await expectFieldError(consumers.name, /at most 100/);
    await expectFieldError(consumers.secret, /at least 8/);
    await expect(consumers.name).toHaveValue("x".repeat(101));
    await expect(consumers.secret).toHaveValue("1234567");
    await expect(consumers.secretAgain).toHaveValue("7654321");
    expect(await server.list()).toEqual([]);
  });

  test("what the server refuses is told beside the field too, and nothing typed is lost", async ({ consumers, page, complaints }) => {
    complaints.expect(/the server responded with a status of 4\d\d/);
    // As a page of an older version would: what it let through, the server does not.
    await page.route("**/api/page/register", (route) => {
      const body = route.request().postData() ?? "";
      return route.continue({ postData: body.replace("Requirements", "%07") });
    });
    await consumers.fillIn("Requirements sync");
    await consumers.registerButton.click();
    await expectFieldError(consumers.name, /control character/);
    await expect(consumers.name).toHaveValue("Requirements sync");
    await expect(consumers.secret).toHaveValue(SECRET);
    await expect(consumers.secretAgain).toHaveValue(SECRET);
  });

  test("the longest and the shortest allowed values are taken", async ({ consumers, server }) => {
    await consumers.register("ü".repeat(100), "12345678");
    await consumers.register("x", "é".repeat(256));
    expect((await server.list()).map(({ name }) => name).sort()).toEqual(["x", "ü".repeat(100)]);
  });

  test("blanks around a name are dropped; markup in it is only text", async ({ consumers }) => {
    await consumers.register("<b>Änderungen</b> & 変更");
    await consumers.fillIn("   Around   ");
    await consumers.registerButton.click();
    await expect(consumers.row("Around")).toBeVisible();
    await expect(consumers.table.locator("b")).toHaveCount(0);
  });
});

test("A name already in use is pointed out beside the field, not refused", async ({ consumers, server }) => {
  await server.register("Requirements sync");
  await consumers.name.fill("Requirements sync");
  await consumers.name.press("Tab");
  await expect(consumers.name).toHaveAccessibleDescription(/already|in use/i);
  await expectNoFieldError(consumers.name);
  await consumers.secret.fill(SECRET);
  await consumers.secretAgain.fill(SECRET);
  await consumers.registerButton.click();
  await expect(consumers.row("Requirements sync")).toHaveCount(2);
});

test("After registering, the fields are empty, the name has the focus and the row is marked New", async ({ consumers }) => {
  const row = await consumers.register("Requirements sync");
  await expect(row.getByText("New", { exact: true })).toBeVisible();
  await expect(consumers.name).toHaveValue("");
  await expect(consumers.secret).toHaveValue("");
  await expect(consumers.secretAgain).toHaveValue("");
  await expect(consumers.name).toBeFocused();
  await expectNoFieldError(consumers.name);
});

test("Enter in a field registers", async ({ consumers }) => {
  await consumers.fillIn("Requirements sync");
  await consumers.secretAgain.press("Enter");
  await expect(consumers.row("Requirements sync")).toBeVisible();
});

test("Pressing Register twice registers once", async ({ consumers, page, server }) => {
  const register = await hold(page, "register");
  await consumers.fillIn("Requirements sync");
  await consumers.registerButton.click();
  await expect(consumers.registerButton).toHaveAttribute("aria-busy", "true");
  await consumers.registerButton.evaluate((button: HTMLButtonElement) => button.click());
  await consumers.secret.press("Enter");
  register.letGo();
  await expect(consumers.row("Requirements sync")).toBeVisible();
  await expect(consumers.registerButton).not.toHaveAttribute("aria-busy", "true");
  expect(register.calls()).toBe(1);
  expect(await server.list()).toHaveLength(1);
});

test("An empty table says what to do first", async ({ consumers }) => {
  const section = consumers.page.locator("section").filter({ has: consumers.tableHeading });
  await expect(section).toContainText(/register/i);
  await consumers.register("Requirements sync");
  await expect(section).not.toContainText(/no consumer/i);
});

test("A row says who registered the consumer and when, exactly on hover, and when it was last used", async ({ consumers }) => {
  const row = await consumers.register("Requirements sync");
  for (const header of ["Consumer name", "Consumer key", "Status", "Registered", "Last used", "Actions"]) {
    await expect(consumers.table.getByRole("columnheader", { name: header, exact: true })).toBeAttached();
  }
  await expect(row).toContainText("ada");
  await expect(row).toContainText("Never");
  await expect(row.locator("time").first()).toHaveAttribute("title", /\d{4}/);
  await expect(row.locator("time").first()).toHaveAttribute("datetime", /^\d{4}-\d\d-\d\dT\d\d:\d\d/);
});

test("A field that was only passed through is not complained about, also after a registration", async ({ consumers }) => {
  await consumers.name.focus();
  await consumers.name.press("Tab");
  await expectNoFieldError(consumers.name);
  await consumers.register("Requirements sync");
  await consumers.name.press("Tab");
  await expectNoFieldError(consumers.name);
});

test("On submitting, the focus goes to the first field that is wrong", async ({ consumers }) => {
  await consumers.fillIn("Requirements sync", SECRET, "not-the-same");
  await consumers.registerButton.click();
  await expect(consumers.secretAgain).toBeFocused();
  await consumers.name.fill("");
  await consumers.registerButton.click();
  await expect(consumers.name).toBeFocused();
});

test("A name that is free is not commented on", async ({ server, consumers }) => {
  await server.register("Requirements sync");
  const asked = consumers.page.waitForResponse("**/api/page/name_in_use");
  await consumers.name.fill("Model export");
  await consumers.name.press("Tab");
  await asked;
  await expect(consumers.name).toHaveAccessibleDescription("");
});

test("A row is marked New for a while, and the time since then is told", async ({ page }) => {
  await page.clock.install();
  await page.goto(PATH);
  await signIn(page, ada);
  await page.waitForURL(`**${PATH}`);
  await ready(page);
  const row = await new ConsumersPage(page).register("Requirements sync");
  await expect(row.getByText("New", { exact: true })).toBeVisible();
  await expect(row.locator("time")).toHaveText("just now");
  await page.clock.fastForward("03:00");
  await expect(row.getByText("New", { exact: true })).toHaveCount(0);
  await expect(row.locator("time")).toHaveText(/^[23] min ago$/);
});

test("Several in a row, by keyboard alone", async ({ consumers }) => {
  const { keyboard } = consumers.page;
  await consumers.name.focus();
  for (const name of ["First", "Second"]) {
    await keyboard.type(name);
    await consumers.secret.focus();
    await keyboard.type(SECRET);
    await consumers.secretAgain.focus();
    await keyboard.type(SECRET);
    await keyboard.press("Enter");
    await expect(consumers.row(name)).toBeVisible();
    await expect(consumers.name).toBeFocused();
  }
  await expect(consumers.rows).toHaveCount(2);
});

test("A double click on Register registers once", async ({ server, consumers }) => {
  await consumers.fillIn("Requirements sync");
  await consumers.registerButton.dblclick();
  await expect(consumers.row("Requirements sync")).toHaveCount(1);
  expect(await server.list()).toHaveLength(1);
});

test("When the server was killed, registering says so, and works once it is back", async ({ server, consumers, complaints }) => {
  complaints.expect(SERVER_AWAY);
  await consumers.fillIn("Requirements sync");
  await server.kill();
  await consumers.registerButton.click();
  await expect(consumers.registerSection.getByRole("alert")).toContainText(/does not answer.*try again/i);
  await expect(consumers.name).toHaveValue("Requirements sync");
  await expect(consumers.secret).toHaveValue(SECRET);
  await expect(consumers.secretAgain).toHaveValue(SECRET);
  await server.start();
  await consumers.registerButton.click();
  await expect(consumers.row("Requirements sync")).toHaveCount(1);
  await expect(consumers.registerSection).not.toContainText(/does not answer/);
});

test("When the session has ended, registering says so, and works after signing in in another tab", async ({
  consumers,
  context,
  complaints,
}) => {
  complaints.expect(refused(401), SERVER_AWAY);
  await consumers.fillIn("Requirements sync");
  const tab = await context.newPage();
  await tab.goto(PATH);
  await ready(tab);
  await signOut(tab);
  await tab.waitForURL("**/sign-in*");
  await consumers.registerButton.click();
  await expect(consumers.registerSection.getByRole("alert")).toContainText(/session has ended.*sign in/i);
  await expect(consumers.secret).toHaveValue(SECRET);
  await signIn(tab, ada);
  await ready(tab);
  await consumers.registerButton.click();
  await expect(consumers.row("Requirements sync")).toHaveCount(1);
});

for (const width of [360, 1280]) {
  test(`A press on Register right after mending a field is not lost, at ${width} pixels`, async ({ consumers, page }) => {
    await page.setViewportSize({ width, height: 740 });
    await consumers.fillIn("Requirements sync", SECRET, "not-the-same");
    await consumers.registerButton.click();
    await expectFieldError(consumers.secretAgain, /differ/);
    // The field is left by the press itself, as people do.
    await consumers.secretAgain.fill(SECRET);
    await consumers.registerButton.click();
    await expect(consumers.row("Requirements sync")).toBeVisible();
  });
}
