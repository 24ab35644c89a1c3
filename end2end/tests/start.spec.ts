import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "@playwright/test";
import { browser as options } from "../playwright.config.ts";
import { twoFrames } from "../support/look.ts";
import { ConsumersPage, PATH, PRELOADED_LONG_AGO, ada, expect, holdModule, openRendered, ready, signIn, test } from "../support/test.ts";

const EXTENSION = resolve(import.meta.dirname, "../support/extension");

/** Everything that somebody does here first works, and what others do comes through. */
async function expectAlive(consumers: ConsumersPage, approve: (name: string) => Promise<void>): Promise<void> {
  await consumers.expectLive();
  await consumers.register("Registered here");
  await consumers.confirm("Requirements sync", "Approve");
  await consumers.expectStatus("Requirements sync", "Approved");
  await approve("Registered here");
  await consumers.expectStatus("Registered here", "Approved");
}

const meddlings: [string, () => void][] = [
  [
    "an element beside each secret field, as password managers put there",
    () => {
      for (const field of document.querySelectorAll("input")) {
        for (const where of ["beforebegin", "afterend"] as const) field.insertAdjacentElement(where, document.createElement("div"));
      }
    },
  ],
  ["an element at the start of the body", () => document.body.prepend(document.createElement("div"))],
  ["an element at the start of the page's own place", () => document.querySelector("#page")?.prepend(document.createElement("div"))],
  [
    "texts in wrappers, as translators leave them",
    () => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const texts: Text[] = [];
      while (walker.nextNode()) texts.push(walker.currentNode as Text);
      for (const text of texts.filter((text) => text.data.trim() && !text.parentElement?.closest("script, noscript"))) {
        const wrapper = document.createElement("font");
        text.replaceWith(wrapper);
        wrapper.append(text);
      }
    },
  ],
  [
    "rows and comments taken away",
    () => {
      for (const row of document.querySelectorAll("tbody tr")) row.remove();
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_COMMENT);
      const comments: Comment[] = [];
      while (walker.nextNode()) comments.push(walker.currentNode as Comment);
      for (const comment of comments) comment.remove();
    },
  ],
];

