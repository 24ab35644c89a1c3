import { Random } from "../support/random.ts";
import { type Consumer } from "../support/server.ts";
import {
  ConsumersPage,
  type Entry,
  PATH,
  SERVER_AWAY,
  ada,
  expect,
  grace,
  ready,
  refused,
  registerMany,
  signIn,
  test,
} from "../support/test.ts";

/** Tabs of each of the two, which share a stream. */
const TABS = 3;
/** Actions that are tried in each tab. */
const TRIES = 8;
/** Consumers, few so that the tabs collide. */
const FEW = 4;

const words = { pending: "Pending", approved: "Approved", disapproved: "Disapproved" };

/** One tab, in which one action follows the other. */
class Tab {
  done = 0;
  refused = 0;

  constructor(
    private readonly consumers: ConsumersPage,
    private readonly random: Random,
    private readonly name: string,
  ) {}

  async act(): Promise<void> {
    const page = this.consumers.page;
    const name = `${this.name}.${this.random.below(2 ** 32).toString(16)}`;
    const keys = await this.consumers.rows.evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.key as string));
    if (keys.length < FEW) {
      await registerMany(page, [name]);
      this.done += 1;
      return;
    }
    const key = this.random.of(keys);
    const entry = this.random.of<Entry>(["Edit", "Edit", "Edit", "Approve", "Approve", "Disapprove", "Disapprove", "Remove"]);
    if (this.random.below(2) === 0) await this.byTheApi(key, entry, name);
    else await this.byTheMenu(key, entry, name);
    expect(page.url()).toContain(PATH);
  }

  /** As a script on the page does it: looks, and changes what it has seen. */
  private async byTheApi(key: string, entry: Entry, name: string): Promise<void> {
    const status = await this.consumers.page.evaluate(
      async ([key, entry, name]) => {
        const url = `/api/v1/consumers/${key}`;
        const seen = await fetch(url);
        if (!seen.ok) return seen.status;
        const headers = { "If-Match": seen.headers.get("etag") as string, "Content-Type": "application/json" };
        if (entry === "Edit") return (await fetch(url, { method: "PATCH", headers, body: JSON.stringify({ name }) })).status;
        if (entry === "Remove") return (await fetch(url, { method: "DELETE", headers })).status;
        return (await fetch(`${url}/${entry.toLowerCase()}`, { method: "POST", headers })).status;
      },
      [key, entry, name] as const,
    );
    expect([200, 204, 404, 412]).toContain(status);
    this.count(status < 300);
  }

  /** As people do it. The row may have another name or be gone at any moment, and the menu may not offer it any more. */
  private async byTheMenu(key: string, entry: Entry, name: string): Promise<void> {
    const page = this.consumers.page;
    const soon = { timeout: 2_000 };
    const dialog = page.getByRole("dialog");
    let pressed = false;
    try {
      await this.consumers.rowOfKey(key).getByRole("button", { name: /^Actions for / }).click(soon);
      await this.consumers.entry(entry).click(soon);
      if (entry === "Edit") await dialog.getByLabel("Consumer name", { exact: true }).fill(name, soon);
      await dialog.getByRole("button", { name: entry === "Edit" ? "Save" : entry, exact: true }).click(soon);
      pressed = true;
    } catch (error) {
      if (!(error instanceof Error && error.name === "TimeoutError")) throw error;
    }
    if (pressed) {
      const refusal = dialog.getByRole("alert");
      await expect(async () => {
        expect((await refusal.isVisible()) || (await dialog.count()) === 0).toBe(true);
      }).toPass();
      this.count(!(await refusal.isVisible()));
    }
    // Whatever is still open is left as it is.
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await page.keyboard.press("Escape");
    await expect(this.consumers.menu).toHaveCount(0);
  }

  private count(made: boolean): void {
    if (made) this.done += 1;
    else this.refused += 1;
  }

  /** The table shows exactly these, once it is not in use: new rows wait until pointer and focus have left it. */
  async shows(list: Consumer[]): Promise<void> {
    await this.consumers.page.getByRole("heading", { level: 1 }).click();
    const expected = list.map(({ key, name, status }) => [key, name, words[status]]);
    const shown = () =>
      this.consumers.rows.evaluateAll((rows) =>
        rows.map((row) => [(row as HTMLElement).dataset.key as string, (row as HTMLElement).innerText] as const),
      );
    await expect(async () => {
      const rows = await shown();
      expect(rows.map(([key]) => key).sort()).toEqual(expected.map(([key]) => key as string).sort());
      for (const [key, text] of rows) {
        const [, name, status] = expected.find((row) => row[0] === key) as string[];
        expect(text).toContain(name);
        expect(text).toContain(status);
      }
    }).toPass({ timeout: 60_000 });
  }
}

test("two administrators in many tabs end up seeing what the database holds, and nobody reloads", async ({
  server,
  browser,
  baseURL,
  complaints,
}) => {
  test.setTimeout(240_000);
  complaints.expect(refused(404, 409, 412), SERVER_AWAY);
  const random = new Random();
  console.log(`LATCHKEY_SEED=${random.seed} repeats this run`);
  await server.addUser(grace);
  const tabs: Tab[] = [];
  const pages: ConsumersPage[] = [];
  const contexts = await Promise.all([ada, grace].map(() => browser.newContext({ baseURL })));
  for (const [at, context] of contexts.entries()) {
    complaints.watch(context);
    for (let tab = 0; tab < TABS; tab++) {
      const page = await context.newPage();
      await page.goto(PATH);
      if (tab === 0) await signIn(page, at === 0 ? ada : grace);
      await page.waitForURL(`**${PATH}`);
      await ready(page);
      const consumers = new ConsumersPage(page);
      await consumers.expectLive();
      await consumers.mark();
      pages.push(consumers);
      tabs.push(new Tab(consumers, random.part(tabs.length), `${at}.${tab}`));
    }
  }
  const work = async (tab: Tab) => {
    for (let tries = 0; tries < TRIES; tries++) await tab.act();
  };
  await Promise.all(tabs.map(work));
  const list = await server.list();
  await Promise.all(tabs.map((tab) => tab.shows(list)));
  for (const page of pages) await page.expectNotReloaded();
  const sum = (count: (tab: Tab) => number) => tabs.reduce((all, tab) => all + count(tab), 0);
  console.log(`${sum((tab) => tab.done)} done, ${sum((tab) => tab.refused)} refused, ${list.length} consumers left`);
  await Promise.all(contexts.map((context) => context.close()));
});
