//! The OpenAPI document against the server: Schemathesis makes requests that the document allows, others that it forbids, and
//! holds each answer against it.

use serde_json::json;

use crate::{
    endurance::run::Run,
    permissions::TABLE,
    support::{
        Home,
        foreign::{Application, REQUESTS_OAUTHLIB, clients, command, is_installed},
    },
};

/// The seconds that it may try for; starting and reporting take some more.
const SECONDS: &str = "45";

#[test]
fn schemathesis_finds_nothing_in_the_openapi_document() {
    if !is_installed("python/bin/schemathesis") {
        return Run::begin("the OpenAPI document, by Schemathesis").skip("Schemathesis cannot be had");
    }
    let server = Home::with_users().serve();
    let mut app = Application::start(&REQUESTS_OAUTHLIB, &server, "Schemathesis");
    server.home.json(&["consumer", "edit", &app.key, "--may-administer", "true"], "");
    app.dance(&server, "ada", "oob");
    let (token, token_secret) = app.token.clone().unwrap();

    let folder = clients().join("openapi");
    let mut schemathesis = command("python");
    schemathesis
        .current_dir(server.home.path())
        .env("PYTHONPATH", &folder)
        .env("SCHEMATHESIS_HOOKS", "signed")
        .env("LATCHKEY_CREDENTIALS", json!([app.key, app.secret, token, token_secret]).to_string())
        .args(["-m", "schemathesis.cli", "--no-color", "--config-file"])
        .arg(folder.join("schemathesis.toml"))
        .args(["run", &format!("{}/api/v1/openapi.json", server.url)])
        .args(["--generation-deterministic", "--no-shrink"])
        .args(["--max-examples", "30", "--max-time", SECONDS, "--request-timeout", "10"]);
    let done = schemathesis.output().unwrap();
    let report = String::from_utf8_lossy(&done.stdout);
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{report}\n{errors}");
    let operations = TABLE.iter().filter(|line| line.is_operation()).count();
    assert!(report.contains(&format!("Tested: {operations}\n")), "{report}");
    // Nothing is found where nothing gets past the signature, either.
    assert!(!report.contains("Authentication failed"), "{report}");
}
