// How the page looks on wide screens, as far as it can be measured. On phones: phone.spec.ts.
import type { Locator } from "@playwright/test";
import { textColours } from "../support/colours.ts";
import { boxOf, height, overflow } from "../support/look.ts";
import { LONG, expectNoOverlap, isWhole } from "../support/row-look.ts";
import { ConsumersPage, PATH, SECRET, ada, expect, expectFieldError, ready, refused, signIn, test } from "../support/test.ts";

/** As long as keys may be. */
const LONG_KEY = "brought-along.from-another.server".padEnd(64, "0");

/** What is copied of an element. */
const copied = (element: Locator) =>
  element.evaluate((element) => {
    getSelection()?.selectAllChildren(element);
    const text = getSelection()?.toString() ?? "";
    getSelection()?.removeAllRanges();
    return text;
  });

test.describe("On a usual screen", () => {
  test.use({ viewport: { width: 1280, height: 800 } });

  test("the register section is one line, and the first row begins in the upper part", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    const row = consumers.rowOfKey(key);
    await expect(row).toBeVisible();
    expect(await height(consumers.registerSection)).toBeLessThanOrEqual(64);
    expect((await boxOf(row)).y).toBeLessThanOrEqual(300);
    for (const label of ["Consumer name", "Consumer secret", "Re-type consumer secret"]) {
      await expect(consumers.registerSection.getByText(label, { exact: true })).toBeVisible();
    }
    await expect(consumers.fold).toBeHidden();
  });

  test("an error takes its place only while it is there", async ({ consumers }) => {
    const before = await height(consumers.registerSection);
    await consumers.registerButton.click();
    await expectFieldError(consumers.name, /enter/i);
    expect(await height(consumers.registerSection)).toBeGreaterThan(before);
    await consumers.fillIn("Requirements sync");
    await consumers.secretAgain.press("Tab");
    await expect.poll(() => height(consumers.registerSection)).toBe(before);
  });

  test("the secret's buttons stand in the secret's field, and none in the one to re-type it", async ({ consumers }) => {
    const field = await boxOf(consumers.secret);
    for (const button of [consumers.generate, consumers.copySecret]) {
      const box = await boxOf(button);
      expect(box.x >= field.x && box.right <= field.right && box.y >= field.y && box.bottom <= field.bottom).toBe(true);
    }
    await expect(consumers.registerSection.locator(".field", { has: consumers.secretAgain }).getByRole("button")).toHaveCount(0);
  });

  test("the header's ends stand over the page's", async ({ consumers }) => {
    const { page } = consumers;
    for (const width of [1280, 1600]) {
      await page.setViewportSize({ width, height: 800 });
      const mark = await boxOf(page.locator("header .mark"));
      expect(mark.x).toBeCloseTo((await boxOf(consumers.heading)).x, 0);
    }
  });

  test("every row is as high as every other, whatever it holds, and so are exact times", async ({ server, consumers }) => {
    await server.register(LONG, "approved");
    await server.register("Requirements sync");
    await expect(consumers.rows).toHaveCount(2);
    const heights = async () => Promise.all((await consumers.rows.all()).map(height));
    expect(await heights()).toEqual([44, 44]);
    await consumers.page.getByRole("button", { name: "Exact times" }).click();
    await expect(consumers.rows.first().locator("td.when time")).toContainText("UTC");
    expect(await heights()).toEqual([44, 44]);
  });

  test("a key is whole, unless it is longer than most", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    expect(await isWhole(consumers.rowOfKey(key))).toBe(true);
    await consumers.registerSection.getByText("Use an existing key", { exact: true }).click();
    await consumers.fillIn("Moved here");
    await consumers.registerSection.getByLabel("Consumer key", { exact: true }).fill(LONG_KEY);
    await consumers.registerButton.click();
    const row = consumers.rowOfKey(LONG_KEY);
    await expect(row).toBeVisible();
    expect(await isWhole(row)).toBe(false);
    await expectNoOverlap(row);
  });
});

for (const width of [870, 1024, 1099]) {
  test.describe(`At ${width} pixels`, () => {
    test.use({ viewport: { width, height: 800 } });

    test("keys are shortened to the eye, and whole to ears, on hover and when copied", async ({ server, consumers }) => {
      const key = await server.register(LONG, "approved");
      const row = consumers.rowOfKey(key);
      await expect(row).toBeVisible();
      expect(await isWhole(row)).toBe(false);
      await expect(row.locator(".key")).toHaveAttribute("title", key);
      await expect(row.getByRole("button", { name: /^Actions for/ })).toHaveAccessibleDescription(key);
      expect(await copied(row.locator("td.k .key"))).toBe(key);
      expect(await copied(row)).toContain(key);
    });

    test("a long name is one line, whole on hover, and the table's insets are those of its heading", async ({ server, consumers }) => {
      const key = await server.register(LONG, "approved");
      const row = consumers.rowOfKey(key);
      await expect(row).toBeVisible();
      expect(await height(row)).toBe(44);
      await expect(row.locator("bdi")).toHaveAttribute("title", LONG);
      await expectNoOverlap(row);
      const name = await boxOf(row.locator("bdi"));
      expect(name.x).toBeCloseTo((await boxOf(consumers.tableHeading)).x, 0);
      expect(await overflow(consumers.page)).toBeLessThanOrEqual(0);
    });
  });
}

