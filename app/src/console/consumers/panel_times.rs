//! The times in the panel, which are HTML of the server's: brought up to date, and exact where their reader asks for that.

use leptos::prelude::*;
use time::{Duration, OffsetDateTime};
use web_sys::Element;

use crate::{
    console::shell::Shell,
    ui::{dom, time::relative},
};

/// Writes them as it is now. Their titles have the exact ones.
pub(super) fn tell(panel: &Element, shell: Shell) {
    let (now_ms, exactly) = (shell.clock.get_untracked(), shell.exact_times.get_untracked());
    for time in dom::all(panel, "time[data-ms]") {
        let ms = time.get_attribute("data-ms").and_then(|ms| ms.parse().ok()).unwrap_or(0);
        let at = OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::milliseconds(ms));
        let exact = time.get_attribute("title").filter(|_| exactly);
        dom::set_text(&time, &exact.unwrap_or_else(|| relative(at, now_ms)));
    }
}
