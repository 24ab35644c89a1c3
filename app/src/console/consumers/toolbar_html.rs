//! The toolbar as HTML, made of a view: by the server for the first page, and in the browser when another view is asked for.
//! Texts cost the page much less than components.

use domain::{
    Status, StatusCounts, View,
    view::{Ends, LastUsed},
};

use super::place::address;
use crate::ui::number::grouped;

/// The tabs, by the name that their elements have.
pub(super) const TABS: [(&str, &str, Option<Status>); 4] = [
    ("all", "All", None),
    ("pending", "Pending", Some(Status::Pending)),
    ("approved", "Approved", Some(Status::Approved)),
    ("disapproved", "Disapproved", Some(Status::Disapproved)),
];

const LAST_USED: [(&str, &str, LastUsed); 5] = [
    ("never", "never", LastUsed::Never),
    ("1d", "in the last day", LastUsed::InADay),
    ("not-30d", "not for 30 days", LastUsed::NotFor30Days),
    ("not-90d", "not for 90 days", LastUsed::NotFor90Days),
    ("not-365d", "not for 365 days", LastUsed::NotFor365Days),
];

/// The number on a tab.
pub(super) fn number(counts: StatusCounts, status: Option<Status>) -> String {
    grouped(status.map_or(counts.all(), |status| counts.of(status)))
}

/// The status tabs: links to the same view of each status.
pub(super) fn tabs(prefix: &str, view: &View, counts: StatusCounts) -> String {
    let mut html = String::new();
    for (id, word, status) in TABS {
        let target = View { status, ..view.clone() };
        let current = if view.status == status { " aria-current=\"true\"" } else { "" };
        html += &[
            &link(prefix, &format!("tab-{id}"), &target, current),
            word,
            " <span>",
            &number(counts, status),
            "</span></a>",
        ]
        .concat();
    }
    html
}

/// The begin of a link to a view.
fn link(prefix: &str, id: &str, target: &View, attributes: &str) -> String {
    let href = escaped(&address(prefix, target));
    format!("<a id=\"{id}\" data-view href=\"{href}\"{attributes}>")
}

/// What is searched for and filtered by, in words, each with the view without it.
fn set(view: &View) -> Vec<(&'static str, String, View)> {
    let mut set = Vec::new();
    if let Some(text) = &view.text {
        set.push(("q", format!("“{text}”"), View { text: None, ..view.clone() }));
    }
    if let Some(status) = view.status {
        set.push(("status", status.word().to_owned(), View { status: None, ..view.clone() }));
    }
    if let Some(last_used) = view.last_used {
        let (_, words, _) =
            LAST_USED.iter().find(|(.., value)| *value == last_used).expect("each has its words");
        set.push(("last_used", format!("Last used: {words}"), View { last_used: None, ..view.clone() }));
    }
    if let Some(by) = &view.registered_by {
        set.push((
            "registered_by",
            format!("Registered by: {by}"),
            View { registered_by: None, ..view.clone() },
        ));
    }
    if let Some(trusted) = view.trusted {
        let words = if trusted { "Trusted" } else { "Not trusted" };
        set.push(("trusted", words.to_owned(), View { trusted: None, ..view.clone() }));
    }
    if view.ends.is_some() {
        set.push(("ends", "Ends soon".to_owned(), View { ends: None, ..view.clone() }));
    }
    set
}

/// What is filtered by, as chips that take it away.
pub(super) fn chips(prefix: &str, view: &View) -> String {
    let chips = set(view).into_iter().filter(|(name, ..)| !["q", "status"].contains(name));
    chips.fold(String::new(), |html, (name, words, without)| {
        let words = escaped(&words);
        let label = format!(" class=\"chip\" aria-label=\"Remove filter {words}\"");
        let link = link(prefix, &format!("chip-{name}"), &without, &label);
        [&html, &link, "<bdi>", &words, "</bdi></a>"].concat()
    })
}

/// What an empty view says.
pub(super) fn nothing(prefix: &str, view: &View) -> String {
    let words: Vec<_> =
        set(view).into_iter().map(|(_, words, _)| format!("<bdi>{}</bdi>", escaped(&words))).collect();
    let all = View { sort: view.sort, order: view.order, ..View::default() };
    let clear = link(prefix, "clear-view", &all, " class=\"btn small\"");
    ["<strong>No consumer matches ", &words.join(", "), ".</strong> ", &clear, "Clear</a>"].concat()
}

/// The fields of the filter.
pub(super) fn filters(view: &View) -> String {
    let option = |value: &str, words: &str, is_set: bool| {
        let selected = if is_set { " selected" } else { "" };
        format!("<option value=\"{value}\"{selected}>{words}</option>")
    };
    let last_used =
        LAST_USED.iter().fold(option("", "any time", false), |html, (value, words, last_used)| {
            html + &option(value, words, view.last_used == Some(*last_used))
        });
    let by = view.registered_by.as_ref().map(|by| escaped(&by.to_string())).unwrap_or_default();
    let trusted = [
        option("", "any", false),
        option("true", "Trusted", view.trusted == Some(true)),
        option("false", "Not trusted", view.trusted == Some(false)),
    ]
    .concat();
    let ends = if view.ends == Some(Ends::Soon) { " checked" } else { "" };
    format!(
        "<label for=\"filter-used\">Last used</label><select id=\"filter-used\" name=\"last_used\">{last_used}</select>\
         <label for=\"filter-by\">Registered by</label><input id=\"filter-by\" name=\"registered_by\" value=\"{by}\" \
         list=\"filter-authors\" autocomplete=\"off\" autocapitalize=\"off\" spellcheck=\"false\"><datalist id=\"filter-authors\">\
         <option value=\"the command line\"><option value=\"by request\"></datalist>\
         <label for=\"filter-trusted\">Trusted</label><select id=\"filter-trusted\" name=\"trusted\">{trusted}</select>\
         <label class=\"box\"><input id=\"filter-ends\" type=\"checkbox\" name=\"ends\" value=\"soon\"{ends}> Ends soon</label>\
         <button class=\"btn small primary\">Apply</button>"
    )
}

