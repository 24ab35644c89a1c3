//! PostgreSQL that takes no changes for a while, as a standby or by a setting: nothing is accepted meanwhile, and everything
//! goes on by itself within seconds.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::json;

use crate::endurance::{
    run::{Run, milliseconds},
    support::{
        Home, SECRET,
        cluster::Cluster,
        signer::{App, CONSUMERS, Provider, send_json, until},
    },
};

/// It does not take longer until everything goes on.
const RECOVERED_WITHIN: Duration = Duration::from_secs(10);

fn statuses(provider: &Provider, app: &App) -> [u16; 4] {
    let change = json!({ "name": "One more", "secret": SECRET });
    [
        provider.inside("/readyz").status,
        app.get("https://tool.example/items").sign().verify().status,
        app.echo().send().status,
        send_json(provider.ada().request(Method::POST, CONSUMERS), &change).status,
    ]
}

/// Lets nothing be written for a while, and everything again.
fn endure(fault: &'static str, worsen: impl FnOnce(&Cluster, &str), mend: impl FnOnce(&Cluster, &str)) {
    let mut run = Run::begin(fault);
    let cluster = Cluster::start();
    let provider = Provider::in_home(Home::on(&cluster).and_users(), &[]);
    let url = provider.home.url();
    let (_, database) = url.rsplit_once('/').unwrap();
    let app = provider.app_of("Calling", "grace");
    until("it works", || (statuses(&provider, &app) == [200, 200, 200, 201]).then_some(()));

    worsen(&cluster, database);
    until("it is not ready", || (provider.inside("/readyz").status == 503).then_some(()));
    assert_eq!(statuses(&provider, &app), [503; 4]);
    let said = provider.home.run(&["consumer", "list"], "");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.last_words().contains("takes no changes"), "{said:?}");
    let says_why = || provider.log().iter().any(|line| line.contains("takes no changes"));
    until("the log says why", || (statuses(&provider, &app) == [503; 4] && says_why()).then_some(()));

    mend(&cluster, database);
    let mended = Instant::now();
    until("it works again", || (statuses(&provider, &app) == [200, 200, 200, 201]).then_some(()));
    run.figure("everything went on after", milliseconds(mended.elapsed()));
    assert!(mended.elapsed() < RECOVERED_WITHIN, "{:?}", mended.elapsed());
    let stream = provider.ada().events(None);
    stream.expect("ready");
    provider.home.register("Next");
    while stream.next().name != "consumer" {}
    let log = provider.log();
    assert!(!log.iter().any(|line| line.contains("panicked")), "{log:?}");
    provider.server.stop();
    run.end();
}

#[test]
fn a_standby_is_refused_and_once_it_is_promoted_everything_goes_on() {
    endure(
        "PostgreSQL is a standby for a while",
        |cluster, _| cluster.become_standby(),
        |cluster, _| cluster.promote(),
    );
}

#[test]
fn sessions_that_are_read_only_from_their_beginning_are_not_kept() {
    endure(
        "PostgreSQL begins its sessions read-only for a while",
        |cluster, database| {
            cluster.run(&format!("ALTER DATABASE \"{database}\" SET default_transaction_read_only = on"));
            cluster.run(&format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
            ));
        },
        |cluster, database| {
            cluster.run(&format!("ALTER DATABASE \"{database}\" RESET default_transaction_read_only"));
        },
    );
}

#[test]
fn sessions_that_become_read_only_are_thrown_away() {
    let set = |cluster: &Cluster, value: &str| {
        cluster.run(&format!("ALTER SYSTEM SET default_transaction_read_only = {value}"));
        cluster.run("SELECT pg_reload_conf()");
    };
    endure(
        "PostgreSQL is read-only for a while",
        move |cluster, _| set(cluster, "on"),
        move |cluster, _| set(cluster, "off"),
    );
}
