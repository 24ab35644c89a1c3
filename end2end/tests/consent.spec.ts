import type { Page } from "@playwright/test";
import { ada, expect, grace, refused, signIn, tabTo, test } from "../support/test.ts";
import { expectNoViolations } from "../support/axe.ts";
import { overflow } from "../support/look.ts";
import { problem } from "../support/oauth.ts";

const NAME = "Requirements sync";
/** Any status that says no. */
const REFUSED = /the server responded with a status of 4\d\d/;

const allow = (page: Page) => page.getByRole("button", { name: "Allow", exact: true });
const deny = (page: Page) => page.getByRole("button", { name: "Deny", exact: true });
const question = (page: Page, name = NAME) => page.getByRole("heading", { name: `Allow ${name} to sign you in?`, exact: true, level: 1 });

/** Opens the consent page and signs in on the way. */
async function ask(page: Page, address: string, account = ada): Promise<void> {
  await page.goto(address);
  await signIn(page, account);
  await expect(question(page)).toBeVisible();
}

/** A page that says what is wrong and asks nothing. */
async function expectRefusal(page: Page, words: RegExp): Promise<void> {
  await expect(page.getByRole("main")).toContainText(words);
  await expect(page.getByRole("button")).toHaveCount(0);
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "In a browser" : "Without scripts", () => {
    test.use({ javaScriptEnabled });

    test("signing in on the way, Allow: the consumer gets a verifier, and acts as the user", async ({ server, page, play }) => {
      await server.addUser(grace, false);
      const consumer = await play(NAME);
      const temporary = await consumer.begin();
      await ask(page, consumer.question(temporary), grace);
      await expect(page).toHaveURL(consumer.question(temporary));
      await allow(page).click();

      await expect(page).toHaveTitle("Called back");
      expect(consumer.calledBack).toHaveLength(1);
      const [address] = consumer.calledBack as [URL];
      expect(address.search, "behind the query that the callback has").toMatch(/^\?tenant=a%20b&/);
      expect(address.searchParams.get("oauth_token")).toBe(temporary.token);
      const verifier = address.searchParams.get("oauth_verifier") as string;
      const token = await consumer.finish(temporary, verifier);
      expect(token.user).toBe(grace.username);
      const answer = await consumer.call("/api/v1/whoami", token);
      expect([answer.status, problem(answer)]).toEqual([200, undefined]);
      expect(await answer.json()).toMatchObject({ user: { username: grace.username }, consumer: { key: consumer.key, name: NAME } });
    });

    test("Deny: the consumer is told, and gets nothing", async ({ page, play }) => {
      const consumer = await play(NAME);
      const temporary = await consumer.begin();
      await ask(page, consumer.question(temporary));
      await deny(page).click();
      await expect(page).toHaveTitle("Called back");
      const [address] = consumer.calledBack as [URL];
      expect(address.search).toMatch(/^\?tenant=a%20b&/);
      expect(address.searchParams.get("oauth_token")).toBe(temporary.token);
      expect(address.searchParams.get("oauth_problem")).toBe("permission_denied");
      expect(address.searchParams.has("oauth_verifier")).toBe(false);
      const answer = await consumer.call("/oauth/accessToken", temporary, { oauth_verifier: "anything" }, "POST");
      expect([answer.status, problem(answer)]).toEqual([401, "permission_denied"]);
    });

    test("without a callback, the user copies a code", async ({ page, play }) => {
      const consumer = await play(NAME);
      const temporary = await consumer.begin("oob");
      await ask(page, consumer.question(temporary));
      await expect(page.getByRole("main")).toContainText(/copy a code/);
      await allow(page).click();
      await expect(page.getByRole("heading", { name: `Copy this code into ${NAME}`, level: 1 })).toBeVisible();
      const verifier = (await page.locator("output#oauth_verifier").textContent()) as string;
      expect(verifier).toMatch(/^\S+$/);
      expect((await consumer.finish(temporary, verifier)).user).toBe(ada.username);
    });

    test("a trusted consumer's users are asked nothing, signed in already or not yet", async ({ server, page, play }) => {
      const consumer = await play(NAME);
      await server.cli(["consumer", "edit", consumer.key, "--trusted", "true", "--callback", consumer.callback]);
      for (const signedIn of [false, true]) {
        const temporary = await consumer.begin();
        await page.goto(consumer.question(temporary));
        if (!signedIn) await signIn(page, ada);
        await expect(page, signedIn ? "signed in already" : "signing in on the way").toHaveTitle("Called back");
        const verifier = consumer.calledBack.at(-1)?.searchParams.get("oauth_verifier") as string;
        expect((await consumer.finish(temporary, verifier)).user).toBe(ada.username);
      }
    });
  });
}

