import { height } from "../support/look.ts";
import { ConsumersPage, PATH, SERVER_AWAY, ada, expect, grace, openConsumers, ready, refused, signOut, test } from "../support/test.ts";

const NAME = "Requirements sync";

test.describe("A message", () => {
  test.beforeEach(async ({ server, consumers }) => {
    await server.register(NAME);
    await expect(consumers.row(NAME)).toBeVisible();
  });

  test("names what was done, to the eye and to the ear", async ({ consumers }) => {
    for (const [entry, done] of [
      ["Approve", "Approved"],
      ["Disapprove", "Disapproved"],
      ["Sign everybody out", "Signed everybody out of"],
      ["Remove", "Removed"],
    ] as const) {
      await consumers.confirm(NAME, entry);
      await expect(consumers.said(`${done} ${NAME}.`)).toBeVisible();
    }
  });

  test("can be closed, and covers no row's button", async ({ consumers }) => {
    await consumers.confirm(NAME, "Approve");
    const message = consumers.said(`Approved ${NAME}.`);
    const box = await message.boundingBox();
    const button = await consumers.actions(NAME).boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThan(button?.x ?? 0);
    await message.getByRole("button", { name: "Close message" }).click();
    await expect(message).toHaveCount(0);
  });

  test("stays while the pointer or the focus is on it, and goes by itself afterwards", async ({ consumers, page }) => {
    await page.clock.install();
    await consumers.confirm(NAME, "Approve");
    const message = consumers.said(`Approved ${NAME}.`);
    await message.hover();
    await page.clock.fastForward("01:00");
    await expect(message).toBeVisible();
    await message.getByRole("button", { name: "Close message" }).focus();
    await consumers.pointAway();
    await page.clock.fastForward("01:00");
    await expect(message).toBeVisible();
    await consumers.heading.click();
    await page.clock.fastForward("00:21");
    await expect(message).toHaveCount(0);
  });
});

test.describe("Signed out elsewhere", () => {
  test("the page says so wherever it is scrolled to, signs in in place and goes on where it was", async ({ server, consumers, context, complaints }) => {
    complaints.expect(refused(401), SERVER_AWAY);
    for (let n = 0; n < 30; n++) await server.register(`Application ${n}`);
    await expect(consumers.rows).toHaveCount(30);
    await consumers.mark();
    const { page } = consumers;
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    const tab = await context.newPage();
    await tab.goto(PATH);
    await ready(tab);
    await signOut(tab);
    await expect(consumers.sign).toHaveText("Signed out");
    await expect(consumers.sign).toBeInViewport();
    await expect(page.getByRole("columnheader", { name: "Status" })).toBeInViewport();
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Sign in" });
    await dialog.getByLabel("Username").fill(ada.username);
    await dialog.getByLabel("Password").fill("not the password");
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await expect(dialog.getByRole("alert")).toContainText("Either the username or the password is wrong.");
    await expect(dialog.getByLabel("Username")).toHaveValue(ada.username);
    await dialog.getByLabel("Password").fill(ada.password);
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await expect(dialog).toHaveCount(0);
    await consumers.expectLive();
    await consumers.expectNotReloaded();
    await expect(page.locator("header .own-menu > button"), "the button that led back is gone").toBeFocused();
    const key = await server.register("Made afterwards");
    await expect(consumers.rowOfKey(key)).toHaveCount(1);
  });

  test("another user who signs in there gets a page of their own", async ({ server, consumers, context, complaints }) => {
    complaints.expect(refused(401), SERVER_AWAY);
    await server.addUser(grace);
    const tab = await context.newPage();
    await tab.goto(PATH);
    await ready(tab);
    await signOut(tab);
    await expect(consumers.sign).toHaveText("Signed out");
    const { page } = consumers;
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Sign in" });
    await dialog.getByLabel("Username").fill(grace.username);
    await dialog.getByLabel("Password").fill(grace.password);
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await expect(page.locator("header .name")).toHaveText("grace");
    await new ConsumersPage(page).expectLive();
  });
});

test("Exact times stand in UTC and in the browser's zone, also without a pointer that hovers", async ({ server, consumers }) => {
  const key = await server.register(NAME);
  const time = consumers.rowOfKey(key).locator("td.when time");
  // The browser of these tests is in India.
  const exactly = /^\d+ \w{3} \d{4}, \d\d:\d\d:\d\d UTC \(\u2068\d\d\/\d\d\/\d{4}, \d\d:\d\d:\d\d\u2069 here\)$/;
  await expect(time).toHaveAttribute("title", exactly);
  await expect(time).toHaveText("just now");
  const button = consumers.page.getByRole("button", { name: "Exact times" });
  await button.focus();
  await consumers.page.keyboard.press("Enter");
  await expect(button).toHaveAttribute("aria-pressed", "true");
  await expect(time).toHaveText(exactly);
  await button.click();
  await expect(time).toHaveText("just now");
});

