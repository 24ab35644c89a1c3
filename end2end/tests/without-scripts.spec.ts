import {
  ConsumersPage,
  PATH,
  PRELOADED_LONG_AGO,
  SECRET,
  ada,
  expect,
  expectFieldError,
  holdModule,
  openRendered,
  ready,
  refused,
  signIn,
  signOut,
  test,
} from "../support/test.ts";

test.describe("Without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("signing in and out", async ({ page, complaints }) => {
    complaints.expect(refused(401));
    await page.goto(PATH);
    await signIn(page, { ...ada, password: "wrong password" });
    await expect(page.getByRole("alert")).toContainText(/username or the password/i);
    await signIn(page, ada);
    await expect(page).toHaveURL(new RegExp(`${PATH}$`));
    await expect(page.getByRole("heading", { name: "OAuth consumers" })).toBeVisible();
    await signOut(page);
    await expect(page).toHaveURL(/\/sign-in/);
    await page.goto(PATH);
    await expect(page).toHaveURL(/\/sign-in/);
  });

  test("the whole table is in the HTML, and the sign does not claim to be live", async ({ server, page }) => {
    const key = await server.register("Requirements sync", "approved");
    await page.goto(PATH);
    await signIn(page, ada);
    const consumers = new ConsumersPage(page);
    await expect(consumers.rowOfKey(key)).toContainText("Requirements sync");
    await expect(consumers.rowOfKey(key)).toContainText("Approved");
    await expect(consumers.sign).toBeHidden();
  });

  test("registering shows the row, the key, and empty fields", async ({ server, page }) => {
    await page.goto(PATH);
    await signIn(page, ada);
    const consumers = new ConsumersPage(page);
    await consumers.fillIn("Requirements sync");
    await consumers.registerButton.click();
    await expect(consumers.rows).toHaveCount(1);
    const [consumer] = await server.list();
    const key = consumer?.key as string;
    await expect(consumers.rowOfKey(key)).toContainText("Requirements sync");
    await expect(consumers.rowOfKey(key)).toContainText("Pending");
    await expect(consumers.registerSection).toContainText(key);
    for (const field of [consumers.name, consumers.secret, consumers.secretAgain]) await expect(field).toHaveValue("");
    expect(await page.content()).not.toContain(SECRET);
  });

  test("wrong input is told beside the fields: the name comes back, never a secret", async ({ server, page, complaints }) => {
    complaints.expect(refused(422));
    await page.goto(PATH);
    await signIn(page, ada);
    const consumers = new ConsumersPage(page);
    await consumers.fillIn("Requirements sync", SECRET, "not-the-same");
    await consumers.registerButton.click();
    await expectFieldError(consumers.secretAgain, /differ/);
    await expect(consumers.name).toHaveValue("Requirements sync");
    await expect(consumers.secret).toHaveValue("");
    await expect(consumers.secretAgain).toHaveValue("");
    expect(await page.content()).not.toContain(SECRET);
    expect(await page.content()).not.toContain("not-the-same");
    await consumers.fillIn("n".repeat(101), "short");
    await consumers.registerButton.click();
    await expectFieldError(consumers.name, /at most 100/);
    await expectFieldError(consumers.secret, /at least 8/);
    await expect(consumers.name).toHaveValue("n".repeat(101));
    expect(await server.list()).toEqual([]);
  });

  test("nothing that needs a script can be pressed", async ({ server, page }) => {
    await server.register("Requirements sync");
    await page.goto(PATH);
    await signIn(page, ada);
    const consumers = new ConsumersPage(page);
    await expect(consumers.actions("Requirements sync")).toBeDisabled();
    await expect(consumers.generate).toBeDisabled();
    await expect(consumers.copySecret).toBeDisabled();
    await expect(consumers.registerButton).toBeEnabled();
  });

  test.describe("at the first start", () => {
    test.use({ firstStart: true });

    test("setting up makes the administrator", async ({ server, page, complaints }) => {
      complaints.expect(refused(422));
      await page.goto(await server.setUpUrl);
      const send = () => page.getByRole("button", { name: "Create administrator" }).click();
      await page.getByLabel("Username").fill(ada.username);
      await page.getByLabel("Password", { exact: true }).fill(ada.password);
      await page.getByLabel("Re-type password").fill("something else");
      await send();
      await expectFieldError(page.getByLabel("Re-type password"), /differ/);
      await page.getByLabel("Password", { exact: true }).fill(ada.password);
      await page.getByLabel("Re-type password").fill(ada.password);
      await send();
      await expect(page).toHaveURL(new RegExp(`${PATH}$`));
      await expect(page.getByRole("heading", { name: "OAuth consumers" })).toBeVisible();
    });
  });
});

test.describe("While the wasm is blocked", () => {
  test("registering works as without scripts", async ({ page, context, complaints }) => {
    complaints.expect(/net::ERR_FAILED/, /Failed to fetch/, /preload/);
    await context.route(/\.wasm$/, (route) => route.abort());
    await page.goto(PATH);
    await signIn(page, ada);
    const consumers = new ConsumersPage(page);
    await consumers.fillIn("Requirements sync");
    await consumers.registerButton.click();
    await expect(consumers.rows).toHaveCount(1);
    await expect(consumers.rows.first()).toContainText("Requirements sync");
  });

  test("what was typed before it arrived is there afterwards, and registers", async ({ page, context, complaints }) => {
    complaints.expect(PRELOADED_LONG_AGO);
    const letGo = await holdModule(context);
    const consumers = await openRendered(page);
    await consumers.fillIn("Requirements sync");
    letGo();
    await ready(page);
    await expect(consumers.name).toHaveValue("Requirements sync");
    await expect(consumers.secret).toHaveValue(SECRET);
    await expect(consumers.secretAgain).toHaveValue(SECRET);
    await consumers.registerButton.click();
    await expect(consumers.row("Requirements sync")).toHaveCount(1);
  });
});
