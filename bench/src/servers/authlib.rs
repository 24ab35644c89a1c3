//! The peer: Authlib on gunicorn, with as many workers as there are cores.

use std::{fs, path::Path, process::Command, thread};

use crate::{
    load::{identity::Identity, requests::WORKING_SET},
    options::Options,
    result::Result,
    servers::process::{Server, quiet},
};

/// Starts it; the folder holds its input, and has to outlive it.
pub fn start(options: &Options, folder: &Path, application: &str) -> Result<Server> {
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
    Server::start_printing_on_stderr(quiet(&mut command, folder), "Listening at: http://")
}