for (const [what, ahead] of [
  ["ten minutes fast", 10 * 60_000],
  ["an hour slow", -60 * 60_000],
] as const) {
  test(`With the browser's clock ${what}, a new row is told by the server's time`, async ({ page, server }) => {
    await page.clock.install({ time: Date.now() + ahead });
    const consumers = await openConsumers(page, ada);
    const key = await server.register(NAME);
    await expect(consumers.rowOfKey(key).locator("td.when time")).toHaveText("just now");
  });
}

test.describe("The message about what was registered", () => {
  const registered = (consumers: ConsumersPage) => consumers.said("Requirements sync is registered.");

  test("takes the one about its secret away", async ({ consumers }) => {
    await consumers.name.fill("Requirements sync");
    await consumers.generate.click();
    await expect(consumers.said("A secret was generated.")).toBeVisible();
    await consumers.registerButton.click();
    await expect(registered(consumers)).toBeVisible();
    await expect(consumers.said("A secret was generated.")).toHaveCount(0);
  });

  for (const entry of ["Approve", "Disapprove", "Remove"] as const) {
    test(`goes after ${entry}, and leaves its place`, async ({ consumers }) => {
      const before = await height(consumers.registerSection);
      await consumers.register("Requirements sync");
      await expect(registered(consumers)).toBeVisible();
      await consumers.confirm("Requirements sync", entry);
      await expect(registered(consumers)).toHaveCount(0);
      expect(await height(consumers.registerSection)).toBe(before);
    });
  }

  test("keeps a secret that was generated in sight, whoever decides, until the consumer is removed", async ({ server, consumers }) => {
    await consumers.name.fill("Requirements sync");
    await consumers.generate.click();
    await consumers.registerButton.click();
    await expect(registered(consumers)).toContainText("Approve it below");
    const [{ key = "" } = {}] = await server.list();
    await server.approve(key);
    await consumers.expectStatus("Requirements sync", "Approved");
    await expect(registered(consumers)).not.toContainText("Approve it below");
    const secret = consumers.registerSection.getByLabel("Its secret, shown here only:");
    expect((await secret.inputValue()).length).toBe(32);
    await server.remove(key);
    await expect(registered(consumers)).toHaveCount(0);
  });

  test("keeps its secret as revealed as it is, and the focus, when its consumer is decided", async ({ server, consumers }) => {
    await consumers.name.fill("Requirements sync");
    await consumers.generate.click();
    await consumers.registerButton.click();
    const secret = consumers.registerSection.getByLabel("Its secret, shown here only:");
    const reveal = consumers.registerSection.getByRole("button", { name: "Reveal it" });
    const isMasked = () => secret.evaluate((input) => getComputedStyle(input).getPropertyValue("-webkit-text-security") !== "none");
    expect(await isMasked()).toBe(true);
    await reveal.click();
    expect(await isMasked()).toBe(false);
    await reveal.focus();
    await server.approve((await server.list())[0]?.key ?? "");
    await expect(registered(consumers)).not.toContainText("Approve it below");
    expect(await isMasked(), "still revealed").toBe(false);
    await expect(reveal).toBeFocused();
    await expect(reveal).toHaveAttribute("aria-pressed", "true");
  });

  test("goes only when the pointer has left the row below it, which it would move", async ({ server, consumers, page }) => {
    const below = await server.register("Model export");
    await consumers.register("Requirements sync");
    await consumers.rowOfKey(below).hover();
    const before = await consumers.rowOfKey(below).boundingBox();
    await server.approve((await server.list()).find(({ name }) => name === "Requirements sync")?.key ?? "");
    await consumers.expectStatus("Requirements sync", "Approved");
    await expect(registered(consumers)).toBeVisible();
    expect(await consumers.rowOfKey(below).boundingBox()).toEqual(before);
    await page.mouse.move(0, 0);
    await expect(registered(consumers)).toHaveCount(0);
  });

  test("stays when another consumer is decided or removed", async ({ server, consumers }) => {
    const other = await server.register("Model export");
    await consumers.register("Requirements sync");
    await server.approve(other);
    await consumers.expectStatus("Model export", "Approved");
    await server.remove(other);
    await expect(consumers.rowOfKey(other)).toHaveCount(0);
    await expect(registered(consumers)).toBeVisible();
  });
});
