// What the panel shows and does. How it opens and closes: panel-open-close.spec.ts; what answers do to it: panel-answers.spec.ts.
import { ConsumersPage, PATH, SECRET, ada, expect, grace, signIn, test } from "../support/test.ts";
import { expectNoViolations } from "../support/axe.ts";
import { overflow } from "../support/look.ts";
import { NAME, button, close, heading, link, open, panel, section } from "../support/panel.ts";

test("Details, users and activity have their sections", async ({ server, consumers, page, play }) => {
  const consumer = await play(NAME);
  await consumer.signIn(page);
  const words = ["Purchasing", "ask@purchasing.example", "10.0.0.0/8"];
  await server.cli(["consumer", "edit", consumer.key, "--owner", words[0] ?? "", "--contact", words[1] ?? "", "--network", words[2] ?? ""]);
  await open(consumers);
  for (const word of [consumer.key, "Approved", "at the command line", ...words]) {
    await expect(section(page, "Details")).toContainText(word);
  }
  await expect(section(page, "Details")).not.toContainText("Note");
  await expect(section(page, "Users").getByRole("listitem")).toHaveCount(1);
  await expect(section(page, "Users")).toContainText("ada");
  const activity = section(page, "Activity");
  await expect(activity.getByRole("listitem").first()).toContainText("the owner from none to “Purchasing”");
  await expect(activity).toContainText("User signed in by ada from 127.0.0.1");
  await expect(activity.getByRole("link", { name: "Whole activity of this consumer" })).toHaveAttribute(
    "href",
    `/settings/activity?consumer=${consumer.key}`,
  );
});

test("A name that looks like an approved one is warned of, in the panel and before it is approved", async ({ server, consumers, page }) => {
  await server.register("Cameo", "approved");
  const alike = "C\u0430meo";
  const body = JSON.stringify({ name: alike, secret: SECRET });
  expect((await fetch(`${server.url}/oauth/requestKey`, { method: "POST", body })).status).toBe(200);
  await open(consumers, alike);
  const warning = "Its name looks like “Cameo”, which is approved.";
  await expect(panel(page)).toContainText(warning);
  await expectNoViolations(page, "the panel with the warning");
  await button(page, "Disapprove").click();
  await expect(consumers.dialog("Disapprove consumer key")).not.toContainText(warning);
  await page.keyboard.press("Escape");
  await button(page, "Approve").click();
  await expect(consumers.dialog("Approve consumer key")).toContainText(warning);
  await expectNoViolations(page, "the dialog with the warning");
  await consumers.confirmation("Approve consumer key").click();
  await expect(section(page, "Details")).toContainText("Approved");
  await expect(panel(page)).not.toContainText(warning);
});

test.describe("Copying", () => {
  test.use({ permissions: ["clipboard-read", "clipboard-write"] });

  test("the key is copied whole", async ({ server, consumers, page }) => {
    const key = await server.register(NAME);
    await open(consumers);
    await button(page, "Copy consumer key").click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(key);
    await expect(consumers.said("Copied")).toBeVisible();
  });
});

