//! A command at a terminal: a pseudoterminal is its stdin, and the test reads what it asks on stderr and types.

use std::{
    io::{BufReader, Read as _, pipe},
    os::fd::OwnedFd,
    process::{Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use rustix::{
    fs::{Mode, OFlags, fcntl_setfl, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, tcgetattr},
};

use super::{PATIENCE, Process, signal};

/// A running command, and the terminal that it reads from.
pub struct Terminal {
    process: Process,
    /// The side of keyboard and screen.
    person: OwnedFd,
    /// The side that the command has, too; the terminal stays as long as it is open.
    program: OwnedFd,
    stderr: Receiver<u8>,
}

/// How a command at a terminal ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    /// What it said on stderr since it was last heard.
    pub stderr: String,
    /// What the terminal showed of what was typed.
    pub echoed: String,
    /// Whether the terminal shows what is typed next.
    pub is_echoing: bool,
}

impl Terminal {
    pub fn start(command: Command) -> Self {
        let (read, write) = pipe().unwrap();
        let mut terminal = Self::start_with(command, write.into());
        let (send, stderr) = channel();
        thread::spawn(move || {
            BufReader::new(read).bytes().map_while(Result::ok).for_each(|byte| _ = send.send(byte));
        });
        terminal.stderr = stderr;
        terminal
    }

    /// The same with another stderr, which is not heard.
    pub fn start_with(mut command: Command, stderr: Stdio) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let person = openpt(flags).unwrap();
        grantpt(&person).unwrap();
        unlockpt(&person).unwrap();
        let name = ptsname(&person, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let program = open(name.as_c_str(), flags, Mode::empty()).unwrap();
        assert!(is_echoing(&program), "as terminals are");
        command.stdin(Stdio::from(program.try_clone().unwrap()));
        command.stdout(Stdio::null()).stderr(stderr);
        let process = Process(command.spawn().unwrap());
        Self { process, person, program, stderr: channel().1 }
    }

    /// Waits until the command has said this.
    pub fn hear(&self, words: &str) {
        let mut heard = Vec::new();
        while !heard.ends_with(words.as_bytes()) {
            let next = self.stderr.recv_timeout(PATIENCE);
            let text = || String::from_utf8_lossy(&heard).into_owned();
            heard.push(next.unwrap_or_else(|error| panic!("{error}: no {words:?} in {:?}", text())));
        }
    }

    /// Types a line.
    pub fn enter(&self, line: &str) {
        let line = format!("{line}\n");
        assert_eq!(rustix::io::write(&self.person, line.as_bytes()).unwrap(), line.len());
    }

    /// Sends the signal that Ctrl-C sends.
    pub fn interrupt(&self) {
        signal("INT", self.process.0.id());
    }

    /// Whether what is typed now is shown.
    pub fn is_echoing(&self) -> bool {
        is_echoing(&self.program)
    }

    /// Waits for the command's end.
    pub fn end(mut self) -> Ended {
        // The end closes the pipe.
        let said = std::iter::from_fn(|| self.stderr.recv_timeout(PATIENCE).ok()).collect();
        let code = self.process.0.wait().unwrap().code();
        fcntl_setfl(&self.person, OFlags::RDWR | OFlags::NONBLOCK).unwrap();
        let (mut echoed, mut part) = (Vec::new(), [0_u8; 1024]);
        while let Ok(length @ 1..) = rustix::io::read(&self.person, &mut part) {
            echoed.extend_from_slice(&part[..length]);
        }
        Ended {
            code,
            stderr: String::from_utf8(said).unwrap(),
            echoed: String::from_utf8(echoed).unwrap(),
            is_echoing: is_echoing(&self.program),
        }
    }
}

fn is_echoing(terminal: &OwnedFd) -> bool {
    tcgetattr(terminal).unwrap().local_modes.contains(LocalModes::ECHO)
}
