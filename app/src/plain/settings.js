// The plain pages of Settings: what asks is a dialog, and links are copied. It follows `header.js`. Without it each of them is a
// page of its own, and nothing is missing.

// What a page asks, on the page that led to it. Where that cannot be had, the browser goes there.
const ask = async (link) => {
  const answer = await fetch(link.href, { signal: AbortSignal.timeout(10_000) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const content = page.querySelector(".one-thing");
  if (answer.redirected || !content) return location.assign(link.href);
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "dialog-heading");
  const heading = document.createElement("h2");
  heading.id = "dialog-heading";
  heading.textContent = content.querySelector("h1").textContent;
  content.querySelector("h1").replaceWith(heading);
  dialog.append(...content.childNodes);
  const menu = link.closest(MENUS);
  dialog.addEventListener("close", () => {
    dialog.remove();
    (menu ? buttonOf(menu) : link).focus();
  });
  if (menu) listOf(menu).hidePopover();
  document.body.append(dialog);
  dialog.showModal();
};

let asking = false;
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog], a[data-cancel]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const dialog = link.closest("dialog");
  if ("cancel" in link.dataset) {
    if (!dialog) return;
    event.preventDefault();
    return dialog.close();
  }
  event.preventDefault();
  if (asking) return;
  asking = true;
  ask(link).catch(() => location.assign(link.href)).finally(() => (asking = false));
});

// A form is sent once; a page that the browser kept can send it again.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.target.method !== "post" || !button) return;
  if (button.getAttribute("aria-busy")) return event.preventDefault();
  button.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const told = document.getElementById(`${button.dataset.copy}-copied`);
  button.hidden = false;
  field.addEventListener("focus", () => field.select());
  if (document.activeElement === field) field.select();
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      told.textContent = "Copied.";
    } catch {
      field.focus();
      told.textContent = "The browser does not let this page copy. The link is selected: copy it with the keyboard.";
    }
  });
}
