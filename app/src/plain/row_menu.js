// The menus of rows: lists of links without this script, and menus with it (WAI-ARIA, the menu button pattern), which the second
// button of the pointer and the keyboard's menu key open, too. It follows `header.js`, which has the arrows and Escape.
const asMenus = (root) => {
  for (const menu of root.querySelectorAll(".row-menu")) {
    const [button, list] = [buttonOf(menu), listOf(menu)];
    button.ariaHasPopup = list.role = "menu";
    list.ariaLabel = button.ariaLabel;
    for (const entry of list.children) {
      entry.role = "none";
      entry.firstElementChild.role = "menuitem";
      entry.firstElementChild.tabIndex = -1;
    }
  }
};
asMenus(document);

// Where the menu stands that is open: below its button, or as far from it as the pointer was, and in the window. Not every
// browser has the anchors by which the style sheet places it without this script.
let offset;
const place = () => {
  const GAP = 4;
  const [menu] = menus();
  if (!menu?.matches(".row-menu")) return;
  const [own, button] = [listOf(menu), buttonOf(menu)].map((element) => element.getBoundingClientRect());
  const [rightmost, lowest] = [document.documentElement.clientWidth - own.width - GAP, innerHeight - own.height - GAP];
  const left = Math.min(rightmost, offset ? button.left + offset.left : button.right - own.width);
  let top = offset ? button.top + offset.top : button.bottom + GAP;
  if (top > lowest) top = offset ? lowest : button.top - own.height - GAP;
  const inset = `${Math.max(GAP, top)}px auto auto ${Math.max(GAP, left)}px`;
  Object.assign(listOf(menu).style, { positionArea: "none", margin: "0", inset });
};
for (const event of ["scroll", "resize"]) addEventListener(event, place);

const openMenu = (menu, at) => {
  offset = at;
  if (!menus().includes(menu)) listOf(menu).showPopover();
  place();
  listOf(menu).querySelector("a").focus({ preventScroll: true });
};

addEventListener("click", (event) => {
  const menu = event.target.closest?.(".row-menu > button")?.parentElement;
  if (!menu) return;
  event.preventDefault();
  if (menus().includes(menu)) listOf(menu).hidePopover();
  else openMenu(menu);
});

// The menu of the row in which something happens.
const menuAt = ({ target }) => target.closest?.("tr:has(.row-menu)")?.querySelector(".row-menu");

addEventListener("contextmenu", (event) => {
  const menu = menuAt(event);
  // The menu key sends this event as well, without a pointer. A finger that rests selects text.
  const isPointer = event.pointerType || event.button === 2;
  if (event.pointerType === "touch") return;
  const selection = getSelection();
  if (!menu || (isPointer && !selection.isCollapsed && selection.containsNode(event.target, true))) return;
  event.preventDefault();
  if (listOf(menu).contains(event.target)) return;
  const { left, top } = buttonOf(menu).getBoundingClientRect();
  // Under the pointer: a browser closes what the pointer leaves out where its button comes up.
  openMenu(menu, isPointer ? { left: event.clientX - left - 2, top: event.clientY - top - 2 } : undefined);
});

// The next entry that begins with what is typed, around the end.
const typed = (entries, at, text) =>
  [...entries.slice(at + 1), ...entries.slice(0, at + 1)].find((entry) => entry.textContent.toLowerCase().startsWith(text.toLowerCase()));

addEventListener("keydown", (event) => {
  const { key, target } = event;
  const menu = menuAt(event);
  if (!menu || event.ctrlKey || event.metaKey || event.altKey) return;
  const entries = [...listOf(menu).querySelectorAll("a")];
  const at = entries.indexOf(target);
  if (key === "ContextMenu" || (key === "F10" && event.shiftKey)) openMenu(menu);
  else if (at < 0) return;
  else if (key === "Tab") {
    // The browser goes on from the button.
    listOf(menu).hidePopover();
    return buttonOf(menu).focus();
  } else if (key === " ") target.click();
  else if (key.length === 1) typed(entries, at, key)?.focus();
  else return;
  event.preventDefault();
});
