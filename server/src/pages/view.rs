//! What the address of the administrator's page says of its table. It is read leniently: the page has other parameters, too,
//! and a form without scripts sends more than it means.

use domain::{Cursor, View, view::ViewError};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Rows of a view, from the first on or behind a cursor.
    Rows { view: View, after: Option<Cursor> },
    /// Another view: a button that sorts sends it whole, beside the fields of the form that it belongs to.
    Elsewhere(View),
    /// What is no view, in words.
    Unknown(String),
}

impl Asked {
    /// Reads the query of an address.
    pub(super) fn read(query: &str) -> Self {
        let (mut view, mut after) = (View::default(), String::new());
        let mut seen = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let set = match &*name {
                "view" => return value.parse().map_or_else(|error| Self::unknown(&error), Self::Elsewhere),
                "after" => {
                    after = value.into_owned();
                    continue;
                }
                name => view.set(name, &value),
            };
            match set {
                Err(error) => return Self::unknown(&error),
                Ok(true) if seen.contains(&name) => {
                    return Self::unknown(&ViewError::Twice(name.into_owned()));
                }
                Ok(true) => seen.push(name),
                // The page's own, or nobody's.
                Ok(false) => {}
            }
        }
        let after = Cursor::read(&after, view.sort, view.order()).ok();
        Self::Rows { view, after }
    }

    /// The view that is shown for it.
    pub(super) fn view(&self) -> View {
        match self {
            Self::Rows { view, .. } | Self::Elsewhere(view) => view.clone(),
            Self::Unknown(_) => View::default(),
        }
    }

    fn unknown(error: &ViewError) -> Self {
        Self::Unknown(format!(
            "The address of this page asks for a view that there is not. {error} All consumers are shown."
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(query: &str) -> (String, Option<String>) {
        match Asked::read(query) {
            Asked::Rows { view, after } => {
                let after = after.map(|after| after.text(view.sort, view.order()));
                (view.to_string(), after)
            }
            other => panic!("{query}: {other:?}"),
        }
    }

    #[test]
    fn a_view_is_read_beside_what_else_the_page_is_asked_for() {
        assert_eq!(rows(""), (String::new(), None));
        assert_eq!(rows("registered=OauthKey&status=pending&utm=1"), ("status=pending".to_owned(), None));
        assert_eq!(
            rows("q=&status=&last_used=&registered_by=&trusted="),
            (String::new(), None),
            "an empty form"
        );
    }

    #[test]
    fn a_cursor_leads_on_where_it_is_one_of_the_order() {
        let cursor = "OauthKey.created_at.desc.5".to_owned();
        let after = format!("after={cursor}");
        assert_eq!(rows(&after), (String::new(), Some(cursor)));
        for other in ["sort=name", "sort=updated_at", "order=asc"] {
            assert_eq!(rows(&format!("{after}&{other}")), (other.to_owned(), None));
            assert_eq!(rows(&format!("{other}&{after}")), (other.to_owned(), None));
        }
        for none in ["nothing", "OauthKey.n5", ""] {
            assert_eq!(rows(&format!("after={none}")).1, None, "{none}");
        }
    }

    #[test]
    fn a_button_that_sorts_says_the_whole_view() {
        let asked = Asked::read("q=a&status=pending&view=q%3Da%26status%3Dpending%26sort%3Dname");
        assert_eq!(asked, Asked::Elsewhere("q=a&status=pending&sort=name".parse().unwrap()));
    }

    #[test]
    fn what_is_no_view_is_told_in_words() {
        let Asked::Unknown(words) = Asked::read("status=approvd") else { panic!("it is no status") };
        assert!(words.contains("status=approvd: give pending, approved or disapproved."), "{words}");
    }

    #[test]
    fn a_name_that_is_given_twice_is_told_in_words_though_one_value_is_empty() {
        for query in ["q=a&q=b", "last_used=1d&status=&last_used=never", "q=&q=a"] {
            let Asked::Unknown(words) = Asked::read(query) else { panic!("{query}: no single view") };
            assert!(words.contains(" is given twice. All consumers are shown."), "{words}");
        }
        assert_eq!(rows("utm=1&utm=2&status=pending").0, "status=pending");
    }
}
