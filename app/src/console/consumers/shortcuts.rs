//! The keyboard shortcuts of the page, as `?` shows them.

use super::deeds::{APPROVE, DISAPPROVE, EDIT, REMOVE};
use crate::frame::shortcuts::{ARROWS, ENDS, Group, HELP, LETTER, ROW_MENU};

/// What works on the page.
pub(super) const SHORTCUTS: &[Group] = &[
    Group {
        place: "Everywhere",
        keys: &[
            HELP,
            ("Ctrl K", "Find a consumer or a command"),
            ("/", "Search the table"),
            ("Esc", "Close the menu, dialog or panel that is open; empty the search; clear the selection"),
        ],
    },
    Group {
        place: "On a name or menu button in the table",
        keys: &[
            (EDIT.key, EDIT.label),
            (APPROVE.key, APPROVE.label),
            (DISAPPROVE.key, DISAPPROVE.label),
            (REMOVE.key, REMOVE.label),
            ROW_MENU,
        ],
    },
    Group {
        place: "On a checkbox in the table",
        keys: &[
            ("Space", "Select the row"),
            ("Shift Space", "Select all rows from the last one on"),
            ("Enter", "Go to the bar of what is selected"),
        ],
    },
    Group {
        place: "In “Find a consumer or a command”",
        keys: &[("↑ or ↓", "Go to the option above or below"), ("Enter", "Choose it")],
    },
    Group { place: "In a menu", keys: &[ARROWS, ENDS, LETTER] },
];
