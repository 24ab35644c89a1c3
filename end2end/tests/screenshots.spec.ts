import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContextOptions, Page } from "@playwright/test";
import { ConsumersPage, PATH, ada, expect, numbered, openConsumers, ready, refused, registerMany, signIn, test } from "../support/test.ts";
import type { Latchkey } from "../support/test.ts";

const ROWS = [
  ["Requirements sync", "approved"],
  ["Simulation gateway", "approved"],
  ["Legacy change tracker", "disapproved"],
  ["Test bench reporting", "approved"],
  ["Supplier portal", "pending"],
  ["Model diff viewer", "approved"],
  ["Release notes generator", "pending"],
] as const;

/** The rows of the gallery: the same each time. */
async function seed(server: Latchkey): Promise<void> {
  for (const [name, status] of ROWS) await server.register(name, status);
}

async function open(page: Page): Promise<ConsumersPage> {
  const consumers = await openConsumers(page, ada);
  await consumers.expectLive();
  return consumers;
}

// For work on the look: LATCHKEY_GALLERY=folder npx playwright test screenshots
const gallery = process.env.LATCHKEY_GALLERY ?? "";
if (gallery) test.describe("Gallery", () => {
  const looks: Array<[string, BrowserContextOptions]> = [
    ["light", { colorScheme: "light", viewport: { width: 1280, height: 800 } }],
    ["dark", { colorScheme: "dark", viewport: { width: 1280, height: 800 } }],
    ["phone", { colorScheme: "light", viewport: { width: 390, height: 844 }, hasTouch: true }],
    ["phone-dark", { colorScheme: "dark", viewport: { width: 390, height: 844 }, hasTouch: true }],
    ["narrow", { colorScheme: "light", viewport: { width: 360, height: 740 } }],
    ["middle", { colorScheme: "light", viewport: { width: 900, height: 700 } }],
    ["wide", { colorScheme: "light", viewport: { width: 1920, height: 1080 } }],
  ];
  for (const [look, options] of looks) {
    test.describe(look, () => {
      test.use({ ...options });

      test("every state", async ({ server, page, complaints }) => {
        test.setTimeout(180_000);
        complaints.expect(refused(401, 403, 404, 409, 410, 422));
        const folder = gallery;
        mkdirSync(folder, { recursive: true });
        let number = 0;
        const shoot = async (what: string, fullPage = false) => {
          number += 1;
          const path = join(folder, `${look}-${String(number).padStart(2, "0")}-${what}.png`);
          await page.screenshot({ path, fullPage, animations: "disabled" });
        };
        await page.goto(PATH);
        await shoot("sign-in");
        await signIn(page, { ...ada, password: "wrong password" });
        await shoot("sign-in-wrong");
        await page.goto("/nothing-here");
        await shoot("not-found");
        const consumers = await open(page);
        await shoot("empty");
        await consumers.fillIn("n".repeat(101), "short", "other");
        await consumers.registerButton.click();
        await expect(consumers.name).toHaveAttribute("aria-invalid", "true");
        await shoot("errors");
        await page.reload();
        await ready(page);
        await seed(server);
        await expect(consumers.rows).toHaveCount(ROWS.length);
        await consumers.register("Nightly exporter");
        await shoot("registered");
        await consumers.pointAway();
        await page.reload();
        await ready(page);
        await consumers.expectLive();
        await shoot("page", true);
        await consumers.row("Supplier portal").hover();
        await shoot("row-under-pointer");
        await consumers.openMenu("Supplier portal");
        await shoot("menu");
        await page.keyboard.press("Escape");
        for (const entry of ["Edit", "Approve", "Disapprove", "Remove"] as const) {
          await consumers.choose("Supplier portal", entry);
          await shoot(`dialog-${entry.toLowerCase()}`);
          await page.keyboard.press("Escape");
        }
        const dialog = await consumers.choose("Supplier portal", "Edit");
        await dialog.getByLabel("Callback URLs", { exact: true }).fill("nowhere");
        await consumers.confirmation("Edit consumer").click();
        await expect(dialog.getByLabel("Callback URLs", { exact: true })).toHaveAttribute("aria-invalid", "true");
        await shoot("dialog-edit-error");
        await dialog.getByLabel("Callback URLs", { exact: true }).fill("");
        const consumer = (await server.list()).find(({ name }) => name === "Supplier portal");
        await server.approve(consumer?.key as string);
        await consumers.confirmation("Edit consumer").click();
        await expect(consumers.refusal("Edit consumer")).toContainText("the command line");
        await shoot("dialog-edit-conflict");
        await page.keyboard.press("Escape");
        if (look !== "light" && look !== "phone") return;
        await registerMany(page, numbered(1000));
        await page.reload();
        await ready(page);
        await expect(consumers.table).toHaveAttribute("aria-rowcount", /^10\d\d$/);
        await shoot("thousand-rows");
        await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
        await expect(consumers.rows.last()).toBeInViewport();
        await shoot("thousand-rows-end");
      });
    });
  }
});
