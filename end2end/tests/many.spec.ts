// Many at once: rows are selected, and one decision is made on all of them.
import type { Locator, Page } from "@playwright/test";
import { expectNoViolations } from "../support/axe.ts";
import { overflow, twoFrames, watchPosition } from "../support/look.ts";
import { type ConsumersPage, type Latchkey, PATH, SECRET, ada, expect, grace, numbered, ready, registerMany, signIn, test } from "../support/test.ts";

type Deed = "Approve" | "Disapprove" | "Remove";

const NAMES = ["Model export", "Requirements sync", "Test runner", "Nightly build"];
/** The page's request was given up, or its answer was lost. */
const LOST = /net::ERR_(ABORTED|FAILED)/;

const box = (page: Page, name: string) => page.getByRole("checkbox", { name: `Select ${name}`, exact: true });
const all = (page: Page) => page.getByRole("checkbox", { name: "Select all", exact: true });
const bar = (page: Page) => page.getByRole("region", { name: "Selected consumers", exact: true });
const whole = (page: Page) => bar(page).getByRole("button", { name: /^Select all .* that match$/ });
const inBar = (page: Page, name: string) => bar(page).getByRole("button", { name, exact: true });
const dialog = (page: Page, deed: Deed) => page.getByRole("dialog", { name: `${deed} consumer keys`, exact: true });
const button = (dialog: Locator, name: string) => dialog.getByRole("button", { name, exact: true });
const search = (page: Page) => page.getByRole("searchbox", { name: "Search consumers", exact: true });
const tab = (page: Page, name: string) => page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: new RegExp(`^${name}\\b`) });

/** What the dialog says once it is done. */
const result = (dialog: Locator) => dialog.locator("#many-result");

async function expectSelected(page: Page, number: number | string): Promise<void> {
  await expect(bar(page).getByText(`${number} selected`, { exact: true })).toBeVisible();
}

/** Opens the dialog by the bar. */
async function choose(page: Page, deed: Deed): Promise<Locator> {
  await inBar(page, deed).click();
  await expect(dialog(page, deed)).toBeVisible();
  return dialog(page, deed);
}

/** The names of the rows that are selected, as they stand. */
const selected = (consumers: ConsumersPage) =>
  consumers.rows.filter({ has: consumers.page.locator(".pick :checked") }).locator("td.name bdi").allInnerTexts();

async function statuses(server: Latchkey): Promise<Record<string, string>> {
  return Object.fromEntries((await server.list()).map(({ name, status }) => [name, status]));
}

/** Registers these, and shows them. */
async function show(server: Latchkey, consumers: ConsumersPage, names = NAMES): Promise<void> {
  // New rows would wait for the pointer to leave.
  await consumers.pointAway();
  for (const name of names) await server.register(name);
  await expect(consumers.rows).toHaveCount(names.length);
}

/** Has a program ask for a key; returns that. */
async function askForKey(server: Latchkey, name: string): Promise<string> {
  const answer = await fetch(`${server.url}/oauth/requestKey`, { method: "POST", body: JSON.stringify({ name, secret: SECRET }) });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { key: string }).key;
}

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

