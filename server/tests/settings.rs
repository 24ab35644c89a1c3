//! Settings: which source is the strongest, and one sentence for each that cannot be used.

use crate::support;

use std::fs;

use support::{Home, Server};

#[test]
fn a_wrong_value_stops_the_start_with_one_sentence_that_names_it() {
    let home = Home::new();
    for (name, value) in [
        ("LATCHKEY_LISTEN", "localhost"),
        ("LATCHKEY_LISTEN", "127.0.0.1:99999"),
        ("LATCHKEY_INTERNAL_LISTEN", "3001"),
        ("LATCHKEY_PUBLIC_URL", "keys.example.com"),
        ("LATCHKEY_PUBLIC_URL", "ftp://keys.example.com"),
        ("LATCHKEY_DATABASE_URL", "sqlite:"),
        ("LATCHKEY_TRUSTED_PROXIES", "10.0.0.1, proxy"),
        ("LATCHKEY_CLOCK_SKEW", "-1"),
        ("LATCHKEY_TEMPORARY_CREDENTIALS_TTL", "soon"),
        ("LATCHKEY_TOKEN_TTL", "1.5"),
        ("LATCHKEY_ALLOW_PLAINTEXT", "yes"),
        ("LATCHKEY_SIGNATURE_METHODS", "HMAC-SHA256,PLAINTEXT"),
        ("LATCHKEY_REALM", "a\"b"),
        ("LATCHKEY_LOG", "=="),
        ("LATCHKEY_LOG_FORMAT", "xml"),
        ("LATCHKEY_DATA_DIR", ""),
        ("LATCHKEY_VAULT_KEY_FILE", ""),
    ] {
        let said = home.serve_in_vain(&[(name, value)]);
        assert_eq!(said.code, Some(2), "{name}={value}: {said:?}");
        let sentence = said.sentence();
        assert!(sentence.starts_with(&format!("{name}={value} is not allowed: it must be ")), "{sentence}");
        assert_eq!(said.stdout, "");
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn commands_refuse_a_wrong_value_like_the_server_does() {
    let home = Home::new();
    for arguments in [&["user", "list"][..], &["consumer", "list"], &["migrate"], &["check"]] {
        let said = home.run(&[arguments, &["--listen", "nowhere"]].concat(), "");
        assert_eq!(said.code, Some(2), "{arguments:?}");
        assert!(said.sentence().starts_with("--listen=nowhere is not allowed: "), "{said:?}");
    }
}

#[test]
fn a_password_in_a_setting_is_not_shown() {
    let home = Home::new();
    for url in [
        "mysql://ada:correcthorse@db.example/latchkey",
        "postgres://ada:5432/correcthorse@db.example/latchkey",
        "postgres://ada@db.example/latchkey?pasword=correcthorse",
    ] {
        let mut check = home.command(&["check"]);
        check.env("LATCHKEY_DATABASE_URL", url);
        let said = [home.serve_in_vain(&[("LATCHKEY_DATABASE_URL", url)]), support::finish(check, "")];
        for said in said {
            assert_eq!(
                (said.code, said.sentence().contains("LATCHKEY_DATABASE_URL=")),
                (Some(2), true),
                "{said:?}"
            );
            assert!(!format!("{said:?}").contains("correcthorse"), "{said:?}");
        }
    }
    // Nothing listens there.
    let mut check = home.command(&["check"]);
    check.env("LATCHKEY_DATABASE_URL", "postgres://ada:correcthorse@127.0.0.1:1/latchkey");
    let said = support::finish(check, "");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.stdout.contains("127.0.0.1:1: ") && said.stdout.contains("refused"), "{said:?}");
    assert!(!format!("{said:?}").contains("correcthorse"), "{said:?}");
}

#[test]
fn a_file_may_hold_the_database_url_and_giving_both_is_refused() {
    let home = Home::sqlite();
    fs::write(home.path().join("url"), "sqlite://keys.db\n").unwrap();
    let migrate = |settings: &[(&str, &str)]| {
        let mut command = home.command(&["migrate"]);
        command.envs(settings.iter().copied());
        support::finish(command, "")
    };
    let said = migrate(&[("LATCHKEY_DATABASE_URL_FILE", "url")]);
    assert_eq!((said.code, &*said.stderr), (Some(0), ""), "{said:?}");
    assert!(home.path().join("keys.db").exists() && !home.database().exists());
    let both = [("LATCHKEY_DATABASE_URL", "sqlite://other.db"), ("LATCHKEY_DATABASE_URL_FILE", "url")];
    let said = migrate(&both);
    assert_eq!((said.code, &*said.stdout), (Some(2), ""), "{said:?}");
    assert!(said.sentence().starts_with("LATCHKEY_DATABASE_URL and LATCHKEY_DATABASE_URL_FILE "), "{said:?}");
    assert!(!home.path().join("other.db").exists());
}

#[test]
fn a_certificate_without_its_key_or_with_a_broken_one_stops_the_start() {
    let home = Home::new();
    let said = home.serve_in_vain(&[("LATCHKEY_TLS_CERT", "cert.pem")]);
    assert_eq!(said.code, Some(2));
    assert!(said.sentence().contains("both or neither"), "{said:?}");
    for file in ["cert.pem", "key.pem"] {
        fs::write(home.path().join(file), "nonsense").unwrap();
    }
    let files = [("LATCHKEY_TLS_CERT", "cert.pem"), ("LATCHKEY_TLS_KEY", "key.pem")];
    let said = home.serve_in_vain(&files);
    assert_eq!(said.code, Some(2));
    assert!(said.last_words().contains("cert.pem") && said.last_words().contains("PEM"), "{said:?}");
}

#[test]
fn an_unknown_key_in_the_file_stops_the_start_and_the_known_ones_are_named() {
    let home = Home::new();
    fs::write(home.path().join("latchkey.toml"), "lisen = '127.0.0.1:0'\n").unwrap();
    let said = home.serve_in_vain(&[]);
    assert_eq!(said.code, Some(2));
    let sentence = said.sentence();
    assert!(sentence.contains("latchkey.toml") && sentence.contains("lisen"), "{sentence}");
    assert!(sentence.contains("listen") && sentence.contains("vault_key_file"), "{sentence}");
}

#[test]
fn a_file_that_cannot_be_read_stops_the_start() {
    let home = Home::new();
    let path = home.path().join("latchkey.toml");
    for content in ["listen = ", "[listen]\naddress = 1\n", "listen = 3000.5\n"] {
        fs::write(&path, content).unwrap();
        let said = home.serve_in_vain(&[]);
        assert_eq!(said.code, Some(2), "{content}");
        assert!(said.sentence().contains("latchkey.toml"), "{said:?}");
    }
    fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(home.serve_in_vain(&[]).sentence().contains("latchkey.toml"));
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("nowhere.toml", &path).unwrap();
    let said = home.serve_in_vain(&[]);
    assert!(said.code == Some(2) && said.sentence().contains("latchkey.toml"), "{said:?}");
    fs::remove_file(&path).unwrap();
    let said = home.run(&["check", "--config", "elsewhere.toml"], "");
    assert_eq!(said.code, Some(2), "a file that was named has to be there");
    assert!(said.sentence().contains("elsewhere.toml"), "{said:?}");
}

#[test]
fn a_file_that_never_ends_is_refused_and_not_read_for_ever() {
    let home = Home::made();
    for (arguments, code) in [
        (&["--config", "/dev/zero"][..], 2),
        (&["--vault-key-file", "/dev/zero"], 1),
        (&["--tls-cert", "/dev/zero", "--tls-key", "/dev/zero"], 1),
    ] {
        let said = home.run(&[&["check"][..], arguments].concat(), "");
        assert_eq!(said.code, Some(code), "{said:?}");
        assert!(format!("{said:?}").contains("/dev/zero"), "{said:?}");
    }
    let files = [("LATCHKEY_TLS_CERT", "/dev/zero"), ("LATCHKEY_TLS_KEY", "/dev/zero")];
    let said = home.serve_in_vain(&files);
    assert!(said.code == Some(2) && said.last_words().contains("longer than 64 KiB"), "{said:?}");
}

#[test]
fn an_unknown_flag_or_command_is_wrong_usage_in_one_sentence() {
    let home = Home::new();
    for (arguments, named) in [
        (&["serve", "--lisen", "x"][..], "--lisen"),
        (&["consumer", "aprove", "x"], "aprove"),
        (&["serve", "--listen"], "--listen"),
        (&["nonsense"], "nonsense"),
    ] {
        let said = home.run(arguments, "");
        assert_eq!(said.code, Some(2), "{arguments:?}");
        assert!(said.sentence().contains(named), "{said:?}");
    }
}

#[test]
fn an_unknown_variable_is_warned_of_and_no_more() {
    let home = Home::new();
    let mut command = home.command(&["check"]);
    command.env("LATCHKEY_LISEN", "a secret, perhaps");
    let said = support::finish(command, "");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.stderr.contains("LATCHKEY_LISEN") && !said.stderr.contains("a secret"), "{said:?}");
}

