// Starts the page's module, and says in words what failed where it does not start or ends. Nothing else of the page may be
// running then.
const failed = (words) => {
  // Another element in its place: what is left of the page cannot write into this one.
  for (const sign of document.querySelectorAll(".sign")) {
    const broken = sign.cloneNode(false);
    broken.className = "sign broken";
    broken.textContent = "Offline";
    sign.replaceWith(broken);
  }
  document.documentElement.dataset.failed = "";
  const band = document.getElementById("failed");
  band.textContent = words;
  band.hidden = document.getElementById("reload").hidden = false;
};
const still = "So this page does not show what others do, and the buttons in its table do nothing.";

// On the window: what has taken the page from its script may have put a copy in the place of the button.
addEventListener("click", ({ target }) => {
  if (target.closest?.("#reload")) location.reload();
});
// The module says so before it ends.
addEventListener("page-failed", () =>
  failed(`A part of this page has failed. ${still} What was saved is saved. Reload the page to go on.`),
);

// What the server rendered is painted first: on a slow network the module takes longer than all the rest. A page that nobody sees
// is not painted, and a window that is covered seldom.
const painted = () =>
  new Promise((go) => {
    if (document.hidden || typeof PerformanceObserver === "undefined") return go();
    new PerformanceObserver(go).observe({ type: "paint", buffered: true });
    setTimeout(go, 300);
  });

const start = async () => {
  if (typeof WebAssembly === "undefined") {
    return failed(`This browser does not run WebAssembly, or it is switched off. ${still} Allow it for this address, then reload the page.`);
  }
  await painted();
  let page;
  try {
    const [script, wasm] = await Promise.all([import(SCRIPT), fetch(WASM)]);
    page = script;
    await page.default({ module_or_path: wasm });
  } catch (error) {
    console.error(error);
    return failed(`The script of this page could not be loaded: the server, the network or a blocker in the browser is in the way. ${still} Reload the page to try again.`);
  }
  try {
    page.start();
  } catch (error) {
    console.error(error);
    failed(`The script of this page could not start. ${still} Reload the page to try again.`);
  }
};
start();
