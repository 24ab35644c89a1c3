//! What can be done to a consumer from its row: the entries of its menu, the dialogs that they open, and the keys that open
//! the same dialogs where the row has the focus.

use std::sync::Arc;

use domain::{Consumer, Status};
use leptos::ev;

use super::{decision::Decision, overlay::Open};
use crate::ui::keys;

/// Where a deed's key counts: on the row's name, and on the button of its menu.
const PRESSED_ON: &str = "a[data-open], .more";

/// Something to be done to a consumer, after a dialog.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowDeed {
    /// The words of the menu.
    pub(super) label: &'static str,
    /// Its key, as `KeyboardEvent.key` names it; empty for none.
    pub(super) key: &'static str,
    /// Whether it is set apart in the menu.
    pub(super) danger: bool,
    /// The dialog.
    pub(super) open: fn(Arc<Consumer>) -> Open,
}

pub(super) const EDIT: RowDeed = RowDeed { label: "Edit", key: "e", danger: false, open: Open::Edit };
pub(super) const APPROVE: RowDeed = RowDeed {
    label: "Approve",
    key: "a",
    danger: false,
    open: |consumer| Open::Confirm(Decision::Approve, consumer),
};
pub(super) const DISAPPROVE: RowDeed = RowDeed {
    label: "Disapprove",
    key: "d",
    danger: false,
    open: |consumer| Open::Confirm(Decision::Disapprove, consumer),
};
const SIGN_OUT: RowDeed = RowDeed {
    label: "Sign everybody out",
    key: "",
    danger: false,
    open: |consumer| Open::Confirm(Decision::SignOut, consumer),
};
pub(super) const REMOVE: RowDeed = RowDeed {
    label: "Remove",
    key: "Delete",
    danger: true,
    open: |consumer| Open::Confirm(Decision::Remove, consumer),
};

/// What is offered for a consumer of this status, in the menu's order.
pub(super) fn offered(status: Status) -> &'static [RowDeed] {
    match status {
        Status::Pending => &[EDIT, APPROVE, DISAPPROVE, SIGN_OUT, REMOVE],
        Status::Approved => &[EDIT, DISAPPROVE, SIGN_OUT, REMOVE],
        Status::Disapproved => &[EDIT, APPROVE, SIGN_OUT, REMOVE],
    }
}

/// The deed whose key was pressed in the row of a consumer of this status.
pub(super) fn pressed(event: &ev::KeyboardEvent, status: Status) -> Option<&'static RowDeed> {
    let counts = keys::is_alone(event) && !event.shift_key() && keys::is_within(event, PRESSED_ON);
    of_key(&event.key(), status).filter(|_| counts)
}

/// Capitals count as well: Caps Lock may be on.
fn of_key(key: &str, status: Status) -> Option<&'static RowDeed> {
    offered(status).iter().find(|deed| !key.is_empty() && deed.key.eq_ignore_ascii_case(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(key: &str) -> [Option<&'static str>; 3] {
        [Status::Pending, Status::Approved, Status::Disapproved]
            .map(|status| of_key(key, status).map(|deed| deed.label))
    }

    #[test]
    fn a_key_does_what_the_menu_offers_and_nothing_else() {
        assert_eq!(labels("e"), [Some("Edit"); 3]);
        assert_eq!(labels("a"), [Some("Approve"), None, Some("Approve")]);
        assert_eq!(labels("d"), [Some("Disapprove"), Some("Disapprove"), None]);
        assert_eq!(labels("Delete"), [Some("Remove"); 3]);
        for other in ["", "s", "r", "Enter", "Del"] {
            assert_eq!(labels(other), [None; 3], "{other:?}");
        }
    }
}
