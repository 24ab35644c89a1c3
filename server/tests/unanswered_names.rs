//! A resolver that does not answer: no command and no stop waits for it longer than its own time.

use crate::support;

use support::{
    Home, finish,
    preload::{PRELOAD, library},
};

use crate::postgresql::reached::Waiting;

/// Looks names up for ever.
const SILENCE: &str = "#include <unistd.h>
int getaddrinfo(const char *name, const char *port, const void *hints, void **found) { for (;;) pause(); }
";

#[test]
fn health_ends_in_its_time() {
    let home = Home::sqlite();
    let library = library(&home, SILENCE);
    let mut health = home.command(&["health", "--url", "http://latchkey.example:3001"]);
    health.env(PRELOAD, library);
    let said = finish(health, "");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.stdout.contains("it does not answer within 5 s"), "{said:?}");
}

#[test]
fn a_start_that_waits_for_its_database_is_ended_by_a_signal() {
    let home = Home::sqlite();
    let library = library(&home, SILENCE);
    let url = ("LATCHKEY_DATABASE_URL", "postgres://ada@db.example/keys");
    let start = Waiting::begin_with(&home, &[url, (PRELOAD, &library)]);
    start.says("waiting up to 60 s");
    start.terminate();
    assert_eq!(start.exit_code(), Some(0));
}
