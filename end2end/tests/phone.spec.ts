// How the page looks on phones and in windows as narrow, as far as it can be measured.
import type { Locator } from "@playwright/test";
import { expectNoViolations } from "../support/axe.ts";
import { boxOf, height, overflow } from "../support/look.ts";
import { LONG, expectNoOverlap, parts } from "../support/row-look.ts";
import { ConsumersPage, PATH, SECRET, ada, expect, expectFieldError, refused, signIn, test } from "../support/test.ts";

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
        expect(Math.abs(middle(name) - middle(status)), "status beside the name").toBeLessThanOrEqual(3);
        expect(middle(shown), "key below").toBeGreaterThan(middle(name) + 24);
        expect(Math.abs(middle(times) - middle(shown)), "times beside the key").toBeLessThanOrEqual(3);
        expect(shown?.bottom, "inside the card").toBeLessThanOrEqual(card?.bottom ?? 0);
        expect(more?.y, "for a finger, inside the card").toBeGreaterThanOrEqual((card?.y ?? 0) - 0.5);
        expect(more?.height).toBeGreaterThanOrEqual(44);
      }
      expect((await boxOf(consumers.rowOfKey(long).locator("bdi"))).width, "a name has what status and tag leave").toBeGreaterThanOrEqual(width - 255);
      await expectNoOverlap(consumers.rowOfKey(pending), [consumers.approve("Requirements sync")]);
      const approve = await boxOf(consumers.approve("Requirements sync"));
      const key = await boxOf(consumers.rowOfKey(pending).locator(".key"));
      expect(Math.abs(approve.y + approve.height / 2 - key.y - key.height / 2), "Approve beside the key").toBeLessThanOrEqual(3);
      expect(await overflow(consumers.page)).toBeLessThanOrEqual(0);
      await expectNoViolations(consumers.page, "cards");
    });

    test("what a finger presses in a card and in a message is 44 pixels high", async ({ server, consumers, page }) => {
      await server.register("Requirements sync");
      await expect(consumers.rows).toHaveCount(1);
      /** How many pixels of a line through its middle press it. */
      const pressed = (button: Locator) =>
        button.evaluate((button) => {
          const { x, y, width } = button.getBoundingClientRect();
          const hits = (at: number) => button.contains(document.elementFromPoint(x + width / 2, y + at));
          return Array.from({ length: 126 }, (_, at) => at - 42).filter(hits).length;
        });
      const row = consumers.row("Requirements sync");
      for (const button of [consumers.approve("Requirements sync"), row.locator(".copy")]) {
        expect.soft(await pressed(button), `${button}`).toBeGreaterThanOrEqual(44);
      }
      // Approve begins within its lower edge.
      expect.soft(await pressed(row.locator(".more"))).toBeGreaterThanOrEqual(40);
      await consumers.confirm("Requirements sync", "Approve");
      const [undo, close] = await Promise.all(["Undo", "Close message"].map((name) => boxOf(page.getByRole("button", { name, exact: true }))));
      expect(Math.min(undo?.height ?? 0, close?.height ?? 0, close?.width ?? 0)).toBeGreaterThanOrEqual(44);
      expect((close?.x ?? 0) - (undo?.right ?? 0), "between the two").toBeGreaterThanOrEqual(8);
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