test.describe("The page starts whatever others have done to its document", () => {
  for (const [what, meddle] of meddlings) {
    test(what, async ({ page, context, server, complaints }) => {
      complaints.expect(PRELOADED_LONG_AGO);
      await server.register("Requirements sync");
      const letGo = await holdModule(context);
      const consumers = await openRendered(page);
      await page.evaluate(meddle);
      letGo();
      await ready(page);
      await expectAlive(consumers, async (name) => {
        const { key } = (await server.list()).find((consumer) => consumer.name === name) as { key: string };
        await server.approve(key);
      });
    });
  }

  test("a real extension that goes on doing all of it", async ({ server, complaints }) => {
    await server.register("Requirements sync");
    const folder = mkdtempSync(join(tmpdir(), "latchkey-extension-"));
    const { executablePath, args = [] } = options.launchOptions ?? {};
    const context = await chromium.launchPersistentContext(folder, {
      baseURL: server.url,
      ...(executablePath ? { executablePath } : { channel: "chromium" }),
      args: [...args, `--disable-extensions-except=${EXTENSION}`, `--load-extension=${EXTENSION}`],
      viewport: options.viewport ?? null,
      locale: "en-GB",
    });
    try {
      complaints.watch(context);
      const page = await context.newPage();
      await page.goto(PATH);
      await signIn(page, ada);
      await page.waitForURL(`**${PATH}`);
      await ready(page);
      await expect(page.locator("html[data-meddled]"), "the extension is loaded").toBeAttached();
      await expectAlive(new ConsumersPage(page), async (name) => {
        const { key } = (await server.list()).find((consumer) => consumer.name === name) as { key: string };
        await server.approve(key);
      });
      await expect(page.locator(".meddler-icon").first(), "it went on").toBeAttached();
    } finally {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

test.describe("What was done before the module arrived stays", () => {
  test("the focus, with what is typed and selected", async ({ page, context, complaints }) => {
    complaints.expect(PRELOADED_LONG_AGO);
    const letGo = await holdModule(context);
    const consumers = await openRendered(page);
    await consumers.name.fill("Half a name");
    await consumers.name.evaluate((input: HTMLInputElement) => input.setSelectionRange(5, 6));
    letGo();
    await ready(page);
    await expect(consumers.name).toBeFocused();
    await page.keyboard.type("the");
    await expect(consumers.name).toHaveValue("Half the name");
  });

  test("an open menu of the user's, and the place on the page", async ({ page, context, complaints, server }) => {
    complaints.expect(PRELOADED_LONG_AGO);
    for (let n = 0; n < 30; n++) await server.register(`Application ${n}`);
    const letGo = await holdModule(context);
    await openRendered(page);
    const menu = page.locator("#own-menu");
    await page.locator(".own-menu [popovertarget]").click();
    const before = await menu.boundingBox();
    await page.evaluate(() => scrollTo(0, 600));
    letGo();
    await ready(page);
    await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
    expect((await menu.boundingBox())?.x, "below its button").toBeCloseTo(before?.x ?? NaN, 0);
    expect(await page.evaluate(() => scrollY)).toBe(600);
  });
});

test.describe("Where the page cannot start it says why, and does not look alive", () => {
  test("the module is blocked", async ({ page, context, complaints, server }) => {
    complaints.expect(/net::ERR_FAILED/, /Failed to fetch/, /preload/);
    await server.register("Requirements sync");
    await context.route(/\.wasm$/, (route) => route.abort());
    const consumers = await openRendered(page);
    await expect(page.getByText("The script of this page could not be loaded")).toBeVisible();
    await expect(consumers.sign).toHaveText("Offline");
    await expect(consumers.actions("Requirements sync")).toBeDisabled();
    await context.unroute(/\.wasm$/);
    await page.getByRole("button", { name: "Reload" }).click();
    await consumers.expectLive();
    await expect(page.getByText("could not be loaded")).toBeHidden();
  });

  test("the script is blocked", async ({ page, context, complaints }) => {
    complaints.expect(/net::ERR_FAILED/, /Failed to fetch/, /preload/);
    await context.route(/\.js$/, (route) => route.abort());
    const consumers = await openRendered(page);
    await expect(page.getByText("The script of this page could not be loaded")).toBeVisible();
    await expect(consumers.sign).toHaveText("Offline");
  });

  test("WebAssembly is switched off", async ({ page, complaints }) => {
    complaints.expect(/preload/);
    await page.addInitScript(() => Reflect.deleteProperty(window, "WebAssembly"));
    const consumers = await openRendered(page);
    await expect(page.getByText("This browser does not run WebAssembly")).toBeVisible();
    await expect(consumers.sign).toHaveText("Offline");
  });

  test("its data cannot be read", async ({ page, context, complaints }) => {
    complaints.expect(/panicked at/, /unreachable/i, /RuntimeError/, PRELOADED_LONG_AGO);
    const letGo = await holdModule(context);
    const consumers = await openRendered(page);
    await page.evaluate(() => document.querySelector("#page-data")?.remove());
    letGo();
    await expect(page.getByText("The script of this page could not start")).toBeVisible();
    await expect(consumers.sign).toHaveText("Offline");
  });

  test("nothing arrives, and no script says so", async ({ page, context, complaints }) => {
    complaints.expect(PRELOADED_LONG_AGO);
    // What a blocker of inline scripts leaves: words that the style sheet shows after a while, tried without the while.
    await holdModule(context);
    await openRendered(page);
    const words = page.getByText("The script of this page has not started");
    await expect(words).toBeHidden();
    await words.evaluate((element) => element.getAnimations().forEach((animation) => animation.finish()));
    await expect(words).toBeVisible();
  });

  test("a part of it fails later", async ({ page, consumers }) => {
    await consumers.expectLive();
    // What the module tells the document when it ends.
    await page.evaluate(() => window.dispatchEvent(new Event("page-failed")));
    await expect(page.getByText("A part of this page has failed")).toBeVisible();
    await expect(consumers.sign).toHaveText("Offline");
    await page.getByRole("button", { name: "Reload" }).click();
    await consumers.expectLive();
  });
});

test.describe("Without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("a sentence says what does not work", async ({ page }) => {
    await page.goto(PATH);
    await signIn(page, ada);
    // Searches by text pass over what stands in a noscript element.
    await expect(page.locator("noscript > p.band")).toBeVisible();
    expect(await page.content()).toContain("Scripts are switched off in this browser");
  });
});

test("A translator does not touch what changes: the words of the table, the sign and the messages", async ({ consumers, server }) => {
  const key = await server.register("Requirements sync");
  await expect(consumers.rowOfKey(key)).toContainText("Pending");
  for (const live of [consumers.rowOfKey(key).getByText("Pending"), consumers.sign, consumers.messages.last()]) {
    expect(await live.evaluate((element) => element.closest("[translate=no]") !== null)).toBe(true);
  }
});

test("Nothing shifts while the page loads and the wasm takes over", async ({ server, consumers }) => {
  const { page } = consumers;
  for (const status of ["pending", "approved", "disapproved"] as const) await server.register(`${status} one`, status);
  await page.addInitScript(() => {
    const seen = window as unknown as { shifts: unknown[] };
    seen.shifts = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as Array<PerformanceEntry & { value: number; sources?: Array<{ node?: Element }> }>) {
        seen.shifts.push({ value: entry.value, nodes: entry.sources?.map(({ node }) => node?.outerHTML?.slice(0, 100)) });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  for (const path of [PATH, "/sign-in"]) {
    if (path === "/sign-in") await page.context().clearCookies();
    await page.goto(path);
    if (path === PATH) {
      await ready(page);
      await consumers.expectLive();
    }
    await twoFrames(page);
    expect(await page.evaluate(() => (window as unknown as { shifts: unknown[] }).shifts), path).toEqual([]);
  }
});
