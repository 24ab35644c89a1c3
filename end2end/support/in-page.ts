/** What is measured inside of a page, by the page's own clock: milliseconds since its navigation began. */
export interface InPage {
  /** When the first row was painted, the wasm ran, and the sign said **Live**. */
  opened: { row?: number; interactive?: number; live?: number };
  /** From now on, each key that changes the search is noted, and when the rows were painted that it led to. */
  watchSearch(): void;
  /** The search of this number, from 1 on, as soon as it is painted. */
  searched(number: number): Promise<Searched>;
  /** From now on, each status word of a consumer's row is noted, and when it came into the document. */
  watchStatus(key: string): void;
  /** The word of this number, from 1 on, as soon as it is there; its time is since 1970, so that pages can be compared. */
  status(number: number): Promise<{ word: string; at: number }>;
  /** From now on, it is noted how long it takes from a click that submits a dialog until that is seen to be closed. */
  watchDialogs(): void;
  /** The time of this number, from 1 on, as soon as it is known. */
  closed(number: number): Promise<number>;
  /** From now on, frames are counted. */
  watchFrames(): void;
  /** Ends that. */
  frames(): Frames;
  /** The number of the last row that is in sight, as `aria-rowindex` tells it. */
  lastInSight(): number;
  /** Whether a row is in the middle of the window. */
  isRowInMiddle(): boolean;
  /** Scrolls as the scroll bar's thumb does that is dragged to this share of its way; returns how long the rows then took. */
  drag(share: number): Promise<number>;
}

export interface Searched {
  pressed: number;
  painted: number;
  /** How many rows were found. */
  found: number;
}

export interface Frames {
  /** Frames that took longer than 50 ms. */
  long: number;
  longest: number;
  /** Tasks that took longer than 50 ms. */
  longTasks: number;
  /** The longest time during which no row was in the middle of the window. */
  blank: number;
}

declare global {
  interface Window {
    bench: InPage;
  }
}

/** Runs in the page before all else: makes `window.bench`. */
export function prepare(): void {
  /** What is told by number: at once, or when it comes. */
  const series = <T>() => {
    const values: T[] = [];
    const waiting = new Map<number, (value: T) => void>();
    const add = (value: T) => {
      values.push(value);
      waiting.get(values.length)?.(value);
    };
    const at = (number: number) =>
      new Promise<T>((resolve) => {
        const value = values[number - 1];
        if (value === undefined) waiting.set(number, resolve);
        else resolve(value);
      });
    return { add, at };
  };

  /** Resolves in the first task after the next frame was painted. */
  const painted = () =>
    new Promise<number>((resolve) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now());
        port2.postMessage(null);
      });
    });

  const isRowInMiddle = () => !!document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest("tr[data-key]");

  const opened: InPage["opened"] = {};
  let isRowThere = false;
  const opening = new MutationObserver(() => {
    if (!isRowThere && document.querySelector("tr[data-key]")) {
      isRowThere = true;
      void painted().then((at) => (opened.row = at));
    }
    if (document.documentElement?.hasAttribute("data-hydrated")) opened.interactive ??= performance.now();
    if (document.querySelector("[role=status]")?.textContent === "Live") {
      opened.live ??= performance.now();
      opening.disconnect();
    }
  });
  opening.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });

  const searches = series<Searched>();
  const watchSearch = () => {
    performance.clearResourceTimings();
    let pressed = NaN;
    document.addEventListener("keydown", (event) => (pressed = event.timeStamp), { capture: true });
    // The page says how many it found once the rows are there, also where they are the same as before.
    const words = document.querySelector("#found") as Element;
    const observer = new MutationObserver(async () => {
      // Of more than it shows it says so many and a plus sign.
      const text = words.textContent ?? "";
      const search = { pressed, found: text.includes("+") ? Infinity : Number(text.replace(/\D/g, "")) };
      searches.add({ ...search, painted: await painted() });
    });
    observer.observe(words, { subtree: true, childList: true, characterData: true });
  };

  const words = series<{ word: string; at: number }>();
  const watchStatus = (key: string) => {
    const status = document.querySelector(`tr[data-key="${key}"] .status`) as Element;
    let before = status.textContent;
    const observer = new MutationObserver(() => {
      const word = status.textContent ?? "";
      if (word === before) return;
      before = word;
      words.add({ word, at: performance.timeOrigin + performance.now() });
    });
    observer.observe(status, { subtree: true, childList: true, characterData: true });
  };

  const closings = series<number>();
  const watchDialogs = () => {
    let clicked = NaN;
    const click = (event: Event) => {
      if ((event.target as Element).closest("dialog [type=submit]")) clicked = event.timeStamp;
    };
    document.addEventListener("click", click, { capture: true });
    const close = async () => closings.add((await painted()) - clicked);
    document.addEventListener("close", close, { capture: true });
  };

  let counted: { seen: Frames; tasks: PerformanceObserver } | undefined;
  const watchFrames = () => {
    const seen: Frames = { long: 0, longest: 0, longTasks: 0, blank: 0 };
    const tasks = new PerformanceObserver((list) => (seen.longTasks += list.getEntries().length));
    tasks.observe({ type: "longtask" });
    const mine = { seen, tasks };
    counted = mine;
    let [last, rowSeen] = [performance.now(), performance.now()];
    const frame = () => {
      if (counted !== mine) return;
      const now = performance.now();
      seen.longest = Math.max(seen.longest, now - last);
      if (now - last > 50) seen.long += 1;
      last = now;
      if (isRowInMiddle()) rowSeen = now;
      seen.blank = Math.max(seen.blank, now - rowSeen);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  };
  const frames = () => {
    const { seen, tasks } = counted as NonNullable<typeof counted>;
    seen.longTasks += tasks.takeRecords().length;
    tasks.disconnect();
    counted = undefined;
    return seen;
  };

  const lastInSight = () => {
    const rows = [...document.querySelectorAll("tr[data-key]")];
    const last = rows.findLast((row) => row.getBoundingClientRect().top < innerHeight);
    return Number(last?.getAttribute("aria-rowindex"));
  };

  /** Frames of a drag: half a second. */
  const STEPS = 30;
  const drag = (share: number) =>
    new Promise<number>((resolve) => {
      const begin = scrollY;
      let step = 0;
      const move = () => {
        step += 1;
        const way = share * (document.documentElement.scrollHeight - innerHeight) - begin;
        scrollTo({ top: begin + (way * step) / STEPS, behavior: "instant" });
        if (step < STEPS) requestAnimationFrame(move);
        else requestAnimationFrame(() => wait(performance.now()));
      };
      const wait = (end: number) => {
        if (isRowInMiddle()) void painted().then((at) => resolve(at - end));
        else requestAnimationFrame(() => wait(end));
      };
      requestAnimationFrame(move);
    });

  window.bench = {
    opened,
    watchSearch,
    searched: searches.at,
    watchStatus,
    status: words.at,
    watchDialogs,
    closed: closings.at,
    watchFrames,
    frames,
    lastInSight,
    isRowInMiddle,
    drag,
  };
}
