import { ConsumersPage, PATH, SECRET, ada, expect, ready, refused, signIn, test } from "../support/test.ts";

test("Every page has a Content-Security-Policy with a nonce of its own, and its scripts carry it", async ({ consumers }) => {
  const { page } = consumers;
  const nonces = new Set<string>();
  for (let loads = 0; loads < 2; loads++) {
    const answer = await page.goto(PATH);
    const policy = (await answer?.headerValue("content-security-policy")) ?? "";
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("'strict-dynamic'");
    expect(policy).toContain("'wasm-unsafe-eval'");
    expect(policy).not.toContain("unsafe-inline");
    for (const none of ["object-src", "base-uri", "frame-ancestors"]) expect(policy).toContain(`${none} 'none'`);
    expect(policy).toContain("form-action 'self'");
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] as string;
    expect(nonce.length).toBeGreaterThanOrEqual(16);
    nonces.add(nonce);
    const html = (await answer?.text()) as string;
    const scripts = [...html.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
    expect(scripts.length).toBeGreaterThan(0);
    for (const tag of scripts) expect(tag).toContain(`nonce="${nonce}"`);
    expect(html).not.toMatch(/\sstyle="/);
    expect(html).not.toMatch(/\son[a-z]+="/);
    await ready(page);
  }
  expect(nonces.size).toBe(2);
});

test("Every page carries the other headers", async ({ consumers, complaints }) => {
  complaints.expect(refused(404));
  const { page } = consumers;
  for (const path of [PATH, "/nothing-here"]) {
    const headers = (await (await page.goto(path))?.allHeaders()) ?? {};
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "cache-control": "no-store",
    });
  }
});

test("No page violates its policy or makes the browser complain", async ({ server, consumers, complaints }) => {
  complaints.expect(refused(404));
  const { page } = consumers;
  await page.addInitScript(() => {
    const seen = window as unknown as { violations: string[] };
    seen.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => seen.violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
  });
  const violations = () => page.evaluate(() => (window as unknown as { violations: string[] }).violations);
  for (const status of ["pending", "approved", "disapproved"] as const) await server.register(`${status} one`, status);
  await page.goto(PATH);
  await ready(page);
  await consumers.expectLive();
  await consumers.row("pending one").click({ button: "right" });
  await consumers.entry("Edit").click();
  await page.keyboard.press("Escape");
  await consumers.generate.click();
  expect(await violations()).toEqual([]);
  for (const path of ["/nothing-here", "/set-up?token=", "/sign-in"]) {
    if (path === "/sign-in") await page.context().clearCookies();
    complaints.expect(refused(410));
    await page.goto(path);
    expect(await violations(), path).toEqual([]);
  }
  // That nothing stands in the console is asserted after every test.
});

test("The pages for everybody load no script at all", async ({ page, complaints, server, context }) => {
  complaints.expect(refused(401, 404, 410));
  const scripts: string[] = [];
  page.on("request", (request) => {
    if (request.resourceType() === "script" || /\.(js|wasm)$/.test(request.url())) scripts.push(request.url());
  });
  const inline = () => page.locator("script").count();
  await page.goto("/sign-in");
  expect(await inline(), "sign-in").toBe(0);
  await signIn(page, { ...ada, password: "wrong password" });
  await expect(page.getByRole("alert")).toBeVisible();
  expect(await inline(), "a wrong password").toBe(0);
  await page.goto("/set-up?token=wrong");
  expect(await inline(), "a dead link").toBe(0);
  await page.goto("/nothing-here");
  expect(await inline(), "no such page").toBe(0);
  expect(scripts).toEqual([]);
  expect((await context.cookies(server.url)).length).toBe(0);
});