#[test]
fn a_flag_is_stronger_than_the_environment_and_that_than_the_file() {
    let home = Home::new();
    let made = |name: &str| home.path().join(name).join("latchkey.db").exists();
    fs::write(home.path().join("latchkey.toml"), "data_dir = 'by-file'\n").unwrap();
    home.json(&["migrate"], "");
    assert!(made("by-file") && !made("data"));
    let by_environment = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        command.env("LATCHKEY_DATA_DIR", "by-environment");
        assert_eq!(support::finish(command, "").code, Some(0));
    };
    by_environment(&["migrate", "--data-dir", "by-flag"]);
    assert!(made("by-flag") && !made("by-environment"));
    by_environment(&["migrate"]);
    assert!(made("by-environment"));
    fs::write(home.path().join("other.toml"), "data_dir = 'by-other-file'\n").unwrap();
    home.json(&["--config", "other.toml", "migrate"], "");
    assert!(made("by-other-file"));
}

#[test]
fn the_database_and_the_vault_key_may_be_elsewhere() {
    let home = Home::new();
    let arguments = ["--database-url", "sqlite://keys.db", "--vault-key-file", "secret.key", "migrate"];
    home.json(&arguments, "");
    assert!(home.path().join("keys.db").exists() && home.path().join("secret.key").exists());
    assert!(!home.database().exists() && !home.vault_key().exists());
}

