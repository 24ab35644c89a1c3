import { twoFrames } from "../support/look.ts";
import { LOST, all, bar, box, button, choose, expectSelected, inBar, result, statuses, whole } from "../support/selection.ts";
import { type ConsumersPage, expect, numbered, refused, registerMany, test } from "../support/test.ts";
import { search, tab } from "../support/toolbar.ts";

/** Registers more than are loaded at once, and shows the first of them. */
async function showMany(consumers: ConsumersPage, count: number): Promise<void> {
  const { page } = consumers;
  const origin = new URL(page.url()).origin;
  await page.goto("about:blank");
  await registerMany(page, numbered(count, "App"), origin);
  await consumers.open();
  await consumers.expectLive();
  await consumers.pointAway();
}

test.describe("With more than are loaded", () => {
  test("a row that is scrolled away stays selected", async ({ consumers, page }) => {
    await showMany(consumers, 320);
    await box(page, "App 320").check();
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await expect(consumers.row("App 01")).toBeVisible();
    await expect(box(page, "App 320")).toHaveCount(0);
    await expectSelected(page, 1);
    await expect(bar(page)).toBeInViewport();
    await box(page, "App 01").check();
    await expectSelected(page, 2);
    await page.evaluate(() => scrollTo(0, 0));
    await expect(box(page, "App 320")).toBeChecked();
    await expect(box(page, "App 319")).not.toBeChecked();
  });

  test("a range reaches over what was scrolled through, and says where it is too long", async ({ consumers, page }) => {
    await showMany(consumers, 320);
    await box(page, "App 320").check();
    await page.mouse.move(640, 400);
    const wheelTo = (name: string) =>
      expect(async () => {
        await page.mouse.wheel(0, 600);
        await twoFrames(page);
        await expect(consumers.row(name)).toBeInViewport({ timeout: 1 });
      }).toPass();
    await wheelTo("App 200");
    await box(page, "App 200").click({ modifiers: ["Shift"] });
    await expectSelected(page, 121);
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await expect(consumers.row("App 01")).toBeVisible();
    await box(page, "App 01").click({ modifiers: ["Shift"] });
    await expect(consumers.said("too far away")).toBeVisible();
    await expect(box(page, "App 01")).not.toBeChecked();
    await expectSelected(page, 121);
  });

  test("all that match are selected, but for those that are left out, and part follows part", async ({ server, consumers, page }) => {
    await showMany(consumers, 120);
    await server.register("Model export");
    await search(page).fill("App");
    await expect(consumers.table).toHaveAttribute("aria-rowcount", "121");
    await all(page).check();
    await whole(page).click();
    await expectSelected(page, 120);
    await expect(whole(page)).toHaveCount(0);
    await expect(inBar(page, "Approve"), "the button that had the focus is gone").toBeFocused();
    await box(page, "App 119").uncheck();
    await expectSelected(page, 119);
    await expect(all(page)).toBeChecked({ indeterminate: true });

    let parts = 0;
    const times = new Set<string | null>();
    let letGo = () => {};
    const gate = new Promise<void>((open) => (letGo = open));
    await page.route("**/api/page/decide_part", async (route) => {
      parts += 1;
      times.add(new URLSearchParams(route.request().postData() ?? "").get("at_ms"));
      if (parts === 2) await gate;
      await route.continue();
    });
    const question = await choose(page, "Approve");
    await expect(question).toContainText(/119 consumers: (App \d+, ){4}App \d+ and 114 more/);
    await button(question, "Approve").click();
    await expect(question.getByText(/^(49|50) of 119$/)).toBeVisible();
    await expect(question.getByRole("progressbar", { name: "Progress" })).toBeVisible();
    await expect(button(question, "Approve")).toHaveAttribute("aria-busy", "true");
    letGo();
    await expect(result(question)).toContainText("119 consumers were approved.");
    expect(parts, "parts of at most 50").toBe(3);
    expect([...times], "the time at which it was selected").toEqual([expect.stringMatching(/^\d{13}$/)]);
    await button(question, "Close").click();
    await expect(bar(page)).toHaveCount(0);
    const after = await statuses(server);
    expect([after["App 119"], after["Model export"]]).toEqual(["pending", "pending"]);
    expect(Object.values(after).filter((status) => status === "approved")).toHaveLength(119);
    await expect(tab(page, "Approved")).toHaveText("Approved 119");
  });

  test("another order keeps all that match selected, and another search does not", async ({ consumers, page }) => {
    await showMany(consumers, 120);
    await box(page, "App 120").check();
    await whole(page).click();
    await expectSelected(page, 120);
    await page.getByRole("button", { name: "Consumer name", exact: true }).click();
    await expect(consumers.row("App 01")).toBeVisible();
    await expect(box(page, "App 01")).toBeChecked();
    await expectSelected(page, 120);
    await search(page).fill("App 11");
    await expect(bar(page)).toHaveCount(0);
  });

  test("Stop ends it between two parts, and what was done until then is told", async ({ server, consumers, page, complaints }) => {
    complaints.expect(LOST);
    await showMany(consumers, 120);
    await box(page, "App 120").check();
    await whole(page).click();
    await expectSelected(page, 120);
    let parts = 0;
    let letGo = () => {};
    const gate = new Promise<void>((open) => (letGo = open));
    await page.route("**/api/page/decide_part", async (route) => {
      parts += 1;
      if (parts < 2) return route.continue();
      await gate;
      await route.abort().catch((error: Error) => {
        if (!/aborted|cancel|closed|handled/i.test(error.message)) throw error;
      });
    });
    const question = await choose(page, "Disapprove");
    await button(question, "Disapprove").click();
    await expect(question.getByText("50 of 120", { exact: true })).toBeVisible();
    await button(question, "Stop").click();
    await expect(question).toHaveCount(0);
    await expect(consumers.said("Stopped. 50 consumers were disapproved.")).toBeVisible();
    letGo();
    await twoFrames(page);
    expect(parts, "no part follows").toBe(2);
    expect(Object.values(await statuses(server)).filter((status) => status === "disapproved")).toHaveLength(50);
    await expectSelected(page, 120);
  });

  test("where the session ends on the way it is told how many are done, and that the others were not changed", async ({ consumers, page, complaints }) => {
    complaints.expect(refused(401));
    await showMany(consumers, 60);
    await all(page).check();
    await whole(page).click();
    await expectSelected(page, 60);
    const question = await choose(page, "Approve");
    let parts = 0;
    await page.route("**/api/page/decide_part", (route) => {
      parts += 1;
      // The session is gone by the second part.
      if (parts < 2) return route.continue();
      return route.fulfill({ status: 401, contentType: "application/json", body: JSON.stringify("SignedOut") });
    });
    await button(question, "Approve").click();
    await expect(result(question)).toContainText("50 consumers were approved.");
    await expect(question.getByRole("alert")).toContainText("Your session has ended, so the others were not changed.");
    await expect(question).not.toContainText("nothing was changed");
  });

  test("a lost answer of a part is told where its consumers have left the view", async ({ server, consumers, page, complaints }) => {
    complaints.expect(LOST);
    await showMany(consumers, 60);
    await tab(page, "Pending").click();
    await expect(page).toHaveURL(/status=pending/);
    await box(page, "App 60").check();
    await whole(page).click();
    await expectSelected(page, 60);
    const question = await choose(page, "Approve");
    await page.route("**/api/page/decide_part", async (route) => {
      await route.fetch();
      await route.abort();
    });
    await button(question, "Approve").click();
    await expect(question.getByRole("alert")).toContainText("The server does not answer");
    await page.unroute("**/api/page/decide_part");
    await button(question, "Try again").click();
    await expect(result(question)).toContainText("10 consumers were approved.");
    await expect(result(question)).toContainText("50 were not in the view any more when the turn came");
    expect(Object.values(await statuses(server)).filter((status) => status === "approved")).toHaveLength(60);
  });

  test("what another registers or changes after it was selected is left as it is, and told", async ({ server, consumers, page }) => {
    await showMany(consumers, 100);
    await box(page, "App 100").check();
    await whole(page).click();
    await expectSelected(page, 100);
    const late = await server.register("Late");
    await expect(consumers.rowOfKey(late)).toBeVisible();
    await expectSelected(page, 101);
    const question = await choose(page, "Approve");
    await button(question, "Approve").click();
    await expect(result(question)).toContainText("100 consumers were approved.");
    await expect(result(question).getByRole("listitem")).toHaveText([/^Late: the command line has registered or changed it since/]);
    expect((await server.show(late)).status).toBe("pending");
  });

  test("no more are picked one by one than a form has room for, and that is told", async ({ consumers, page }) => {
    await showMany(consumers, 450);
    await all(page).check();
    for (const share of [0.2, 0.4, 0.6, 0.8, 1]) {
      await page.evaluate((share) => scrollTo(0, share * document.documentElement.scrollHeight), share);
      // The heads are above their rows until these have come; a click would scroll back to them.
      await expect(all(page)).toBeInViewport();
      await expect(all(page), "none of the rows is selected that are loaded now").not.toBeChecked();
      await all(page).click();
    }
    await expect(consumers.said("At most 250 are selected one by one.")).toBeVisible();
    await expect(all(page)).not.toBeChecked();
    await expect(box(page, "App 01"), "none of them is").not.toBeChecked();
  });
});