test("No secret is in a page, an event, an answer, an address or the console", async ({ server, consumers, another }) => {
  const texts: string[] = [];
  for (const { page } of [consumers, await another()]) {
    page.on("console", (message) => texts.push(message.text()));
    page.on("response", async (response) => {
      texts.push(response.url(), JSON.stringify(response.headers()));
      // The event stream has no end to wait for; what it says is in the page below.
      if (!response.url().includes("/events")) texts.push(await response.text().catch(() => ""));
    });
  }
  await consumers.register("Requirements sync");
  const dialog = await consumers.choose("Requirements sync", "Edit");
  await dialog.getByLabel("New consumer secret", { exact: true }).fill(`${SECRET}-2`);
  await dialog.getByLabel("Re-type new consumer secret", { exact: true }).fill(`${SECRET}-2`);
  await consumers.confirmation("Edit consumer").click();
  await expect(dialog).toHaveCount(0);
  const answer = await consumers.page.reload();
  await ready(consumers.page);
  texts.push((await answer?.text()) ?? "", await consumers.page.content());
  texts.push(
    await consumers.page.evaluate(
      () =>
        new Promise<string>((done) => {
          const stream = new EventSource("/events?after=0");
          let seen = "";
          for (const name of ["consumer", "removed", "resync", "ready"]) {
            stream.addEventListener(name, (event) => {
              seen += (event as MessageEvent).data;
              // Registered, edited: all there is.
              if (seen.includes('"revision":2')) {
                stream.close();
                done(seen);
              }
            });
          }
        }),
    ),
  );
  expect(texts.join("\n")).toContain("Requirements sync");
  expect(texts.filter((text) => text.includes(SECRET))).toEqual([]);
  expect(server.log).not.toContain(SECRET);
  expect(server.log).not.toContain(ada.password);
});

test("What another site makes the browser send is refused", async ({ server, consumers, context, complaints }) => {
  complaints.expect(refused(403));
  const key = await server.register("Requirements sync");
  const tab = await context.newPage();
  await tab.route("http://evil.example/**", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<form method="post" action="${server.url}/api/page/approve"><input name="key" value="${key}"><input name="revision" value="1"><button>Win a prize</button></form>`,
    }),
  );
  await tab.goto("http://evil.example/");
  const answered = tab.waitForResponse(`${server.url}/api/page/approve`);
  await tab.getByRole("button").click();
  expect([401, 403]).toContain((await answered).status());
  expect((await server.show(key)).status).toBe("pending");
  await consumers.expectStatus("Requirements sync", "Pending");
});

test("The page cannot be framed", async ({ server, consumers, context, complaints }) => {
  complaints.expect(/frame-ancestors|X-Frame-Options|chrome-error/i);
  await consumers.expectLive();
  const tab = await context.newPage();
  await tab.route("http://evil.example/**", (route) =>
    route.fulfill({ contentType: "text/html", body: `<iframe src="${server.url}${PATH}"></iframe>` }),
  );
  await tab.goto("http://evil.example/");
  await expect(tab.frameLocator("iframe").getByText(/Latchkey|Sign in|OAuth consumers/)).toHaveCount(0);
});

test("Assets with a hash in their name are cached for good and come compressed", async ({ consumers }) => {
  const { page } = consumers;
  const wasm = page.waitForResponse(/\.wasm$/);
  const style = page.waitForResponse(/\.css$/);
  await page.context().clearCookies();
  await page.goto("/sign-in");
  const css = await (await style).allHeaders();
  expect(css["cache-control"]).toContain("immutable");
  const other = new ConsumersPage(page);
  await signIn(page, ada);
  await other.expectLive();
  const answer = await wasm;
  const headers = await answer.allHeaders();
  expect(headers["content-type"]).toBe("application/wasm");
  expect(headers["cache-control"]).toContain("immutable");
  expect(headers["content-encoding"]).toMatch(/^(br|gzip)$/);
  expect(headers["vary"]?.toLowerCase()).toContain("accept-encoding");
});

test("A consumer secret is masked until it is revealed, in fields that browsers do not keep as a password", async ({ consumers, server }) => {
  await server.register("Requirements sync");
  const dialog = await consumers.choose("Requirements sync", "Edit");
  const labelled = (label: string) => dialog.getByLabel(label, { exact: true });
  for (const field of [
    consumers.secret,
    consumers.secretAgain,
    labelled("New consumer secret"),
    labelled("Re-type new consumer secret"),
  ]) {
    await expect(field).toHaveAttribute("type", "text");
    await expect(field).toHaveAttribute("autocomplete", "off");
    await expect(field).toHaveCSS("-webkit-text-security", "disc");
  }
  await expect(consumers.page.locator("input[type=password]")).toHaveCount(0);
  const reveal = dialog.getByRole("button", { name: "Reveal", exact: true });
  await expect(reveal).toHaveAttribute("aria-pressed", "false");
  await reveal.click();
  await expect(reveal).toHaveAttribute("aria-pressed", "true");
  for (const label of ["New consumer secret", "Re-type new consumer secret"]) {
    await expect(labelled(label)).toHaveCSS("-webkit-text-security", "none");
  }
  await expect(consumers.secret, "the other form's stays masked").toHaveCSS("-webkit-text-security", "disc");
});
