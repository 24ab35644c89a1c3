// How the page looks, as far as it can be measured.
import type { Locator } from "@playwright/test";
import { expectNoViolations } from "../support/axe.ts";
import { textColours } from "../support/colours.ts";
import { overflow } from "../support/look.ts";
import { ConsumersPage, PATH, SECRET, ada, expect, expectFieldError, ready, refused, signIn, test } from "../support/test.ts";

const LONG = "An application with an uncommonly long name, as long as names may be ".padEnd(100, "x");
/** As long as keys may be. */
const LONG_KEY = "brought-along.from-another.server".padEnd(64, "0");

async function boxOf(element: Locator) {
  const box = await element.boundingBox();
  if (!box) throw new Error(`${element} is not shown`);
  return { ...box, right: box.x + box.width, bottom: box.y + box.height };
}

/** The parts of a row that stand beside each other and must not cover one another. */
const parts = (row: Locator) => [
  row.locator("td.name bdi"),
  row.locator("td.k .key"),
  row.locator("td.k .copy"),
  row.locator("td.s .status"),
  row.locator("td.when time"),
  row.locator("td.do .more"),
];

async function expectNoOverlap(row: Locator, others: Locator[] = []): Promise<void> {
  const boxes = await Promise.all([...parts(row), ...others].map(boxOf));
  for (const [at, one] of boxes.entries()) {
    for (const [other, two] of boxes.entries()) {
      if (at >= other) continue;
      // A target for fingers may reach above and below its line, where nothing else is.
      const apart = one.right <= two.x + 1 || two.right <= one.x + 1 || one.bottom <= two.y + 10 || two.bottom <= one.y + 10;
      expect.soft(apart, `parts ${at} and ${other} do not overlap`).toBe(true);
    }
  }
}

const height = async (element: Locator) => (await boxOf(element)).height;

/** What is copied of an element. */
const copied = (element: Locator) =>
  element.evaluate((element) => {
    getSelection()?.selectAllChildren(element);
    const text = getSelection()?.toString() ?? "";
    getSelection()?.removeAllRanges();
    return text;
  });

/** Whether all of a key is painted: its middle is as wide as its characters. */
const isWhole = (row: Locator) =>
  row.locator(".middle").evaluate((middle) => parseFloat(getComputedStyle(middle).fontSize) > 0);

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

