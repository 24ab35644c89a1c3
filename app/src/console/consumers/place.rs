//! A place in the table, as the browser's history notes it, and the address of a view.

use std::fmt;

use domain::{ConsumerKey, View};

use super::{panel::TABLE, rows::Table};

/// The address of a view, on a server with this prefix.
pub(super) fn address(prefix: &str, view: &View) -> String {
    address_at(&[prefix, TABLE].concat(), view)
}

/// The same at another path, which may be that of a consumer whose panel is open.
pub(crate) fn address_at(path: &str, view: &View) -> String {
    let query = view.to_string();
    let mark = if query.is_empty() { "" } else { "?" };
    [path, mark, &query].concat()
}

/// The address of a consumer's page, on which its users after the account with this number are shown; 0 shows the first.
pub(crate) fn users_at(path: &str, view: &View, after: i64) -> String {
    let address = address_at(path, view);
    if after == 0 {
        return address;
    }
    let mark = if address == path { "?" } else { "&" };
    [&address, mark, "users_after=", &after.to_string()].concat()
}

/// Where the first row that is seen stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// How many rows of the view are before it.
    pub(super) index: u64,
    /// Its distance from the window's upper edge, in pixels.
    pub(super) top: i32,
    /// Its key.
    pub(super) key: Option<ConsumerKey>,
}

impl Place {
    /// The place of a row; `None` where it is not loaded.
    pub(super) fn of(table: &Table, key: ConsumerKey, top: i32) -> Option<Self> {
        let at = table.order().iter().position(|row| *row == key)?;
        Some(Self { index: table.above() + at as u64, top, key: Some(key) })
    }

    /// The row there: the one that was, or where it is gone, the one that stands in its place now.
    pub(super) fn row(&self, table: &Table) -> Option<ConsumerKey> {
        let there = || {
            let at = usize::try_from(self.index.checked_sub(table.above())?).ok()?;
            table.order().get(at).copied()
        };
        self.key.filter(|key| table.get(*key).is_some()).or_else(there)
    }

    /// Reads it back; `None` for what another page has noted.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, ' ');
        let (index, top, key) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { index: index.parse().ok()?, top: top.parse().ok()?, key: Some(key.parse().ok()?) })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.map(|key| key.to_string()).unwrap_or_default();
        write!(f, "{} {} {key}", self.index, self.top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_as_itself_and_nothing_else_is_one() {
        let place = Place { index: 999_999, top: -12, key: Some("Oauth.Key:1".parse().unwrap()) };
        assert_eq!(Place::read(&place.to_string()), Some(place));
        for other in ["", "1", "1 2", "1 2 ", "a b c", "{\"page\":1}"] {
            assert_eq!(Place::read(other), None, "{other:?}");
        }
    }

    #[test]
    fn the_address_of_a_view_names_what_is_not_as_usual() {
        assert_eq!(address("", &View::default()), "/settings/oauth-consumers");
        let view = "q=a+b&status=pending".parse().unwrap();
        assert_eq!(address("/keys", &view), "/keys/settings/oauth-consumers?q=a+b&status=pending");
        assert_eq!(address_at("/keys/a-key", &view), "/keys/a-key?q=a+b&status=pending");
        assert_eq!(users_at("/keys/a-key", &view, 7), "/keys/a-key?q=a+b&status=pending&users_after=7");
        assert_eq!(users_at("/keys/a-key", &View::default(), 7), "/keys/a-key?users_after=7");
        assert_eq!(users_at("/keys/a-key", &view, 0), address_at("/keys/a-key", &view));
    }
}
