import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Filled, binary, postgres } from "./server.ts";

/** A database of this many approved consumers, `Application 0` and so on, which the program of the benchmarks makes. SQLite's are kept between runs. */
export async function fill(count: number): Promise<Filled> {
  const { LATCHKEY_BENCH: program, LATCHKEY_BENCH_CACHE: cache } = process.env;
  if (!program || !cache) throw new Error('LATCHKEY_BENCH and LATCHKEY_BENCH_CACHE are not set: "tools/bench-page" sets them');
  const folder = postgres ? mkdtempSync(join(tmpdir(), "latchkey-filled-")) : cache;
  if (postgres) process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const words = ["seed", "--latchkey", binary, "--cache", folder, "--count", String(count)];
  const { stdout } = await promisify(execFile)(program, postgres ? [...words, "--postgres", postgres] : words);
  return { folder: stdout.trim(), ...(postgres && { database: `bench_${count}` }) };
}