for (const width of [360, 390]) {
  test.describe(`On a phone of ${width} pixels`, () => {
    test.use({ viewport: { width, height: 740 }, hasTouch: true });

    test("a consumer is a card of 84 pixels, whose parts do not overlap", async ({ server, consumers }) => {
      const long = await server.register(LONG, "approved");
      const pending = await server.register("Requirements sync");
      await expect(consumers.rows).toHaveCount(2);
      for (const key of [long, pending]) {
        const row = consumers.rowOfKey(key);
        expect(await height(row)).toBe(84);
        await expectNoOverlap(row);
        const [name, status, times, more, shown, card] = await Promise.all([
          ...["bdi", ".status", "td.when time", ".more", ".key"].map((part) => boxOf(row.locator(part))),
          boxOf(row),
        ]);
        const middle = (box?: { y: number; height: number }) => (box ? box.y + box.height / 2 : NaN);
        expect(Math.abs(middle(name) - middle(more)), "button beside the name").toBeLessThanOrEqual(3);
        expect(middle(status), "status below").toBeGreaterThan(middle(name) + 16);
        expect(Math.abs(middle(times) - middle(status)), "times beside the status").toBeLessThanOrEqual(3);
        expect(middle(shown), "key below").toBeGreaterThan(middle(status) + 16);
        expect(shown?.bottom, "inside the card").toBeLessThanOrEqual(card?.bottom ?? 0);
        expect(more?.y, "for a finger, inside the card").toBeGreaterThanOrEqual((card?.y ?? 0) - 0.5);
        expect(more?.height).toBeGreaterThanOrEqual(44);
      }
      expect((await boxOf(consumers.rowOfKey(long).locator("bdi"))).width, "a name has a line").toBeGreaterThanOrEqual(width - 170);
      await expectNoOverlap(consumers.rowOfKey(pending), [consumers.approve("Requirements sync")]);
      expect(await overflow(consumers.page)).toBeLessThanOrEqual(0);
      await expectNoViolations(consumers.page, "cards");
    });

    test("a card of a program that asked for its key holds all of it in the same height", async ({ server, consumers }) => {
      const asked = { method: "POST", body: JSON.stringify({ name: LONG, secret: SECRET }) };
      for (let times = 0; times < 2; times += 1) expect((await fetch(`${server.url}/oauth/requestKey`, asked)).status).toBe(200);
      const row = consumers.row(LONG);
      await expect(row.locator(".requested")).toContainText("×2");
      const card = await boxOf(row);
      expect(card.height).toBe(84);
      const others = [consumers.approve(LONG), row.locator(".requested")];
      for (const part of [...parts(row), ...others]) {
        const box = await boxOf(part);
        const inside = box.y >= card.y - 0.5 && box.bottom <= card.bottom + 0.5 && box.right <= card.right;
        expect.soft(inside, `${part} is inside the card`).toBe(true);
      }
      await expectNoOverlap(row, others);
      await expectNoViolations(consumers.page, "a card of a request");
    });

    test("exact times keep the card's height, and nothing covers anything", async ({ server, consumers }) => {
      const key = await server.register(LONG, "approved");
      await consumers.page.getByRole("button", { name: "Exact times" }).click();
      const row = consumers.rowOfKey(key);
      await expect(row.locator("td.when time")).toContainText("UTC");
      const card = await boxOf(row);
      expect(card.height).toBe(84);
      for (const part of parts(row)) expect((await boxOf(part)).bottom).toBeLessThanOrEqual(card.bottom);
      await expectNoOverlap(row);
    });

    test("all tabs are in sight, whatever their numbers", async ({ server, consumers }) => {
      await server.register("Requirements sync");
      await expect(consumers.rows).toHaveCount(1);
      const tabs = consumers.page.getByRole("navigation", { name: "Status" });
      // As they are where there are tens of thousands of each.
      await tabs.locator("span").evaluateAll((numbers) => numbers.forEach((number) => (number.textContent = "12,345")));
      expect(await tabs.evaluate((tabs) => tabs.scrollWidth - tabs.clientWidth)).toBeLessThanOrEqual(0);
      const [first, last] = await Promise.all([boxOf(tabs.getByRole("link").first()), boxOf(tabs.getByRole("link").last())]);
      expect(first.y, "on one line").toBe(last.y);
      expect(last.right).toBeLessThanOrEqual(width);
    });

    test("Sort does what the column heads do, and is for fingers", async ({ server, consumers }) => {
      const { page } = consumers;
      for (const name of ["bridge", "Clock", "Anvil"]) await server.register(name);
      await expect(consumers.rows).toHaveCount(3);
      const sort = page.getByLabel("Sort", { exact: true });
      const names = () => consumers.rows.locator("td.name bdi").allInnerTexts();
      await expect(sort.locator("option:checked")).toHaveText("Newest first");
      for (const target of [sort, page.getByRole("button", { name: "Exact times" })]) {
        expect(await height(target)).toBeGreaterThanOrEqual(44);
        expect((await boxOf(target)).right).toBeLessThanOrEqual(width);
      }
      await sort.focus();
      await sort.selectOption("Name, A to Z");
      await expect.poll(names).toEqual(["Anvil", "bridge", "Clock"]);
      await expect(sort).toBeFocused();
      await expect(sort.locator("option:checked")).toHaveText("Name, A to Z");
      await sort.selectOption("Name, Z to A");
      await expect.poll(names).toEqual(["Clock", "bridge", "Anvil"]);
      expect(new URL(page.url()).search).toBe("?sort=name&order=desc");
      await page.goBack();
      await expect.poll(names).toEqual(["Anvil", "bridge", "Clock"]);
      await expect(sort.locator("option:checked")).toHaveText("Name, A to Z");
      await page.setViewportSize({ width: 1280, height: 800 });
      await expect(sort, "the heads are seen").toBeHidden();
    });

    test("the register section folds to its heading, opens by it, and stays open for what is wrong", async ({ consumers }) => {
      await expect(consumers.name).toBeHidden();
      expect(await height(consumers.registerSection)).toBeLessThanOrEqual(48);
      expect(await height(consumers.fold)).toBeGreaterThanOrEqual(44);
      await consumers.fold.click();
      await expect(consumers.name).toBeVisible();
      await expectNoViolations(consumers.page, "the open form");
      await consumers.registerButton.click();
      await expectFieldError(consumers.name, /enter/i);
      await consumers.fold.click();
      await expect(consumers.name).toBeVisible();
      await consumers.register("Requirements sync");
      await expect(consumers.name, "ready for the next").toBeFocused();
      await expect(consumers.said("Requirements sync is registered.")).toBeVisible();
      await consumers.fold.click();
      await expect(consumers.name).toBeHidden();
    });
  });
}

test.describe("At 320 pixels, which is 400 % zoom", () => {
  test.use({ viewport: { width: 320, height: 640 } });

  test("a consumer's panel and its row's menu are inside the window, however long what they hold is", async ({ server, consumers }) => {
    const { page } = consumers;
    const asked = { method: "POST", body: JSON.stringify({ name: LONG, secret: SECRET }) };
    expect((await fetch(`${server.url}/oauth/requestKey`, asked)).status).toBe(200);
    await consumers.openMenu(LONG);
    await expect(consumers.menu).toContainText("Remove all requests from this address");
    await expect(consumers.menu).toBeInViewport({ ratio: 1 });
    await page.keyboard.press("Escape");
    await consumers.row(LONG).getByRole("link").click();
    const panel = page.locator("#panel");
    await expect(panel.getByRole("heading", { level: 2 })).toBeFocused();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await panel.evaluate((panel) => panel.scrollWidth - panel.clientWidth)).toBeLessThanOrEqual(0);
    for (const button of await panel.locator(".panel-deeds button").all()) {
      const { x, right } = await boxOf(button);
      expect.soft(x >= 0 && right <= 320, `${await button.innerText()} is inside`).toBe(true);
    }
  });
});

