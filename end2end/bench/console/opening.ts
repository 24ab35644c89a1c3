import type { BrowserContext } from "@playwright/test";
import { type Figure, middle } from "../../support/figures.ts";
import { ConsumersPage, PATH, expect } from "../../support/test.ts";

/** Times that a browser that has never been here opens the page; once more before them. */
const LOADS = 7;

/** From the navigation until the page can be used, in browsers that have nothing of it yet. */
export async function opening(open: () => Promise<BrowserContext>): Promise<Figure[]> {
  const loads: Array<Record<"answered" | "row" | "interactive" | "live", number>> = [];
  for (let load = 0; load <= LOADS; load++) {
    const context = await open();
    const page = await context.newPage();
    await page.goto(PATH);
    await new ConsumersPage(page).expectLive();
    const times = await page.evaluate(() => {
      const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
      const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN;
      const { row, interactive, live } = window.bench.opened as Required<typeof window.bench.opened>;
      return { answered: navigation?.responseEnd ?? NaN, row: Math.max(row, paint), interactive, live };
    });
    expect(Object.values(times).every(Number.isFinite), JSON.stringify(times)).toBe(true);
    // The first one warms the server up.
    if (load > 0) loads.push(times);
    await context.close();
  }
  const all = (of: keyof (typeof loads)[number]) => loads.map((times) => times[of]);
  const aim = { timesAtMost: 1.5 };
  return [
    middle("until the document is there", all("answered"), aim),
    middle("until the first row is painted", all("row"), aim),
    middle("until the page is interactive", all("interactive")),
    middle("until it is Live", all("live")),
  ];
}
