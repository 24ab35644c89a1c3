//! The running program.

use std::{
    iter,
    process::{Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use super::{Browser, Home, PASSWORD, PATIENCE, Process, lines, signal};

/// The running program.
pub struct Server {
    pub home: Home,
    pub url: String,
    process: Process,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Server {
    /// Starts the program with its home's data, and waits until it answers.
    pub fn start(home: Home, mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = Process(command.spawn().unwrap());
        let stdout = lines(process.0.stdout.take().unwrap());
        let stderr = lines(process.0.stderr.take().unwrap());
        let mut server = Self { home, process, stdout, stderr, url: String::new() };
        server.url = server.line("listening on ");
        server
    }

    /// The rest of the next line on stdout that begins so.
    pub fn line(&self, beginning: &str) -> String {
        let until = Instant::now() + PATIENCE;
        while let Ok(line) = self.stdout.recv_timeout(until.saturating_duration_since(Instant::now())) {
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.to_owned();
            }
        }
        panic!("no line {beginning:?}; stderr: {:?}", self.log());
    }

    /// What it logged since this was last asked.
    pub fn log(&self) -> Vec<String> {
        self.stderr.try_iter().collect()
    }

    /// What it logged since this was last asked, up to a line with these words.
    pub fn log_until(&self, words: &str) -> Vec<String> {
        let until = Instant::now() + PATIENCE;
        let mut log = Vec::new();
        while let Ok(line) = self.stderr.recv_timeout(until.saturating_duration_since(Instant::now())) {
            let found = line.contains(words);
            log.push(line);
            if found {
                return log;
            }
        }
        panic!("no line with {words:?}: {log:?}");
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        signal(name, self.id());
    }

    /// Waits for its end, however that comes about; returns its exit code.
    pub fn exit_code(mut self) -> Option<i32> {
        self.until_ended();
        self.process.0.wait().unwrap().code()
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.process.0.id()
    }

    /// A browser without a session.
    pub fn visitor(&self) -> Browser {
        Browser::new(&self.url)
    }

    /// A browser that has signed in through the form.
    pub fn signed_in(&self, username: &str) -> Browser {
        let mut browser = self.visitor();
        browser.sign_in(username, PASSWORD);
        browser
    }

    /// Stops it in good order; returns its home and how long that took.
    pub fn stop(self) -> (Home, Duration) {
        self.stop_by("TERM")
    }

    /// Stops it in good order by a signal.
    pub fn stop_by(mut self, name: &str) -> (Home, Duration) {
        let begin = Instant::now();
        signal(name, self.process.0.id());
        self.until_ended();
        let status = self.process.0.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{status}; stderr: {:?}", self.log());
        (self.home, begin.elapsed())
    }

    fn until_ended(&self) {
        // Its end closes the pipe; what it still says is not of interest.
        let ended = iter::from_fn(|| match self.stdout.recv_timeout(PATIENCE) {
            Ok(_) => Some(()),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("it does not stop"),
        });
        ended.for_each(drop);
    }

    /// `kill -9`
    pub fn kill(mut self) -> Home {
        self.process.0.kill().unwrap();
        self.process.0.wait().unwrap();
        self.home
    }
}
