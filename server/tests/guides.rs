//! The guides' examples, run as they are printed; the gateways' configurations are run by `gateways.rs`.

use crate::support;

use std::{fs, os::unix::fs::symlink, process::Command};

use serde_json::Value;
use support::{
    Home, SECRET, Server, consent, finish,
    foreign::{Conversation, clients, command},
    guide::snippet,
};
use tempfile::TempDir;

const SIGNING: &str = "sign-a-request.md";
const CONNECTING: &str = "connect-a-friend.md";

/// A reader of the guides: a folder with the files that a guide asks for, and the environment that it sets.
struct Reader {
    folder: TempDir,
    environment: Vec<(&'static str, String)>,
}

impl Reader {
    fn new(server: &Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // What `npm install` would have made.
        symlink(clients().join("node_modules"), folder.path().join("node_modules")).unwrap();
        let environment = vec![("LATCHKEY", server.url.clone()), ("CONSUMER_SECRET", SECRET.to_owned())];
        Self { folder, environment }
    }

    /// Writes a file of the guide down.
    fn keep(&self, guide: &str, file: &str) {
        fs::write(self.folder.path().join(file), snippet(guide, file)).unwrap();
    }

    fn command(&self, program: &str, file: &str) -> Command {
        let mut command = command(program);
        command
            .arg(file)
            .current_dir(&self.folder)
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Writes a file of the guide and runs it; returns what it prints.
    #[track_caller]
    fn run(&self, program: &str, guide: &str, file: &str) -> String {
        self.keep(guide, file);
        let said = finish(self.command(program, file), "");
        assert_eq!(said.code, Some(0), "{file}: {said:?}");
        said.stdout
    }

    /// Gets a token as the guide says, with `grace` who allows it.
    #[track_caller]
    fn get_token(&mut self, server: &Server) {
        self.keep(SIGNING, "get-token.py");
        let mut program = Conversation::start(self.command("python", "get-token.py"));
        let link = program.hear("Open ");
        let token = link.strip_prefix(&format!("{}/oauth/authorize?oauth_token=", server.url)).unwrap();
        let allowed = consent::decide(&server.signed_in("grace"), &server.url, token, "allow");
        program.say(&consent::verifier(&allowed, token, "oob"));
        self.environment.push(("TOKEN", program.hear("export TOKEN=")));
        self.environment.push(("TOKEN_SECRET", program.hear("export TOKEN_SECRET=")));
    }
}

/// Asserts that an example printed what `echo` answers to it.
#[track_caller]
fn is_echo(printed: &str) {
    let echo: Value = serde_json::from_str(printed).unwrap_or_else(|error| panic!("{error}: {printed}"));
    assert_eq!(echo["user"], "grace", "{echo}");
    let parameters: Vec<(String, String)> = serde_json::from_value(echo["parameters"].clone()).unwrap();
    let own = parameters.iter().filter(|(name, _)| !name.starts_with("oauth_"));
    let own: Vec<_> = own.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(own, [("owner", "Änne"), ("status", "in review")]);
}

#[test]
fn a_reader_gets_a_token_and_signs_a_request_from_python_node_and_curl() {
    let home = Home::with_users();
    let key = home.register("Reader");
    home.json(&["consumer", "approve", &key], "");
    let server = home.serve();
    let mut reader = Reader::new(&server);
    reader.environment.push(("CONSUMER_KEY", key));
    reader.get_token(&server);
    is_echo(&reader.run("python", SIGNING, "sign.py"));
    is_echo(&reader.run("node", SIGNING, "sign.mjs"));
    reader.keep(SIGNING, "sign.sh");
    is_echo(&reader.run("sh", SIGNING, "try.sh"));
}

#[test]
fn a_reader_connects_a_friend() {
    let server = Home::with_users().serve();
    let mut reader = Reader::new(&server);
    let services = reader.run("sh", CONNECTING, "root-services.sh");
    for name in ["oauthRequestConsumerKeyUrl", "oauthUserAuthorizationUrl", "oauthAccessTokenUrl"] {
        assert!(services.contains(name), "{name}: {services}");
    }
    let address = format!("rdf:resource=\"{}/oauth/requestKey\"", server.url);
    assert!(services.contains(&address), "{services}");
    let answer: Value = serde_json::from_str(&reader.run("sh", CONNECTING, "request-key.sh")).unwrap();
    let key = answer["key"].as_str().unwrap().to_owned();
    let shown = server.home.json(&["consumer", "show", &key], "");
    assert_eq!(
        (shown["name"].as_str(), shown["status"].as_str()),
        (Some("Change management"), Some("pending"))
    );
    server.home.json(&["consumer", "approve", &key], "");
    reader.environment.push(("CONSUMER_KEY", key));
    reader.get_token(&server);
    is_echo(&reader.run("python", SIGNING, "sign.py"));
}