test.describe("A row is selected", () => {
  test.beforeEach(async ({ server, consumers }) => show(server, consumers));

  test("by its checkbox, and the bar says how many are", async ({ consumers, page }) => {
    await expect(bar(page)).toHaveCount(0);
    await box(page, "Requirements sync").check();
    await expectSelected(page, 1);
    await box(page, "Test runner").check();
    await expectSelected(page, 2);
    expect(await selected(consumers)).toEqual(["Test runner", "Requirements sync"]);
    await box(page, "Requirements sync").uncheck();
    await expectSelected(page, 1);
    await box(page, "Test runner").uncheck();
    await expect(bar(page)).toHaveCount(0);
  });

  test("with all from the one before, by Shift and a click, and by Shift and Space", async ({ consumers, page }) => {
    await box(page, "Nightly build").check();
    await box(page, "Requirements sync").click({ modifiers: ["Shift"] });
    await expectSelected(page, 3);
    expect(await selected(consumers)).toEqual(["Nightly build", "Test runner", "Requirements sync"]);
    await page.keyboard.press("Escape");
    await expect(bar(page)).toHaveCount(0);
    await box(page, "Model export").focus();
    await page.keyboard.press("Space");
    await box(page, "Test runner").focus();
    await page.keyboard.press("Shift+Space");
    await expectSelected(page, 3);
    expect(await selected(consumers)).toEqual(["Test runner", "Requirements sync", "Model export"]);
    // A range is taken back as it was given.
    await box(page, "Requirements sync").click({ modifiers: ["Shift"] });
    await expectSelected(page, 1);
  });

  test("with every other that is loaded, by the checkbox of the head, which says whether all or some are", async ({ page }) => {
    await all(page).check();
    await expectSelected(page, 4);
    await expect(box(page, "Model export")).toBeChecked();
    await expect(whole(page), "there are no more").toHaveCount(0);
    await box(page, "Model export").uncheck();
    await expect(all(page)).toBeChecked({ indeterminate: true });
    await all(page).click();
    await expectSelected(page, 4);
    await all(page).uncheck();
    await expect(bar(page)).toHaveCount(0);
    await expect(box(page, "Model export")).not.toBeChecked();
  });

  test("and no more after Escape, or by the bar's button, and the focus stays where one is", async ({ page }) => {
    await box(page, "Test runner").focus();
    await page.keyboard.press("Space");
    await expectSelected(page, 1);
    await page.keyboard.press("Escape");
    await expect(bar(page)).toHaveCount(0);
    await expect(box(page, "Test runner")).toBeFocused();
    await page.keyboard.press("Space");
    await expectSelected(page, 1);
    await page.keyboard.press("Enter");
    await expect(inBar(page, "Approve"), "Enter leads to the bar").toBeFocused();
    await inBar(page, "Clear selection").press("Enter");
    await expect(bar(page)).toHaveCount(0);
    await expect(box(page, "Test runner")).toBeFocused();
  });

  test("but Escape first closes what is open", async ({ consumers, page }) => {
    await box(page, "Test runner").check();
    await consumers.openMenu("Model export");
    await page.keyboard.press("Escape");
    await expect(consumers.menu).toHaveCount(0);
    const approve = await choose(page, "Approve");
    await page.keyboard.press("Escape");
    await expect(approve).toHaveCount(0);
    await expect(inBar(page, "Approve")).toBeFocused();
    await search(page).fill("Test");
    await search(page).press("Escape");
    await expect(search(page)).toHaveValue("");
    await expectSelected(page, 1);
    await box(page, "Test runner").focus();
    await page.keyboard.press("Escape");
    await expect(bar(page)).toHaveCount(0);
  });

  test("and how many are is told to those who do not see the bar", async ({ consumers, page }) => {
    await all(page).check();
    await expect(consumers.said("4 selected")).toHaveCount(1);
    await page.keyboard.press("Escape");
    await expect(consumers.said("Nothing selected")).toHaveCount(1);
  });

  test("and stays so through changes, while one that is removed leaves the selection", async ({ server, consumers, page }) => {
    const keys = Object.fromEntries((await server.list()).map(({ name, key }) => [name, key]));
    await box(page, "Test runner").check();
    await box(page, "Model export").check();
    await server.approve(keys["Test runner"] as string);
    await consumers.expectStatus("Test runner", "Approved");
    await server.register("Newest");
    await consumers.pointAway();
    await expectSelected(page, 2);
    await expect(box(page, "Test runner")).toBeChecked();
    await server.remove(keys["Model export"] as string);
    await expectSelected(page, 1);
    await server.remove(keys["Test runner"] as string);
    await expect(bar(page)).toHaveCount(0);
  });

  test("and stays so in another view, where more can be selected", async ({ consumers, page }) => {
    await search(page).fill("Test");
    await expect(consumers.rows).toHaveCount(1);
    await box(page, "Test runner").check();
    await search(page).fill("Model");
    await expect(consumers.row("Model export")).toBeVisible();
    await expect(consumers.rows).toHaveCount(1);
    await box(page, "Model export").check();
    await expectSelected(page, 2);
    await expect((await choose(page, "Approve")).getByText("Test runner")).toBeVisible();
  });

  test("and its menu acts on it alone", async ({ server, consumers, page }) => {
    await all(page).check();
    await consumers.confirm("Test runner", "Disapprove");
    await consumers.expectStatus("Test runner", "Disapproved");
    await expectSelected(page, 4);
    expect(Object.values(await statuses(server)).filter((status) => status === "disapproved")).toHaveLength(1);
  });
});

