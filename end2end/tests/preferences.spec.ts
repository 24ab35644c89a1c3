// What a browser is set to for all pages: less motion, larger fonts, more contrast, colours of its own.
import { textColours } from "../support/colours.ts";
import { height, overflow } from "../support/look.ts";
import { expect, test } from "../support/test.ts";

test.describe("With reduced motion", () => {
  test.use({ contextOptions: { reducedMotion: "reduce" } });

  test("nothing moves", async ({ server, consumers }) => {
    await server.register("Requirements sync");
    await consumers.choose("Requirements sync", "Edit");
    await consumers.page.keyboard.press("Escape");
    await consumers.openMenu("Requirements sync");
    const moving = await consumers.page.evaluate(() => {
      const seconds = (list: string) => Math.max(...list.split(",").map((part) => (part.includes("ms") ? parseFloat(part) / 1000 : parseFloat(part))));
      const told: string[] = [];
      for (const element of document.querySelectorAll("*")) {
        for (const part of [undefined, "::before", "::after", "::backdrop"]) {
          const look = getComputedStyle(element, part);
          const long = seconds(look.transitionDuration) > 0.011 || (look.animationName !== "none" && seconds(look.animationDuration) > 0.011);
          if (long) told.push(`${element.tagName.toLowerCase()}.${element.className}${part ?? ""}`);
        }
      }
      return [...new Set(told)];
    });
    expect(moving).toEqual([]);
  });

  test("a button that works shows it by a bar that stands still", async ({ consumers }) => {
    const bar = await consumers.registerButton.evaluate((button) => {
      button.setAttribute("aria-busy", "true");
      const { animationName, height, backgroundImage } = getComputedStyle(button, "::after");
      return { animationName, height, backgroundImage };
    });
    expect(bar).toEqual({ animationName: "none", height: "2px", backgroundImage: "none" });
  });
});

test("The texts grow with the browser's default font size", async ({ consumers }) => {
  const { page } = consumers;
  const size = () => consumers.tableHeading.evaluate((heading) => parseFloat(getComputedStyle(heading).fontSize));
  const usual = await size();
  await page.evaluate(() => document.documentElement.style.setProperty("font-size", "24px"));
  expect((await size()) / usual).toBeCloseTo(1.5, 2);
});

test("With a default font size of 24 pixels, rows and fields grow as well as texts", async ({ server, consumers }) => {
  const row = consumers.rowOfKey(await server.register("Requirements sync"));
  await expect(row).toBeVisible();
  const field = await height(consumers.name);
  await consumers.page.evaluate(() => document.documentElement.style.setProperty("font-size", "24px"));
  expect((await height(consumers.name)) / field).toBeCloseTo(1.5, 1);
  expect(await height(row)).toBe(66);
  expect(await overflow(consumers.page)).toBeLessThanOrEqual(0);
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`With more contrast, all text of the ${colorScheme} page has 7:1`, async ({ server, consumers }) => {
    await server.register("Requirements sync");
    await server.register("Model export", "disapproved");
    await expect(consumers.rows).toHaveCount(2);
    await consumers.page.emulateMedia({ colorScheme, contrast: "more" });
    await consumers.pointAway();
    for (const { text, contrast } of await textColours(consumers.table)) {
      expect.soft(contrast, text).toBeGreaterThanOrEqual(7);
    }
  });
}

test("With forced colours the marks of statuses differ, and the button that closes a message is drawn", async ({ server, consumers }) => {
  const { page } = consumers;
  await page.emulateMedia({ forcedColors: "active" });
  for (const status of ["pending", "approved", "disapproved"] as const) await server.register(`${status} one`, status);
  await expect(consumers.rows).toHaveCount(3);
  const marks = await page.locator(".status").evaluateAll((statuses) =>
    statuses.map((status) => {
      const look = getComputedStyle(status, "::before");
      return `${look.backgroundColor} ${look.backgroundImage}`;
    }),
  );
  expect(new Set(marks).size).toBe(3);
  await consumers.confirm("approved one", "Disapprove");
  const [cross, ground] = await page.locator(".message .close").evaluate((button) => [
    getComputedStyle(button, "::before").backgroundColor,
    getComputedStyle(button.closest(".message") as Element).backgroundColor,
  ]);
  expect(cross).not.toBe(ground);
});
