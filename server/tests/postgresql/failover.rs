//! Servers that crash or are lost: no nonce is forgotten, and of several servers in one URL the one that takes changes is
//! found.

use super::run_on;
use crate::support::{
    Home, SECRET,
    cluster::Cluster,
    relay::Relay,
    signer::{App, Provider, until},
};

fn until_accepted(app: &App) {
    until("requests are accepted again", || {
        let answer = app.get("https://tool.example/items").sign().verify();
        (answer.status == 200).then_some(())
    });
}

#[test]
fn of_several_servers_the_first_that_answers_serves() {
    let home = Home::new();
    if !home.is_postgres() {
        return;
    }
    let home = home.and_users();
    let url = home.url().replace("@127.0.0.1:", "@127.0.0.1:1,[::1]:1,127.0.0.1:");
    for attributes in ["", "?target_session_attrs=read-write"] {
        let said = run_on(&home, &format!("{url}{attributes}"), &["check"]);
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    home.serve_with(&[("LATCHKEY_DATABASE_URL", &url)]).signed_in("ada");
}

#[test]
fn where_the_server_in_use_is_lost_the_next_one_is_found() {
    let cluster = Cluster::start();
    let relay = Relay::to(cluster.address());
    let home = Home::on(&cluster).and_users();
    let both = format!("{},{}", relay.address(), cluster.address());
    let url = home.url().replace(&cluster.address().to_string(), &both);
    let server = home.serve_with(&[("LATCHKEY_DATABASE_URL", &url)]);
    let ada = server.signed_in("ada");
    relay.refuse();
    relay.cut();
    server.log_until("the feed cannot read the activity table");
    until("keys are registered at the other server", || {
        let answer = ada.call("register", &[("name", "App"), ("secret", SECRET)]);
        (answer.status == 200).then_some(())
    });
}

#[test]
fn where_the_primary_is_lost_the_promoted_standby_goes_on_and_knows_every_nonce() {
    let primary = Cluster::start();
    let home = Home::on(&primary).and_users();
    let standby = primary.standby();
    let (first, second) = (primary.address().to_string(), standby.address().to_string());
    // The standby stands first, and takes no changes.
    let url = home.url().replace(&first, &format!("{second},{first}"));
    let provider = Provider::in_home(home, &[("LATCHKEY_DATABASE_URL", &url)]);
    let app = provider.app_of("Calling", "grace");
    let signed = app.get("https://tool.example/items").sign();
    assert_eq!(signed.verify().status, 200);

    primary.stop();
    standby.promote();
    until_accepted(&app);
    signed.verify().refused_at_verify("nonce_used");
    until("keys are registered again", || {
        let answer = provider.ada().call("register", &[("name", "Next"), ("secret", SECRET)]);
        (answer.status == 200).then_some(())
    });
    let (home, _) = provider.server.stop();
    // The test's database is removed from it in the end.
    primary.start_again();
    primary.wait_for_no_standby();
    drop(home);
}

#[test]
fn where_postgresql_crashes_no_nonce_is_forgotten_though_its_commits_do_not_wait_for_the_disk() {
    let cluster = Cluster::start();
    // Nothing but a commit that waits brings it to the disk in time.
    for setting in ["synchronous_commit = off", "wal_writer_delay = '10s'"] {
        cluster.run(&format!("ALTER SYSTEM SET {setting}"));
    }
    cluster.stop();
    cluster.start_again();
    let provider = Provider::in_home(Home::on(&cluster).and_users(), &[]);
    let app = provider.app_of("Calling", "grace");
    let signed = app.get("https://tool.example/items").sign();
    assert_eq!(signed.verify().status, 200);
    cluster.stop();
    cluster.start_again();
    until_accepted(&app);
    signed.verify().refused_at_verify("nonce_used");
}
