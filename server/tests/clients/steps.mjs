// Takes one step a line on stdin, and answers a line for each.
import { createInterface } from "node:readline";

export async function play(steps) {
  for await (const line of createInterface({ input: process.stdin })) {
    const step = JSON.parse(line);
    console.log(JSON.stringify(await steps[step.step](step)));
  }
}
