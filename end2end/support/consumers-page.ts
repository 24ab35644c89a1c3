import { type Locator, type Page, expect } from "@playwright/test";
import { type Account, type Latchkey, SECRET } from "./server.ts";

export type Heading = "Edit consumer" | "Approve consumer key" | "Disapprove consumer key" | "Sign everybody out" | "Remove consumer key";
export type Entry = "Edit" | "Approve" | "Disapprove" | "Sign everybody out" | "Remove";

const headings: Record<Entry, Heading> = {
  Edit: "Edit consumer",
  Approve: "Approve consumer key",
  Disapprove: "Disapprove consumer key",
  "Sign everybody out": "Sign everybody out",
  Remove: "Remove consumer key",
};

export const PATH = "/settings/oauth-consumers";

/** Signs in through the form; the page that follows is up to the caller. */
export async function signIn(page: Page, { username, password }: Account): Promise<void> {
  await page.getByLabel("Username", { exact: true }).fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Goes to a page of Settings by the header; on a phone its menu is opened first. */
export async function goTo(page: Page, name: string): Promise<void> {
  const navigation = page.getByRole("navigation", { name: "Settings" });
  const menu = navigation.locator(".pages");
  if (await menu.isVisible()) await menu.locator("[popovertarget]").click();
  await navigation.getByRole("link", { name, exact: true }).click();
}

/** The menu by the user's name: its button, and the list that this opens. */
export const accountMenu = (page: Page): Locator => page.locator("header .own-menu");

/** Signs out by the menu. */
export async function signOut(page: Page): Promise<void> {
  await accountMenu(page).locator("[popovertarget]").click();
  await page.getByRole("button", { name: "Sign out" }).click();
}

/** Waits until the wasm runs. */
export async function ready(page: Page): Promise<void> {
  await page.locator("html[data-hydrated]").waitFor({ state: "attached" });
}

/** A field that says in words what is wrong with it. */
export async function expectFieldError(field: Locator, words: RegExp): Promise<void> {
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription(words);
}

export async function expectNoFieldError(field: Locator): Promise<void> {
  await expect(field).not.toHaveAttribute("aria-invalid", "true");
}

/** Presses Tab until the element has the focus: the way without a mouse. */
export async function tabTo(page: Page, target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  const here = () => target.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 80; presses++) {
    if (await here()) return;
    await page.keyboard.press(key);
  }
  throw new Error(`80 presses of ${key} did not reach ${target}`);
}

/** Holds the page's calls of one server function back until they are let go. */
export async function hold(page: Page, name: string): Promise<{ calls: () => number; letGo: () => void }> {
  let letGo = () => {};
  let calls = 0;
  const gate = new Promise<void>((open) => (letGo = open));
  await page.route(`**/api/page/${name}`, async (route) => {
    calls += 1;
    await gate;
    // The page may have given it up by then.
    await route.continue().catch((error: Error) => {
      if (!/aborted|cancel|closed|handled/i.test(error.message)) throw error;
    });
  });
  return { calls: () => calls, letGo };
}

/** Registers many consumers at once, as the script of a page at this origin would. */
export async function registerMany(page: Page, names: string[], origin = new URL(page.url()).origin): Promise<void> {
  const left = [...names];
  const work = async () => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const answer = await page.request.post("/api/page/register", { headers: { origin }, form: { name, secret: SECRET } });
      expect(answer.status(), `registering ${name}`).toBe(200);
    }
  };
  await Promise.all([work(), work(), work(), work()]);
}

/** `Application 01`, `Application 02`, … */
export const numbered = (count: number, what = "Application") =>
  Array.from({ length: count }, (_, at) => `${what} ${String(at + 1).padStart(2, "0")}`);

