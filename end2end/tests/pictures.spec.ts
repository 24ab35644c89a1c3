// The pictures of README and the guides: LATCHKEY_SCREENSHOTS=1 npx playwright test pictures takes them again.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Locator, Page } from "@playwright/test";
import { Estate, HOW_MANY, SYNC, UNUSED } from "../support/estate.ts";
import { type Complaints, type ConsumersPage, ada, test as base, expect, openConsumers, refused, signIn } from "../support/test.ts";

const taken = process.env.LATCHKEY_SCREENSHOTS === "1";
const docs = resolve(import.meta.dirname, "../../docs");
const folder = join(docs, "screenshots");
/** The most bytes of a picture: every clone has all of them. */
const MOST = 125_000;
/** The least that has room for table and panel. */
const WINDOW = { width: 1200, height: 600 };

const test = base.extend<{ estate: Estate }>({
  estate: [
    async ({ server }, use) => {
      const estate = await Estate.settle(server);
      if (taken) await estate.age();
      await use(estate);
      await estate.leave();
    },
    { auto: true },
  ],
  // The page opens on what is there: it has seen nothing of how that was made.
  consumers: async ({ estate, page }, use) => {
    const consumers = await openConsumers(page, ada);
    await consumers.expectLive();
    await expect(consumers.rowOfKey(estate.key(SYNC))).toContainText("Approved");
    await use(consumers);
  },
});

/** A part of the window, in pixels. */
type Part = { x: number; y: number; width: number; height: number };

/** An element with some of what is around it. */
async function around(element: Locator, margin = 24): Promise<Part> {
  const box = await element.boundingBox();
  if (!box) throw new Error(`${element} is not shown`);
  const [x, y] = [Math.max(0, box.x - margin), Math.max(0, box.y - margin)];
  return { x, y, width: box.x + box.width + margin - x, height: box.y + box.height + margin - y };
}

/** Takes the picture, of the whole window or a part of it, where that is asked for. */
async function take(page: Page, name: string, clip?: Part): Promise<void> {
  if (!taken) return;
  await page.screenshot({ path: join(folder, `${name}.png`), clip, animations: "disabled", caret: "hide" });
}

interface Shown {
  page: Page;
  consumers: ConsumersPage;
  estate: Estate;
  complaints: Complaints;
}

/** How the page comes to what a picture shows of it; resolves to the part that is taken, if that is not the whole window. */
const SCENES: Record<string, (shown: Shown) => Promise<Part | undefined>> = {
  filters: async ({ page, consumers }) => {
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByLabel("Last used", { exact: true }).selectOption("not for 30 days");
    await page.getByLabel("Trusted", { exact: true }).selectOption("Not trusted");
    await page.getByRole("button", { name: "Apply", exact: true }).click();
    await page.getByRole("columnheader", { name: "Last used" }).getByRole("button").click();
    await expect(page.getByRole("link", { name: /^Remove filter/ })).toHaveCount(2);
    await expect(consumers.rows).toHaveCount(taken ? UNUSED : 0);
    await consumers.pointAway();
    return { ...(await around(page.locator("section.consumers"), 12)), x: 0, width: WINDOW.width };
  },
  panel: async ({ page, consumers }) => {
    await consumers.row(SYNC).getByRole("link", { name: SYNC, exact: true }).click();
    const panel = page.locator("#panel");
    await expect(panel.getByRole("heading", { name: SYNC })).toBeFocused();
    for (const username of ["grace", "mira"]) await expect(panel.getByRole("button", { name: `Sign out ${username}` })).toBeVisible();
    await consumers.pointAway();
    return undefined;
  },
  many: async ({ page, consumers }) => {
    await page.getByRole("checkbox", { name: "Select Release notes generator", exact: true }).check();
    await page.getByRole("checkbox", { name: "Select Nightly model export", exact: true }).click({ modifiers: ["Shift"] });
    await expect(page.getByRole("region", { name: "Selected consumers" })).toContainText("3 selected");
    await consumers.pointAway();
    return undefined;
  },
  palette: async ({ page }) => {
    await page.keyboard.press("Control+K");
    const dialog = page.getByRole("dialog", { name: "Find a consumer or a command" });
    await dialog.getByRole("combobox").fill("sy");
    await expect(dialog.getByRole("option", { name: new RegExp(SYNC) })).toBeVisible();
    return around(dialog);
  },
  edit: async ({ page, consumers }) => {
    await page.setViewportSize({ ...WINDOW, height: 1000 });
    const dialog = await consumers.choose(SYNC, "Edit");
    await expect(dialog.getByLabel("Owner", { exact: true })).toHaveValue("Systems engineering");
    return around(dialog);
  },
  disapprove: async ({ consumers }) => {
    const dialog = await consumers.choose(SYNC, "Disapprove");
    await expect(dialog).toContainText("2 users are signed in through it.");
    await dialog.getByLabel("Reason", { exact: true }).fill("Its secret was in a log");
    return around(dialog);
  },
  conflict: async ({ page, consumers, estate, complaints }) => {
    complaints.expect(refused(409));
    await page.setViewportSize({ ...WINDOW, height: 1000 });
    const dialog = await consumers.choose(SYNC, "Edit");
    const contact = dialog.getByLabel("Contact", { exact: true });
    await contact.fill("Mira, extension 4711");
    await estate.edit("grace", SYNC, { contact: "builds@example.com", owner: "Build farm" });
    await consumers.confirmation("Edit consumer").click();
    await expect(consumers.refusal("Edit consumer")).toContainText("Meanwhile grace changed");
    await expect(dialog.getByLabel("Owner", { exact: true })).toHaveValue("Build farm");
    await dialog.getByRole("group", { name: "You both changed Contact" }).scrollIntoViewIfNeeded();
    return around(dialog);
  },
};

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`In the ${colorScheme} theme`, () => {
    test.use({ colorScheme, viewport: WINDOW });

    test(`the table can be taken as table-${colorScheme}`, async ({ page, consumers }) => {
      await expect(consumers.rows).toHaveCount(HOW_MANY);
      await take(page, `table-${colorScheme}`);
    });
  });
}

