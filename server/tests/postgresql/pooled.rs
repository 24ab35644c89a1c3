//! Behind PgBouncer: of sessions, of transactions and of statements.

use super::{refused, run_on};
use crate::support::{Home, PASSWORD, cluster::Cluster, pooler::Pooler};

#[test]
fn behind_a_pooler_of_sessions_it_works_as_it_is() {
    let cluster = Cluster::start();
    let Some(pooler) = Pooler::start(&cluster, "session") else { return };
    let home = Home::on(&cluster).and_users();
    let url = pooler.url(&home.url());
    assert_eq!(run_on(&home, &url, &["check"]).code, Some(0));
    home.serve_with(&[("LATCHKEY_DATABASE_URL", &url)]).signed_in("ada");
}

#[test]
fn behind_a_pooler_of_transactions_it_listens_at_a_direct_address_or_says_what_to_set() {
    let cluster = Cluster::start();
    let Some(pooler) = Pooler::start(&cluster, "transaction") else { return };
    let home = Home::on(&cluster).and_users();
    let url = pooler.url(&home.url());
    refused(&home, &url, &["gives each transaction another connection", "LATCHKEY_LISTEN_DATABASE_URL"]);
    let direct = home.url();
    let settings = [("LATCHKEY_DATABASE_URL", &*url), ("LATCHKEY_LISTEN_DATABASE_URL", &*direct)];
    if !pooler.tracks {
        let said = home.serve_in_vain(&settings);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.last_words().contains("max_prepared_statements"), "{said:?}");
        return;
    }
    let other = Home::on(&cluster).and_made();
    let astray = other.url();
    let said = home.serve_in_vain(&[settings[0], ("LATCHKEY_LISTEN_DATABASE_URL", &astray)]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.last_words().contains("LATCHKEY_LISTEN_DATABASE_URL leads to another database"), "{said:?}");
    let server = home.serve_with(&settings);
    for name in ["ada", "grace"] {
        server.signed_in(name);
    }
    // What another process changes is noticed past the pooler.
    let said =
        server.home.run(&["user", "passwd", "grace", "--password-stdin"], &format!("{PASSWORD} and more"));
    assert_eq!(said.code, Some(0), "{said:?}");
    server.visitor().sign_in("grace", &format!("{PASSWORD} and more"));
}

#[test]
fn a_pooler_of_transactions_that_takes_its_connections_in_turn_is_recognised() {
    let cluster = Cluster::start();
    let Some(pooler) = Pooler::start_with(&cluster, "transaction", "server_round_robin = 1\n") else {
        return;
    };
    let home = Home::on(&cluster).and_users();
    // Each of two clients that ask by turns would get the same one every time.
    pooler.make_connections(&home.url(), 2);
    refused(&home, &pooler.url(&home.url()), &["gives each transaction another connection"]);
}

#[test]
fn behind_a_pooler_of_statements_it_does_not_start_and_says_what_to_set() {
    let cluster = Cluster::start();
    let Some(pooler) = Pooler::start(&cluster, "statement") else { return };
    let home = Home::on(&cluster).and_users();
    let words = ["gives each transaction another connection", "pool_mode = session"];
    refused(&home, &pooler.url(&home.url()), &words);
}