test.describe("A consumer that is pending", () => {
  test("is approved by the button beside its word, through the dialog", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    const approve = consumers.approve("Requirements sync");
    await expect(approve).toHaveAccessibleDescription(key);
    await approve.click();
    const dialog = consumers.dialog("Approve consumer key");
    await expect(dialog).toContainText("Requirements sync");
    await consumers.confirmation("Approve consumer key").click();
    await expect(dialog).toHaveCount(0);
    await consumers.expectStatus("Requirements sync", "Approved");
    await expect(approve).toBeHidden();
    await expect(consumers.actions("Requirements sync")).toBeFocused();
  });

  test("keeps the button that has the focus, when another administrator is faster", async ({ server, consumers }) => {
    const key = await server.register("Requirements sync");
    const approve = consumers.approve("Requirements sync");
    await approve.focus();
    await server.approve(key);
    await consumers.expectStatus("Requirements sync", "Approved");
    await expect(approve).toBeFocused();
    await consumers.actions("Requirements sync").focus();
    await expect(approve).toBeHidden();
  });

  test("is grey, its button too, and what is decided has none", async ({ server, consumers }) => {
    await server.register("Requirements sync");
    await server.register("Model export", "disapproved");
    await expect(consumers.rows).toHaveCount(2);
    await expect(consumers.approve("Model export")).toBeHidden();
    await consumers.pointAway();
    const texts = await textColours(consumers.row("Requirements sync"));
    expect(texts.map(({ text }) => text)).toContain("Approve");
    for (const { text, painted, contrast } of texts) {
      expect.soft(Math.max(...painted) - Math.min(...painted), `${text} is grey, not coloured`).toBeLessThan(32);
      expect.soft(contrast, `${text} can be read`).toBeGreaterThanOrEqual(4.5);
    }
  });
});

test("A status stands on the line of its row's words", async ({ server, consumers }) => {
  const row = consumers.rowOfKey(await server.register("Requirements sync", "approved"));
  await expect(row).toBeVisible();
  const bottom = (part: string) =>
    row.locator(part).evaluate((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      return range.getBoundingClientRect().bottom;
    });
  expect(Math.abs((await bottom(".status")) - (await bottom("td.used")))).toBeLessThanOrEqual(0.5);
});

test("A callback is told in the row, quietly", async ({ server, consumers }) => {
  const key = await server.register("Requirements sync");
  const edit = await consumers.choose("Requirements sync", "Edit");
  await edit.getByLabel("Callback URLs", { exact: true }).fill("https://app.example/cb");
  await consumers.confirmation("Edit consumer").click();
  await expect(consumers.rowOfKey(key).locator(".facts")).toHaveText("callback");
});

test("Beside a panel the row of a request keeps no room for what is hidden there", async ({ server, consumers, page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  const asked = { method: "POST", body: JSON.stringify({ name: "Friend", secret: SECRET }) };
  expect((await fetch(`${server.url}/oauth/requestKey`, asked)).status).toBe(200);
  const row = consumers.row("Friend");
  await row.getByRole("link", { name: "Friend", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Friend", exact: true })).toBeFocused();
  await expect(row.locator(".requested")).toBeHidden();
  const [whole, name] = [await boxOf(row), await boxOf(row.locator("bdi"))];
  expect(Math.abs(name.y + name.bottom - whole.y - whole.bottom) / 2, "in the row's middle").toBeLessThanOrEqual(2);
});

test.describe("Before the page can do anything", () => {
  test.use({ javaScriptEnabled: false });

  test("a row's button looks like one that cannot be pressed", async ({ server, page }) => {
    await server.register("Requirements sync");
    await page.goto(PATH);
    await signIn(page, ada);
    const actions = new ConsumersPage(page).actions("Requirements sync");
    await expect(actions).toBeDisabled();
    await expect(actions).toHaveCSS("opacity", "0.4");
  });
});

test("An address without a page leads to the start page", async ({ page, consumers, complaints }) => {
  complaints.expect(refused(404));
  await page.goto("/nothing-here");
  await page.getByRole("link", { name: "start page" }).click();
  await ready(page);
  await expect(consumers.heading).toBeVisible();
});
