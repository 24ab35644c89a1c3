//! The servers that are measured: started, asked for the processor time they used, and stopped.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read},
    net::SocketAddr,
    ops::{AddAssign, Sub},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::Result;

/// Linux counts processor time in hundredths of a second for those who ask.
const TICKS_A_SECOND: f64 = 100.0;

/// How long a server that was busy may take until it rests: it writes down later what was used.
const PATIENCE: Duration = Duration::from_mins(3);

/// Ticks of a second in which a server is at rest.
const AT_REST: f64 = 2.0;

/// Seconds of processor time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu {
    pub user: f64,
    pub system: f64,
}

impl Cpu {
    pub fn total(self) -> f64 {
        self.user + self.system
    }
}

impl Sub for Cpu {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { user: self.user - other.user, system: self.system - other.system }
    }
}

impl AddAssign for Cpu {
    fn add_assign(&mut self, other: Self) {
        self.user += other.user;
        self.system += other.system;
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts a program that tells on its stdout where it listens.
    pub fn start(command: &mut Command, marker: &str) -> Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().expect("it is piped");
        Self::listening(child, output, marker)
    }

    /// Starts a program that tells it on its stderr.
    pub fn start_telling_on_stderr(command: &mut Command, marker: &str) -> Result<Self> {
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let output = child.stderr.take().expect("it is piped");
        Self::listening(child, output, marker)
    }

    fn listening(child: Child, output: impl Read + Send + 'static, marker: &str) -> Result<Self> {
        let mut server = Self { child, address: SocketAddr::from(([0; 4], 0)) };
        let mut lines = BufReader::new(output).lines();
        let mut said = String::new();
        loop {
            let Some(line) = lines.next() else {
                return Err(format!("a server did not start: {said}").into());
            };
            let line = line?;
            if let Some((_, rest)) = line.split_once(marker) {
                server.address = rest.split_whitespace().next().unwrap_or_default().parse()?;
                break;
            }
            said.push_str(&line);
            said.push('\n');
        }
        thread::spawn(move || lines.map_while(std::result::Result::ok).for_each(drop));
        Ok(server)
    }

    /// The processor time of the process and its children up to now.
    pub fn cpu(&self) -> Result<Cpu> {
        let id = self.child.id();
        let mut cpu = of_process(id)?;
        for child in fs::read_to_string(format!("/proc/{id}/task/{id}/children"))?.split_whitespace() {
            cpu += of_process(child.parse()?)?;
        }
        Ok(cpu)
    }

    /// Waits until the server has nothing to do any more.
    pub fn rest(&self) -> Result<()> {
        let begin = Instant::now();
        let mut before = self.cpu()?;
        // What was used is written down each second, so one that rests for a shorter time may still have to.
        loop {
            thread::sleep(Duration::from_millis(1200));
            let now = self.cpu()?;
            if (now - before).total() * TICKS_A_SECOND <= AT_REST {
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

fn of_process(id: u32) -> Result<Cpu> {
    let text = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name, in parentheses, may hold anything.
    let (_, rest) = text.rsplit_once(')').ok_or("/proc is not as expected")?;
    let mut fields = rest.split_whitespace().skip(11).map(str::parse::<f64>);
    let mut seconds = || {
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(
            fields.next().ok_or("/proc is not as expected")?? / TICKS_A_SECOND,
        )
    };
    Ok(Cpu { user: seconds()?, system: seconds()? })
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