test.describe("What is selected", () => {
  test.beforeEach(async ({ server, consumers }) => show(server, consumers));

  for (const [deed, status] of [["Approve", "approved"], ["Disapprove", "disapproved"]] as const) {
    test(`is ${status} after one question, and the result names it`, async ({ server, consumers, page, another }) => {
      const other = await another();
      await box(page, "Test runner").check();
      await box(page, "Model export").check();
      const question = await choose(page, deed);
      await expect(question).toContainText("2 consumers: Test runner, Model export");
      if (deed === "Disapprove") await expect(question).toContainText("Nobody is signed in through them.");
      await question.getByLabel("Reason", { exact: true }).fill("Audit of May");
      await button(question, deed).click();
      await expect(result(question)).toContainText(`2 consumers were ${status}.`);
      await expect(result(question)).toContainText(`What was ${status}: Test runner, Model export`);
      await expect(button(question, "Close")).toBeFocused();
      await expect(button(question, "Close")).toHaveAccessibleDescription(new RegExp(`2 consumers were ${status}`));
      await page.keyboard.press("Enter");
      await expect(question).toHaveCount(0);
      await expect(bar(page)).toHaveCount(0);
      await expect(box(page, "Model export")).toBeFocused();
      const word = status === "approved" ? "Approved" : "Disapproved";
      for (const shown of [consumers, other]) await shown.expectStatus("Test runner", word);
      expect(await statuses(server)).toEqual({
        "Model export": status,
        "Test runner": status,
        "Requirements sync": "pending",
        "Nightly build": "pending",
      });
      const decided = (await server.list()).filter((consumer) => consumer.status === status);
      expect(decided.map(({ reason }) => reason)).toEqual(["Audit of May", "Audit of May"]);
    });
  }

  test("is removed once their number is typed", async ({ server, consumers, page }) => {
    await all(page).check();
    await box(page, "Test runner").uncheck();
    const question = await choose(page, "Remove");
    await expect(question).toContainText("permanently");
    const remove = button(question, "Remove");
    await expect(remove).toBeDisabled();
    const number = question.getByLabel("Type how many they are to remove them", { exact: true });
    await number.fill("4");
    await expect(remove).toBeDisabled();
    await number.fill("3");
    await remove.click();
    await expect(result(question)).toContainText("3 consumers were removed.");
    await button(question, "Close").click();
    await expect(consumers.rows).toHaveCount(1);
    expect(Object.keys(await statuses(server))).toEqual(["Test runner"]);
    await expect(box(page, "Test runner"), "the row that was clicked last").toBeFocused();
  });

  test("stays as it is after Cancel and after Escape", async ({ server, page }) => {
    await box(page, "Test runner").check();
    for (const deed of ["Approve", "Disapprove", "Remove"] as const) {
      const question = await choose(page, deed);
      await expect(button(question, "Cancel"), "Enter pressed once too often does nothing").toBeFocused();
      await button(question, "Cancel").click();
      await expect(question).toHaveCount(0);
      await expect(inBar(page, deed)).toBeFocused();
    }
    await choose(page, "Approve");
    await page.keyboard.press("Escape");
    await expectSelected(page, 1);
    expect((await server.list()).every(({ revision }) => revision === 1)).toBe(true);
  });

  test("is told apart: done, so already, and changed by another administrator, who is named", async ({ server, page }) => {
    const keys = Object.fromEntries((await server.list()).map(({ name, key }) => [name, key]));
    await all(page).check();
    const question = await choose(page, "Approve");
    // The dialog is about the consumers as they were when it was opened.
    await server.disapprove(keys["Model export"] as string);
    await server.approve(keys["Test runner"] as string);
    await server.remove(keys["Nightly build"] as string);
    await button(question, "Approve").click();
    await expect(result(question)).toContainText("1 consumer was approved.");
    await expect(result(question)).toContainText("1 was approved already.");
    await expect(result(question)).toContainText("2 were not approved.");
    const reasons = result(question).getByRole("listitem");
    await expect(reasons.filter({ hasText: "Model export" })).toContainText("the command line changed the status to Disapproved in the meantime.");
    await expect(reasons.filter({ hasText: "Nightly build" })).toContainText("the command line removed this consumer.");
    await button(question, "Close").click();
    await expectSelected(page, 1);
    await expect(box(page, "Model export"), "what could not be done stays selected").toBeChecked();
    expect((await statuses(server))["Model export"]).toBe("disapproved");
    const again = await choose(page, "Approve");
    await button(again, "Approve").click();
    await expect(result(again), "its change is seen by now").toContainText("1 consumer was approved.");
  });

  test("is decided on as it is when the dialog opens, which names what has changed since it was picked", async ({ server, consumers, page }) => {
    const keys = Object.fromEntries((await server.list()).map(({ name, key }) => [name, key]));
    await box(page, "Test runner").check();
    await box(page, "Model export").check();
    await server.disapprove(keys["Model export"] as string);
    await consumers.expectStatus("Model export", "Disapproved");
    const question = await choose(page, "Approve");
    await expect(question).toContainText("1 of them has changed since it was selected, and is decided on as it is now: Model export");
    await page.keyboard.press("Escape");
    await box(page, "Model export").uncheck();
    await box(page, "Model export").check();
    await choose(page, "Approve");
    await expect(question, "it was selected as it is now").not.toContainText("has changed");
    await server.disapprove(keys["Test runner"] as string);
    await expect(consumers.rowOfKey(keys["Test runner"] as string)).toContainText("Disapproved");
    await button(question, "Approve").click();
    await expect(result(question)).toContainText("1 consumer was approved.");
    await expect(result(question).getByRole("listitem")).toHaveText([/^Test runner: the command line changed the status to Disapproved/]);
    expect(await statuses(server)).toMatchObject({ "Model export": "approved", "Test runner": "disapproved" });
  });

  test("is approved where it looks like an approved consumer, which the dialog warns of; among all that match it is left", async ({ server, consumers, page }) => {
    await server.register("Cameo", "approved");
    const alike = await askForKey(server, "C\u0430meo");
    await expect(consumers.rowOfKey(alike)).toBeVisible();
    const tick = consumers.rowOfKey(alike).getByRole("checkbox");
    await tab(page, "Pending").click();
    await expect(consumers.rows).toHaveCount(5);
    await box(page, "Test runner").check();
    await whole(page).click();
    await expectSelected(page, 5);
    const question = await choose(page, "Approve");
    await expect(question).toContainText("So is what looks like a consumer that is approved.");
    await button(question, "Approve").click();
    await expect(result(question)).toContainText("4 consumers were approved.");
    await expect(result(question).getByRole("listitem")).toHaveText([/Its name looks like “Cameo”, which is approved/]);
    await button(question, "Close").click();
    expect((await server.show(alike)).status).toBe("pending");
    await tick.check();
    await expectSelected(page, 1);
    await choose(page, "Disapprove");
    await expect(dialog(page, "Disapprove")).not.toContainText("looks like");
    await page.keyboard.press("Escape");
    await choose(page, "Approve");
    await expect(question).toContainText("1 of them looks like a consumer that is approved. Make sure who asked for it: C\u0430meo");
    await expectNoViolations(page, "the warning");
    await button(question, "Approve").click();
    await expect(result(question)).toContainText("1 consumer was approved.");
    expect((await server.show(alike)).status).toBe("approved");
  });

  test("goes on where an answer was lost, and says what was so already", async ({ server, page, complaints }) => {
    complaints.expect(LOST);
    await all(page).check();
    const question = await choose(page, "Approve");
    await page.route("**/api/page/decide_picked", async (route) => {
      // The server has done it, and nobody learns of that.
      await route.fetch();
      await route.abort();
    });
    await button(question, "Approve").click();
    await expect(question.getByRole("alert")).toContainText("The server does not answer");
    await page.unroute("**/api/page/decide_picked");
    await button(question, "Try again").click();
    await expect(result(question)).toContainText("4 were approved already.");
    expect(Object.values(await statuses(server))).toEqual(["approved", "approved", "approved", "approved"]);
    expect((await server.list()).every(({ revision }) => revision === 2), "nothing was done twice").toBe(true);
  });
});

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
      await expect(all(page), "none of the rows is selected that are loaded now").not.toBeChecked();
      await all(page).click();
    }
    await expect(consumers.said("At most 250 are selected one by one.")).toBeVisible();
    await expect(all(page)).not.toBeChecked();
    await expect(box(page, "App 01"), "none of them is").not.toBeChecked();
  });
});

