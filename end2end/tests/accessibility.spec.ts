// Axe on every page and dialog, names and landmarks, targets for fingers, and small windows. By keyboard: keyboard.spec.ts.
import { ConsumersPage, type Entry, type Heading, PATH, ada, expect, grace, ready, refused, signIn, signOut, test } from "../support/test.ts";
import { expectNoViolations } from "../support/axe.ts";
import { overflow } from "../support/look.ts";

const dialogs: Array<[Entry, Heading]> = [
  ["Edit", "Edit consumer"],
  ["Approve", "Approve consumer key"],
  ["Disapprove", "Disapprove consumer key"],
  ["Sign everybody out", "Sign everybody out"],
  ["Remove", "Remove consumer key"],
];

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`Axe finds nothing in the ${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test("on sign-in, and after a wrong password", async ({ page, complaints }) => {
      complaints.expect(refused(401));
      await page.goto("/sign-in");
      await expectNoViolations(page, "sign-in");
      await signIn(page, { ...ada, password: "wrong password" });
      await expect(page.getByRole("alert")).toBeVisible();
      await expectNoViolations(page, "sign-in after a wrong password");
    });

    test("on the page without the permission and the page that is not there", async ({ server, page, complaints }) => {
      complaints.expect(refused(403, 404));
      await server.addUser(grace, false);
      await page.goto("/nothing-here");
      await expectNoViolations(page, "404");
      await page.goto(PATH);
      await signIn(page, grace);
      await expect(page.getByRole("heading", { name: /Configure Server/ })).toBeVisible();
      await expectNoViolations(page, "403");
    });

    test("on the page: empty, with errors, with a new row, with every status, with the menu", async ({ server, consumers }) => {
      const { page } = consumers;
      await expectNoViolations(page, "empty");
      await consumers.fillIn("n".repeat(101), "short", "other");
      await consumers.registerButton.click();
      await expect(consumers.name).toHaveAttribute("aria-invalid", "true");
      await expectNoViolations(page, "with errors");
      await consumers.register("Requirements sync");
      await server.register("Model export", "approved");
      await server.register("Test runner", "disapproved");
      await expect(consumers.rows).toHaveCount(3);
      await consumers.name.fill("Model export");
      await consumers.name.press("Tab");
      await expect(consumers.name).toHaveAccessibleDescription(/already/);
      await expectNoViolations(page, "with rows and messages");
      await consumers.row("Model export").hover();
      await expectNoViolations(page, "with a row under the pointer");
      await consumers.openMenu("Requirements sync");
      await expectNoViolations(page, "with the menu");
    });

    test("on every dialog, also with a refusal", async ({ server, consumers, complaints }) => {
      complaints.expect(refused(409, 422));
      const { page } = consumers;
      const key = await server.register("Requirements sync");
      for (const [entry, heading] of dialogs) {
        await consumers.choose("Requirements sync", entry);
        await expectNoViolations(page, heading);
        await page.keyboard.press("Escape");
      }
      const dialog = await consumers.choose("Requirements sync", "Edit");
      await dialog.getByLabel("Callback URLs", { exact: true }).fill("nowhere");
      await consumers.confirmation("Edit consumer").click();
      await expect(dialog.getByLabel("Callback URLs", { exact: true })).toHaveAttribute("aria-invalid", "true");
      await expectNoViolations(page, "Edit consumer with an error");
      await server.approve(key);
      await dialog.getByLabel("Callback URLs", { exact: true }).fill("");
      await consumers.confirmation("Edit consumer").click();
      await expect(consumers.refusal("Edit consumer")).toContainText("the command line");
      await expectNoViolations(page, "Edit consumer with a conflict");
    });

    test.describe("at the first start", () => {
      test.use({ firstStart: true });

      test("on set-up, with an error, and on a dead link", async ({ server, page, complaints }) => {
        complaints.expect(refused(410, 422));
        await page.goto(await server.setUpUrl);
        await expectNoViolations(page, "set-up");
        await page.getByLabel("Username").fill("ada osei");
        await page.getByLabel("Password", { exact: true }).fill("short");
        await page.getByLabel("Re-type password").fill("short");
        await page.getByRole("button", { name: "Create administrator" }).click();
        await expect(page.getByLabel("Username")).toHaveAttribute("aria-invalid", "true");
        await expectNoViolations(page, "set-up with errors");
        await page.goto("/set-up?token=wrong");
        await expectNoViolations(page, "dead link");
      });
    });
  });
}

for (const [what, viewport] of [
  ["At 360 px", { width: 360, height: 740 }],
  ["At 200 % zoom", { width: 640, height: 360 }],
  ["At 320 px, which is 400 % zoom", { width: 320, height: 640 }],
] as const) {
  test.describe(what, () => {
    test.use({ viewport });

    test("nothing reaches beyond the window, and everything can be used", async ({ server, page, complaints }) => {
      complaints.expect(refused(409));
      await server.register("An application with an uncommonly long name, as long as names may be ".padEnd(100, "x"), "approved");
      await page.goto(PATH);
      expect.soft(await overflow(page), "sign-in").toBeLessThanOrEqual(0);
      await signIn(page, ada);
      await ready(page);
      const consumers = new ConsumersPage(page);
      expect.soft(await overflow(page), "page").toBeLessThanOrEqual(0);
      await consumers.fillIn("n".repeat(101), "short", "other");
      await consumers.registerButton.click();
      await expect(consumers.name).toHaveAttribute("aria-invalid", "true");
      expect.soft(await overflow(page), "errors").toBeLessThanOrEqual(0);
      const row = await consumers.register("Requirements sync");
      await expect(row).toContainText("Pending");
      const key = await consumers.keyOf(row);
      await expect(row).toContainText(key);
      expect.soft(await overflow(page), "message and rows").toBeLessThanOrEqual(0);
      await consumers.openMenu("Requirements sync");
      await expect.soft(consumers.menu, "the menu").toBeInViewport({ ratio: 1 });
      expect.soft(await overflow(page), "menu").toBeLessThanOrEqual(0);
      await page.keyboard.press("Escape");

      const edit = await consumers.choose("Requirements sync", "Edit");
      expect.soft(await overflow(page), "Edit consumer").toBeLessThanOrEqual(0);
      expect.soft(await edit.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth), "inside Edit").toBeLessThanOrEqual(0);
      const box = await edit.boundingBox();
      expect.soft(box && box.x >= 0 && box.x + box.width <= viewport.width && box.y >= 0 && box.y + box.height <= viewport.height, "Edit is inside the window").toBe(true);
      await edit.getByLabel("Consumer name", { exact: true }).fill("Requirements bridge");
      await edit.getByLabel("Callback URLs", { exact: true }).fill("https://app.example/cb");
      await edit.getByLabel("Trusted", { exact: true }).check();
      await server.approve(key);
      await consumers.confirmation("Edit consumer").click();
      await expect(consumers.refusal("Edit consumer")).toContainText("the command line");
      expect.soft(await edit.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth), "inside the conflict").toBeLessThanOrEqual(0);
      await consumers.confirmation("Edit consumer").click();
      await expect(edit).toHaveCount(0);
      for (const entry of ["Disapprove", "Approve", "Remove"] as const) {
        const dialog = await consumers.choose("Requirements bridge", entry);
        expect.soft(await overflow(page), entry).toBeLessThanOrEqual(0);
        await dialog.getByRole("button", { name: entry, exact: true }).click();
        await expect(dialog).toHaveCount(0);
      }
      await expect(consumers.rows).toHaveCount(1);
      await expect(consumers.sign).toBeVisible();
      await signOut(page);
      await expect(page).toHaveURL(/\/sign-in/);
    });
  });
}

test("Two consumers of one name have buttons that are told apart by their keys", async ({ server, consumers }) => {
  for (const key of [await server.register("Twin"), await server.register("Twin")]) {
    const button = consumers.rowOfKey(key).getByRole("button", { name: "Actions for Twin", exact: true });
    await expect(button).toHaveAccessibleDescription(key);
  }
});

test("Landmarks, one heading of the first level, and a language", async ({ server, consumers }) => {
  await server.register("Requirements sync");
  const { page } = consumers;
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  for (const landmark of ["banner", "main"] as const) await expect(page.getByRole(landmark)).toHaveCount(1);
  await expect(page.getByRole("navigation")).toHaveCount(2);
  for (const name of ["Settings", "Status"]) await expect(page.getByRole("navigation", { name })).toHaveCount(1);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("OAuth consumers");
  await expect(page.getByRole("region", { name: "Register consumer" })).toBeVisible();
  await expect(page.getByRole("columnheader")).toHaveText([
    // A checkbox.
    "",
    "Consumer name",
    "Consumer key",
    "Status",
    "Registered",
    "Last used",
    "Actions",
  ]);
});

test("Touch targets are at least 24 pixels, and a row's button 32", async ({ browser, server, consumers }) => {
  await server.register("Requirements sync");
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: { width: 360, height: 640 },
    hasTouch: true,
    isMobile: true,
    storageState: await consumers.page.context().storageState(),
  });
  const page = await context.newPage();
  await page.goto(PATH);
  await ready(page);
  for (const button of await page.getByRole("button").all()) {
    const box = await button.boundingBox();
    const what = await button.evaluate((element) => element.outerHTML.slice(0, 80));
    expect.soft(Math.min(box?.width ?? 0, box?.height ?? 0), what).toBeGreaterThanOrEqual(24);
  }
  const actions = await page.getByRole("button", { name: "Actions for Requirements sync" }).boundingBox();
  expect(Math.min(actions?.width ?? 0, actions?.height ?? 0)).toBeGreaterThanOrEqual(32);
  await context.close();
});
