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

document.getElementById("reload").addEventListener("click", () => location.reload());
// The module says so before it ends.
addEventListener("page-failed", () =>
  failed(`A part of this page has failed. ${still} What was saved is saved. Reload the page to go on.`),
);

const start = async () => {
  if (typeof WebAssembly === "undefined") {
    return failed(`This browser does not run WebAssembly, or it is switched off. ${still} Allow it for this address, then reload the page.`);
  }
  let page;
  try {
    page = await import(SCRIPT);
    await page.default({ module_or_path: WASM });
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