/// The exports of a view.
pub(super) fn exports(prefix: &str, view: &View) -> String {
    let query = escaped(&view.to_string());
    ["CSV", "JSON"].into_iter().fold(String::new(), |html, format| {
        let file = format!("consumers.{}", format.to_ascii_lowercase());
        html + &format!("<a href=\"{prefix}/api/v1/{file}?{query}\" download=\"{file}\">{format}</a>")
    })
}

/// Search, filter and export: a form that works without scripts.
pub(super) fn form(prefix: &str, view: &View) -> String {
    let text = view.text.as_deref().map(escaped).unwrap_or_default();
    // What the form does not ask for stays as it is.
    let kept = View { status: view.status, sort: view.sort, order: view.order, ..View::default() };
    let kept = kept.to_string();
    let hidden =
        kept.split('&').filter_map(|pair| pair.split_once('=')).fold(String::new(), |html, (name, value)| {
            html + &format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
        });
    [
        "<div class=\"search\">",
        &hidden,
        "<label class=\"off-screen\" for=\"search\">Search consumers</label><input id=\"search\" type=\"search\" name=\"q\" \
         placeholder=\"Search consumers\" aria-keyshortcuts=\"/\" title=\"Press / to search\" autocomplete=\"off\" autocapitalize=\"off\" spellcheck=\"false\" value=\"",
        &text,
        "\"></div><button id=\"filter\" type=\"button\" class=\"btn small\" popovertarget=\"filters\">Filter</button>\
         <div id=\"filters\" class=\"pop\" popover role=\"group\" aria-label=\"Filter\">",
        &filters(view),
        "</div><button id=\"export\" type=\"button\" class=\"btn small\" popovertarget=\"exports\">Export</button>\
         <div id=\"exports\" class=\"pop\" popover role=\"group\" aria-label=\"Export\">",
        &exports(prefix, view),
        "</div>",
    ]
    .concat()
}

/// A text as it may stand in HTML, also in quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::new();
    for char in text.chars() {
        match char {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            char => html.push(char),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(query: &str) -> View {
        query.parse().unwrap()
    }

    const COUNTS: StatusCounts = StatusCounts { pending: 3, approved: 12_345, disapproved: 0 };

    #[test]
    fn a_tab_keeps_all_of_the_view_but_the_status() {
        let html = tabs("/keys", &view("q=a&status=approved&sort=name"), COUNTS);
        assert!(
            html.contains(
                "href=\"/keys/settings/oauth-consumers?q=a&amp;sort=name\">All <span>12,348</span>"
            ),
            "{html}"
        );
        assert!(
            html.contains(
                "q=a&amp;status=approved&amp;sort=name\" aria-current=\"true\">Approved <span>12,345</span>"
            ),
            "{html}"
        );
        assert_eq!(html.matches("aria-current").count(), 1);
    }

    #[test]
    fn a_chip_takes_its_filter_away_and_nothing_else() {
        let html = chips("", &view("q=a&last_used=never&trusted=false&ends=soon"));
        assert!(
            html.contains("href=\"/settings/oauth-consumers?q=a&amp;trusted=false&amp;ends=soon\""),
            "{html}"
        );
        assert!(html.contains("aria-label=\"Remove filter Last used: never\""), "{html}");
        assert_eq!(html.matches("class=\"chip\"").count(), 3, "a text and a status have no chip");
    }

    #[test]
    fn a_form_without_scripts_keeps_status_and_order() {
        let html = form("", &view("q=x&status=pending&sort=name&trusted=true"));
        assert!(html.contains("<input type=\"hidden\" name=\"status\" value=\"pending\">"), "{html}");
        assert!(html.contains("<input type=\"hidden\" name=\"sort\" value=\"name\">"), "{html}");
        assert!(html.contains("<option value=\"true\" selected>Trusted</option>"), "{html}");
        assert!(
            html.contains("/api/v1/consumers.csv?q=x&amp;status=pending&amp;trusted=true&amp;sort=name\""),
            "{html}"
        );
    }

    #[test]
    fn what_is_typed_is_text_wherever_it_stands() {
        let hostile = View {
            text: Some("\"><script>x</script>&".to_owned()),
            registered_by: Some("</bdi><img src=x>\"".to_owned().into()),
            ..View::default()
        };
        let all =
            [tabs("", &hostile, COUNTS), chips("", &hostile), nothing("", &hostile), form("", &hostile)]
                .concat();
        for wrong in ["<script", "<img", "</bdi><img", "x\"\""] {
            assert!(!all.contains(wrong), "{wrong}: {all}");
        }
    }

    #[test]
    fn an_empty_view_says_what_matched_nothing_and_offers_to_clear_it() {
        let html = nothing("", &view("q=foo&status=pending&last_used=not-90d&sort=name"));
        assert!(html.contains("No consumer matches <bdi>“foo”</bdi>, <bdi>Pending</bdi>, <bdi>Last used: not for 90 days</bdi>."), "{html}");
        assert!(html.contains("href=\"/settings/oauth-consumers?sort=name\""), "{html}");
    }
}
