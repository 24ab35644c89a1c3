// One decision on all consumers that are selected.
import { expectNoViolations } from "../support/axe.ts";
import { LOST, all, bar, box, button, choose, dialog, expectSelected, inBar, result, show, statuses, whole } from "../support/selection.ts";
import { type Latchkey, PATH, SECRET, expect, grace, ready, signIn, test } from "../support/test.ts";
import { tab } from "../support/toolbar.ts";

/** Has a program ask for a key; returns that. */
async function askForKey(server: Latchkey, name: string): Promise<string> {
  const answer = await fetch(`${server.url}/oauth/requestKey`, { method: "POST", body: JSON.stringify({ name, secret: SECRET }) });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { key: string }).key;
}

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

  test("is removed after one question where nobody is signed in through it", async ({ server, consumers, page }) => {
    await all(page).check();
    await box(page, "Test runner").uncheck();
    const question = await choose(page, "Remove");
    await expect(question).toContainText("permanently");
    await expect(question).toContainText("Nobody is signed in through them.");
    await expect(question.getByLabel("Type how many they are to remove them")).toHaveCount(0);
    await button(question, "Remove").click();
    await expect(result(question)).toContainText("3 consumers were removed.");
    await button(question, "Close").click();
    await expect(consumers.rows).toHaveCount(1);
    expect(Object.keys(await statuses(server))).toEqual(["Test runner"]);
    await expect(box(page, "Test runner"), "the row that was clicked last").toBeFocused();
  });

  test("is removed by its number where somebody is signed in through one of it", async ({ consumers, page, play }) => {
    const consumer = await play("Played");
    await consumer.signIn(page);
    await consumers.open();
    await box(page, "Test runner").check();
    await box(page, "Played").check();
    const question = await choose(page, "Remove");
    await expect(question).toContainText("1 user is signed in through them.");
    const remove = button(question, "Remove");
    const number = question.getByLabel("Type how many they are to remove them", { exact: true });
    for (const wrong of ["", "3"]) {
      await number.fill(wrong);
      await expect(remove).toBeDisabled();
    }
    await number.fill("2");
    await remove.click();
    await expect(result(question)).toContainText("2 consumers were removed.");
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
    await expect(reasons.filter({ hasText: "Model export" })).toContainText("Changed in the meantime by the command line: the status to Disapproved.");
    await expect(reasons.filter({ hasText: "Nightly build" })).toContainText("This consumer was removed by the command line.");
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
    await expect(result(question).getByRole("listitem")).toHaveText(["Test runner: Changed in the meantime by the command line: the status to Disapproved."]);
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
