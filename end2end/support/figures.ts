import { cpus, loadavg } from "node:os";

/** The value that a share of all values does not exceed. */
export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] as number;
}

export const median = (values: number[]) => quantile(values, 0.5);
export const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
export const ms = (value: number) => `${value.toFixed(1)} ms`;

/** Prints a table with columns as wide as what is in them. */
export function print(title: string, rows: string[][]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()}`);
  console.log(`\n${title}\n${lines.join("\n")}\n`);
}

export const spread = (values: number[]): [number, number] => [Math.min(...values), Math.max(...values)];

/** What was measured at one size. */
export interface Figure {
  name: string;
  value: number;
  /** `ms`, or nothing where things are counted. */
  unit: "ms" | "";
  /** The least and the most, where the value is a median. */
  spread?: [number, number];
  aim?: Aim;
}

/** The most that a figure should be: at each size, or at the largest beside the smallest. */
export type Aim = { atMost: number } | { timesAtMost: number };

/** A median with its extremes. */
export const middle = (name: string, values: number[], aim?: Aim): Figure => ({
  name,
  value: median(values),
  unit: "ms",
  spread: spread(values),
  aim,
});

export const count = (name: string, value: number, aim?: Aim): Figure => ({ name, value, unit: "", aim });

export const time = (name: string, value: number, aim?: Aim): Figure => ({ name, value, unit: "ms", aim });

const grouped = (value: number) => value.toLocaleString("en-GB");

function cell({ value, unit, spread }: Figure): string {
  if (unit === "") return grouped(value);
  const extremes = spread ? ` (${spread.map((value) => value.toFixed(1)).join("..")})` : "";
  return value.toFixed(1) + extremes;
}

function inWords(aim: Aim, figures: Figure[]): string {
  const [first, last] = [figures[0], figures.at(-1)] as [Figure, Figure];
  const unit = first.unit && ` ${first.unit}`;
  if ("atMost" in aim) {
    const isMet = figures.every(({ value }) => value <= aim.atMost);
    return `at most ${grouped(aim.atMost)}${unit}: ${isMet ? "met" : "**missed**"}`;
  }
  const words = `at most ${aim.timesAtMost} times`;
  if (figures.length === 1) return words;
  return `${words}: ${last.value <= aim.timesAtMost * first.value ? "met" : "**missed**"}`;
}

/** Prints figures of several sizes side by side as Markdown; each but the first size's also as a multiple of that. */
export function compare(title: string, what: string, sizes: Array<{ size: number; figures: Figure[] }>): void {
  const heads = sizes.flatMap(({ size }, at) => (at === 0 ? [`${grouped(size)} ${what}`] : [grouped(size), "times"]));
  const rows = (sizes[0]?.figures ?? []).map(({ name, unit, aim }) => {
    const figures = sizes.map(({ figures }) => figures.find((figure) => figure.name === name) as Figure);
    const base = figures[0]?.value ?? NaN;
    const cells = figures.flatMap((figure, at) => {
      if (at === 0) return [cell(figure)];
      return [cell(figure), base > 0 ? (figure.value / base).toFixed(2) : ""];
    });
    return [unit ? `${name}, ${unit}` : name, ...cells, aim ? inWords(aim, figures) : ""];
  });
  const lines = [["", ...heads, "aim"], ["", ...heads, ""].map(() => "---"), ...rows];
  console.log(`\n${title}\n\n${lines.map((line) => `| ${line.join(" | ")} |`).join("\n")}\n`);
}

/** When and where it was measured, on which database. */
export function conditions(): string {
  const [cpu] = cpus();
  const database = process.env.LATCHKEY_TEST_POSTGRES ? "PostgreSQL" : "SQLite";
  const [load] = loadavg() as [number, number, number];
  const date = new Date().toISOString().slice(0, 10);
  return `${database}, measured on ${date} on ${cpus().length} cores of ${cpu?.model}; the load average was ${load.toFixed(2)} before.`;
}
