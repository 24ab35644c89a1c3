//! Who else on the machine can read or write what Latchkey keeps: nobody, and where an administrator let others in, a
//! warning.

use crate::support;

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use support::{Home, Said};

/// Starts a program that takes no bit away from the mode of what it makes.
const WITHOUT_UMASK: [&str; 4] = ["sh", "-c", "umask 0; exec \"$@\"", "sh"];

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// The names and modes of the files in the data folder, sorted.
fn modes(home: &Home) -> Vec<(String, u32)> {
    let entries = fs::read_dir(home.data()).unwrap().map(Result::unwrap);
    let mut modes: Vec<_> =
        entries.map(|entry| (entry.file_name().into_string().unwrap(), mode(&entry.path()))).collect();
    modes.sort();
    modes
}

/// The warnings about modes that `check` prints.
fn warnings(check: &Said) -> Vec<&str> {
    assert_eq!(check.code, Some(0), "a warning is not an error: {check:?}");
    check.stdout.lines().filter(|line| line.starts_with("permissions: WARNING: ")).collect()
}

#[test]
fn what_is_made_is_for_its_owner_alone_whatever_the_umask() {
    let server = Home::sqlite().serve_by(&WITHOUT_UMASK, &[]);
    server.line("set up at ");
    assert_eq!(mode(&server.home.data()), 0o700);
    let names = ["latchkey.db", "latchkey.db-shm", "latchkey.db-wal", "vault.key"];
    assert_eq!(modes(&server.home), names.map(|name| (name.to_owned(), 0o600)));
    let log = server.log();
    assert!(!log.iter().any(|line| line.contains("chmod")), "{log:?}");
    assert!(warnings(&server.home.run(&["check"], "")).is_empty());
}

#[test]
fn a_folder_that_is_made_can_be_used_by_its_owner_whatever_the_umask_takes_away() {
    for umask in ["177", "277", "400", "777"] {
        let script = format!("umask {umask}; exec \"$@\"");
        let data_dir = ("LATCHKEY_DATA_DIR", "above/data");
        let server = Home::sqlite().serve_by(&["sh", "-c", &script, "sh"], &[data_dir]);
        server.line("set up at ");
        for folder in ["above", "above/data"] {
            assert_eq!(mode(&server.home.path().join(folder)), 0o700, "{umask}: {folder}");
        }
        server.stop();
    }
}

#[test]
fn in_a_folder_that_others_can_enter_the_files_are_still_for_their_owner_alone() {
    let home = Home::sqlite();
    fs::create_dir(home.data()).unwrap();
    set_mode(&home.data(), 0o777);
    let server = home.serve_by(&WITHOUT_UMASK, &[]);
    server.line("set up at ");
    assert!(modes(&server.home).iter().all(|(_, mode)| *mode == 0o600), "{:?}", modes(&server.home));
    assert_eq!(mode(&server.home.data()), 0o777, "what was there is left as it is");
}

#[test]
fn a_start_and_check_warn_once_of_each_file_that_others_can_read_or_write() {
    let home = Home::sqlite();
    home.json(&["migrate"], "");
    set_mode(&home.data(), 0o755);
    set_mode(&home.vault_key(), 0o644);
    set_mode(&home.database(), 0o660);
    let told = [
        ("read", "data folder ./data", "0755", "chmod 700 ./data"),
        ("read and write", "database ./data/latchkey.db", "0660", "chmod 600 ./data/latchkey.db"),
        ("read", "vault key ./data/vault.key", "0644", "chmod 600 ./data/vault.key"),
    ]
    .map(|(can, what, mode, run)| {
        format!("other users can {can} the {what}: its mode is {mode}; run `{run}`")
    });
    let check = home.run(&["check"], "");
    assert_eq!(warnings(&check), told.clone().map(|told| format!("permissions: WARNING: {told}")));
    let findings = home.json(&["check"], "");
    let warned = findings.as_array().unwrap().iter().filter(|finding| finding["warning"] == true);
    assert_eq!(warned.map(|finding| finding["detail"].as_str().unwrap()).collect::<Vec<_>>(), told);

    let server = home.serve();
    let log = server.log_until("chmod 600 ./data/vault.key");
    for told in &told {
        let lines = log.iter().filter(|line| line.contains("WARN") && line.ends_with(told.as_str()));
        assert_eq!(lines.count(), 1, "{told}: {log:?}");
    }
    // SQLite gives the files beside the database its mode.
    for ending in ["-wal", "-shm"] {
        let file = format!("the database ./data/latchkey.db{ending}:");
        assert_eq!(log.iter().filter(|line| line.contains(&file)).count(), 1, "{file} {log:?}");
    }
    assert_eq!((mode(&server.home.vault_key()), mode(&server.home.database())), (0o644, 0o660));
}

#[test]
fn a_file_in_the_place_of_the_data_folder_is_not_called_a_folder() {
    let home = Home::sqlite();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    set_mode(&file, 0o644);
    let check = home.run(&["check", "--data-dir", "file"], "");
    assert!(check.code == Some(1) && !check.stdout.contains("permissions: "), "{check:?}");
}

