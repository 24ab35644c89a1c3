//! Which rows this version could not read: the log names each of them once while the process runs.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use crate::error::StoreError;

/// The most rows that are named. Where there are more, a whole table is of another version, and `latchkey check` counts them.
const MOST: usize = 1_000;

/// The rows that the log has named, by kind and name.
#[derive(Debug, Default)]
pub(crate) struct Unreadable(Mutex<HashSet<(&'static str, String)>>);

impl Unreadable {
    /// Names a row in the log, unless that was done before.
    pub(crate) fn note(&self, kind: &'static str, name: &str, error: &StoreError) {
        if self.is_first(kind, name) {
            tracing::error!(
                kind,
                name,
                %error,
                "a row cannot be read: it is left out of lists, and nothing is verified by it; `latchkey check` names all such rows"
            );
        }
    }

    /// A row that a verification asks for: where it cannot be read, it verifies nothing, as if it were not there.
    pub(crate) fn or_absent<T>(
        &self,
        kind: &'static str,
        name: &str,
        read: Result<Option<T>, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match read {
            Err(error @ StoreError::Unreadable(_)) => {
                self.note(kind, name, &error);
                Ok(None)
            }
            read => read,
        }
    }

    fn is_first(&self, kind: &'static str, name: &str) -> bool {
        let mut named = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        named.len() < MOST && named.insert((kind, name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_named_once_and_a_bounded_number_of_them() {
        let unreadable = Unreadable::default();
        assert!(unreadable.is_first("consumer", "a") && unreadable.is_first("user", "a"));
        assert!(!unreadable.is_first("consumer", "a"));
        let named = (0..3 * MOST).filter(|n| unreadable.is_first("consumer", &n.to_string())).count();
        assert_eq!(named, MOST - 2);
    }

    #[test]
    fn only_what_cannot_be_read_is_absent() {
        let unreadable = Unreadable::default();
        let or_absent = |read| unreadable.or_absent("consumer", "a", read);
        assert!(matches!(or_absent(Ok(Some(1))), Ok(Some(1))));
        assert!(matches!(or_absent(Err(StoreError::Unreadable("a status"))), Ok(None)));
        assert!(matches!(or_absent(Err(StoreError::Busy)), Err(StoreError::Busy)));
    }
}
