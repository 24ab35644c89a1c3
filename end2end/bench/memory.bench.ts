import { setTimeout } from "node:timers/promises";
import type { CDPSession, Page } from "@playwright/test";
import { decide } from "../support/cost.ts";
import { conditions, kB, median, ms, print, quantile } from "../support/figures.ts";
import { SECRET, expect, numbered, registerMany, test } from "../support/test.ts";

const MINUTES = Number(process.env.LATCHKEY_BENCH_MINUTES || "5");
if (!(MINUTES > 0)) throw new Error("LATCHKEY_BENCH_MINUTES: give a number of minutes");
/** Milliseconds from one change to the next: ten a second. */
const APART = 100;
/** Parts of the time after which memory is looked at. */
const PARTS = 10;
/** More than the page holds. */
const STORED = 400;
/** Rows whose consumers change, at either end of the table. */
const ROWS = 20;

test.describe.configure({ timeout: (MINUTES + 10) * 60_000 });

/** Runs in the page before all else: remembers the memory of its wasm. */
function noteMemory(): void {
  const native = WebAssembly.instantiateStreaming;
  WebAssembly.instantiateStreaming = async (source, imports) => {
    const made = await native(source, imports);
    (window as unknown as { memory: unknown }).memory = made.instance.exports.memory;
    return made;
  };
}

interface Memory {
  heap: number;
  wasm: number;
  /** All that are alive, in the document or not. */
  nodes: number;
  listeners: number;
  elements: number;
}

/** What the page holds after everything is collected that nothing needs. */
async function memory(page: Page, session: CDPSession): Promise<Memory> {
  // What a finalizer lets go is collected by the second one.
  for (let time = 0; time < 2; time++) await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const { nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
  const { wasm, elements } = await page.evaluate(() => {
    const { memory } = window as unknown as { memory: WebAssembly.Memory };
    return { wasm: memory.buffer.byteLength, elements: document.querySelectorAll("*").length };
  });
  return { heap: usedSize, wasm, nodes, listeners: jsEventListeners, elements };
}

/** Changes of consumers, one after the other: in sight, far away, a new name, one that comes and goes. */
class Changes {
  private number = 0;
  private decided = { near: 0, far: 0 };
  private guest = "";

  constructor(
    private readonly page: Page,
    private readonly keys: { near: string[]; far: string[] },
  ) {}

  async make(): Promise<void> {
    const { page, number } = this;
    this.number += 1;
    const headers = { origin: new URL(page.url()).origin, "if-match": "*" };
    const url = `/api/v1/consumers/${this.guest}`;
    switch (number % 10) {
      case 6: {
        const data = { name: `Renamed ${number}` };
        expect((await page.request.patch(`/api/v1/consumers/${this.keys.near[0]}`, { headers, data })).status()).toBe(200);
        break;
      }
      case 7: {
        const answer = await page.request.post("/api/v1/consumers", { headers, data: { name: `Guest ${number}`, secret: SECRET } });
        expect(answer.status()).toBe(201);
        this.guest = ((await answer.json()) as { key: string }).key;
        break;
      }
      case 8:
        await decide(page, this.guest, "approve");
        break;
      case 9:
        expect((await page.request.delete(url, { headers })).status()).toBe(204);
        break;
      default:
        await this.decide(number % 2 === 0 ? "near" : "far");
    }
  }

  /** Approves all, one after the other, then disapproves all. */
  private async decide(where: "near" | "far"): Promise<void> {
    const [keys, number] = [this.keys[where], this.decided[where]++];
    const verb = Math.floor(number / keys.length) % 2 === 0 ? "approve" : "disapprove";
    await decide(this.page, keys[number % keys.length] as string, verb);
  }
}

test(`the page's memory over ${MINUTES} minutes of ten changes a second`, async ({ consumers, server }) => {
  const where = conditions();
  const { page } = consumers;
  await page.goto("about:blank");
  await registerMany(page, numbered(STORED), server.url);
  await page.addInitScript(noteMemory);
  await consumers.open();
  await consumers.expectLive();
  await consumers.pointAway();
  const newest = await server.list();
  const keys = newest.map(({ key }) => key);
  const near = await consumers.rows.evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.key as string));
  const far = keys.filter((key) => !near.includes(key));
  expect(far.length, "consumers whose rows the page does not hold").toBeGreaterThan(ROWS);
  const changes = new Changes(page, { near: near.slice(0, ROWS), far: far.slice(0, ROWS) });

  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.enable");
  const seen: Array<Memory & { minutes: number; made: number }> = [{ minutes: 0, made: 0, ...(await memory(page, session)) }];
  const waits: number[] = [];
  const begin = performance.now();
  let due = begin;
  for (let part = 1; part <= PARTS; part++) {
    const end = begin + (MINUTES * 60_000 * part) / PARTS;
    while (due < end) {
      await setTimeout(Math.max(0, due - performance.now()));
      const asked = performance.now();
      await changes.make();
      waits.push(performance.now() - asked);
      due += APART;
    }
    const minutes = (performance.now() - begin) / 60_000;
    seen.push({ minutes, made: waits.length, ...(await memory(page, session)) });
  }
  // It has followed to the end.
  const last = await server.register("The last one");
  await expect(consumers.rowOfKey(last)).toBeVisible();
  await consumers.expectLive();

  print(`Memory of the page on ${where}`, [
    ["after", "changes", "heap", "wasm", "nodes alive", "listeners", "elements in the document"],
    ...seen.map(({ minutes, made, heap, wasm, nodes, listeners, elements }) => [
      `${minutes.toFixed(1)} min`,
      ...[String(made), kB(heap), kB(wasm), String(nodes), String(listeners), String(elements)],
    ]),
  ]);
  const [middle, end] = [seen[PARTS / 2], seen[PARTS]] as [(typeof seen)[number], (typeof seen)[number]];
  const heaps = seen.slice(PARTS / 2).map(({ heap }) => heap);
  const hour = 60 / (end.minutes - middle.minutes);
  print("From the middle to the end", [
    ["", "measured"],
    ["the heap grows, in an hour of it", kB((end.heap - middle.heap) * hour)],
    ["between these it had", `${kB(Math.min(...heaps))} to ${kB(Math.max(...heaps))}`],
    ["the wasm's memory grows", kB(end.wasm - middle.wasm)],
    ["nodes alive grow by", String(end.nodes - middle.nodes)],
    ["changes a second", (end.made / (end.minutes * 60)).toFixed(2)],
    ["a change was answered after, median", ms(median(waits))],
    ["p99", ms(quantile(waits, 0.99))],
  ]);
  expect(end.elements, "elements in the document").toBeLessThan(6_000);
});
