//! What is measured: servers, and the requests that each gets.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    rc::Rc,
    thread,
};

use tempfile::TempDir;

use crate::{
    Options, Result,
    identity::Identity,
    process::{Server, quiet},
    requests::{Callers, Form, WORKING_SET},
    seed,
};

/// One row of the table.
pub struct Target {
    pub name: &'static str,
    pub title: String,
    pub server: Rc<Server>,
    pub form: Form,
    pub callers: Callers,
    /// Requests of one measurement.
    pub requests: usize,
}

pub const BARE_MINIMAL: &str = "bare-minimal";
pub const BARE: &str = "bare";
pub const HUNDRED: &str = "verify-hundred";
pub const MILLION: &str = "verify-million";
pub const EVERYBODY: &str = "verify-million-everybody";
pub const AUTHLIB: &str = "authlib";
pub const AUTHLIB_FLASK: &str = "authlib-flask";

/// Starts the servers that are asked for. The folder holds what the peer reads, and has to outlive them.
pub async fn start(options: &Options, folder: &TempDir) -> Result<Vec<Target>> {
    let wanted = |name: &str| options.only.as_deref().is_none_or(|only| name.starts_with(only));
    let many = options.many;
    let mut targets = Vec::new();
    let mut add = |name, title: String, server: &Rc<Server>, form, callers, requests| {
        if wanted(name) {
            targets.push(Target { name, title, server: server.clone(), form, callers, requests });
        }
    };
    if wanted(BARE_MINIMAL) || wanted(BARE) {
        let server = Rc::new(Server::start(Command::new(std::env::current_exe()?).arg("bare"), "http://")?);
        let callers = Callers::WorkingSet;
        let title = "bare handler, shortest request".to_owned();
        add(BARE_MINIMAL, title, &server, Form::Minimal, callers, options.requests);
        let title = "bare handler, the request of `/verify`".to_owned();
        add(BARE, title, &server, Form::Described, callers, options.requests);
    }
    if wanted(HUNDRED) {
        let server = latchkey(options, WORKING_SET).await?;
        let title = format!("`/verify`, {WORKING_SET} stored");
        add(HUNDRED, title, &server, Form::Described, Callers::WorkingSet, options.requests);
    }
    // A server for each: what one leaves in the other's memory would show.
    if wanted(MILLION) {
        let server = latchkey(options, many).await?;
        let title = format!("`/verify`, {many} stored, {WORKING_SET} of them call");
        add(MILLION, title, &server, Form::Described, Callers::WorkingSet, options.requests);
    }
    if wanted(EVERYBODY) {
        let server = latchkey(options, many).await?;
        let title = format!("`/verify`, {many} stored, all of them call");
        add(EVERYBODY, title, &server, Form::Described, Callers::Everybody(many), options.requests / 5);
    }
    for (name, application, title, form) in [
        (AUTHLIB, "app:described", "Authlib, its resource protector alone", Form::Described),
        (AUTHLIB_FLASK, "app:direct", "Authlib in Flask", Form::Direct),
    ] {
        if wanted(name) {
            let server = Rc::new(authlib(options, folder.path(), application)?);
            add(name, title.to_owned(), &server, form, Callers::WorkingSet, options.peer_requests);
        }
    }
    Ok(targets)
}

async fn latchkey(options: &Options, count: u64) -> Result<Rc<Server>> {
    let data = seed::database(&options.places, count).await?;
    let mut command = Command::new(&options.places.latchkey);
    command.args(["serve", "--listen", "127.0.0.1:0", "--internal-listen", "127.0.0.1:0", "--data-dir"]);
    command.arg(&data).stderr(Stdio::inherit());
    Ok(Rc::new(Server::start(quiet(&mut command, &data), "internal listener on http://")?))
}

/// Gunicorn with as many workers as there are cores.
fn authlib(options: &Options, folder: &Path, application: &str) -> Result<Server> {
    let identities: Vec<_> = (0..WORKING_SET)
        .map(Identity::new)
        .map(|one| [one.key.to_string(), one.secret, one.token, one.token_secret])
        .collect();
    let file = folder.join("identities.json");
    fs::write(&file, serde_json::to_string(&identities)?)?;
    let workers = thread::available_parallelism()?.to_string();
    let mut command = Command::new(options.peer.join("bin/gunicorn"));
    command.args([
        "--bind",
        "127.0.0.1:0",
        "--workers",
        &workers,
        "--worker-class",
        "sync",
        "--no-control-socket",
    ]);
    command.arg("--pythonpath").arg(&options.peer_app).arg(application).env("BENCH_IDENTITIES", &file);
    Server::start_telling_on_stderr(quiet(&mut command, folder), "Listening at: http://")
}