test.describe("On a phone without scripts", () => {
  test.use({ viewport: { width: 360, height: 740 }, javaScriptEnabled: false });

  test("Sort has a button, and keeps the search", async ({ server, page }) => {
    for (const name of ["Anvil bridge", "Boat bridge", "Clock"]) await server.register(name);
    await page.goto(`${PATH}?q=bridge`);
    await signIn(page, ada);
    await page.getByLabel("Sort", { exact: true }).selectOption("Name, A to Z");
    await page.getByRole("button", { name: "Sort", exact: true }).click();
    await expect(page).toHaveURL(/\?q=bridge&sort=name$/);
    await expect(new ConsumersPage(page).rows.locator("td.name bdi")).toHaveText(["Anvil bridge", "Boat bridge"]);
  });

  test("the folded form opens and registers, and comes back open where something is wrong", async ({ page, complaints }) => {
    complaints.expect(refused(422));
    await page.goto(PATH);
    await signIn(page, ada);
    const consumers = new ConsumersPage(page);
    await expect(consumers.name).toBeHidden();
    await consumers.fillIn("Requirements sync", SECRET, "not-the-same");
    await consumers.registerButton.click();
    await expectFieldError(consumers.secretAgain, /differ/);
    await expect(consumers.name).toBeVisible();
    await consumers.fillIn("Requirements sync");
    await consumers.registerButton.click();
    await expect(consumers.rows).toHaveCount(1);
  });
});

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

test("With a default font size of 24 pixels, rows and fields grow as well as texts", async ({ server, consumers }) => {
  const row = consumers.rowOfKey(await server.register("Requirements sync"));
  await expect(row).toBeVisible();
  const field = await height(consumers.name);
  await consumers.page.evaluate(() => document.documentElement.style.setProperty("font-size", "24px"));
  expect((await height(consumers.name)) / field).toBeCloseTo(1.5, 1);
  expect(await height(row)).toBe(66);
  expect(await overflow(consumers.page)).toBeLessThanOrEqual(0);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`With more contrast, all text of the ${colorScheme} page has 7:1`, async ({ server, consumers }) => {
    await server.register("Requirements sync");
    await server.register("Model export", "disapproved");
    await expect(consumers.rows).toHaveCount(2);
    await consumers.page.emulateMedia({ colorScheme, contrast: "more" });
    await consumers.pointAway();
    for (const { text, contrast } of await textColours(consumers.table)) {
      expect.soft(contrast, text).toBeGreaterThanOrEqual(7);
    }
  });
}

test("With forced colours the marks of statuses differ, and the button that closes a message is drawn", async ({ server, consumers }) => {
  const { page } = consumers;
  await page.emulateMedia({ forcedColors: "active" });
  for (const status of ["pending", "approved", "disapproved"] as const) await server.register(`${status} one`, status);
  await expect(consumers.rows).toHaveCount(3);
  const marks = await page.locator(".status").evaluateAll((statuses) =>
    statuses.map((status) => {
      const look = getComputedStyle(status, "::before");
      return `${look.backgroundColor} ${look.backgroundImage}`;
    }),
  );
  expect(new Set(marks).size).toBe(3);
  await consumers.confirm("approved one", "Disapprove");
  const [cross, ground] = await page.locator(".message .close").evaluate((button) => [
    getComputedStyle(button, "::before").backgroundColor,
    getComputedStyle(button.closest(".message") as Element).backgroundColor,
  ]);
  expect(cross).not.toBe(ground);
});

test("On paper in portrait it is a table with whole keys, dark on white in the dark theme, too", async ({ server, consumers }) => {
  const pending = await server.register("Requirements sync");
  const key = await server.register("Model export", "approved");
  const { page } = consumers;
  await page.setViewportSize({ width: 718, height: 1000 });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const row = consumers.rowOfKey(key);
  await expect(row).toHaveCSS("display", "table-row");
  expect(await isWhole(row)).toBe(true);
  await expect(consumers.approve("Requirements sync")).toBeHidden();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  for (const row of [consumers.rowOfKey(pending), consumers.rowOfKey(key)]) {
    // A word is not broken in two.
    expect(await height(row.locator(".status"))).toBeLessThan(24);
  }
  for (const { text, painted } of await textColours(row)) expect.soft(painted, text).toEqual([0, 0, 0]);
});

test("An address without a page leads to the start page", async ({ page, consumers, complaints }) => {
  complaints.expect(refused(404));
  await page.goto("/nothing-here");
  await page.getByRole("link", { name: "start page" }).click();
  await ready(page);
  await expect(consumers.heading).toBeVisible();
});
