//! The servers that are measured: started, asked for what they used, and stopped.

use std::{
    io::{BufRead as _, BufReader, Read},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    result::Result,
    servers::usage::{self, AT_REST, Cpu},
};

/// How long a server that was busy may take until it rests: it writes down later what was used.
const PATIENCE: Duration = Duration::from_mins(3);

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    addresses: Vec<SocketAddr>,
    /// The process of the database that it asks, where that is not in the server itself.
    pub database: Option<u32>,
}

impl Server {
    /// Starts a program that tells on its stdout where it listens, after each marker in turn.
    pub fn start(command: &mut Command, markers: &[&str]) -> Result<Self> {
        let mut child = spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
        let output = child.stdout.take().expect("it is piped");
        Self::listening(child, output, markers)
    }

    /// Starts a program that tells it on its stderr.
    pub fn start_telling_on_stderr(command: &mut Command, marker: &str) -> Result<Self> {
        let mut child = spawn(command.stdin(Stdio::null()).stderr(Stdio::piped()))?;
        let output = child.stderr.take().expect("it is piped");
        Self::listening(child, output, &[marker])
    }

    fn listening(child: Child, output: impl Read + Send + 'static, markers: &[&str]) -> Result<Self> {
        let mut server = Self { child, addresses: Vec::new(), database: None };
        let mut lines = BufReader::new(output).lines();
        let mut said = String::new();
        for marker in markers {
            loop {
                let Some(line) = lines.next() else {
                    return Err(format!("a server did not start: {said}").into());
                };
                let line = line?;
                if let Some((_, rest)) = line.split_once(marker) {
                    server.addresses.push(rest.split_whitespace().next().unwrap_or_default().parse()?);
                    break;
                }
                said.push_str(&line);
                said.push('\n');
            }
        }
        thread::spawn(move || lines.map_while(std::result::Result::ok).for_each(drop));
        Ok(server)
    }

    /// Where browsers come.
    pub fn public(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// Where gateways and whoever watches come: where there is but one listener, the same.
    pub fn internal(&self) -> SocketAddr {
        self.addresses[self.addresses.len() - 1]
    }

    /// The processor time of the process and its children up to now.
    pub fn cpu(&self) -> Result<Cpu> {
        usage::cpu(self.child.id())
    }

    /// The processor time of its database's processes up to now, where it has some of its own.
    pub fn database_cpu(&self) -> Result<Option<Cpu>> {
        self.database.map(usage::cpu).transpose()
    }

    /// The bytes of the process that are in memory.
    pub fn resident(&self) -> Result<u64> {
        usage::resident(self.child.id())
    }

    /// Waits until the server has nothing to do any more.
    pub fn rest(&self) -> Result<()> {
        let begin = Instant::now();
        let mut before = self.cpu()?;
        // What was used is written down each second, so one that rests for a shorter time may still have to.
        loop {
            thread::sleep(Duration::from_millis(1200));
            let now = self.cpu()?;
            if (now - before).total() <= AT_REST {
                return Ok(());
            }
            if begin.elapsed() > PATIENCE {
                return Err("a server does not come to rest".into());
            }
            before = now;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGTERM: whoever has children ends them.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn spawn(command: &mut Command) -> Result<Child> {
    let program = command.get_program().to_owned();
    command.spawn().map_err(|error| format!("{} does not start: {error}", program.display()).into())
}

/// Lets a program work in a folder, without settings from outside.
pub fn quiet<'a>(command: &'a mut Command, folder: &Path) -> &'a mut Command {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LATCHKEY_") {
            command.env_remove(name);
        }
    }
    command.current_dir(folder)
}
