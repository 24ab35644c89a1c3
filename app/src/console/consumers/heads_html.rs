//! The heads of the columns as HTML, made of a view as the toolbar is.

use domain::{Sort, View, query::Order};

use super::toolbar_html::escaped;

const HEADS: [(&str, &str, Sort); 5] = [
    ("name", "Consumer name", Sort::Name),
    ("k", "Consumer key", Sort::Key),
    ("s", "Status", Sort::Status),
    ("when", "Registered", Sort::CreatedAt),
    ("used", "Last used", Sort::LastUsedAt),
];

/// The heads of the columns: buttons that sort.
pub(super) fn heads(view: &View) -> String {
    let mut html = "<tr role=\"row\" aria-rowindex=\"1\"><th role=\"columnheader\" scope=\"col\" class=\"pick\">\
                    <input id=\"select-all\" type=\"checkbox\" aria-label=\"Select all\" autocomplete=\"off\"></th>"
        .to_owned();
    for (class, word, sort) in HEADS {
        let is_sorted = view.sort == sort;
        let aria = match view.order() {
            _ if !is_sorted => "",
            Order::Ascending => " aria-sort=\"ascending\"",
            Order::Descending => " aria-sort=\"descending\"",
        };
        let next = if is_sorted { view.order().reversed() } else { sort.usual_order() };
        let target =
            View { sort, order: Some(next).filter(|next| *next != sort.usual_order()), ..view.clone() };
        html += &[
            "<th role=\"columnheader\" scope=\"col\" class=\"",
            class,
            "\"",
            aria,
            "><button id=\"sort-",
            class,
            "\" class=\"sort\" form=\"view\" name=\"view\" value=\"",
            &escaped(&target.to_string()),
            "\">",
            word,
            "</button></th>",
        ]
        .concat();
    }
    html + "<th role=\"columnheader\" scope=\"col\" class=\"do\"><span class=\"off-screen\">Actions</span></th></tr>"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(query: &str) -> View {
        query.parse().unwrap()
    }

    #[test]
    fn a_head_sorts_by_its_column_and_the_sorted_one_turns_round() {
        let html = heads(&view("q=a"));
        assert!(html.contains("class=\"when\" aria-sort=\"descending\"><button id=\"sort-when\""), "{html}");
        assert!(html.contains("value=\"q=a&amp;order=asc\">Registered"), "{html}");
        assert!(html.contains("value=\"q=a&amp;sort=name\">Consumer name"), "{html}");
        let html = heads(&view("sort=name&order=desc"));
        assert!(html.contains("class=\"name\" aria-sort=\"descending\""), "{html}");
        assert!(html.contains("value=\"sort=name\">Consumer name"), "back to the usual order: {html}");
        assert_eq!(html.matches("aria-sort").count(), 1);
    }

    #[test]
    fn what_is_searched_for_is_text_in_the_heads() {
        let hostile = View { text: Some("\"><script>x</script>&".to_owned()), ..View::default() };
        let html = heads(&hostile);
        assert!(!html.contains("<script") && !html.contains("x\"\""), "{html}");
    }
}
