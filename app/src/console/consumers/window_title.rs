//! The title of the window: how many consumers are pending, whose panel is open, and the page.

use leptos::prelude::document;

use crate::ui::dom;

/// The page's own title.
pub(crate) const PAGE: &str = "OAuth consumers · Latchkey";

/// The title where this many are pending, as they are written, and where this consumer's panel is open.
pub(crate) fn title(pending: &str, consumer: Option<&str>) -> String {
    let number = if matches!(pending, "" | "0") { String::new() } else { format!("({pending}) ") };
    let consumer = consumer.map(|name| format!("{name} · ")).unwrap_or_default();
    format!("{number}{consumer}{PAGE}")
}

/// Brings it up to date with what the tabs and the panel show.
pub(super) fn paint() {
    let text = |selector| dom::find(selector)?.text_content();
    let pending = text("#tab-pending span").unwrap_or_default();
    let consumer = text("#panel [data-key] #panel-heading");
    let wanted = title(&pending, consumer.as_deref());
    if document().title() != wanted {
        document().set_title(&wanted);
    }
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn the_title_says_how_many_are_pending_and_whose_panel_is_open() {
        assert_eq!(title("0", None), "OAuth consumers · Latchkey");
        assert_eq!(title("1,200", None), "(1,200) OAuth consumers · Latchkey");
        assert_eq!(title("3", Some("(2) App")), "(3) (2) App · OAuth consumers · Latchkey");
        assert_eq!(title("0", Some("(2) App")), "(2) App · OAuth consumers · Latchkey");
    }
}
