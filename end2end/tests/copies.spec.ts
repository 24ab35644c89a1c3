// What writes the body again from its own text leaves copies, which nothing drives. The page must not go on saying Live.
import { expect, hold, test } from "../support/test.ts";

const NAME = "Requirements sync";

/** Takes comments away, as what minifies a page does. */
const dropComments = () => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_COMMENT);
  const comments: Comment[] = [];
  while (walker.nextNode()) comments.push(walker.currentNode as Comment);
  for (const comment of comments) comment.remove();
};

const meddlings: [string, () => void][] = [
  ["the body", () => void (document.body.innerHTML = document.body.innerHTML)],
  [
    "the rows",
    () => {
      const rows = document.querySelector("tbody") as HTMLElement;
      rows.innerHTML = rows.innerHTML;
    },
  ],
  [
    "one row",
    () => {
      const row = document.querySelector("tbody tr") as HTMLElement;
      row.innerHTML = row.innerHTML;
    },
  ],
  [
    "the bar",
    () => {
      const bar = document.querySelector("#page header") as HTMLElement;
      bar.innerHTML = bar.innerHTML;
    },
  ],
  ["what had comments, without them", dropComments],
];

test.beforeEach(async ({ server, consumers }) => {
  await server.register("Older");
  await server.register(NAME);
  await expect(consumers.row(NAME)).toBeVisible();
  await consumers.expectLive();
});

for (const [what, meddle] of meddlings) {
  test(`Where a copy stands in the place of ${what}, the page says that it has failed, and reloads`, async ({ page, consumers, complaints }) => {
    // A copy has heights as attributes, which the policy does not allow.
    complaints.expect(/Content.Security.Policy/);
    await page.evaluate(meddle);
    await expect(page.getByText("A part of this page has failed")).toBeVisible();
    await expect(consumers.sign).toHaveText("Offline");
    // A translator has been here, too.
    await page.locator("#reload").evaluate((reload) => (reload.innerHTML = `<font>${reload.textContent}</font>`));
    await page.getByText("Reload", { exact: true }).click();
    await consumers.expectLive();
    await consumers.openMenu(NAME);
  });
}

test("A page that is used and left alone does not say so", async ({ page, server, consumers }) => {
  await page.clock.install();
  await consumers.open();
  await consumers.expectLive();
  const key = await server.register("Newer");
  await expect(consumers.rowOfKey(key)).toBeVisible();
  await page.clock.runFor("00:05");
  await consumers.openMenu(NAME);
  await page.clock.runFor("00:05");
  await page.keyboard.press("Escape");
  const dialog = await consumers.choose(NAME, "Disapprove");
  const held = await hold(page, "disapprove");
  await consumers.confirmation("Disapprove consumer key").click();
  await expect.poll(held.calls).toBe(1);
  await page.clock.runFor("00:05");
  held.letGo();
  await expect(dialog).toBeHidden();
  await server.remove(key);
  await expect(consumers.rowOfKey(key)).toHaveCount(0);
  await page.clock.runFor("00:05");
  await expect(page.getByText("A part of this page has failed")).toBeHidden();
  await consumers.expectLive();
});
