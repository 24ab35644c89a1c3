// What password managers and translators do to a page: an element at the start of the body, one beside each field, and the
// texts in wrappers. Again and again, as they do when a page changes, but never twice in the same place.
const meddle = () => {
  if (!document.querySelector("body > .meddler-bar")) {
    const bar = document.createElement("div");
    bar.className = "meddler-bar";
    document.body.prepend(bar);
  }
  for (const field of document.querySelectorAll("input")) {
    if (field.previousElementSibling?.className === "meddler-icon") continue;
    for (const where of ["beforebegin", "afterend"]) {
      const icon = document.createElement("div");
      icon.className = "meddler-icon";
      field.insertAdjacentElement(where, icon);
    }
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) found.push(texts.currentNode);
  for (const text of found) {
    const parent = text.parentElement;
    if (!text.data.trim() || parent.closest("font, script, style, noscript, svg, [translate=no]")) continue;
    const wrapper = document.createElement("font");
    const copy = document.createElement("font");
    copy.textContent = text.data;
    wrapper.append(copy);
    text.replaceWith(wrapper);
  }
  document.documentElement.dataset.meddled = "";
};
meddle();
let due = 0;
new MutationObserver(() => {
  clearTimeout(due);
  due = setTimeout(meddle, 50);
}).observe(document.body, { childList: true, subtree: true });
