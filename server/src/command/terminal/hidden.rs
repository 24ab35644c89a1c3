//! A secret typed at a terminal: it is not echoed, and asked for twice, since nobody sees a typing error.

use std::{
    io::{self, BufRead as _, Read as _, Write as _},
    process,
};

use domain::TypedSecret;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    command::error::CommandError,
    secret_text::{MOST_BYTES, without_line_break},
};

/// The exit code of a program that ends at Ctrl-C: 128 and the signal's number.
const INTERRUPTED: i32 = 130;

/// Asks for a secret twice; both answers must be the same.
pub(super) fn ask_twice(what: &str) -> Result<TypedSecret, CommandError> {
    let typed = || {
        let _echo_is_off = EchoOff::begin()?;
        Ok((ask(&format!("{what} (not shown)"))?, ask(&format!("{what} once more"))?))
    };
    let (first, second) = typed().map_err(|error: io::Error| {
        CommandError::Usage(format!("The {what} cannot be read from the terminal: {error}."))
    })?;
    if first.expose() == second.expose() {
        Ok(first)
    } else {
        Err(CommandError::TypedDifferently(what.to_owned()))
    }
}

fn ask(prompt: &str) -> io::Result<TypedSecret> {
    write!(io::stderr(), "{prompt}: ")?;
    let mut line = String::new();
    if io::stdin().lock().take(MOST_BYTES).read_line(&mut line)? == 0 {
        return Err(io::Error::other("nothing was typed"));
    }
    Ok(without_line_break(line).into())
}

/// The terminal does not echo until this is dropped, or the process is interrupted.
struct EchoOff {
    before: Termios,
}

impl EchoOff {
    /// Discards what was typed before, which was echoed.
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut interrupts = signal(SignalKind::interrupt())?;
        let mut modes = before.clone();
        modes.local_modes.remove(LocalModes::ECHO);
        // The line break alone is echoed, so that the next prompt has a line of its own.
        modes.local_modes.insert(LocalModes::ICANON | LocalModes::ECHONL);
        tcsetattr(io::stdin(), OptionalActions::Flush, &modes)?;
        let at_interrupt = before.clone();
        // For the rest of the process: the signal no longer ends it by itself, and later the command may wait for the
        // database.
        tokio::spawn(async move {
            interrupts.recv().await;
            restore(&at_interrupt);
            let _ = writeln!(io::stderr());
            process::exit(INTERRUPTED);
        });
        Ok(Self { before })
    }
}

impl Drop for EchoOff {
    fn drop(&mut self) {
        restore(&self.before);
    }
}

/// A terminal that has gone needs no restoring.
fn restore(modes: &Termios) {
    let _ = tcsetattr(io::stdin(), OptionalActions::Now, modes);
}
