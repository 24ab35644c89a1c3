import { ConsumersPage, PATH, SECRET, ada, expect, expectFieldError, grace, ready, refused, signIn, signOut, test } from "../support/test.ts";

test.describe("Signing in", () => {
  test("without a session the page leads to sign-in, and back afterwards", async ({ page }) => {
    const answer = await page.request.get(PATH, { maxRedirects: 0 });
    expect(answer.status()).toBe(303);
    const led = new URL(answer.headers()["location"] ?? "", "http://here");
    expect([led.host, led.pathname, led.searchParams.get("next")]).toEqual(["here", "/sign-in", PATH]);
    await page.goto(`${PATH}?from=a-bookmark`);
    await expect(page).toHaveURL(/\/sign-in\?next=/);
    await expect(page).toHaveTitle("Sign in · Latchkey");
    await signIn(page, ada);
    await expect(page).toHaveURL(new RegExp(`${PATH}\\?from=a-bookmark$`));
    await ready(page);
  });

  test("/ leads to the page", async ({ page }) => {
    await page.goto("/");
    await signIn(page, ada);
    await expect(page).toHaveURL(new RegExp(`${PATH}$`));
  });

  test("the username has the focus, and Enter sends", async ({ page }) => {
    await page.goto("/sign-in");
    await expect(page.getByLabel("Username")).toBeFocused();
    await page.keyboard.type(ada.username);
    await page.keyboard.press("Tab");
    await page.keyboard.type(ada.password);
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(new RegExp(`${PATH}$`));
  });

  test("whoever is signed in already is led on", async ({ consumers }) => {
    await consumers.page.goto("/sign-in");
    await expect(consumers.page).toHaveURL(new RegExp(`${PATH}$`));
  });

  test("one message for a wrong password and an unknown name; the name stays, the password does not", async ({ page, complaints }) => {
    complaints.expect(refused(401));
    const told: string[] = [];
    for (const username of [ada.username, "nobody", "not a name!"]) {
      await page.goto(`/sign-in?next=${encodeURIComponent(PATH)}`);
      await signIn(page, { username, password: "wrong password" });
      const alert = page.getByRole("alert");
      await expect(alert).toBeVisible();
      told.push(await alert.innerText());
      await expect(page.getByLabel("Username")).toHaveValue(username);
      await expect(page.getByLabel("Password")).toHaveValue("");
    }
    expect(new Set(told).size).toBe(1);
    expect(told[0]).toMatch(/username or the password/i);
    await expect(page.getByLabel("Username")).toHaveAccessibleDescription(/username or the password/i);
    await signIn(page, ada);
    await expect(page, "after a wrong try the way back is not forgotten").toHaveURL(new RegExp(`${PATH}$`));
  });

  test("a right password is never refused for wrong ones before it", async ({ page, complaints }) => {
    complaints.expect(refused(401));
    await page.goto("/sign-in");
    for (let tries = 0; tries < 5; tries++) {
      await signIn(page, { ...ada, password: `wrong ${tries}` });
      await expect(page.getByRole("alert")).toBeVisible();
      await expect(page.getByLabel("Password")).toHaveValue("");
    }
    await signIn(page, ada);
    await expect(page).toHaveURL(new RegExp(`${PATH}$`));
  });

  test("the case of a username does not matter", async ({ page }) => {
    await page.goto("/sign-in");
    await signIn(page, { ...ada, username: "ADA" });
    await expect(page).toHaveURL(new RegExp(`${PATH}$`));
  });

  test("next leads nowhere but to this server", async ({ page, server, complaints }) => {
    // The page of a session that is taken away, and paths that lead to no page.
    complaints.expect(refused(401, 404));
    await page.route((url) => url.hostname.endsWith("evil.example"), (route) => route.fulfill({ body: "<title>evil</title>", contentType: "text/html" }));
    for (const next of [
      "//evil.example",
      "https://evil.example",
      "/\\evil.example",
      "\\\\evil.example",
      "/\t/evil.example",
      "/%09/evil.example",
      "javascript:alert(1)",
      "http:evil.example",
      "/%5cevil.example",
    ]) {
      await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
      await signIn(page, ada);
      await page.waitForURL((url) => url.pathname !== "/sign-in");
      expect.soft(new URL(page.url()).origin, next).toBe(server.url);
      await page.context().clearCookies();
    }
    await page.goto(`/sign-in?next=${encodeURIComponent("//evil.example")}`);
    await expect(page.locator("input[name=next]")).not.toHaveValue(/evil/);
  });

  test("a forged next in the form itself leads nowhere else either", async ({ page, server }) => {
    await page.route((url) => url.hostname.endsWith("evil.example"), (route) => route.fulfill({ body: "<title>evil</title>", contentType: "text/html" }));
    await page.goto("/sign-in");
    await page.locator("input[name=next]").evaluate((input: HTMLInputElement) => (input.value = "//evil.example/"));
    await signIn(page, ada);
    await expect(page).toHaveURL(`${server.url}${PATH}`);
  });

  test("a user without Configure Server gets a page that names the permission, with status 403", async ({ server, page, complaints }) => {
    complaints.expect(refused(403));
    await server.addUser(grace, false);
    await page.goto(PATH);
    await signIn(page, grace);
    await expect(page.getByRole("heading", { name: /Configure Server/ })).toBeVisible();
    await expect(page.getByText("You are signed in as grace")).toBeVisible();
    expect((await page.goto(PATH))?.status()).toBe(403);
    await server.cli(["user", "permit", grace.username]);
    expect((await page.goto(PATH))?.status()).toBe(200);
    await server.cli(["user", "forbid", grace.username]);
    expect((await page.goto(PATH))?.status()).toBe(403);
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page).toHaveURL(/\/sign-in/);
  });

  test("a disabled user cannot sign in, and is not told why", async ({ server, page, complaints }) => {
    complaints.expect(refused(401));
    await server.addUser(grace);
    await server.cli(["user", "disable", grace.username]);
    await page.goto("/sign-in");
    await signIn(page, grace);
    await expect(page.getByRole("alert")).toContainText(/username or the password/i);
  });
});

