//! The servers that are measured: started, asked for their resource usage, and stopped.

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

/// How long a server may take to become idle after load: it writes last uses later.
const PATIENCE: Duration = Duration::from_mins(3);

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    addresses: Vec<SocketAddr>,
    /// The process of its database, unless that is part of the server.
    pub database: Option<u32>,
}

impl Server {
    /// Starts a program that prints on stdout where it listens: an address after each marker, in this order.
    pub fn start(command: &mut Command, markers: &[&str]) -> Result<Self> {
        let mut child = spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
        let output = child.stdout.take().expect("it is piped");
        Self::listening(child, output, markers)
    }

    /// Starts a program that prints it on stderr.
    pub fn start_printing_on_stderr(command: &mut Command, marker: &str) -> Result<Self> {
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

    /// Where gateways and monitoring connect; the same where there is only one listener.
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

    /// Waits until the server is idle.
    pub fn rest(&self) -> Result<()> {
        let begin = Instant::now();
        let mut before = self.cpu()?;
        // Last uses are written once a second, so a shorter pause does not mean that it is idle.
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
        // SIGTERM: a program with children ends them.
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
