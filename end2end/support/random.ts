/** Random choices that a seed repeats: `LATCHKEY_SEED=…`. */
export class Random {
  readonly seed: number;
  private state: number;

  constructor(seed = process.env.LATCHKEY_SEED) {
    this.seed = seed ? Number(BigInt.asUintN(32, BigInt(seed))) : Math.floor(Math.random() * 2 ** 32);
    this.state = this.seed;
  }

  /** From 0 to less than 1 (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)] as T;
  }

  /** Another sequence of the same seed, for a concurrent task. */
  part(number: number): Random {
    return new Random(String((this.seed + Math.imul(number + 1, 0x9e3779b9)) >>> 0));
  }
}
