// The menus of the bar and of rows: they close by Escape and by a click or the focus elsewhere, and keys walk through their
// entries. Without it they open and close by their buttons alone.
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
