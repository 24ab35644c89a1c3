//! The remark beside a name that another consumer has already.

use domain::ConsumerKey;
use leptos::{prelude::*, task::spawn_local};

use super::calls;
use crate::ui::press::after_press;

/// What is said of a name that another consumer has, or that looks like one.
pub(super) const NAME_IN_USE: &str =
    "Another consumer has this name already, or one that looks like it. That is allowed.";

/// Asks whether a consumer, but the one with this key, has what is typed, and makes the remark or takes it away.
pub(super) fn remark(typed: RwSignal<String>, but: Option<ConsumerKey>, remark: RwSignal<Option<String>>) {
    let name = typed.get_untracked();
    spawn_local(async move {
        // Without an answer there is just no remark. Until it is there the old one stays: one that went and came again would
        // move the table twice.
        let in_use = calls::name_in_use(&name, but).await.unwrap_or(false);
        after_press(move || {
            // A dialog may be closed by now.
            if typed.try_get_untracked().is_some_and(|now| now == name) {
                remark.set(in_use.then(|| NAME_IN_USE.to_owned()));
            }
        });
    });
}
