import type { Locator } from "@playwright/test";
import { fields } from "../support/edit-dialog.ts";
import { type Entry, type Heading, PATH, SERVER_AWAY, ada, expect, hold, ready, refused, signIn, signOut, test } from "../support/test.ts";

const NAME = "Requirements sync";

const dialogs: { entry: Exclude<Entry, "Sign everybody out">; heading: Heading; button: string; call: string }[] = [
  { entry: "Edit", heading: "Edit consumer", button: "Save", call: "edit" },
  { entry: "Approve", heading: "Approve consumer key", button: "Approve", call: "approve" },
  { entry: "Disapprove", heading: "Disapprove consumer key", button: "Disapprove", call: "disapprove" },
  { entry: "Remove", heading: "Remove consumer key", button: "Remove", call: "remove" },
];

let key: string;

test.beforeEach(async ({ server, consumers }) => {
  await server.register("Older");
  key = await server.register(NAME);
  await expect(consumers.row(NAME)).toBeVisible();
});

for (const { entry, heading, button, call } of dialogs) {
  test.describe(heading, () => {
    test("is a modal dialog labelled by its heading", async ({ consumers }) => {
      const dialog = await consumers.choose(NAME, entry);
      await expect(dialog.getByRole("heading", { name: heading, exact: true })).toBeVisible();
      expect(await dialog.evaluate((element) => element.matches("dialog:modal"))).toBe(true);
      await expect(dialog.getByRole("button", { name: button, exact: true })).toBeVisible();
    });

    test("closes by Cancel and by Escape, does nothing then, and gives the focus back", async ({ consumers, server }) => {
      for (const close of [
        (dialog: Locator) => dialog.getByRole("button", { name: "Cancel", exact: true }).click(),
        () => consumers.page.keyboard.press("Escape"),
      ]) {
        const dialog = await consumers.choose(NAME, entry);
        await close(dialog);
        await expect(dialog).toBeHidden();
        await expect(consumers.actions(NAME)).toBeFocused();
      }
      expect(await server.show(key)).toMatchObject({ status: "pending", revision: 1 });
    });

    test("keeps the focus inside, forwards and backwards", async ({ consumers, page }) => {
      const dialog = await consumers.choose(NAME, entry);
      const inside = () => dialog.evaluate((element) => element.contains(document.activeElement));
      await expect.poll(inside).toBe(true);
      for (const press of ["Tab", "Shift+Tab"]) {
        for (let i = 0; i < 16; i++) {
          await page.keyboard.press(press);
          expect(await inside(), `after ${i + 1} × ${press}`).toBe(true);
        }
      }
    });

    test("shows that it works, keeps its button's name and cannot be pressed twice", async ({ consumers, page }) => {
      const dialog = await consumers.choose(NAME, entry);
      if (entry === "Edit") await fields(dialog).name.fill("Renamed");
      const held = await hold(page, call);
      const confirm = dialog.getByRole("button", { name: button, exact: true });
      await confirm.click();
      await expect(confirm).toHaveAttribute("aria-busy", "true");
      await expect(confirm).toHaveAccessibleName(button);
      await confirm.evaluate((element: HTMLButtonElement) => element.click());
      await page.keyboard.press("Enter");
      held.letGo();
      await expect(dialog).toBeHidden();
      expect(held.calls()).toBe(1);
    });

    test("tells inside when the server is away, keeps the input, and works once the server is back", async ({
      consumers,
      server,
      complaints,
    }) => {
      complaints.expect(SERVER_AWAY);
      const dialog = await consumers.choose(NAME, entry);
      if (entry === "Edit") await fields(dialog).name.fill("Renamed");
      if (entry === "Disapprove" || entry === "Remove") await expect(dialog).toContainText("Nobody is signed in through it.");
      await server.kill();
      const confirm = dialog.getByRole("button", { name: button, exact: true });
      await confirm.click();
      await expect(dialog).toContainText(/server|reach|connection/i);
      await expect(confirm).not.toHaveAttribute("aria-busy", "true");
      if (entry === "Edit") await expect(fields(dialog).name).toHaveValue("Renamed");
      await server.start();
      await confirm.click();
      await expect(dialog).toBeHidden();
      const after = { Edit: "Renamed", Approve: "Approved", Disapprove: "Disapproved", Remove: null }[entry];
      if (after) await expect(consumers.rowOfKey(key)).toContainText(after);
      else await expect(consumers.rowOfKey(key)).toHaveCount(0);
    });
  });
}

for (const { entry, heading } of dialogs) {
  test(`${heading}: a session that ended in another tab is told inside, with what to do; after signing in there it works`, async ({
    consumers,
    context,
    server,
    complaints,
  }) => {
    complaints.expect(refused(401), SERVER_AWAY);
    const dialog = await consumers.choose(NAME, entry);
    if (entry === "Edit") await fields(dialog).name.fill("Renamed");
    const tab = await context.newPage();
    await tab.goto(PATH);
    await ready(tab);
    await signOut(tab);
    await tab.waitForURL("**/sign-in*");
    await consumers.confirmation(heading).click();
    await expect(consumers.refusal(heading)).toContainText(/session has ended.*sign in/i);
    await expect(consumers.refusal(heading).getByRole("link", { name: "Sign in" })).toBeVisible();
    if (entry === "Edit") await expect(fields(dialog).name).toHaveValue("Renamed");
    expect(await server.show(key)).toMatchObject({ revision: 1 });
    await signIn(tab, ada);
    await ready(tab);
    await consumers.confirmation(heading).click();
    await expect(dialog).toBeHidden();
  });
}

test.describe("What the dialogs say", () => {
  test("Approve names the consumer and its key", async ({ consumers }) => {
    const dialog = await consumers.choose(NAME, "Approve");
    await expect(dialog).toContainText(NAME);
    await expect(dialog).toContainText(key);
  });

  test("Disapprove names them too and says how many users are signed in through it", async ({ consumers, server }) => {
    await server.approve(key);
    await consumers.expectStatus(NAME, "Approved");
    const dialog = await consumers.choose(NAME, "Disapprove");
    await expect(dialog).toContainText(NAME);
    await expect(dialog).toContainText(key);
    await expect(dialog.getByText("Nobody is signed in through it.")).toBeVisible();
  });

  test("Remove says that it is permanent and names what stops working", async ({ consumers }) => {
    const dialog = await consumers.choose(NAME, "Remove");
    await expect(dialog).toContainText(NAME);
    await expect(dialog).toContainText(/permanent/i);
    await expect(dialog).toContainText(/stop|no longer|sign in/i);
  });
});
