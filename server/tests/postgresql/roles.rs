//! Which rights a role needs, and how it proves itself.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::{GUIDE, let_in, of_role, refused, run_on};
use crate::support::{
    Home,
    cluster::Cluster,
    finish,
    guide::{replace, snippet},
};

/// Every printable character of ASCII, and some others.
const ODD_PASSWORD: &str = " !\"#$%&'()*+,-./0:;<=>?@A[\\]^_`a{|}~ß€𝄞";

#[test]
fn a_role_without_the_right_to_make_tables_serves_where_there_is_nothing_to_migrate() {
    let home = Home::new();
    if !home.is_postgres() {
        return;
    }
    let home = home.and_users();
    let role = format!("{}_serve", home.url().rsplit('/').next().unwrap());
    home.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    home.sql(&format!("CREATE ROLE {role} LOGIN"));
    let url = of_role(&home.url(), &role, "");
    home.sql(&format!(
        "GRANT USAGE ON SCHEMA public TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}"
    ));
    let check = run_on(&home, &url, &["check"]);
    assert_eq!(check.code, Some(1), "{check:?}");
    assert!(check.stdout.contains("its role may not read and write activity, "), "{check:?}");
    let elsewhere =
        format!("{url}{}options=-csearch_path%3Dmissing", if url.contains('?') { '&' } else { '?' });
    let check = run_on(&home, &elsewhere, &["check"]);
    assert_eq!(check.code, Some(1), "{check:?}");
    assert!(check.stdout.contains("no schema on its search_path"), "{check:?}");
    home.sql(&replace(&snippet(GUIDE, "serve.sql"), &[("latchkey_serve", &role)]));
    home.sql(&replace(&snippet(GUIDE, "pooled.sql"), &[("latchkey_serve", &role)]));
    let server = home.serve_with(&[("LATCHKEY_DATABASE_URL", &url)]);
    server.signed_in("ada");
    let (home, _) = server.stop();
    assert_eq!(run_on(&home, &url, &["check"]).code, Some(0));
    // Where something is to be made, PostgreSQL's words say which right is missing.
    home.sql("DELETE FROM seaql_migrations WHERE version = 'm20261126_000005_index_statuses'");
    home.sql("DROP INDEX consumers_status_created_by");
    let said = run_on(&home, &url, &["migrate"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.sentence().contains("must be owner of table consumers"), "{said:?}");
    assert!(said.sentence().contains("docs/guides/postgresql.md"), "{said:?}");
    home.sql(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn a_password_has_every_character_and_a_wrong_one_is_refused_at_once() {
    let cluster = Cluster::start();
    let home = Home::on(&cluster);
    let_in(&cluster, &home, "host all all 127.0.0.1/32 scram-sha-256");
    let database = home.url().rsplit('/').next().unwrap().to_owned();
    home.sql(&format!("CREATE ROLE ada LOGIN PASSWORD '{}'", ODD_PASSWORD.replace('\'', "''")));
    home.sql(&format!("ALTER DATABASE {database} OWNER TO ada"));
    let url = of_role(&home.url(), "ada", ODD_PASSWORD);
    let said = run_on(&home, &url, &["migrate"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let url = of_role(&home.url(), "ada", "correcthorse");
    refused(&home, &url, &["password authentication failed for user \"ada\"", "Check user and password"]);
    assert!(!format!("{:?}", run_on(&home, &url, &["check"])).contains("correcthorse"));
    // Without one in the URL, the one in ~/.pgpass counts.
    home.sql("ALTER ROLE ada PASSWORD 'correcthorse'");
    let file = home.path().join(".pgpass");
    fs::write(&file, "127.0.0.1:*:*:ada:correcthorse\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let mut check = home.command(&["check"]);
    check.env("HOME", home.path()).env("LATCHKEY_DATABASE_URL", of_role(&home.url(), "ada", ""));
    let said = finish(check, "");
    assert_eq!(said.code, Some(0), "{said:?}");
}
