// What is new on a page of Settings, asked for as soon as a line of activity comes over the stream, while the page is seen, and
// whether that comes through.

// Lines of activity: newer ones go before those that are here.
const activity = (rows) => {
  const MOST = 500;
  return {
    ask: (query) => query.set("after", rows.querySelector("tr")?.dataset.line ?? "0"),
    take: (lines, headers) => {
      // More came than the answer has room for: the page is made from scratch.
      if (headers.has("x-more")) return location.reload();
      rows.insertAdjacentHTML("afterbegin", lines);
      document.querySelector(".activity .empty")?.remove();
      while (rows.children.length > MOST) rows.lastElementChild.remove();
    },
  };
};

// New content in the place of the old, where they differ; what has the focus there has it again, by its number.
const put = (old, fresh) => {
  if (old.innerHTML === fresh.innerHTML) return;
  const stops = () => [...old.querySelectorAll("a, button")];
  const at = stops().indexOf(document.activeElement);
  old.innerHTML = fresh.innerHTML;
  stops()[at]?.focus();
};

// The list of users: whole, where anything was done since it was made. Rows stay what they are, so that an open menu, the focus
// and what is selected in them stay, too.
const users = (list) => {
  // How long ago something was is true for about so long.
  const TRUE_FOR = 60_000;
  const rowsOf = (list) => list.querySelector("tbody");
  const menuOf = (row) => row.querySelector(".row-menu ul");
  let made = performance.now();
  const renew = (row, fresh) => {
    row.className = fresh.className;
    for (const [at, cell] of [...row.cells].entries()) if (!cell.contains(menuOf(row))) put(cell, fresh.cells[at]);
    put(menuOf(row), menuOf(fresh));
    return row;
  };
  const merge = (rows, fresh) => {
    const known = new Map([...rows.rows].map((row) => [row.dataset.user, row]));
    const wanted = [...fresh.rows].map((row) => {
      const old = known.get(row.dataset.user);
      known.delete(row.dataset.user);
      return old ? renew(old, row) : row;
    });
    // One with the focus goes later.
    for (const row of known.values()) if (!row.contains(document.activeElement)) row.remove();
    for (const [at, row] of wanted.entries()) if (rows.rows[at] !== row) rows.insertBefore(row, rows.rows[at] ?? null);
  };
  return {
    ask: (query) => {
      if (performance.now() - made < TRUE_FOR) query.set("seen", list.dataset.seen);
    },
    take: (html) => {
      const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("users");
      if (!fresh) throw new Error("The answer is no list of users.");
      if (rowsOf(list) && rowsOf(fresh)) merge(rowsOf(list), rowsOf(fresh));
      else put(list.querySelector(".users"), fresh.querySelector(".users"));
      put(list.querySelector(".pager"), fresh.querySelector(".pager"));
      list.dataset.seen = fresh.dataset.seen;
      made = performance.now();
    },
  };
};

// What is pointed at, has the focus, or is the first to be read stays where it is on the screen.
const inPlace = (change) => {
  const FIRST = 72;
  const read = () => scrollY > 0 && document.elementFromPoint(innerWidth / 2, FIRST)?.closest("tbody tr");
  const row = document.querySelector("main tbody tr:hover") ?? document.activeElement?.closest("tbody tr") ?? read();
  const top = row?.isConnected && row.getBoundingClientRect().top;
  change();
  if (row?.isConnected) scrollBy({ top: row.getBoundingClientRect().top - top, behavior: "instant" });
};

