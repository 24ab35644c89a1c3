//! The keyboard shortcuts of a page as a dialog, which the server puts into the document and `header.js` opens by `?`.

/// The keys that do something in one place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    /// Where.
    pub(crate) place: &'static str,
    /// Each key as it is labelled, and what it does. A blank stands between keys that are held together, ` or ` between two
    /// that do the same.
    pub(crate) keys: &'static [(&'static str, &'static str)],
}

/// Opens the dialog.
pub(crate) const HELP: (&str, &str) = ("?", "Show the keyboard shortcuts");

/// The keys of the menus of the bar, and of rows.
pub(crate) const ARROWS: (&str, &str) = ("↑ or ↓", "Go to the entry above or below");
pub(crate) const ENDS: (&str, &str) = ("Home or End", "Go to the first or the last entry");

/// The keys of rows with a menu, and the one that those menus have besides.
pub(crate) const ROW_MENU: (&str, &str) = ("Menu or Shift F10", "Open the row's menu");
pub(crate) const LETTER: (&str, &str) = ("A letter", "Go to the entry that begins with it");

/// The shortcuts of a page with a bar, and with nothing else that has keys.
pub(crate) const PLAIN: &[Group] = &[
    Group { place: "Everywhere", keys: &[HELP, ("Esc", "Close the menu or dialog that is open")] },
    Group { place: "In a menu", keys: &[ARROWS, ENDS] },
];

/// The dialog: a table for each group.
pub(crate) fn dialog(groups: &[Group]) -> String {
    let tables = groups.iter().fold(String::new(), |html, Group { place, keys }| {
        let rows = keys.iter().fold(String::new(), |html, (keys, does)| {
            let keys = keys.split(" or ").map(held).collect::<Vec<_>>().join(" or ");
            format!("{html}<tr><th scope=\"row\">{keys}</th><td>{does}</td></tr>")
        });
        format!("{html}<table class=\"keys\"><caption>{place}</caption><tbody>{rows}</tbody></table>")
    });
    format!(
        "<dialog aria-labelledby=\"dialog-heading\"><h2 id=\"dialog-heading\">Keyboard shortcuts</h2>{tables}\
         <form method=\"dialog\" class=\"foot\"><div class=\"buttons\"><button class=\"btn\">Close</button></div></form></dialog>"
    )
}

/// Keys that are held together. The script puts `⌘` in the place of `Ctrl` on Apple's keyboards.
fn held(keys: &str) -> String {
    let key = |key| match key {
        "Ctrl" => "<kbd data-apple=\"⌘\">Ctrl</kbd>".to_owned(),
        key => format!("<kbd>{key}</kbd>"),
    };
    keys.split(' ').map(key).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_held_together_stand_beside_each_other() {
        let group = Group { place: "Here", keys: &[("Ctrl K", "Find"), ("Menu or Shift F10", "Open")] };
        let html = dialog(&[group]);
        assert!(html.contains("<caption>Here</caption>"), "{html}");
        assert!(html.contains("<kbd data-apple=\"⌘\">Ctrl</kbd> <kbd>K</kbd></th><td>Find</td>"), "{html}");
        assert!(
            html.contains("<kbd>Menu</kbd> or <kbd>Shift</kbd> <kbd>F10</kbd></th><td>Open</td>"),
            "{html}"
        );
    }
}