test.describe("The session", () => {
  test("shows whose it is and ends with Sign out, for the server too", async ({ consumers, context }) => {
    const { page } = consumers;
    await expect(page.getByRole("banner")).toContainText("ada");
    await expect(page.getByRole("banner")).toContainText("Latchkey");
    const cookies = await context.cookies();
    await signOut(page);
    await expect(page).toHaveURL(/\/sign-in/);
    expect((await context.cookies()).filter(({ name }) => name === "latchkey")).toEqual([]);
    await page.goto(PATH);
    await expect(page).toHaveURL(/\/sign-in/);
    await context.addCookies(cookies);
    await page.goto(PATH);
    await expect(page, "the old cookie is worth nothing").toHaveURL(/\/sign-in/);
  });

  test("Back after Sign out does not show the page again", async ({ server, consumers }) => {
    await server.register("Requirements sync");
    const { page } = consumers;
    await signOut(page);
    await expect(page).toHaveURL(/\/sign-in/);
    await page.goBack();
    await expect(page.getByLabel("Username")).toBeVisible();
    await expect(page.getByText("Requirements sync")).toHaveCount(0);
  });

  test("survives a restart", async ({ server, consumers, complaints }) => {
    complaints.expect(/net::ERR_/);
    await server.restart();
    await consumers.page.reload();
    await ready(consumers.page);
    await expect(consumers.heading).toBeVisible();
    await consumers.expectLive();
  });

  test("is a cookie that scripts cannot read and other sites do not send", async ({ consumers, context }) => {
    const cookie = (await context.cookies()).find(({ name }) => name === "latchkey");
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
    expect(await consumers.page.evaluate(() => document.cookie)).toBe("");
  });

  test("ends when the account is disabled, and the old page is of no use any more", async ({ server, consumers, complaints }) => {
    complaints.expect(refused(401), /net::ERR_/);
    const key = await server.register("Requirements sync");
    await consumers.choose("Requirements sync", "Approve");
    // Somebody has to be left who can administer the server.
    await server.addUser({ ...grace, username: "root" });
    await server.cli(["user", "disable", ada.username]);
    await consumers.confirmation("Approve consumer key").click();
    await expect(consumers.refusal("Approve consumer key")).toContainText(/session has ended/i);
    expect((await server.show(key)).status).toBe("pending");
  });
});

