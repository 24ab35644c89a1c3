// The plain pages of Settings: what asks is a dialog, and links are copied. It follows `header.js`. Without it each of them is a
// page of its own, and nothing is missing.
const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

// What a page asks, as the content of a dialog, whose heading is the page's.
const fill = (dialog, content) => {
  const heading = document.createElement("h2");
  heading.id = "dialog-heading";
  heading.textContent = content.querySelector("h1").textContent;
  content.querySelector("h1").replaceWith(heading);
  dialog.replaceChildren(...content.childNodes);
};

// What a page asks, on the page that led to it. Where that cannot be had, the browser goes there.
const ask = async (link) => {
  const answer = await fetch(link.href, { signal: AbortSignal.timeout(10_000) });
  const content = parsed(await answer.text()).querySelector(".one-thing");
  if (answer.redirected || !content) return location.assign(link.href);
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "dialog-heading");
  fill(dialog, content);
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

// Why a dialog's form was not done, beside its button, which can then be pressed once more.
const tell = (dialog, button, ...words) => {
  const problem = document.createElement("p");
  problem.className = "problem";
  problem.role = "alert";
  problem.append(...words);
  dialog.querySelector(".problem")?.remove();
  dialog.querySelector(".buttons").before(problem);
  button.removeAttribute("aria-busy");
};

const tellSignedOut = (dialog, button, { href, searchParams }) => {
  const isAgain = searchParams.has("again");
  const why = isAgain
    ? "This needs a fresh sign-in: it is over 15 minutes since you last entered your password. Nothing was changed. "
    : "Your session has ended, so nothing was changed. ";
  const link = Object.assign(document.createElement("a"), { href, target: "_blank", textContent: isAgain ? "Sign in again" : "Sign in" });
  tell(dialog, button, why, link, ` (opens another tab), then press ${button.textContent} once more.`);
};

const tellUnanswered = (dialog, button) => {
  const again = Object.assign(document.createElement("button"), { type: "button", className: "btn small", textContent: "Try again" });
  again.addEventListener("click", () => button.form.requestSubmit(button));
  const why = "The server does not answer, so it is not known whether this was done. Look at the list before you try again. ";
  tell(dialog, button, why, again);
};

// The answer to a form that has no address, in the place of this page, to which the browser's button leads back.
const show = (page) => {
  history.pushState(null, "");
  addEventListener("popstate", () => location.reload());
  document.title = page.title;
  document.body.replaceWith(page.body);
  scrollTo(0, 0);
  offerCopies();
  document.querySelector("[autofocus]")?.focus();
};

// What came of a dialog's form: it is asked once more with what is wrong, it has a link to show, or the page goes on.
const take = (dialog, button, answer, page) => {
  const content = page.querySelector(".one-thing");
  const address = new URL(answer.url);
  const isDone = (query) => new URLSearchParams(query).has("done");
  // Of one's own session or permission nothing may be left to see the list with.
  const next = address.searchParams.get("next")?.split("?")[1];
  if (answer.redirected && (isDone(address.search) || isDone(next))) location.assign(address);
  else if (content?.querySelector("form")) {
    fill(dialog, content);
    (dialog.querySelector("[aria-invalid]") ?? dialog.querySelector(".buttons button")).focus();
  } else if (content) show(page);
  else if (address.pathname.endsWith("/sign-in")) tellSignedOut(dialog, button, address);
  else if (answer.ok && answer.redirected) location.assign(address);
  else tell(dialog, button, page.querySelector("main p")?.textContent ?? `The answer was not understood (${answer.status}). Try again later.`);
};

// Sends a dialog's form beside the page, so that whatever comes of it is told in the dialog. Who closes it does not wait any more.
const send = async (dialog, form, button) => {
  const problem = dialog.querySelector(".problem");
  if (problem?.contains(document.activeElement)) button.focus();
  problem?.remove();
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), 10_000);
  dialog.addEventListener("close", () => stop.abort());
  const body = new URLSearchParams(new FormData(form));
  const asked = fetch(form.action, { method: "POST", body, signal: stop.signal });
  const answer = await asked.then(async (answer) => [answer, parsed(await answer.text())]).catch(() => undefined);
  clearTimeout(late);
  if (answer) take(dialog, button, ...answer);
  else if (dialog.open) tellUnanswered(dialog, button);
};

// A form is sent once; a page that the browser kept can send it again.
document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  if (form.method !== "post" || !button) return;
  const dialog = form.closest("dialog");
  const isBusy = button.ariaBusy;
  if (isBusy || dialog) event.preventDefault();
  if (isBusy) return;
  button.ariaBusy = "true";
  if (dialog) send(dialog, form, button);
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
});

const offerCopies = () => {
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
};
offerCopies();
