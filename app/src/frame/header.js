// The script of every page with a bar and a script. First the menus of the bar and of rows: they close by Escape and by a
// click or the focus elsewhere, and keys walk through their entries. Without it their buttons alone open and close them.
const MENUS = "details.own-menu, details.pages, details.row-menu";
const menus = () => [...document.querySelectorAll(MENUS)].filter((menu) => menu.open);
const summary = (menu) => menu.querySelector("summary");

for (const leaves of ["click", "focusin"]) {
  addEventListener(leaves, ({ target }) => {
    for (const menu of menus()) if (!menu.contains(target)) menu.open = false;
  });
}
addEventListener("keydown", (event) => {
  const [menu] = menus();
  // Not every browser gives a button the focus that is clicked.
  if (!menu || !(menu.contains(event.target) || event.target === document.body)) return;
  if (event.key === "Escape") {
    menu.open = false;
    summary(menu).focus();
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

// The keyboard shortcuts, which the document has in a template: by `?` where nothing is typed or open, and by the menu.
const TYPED = "input:not([type=checkbox]), textarea, select, [contenteditable]";
const OPEN = "dialog[open], [role=menu], :popover-open";
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
  if (event.target.closest?.(TYPED) || menus().length || document.querySelector(OPEN)) return;
  event.preventDefault();
  showShortcuts();
});
addEventListener("click", ({ target }) => {
  const entry = target.closest?.("[data-show-shortcuts]");
  if (!entry) return;
  const menu = entry.closest(MENUS);
  if (menu.open) {
    menu.open = false;
    // The dialog gives it back.
    summary(menu).focus();
  }
  showShortcuts();
});
// The style sheet shows the entry of the menu.
document.documentElement.dataset.shortcuts = "";
