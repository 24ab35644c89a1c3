import { expect, test } from "../support/test.ts";
import { expectNoViolations } from "../support/axe.ts";
import { overflow } from "../support/look.ts";

const DOCS = "/api/v1/docs";

interface OpenApi {
  paths: Record<string, Record<string, { summary?: string; responses?: object }>>;
  components: { schemas: Record<string, unknown> };
}

test("Every call and every schema of the OpenAPI document stands on the page, without a script", async ({ page }) => {
  const openApi = (await (await page.request.get("/api/v1/openapi.json")).json()) as OpenApi;
  await page.goto(DOCS);
  await expect(page).toHaveTitle("API · Latchkey");
  await expect(page.locator("script")).toHaveCount(0);
  const main = page.getByRole("main");
  for (const [path, item] of Object.entries(openApi.paths)) {
    for (const [method, operation] of Object.entries(item).filter(([, { responses }]) => responses)) {
      // Methods of a path that do the same share a section.
      const section = main.getByRole("region", { name: new RegExp(`\\b${method.toUpperCase()}\\b.* ${path.replace(/[{}]/g, "\\$&")}$`) });
      await expect(section, `${method} ${path}`).toBeVisible();
      await expect(section).toContainText(operation.summary as string);
    }
  }
  for (const name of Object.keys(openApi.components.schemas)) await expect(main.getByRole("region", { name, exact: true })).toBeVisible();
});

test("Every link on the page leads somewhere", async ({ page }) => {
  await page.goto(DOCS);
  const lost = await page.locator('a[href^="#"]').evaluateAll((links) =>
    links.map((link) => (link.getAttribute("href") as string).slice(1)).filter((id) => !document.getElementById(id)),
  );
  expect(lost).toEqual([]);
  expect((await page.request.get((await page.getByRole("link", { name: "OpenAPI document" }).getAttribute("href")) as string)).status()).toBe(200);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const viewport of [
    { width: 1280, height: 720 },
    { width: 360, height: 740 },
  ]) {
    test.describe(`At ${viewport.width} px in the ${colorScheme} theme`, () => {
      test.use({ colorScheme, viewport });

      test("axe finds nothing, and nothing reaches beyond the window", async ({ page }) => {
        await page.goto(DOCS);
        await expectNoViolations(page, "API");
        expect(await overflow(page)).toBeLessThanOrEqual(0);
      });
    });
  }
}