test.describe("On a large screen", () => {
  test.use({ viewport: WINDOW });

  for (const [name, shown] of Object.entries(SCENES)) {
    test(`what ${name} shows can be taken`, async ({ page, consumers, estate, complaints }) => {
      await take(page, name, await shown({ page, consumers, estate, complaints }));
    });
  }
});

test.describe("On a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("the table can be taken as phone", async ({ page, consumers }) => {
    await expect(consumers.rows).toHaveCount(HOW_MANY);
    await take(page, "phone");
  });
});

test.describe("Of the plain pages", () => {
  test.use({ viewport: { ...WINDOW, height: 560 } });

  test("users can be taken", async ({ page }) => {
    await page.goto("/settings/users");
    await signIn(page, ada);
    await expect(page.locator("[data-live]")).toHaveText("Live");
    const rows = page.getByRole("table", { name: "Users" }).locator("tbody").getByRole("row");
    await expect(rows.filter({ hasText: "Joost de Wit" })).toContainText("No password yet");
    await expect(rows.filter({ hasText: "Petra Lind" })).toContainText("Disabled");
    await take(page, "users");
  });

  test("activity can be taken", async ({ estate, page }) => {
    await page.goto("/settings/activity");
    await signIn(page, ada);
    await expect(page.locator("[data-live]")).toHaveText("Live");
    const rows = page.getByRole("table", { name: "Activity" }).locator("tbody").getByRole("row");
    await expect(rows.filter({ has: page.locator(`a[href$="${estate.key(SYNC)}"]`) })).not.toHaveCount(0);
    await take(page, "activity");
  });
});

base("README and the guides show each picture that is taken here, and no other is kept", () => {
  const all = ["table-light", "table-dark", ...Object.keys(SCENES), "phone", "users", "activity"].map((name) => `${name}.png`).sort();
  const guides = readdirSync(join(docs, "guides")).map((name) => join(docs, "guides", name));
  const texts = [join(docs, "../README.md"), ...guides].map((path) => readFileSync(path, "utf8"));
  const shown = texts.flatMap((text) => [...text.matchAll(/screenshots\/([\w-]+\.png)/g)].map(([, file]) => file));
  expect([...new Set(shown)].sort()).toEqual(all);
  // Another worker may be writing them at this moment.
  if (taken) return;
  expect(readdirSync(folder).sort(), "LATCHKEY_SCREENSHOTS=1 npx playwright test pictures takes them").toEqual(all);
  for (const file of all) expect(statSync(join(folder, file)).size, `${file} in bytes`).toBeLessThanOrEqual(MOST);
});
