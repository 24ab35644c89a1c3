import type { Page } from "@playwright/test";

/** Runs in the page before all else: remembers the event streams that it opens. */
export function noteStreams(): void {
  const seen = window as unknown as { streams: Set<EventSource> };
  seen.streams = new Set();
  const Native = window.EventSource;
  class Counted extends Native {
    constructor(url: string | URL, options?: EventSourceInit) {
      super(url, options);
      seen.streams.add(this);
    }
  }
  window.EventSource = Counted;
}

/** Runs in the page: how many of them are open. */
export function openStreams(): number {
  const { streams } = window as unknown as { streams?: Set<EventSource> };
  return [...(streams ?? [])].filter((stream) => stream.readyState !== EventSource.CLOSED).length;
}

/** Counts the event streams that a page opens and closes, from its first moment. */
export async function countStreams(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(noteStreams);
  return () => page.evaluate(openStreams);
}

/** The page is hidden, or seen again, as the browser reports it. */
export async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (hidden ? "hidden" : "visible") });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);
}