test("Signing in gives a new session: one that was planted before is worth nothing", async ({ page, context, server }) => {
  await context.addCookies([{ name: "latchkey", value: "planted", url: server.url }]);
  await page.goto("/sign-in");
  await signIn(page, ada);
  await expect(page).toHaveURL(new RegExp(`${PATH}$`));
  const session = (await context.cookies()).find(({ name }) => name === "latchkey");
  expect(session?.value).toBeTruthy();
  expect(session?.value).not.toBe("planted");
});

test.describe("The first start", () => {
  test.use({ firstStart: true });

  test("prints a set-up link that makes the first administrator, who is signed in then; used, it is dead", async ({
    server,
    page,
    complaints,
  }) => {
    complaints.expect(refused(410));
    const link = await server.setUpUrl;
    expect(link.startsWith(`${server.url}/set-up?token=`)).toBe(true);
    await page.goto(link);
    await expect(page).toHaveTitle("Set up · Latchkey");
    await page.getByLabel("Username").fill(ada.username);
    await page.getByLabel("Password", { exact: true }).fill(ada.password);
    await page.getByLabel("Re-type password").fill(ada.password);
    await page.getByRole("button", { name: "Create administrator" }).click();
    await expect(page).toHaveURL(new RegExp(`${PATH}$`));
    await ready(page);
    const consumers = new ConsumersPage(page);
    await expect(page.getByText("No consumer keys yet.")).toBeVisible();
    await consumers.register("Requirements sync");

    expect((await page.goto(link))?.status()).toBe(410);
    await expect(page.getByRole("heading", { name: /link not valid/i })).toBeVisible();
    await expect(page.getByLabel("Username")).toHaveCount(0);
  });

  test("is told what is wrong beside the fields, and the username stays", async ({ server, page, complaints }) => {
    complaints.expect(refused(422));
    await page.goto(await server.setUpUrl);
    const [username, password, again] = [
      page.getByLabel("Username"),
      page.getByLabel("Password", { exact: true }),
      page.getByLabel("Re-type password"),
    ];
    const send = () => page.getByRole("button", { name: "Create administrator" }).click();
    await username.fill("ada osei");
    await password.fill("short");
    await again.fill("short");
    await send();
    await expectFieldError(username, /letters a to z/);
    await expectFieldError(password, /at least 8/);
    await expect(username).toHaveValue("ada osei");
    await expect(password).toHaveValue("");
    await username.fill("ada");
    await password.fill("long enough now");
    await again.fill("something else");
    await send();
    await expectFieldError(again, /differ/);
    await expect(username).toHaveValue("ada");
    await password.fill("long enough now");
    await again.fill("long enough now");
    await send();
    await expect(page).toHaveURL(new RegExp(`${PATH}$`));
  });

  test("the link is dead once the command line has made an administrator", async ({ server, page, complaints }) => {
    complaints.expect(refused(410));
    const link = await server.setUpUrl;
    await page.goto(link);
    await server.addUser(ada);
    await page.getByLabel("Username").fill("mallory");
    await page.getByLabel("Password", { exact: true }).fill("let me in please");
    await page.getByLabel("Re-type password").fill("let me in please");
    await page.getByRole("button", { name: "Create administrator" }).click();
    await expect(page.getByRole("heading", { name: /link not valid/i })).toBeVisible();
    expect((await page.goto(link))?.status()).toBe(410);
  });

  test("a wrong link is refused", async ({ server, page, complaints }) => {
    complaints.expect(refused(410));
    await server.setUpUrl;
    for (const token of ["", "x", SECRET]) {
      expect((await page.goto(`/set-up?token=${token}`))?.status()).toBe(410);
    }
  });
});