test.describe("The question", () => {
  test("names who asks, for whom, what for, until when, and where the browser goes", async ({ page, play }) => {
    const consumer = await play(NAME);
    await ask(page, consumer.question(await consumer.begin()));
    const main = page.getByRole("main");
    await expect(main).toContainText(consumer.key);
    await expect(main).toContainText("act on your behalf");
    await expect(main).toContainText(`sign you in as ${ada.username}`);
    await expect(main).toContainText(`call APIs as ${ada.username}`);
    await expect(main.getByText(new URL(consumer.origin).host, { exact: true })).toBeVisible();
    await expect(main).toContainText(`Signed in as ${ada.username}`);
    await expect(main.getByRole("link", { name: "Authorized applications" })).toHaveAttribute("href", "/account/applications");
    await expect(page.locator("script")).toHaveCount(0);
  });

  test("says to an administrator whether it could administer in their name", async ({ server, page, play }) => {
    const consumer = await play(NAME);
    const temporary = await consumer.begin();
    await ask(page, consumer.question(temporary));
    const main = page.getByRole("main");
    await expect(main).toContainText("It cannot administer Latchkey in your name");
    await server.cli(["consumer", "edit", consumer.key, "--may-administer", "true"]);
    await expect(async () => {
      await page.reload();
      await expect(main).toContainText("administer Latchkey in your name: register, approve and remove consumers", { timeout: 100 });
    }).toPass();
    await expect(main).not.toContainText("cannot administer");
  });

  test("can be answered by somebody else: Sign out leads to signing in, and back", async ({ server, page, play }) => {
    await server.addUser(grace, false);
    const consumer = await play(NAME);
    const temporary = await consumer.begin();
    await ask(page, consumer.question(temporary));
    await page.getByRole("button", { name: "Sign out" }).click();
    await signIn(page, grace);
    await expect(page.getByRole("main")).toContainText(`Signed in as ${grace.username}`);
    await allow(page).click();
    await expect(page).toHaveTitle("Called back");
    const verifier = consumer.calledBack[0]?.searchParams.get("oauth_verifier") as string;
    expect((await consumer.finish(temporary, verifier)).user).toBe(grace.username);
  });

  test("can be answered by keyboard alone", async ({ page, play }) => {
    const consumer = await play(NAME);
    await ask(page, consumer.question(await consumer.begin()));
    await tabTo(page, allow(page));
    await page.keyboard.press("Enter");
    await expect(page).toHaveTitle("Called back");
    expect(consumer.calledBack[0]?.searchParams.has("oauth_verifier")).toBe(true);
  });

  test("is not bent by what a consumer calls itself", async ({ page, play }) => {
    const name = "Sync\u202e?ni uoy ngis\u2069 <b>to</b> מזהה";
    const consumer = await play(name);
    await page.goto(consumer.question(await consumer.begin()));
    await signIn(page, ada);
    const heading = page.getByRole("heading", { level: 1 });
    await expect(heading).toHaveText("Allow Sync?ni uoy ngis <b>to</b> מזהה to sign you in?");
    await expect(heading.locator("bdi")).toHaveText("Sync?ni uoy ngis <b>to</b> מזהה");
    await expect(page).toHaveTitle("Allow access? · Latchkey");
  });

  for (const viewport of [
    { width: 360, height: 740 },
    { width: 320, height: 640 },
  ]) {
    test(`with the longest of names fits into ${viewport.width} pixels`, async ({ page, play }) => {
      await page.setViewportSize(viewport);
      const consumer = await play("W".repeat(100));
      await page.goto(consumer.question(await consumer.begin()));
      await signIn(page, ada);
      await expect(allow(page)).toBeVisible();
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      await allow(page).click();
      await expect(page).toHaveTitle("Called back");
    });
  }
});

