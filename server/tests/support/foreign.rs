//! OAuth libraries that others wrote, played by the programs in `server/tests/clients`; `tools/setup-tests` installs them.

use std::{
    env,
    ffi::OsString,
    iter,
    path::PathBuf,
    process::{ChildStdin, Command, Stdio},
    sync::mpsc::Receiver,
    time::Duration,
};

use serde_json::{Value, json};

use super::{Home, PATIENCE, Process, SECRET, Server, Stream, consent, feed, lines, process::crate_folder};

/// A library, and what it can do.
pub struct Library {
    program: &'static str,
    script: &'static str,
    pub methods: &'static [&'static str],
    /// Whether it signs names that occur twice in a query rightly, and in a form.
    pub repeats: (bool, bool),
}

/// How long a line may take that a failing program has written already.
const LAST_WORDS: Duration = Duration::from_secs(1);

const HMAC_AND_RSA: &[&str] =
    &["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "RSA-SHA1", "RSA-SHA256", "RSA-SHA512"];

pub const REQUESTS_OAUTHLIB: Library = Library {
    program: "python",
    script: "requests-oauthlib.py",
    methods: HMAC_AND_RSA,
    repeats: (true, true),
};
pub const NPM_OAUTH: Library = Library {
    program: "node",
    script: "oauth.mjs",
    methods: &["HMAC-SHA1", "HMAC-SHA256", "RSA-SHA1"],
    repeats: (false, true),
};
pub const NPM_OAUTH_1_0A: Library =
    Library { program: "node", script: "oauth-1.0a.mjs", methods: HMAC_AND_RSA, repeats: (true, true) };
pub const NET_OAUTH: Library = Library {
    program: "perl",
    script: "net-oauth.pl",
    methods: &["HMAC-SHA1", "HMAC-SHA256", "RSA-SHA1"],
    repeats: (false, false),
};

pub const NEWMAN: Library =
    Library { program: "node", script: "newman.mjs", methods: HMAC_AND_RSA, repeats: (false, false) };

/// A library that signs with HMAC-SHA1 alone, and no name twice.
const fn hmac_sha1(program: &'static str, script: &'static str) -> Library {
    Library { program, script, methods: &["HMAC-SHA1"], repeats: (false, false) }
}

pub const TWYTHON: Library = hmac_sha1("python", "twython-library.py");
pub const FLICKRAPI: Library = hmac_sha1("python", "flickrapi-library.py");
pub const DISCOGS: Library = hmac_sha1("python", "discogs-library.py");
pub const MWOAUTH: Library = hmac_sha1("python", "mwoauth-library.py");
pub const LTI: Library = hmac_sha1("python", "lti-library.py");
pub const LWP_AUTHEN_OAUTH: Library = hmac_sha1("perl", "lwp-authen-oauth.pl");
pub const PASSPORT_OAUTH1: Library = hmac_sha1("node", "passport-oauth1.mjs");
pub const JIRA: Library =
    Library { program: "python", script: "jira-library.py", methods: &["RSA-SHA1"], repeats: (false, false) };

/// Where the programs are that play the libraries.
pub fn clients() -> PathBuf {
    crate_folder().join("tests/clients")
}

/// A program that `tools/setup-tests` installs in its own folder.
pub fn installed(path: &str) -> PathBuf {
    let program = foreign_folder().join(path);
    assert!(program.exists(), "{} is missing; set it up with: make setup", program.display());
    program
}

/// Whether `tools/setup-tests` could install a program that is not to be had everywhere.
pub fn is_installed(path: &str) -> bool {
    foreign_folder().join(path).exists()
}

/// The folder of `tools/setup-tests`, found here as it is there.
fn foreign_folder() -> PathBuf {
    let folder = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let tools = folder("LATCHKEY_TOOLS").unwrap_or_else(|| {
        let cache = folder("XDG_CACHE_HOME")
            .unwrap_or_else(|| folder("HOME").unwrap_or_else(|| PathBuf::from("/tmp")).join(".cache"));
        cache.join("latchkey/tools")
    });
    tools.join("foreign")
}

/// A foreign program; no proxy stands between it and the server.
pub fn command(program: &str) -> Command {
    let program = match program {
        "python" => installed("python/bin/python").into_os_string(),
        "nginx" | "caddy" | "haproxy" | "apache2" => installed(&format!("bin/{program}")).into_os_string(),
        other => OsString::from(other),
    };
    let mut command = Command::new(program);
    command.env("NO_PROXY", "*").env("no_proxy", "*");
    command
}

/// A running program that reads lines and answers with lines.
pub struct Conversation {
    _process: Process,
    stdin: ChildStdin,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Conversation {
    pub fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = Process(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")));
        let stdin = process.0.stdin.take().unwrap();
        let stdout = lines(process.0.stdout.take().unwrap());
        let stderr = lines(process.0.stderr.take().unwrap());
        Self { _process: process, stdin, stdout, stderr }
    }

    /// Sends it a line.
    pub fn say(&mut self, line: &str) {
        feed(&mut self.stdin, &format!("{line}\n"));
    }

    /// The rest of its next line that begins so.
    #[track_caller]
    pub fn hear(&self, beginning: &str) -> String {
        loop {
            let line = self.stdout.recv_timeout(PATIENCE).unwrap_or_else(|error| {
                // Where it has ended, all of its last words; where it is silent, those so far.
                let next = || self.stderr.recv_timeout(LAST_WORDS).ok();
                panic!("{error}: {}", iter::from_fn(next).collect::<Vec<_>>().join("\n"))
            });
            if let Some(rest) = line.strip_prefix(beginning) {
                return rest.to_owned();
            }
        }
    }
}

/// An application that is a consumer of the server, built with a library.
pub struct Application {
    client: Conversation,
    base: String,
    pub key: String,
    pub secret: String,
    pub method: &'static str,
    rsa_private_key: String,
    /// The token credentials, once there are some.
    pub token: Option<(String, String)>,
}

impl Application {
    /// Registers and approves a consumer with an RSA key, by commands, and starts its application.
    pub fn start(library: &Library, server: &Server, name: &str) -> Self {
        let home = &server.home;
        let key = home.register(name);
        let (private, public) = rsa_keys(home);
        home.json(&["consumer", "edit", &key, "--rsa-public-key", public.to_str().unwrap()], "");
        home.json(&["consumer", "approve", &key], "");
        let mut client = command(library.program);
        client.arg(clients().join(library.script));
        Self {
            client: Conversation::start(client),
            base: server.url.clone(),
            key,
            secret: SECRET.to_owned(),
            method: "HMAC-SHA1",
            rsa_private_key: private,
            token: None,
        }
    }

    /// One step by the library; `more` is what is special about it.
    #[track_caller]
    pub fn step(&mut self, step: &str, url: &str, more: Value) -> Value {
        let mut all = json!({
            "step": step,
            "url": if url.starts_with('/') { format!("{}{url}", self.base) } else { url.to_owned() },
            "key": self.key,
            "secret": self.secret,
            "method": self.method,
            "rsa_private_key": self.rsa_private_key,
        });
        let Value::Object(more) = more else { panic!("an object: {more}") };
        all.as_object_mut().unwrap().extend(more);
        self.client.say(&all.to_string());
        serde_json::from_str(&self.client.hear("")).unwrap()
    }

    /// Asks for temporary credentials.
    #[track_caller]
    pub fn request_token(&mut self, callback: &str) -> Value {
        self.step("request_token", "/oauth/requestToken", json!({ "callback": callback }))
    }

    /// Asks for token credentials.
    #[track_caller]
    pub fn access_token(&mut self, temporary: &Value, verifier: &str) -> Value {
        let more = json!({
            "token": temporary["oauth_token"],
            "token_secret": temporary["oauth_token_secret"],
            "verifier": verifier,
        });
        self.step("access_token", "/oauth/accessToken", more)
    }

    /// The whole dance with a user who allows it; from here on it calls in their name.
    #[track_caller]
    pub fn dance(&mut self, server: &Server, username: &str, callback: &str) -> Value {
        let temporary = self.request_token(callback);
        assert_eq!(temporary["oauth_callback_confirmed"], "true", "{temporary}");
        let token = temporary["oauth_token"].as_str().unwrap();
        let allowed = consent::decide(&server.signed_in(username), &server.url, token, "allow");
        let credentials = self.access_token(&temporary, &consent::verifier(&allowed, token, callback));
        let text =
            |name: &str| credentials[name].as_str().unwrap_or_else(|| panic!("{credentials}")).to_owned();
        self.token = Some((text("oauth_token"), text("oauth_token_secret")));
        credentials
    }

    /// A signed call; `more` has its `query`, `form` or `json`.
    #[track_caller]
    pub fn call(&mut self, verb: &str, url: &str, more: Value) -> Value {
        self.signed("call", verb, url, more)
    }

    /// What a signed call would send: its `headers` and `body`.
    #[track_caller]
    pub fn sign(&mut self, verb: &str, url: &str, more: Value) -> Value {
        self.signed("sign", verb, url, more)
    }

    #[track_caller]
    fn signed(&mut self, step: &str, verb: &str, url: &str, mut more: Value) -> Value {
        let all = more.as_object_mut().unwrap();
        all.insert("verb".to_owned(), json!(verb));
        if let Some((token, secret)) = &self.token {
            all.insert("token".to_owned(), json!(token));
            all.insert("token_secret".to_owned(), json!(secret));
        }
        self.step(step, url, more)
    }
}

/// An administrator at the command line, who looks at the page until it shows what they did: from then on it holds.
pub struct Administrator<'a> {
    server: &'a Server,
    page: Stream,
}

impl<'a> Administrator<'a> {
    pub fn of(server: &'a Server) -> Self {
        let page = server.signed_in("ada").events(None);
        page.expect("ready");
        Self { server, page }
    }

    /// `latchkey consumer VERB KEY`, with more arguments where there are some.
    #[track_caller]
    pub fn consumer(&self, verb: &str, key: &str, more: &[&str]) {
        let done = self.server.home.json(&[&["consumer", verb, key], more].concat(), "");
        loop {
            let told = self.page.next();
            // A use of a moment ago comes in between, and who was signed in.
            if told.name == "used" || told.name == "access" {
                continue;
            }
            assert_eq!(told.name, "consumer", "{told:?}");
            let shown = told.json();
            if shown["key"] == key && shown["revision"] == done["revision"] {
                return;
            }
        }
    }
}

/// Makes an RSA key; returns the private one and the file of the public one.
fn rsa_keys(home: &Home) -> (String, PathBuf) {
    let public = home.path().join("public.pem");
    let openssl = |arguments: &[&str], stdin: &str| {
        let mut command = command("openssl");
        command.args(arguments);
        let said = super::finish(command, stdin);
        assert_eq!(said.code, Some(0), "{said:?}");
        said.stdout
    };
    let private = openssl(&["genrsa", "2048"], "");
    openssl(&["rsa", "-pubout", "-out", public.to_str().unwrap()], &private);
    (private, public)
}

/// Why a call was refused, by its status and problem; body and challenge have to agree.
#[track_caller]
pub fn refusal(answer: &Value) -> (u64, String) {
    let status = answer["status"].as_u64().unwrap_or_else(|| panic!("no refusal: {answer}"));
    let body = answer["body"].as_str().unwrap();
    let form = |name: &str| {
        url::form_urlencoded::parse(body.as_bytes()).find(|(n, _)| n == name).map(|(_, v)| v.into())
    };
    let member = |name: &str| match serde_json::from_str::<Value>(body) {
        Ok(problem) => problem[name].as_str().map(str::to_owned),
        Err(_) => form(name),
    };
    let problem = member("oauth_problem").unwrap_or_else(|| panic!("the body names the problem: {answer}"));
    let advice = member("oauth_problem_advice").unwrap_or_else(|| panic!("the body gives advice: {answer}"));
    assert!(advice.ends_with('.'), "one plain sentence: {advice}");
    if let Some(challenge) = answer["challenge"].as_str() {
        let expected = format!("OAuth realm=\"Latchkey\", oauth_problem=\"{problem}\"");
        assert!(challenge.starts_with(&expected), "{challenge}");
    }
    (status, problem)
}
