import { type Locator, type Page, expect } from "@playwright/test";

/** Records where an element's top edge is in every painted frame; returns how far it strayed. */
export async function watchPosition(element: Locator): Promise<() => Promise<number>> {
  await element.evaluate((element) => {
    // Resize observers run after all of a frame's other work and before it is painted, so each frame resizes something.
    const beat = document.createElement("div");
    Object.assign(beat.style, { position: "fixed", top: "0", left: "0", height: "1px", width: "1px" });
    document.body.append(beat);
    const start = element.getBoundingClientRect().top;
    const seen = window as unknown as { strayed: number };
    seen.strayed = 0;
    new ResizeObserver(() => {
      const top = element.getBoundingClientRect().top;
      seen.strayed = Math.max(seen.strayed, Math.abs(top - start));
    }).observe(beat);
    let wide = false;
    const frame = () => {
      wide = !wide;
      beat.style.width = wide ? "2px" : "1px";
      requestAnimationFrame(frame);
    };
    frame();
  });
  const page = element.page();
  return async () => {
    await twoFrames(page);
    return page.evaluate(() => (window as unknown as { strayed: number }).strayed);
  };
}

/** Resolves once pending changes have been painted. */
export async function twoFrames(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** How far the page reaches beyond the window's right edge. */
export const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

export async function boxOf(element: Locator) {
  const box = await element.boundingBox();
  if (!box) throw new Error(`${element} is not shown`);
  return { ...box, right: box.x + box.width, bottom: box.y + box.height };
}

export const height = async (element: Locator) => (await boxOf(element)).height;

/** The heads of a table's columns stay below the bar when the page is scrolled to its end. */
export async function expectHeadsStay(page: Page): Promise<void> {
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  const bar = await boxOf(page.getByRole("banner"));
  expect((await boxOf(page.getByRole("table"))).y, "the table begins above").toBeLessThan(bar.bottom);
  expect((await boxOf(page.getByRole("columnheader").first())).y).toBeCloseTo(bar.bottom, 0);
}
