import { type Page, expect } from "@playwright/test";

/** How long the page's tasks have taken so far, in milliseconds. */
export async function taskTime(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return (metrics.find((metric) => metric.name === "TaskDuration")?.value ?? NaN) * 1000;
  };
}

export type Verb = "approve" | "disapprove";

/** Decides on a consumer as a script at this origin would, without the page's doing. */
export async function decide(page: Page, key: string, verb: Verb): Promise<void> {
  const headers = { origin: new URL(page.url()).origin, "if-match": "*" };
  const answer = await page.request.post(`/api/v1/consumers/${key}/${verb}`, { headers });
  expect(answer.status()).toBe(200);
}

/** The same by a script in the page, without a connection of another program; returns when it was answered, since 1970. */
export async function decideInside(page: Page, key: string, verb: Verb): Promise<number> {
  const { status, answered } = await page.evaluate(async (path) => {
    const answer = await fetch(path, { method: "POST", headers: { "If-Match": "*" } });
    return { status: answer.status, answered: performance.timeOrigin + performance.now() };
  }, `/api/v1/consumers/${key}/${verb}`);
  expect(status).toBe(200);
  return answered;
}

/** What is done to a consumer that is approved: one in turn with the other. */
export const inTurn = (change: number): Verb => (change % 2 === 0 ? "disapprove" : "approve");