// What happens, as it happens: `happened` is called for each line, and where the stream begins or breaks. All such pages of a
// browser share one stream: that with the lock has it, and repeats what comes for the others. Browsers have locks on https and on
// this machine; elsewhere there is no stream.
const stream = (address, happened) => {
  const KINDS = ["ready", "resync", "line", "beat", "error"];
  // A beat is due every 15 seconds.
  const SILENT_FOR = 30_000;
  const AGAIN_AFTER = 5_000;
  const others = new BroadcastChannel(`latchkey lines ${address}`);
  let heard = -Infinity;
  let part;
  const speaks = () => performance.now() - heard < SILENT_FOR;
  const hear = (kind) => {
    heard = kind === "error" ? -Infinity : performance.now();
    if (kind !== "beat") happened();
  };
  others.onmessage = ({ data }) => hear(data);
  const lead = (signal) =>
    new Promise((letGo) => {
      if (signal.aborted) return letGo();
      let source;
      const open = () => {
        source?.close();
        source = new EventSource(address);
        for (const kind of KINDS) {
          source.addEventListener(kind, () => {
            others.postMessage(kind);
            hear(kind);
          });
        }
      };
      // The browser itself connects again, unless it was refused or waits for what does not come.
      const watch = setInterval(() => {
        if (!speaks()) open();
      }, AGAIN_AFTER);
      signal.onabort = () => {
        clearInterval(watch);
        source.close();
        letGo();
      };
      open();
    });
  return {
    speaks,
    join: () => {
      if (part || !navigator.locks) return;
      part = new AbortController();
      const { signal } = part;
      navigator.locks.request(others.name, { signal }, () => lead(signal)).catch(() => {});
    },
    leave: () => {
      part?.abort();
      part = undefined;
    },
  };
};

const sign = document.querySelector("[data-live]");
if (sign) {
  // Between two questions: where a stream says when to ask, where none does, and at least, for a few and for many in a row. The list
  // of users is answered whole.
  const [RARELY, OFTEN, SOON, LEAST] = [10_000, 2_000, 40, document.getElementById("lines") ? 250 : 1_000];
  const [FEW, APART] = [5, 1_000];
  const HIDDEN_FOR = 60_000;
  const lines = document.getElementById("lines");
  const shown = lines ? activity(lines) : users(document.getElementById("users"));
  let timer;
  let rest;
  let asked = -Infinity;
  let inARow = 0;
  let looking = false;
  let again = false;
  const say = (words, kind) => {
    if (sign.textContent === words) return;
    sign.textContent = words;
    sign.className = `sign ${kind}`;
    sign.hidden = false;
  };
  const look = async () => {
    const address = new URL(sign.dataset.live, location);
    shown.ask(address.searchParams);
    const answer = await fetch(address, { signal: AbortSignal.timeout(10_000), redirect: "error" });
    if (answer.status === 401 || answer.status === 403) {
      say("Signed out", "broken");
      return false;
    }
    if (!answer.ok) throw new Error(answer.statusText);
    if (answer.status !== 204) {
      const text = await answer.text();
      inPlace(() => shown.take(text, answer.headers));
    }
    say("Live", "live");
    return true;
  };
  const least = () => (inARow < FEW ? SOON : LEAST);
  const next = async () => {
    clearTimeout(timer);
    again = looking;
    if (document.hidden || looking) return;
    looking = true;
    inARow = performance.now() - asked > APART ? 0 : inARow + 1;
    asked = performance.now();
    const goes = await look().catch(() => (say(navigator.onLine ? "Reconnecting…" : "Offline", "waiting"), true));
    looking = false;
    if (!goes) return events.leave();
    if (sign.classList.contains("live")) events.join();
    timer = setTimeout(next, again ? least() : events.speaks() ? RARELY : OFTEN);
  };
  // At once, unless it has just asked: then what comes by then is asked for together.
  const events = stream(sign.dataset.events, () => {
    const wait = asked + least() - performance.now();
    if (looking || wait <= 0) return next();
    clearTimeout(timer);
    timer = setTimeout(next, wait);
  });
  for (const event of ["visibilitychange", "online", "pageshow"]) addEventListener(event, next);
  addEventListener("visibilitychange", () => {
    clearTimeout(rest);
    if (document.hidden) rest = setTimeout(events.leave, HIDDEN_FOR);
  });
  addEventListener("pagehide", events.leave);
  next();
}
