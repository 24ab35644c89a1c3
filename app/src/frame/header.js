// The script of every page with a bar. First the menus of the bar and of rows, which are lists that the browser
// opens and closes by their buttons, by Escape and by a click elsewhere: they close where the focus goes elsewhere, too, Escape
// gives it back to the button, and keys walk through their entries.
const MENUS = ".own-menu, .pages, .row-menu";
const buttonOf = (menu) => menu.querySelector("[popovertarget]");
const listOf = (menu) => menu.querySelector("[popover]");
const menus = () => [...document.querySelectorAll(MENUS)].filter((menu) => listOf(menu).matches(":popover-open"));

addEventListener("focusin", ({ target }) => {
  for (const menu of menus()) if (!menu.contains(target)) listOf(menu).hidePopover();
});
addEventListener("keydown", (event) => {
  const [menu] = menus();
  // Not every browser gives a button the focus that is clicked.
  if (!menu || !(menu.contains(event.target) || event.target === document.body)) return;
  // These keys are the browser's.
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    listOf(menu).hidePopover();
    buttonOf(menu).focus();
    return event.preventDefault();
  }
  const entries = [...menu.querySelectorAll("li a, li button")];
  const at = entries.indexOf(document.activeElement);
  const last = entries.length - 1;
  const next = { ArrowDown: at < last ? at + 1 : 0, ArrowUp: at > 0 ? at - 1 : last, Home: 0, End: last }[event.key];
  if (next === undefined) return;
  entries[next].focus();
  event.preventDefault();
});

// The keyboard shortcuts, which the document has in a template: by `?` where nothing is typed or open, and by the menu. The menus
// of plain pages are popovers.
const TYPED = "input:not([type=checkbox]), textarea, select, [contenteditable]";
const OPEN = "dialog[open], div[role=menu], :popover-open";
const APPLE = /^(Mac|iP)/.test(navigator.platform);

const showShortcuts = () => {
  const dialog = document.getElementById("shortcuts").content.firstElementChild.cloneNode(true);
  if (APPLE) for (const key of dialog.querySelectorAll("[data-apple]")) key.textContent = key.dataset.apple;
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};
addEventListener("keydown", (event) => {
  if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest?.(TYPED) || document.querySelector(OPEN)) return;
  event.preventDefault();
  showShortcuts();
});
addEventListener("click", ({ target }) => {
  const entry = target.closest?.("[data-show-shortcuts]");
  if (!entry) return;
  const menu = entry.closest(MENUS);
  // Closed where the palette presses it, which has put the focus back already.
  if (listOf(menu).matches(":popover-open")) {
    listOf(menu).hidePopover();
    // The dialog gives it back.
    buttonOf(menu).focus();
  }
  showShortcuts();
});
// The style sheet shows the entry of the menu.
document.documentElement.dataset.shortcuts = "";

// The server writes exact times in UTC, as the text or the title: beside it stands the browser's own, where its zone is another.
// That may be in letters of the other direction, which stand for themselves. What the module draws itself it writes in the same
// way (`ui/time.rs`); of HTML that it was sent it says that it is here.
const part = (textContent) => Object.assign(document.createElement("span"), { textContent });
const tellTimes = (root) => {
  for (const time of root.querySelectorAll("time[data-utc]")) {
    time.removeAttribute("data-utc");
    const at = new Date(time.dateTime);
    if (!at.getTimezoneOffset()) continue;
    const here = `(\u2068${at.toLocaleString()}\u2069 here)`;
    if (time.title) time.title += ` ${here}`;
    else time.replaceChildren(part(time.textContent), " ", part(here));
  }
};
tellTimes(document);
addEventListener("page-html", () => tellTimes(document));
