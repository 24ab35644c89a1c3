//! Programs that the tests run: what they said, and that none outlives its test.

use std::{
    io::{BufRead as _, BufReader, ErrorKind, Read, Write},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use serde_json::Value;

use super::PATIENCE;

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    /// The object or array that `--json` printed.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The one sentence on stderr that a refusal consists of.
    pub fn sentence(&self) -> &str {
        let sentence = self.stderr.trim_end();
        assert_eq!(sentence.lines().count(), 1, "one sentence: {self:?}");
        assert!(sentence.ends_with('.'), "a whole sentence: {self:?}");
        sentence
    }

    /// The last thing on stderr, after log lines.
    pub fn last_words(&self) -> &str {
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        self.stderr.trim_end().lines().last().unwrap_or_default()
    }
}

/// Runs a process to its end, or kills it where it does not come.
pub fn finish(mut command: Command, stdin: &str) -> Said {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = Process(command.spawn().unwrap());
    let (stdout, stderr) = (whole(process.0.stdout.take().unwrap()), whole(process.0.stderr.take().unwrap()));
    feed(&mut process.0.stdin.take().unwrap(), stdin);
    let read = |text: Receiver<String>| text.recv_timeout(PATIENCE).expect("the command comes to an end");
    let (stdout, stderr) = (read(stdout), read(stderr));
    Said { code: process.0.wait().unwrap().code(), stdout, stderr }
}

/// Writes to a process's standard input. A process that has ended reads no more; what it said before tells why.
pub fn feed(input: &mut impl Write, text: &str) {
    match input.write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        written => written.unwrap(),
    }
}

/// A process that does not outlive its test.
pub struct Process(pub Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The lines that come out of a pipe, as they come.
pub fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        // The receiver may be gone; the pipe is drained all the same.
        BufReader::new(pipe).lines().map_while(Result::ok).for_each(|line| _ = send.send(line));
    });
    receive
}

/// Everything that comes out of a pipe, once it is closed.
pub fn whole(mut pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut text = String::new();
        let _ = pipe.read_to_string(&mut text);
        let _ = send.send(text);
    });
    receive
}

pub fn signal(name: &str, id: u32) {
    let sent = Command::new("kill").args([format!("-{name}"), id.to_string()]).status().unwrap();
    assert!(sent.success());
}
