//! Standard error as the place of the log. A line that cannot be written (a full disk, a pipe that nobody reads) is counted
//! and reported later; its caller goes on.

use std::{
    io::{self, Write},
    os::fd::AsFd,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use prometheus_client::metrics::counter::Counter;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use tokio::time::sleep;
use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;

/// A pipe that is ready takes this many bytes without blocking (`PIPE_BUF`).
const PIECE: usize = 4096;
/// How long a slow reader is waited for. Once it was too slow, lines are lost at once until it has read.
const PATIENCE: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };
const AT_ONCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 0 };
/// How often lost lines are reported, where there are any.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// Names the line that reports lost lines, which is not lost itself: it is tried again.
const LOST: &str = "latchkey::telemetry::lost";

/// The lines of the log that could not be written. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct LostLines {
    /// For the metrics.
    pub(crate) count: Counter,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Lost since the last line that told of some.
    untold: AtomicU64,
    /// That line was written.
    is_told: AtomicBool,
    output: Mutex<Output>,
}

/// How the last line was written. Locked while a line is, so that lines do not mix.
#[derive(Debug, Default)]
struct Output {
    /// The reader was too slow.
    is_stalled: bool,
    /// The line was written in part.
    is_torn: bool,
}

impl LostLines {
    /// Logs how many lines were lost since this was last logged. Only one task may call it.
    pub(crate) fn tell(&self) {
        let lines = self.state.untold.load(Ordering::Acquire);
        if lines == 0 {
            return;
        }
        tracing::error!(target: LOST, lines, "lines of this log could not be written and are lost");
        if self.state.is_told.swap(false, Ordering::AcqRel) {
            self.state.untold.fetch_sub(lines, Ordering::AcqRel);
        }
    }

    /// Tells of lost lines while the process serves. Never resolves.
    pub(crate) async fn keep_telling(self) {
        loop {
            sleep(TELL_EVERY).await;
            self.tell();
        }
    }
}

/// Makes the writer of one line.
#[derive(Debug)]
pub(super) struct ToStderr(pub(super) LostLines);

impl<'a> MakeWriter<'a> for ToStderr {
    type Writer = LineWriter<'a>;

    fn make_writer(&'a self) -> LineWriter<'a> {
        LineWriter { lost: &self.0, tells: false }
    }

    fn make_writer_for(&'a self, line: &Metadata<'_>) -> LineWriter<'a> {
        LineWriter { lost: &self.0, tells: line.target() == LOST }
    }
}

/// Writes one line, which it is given in one piece.
pub(super) struct LineWriter<'a> {
    lost: &'a LostLines,
    /// It is the line that tells of lost ones.
    tells: bool,
}

impl Write for LineWriter<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let state = &*self.lost.state;
        let mut output = state.output.lock().unwrap_or_else(PoisonError::into_inner);
        // There is no place for the reason.
        let is_written = output.write(line).is_ok();
        drop(output);
        match (is_written, self.tells) {
            (true, true) => state.is_told.store(true, Ordering::Release),
            (false, false) => {
                self.lost.count.inc();
                state.untold.fetch_add(1, Ordering::AcqRel);
            }
            (true, false) | (false, true) => {}
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Output {
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_torn {
            self.write_all(b"\n")?;
        }
        self.write_all(line)?;
        self.is_torn = false;
        Ok(())
    }

    fn write_all(&mut self, mut text: &[u8]) -> io::Result<()> {
        let mut stderr = io::stderr().lock();
        while !text.is_empty() {
            self.wait_for_reader(&stderr)?;
            match stderr.write(&text[..text.len().min(PIECE)]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => {
                    // Until the whole line is written.
                    self.is_torn = true;
                    text = &text[count..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// A file is always ready.
    fn wait_for_reader(&mut self, stderr: &impl AsFd) -> io::Result<()> {
        let patience = if self.is_stalled { AT_ONCE } else { PATIENCE };
        let ready = loop {
            match poll(&mut [PollFd::new(stderr, PollFlags::OUT)], Some(&patience)) {
                Err(Errno::INTR) => {}
                ready => break ready?,
            }
        };
        self.is_stalled = ready == 0;
        if self.is_stalled { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
    }
}
