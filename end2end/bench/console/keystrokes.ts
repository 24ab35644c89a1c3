import { type Figure, median, middle, quantile, time } from "../../support/figures.ts";
import { type ConsumersPage, PATH, expect, ready } from "../../support/test.ts";

/** What is typed, letter by letter: 40 searches, from those that nearly all match to those that none does. */
const TYPED = ["application 7", "cation 04", "zq", "xyl", "7f3a9", "d-4b", "4242"];
/** How often all of it is typed. */
const ROUNDS = 3;
/** As many rows as one answer has. */
const FEW = 48;

interface Key {
  took: number;
  server: number;
  found: number;
}

/** From each key in the search field until the rows that it led to are painted. */
export async function keystrokes({ page }: ConsumersPage): Promise<Figure[]> {
  await page.goto(PATH);
  await ready(page);
  await page.getByRole("searchbox", { name: "Search consumers", exact: true }).focus();
  await page.evaluate(() => window.bench.watchSearch());
  let number = 0;
  const press = async (key: string): Promise<Key> => {
    await page.keyboard.press(key);
    number += 1;
    const { pressed, painted, found } = await page.evaluate((number) => window.bench.searched(number), number);
    const server = await page.evaluate((pressed) => {
      const asked = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
      const first = asked.find(({ name, startTime }) => name.endsWith("/api/page/rows") && startTime >= pressed);
      performance.clearResourceTimings();
      return first ? first.responseStart - first.requestStart : NaN;
    }, pressed);
    expect(server, `the server's share of ${key}`).toBeGreaterThan(0);
    return { took: painted - pressed, server, found };
  };
  const rounds: Key[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const keys: Key[] = [];
    for (const text of TYPED) {
      for (const letter of text) keys.push(await press(letter));
      await press("Escape");
    }
    rounds.push(keys);
  }
  const keys = rounds.flat();
  const took = keys.map(({ took }) => took);
  const server = keys.map(({ server }) => server);
  const inRounds = (of: "took" | "server") => rounds.map((keys) => median(keys.map((key) => key[of])));
  const finding = (words: string, fits: (found: number) => boolean) => {
    const those = keys.filter(({ found }) => fits(found)).map(({ took }) => took);
    return those.length > 0 ? middle(`a key that finds ${words}`, those) : time(`a key that finds ${words}`, NaN);
  };
  return [
    { ...middle("from a key to the painted result, p50 (of each round)", inRounds("took")), value: median(took) },
    time("the same, p99", quantile(took, 0.99), { atMost: 100 }),
    time("the same, slowest", Math.max(...took)),
    { ...middle("of it the server's, p50 (of each round)", inRounds("server")), value: median(server) },
    time("of it the server's, p99", quantile(server, 0.99), { atMost: 50 }),
    finding("nothing", (found) => found === 0),
    finding(`up to ${FEW}`, (found) => found > 0 && found <= FEW),
    finding("more", (found) => found > FEW),
  ];
}