#[test]
fn the_internal_listener_can_be_off_and_the_log_for_machines() {
    let server: Server =
        Home::new().serve_with(&[("LATCHKEY_INTERNAL_LISTEN", "off"), ("LATCHKEY_LOG_FORMAT", "json")]);
    server.visitor().get("/sign-in").is(200);
    server.line("set up at ");
    let log = server.log();
    let objects = log.iter().filter(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()).count();
    assert_eq!(objects, log.len(), "{log:?}");
}

#[test]
fn a_start_and_check_say_where_plaintext_is_allowed_in_vain() {
    let home = Home::sqlite();
    home.json(&["migrate"], "");
    let told = "LATCHKEY_ALLOW_PLAINTEXT=true has no effect on requests to this server";
    let check = home.run(&["check", "--allow-plaintext", "true", "--signature-methods", "HMAC-SHA256"], "");
    let warning = format!("settings: WARNING: {told}");
    assert!(check.stdout.lines().any(|line| line.starts_with(&warning)), "{check:?}");
    assert!(check.stdout.contains("signature_methods: HMAC-SHA256 (--signature-methods)"), "{check:?}");
    let https = ["check", "--allow-plaintext", "true", "--public-url", "https://keys.example"];
    let check = home.run(&https, "");
    assert!(!check.stdout.contains("has no effect"), "{check:?}");
    home.serve_with(&[("LATCHKEY_ALLOW_PLAINTEXT", "true")]).log_until(told);
}

#[test]
fn help_and_version_are_asked_for_and_not_wrong() {
    let home = Home::new();
    for flag in ["--help", "--version"] {
        let said = home.run(&[flag], "");
        assert_eq!((said.code, &*said.stderr), (Some(0), ""));
        assert!(said.stdout.contains("latchkey"), "{said:?}");
    }
}

#[test]
fn a_start_and_check_warn_of_what_the_network_can_read_or_reach_and_go_on() {
    let home = Home::with_users();
    let settings = [("LATCHKEY_LISTEN", "0.0.0.0:0"), ("LATCHKEY_INTERNAL_LISTEN", "0.0.0.0:0")];
    let check = home.run(&["check", "--listen", "0.0.0.0:0", "--internal-listen", "0.0.0.0:0"], "");
    assert_eq!(check.code, Some(0), "a warning is not an error: {check:?}");
    for (setting, _) in settings {
        let warning = format!("network: WARNING: {setting}=0.0.0.0:0 ");
        assert_eq!(check.stdout.matches(&warning).count(), 1, "{check:?}");
    }
    assert!(
        !home.run(&["check"], "").stdout.contains("network: "),
        "the defaults are reached from here alone"
    );
    let behind_proxy = ["check", "--listen", "0.0.0.0:0", "--public-url", "https://keys.example"];
    let check = home.run(&behind_proxy, "");
    assert_eq!(check.code, Some(0), "{check:?}");
    let warning = check.stdout.lines().find(|line| line.starts_with("network: WARNING: LATCHKEY_LISTEN="));
    assert!(warning.is_some_and(|line| line.contains("only the proxy should reach it")), "{check:?}");
    let server = home.serve_with(&settings);
    let log = server.log_until("LATCHKEY_INTERNAL_LISTEN=0.0.0.0:0 ");
    let public = log.iter().find(|line| line.contains("LATCHKEY_LISTEN=0.0.0.0:0 ")).unwrap();
    assert!(public.contains("WARN") && public.contains("LATCHKEY_TLS_CERT"), "{public}");
}
