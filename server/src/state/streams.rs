//! Limits on open event streams: per session, and in total, so that requests still find connections.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The limit per session; far more pages than a person has open.
const MOST_OF_A_SESSION: usize = 50;
/// The limit in total: each stream costs memory, and time for every change.
const MOST: usize = 10_000;

/// Counts the open event streams. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Streams {
    most: usize,
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    in_total: usize,
    of_session: HashMap<Vec<u8>, usize>,
}

/// A limit is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooMany {
    #[error(
        "This session has as many pages open as it may. Close some of them, and this one goes on by itself."
    )]
    OfThisSession,
    #[error(
        "The server has as many pages open as it can bear. This one goes on by itself when others are closed."
    )]
    InTotal,
}

impl Streams {
    /// Half of the open files that the process may have are kept for requests and the database.
    pub(crate) fn new(open_files: u64) -> Self {
        let most = usize::try_from(open_files / 2).unwrap_or(MOST).min(MOST);
        Self { most, open: Arc::default() }
    }

    /// Counts one more stream until the guard is dropped.
    pub(crate) fn open(&self, session: &[u8]) -> Result<OpenStream, TooMany> {
        let mut open = self.lock();
        if open.in_total >= self.most {
            return Err(TooMany::InTotal);
        }
        let of_session = open.of_session.entry(session.to_owned()).or_default();
        if *of_session >= MOST_OF_A_SESSION {
            return Err(TooMany::OfThisSession);
        }
        *of_session += 1;
        open.in_total += 1;
        Ok(OpenStream { streams: self.clone(), session: session.to_owned() })
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open event stream.
#[derive(Debug)]
pub(crate) struct OpenStream {
    streams: Streams,
    session: Vec<u8>,
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self.streams.lock();
        open.in_total -= 1;
        if let Some(of_session) = open.of_session.get_mut(&self.session) {
            *of_session -= 1;
            if *of_session == 0 {
                open.of_session.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_its_share_and_another_its_own() {
        let streams = Streams::new(u64::MAX);
        let mut mine: Vec<_> = (0..MOST_OF_A_SESSION).map(|_| streams.open(b"mine").unwrap()).collect();
        assert_eq!(streams.open(b"mine").err(), Some(TooMany::OfThisSession));
        assert!(streams.open(b"another").is_ok());
        mine.pop();
        assert!(streams.open(b"mine").is_ok());
        mine.clear();
        let open = streams.lock();
        assert_eq!((open.in_total, open.of_session.len()), (0, 0));
    }

    #[test]
    fn half_of_the_open_files_are_left_for_the_rest() {
        let streams = Streams::new(6);
        let open: Vec<_> = (0_u8..3).map(|session| streams.open(&[session]).unwrap()).collect();
        assert_eq!(streams.open(b"another").err(), Some(TooMany::InTotal));
        drop(open);
        assert!(streams.open(b"another").is_ok());
    }
}