test("A user who lost the permission is told so, and nothing is done", async ({ server, consumers, page, complaints }) => {
  complaints.expect(/status of 40[13]/);
  await server.addUser(grace);
  await page.context().clearCookies();
  await page.goto(PATH);
  await signIn(page, grace);
  await ready(page);
  await show(server, consumers);
  await all(page).check();
  const question = await choose(page, "Approve");
  await server.cli(["user", "forbid", grace.username]);
  await button(question, "Approve").click();
  await expect(question.getByRole("alert")).toContainText(/Configure Server|session/);
  expect(Object.values(await statuses(server))).toEqual(["pending", "pending", "pending", "pending"]);
});

test.describe("How it looks", () => {
  test("a checkbox stands left of the row, and shows under the pointer, with the focus, and while anything is selected", async ({ server, consumers, page }) => {
    await show(server, consumers);
    const one = box(page, "Test runner");
    await expect(one).toHaveCSS("opacity", "0");
    await consumers.row("Test runner").hover();
    await expect(one).toHaveCSS("opacity", "1");
    await consumers.pointAway();
    await expect(one).toHaveCSS("opacity", "0");
    await one.focus();
    await page.keyboard.press("Space");
    for (const name of NAMES) await expect(box(page, name)).toHaveCSS("opacity", "1");
    await expect(all(page)).toHaveCSS("opacity", "1");
  });

  test("neither the checkboxes nor the bar move anything", async ({ server, consumers, page }) => {
    await show(server, consumers);
    const strayed = await watchPosition(consumers.row("Model export"));
    await all(page).check();
    await expect(bar(page)).toBeVisible();
    await page.keyboard.press("Escape");
    expect(await strayed()).toBeLessThanOrEqual(0.5);
    const x = async (element: Locator) => (await element.boundingBox())?.x ?? NaN;
    for (const width of [870, 1024, 1280, 1600]) {
      await page.setViewportSize({ width, height: 800 });
      const name = await x(consumers.row("Test runner").locator("td.name bdi"));
      expect(name).toBeCloseTo(await x(consumers.tableHeading), 0);
      const target = await box(page, "Test runner").boundingBox();
      expect(target?.x, "in the window").toBeGreaterThanOrEqual(0);
      expect((target?.x ?? 0) + (target?.width ?? 0), "left of the name").toBeLessThanOrEqual(name + 1);
      expect(Math.min(target?.width ?? 0, target?.height ?? 0)).toBeGreaterThanOrEqual(24);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
    }
  });

  test("the bar covers no message, and lies beside the panel", async ({ server, consumers, page }) => {
    await show(server, consumers);
    await all(page).check();
    await consumers.confirm("Test runner", "Approve");
    const message = await consumers.said("Approved Test runner.").boundingBox();
    const at = await bar(page).boundingBox();
    expect((message?.y ?? 0) + (message?.height ?? 0)).toBeLessThanOrEqual((at?.y ?? 0) + 1);
    await consumers.row("Test runner").getByRole("link", { name: "Test runner" }).click();
    await expect(page.locator("#panel-heading")).toBeVisible();
    const [panel, beside] = [await page.locator("#panel").boundingBox(), await bar(page).boundingBox()];
    expect((beside?.x ?? 0) + (beside?.width ?? 0)).toBeLessThanOrEqual((panel?.x ?? 0) + 1);
    await page.keyboard.press("Escape");
    await expect(page.locator("#panel"), "Escape closes the panel first").toBeHidden();
    await expectSelected(page, 4);
  });

  test("on paper there is neither", async ({ server, consumers, page }) => {
    await show(server, consumers);
    await all(page).check();
    await page.emulateMedia({ media: "print" });
    await expect(bar(page)).toBeHidden();
    await expect(box(page, "Test runner")).toBeHidden();
  });

  test.describe("on a phone", () => {
    test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

    test("the checkbox stands in the card's corner, for a finger, and the bar has room", async ({ server, consumers, page }) => {
      await show(server, consumers);
      const card = await consumers.row("Test runner").boundingBox();
      expect(card?.height).toBe(84);
      await expect(box(page, "Test runner")).toHaveCSS("opacity", "1");
      const target = await box(page, "Test runner").boundingBox();
      expect(Math.min(target?.width ?? 0, target?.height ?? 0)).toBeGreaterThanOrEqual(44);
      expect(target?.y ?? 0).toBeGreaterThanOrEqual(card?.y ?? 0);
      await box(page, "Test runner").tap();
      await expectSelected(page, 1);
      await expect(whole(page), "the head is not seen here").toHaveText("Select all 4 that match");
      await whole(page).tap();
      await expectSelected(page, 4);
      for (const name of ["Approve", "Disapprove", "Remove", "Clear selection"]) {
        expect((await inBar(page, name).boundingBox())?.height, name).toBeGreaterThanOrEqual(44);
      }
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      expect((await consumers.row("Test runner").boundingBox())?.height).toBe(84);
      await expectNoViolations(page, "cards that are selected");
    });
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test.describe(`in the ${colorScheme} theme`, () => {
      test.use({ colorScheme });

      test("axe finds nothing in the bar, the question and the result", async ({ server, consumers, page }) => {
        await show(server, consumers);
        await all(page).check();
        await expectNoViolations(page, "the bar");
        for (const deed of ["Disapprove", "Remove"] as const) {
          await choose(page, deed);
          await expectNoViolations(page, `the question of ${deed}`);
          await page.keyboard.press("Escape");
        }
        const question = await choose(page, "Approve");
        await button(question, "Approve").click();
        await expect(result(question)).toContainText("4 consumers were approved.");
        await expectNoViolations(page, "the result");
      });
    });
  }
});

test.describe("Before the page can do anything", () => {
  test.use({ javaScriptEnabled: false });

  test("there are no checkboxes", async ({ server, page }) => {
    await server.register("Test runner");
    await page.goto(PATH);
    await signIn(page, ada);
    await expect(page.getByRole("checkbox", { name: "Select Test runner" })).toHaveCount(0);
  });
});
