// What a browser is set to for all pages: less motion, larger fonts.
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
});

test("The texts grow with the browser's default font size", async ({ consumers }) => {
  const { page } = consumers;
  const size = () => consumers.tableHeading.evaluate((heading) => parseFloat(getComputedStyle(heading).fontSize));
  const usual = await size();
  await page.evaluate(() => document.documentElement.style.setProperty("font-size", "24px"));
  expect((await size()) / usual).toBeCloseTo(1.5, 2);
});
