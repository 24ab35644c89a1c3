//! The browser's clock and what it remembers of the page's own request.

use js_sys::{Date, Reflect};
use leptos::prelude::window;
use wasm_bindgen::JsValue;

/// Whether this is the browser's page. What does nothing without a script is disabled in the server's HTML.
pub const SCRIPTED: bool = cfg!(feature = "browser");

/// What time the browser thinks it is: milliseconds since 1970. It may be minutes off.
pub fn now() -> i64 {
    whole(Date::now())
}

/// How long a page is under way at most; an answer that seems older was timed by another clock.
const LOADED_WITHIN_MS: i64 = 60_000;

/// When, by the same clock, the answer with this page began to arrive; now, where the browser does not say.
pub fn answered_at() -> i64 {
    let now = now();
    let answered = || {
        let performance = window().performance()?;
        let began = performance.get_entries_by_type("navigation").get(0);
        let after = Reflect::get(&began, &"responseStart".into()).ok()?.as_f64()?;
        (after > 0.0).then(|| performance.time_origin() + after)
    };
    answered().map(whole).filter(|at| (0..LOADED_WITHIN_MS).contains(&(now - at))).unwrap_or(now)
}

/// A time (milliseconds since 1970) as the browser's user writes times of day, with the date; `None` on the server and where
/// the browser's zone is UTC.
pub fn local_time(ms: i64) -> Option<String> {
    if !cfg!(feature = "browser") {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are small")]
    let date = Date::new(&(ms as f64).into());
    let local = || String::from(date.to_locale_string("default", &JsValue::UNDEFINED));
    (date.get_timezone_offset() != 0.0).then(local)
}

#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are whole and small")]
fn whole(ms: f64) -> i64 {
    ms as i64
}
