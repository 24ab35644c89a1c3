//! What the server says on stdout once it listens. Where that cannot be written, the log says so, and it serves all the same.

use std::{
    future::pending,
    io::{self, IsTerminal as _, Write as _},
    time::Duration,
};

use store::Store;
use tokio::time::timeout;

use crate::stdout;

/// How long the feed may take to begin. After it the server says that it listens all the same, and `/readyz` why it is not
/// ready.
const FEED_WITHIN: Duration = Duration::from_secs(2);

/// What is listened on, and the link to set up with, if there is one.
pub(super) struct Announcement {
    pub(super) public: String,
    pub(super) internal: Option<String>,
    pub(super) set_up_url: Option<String>,
}

impl Announcement {
    /// Prints it as soon as signed requests are answered, so that `/readyz` agrees with it, and resolves when `stop` does.
    pub(super) async fn print_until(&self, stop: impl Future<Output = ()>, store: &Store) {
        let printed = async {
            let _ = timeout(FEED_WITHIN, store.until_feed_alive()).await;
            self.print();
            pending::<()>().await;
        };
        tokio::select! {
            () = stop => {}
            () = printed => {}
        }
    }

    fn print(&self) {
        let written = self.write(&mut io::stdout().lock());
        let is_lost = self.set_up_url.is_some() && stdout::leads_nowhere();
        let nowhere = || io::Error::other("it is closed, or /dev/null");
        if let Err(error) = written.and_then(|()| if is_lost { Err(nowhere()) } else { Ok(()) }) {
            let lost = if self.set_up_url.is_some() { "the link to set up with" } else { "the addresses" };
            tracing::warn!(
                %error,
                "stdout cannot be written, so {lost} could not be told: start again with a stdout that can be read"
            );
        }
    }

    fn write(&self, out: &mut io::StdoutLock<'_>) -> io::Result<()> {
        writeln!(out, "listening on {}", self.public)?;
        if let Some(internal) = &self.internal {
            writeln!(out, "internal listener on {internal}")?;
        }
        if let Some(url) = &self.set_up_url {
            write_set_up_link(out, url)?;
        }
        out.flush()
    }
}

/// Writes the link that makes the first administrator. At a terminal, where a long build may stand above, it is set apart
/// and explained; a program that reads it gets its line alone.
fn write_set_up_link(out: &mut io::StdoutLock<'_>, url: &str) -> io::Result<()> {
    let link = format!("set up at {url}");
    if !out.is_terminal() {
        return writeln!(out, "{link}");
    }
    writeln!(out, "\n\n  Latchkey runs, and nobody can administer it yet.")?;
    writeln!(
        out,
        "  Open this link to become its first administrator. It works once, within an hour.\n\n{link}\n"
    )?;
    writeln!(out, "  Ctrl-C stops the server; its data stays.\n")
}