test.describe("What is not asked", () => {
  test("an absent or unknown token", async ({ consumers, complaints }) => {
    complaints.expect(REFUSED);
    const { page } = consumers;
    for (const query of ["", "?oauth_token=", "?oauth_token=unknown"]) {
      const answer = await page.goto(`/oauth/authorize${query}`);
      expect(answer?.status(), query).toBeGreaterThanOrEqual(400);
      expect(answer?.status(), query).toBeLessThan(500);
      await expectRefusal(page, /unknown/i);
    }
  });

  test("a token that is used: the page says so, also when the answer is given twice", async ({ page, play, complaints }) => {
    complaints.expect(REFUSED);
    const consumer = await play(NAME);
    const temporary = await consumer.begin();
    await ask(page, consumer.question(temporary));
    await allow(page).click();
    await expect(page).toHaveTitle("Called back");
    const verifier = consumer.calledBack[0]?.searchParams.get("oauth_verifier") as string;
    await consumer.finish(temporary, verifier);

    const answer = await page.goto(consumer.question(temporary));
    expect(answer?.status()).toBeGreaterThanOrEqual(400);
    expect(answer?.status()).toBeLessThan(500);
    await expectRefusal(page, /used|answered already/i);
  });

  test("going back and answering again changes nothing", async ({ page, play, complaints }) => {
    complaints.expect(REFUSED);
    const consumer = await play(NAME);
    const temporary = await consumer.begin();
    await ask(page, consumer.question(temporary));
    const form = { oauth_token: temporary.token, decision: "allow" };
    await deny(page).click();
    await expect(page).toHaveTitle("Called back");
    const again = await page.request.post("/oauth/authorize", { form, headers: { origin: new URL(consumer.question(temporary)).origin }, maxRedirects: 0 });
    expect(again.status()).toBeGreaterThanOrEqual(400);
    expect(again.status()).toBeLessThan(500);
    const answer = await consumer.call("/oauth/accessToken", temporary, { oauth_verifier: "anything" }, "POST");
    expect(problem(answer)).toBe("permission_denied");
  });

  test("a consumer that is not approved any more: not the question, and no answer to it", async ({ page, play, complaints }) => {
    complaints.expect(REFUSED);
    const consumer = await play(NAME);
    const [first, second] = [await consumer.begin(), await consumer.begin()];
    await ask(page, consumer.question(first));
    await consumer.decide(page, "disapprove");
    await allow(page).click();
    await expectRefusal(page, /approved/i);
    expect(consumer.calledBack).toEqual([]);
    const answer = await page.goto(consumer.question(second));
    expect(answer?.status()).toBeGreaterThanOrEqual(400);
    expect(answer?.status()).toBeLessThan(500);
    await expectRefusal(page, /approved/i);

    await consumer.decide(page, "approve");
    await page.goto(consumer.question(second));
    await allow(page).click();
    await expect(page, "approved again, the question is asked again").toHaveTitle("Called back");
  });
});

test.describe("The browser holds to the policy", () => {
  test("the form may lead to this server and to the callback's origin, nowhere else", async ({ page, play }) => {
    const consumer = await play(NAME);
    await ask(page, consumer.question(await consumer.begin()));
    const answer = await page.reload();
    const policy = (await answer?.headerValue("content-security-policy")) ?? "";
    expect(policy.split("; ")).toContain(`form-action 'self' ${consumer.origin}`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe-inline");
  });

  test("no other page can frame the question", async ({ page, play, complaints }) => {
    complaints.expect(/frame-ancestors|X-Frame-Options/i);
    const consumer = await play(NAME);
    const temporary = await consumer.begin();
    await ask(page, consumer.question(temporary));
    await page.goto(`${consumer.origin}/framing`);
    await page.evaluate((address) => {
      const frame = document.createElement("iframe");
      frame.src = address;
      const loaded = new Promise((done) => frame.addEventListener("load", done));
      document.body.append(frame);
      return loaded;
    }, consumer.question(temporary));
    for (const frame of page.frames().slice(1)) await expect(frame.getByRole("button", { name: "Allow" })).toHaveCount(0);
  });

  test("no other site can give the answer", async ({ page, play, complaints }) => {
    complaints.expect(refused(403));
    const consumer = await play(NAME);
    const temporary = await consumer.begin();
    await ask(page, consumer.question(temporary));
    await page.goto(`${consumer.origin}/forging`);
    const answered = page.waitForResponse("**/oauth/authorize");
    await page.evaluate(([action, token]) => {
      const form = document.createElement("form");
      form.method = "post";
      form.action = action as string;
      for (const [name, value] of [["oauth_token", token], ["decision", "allow"]]) {
        const input = document.createElement("input");
        Object.assign(input, { type: "hidden", name, value });
        form.append(input);
      }
      document.body.append(form);
      form.submit();
    }, [consumer.question(temporary).replace(/\?.*/, ""), temporary.token]);
    expect((await answered).status()).toBe(403);
    const answer = await consumer.call("/oauth/accessToken", temporary, { oauth_verifier: "anything" }, "POST");
    expect(problem(answer)).toBe("token_not_authorized");
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`In the ${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test("axe finds nothing on the question, the code and a refusal", async ({ page, play, complaints }) => {
      complaints.expect(REFUSED);
      const consumer = await play(NAME);
      const temporary = await consumer.begin("oob");
      await ask(page, consumer.question(temporary));
      await expectNoViolations(page, "the question");
      await allow(page).click();
      await expect(page.locator("output")).toBeVisible();
      await expectNoViolations(page, "the code");
      await page.goto("/oauth/authorize?oauth_token=unknown");
      await expectNoViolations(page, "a refusal");
    });
  });
}

test("A click on the code selects it, and so does selecting everything: nothing else can be copied by mistake", async ({ page, play }) => {
  const consumer = await play(NAME);
  await ask(page, consumer.question(await consumer.begin("oob")));
  await allow(page).click();
  const code = page.locator("output#oauth_verifier");
  const selected = () => page.evaluate(() => getSelection()?.toString().trim());
  const text = (await code.textContent()) as string;
  await code.click();
  expect(await selected()).toBe(text);
  await page.keyboard.press("ControlOrMeta+a");
  expect(await selected()).toBe(text);
});
