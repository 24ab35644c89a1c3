//! A gateway in front of a small API: nginx, Caddy, HAProxy and Apache as they are, with configurations from the guides.

use std::{
    fs::{self, Permissions},
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
    sync::mpsc::{Receiver, Sender, TryRecvError, channel},
    thread,
    time::Instant,
};

use tempfile::TempDir;

use super::{PATIENCE, Process, foreign, lines};

/// A request as it came to the API behind the gateway.
#[derive(Debug)]
pub struct Arrived {
    pub request_line: String,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Arrived {
    /// A header's values, whatever the case of its name, and with `_` for `-`, as CGI and its kin read it.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let named = |header: &str| header.replace('_', "-").eq_ignore_ascii_case(name);
        self.headers.iter().filter(|(header, _)| named(header)).map(|(_, value)| value.as_str()).collect()
    }

    /// Reads one request and answers it.
    fn read(mut stream: TcpStream) -> Self {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = Vec::new();
        for line in reader.by_ref().lines().map(Result::unwrap) {
            if line.is_empty() {
                break;
            }
            head.push(line);
        }
        let split =
            |line: &String| line.split_once(':').map(|(n, v)| (n.to_owned(), v.trim().to_owned())).unwrap();
        let headers: Vec<_> = head[1..].iter().map(split).collect();
        let mut arrived = Self { request_line: head[0].clone(), headers, body: String::new() };
        let length = arrived.header("content-length").first().map_or(0, |length| length.parse().unwrap());
        reader.take(length).read_to_string(&mut arrived.body).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\ndone").unwrap();
        arrived
    }
}

/// The API that the gateway protects.
pub struct Upstream {
    pub address: String,
    requests: Receiver<Arrived>,
}

impl Upstream {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (send, requests): (Sender<Arrived>, _) = channel();
        thread::spawn(move || {
            // Until the test is over.
            listener.incoming().try_for_each(|stream| send.send(Arrived::read(stream.unwrap())))
        });
        Self { address, requests }
    }

    /// The one request that has arrived since this was last asked.
    #[track_caller]
    pub fn arrived(&self) -> Arrived {
        let arrived = self.requests.recv_timeout(PATIENCE).expect("the request arrives");
        self.is_left_alone();
        arrived
    }

    /// Asserts that nothing more has arrived.
    #[track_caller]
    pub fn is_left_alone(&self) {
        match self.requests.try_recv() {
            Err(TryRecvError::Empty) => {}
            other => panic!("nothing else arrives: {other:?}"),
        }
    }
}

/// The file that a gateway is started with.
const CONFIGURATION: &str = "gateway.conf";

/// A port that is free now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A running gateway.
pub struct Gateway {
    pub url: String,
    _folder: TempDir,
    _process: Process,
}

impl Gateway {
    /// nginx with what an administrator puts into `conf.d`; `{port}` and `{inner}` become free ports.
    pub fn nginx(site: &str) -> Self {
        let main = "daemon off; master_process off; pid nginx.pid; error_log stderr notice;\nevents {}\nhttp {\n\
                    access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;\n\
                    uwsgi_temp_path uwsgi; scgi_temp_path scgi;\n";
        let arguments = |folder: &str| {
            let prefix = format!("{folder}/");
            ["-e", "stderr", "-p", &prefix, "-c", CONFIGURATION].map(str::to_owned).to_vec()
        };
        Self::start("nginx", &[(CONFIGURATION, &format!("{main}{site}}}\n"))], arguments, "nginx/")
    }

    /// Caddy with a Caddyfile; `{port}` becomes a free port.
    pub fn caddy(site: &str) -> Self {
        let arguments = |folder: &str| {
            let file = format!("{folder}/{CONFIGURATION}");
            ["run", "--adapter", "caddyfile", "--config", &file].map(str::to_owned).to_vec()
        };
        let site = format!("{{\n\tadmin off\n}}\n{site}");
        Self::start("caddy", &[(CONFIGURATION, &site)], arguments, "serving initial configuration")
    }

    /// HAProxy with its configuration and the script `latchkey.lua` beside it; `{port}` becomes a free port. Its worker ends
    /// with the process that started it.
    pub fn haproxy(configuration: &str, script: &str) -> Self {
        let files = [(CONFIGURATION, configuration), ("latchkey.lua", script)];
        let arguments = |_: &str| ["-W", "-db", "-f", CONFIGURATION].map(str::to_owned).to_vec();
        Self::start("haproxy", &files, arguments, "Loading success")
    }

    /// Apache with a site and the script `latchkey-apache.lua` beside it, in one process; `{port}` becomes a free port.
    pub fn apache(site: &str, script: &str) -> Self {
        let modules = ["mpm_event", "authz_core", "lua", "proxy", "proxy_http"]
            .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"));
        let main = "ServerName localhost\nListen 127.0.0.1:{port}\nPidFile apache.pid\nErrorLog /dev/stderr\n\
                    LogLevel notice mpm_event:debug\nMutex pthread\nUser \"#65534\"\nGroup \"#65534\"\n";
        let site = format!("{}{main}{site}", modules.concat());
        let files = [(CONFIGURATION, &*site), ("latchkey-apache.lua", script)];
        let arguments = |folder: &str| ["-X", "-d", folder, "-f", CONFIGURATION].map(str::to_owned).to_vec();
        Self::start("apache2", &files, arguments, "start_threads")
    }

    /// Starts it on free ports, and on others if those were taken in between, until it says that it runs.
    fn start(
        program: &str,
        files: &[(&str, &str)],
        arguments: impl Fn(&str) -> Vec<String>,
        runs: &str,
    ) -> Self {
        let until = Instant::now() + PATIENCE;
        loop {
            let [port, inner] = [free_port(), free_port()];
            let folder = tempfile::tempdir().unwrap();
            // Apache reads its script as another user.
            fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
            let path = folder.path().to_str().unwrap();
            let ports = [("{port}", port.to_string()), ("{inner}", inner.to_string())];
            for (file, text) in files {
                let text =
                    ports.iter().fold((*text).to_owned(), |text, (name, port)| text.replace(name, port));
                fs::write(folder.path().join(file), text).unwrap();
            }
            let mut command: Command = foreign::command(program);
            command.args(arguments(path)).current_dir(path).env("HOME", path);
            command.env("XDG_CONFIG_HOME", path).env("XDG_DATA_HOME", path);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
            let mut process = Process(command.spawn().unwrap());
            let log = lines(process.0.stderr.take().unwrap());
            let mut said = Vec::new();
            while let Ok(line) = log.recv_timeout(until.saturating_duration_since(Instant::now())) {
                if line.contains(runs) {
                    return Self {
                        url: format!("http://127.0.0.1:{port}"),
                        _folder: folder,
                        _process: process,
                    };
                }
                said.push(line);
            }
            let taken = said.iter().any(|line| line.contains("in use"));
            assert!(taken && Instant::now() < until, "{program} does not start: {}", said.join("\n"));
        }
    }
}
