// What highlighters and translators do to a page that is open: other text nodes stand where the page's own stood.
import type { Page } from "@playwright/test";
import { all, bar, box, expectSelected } from "../support/selection.ts";
import { SERVER_AWAY, expect, test } from "../support/test.ts";
import { tab } from "../support/toolbar.ts";

const NAME = "Requirements sync";

/** Puts a copy of each text, highlighted, in the place of the text. */
const highlight = (page: Page, selector: string) =>
  page.evaluate((selector) => {
    const elements = [...document.querySelectorAll(selector)];
    for (const element of elements) {
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      const texts: Text[] = [];
      while (walker.nextNode()) texts.push(walker.currentNode as Text);
      for (const text of texts.filter((text) => text.data.trim())) {
        const mark = document.createElement("mark");
        mark.textContent = text.data;
        text.replaceWith(mark);
      }
    }
    return elements.length;
  }, selector);

let key: string;

test.beforeEach(async ({ server, consumers }) => {
  key = await server.register(NAME);
  await expect(consumers.row(NAME)).toBeVisible();
  await consumers.expectLive();
});

test.describe("Where a highlighter has replaced the text", () => {
  test("of a row, it still shows what others do", async ({ server, consumers, page }) => {
    expect(await highlight(page, "tbody tr")).toBe(1);
    await server.approve(key);
    const row = consumers.rowOfKey(key);
    await expect(row.locator(".status")).toHaveText("Approved");
    await server.rename(key, "Requirements <b>bridge</b>");
    await expect(row.locator("td.name a")).toHaveText("Requirements <b>bridge</b>");
    await server.disapprove(key);
    await expect(row.locator(".status")).toHaveText("Disapproved");
  });

  test("of the sign, it does not go on saying Live", async ({ server, consumers, page, complaints }) => {
    complaints.expect(SERVER_AWAY);
    expect(await highlight(page, "[role=status]")).toBe(1);
    await server.stop();
    await expect(consumers.sign).toHaveText("Reconnecting…");
    await server.start();
    await consumers.expectLive();
  });

  test("of the tabs and the number of rows, they still count", async ({ server, page }) => {
    await highlight(page, "#view-tabs, .tools .count");
    await server.register("Another");
    await expect(tab(page, "Pending")).toHaveText("Pending 2");
    await expect(page.locator(".tools .count")).toHaveText("2");
    await server.approve(key);
    await expect(tab(page, "Approved")).toHaveText("Approved 1");
  });

  test("of a message, the next one is shown", async ({ consumers, page }) => {
    await consumers.confirm(NAME, "Approve");
    await expect(consumers.said(`Approved ${NAME}.`)).toBeVisible();
    await highlight(page, ".message");
    await consumers.confirm(NAME, "Disapprove");
    await expect(consumers.said(`Disapproved ${NAME}.`)).toBeVisible();
  });

  test("of the bar, it still counts what is selected", async ({ server, consumers, page }) => {
    await server.register("Another");
    await expect(consumers.rows).toHaveCount(2);
    await box(page, NAME).check();
    await expectSelected(page, 1);
    await highlight(page, "section.many");
    await all(page).check();
    await expect(bar(page).locator("strong")).toHaveText("2 selected");
  });

  test("of what was registered, its name and what is left to do stay true", async ({ server, consumers, page }) => {
    await consumers.name.fill("Model export");
    await consumers.generate.click();
    await consumers.registerButton.click();
    const note = consumers.registerSection.locator(".note");
    await expect(note).toContainText("Approve it below to activate it.");
    const registered = await consumers.keyOf(consumers.row("Model export"));
    await highlight(page, ".registered .note");
    await server.approve(registered);
    await expect(note).not.toContainText("Approve it below");
    await server.rename(registered, "Model import");
    await expect(note.locator("strong")).toHaveText("Model import");
  });
});
