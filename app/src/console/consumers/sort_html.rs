//! **Sort** as HTML: the orders of the column heads as a list to choose from, for screens where rows are cards and the heads are
//! not seen. A form of its own, so that it works without scripts.

use domain::{
    Sort, View,
    query::Order::{self, Ascending, Descending},
};

use super::toolbar_html::escaped;

/// Every order, in words that need no column head.
const ORDERS: [(Sort, Order, &str); 12] = [
    (Sort::CreatedAt, Descending, "Newest first"),
    (Sort::CreatedAt, Ascending, "Oldest first"),
    (Sort::Name, Ascending, "Name, A to Z"),
    (Sort::Name, Descending, "Name, Z to A"),
    (Sort::Key, Ascending, "Key, A to Z"),
    (Sort::Key, Descending, "Key, Z to A"),
    (Sort::Status, Ascending, "Status, A to Z"),
    (Sort::Status, Descending, "Status, Z to A"),
    (Sort::LastUsedAt, Descending, "Last used first"),
    (Sort::LastUsedAt, Ascending, "Longest unused first"),
    // Only addresses ask for these.
    (Sort::UpdatedAt, Descending, "Last changed first"),
    (Sort::UpdatedAt, Ascending, "Longest unchanged first"),
];

/// The list, whose values are the same view in each order.
pub(super) fn sorts(view: &View) -> String {
    let current = (view.sort, view.order());
    let mut html =
        "<label for=\"sort\">Sort</label><select id=\"sort\" name=\"view\" autocomplete=\"off\">".to_owned();
    for (sort, order, words) in ORDERS {
        let target =
            View { sort, order: Some(order).filter(|order| *order != sort.usual_order()), ..view.clone() };
        let selected = if (sort, order) == current { "\" selected>" } else { "\">" };
        html += &["<option value=\"", &escaped(&target.to_string()), selected, words, "</option>"].concat();
    }
    html + "</select><noscript><button class=\"btn small\">Sort</button></noscript>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_order_leads_to_the_same_view_and_the_present_one_is_selected() {
        let html = sorts(&"q=%22%3Ca&status=pending&sort=name&order=desc".parse().unwrap());
        for (value, words) in [
            ("q=%22%3Ca&amp;status=pending\"", "Newest first"),
            ("q=%22%3Ca&amp;status=pending&amp;order=asc\"", "Oldest first"),
            ("q=%22%3Ca&amp;status=pending&amp;sort=name\"", "Name, A to Z"),
            ("q=%22%3Ca&amp;status=pending&amp;sort=name&amp;order=desc\" selected", "Name, Z to A"),
            ("q=%22%3Ca&amp;status=pending&amp;sort=last_used_at&amp;order=asc\"", "Longest unused first"),
        ] {
            assert!(html.contains(&format!("<option value=\"{value}>{words}</option>")), "{words}: {html}");
        }
        assert_eq!(html.matches("selected").count(), 1);
    }

    #[test]
    fn every_view_selects_one_order() {
        for sort in ["created_at", "name", "key", "status", "updated_at", "last_used_at"] {
            for order in ["", "&order=asc", "&order=desc"] {
                let html = sorts(&format!("sort={sort}{order}").parse().unwrap());
                assert_eq!(html.matches(" selected").count(), 1, "{sort}{order}: {html}");
            }
        }
    }
}