test.describe("Its buttons", () => {
  test("open the dialogs of the row's menu, and the panel shows what came of them", async ({ server, consumers, page }) => {
    const key = await server.register(NAME);
    await open(consumers);
    await button(page, "Approve").click();
    await consumers.confirmation("Approve consumer key").click();
    await expect(section(page, "Details")).toContainText("Approved");
    await expect(button(page, "Approve")).toHaveCount(0);
    await expect(section(page, "Activity").getByRole("listitem").first()).toContainText("Approved by ada");
    expect((await server.show(key)).status).toBe("approved");
    await expect.poll(() => panel(page).evaluate((panel) => panel.contains(document.activeElement))).toBe(true);
  });

  test("leave the focus in the panel where one is gone when its dialog closes", async ({ server, consumers, page }) => {
    const key = await server.register(NAME);
    await consumers.expectLive();
    await open(consumers);
    await button(page, "Approve").click();
    const dialog = consumers.dialog("Approve consumer key");
    await expect(dialog).toBeVisible();
    await server.approve(key);
    await expect(panel(page).locator("#deed-approve")).toHaveCount(0);
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(heading(page)).toBeFocused();
  });

  test("have the focus again after a dialog, though another administrator has changed the consumer meanwhile", async ({ server, consumers, page }) => {
    const key = await server.register(NAME);
    await consumers.expectLive();
    await open(consumers);
    await button(page, "Edit").click();
    const dialog = consumers.dialog("Edit consumer");
    await expect(dialog).toBeVisible();
    await server.cli(["consumer", "edit", key, "--owner", "Quality"]);
    await expect(section(page, "Details")).toContainText("Quality");
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(button(page, "Edit")).toBeFocused();
  });

  test("sign out one user, and then everybody", async ({ server, consumers, page, another, play }) => {
    const consumer = await play(NAME);
    await server.addUser(grace);
    const other = await another(grace);
    const [forAda, forGrace] = [await consumer.signIn(page), await consumer.signIn(other.page)];
    await open(consumers);
    await button(page, "Sign out grace").click();
    const one = page.getByRole("dialog", { name: "Sign out user" });
    await expect(one).toContainText(NAME);
    await one.getByRole("button", { name: "Sign out", exact: true }).click();
    await expect(one).toBeHidden();
    await expect(section(page, "Users").getByRole("listitem")).toHaveCount(1);
    expect((await consumer.call("/api/v1/echo", forGrace)).status).toBe(401);
    expect((await consumer.call("/api/v1/echo", forAda)).status).toBe(200);
    await button(page, "Sign everybody out").click();
    const all = page.getByRole("dialog", { name: "Sign everybody out" });
    await expect(all).toContainText("1 user is signed in through it.");
    await all.getByRole("button", { name: "Sign everybody out", exact: true }).click();
    await expect(section(page, "Users")).toContainText("Nobody is signed in through it.");
    expect((await consumer.call("/api/v1/echo", forAda)).status).toBe(401);
  });
});

for (const width of [360, 390]) {
  test.describe(`On a phone of ${width} px`, () => {
    test.use({ viewport: { width, height: 740 } });

    test("the panel covers all below the header, and nothing reaches beyond the edge", async ({ server, consumers, page }) => {
      const key = await server.register("A name that is long enough to need more than one line of a phone");
      await server.cli(["consumer", "edit", key, "--owner", "o".repeat(100)]);
      await consumers.rowOfKey(key).getByRole("link").click();
      await expect(panel(page).getByRole("heading", { level: 2 })).toBeFocused();
      await expect(consumers.table).toBeHidden();
      const [header, covers] = [await page.locator("header").first().boundingBox(), await panel(page).boundingBox()];
      const bottom = (header?.y ?? 0) + (header?.height ?? 0);
      expect(Math.abs((covers?.y ?? 0) - bottom), "right below the header").toBeLessThanOrEqual(2);
      const whole = await page.evaluate(() => document.documentElement.clientWidth);
      expect([covers?.x, covers?.width]).toEqual([0, whole]);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect(await panel(page).evaluate((panel) => panel.scrollWidth - panel.clientWidth)).toBeLessThanOrEqual(0);
      await page.keyboard.press("Escape");
      await expect(consumers.rowOfKey(key).getByRole("link")).toBeFocused();
    });
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`Axe finds nothing in the ${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test("with the panel open, by a user signed in, and in its dialog", async ({ consumers, page, play }) => {
      const consumer = await play(NAME);
      await consumer.signIn(page);
      await open(consumers);
      await expectNoViolations(page, "the panel");
      await button(page, "Sign out ada").click();
      await expect(page.getByRole("dialog", { name: "Sign out user" })).toBeVisible();
      await expectNoViolations(page, "the dialog");
      await page.keyboard.press("Escape");
      await page.setViewportSize({ width: 360, height: 740 });
      await expectNoViolations(page, "the panel on a phone");
    });
  });
}

test.describe("Without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("the row's name leads to the panel and Close back, and what needs a script is not there", async ({ server, page, complaints }) => {
    complaints.expect(/preload/);
    const key = await server.register(NAME);
    await page.goto(PATH);
    await signIn(page, ada);
    const consumers = new ConsumersPage(page);
    await link(consumers).click();
    await expect(page).toHaveURL(new RegExp(`/${key}$`));
    await expect(section(page, "Details")).toContainText(key);
    await expect(consumers.table).toBeVisible();
    await expect(panel(page).getByRole("button")).toHaveCount(0);
    await close(page).click();
    await expect(page).toHaveURL(new RegExp(`${PATH}$`));
    await expect(panel(page)).toBeHidden();
  });
});
