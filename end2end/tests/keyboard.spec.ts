// Everything by the keyboard alone, which shows where it is. The keys of the page: shortcuts.spec.ts.
import { ConsumersPage, type Entry, type Heading, PATH, SECRET, accountMenu, ada, expect, ready, tabTo, test } from "../support/test.ts";

test("The whole life of a key by keyboard alone, from signing in to signing out", async ({ page, server }) => {
  const { keyboard } = page;
  const consumers = new ConsumersPage(page);
  await page.goto(PATH);
  await expect(page.getByLabel("Username")).toBeFocused();
  await keyboard.type(ada.username);
  await keyboard.press("Tab");
  await keyboard.type(ada.password);
  await keyboard.press("Enter");
  await page.waitForURL(`**${PATH}`);
  await ready(page);

  await tabTo(page, consumers.name);
  await keyboard.type("Requirements sync");
  await tabTo(page, consumers.secret);
  await keyboard.type(SECRET);
  await tabTo(page, consumers.secretAgain);
  await keyboard.type(SECRET);
  await keyboard.press("Enter");
  await expect(consumers.row("Requirements sync")).toBeVisible();
  await expect(consumers.name).toBeFocused();

  const choose = async (name: string, entry: Entry, heading: Heading) => {
    await tabTo(page, consumers.actions(name));
    await keyboard.press("Enter");
    await expect(consumers.entry("Edit")).toBeFocused();
    await keyboard.press(entry[0] as string);
    await expect(consumers.entry(entry)).toBeFocused();
    await keyboard.press("Enter");
    await expect(consumers.dialog(heading)).toBeVisible();
  };
  const confirm = async (heading: Heading) => {
    await tabTo(page, consumers.confirmation(heading));
    await keyboard.press("Enter");
    await expect(consumers.dialog(heading)).toHaveCount(0);
  };

  await choose("Requirements sync", "Approve", "Approve consumer key");
  await confirm("Approve consumer key");
  await consumers.expectStatus("Requirements sync", "Approved");

  await choose("Requirements sync", "Edit", "Edit consumer");
  const dialog = consumers.dialog("Edit consumer");
  await tabTo(page, dialog.getByLabel("Consumer name", { exact: true }));
  await keyboard.press("ControlOrMeta+a");
  await keyboard.type("Requirements bridge");
  await tabTo(page, dialog.getByLabel("Callback URLs", { exact: true }));
  await keyboard.type("https://app.example/cb");
  await tabTo(page, dialog.getByLabel("Trusted", { exact: true }));
  await keyboard.press("Space");
  await confirm("Edit consumer");
  await expect(consumers.row("Requirements bridge")).toBeVisible();
  expect((await server.list())[0]).toMatchObject({ name: "Requirements bridge", trusted: true, status: "approved" });

  await choose("Requirements bridge", "Disapprove", "Disapprove consumer key");
  await confirm("Disapprove consumer key");
  await consumers.expectStatus("Requirements bridge", "Disapproved");

  await choose("Requirements bridge", "Remove", "Remove consumer key");
  await confirm("Remove consumer key");
  await expect(consumers.rows).toHaveCount(0);
  await expect(consumers.tableHeading).toBeFocused();

  await tabTo(page, accountMenu(page).locator("[popovertarget]"), "Shift+Tab");
  await keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: "Sign out" }));
  await keyboard.press("Enter");
  await expect(page).toHaveURL(/\/sign-in/);
});

test("What has the focus shows it", async ({ server, consumers }) => {
  await server.register("Requirements sync");
  const { page } = consumers;
  const unmarked = new Set<string>();
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  for (let presses = 0; presses < 16; presses++) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return "";
      const look = getComputedStyle(element);
      const marked = (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 1) || look.boxShadow !== "none";
      return marked ? "" : element.outerHTML.slice(0, 120);
    });
    if (seen) unmarked.add(seen);
  }
  expect([...unmarked]).toEqual([]);
});