/** The OAuth consumers page, by the names that people read. */
export class ConsumersPage {
  readonly heading: Locator;
  readonly sign: Locator;
  readonly registerSection: Locator;
  readonly name: Locator;
  readonly secret: Locator;
  readonly secretAgain: Locator;
  readonly registerButton: Locator;
  readonly generate: Locator;
  readonly copySecret: Locator;
  readonly tableHeading: Locator;
  readonly table: Locator;
  readonly rows: Locator;
  readonly menu: Locator;
  readonly messages: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole("heading", { name: "OAuth consumers", exact: true });
    this.sign = page.getByRole("status");
    this.registerSection = page
      .locator("section")
      .filter({ has: page.getByRole("heading", { name: "Register consumer", exact: true }) });
    this.name = this.registerSection.getByLabel("Consumer name", { exact: true });
    this.secret = this.registerSection.getByLabel("Consumer secret", { exact: true });
    this.secretAgain = this.registerSection.getByLabel("Re-type consumer secret", { exact: true });
    this.registerButton = this.registerSection.getByRole("button", { name: "Register", exact: true });
    this.generate = this.registerSection.getByRole("button", { name: "Generate", exact: true });
    this.copySecret = this.registerSection.getByRole("button", { name: "Copy secret", exact: true });
    this.tableHeading = page.getByRole("heading", { name: "Consumer keys", exact: true });
    this.table = page.getByRole("table", { name: "Consumer keys", exact: true });
    this.rows = this.table.locator("tr[data-key]");
    this.menu = page.getByRole("menu");
    this.messages = page.locator("[aria-live=polite]:not([role=status])");
  }

  async open(): Promise<void> {
    await this.page.goto(PATH);
    await ready(this.page);
  }

  /** The row whose menu is for the consumer of this name. */
  row(name: string): Locator {
    return this.rows.filter({ has: this.actions(name) });
  }

  rowOfKey(key: string): Locator {
    return this.table.locator(`tr[data-key="${key}"]`);
  }

  actions(name: string): Locator {
    return this.page.getByRole("button", { name: `Actions for ${name}`, exact: true });
  }

  /** The button beside **Pending**. */
  approve(name: string): Locator {
    return this.table.getByRole("button", { name: `Approve ${name}`, exact: true });
  }

  entry(name: Entry): Locator {
    return this.menu.getByRole("menuitem", { name, exact: true });
  }

  dialog(heading: Heading): Locator {
    return this.page.getByRole("dialog", { name: heading, exact: true });
  }

  /** The button that does what the dialog is for. */
  confirmation(heading: Heading): Locator {
    const entry = (Object.keys(headings) as Entry[]).find((entry) => headings[entry] === heading) as Entry;
    const name = entry === "Edit" ? "Save" : entry;
    return this.dialog(heading).getByRole("button", { name, exact: true });
  }

  newRows(count: number): Locator {
    return this.page.getByRole("button", { name: `${count} new`, exact: true });
  }

  async expectStatus(name: string, status: "Pending" | "Approved" | "Disapproved"): Promise<void> {
    await expect(this.row(name).getByText(status, { exact: true })).toBeVisible();
  }

  /** The disclosure that folds the register form on phones; elsewhere there is none. */
  get fold(): Locator {
    return this.registerSection.locator("details.fold > summary");
  }

  /** Opens the register form where it is folded. */
  async unfold(): Promise<void> {
    await this.tableHeading.waitFor();
    if (!(await this.name.isVisible())) await this.fold.click();
  }

  async fillIn(name: string, secret = SECRET, again = secret): Promise<void> {
    await this.unfold();
    await this.name.fill(name);
    await this.secret.fill(secret);
    await this.secretAgain.fill(again);
  }

  /** Registers through the form and returns the new row. */
  async register(name: string, secret = SECRET): Promise<Locator> {
    await this.fillIn(name, secret);
    await this.registerButton.click();
    await expect(this.row(name).first()).toBeVisible();
    return this.row(name).first();
  }

  async keyOf(row: Locator): Promise<string> {
    const key = await row.getAttribute("data-key");
    if (!key) throw new Error("the row has no data-key");
    return key;
  }

  /** The menu is at its place, and the next key goes to it. */
  async openMenu(name: string): Promise<void> {
    await this.actions(name).click();
    await this.expectMenuFocused();
  }

  /** The same without a mouse; the first entry has the focus. */
  async openMenuByKey(name: string, key = "Enter"): Promise<void> {
    await this.actions(name).focus();
    await this.page.keyboard.press(key);
    await expect(this.entry("Edit")).toBeFocused();
  }

  async expectMenuFocused(): Promise<void> {
    await expect(this.menu).toBeVisible();
    await expect.poll(() => this.menu.evaluate((menu) => menu.contains(document.activeElement))).toBe(true);
  }

  /** Row menu, entry: the dialog that opens. */
  async choose(name: string, entry: Entry): Promise<Locator> {
    await this.openMenu(name);
    await this.entry(entry).click();
    const dialog = this.dialog(headings[entry]);
    await expect(dialog).toBeVisible();
    return dialog;
  }

  /** Row menu, entry, confirmation: done when the dialog is closed. */
  async confirm(name: string, entry: Exclude<Entry, "Edit">): Promise<void> {
    const dialog = await this.choose(name, entry);
    await this.confirmation(headings[entry]).click();
    await expect(dialog).toBeHidden();
  }

  /** Whether the document is still the one it was, for pages that must not reload. */
  async mark(): Promise<void> {
    await this.page.evaluate(() => ((window as unknown as { mark: boolean }).mark = true));
  }

  /** The message that says what happened, wherever on the page it stands. */
  said(words: string | RegExp): Locator {
    return this.messages.filter({ hasText: words });
  }

  /** The refusal in the open dialog. */
  refusal(heading: Heading): Locator {
    return this.dialog(heading).getByRole("alert");
  }

  /** The pointer rests where no row is. */
  async pointAway(): Promise<void> {
    await this.page.mouse.move(1, 1);
  }

  async expectLive(): Promise<void> {
    await expect(this.sign).toHaveText("Live");
  }

  /** How many milliseconds it takes at the moment, on this machine, until the page shows what the command line does. */
  async usualDelay(server: Latchkey): Promise<number> {
    const begin = performance.now();
    const key = await server.register("For the usual delay");
    await expect(this.rowOfKey(key)).toBeVisible();
    return performance.now() - begin;
  }

  async expectNotReloaded(): Promise<void> {
    expect(await this.page.evaluate(() => (window as unknown as { mark?: boolean }).mark)).toBe(true);
  }
}

/** Signs in and goes to the page; returns once the wasm runs. */
export async function openConsumers(page: Page, account: Account): Promise<ConsumersPage> {
  await page.goto(PATH);
  await signIn(page, account);
  await page.waitForURL(`**${PATH}`);
  await ready(page);
  const consumers = new ConsumersPage(page);
  // Not where the button was that signed in: a row may be there now, and new rows would wait for the pointer to leave.
  await consumers.pointAway();
  return consumers;
}