#[test]
fn check_warns_of_a_tls_key_that_others_can_read() {
    let home = Home::sqlite();
    home.json(&["migrate"], "");
    for file in ["cert.pem", "key.pem"] {
        fs::write(home.path().join(file), "").unwrap();
        set_mode(&home.path().join(file), 0o644);
    }
    let check = home.run(&["check", "--tls-cert", "cert.pem", "--tls-key", "key.pem"], "");
    let told = "permissions: WARNING: other users can read the TLS key key.pem: its mode is 0644; run `chmod 600 key.pem`";
    assert!(check.stdout.lines().any(|line| line == told), "{check:?}");
    assert!(!check.stdout.contains("TLS key cert.pem"), "a certificate is public: {check:?}");
}

#[test]
fn check_warns_of_a_settings_file_that_others_can_change_or_read_a_password_in() {
    let home = Home::sqlite();
    let check = |settings: &[(&str, &str)]| {
        let mut command = home.command(&["check"]);
        command.envs(settings.iter().copied());
        let said = support::finish(command, "");
        let told = said.stdout.lines().filter(|line| line.starts_with("permissions: WARNING: "));
        told.map(str::to_owned).collect::<Vec<_>>()
    };
    let file = |name: &str, text: &str, mode| {
        fs::write(home.path().join(name), text).unwrap();
        set_mode(&home.path().join(name), mode);
    };
    file("latchkey.toml", "realm = 'Plant'\n", 0o644);
    assert!(check(&[]).is_empty(), "everybody may know the realm");
    file("latchkey.toml", "realm = 'Plant'\n", 0o664);
    let told = "permissions: WARNING: other users can write the settings file latchkey.toml: its mode is 0664; run `chmod go-w \
                latchkey.toml`";
    assert_eq!(check(&[]), [told]);
    // Nothing listens there.
    file("latchkey.toml", "database_url = 'postgres://ada:correcthorse@127.0.0.1:1/latchkey'\n", 0o644);
    let told = "permissions: WARNING: other users can read the settings file latchkey.toml: its mode is 0644; run `chmod 600 \
                latchkey.toml`";
    assert_eq!(check(&[]), [told]);
    file("latchkey.toml", "", 0o644);
    file("url", "postgres://ada:correcthorse@127.0.0.1:1/latchkey", 0o640);
    let told = "permissions: WARNING: other users can read the settings file url: its mode is 0640; run `chmod 600 url`";
    assert_eq!(check(&[("LATCHKEY_DATABASE_URL_FILE", "url")]), [told]);
}

#[test]
fn check_looks_where_a_link_to_the_database_leads_and_at_the_folders_of_database_and_vault_key() {
    let home = Home::sqlite();
    home.json(&["migrate"], "");
    let elsewhere = fs::canonicalize(home.path()).unwrap().join("elsewhere");
    let (database, kept) = (elsewhere.join("keys.db"), elsewhere.join("keys.db.before-2026-01-31T12-05-09"));
    fs::create_dir(&elsewhere).unwrap();
    set_mode(&elsewhere, 0o755);
    fs::rename(home.database(), &database).unwrap();
    std::os::unix::fs::symlink(&database, home.database()).unwrap();
    fs::write(&kept, "").unwrap();
    set_mode(&kept, 0o640);
    let said = |arguments: &[&str]| {
        let check = home.run(&[&["check"], arguments].concat(), "");
        warnings(&check).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let told_of_kept = format!(
        "permissions: WARNING: other users can read the kept database {0}: its mode is 0640; run `chmod 600 {0}`",
        kept.display()
    );
    assert_eq!(said(&[]), [&*told_of_kept], "a folder that others can only read is nothing");
    set_mode(&elsewhere, 0o775);
    let told_of_folder = format!(
        "permissions: WARNING: other users can write the folder of the database {0}: its mode is 0775; run `chmod go-w {0}`, or \
         move the database to a folder of its own",
        elsewhere.display()
    );
    assert_eq!(said(&[]), [told_of_kept, told_of_folder]);
    fs::create_dir(home.path().join("keys")).unwrap();
    set_mode(&home.path().join("keys"), 0o777);
    fs::rename(home.vault_key(), home.path().join("keys/vault.key")).unwrap();
    set_mode(&elsewhere, 0o755);
    set_mode(&kept, 0o600);
    let told = "permissions: WARNING: other users can write the folder of the vault key keys: its mode is 0777; run `chmod go-w \
                keys`, or move the vault key to a folder of its own";
    assert_eq!(said(&["--vault-key-file", "keys/vault.key"]), [told]);
}

#[test]
fn a_restored_database_is_for_its_owner_alone_whatever_the_one_before_was() {
    let home = Home::sqlite();
    home.json(&["migrate"], "");
    home.json(&["backup", "backup.db"], "");
    set_mode(&home.database(), 0o644);
    let done = home.json(&["restore", "backup.db"], "");
    assert_eq!(mode(&home.database()), 0o600);
    let kept = done["kept"].as_str().unwrap();
    let check = home.run(&["check"], "");
    let told = warnings(&check);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains(&format!("read the kept database ./data/{}", kept.rsplit('/').next().unwrap())),
        "{told:?}"
    );
}
