//! The browser's entry: makes the page from its data, in place of what the server rendered.
#![recursion_limit = "256"]

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the script of the document once the module is loaded.
#[wasm_bindgen]
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        app::start::page_failed();
    }));
    app::start::start();
}
