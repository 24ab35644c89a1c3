// What is new on a page of Settings, asked for as soon as a line of activity comes over the stream, while the page is seen, and
// whether that comes through.

// Lines of activity: newer ones go before those that are here. Where the page cannot scroll they would push away the line under the
// pointer or with the focus, so they wait behind a button until both have left.
const activity = (rows) => {
  const MOST = 500;
  const card = rows.closest(".activity");
  const waiting = document.createElement("tbody");
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn small" });
  const isHeld = () => rows.rows.length > 0 && (card.matches(":hover") || card.contains(document.activeElement));
  const canScroll = () => document.documentElement.scrollHeight > document.documentElement.clientHeight;
  // A line with the focus goes later.
  const cut = (lines) => {
    for (const line of [...lines.rows].slice(MOST)) if (!line.contains(document.activeElement)) line.remove();
  };
  // **Older** begins behind the last line that is shown.
  const leadOn = () => {
    const pager = card.nextElementSibling;
    const link = pager.lastElementChild;
    const address = new URL(link.href);
    address.searchParams.set("before", rows.rows[MOST - 1].dataset.line);
    link.href = address;
    pager.hidden = false;
  };
  const show = () => {
    if (!waiting.rows.length) return;
    rows.prepend(...waiting.rows);
    button.remove();
    card.querySelector(".empty")?.remove();
    if (rows.rows.length <= MOST) return;
    cut(rows);
    leadOn();
  };
  const showOnceLeft = () => isHeld() || show();
  for (const event of ["pointerleave", "focusout"]) card.addEventListener(event, () => setTimeout(showOnceLeft));
  button.addEventListener("click", () => {
    const [first] = waiting.rows;
    show();
    first.tabIndex = -1;
    first.focus();
  });
  return {
    ask: (query) => {
      showOnceLeft();
      query.set("after", (waiting.rows[0] ?? rows.rows[0])?.dataset.line ?? "0");
    },
    take: (lines) => {
      waiting.insertAdjacentHTML("afterbegin", lines);
      tellTimes(waiting);
      cut(waiting);
      if (!isHeld() || canScroll()) return show();
      button.textContent = `${waiting.rows.length} new`;
      if (!button.isConnected) card.prepend(button);
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
      const fresh = parsed(html).getElementById("users");
      if (!fresh) throw new Error("The answer is no list of users.");
      asMenus(fresh);
      tellTimes(fresh);
      if (rowsOf(list) && rowsOf(fresh)) merge(rowsOf(list), rowsOf(fresh));
      else put(list.querySelector(".users"), fresh.querySelector(".users"));
      put(list.querySelector(".pager"), fresh.querySelector(".pager"));
      list.dataset.seen = fresh.dataset.seen;
      made = performance.now();
      place();
    },
  };
};

// What is pointed at, has the focus, or is the first to be read stays where it is on the screen.
const inPlace = (change) => {
  // Below the bar, and the heads of columns, which stay.
  const first = () => Math.max(72, (document.querySelector("main th")?.getBoundingClientRect().bottom ?? 0) + 8);
  const read = () => scrollY > 0 && document.elementFromPoint(innerWidth / 2, first())?.closest("tbody tr");
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
  // of users is answered whole. Who is signed out may sign in elsewhere.
  const [RARELY, OFTEN, SOON, LEAST] = [10_000, 2_000, 40, document.getElementById("lines") ? 250 : 1_000];
  const [SIGNED_OUT, LONG_SIGNED_OUT, SOON_TIMES] = [4_000, 60_000, 15];
  const [FEW, APART] = [5, 1_000];
  const HIDDEN_FOR = 60_000;
  // Of new lines: as many as the table keeps.
  const PAGES = 5;
  const lines = document.getElementById("lines");
  const shown = lines ? activity(lines) : users(document.getElementById("users"));
  const signIn = sign.nextElementSibling;
  signIn.href += `?next=${encodeURIComponent(location.pathname + location.search)}`;
  let timer;
  let rest;
  let asked = -Infinity;
  let inARow = 0;
  let looking = false;
  let again = false;
  let signedOut = 0;
  // After a sign-in elsewhere: as another user, the page is theirs to load.
  const isAnother = async () => {
    const answer = await fetch(new URL("../../api/v1/whoami", new URL(sign.dataset.live, location)), { signal: AbortSignal.timeout(10_000) });
    return (await answer.json()).user.display_name !== document.querySelector(".who .name").textContent;
  };
  const say = (words, kind) => {
    if (sign.textContent === words) return;
    sign.textContent = words;
    sign.className = `sign ${kind}`;
    sign.hidden = false;
    // What hides does not take the focus along.
    if (kind !== "broken" && document.activeElement === signIn) document.querySelector(".who [popovertarget]").focus();
    signIn.hidden = kind !== "broken";
  };
  // Asks, also for what an answer has no room for, so that all of it shows at once.
  const look = async () => {
    const address = new URL(sign.dataset.live, location);
    shown.ask(address.searchParams);
    const pages = [];
    let before;
    do {
      const answer = await fetch(address, { signal: AbortSignal.timeout(10_000), redirect: "error" });
      if (answer.status === 401 || answer.status === 403) return say("Signed out", "broken");
      if (!answer.ok) throw new Error(answer.statusText);
      pages.push(await answer.text());
      before = answer.headers.get("x-more");
      address.searchParams.set("before", before);
      // A node of the version before says 1, and would answer the same again.
    } while (before > 1 && pages.length < PAGES);
    if (signedOut && (await isAnother())) return location.reload();
    const text = pages.join("");
    if (text) inPlace(() => shown.take(text));
    say("Live", "live");
  };
  const least = () => (inARow < FEW ? SOON : LEAST);
  const next = async () => {
    clearTimeout(timer);
    // Another page is shown in the place of this one.
    if (!sign.isConnected) return events.leave();
    again = looking;
    if (document.hidden || looking) return;
    looking = true;
    inARow = performance.now() - asked > APART ? 0 : inARow + 1;
    asked = performance.now();
    await look().catch(() => say(navigator.onLine ? "Reconnecting…" : "Offline", "waiting"));
    looking = false;
    const [isLive, isSignedOut] = ["live", "broken"].map((kind) => sign.classList.contains(kind));
    if (isLive) events.join();
    if (isSignedOut) events.leave();
    signedOut = isLive ? 0 : signedOut + isSignedOut;
    const patience = signedOut > SOON_TIMES ? LONG_SIGNED_OUT : SIGNED_OUT;
    timer = setTimeout(next, isSignedOut ? patience : again ? least() : events.speaks() ? RARELY : OFTEN);
  };
  // At once, unless it has just asked: then what comes by then is asked for together.
  const events = stream(sign.dataset.events, () => {
    const wait = asked + least() - performance.now();
    if (looking || wait <= 0) return next();
    clearTimeout(timer);
    timer = setTimeout(next, wait);
  });
  for (const event of ["visibilitychange", "online", "pageshow", "focus"]) addEventListener(event, next);
  addEventListener("visibilitychange", () => {
    clearTimeout(rest);
    if (document.hidden) rest = setTimeout(events.leave, HIDDEN_FOR);
  });
  addEventListener("pagehide", events.leave);
  next();
}
