//! The palette as HTML: what can be typed into, and what is found.

use domain::{Consumer, View};

use super::{row::status_class, toolbar_html::escaped};
use crate::ui::number::grouped;

/// What can be done, in words, and the control of the page that does it.
const COMMANDS: [(&str, &str); 16] = [
    ("Register consumer", "#name"),
    ("Show All", "#tab-all"),
    ("Show Pending", "#tab-pending"),
    ("Show Approved", "#tab-approved"),
    ("Show Disapproved", "#tab-disapproved"),
    ("Export as CSV", "#exports a[download$=csv]"),
    ("Export as JSON", "#exports a[download$=json]"),
    ("OAuth consumers", "header nav a[href$='/oauth-consumers']"),
    ("Users", "header nav a[href$='/users']"),
    ("Activity", "header nav a[href$='/activity']"),
    ("Authorized applications", "header a[href$='/applications']"),
    ("Your sessions", "header a[href$='/sessions']"),
    ("Second factor", "header a[href$='/second-factor']"),
    ("Change password", "header a[href$='/password']"),
    ("Keyboard shortcuts", "header [data-show-shortcuts]"),
    ("Sign out", "header form button"),
];

/// What is in the dialog when it opens: its heading names the field.
pub(super) fn empty() -> String {
    [
        "<input id=\"palette-text\" role=\"combobox\" aria-labelledby=\"dialog-heading\" aria-expanded=\"true\" \
         aria-controls=\"palette-list\" aria-autocomplete=\"list\" autocomplete=\"off\" autocapitalize=\"off\" spellcheck=\"false\" \
         placeholder=\"Find a consumer or a command\" autofocus>\
         <div id=\"palette-list\" role=\"listbox\" aria-label=\"Commands and consumers\" translate=\"no\">",
        &options("", &[], Some(0)),
        "</div><p id=\"palette-told\" aria-live=\"polite\" translate=\"no\"></p>",
    ]
    .concat()
}

/// What can be chosen where this is typed: commands, and consumers, of which there are this many; `None` for more. Commands come first, so
/// that nothing moves when the server answers.
pub(super) fn options(typed: &str, found: &[Consumer], total: Option<u64>) -> String {
    let mut commands = String::new();
    for (at, (words, target)) in COMMANDS.iter().enumerate().filter(|(_, (words, _))| has_words(words, typed))
    {
        commands += &option(&format!("c{at}"), "target", target, words);
    }
    let mut consumers = String::new();
    for consumer in found {
        let (key, status) = (consumer.key.to_string(), consumer.status);
        let name = escaped(&consumer.name.to_string());
        let class = status_class(status);
        let words =
            format!("<bdi>{name}</bdi> <code>{key}</code> <span class=\"{class}\">{}</span>", status.word());
        consumers += &option(&format!("k-{key}"), "key", &key, &words);
    }
    if total.is_none_or(|total| total > found.len() as u64) && !found.is_empty() {
        let all = View { text: Some(typed.to_owned()), ..View::default() };
        consumers += &option("all", "view", &escaped(&all.to_string()), "Show all in the table");
    }
    group("Commands", &commands) + &group("Consumers", &consumers)
}

fn group(label: &str, options: &str) -> String {
    if options.is_empty() {
        return String::new();
    }
    ["<div role=\"group\" aria-label=\"", label, "\">", options, "</div>"].concat()
}

fn option(id: &str, kind: &str, value: &str, html: &str) -> String {
    let begin = "<div role=\"option\" aria-selected=\"false\" id=\"palette-";
    [begin, id, "\" data-", kind, "=\"", value, "\">", html, "</div>"].concat()
}

/// Whether every word of what is typed is in a text. Capitals do not count; beyond ASCII they do, since the tables for all
/// letters are large.
pub(super) fn has_words(text: &str, typed: &str) -> bool {
    let is_in = |word: &str| {
        text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    };
    typed.split(' ').filter(|word| !word.is_empty()).all(is_in)
}

/// How many consumers are found, in words; `None` for more than are shown.
pub(super) fn told(total: Option<u64>, shown: usize) -> String {
    match total {
        None => format!("More than {shown} consumers found."),
        Some(0) => "No consumer found.".to_owned(),
        Some(1) => "1 consumer found.".to_owned(),
        Some(total) => grouped(total) + " consumers found.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_order_and_case() {
        assert!(has_words("Export as CSV", "csv exp"));
        assert!(has_words("Export as CSV", " "));
        assert!(!has_words("Export as CSV", "csv json"));
        assert!(!has_words("Users", "users and more"));
    }

    #[test]
    fn what_is_typed_leaves_the_commands_that_have_it() {
        let html = options("disapp", &[], Some(0));
        assert_eq!(html.matches("role=\"option\"").count(), 1, "{html}");
        assert!(html.contains("data-target=\"#tab-disapproved\">Show Disapproved</div>"), "{html}");
        assert_eq!(options("", &[], Some(0)).matches("role=\"option\"").count(), COMMANDS.len());
        assert_eq!(options("no such thing", &[], Some(0)), "");
    }

    #[test]
    fn how_many_are_found_is_told_as_people_say_it() {
        assert_eq!(
            [Some(0), Some(1), Some(7), None].map(|total| told(total, 8)),
            ["No consumer found.", "1 consumer found.", "7 consumers found.", "More than 8 consumers found."]
        );
    }
}
