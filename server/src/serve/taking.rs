//! Whether a connection's peer takes what it is sent. What waits to be taken is counted: pieces of answers, for which an HTTP/2
//! peer has to make room, and bytes that the socket has no room for. Of a peer that takes too little, the credit runs out.

use std::{
    io::IoSlice,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};

use hyper::body::Buf;

/// How many bytes a second a peer has to take, as long as anything waits for it.
const LEAST_RATE: u64 = 4 * 1024;
/// For how many seconds it may take nothing, as for `TCP_USER_TIMEOUT`.
const PATIENCE: u64 = 20;
/// What a peer has at most, and where nothing waits for it.
const FULL: u64 = PATIENCE * LEAST_RATE;

/// What a connection's peer takes. It needs no clock: its owner calls `charge_second`.
#[derive(Debug)]
pub(super) struct Taking {
    /// How many things wait to be taken.
    waiting: AtomicUsize,
    /// Whether nothing waited at some moment since the last charge.
    is_settled: AtomicBool,
    /// Bytes that were taken since the last charge.
    taken: AtomicU64,
    /// Bytes that the peer may still fall behind.
    credit: AtomicU64,
}

impl Taking {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            waiting: AtomicUsize::new(0),
            is_settled: AtomicBool::new(false),
            taken: AtomicU64::new(0),
            credit: AtomicU64::new(FULL),
        })
    }

    /// Counts something that waits to be taken until the guard is dropped.
    pub(super) fn hand_over(self: &Arc<Self>) -> Untaken {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Untaken(self.clone())
    }

    /// Counts bytes that were taken.
    pub(super) fn took(&self, bytes: usize) {
        self.taken.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Whether something waits to be taken.
    pub(super) fn is_owing(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// Charges one second, in which nothing has to be taken where nothing waits. Returns whether any credit is left.
    pub(super) fn charge_second(&self) -> bool {
        let taken = self.taken.swap(0, Ordering::Relaxed);
        let is_settled = self.is_settled.swap(false, Ordering::Relaxed) || !self.is_owing();
        let left = self.credit.load(Ordering::Relaxed).saturating_add(taken).saturating_sub(LEAST_RATE);
        let credit = if is_settled { FULL } else { left.min(FULL) };
        self.credit.store(credit, Ordering::Relaxed);
        credit > 0
    }
}

/// Something that waits to be taken.
#[derive(Debug)]
pub(super) struct Untaken(Arc<Taking>);

impl Drop for Untaken {
    fn drop(&mut self) {
        if self.0.waiting.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.is_settled.store(true, Ordering::Relaxed);
        }
    }
}

/// A piece of an answer. It waits to be taken until it is dropped: hyper does so once it is written to the connection, for which
/// over HTTP/2 the peer's windows have to be open.
#[derive(Debug)]
pub(super) struct Piece<D> {
    data: D,
    /// Is dropped with the data.
    _untaken: Option<Untaken>,
}

impl<D> Piece<D> {
    pub(super) fn new(data: D, untaken: Option<Untaken>) -> Self {
        Self { data, _untaken: untaken }
    }
}

impl<D: Buf> Buf for Piece<D> {
    fn remaining(&self) -> usize {
        self.data.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.data.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.data.advance(count);
    }

    fn chunks_vectored<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        self.data.chunks_vectored(slices)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many seconds it lasts, of an hour, with this many bytes taken in each.
    fn lasts(taking: &Taking, bytes: impl Fn(u64) -> u64) -> u64 {
        let goes_on = |second: &u64| {
            taking.took(usize::try_from(bytes(*second)).unwrap());
            taking.charge_second()
        };
        (0..3_600).take_while(goes_on).count() as u64
    }

    #[test]
    fn who_takes_nothing_or_too_little_of_what_waits_runs_out_of_credit() {
        for (bytes, least, most) in [(0, PATIENCE - 1, PATIENCE), (100, PATIENCE - 1, PATIENCE + 1)] {
            let taking = Taking::new();
            let _piece = taking.hand_over();
            let lasted = lasts(&taking, |_| bytes);
            assert!((least..=most).contains(&lasted), "{bytes} a second: {lasted} s");
        }
        let taking = Taking::new();
        let _piece = taking.hand_over();
        let lasted = lasts(&taking, |_| LEAST_RATE / 2);
        assert!((2 * PATIENCE - 1..=2 * PATIENCE).contains(&lasted), "{lasted} s");
    }

    #[test]
    fn who_takes_enough_goes_on_for_ever_and_saves_nothing_up() {
        let taking = Taking::new();
        let _piece = taking.hand_over();
        assert_eq!(lasts(&taking, |_| LEAST_RATE), 3_600);
        let in_bursts = |second: u64| if second.is_multiple_of(PATIENCE - 2) { FULL } else { 0 };
        assert_eq!(lasts(&taking, in_bursts), 3_600);
        assert_eq!(lasts(&taking, |second| if second == 0 { 1_000 * FULL } else { 0 }), PATIENCE);
    }

    #[test]
    fn where_nothing_waits_nothing_has_to_be_taken() {
        let taking = Taking::new();
        assert_eq!(lasts(&taking, |_| 0), 3_600);
        let first = taking.hand_over();
        assert!(lasts(&taking, |_| 0) < 3_600);
        drop(first);
        // An event now and then, each of them taken: whatever waits when a second ends is another one.
        for second in 0..3_600 {
            drop(taking.hand_over());
            let _next = taking.hand_over();
            assert!(taking.charge_second(), "{second}");
        }
    }

    #[test]
    fn all_that_waits_has_to_be_taken() {
        let taking = Taking::new();
        let (first, second) = (taking.hand_over(), taking.hand_over());
        drop(first);
        assert!(taking.is_owing());
        assert_eq!(lasts(&taking, |_| 0), PATIENCE - 1);
        drop(second);
        assert!(!taking.is_owing());
    }

    #[test]
    fn a_piece_waits_until_the_last_of_it_is_dropped() {
        let taking = Taking::new();
        let mut piece = Piece::new(&b"events"[..], Some(taking.hand_over()));
        piece.advance(2);
        assert_eq!((piece.chunk(), piece.remaining()), (&b"ents"[..], 4));
        assert!(taking.is_owing());
        drop(piece);
        assert!(!taking.is_owing());
    }
}
