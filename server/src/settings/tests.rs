//! What each setting accepts, and what is said of what it does not.

use std::{ffi::OsString, time::Duration};

use super::{table::DEFAULTS, values::public_url, *};

fn read(flags: &Flags, environment: &[(&str, &str)], file: &str) -> Result<Settings, SettingsError> {
    let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Settings::from_sources(flags, &environment, Path::new("latchkey.toml"), file)
}

fn refused(environment: &[(&str, &str)]) -> String {
    read(&Flags::default(), environment, "").unwrap_err().to_string()
}

#[test]
fn without_any_setting_the_defaults_hold() {
    let settings = read(&Flags::default(), &[], "").unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(settings.database_url.to_string(), "./data/latchkey.db");
    assert_eq!(settings.vault_key_file, Path::new("./data/vault.key"));
    assert_eq!((settings.clock_skew.as_secs(), settings.token_ttl), (300, None));
}

#[test]
fn a_flag_is_stronger_than_the_environment_and_that_than_the_file() {
    let flags = Flags { realm: Some("flag".into()), ..Flags::default() };
    let file = "realm = 'file'\nclock_skew = 10\ntoken_ttl = 5\n";
    let settings =
        read(&flags, &[("LATCHKEY_REALM", "environment"), ("LATCHKEY_CLOCK_SKEW", "20")], file).unwrap();
    assert_eq!(settings.realm, "flag");
    assert_eq!(settings.clock_skew.as_secs(), 20);
    assert_eq!(settings.token_ttl, Some(Duration::from_secs(5)));
}

#[test]
fn a_wrong_value_is_told_with_its_setting_and_what_is_allowed() {
    assert_eq!(
        refused(&[("LATCHKEY_LISTEN", "localhost")]),
        "LATCHKEY_LISTEN=localhost is not allowed: it must be an IP address or a host name and a port, such as 127.0.0.1:3000, \
         [::1]:3000 or localhost:3000, or unix:PATH; port 0 picks one."
    );
    for (name, value) in [
        ("LATCHKEY_PUBLIC_URL", "keys.example.com"),
        ("LATCHKEY_PUBLIC_URL", "https://keys.example.com/#x"),
        ("LATCHKEY_PUBLIC_URL", "ftp://keys.example.com"),
        ("LATCHKEY_CLOCK_SKEW", "-1"),
        ("LATCHKEY_DRAIN", "-1"),
        ("LATCHKEY_DRAIN", "5s"),
        ("LATCHKEY_INTERNAL_LISTEN", "unix:"),
        ("LATCHKEY_INTERNAL_LISTEN", "latchkey"),
        ("LATCHKEY_ALLOW_PLAINTEXT", "yes"),
        ("LATCHKEY_SIGNATURE_METHODS", ""),
        ("LATCHKEY_SIGNATURE_METHODS", "HMAC-SHA256,"),
        ("LATCHKEY_SIGNATURE_METHODS", "hmac-sha256"),
        ("LATCHKEY_SIGNATURE_METHODS", "HMAC-SHA256,HMAC-MD5"),
        ("LATCHKEY_SIGNATURE_METHODS", "HMAC-SHA256,PLAINTEXT"),
        ("LATCHKEY_LOG_FORMAT", "xml"),
        ("LATCHKEY_KEY_REQUESTS", "true"),
        ("LATCHKEY_KEY_REQUESTS", "OFF"),
        ("LATCHKEY_REALM", "a\"b"),
        ("LATCHKEY_OSLC_CATALOGS", "https://rm.example/catalog"),
        ("LATCHKEY_OSLC_CATALOGS", "rm=https://rm.example/catalog,xx=https://cm.example/"),
        ("LATCHKEY_TRUSTED_PROXIES", "10.0.0.1, proxy"),
        ("LATCHKEY_DATA_DIR", ""),
        ("LATCHKEY_LOG", "=="),
        ("LATCHKEY_LOG", "verbose"),
        ("LATCHKEY_LOG", "server=debug"),
        ("LATCHKEY_LOG", "latchkeyy=debug,sqlx::query=debug"),
        ("LATCHKEY_LOG", ""),
        ("LATCHKEY_TEMPORARY_CREDENTIALS_TTL", "0"),
        ("LATCHKEY_PUBLIC_URL", "https:keys.example.com"),
        ("LATCHKEY_PUBLIC_URL", "https://example.com//latchkey"),
        ("LATCHKEY_PUBLIC_URL", "https://example.com/{key}"),
        ("LATCHKEY_PUBLIC_URL", "https://*.example.com"),
        ("LATCHKEY_PUBLIC_URL", "https://keys;sandbox"),
        ("LATCHKEY_PUBLIC_URL", "https://a,b"),
    ] {
        assert!(
            refused(&[(name, value)]).starts_with(&format!("{name}={value} is not allowed: it must be ")),
            "{name}"
        );
    }
}

#[test]
fn two_listeners_at_one_address_are_refused() {
    let both = |public, internal| {
        read(&Flags::default(), &[("LATCHKEY_LISTEN", public), ("LATCHKEY_INTERNAL_LISTEN", internal)], "")
    };
    for (public, internal) in [
        ("127.0.0.1:7290", "127.0.0.1:7290"),
        ("0.0.0.0:7290", "127.0.0.1:7290"),
        ("localhost:7290", "localhost:7290"),
        ("unix:a.sock", "unix:a.sock"),
    ] {
        let words =
            format!("LATCHKEY_LISTEN={public} and LATCHKEY_INTERNAL_LISTEN={internal} exclude each other");
        let told = both(public, internal).unwrap_err().to_string();
        assert!(told.starts_with(&words), "{told}");
    }
    for (public, internal) in [
        ("127.0.0.1:0", "127.0.0.1:0"),
        ("localhost:0", "localhost:0"),
        ("127.0.0.1:7290", "127.0.0.2:7290"),
        ("127.0.0.1:7290", "[::]:7290"),
        ("127.0.0.1:7290", "off"),
        ("unix:a.sock", "unix:b.sock"),
    ] {
        assert!(both(public, internal).is_ok(), "{public}, {internal}");
    }
}

#[test]
fn a_filter_of_the_log_has_a_level_for_all_or_names_what_is_ours() {
    for filter in
        ["off", "warn", "info,server=debug", "latchkey=debug", "store::nonces=trace", "sqlx=debug,error"]
    {
        assert_eq!(read(&Flags::default(), &[("LATCHKEY_LOG", filter)], "").unwrap().log, filter);
    }
}

#[test]
fn a_password_in_a_database_url_is_not_shown_however_misshapen_the_url_is() {
    for variable in ["LATCHKEY_DATABASE_URL", "LATCHKEY_LISTEN_DATABASE_URL"] {
        for url in [
            "mysql://ada:correcthorse@db.example/latchkey",
            "postgres://ada:correcthorse@db.example:x/latchkey",
            "postgres://ada:correcthorse#/?@db.example/latchkey",
            "postgres://ada:5432/correcthorse@db.example/latchkey",
            "postgres://ada:5432?correcthorse@db.example/latchkey",
            "postgres://ada:correcthorse",
            "postgres://ada:correcthorse%@db.example/latchkey",
            "postgres://db.example/latchkey?pasword=correcthorse",
            "postgres://db.example/latchkey?password=a&correcthorse=b",
            "postgres://db.example/latchkey?password=correcthorse&sslmod=require",
            "postgres:ada:correcthorse@db.example/latchkey",
            "postgres:/ada:correcthorse/latchkey",
            "Postgres://ada:correcthorse/latchkey",
            "ada:correcthorse",
            "correcthorse@db.example",
            "correcthorse",
            "sqlite://latchkey.db?key=correcthorse",
        ] {
            let told = refused(&[(variable, url)]);
            assert!(
                told.starts_with(&format!("{variable}=")) && told.contains(" is not allowed: "),
                "{told}"
            );
            assert!(!told.contains("correcthorse"), "{url}: {told}");
        }
    }
}

#[test]
fn an_unknown_parameter_of_a_database_url_is_named_without_its_value() {
    let told = refused(&[("LATCHKEY_DATABASE_URL", "postgres://ada@db.example/keys?ssl_mode=correcthorse")]);
    let words = "LATCHKEY_DATABASE_URL=postgres:… is not allowed: the parameter ssl_mode is not supported; the parameters are host, ";
    assert!(told.starts_with(words) && !told.contains("correcthorse"), "{told}");
}

#[test]
fn changes_may_be_listened_for_at_an_address_of_its_own() {
    let pooled = ("LATCHKEY_DATABASE_URL", "postgres://ada:correcthorse@pooler.example/keys");
    let direct = ("LATCHKEY_LISTEN_DATABASE_URL", "postgres://ada:correcthorse@db.example/keys");
    let settings = read(&Flags::default(), &[pooled, direct], "").unwrap();
    assert_eq!(settings.database_url.to_string(), "postgres://pooler.example:5432/keys");
    let backup = settings.database_url.pg_dump(Path::new("keys.dump")).unwrap();
    assert!(backup.contains("--host=db.example "), "{backup}");
    assert!(!settings.in_words.join("; ").contains("correcthorse"), "{:?}", settings.in_words);
    assert_eq!(ineffective::ineffective(&settings), [""; 0]);
    let settings = read(&Flags::default(), &[direct], "").unwrap();
    assert!(ineffective::ineffective(&settings)[0].starts_with("LATCHKEY_LISTEN_DATABASE_URL has no effect"));
    let told = refused(&[("LATCHKEY_LISTEN_DATABASE_URL", "sqlite://keys.db")]);
    assert!(told.ends_with("it must be postgres://USER@HOST/DATABASE."), "{told}");
}

#[test]
fn a_file_may_hold_what_is_a_secret_or_a_url() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    for ending in ["", "\n", "\r\n"] {
        let path = file("database", &format!("postgres://ada:correcthorse@db.example/keys{ending}"));
        let in_toml = format!("database_url_file = '{path}'");
        for (environment, toml) in [(&[("LATCHKEY_DATABASE_URL_FILE", &*path)][..], ""), (&[], &*in_toml)] {
            let settings = read(&Flags::default(), environment, toml).unwrap();
            assert_eq!(settings.database_url.to_string(), "postgres://db.example:5432/keys");
            let shown = settings.in_words.join("; ");
            assert!(
                shown.contains(&format!("database_url: {path} (")) && !shown.contains("correct"),
                "{shown}"
            );
        }
    }
    let direct = file("direct", "postgres://ada:correcthorse@direct.example/keys\n");
    let settings = read(&Flags::default(), &[("LATCHKEY_LISTEN_DATABASE_URL_FILE", &direct)], "").unwrap();
    assert_eq!(settings.listen_database_url.unwrap().to_string(), "postgres://direct.example:5432/keys");
    let shown = settings.in_words.join("; ");
    assert!(shown.contains(&direct) && !shown.contains("correct"), "{shown}");
    let url = file("url", "https://keys.example.com\n");
    let settings = read(&Flags::default(), &[("LATCHKEY_PUBLIC_URL_FILE", &url)], "").unwrap();
    assert_eq!(settings.public_url.unwrap().as_str(), "https://keys.example.com/");
    // A flag is stronger than either.
    let flags = Flags { database_url: Some("sqlite://keys.db".into()), ..Flags::default() };
    let settings = read(&flags, &[("LATCHKEY_DATABASE_URL_FILE", "missing")], "").unwrap();
    assert_eq!(settings.database_url.to_string(), "keys.db");

    let two = file("two", "correcthorse\n\n");
    for (environment, words) in [
        (
            &[("LATCHKEY_DATABASE_URL", "sqlite://keys.db"), ("LATCHKEY_DATABASE_URL_FILE", &*two)][..],
            "LATCHKEY_DATABASE_URL and LATCHKEY_DATABASE_URL_FILE are given both: give one of them."
                .to_owned(),
        ),
        (
            &[("LATCHKEY_DATABASE_URL_FILE", "missing/file")],
            "LATCHKEY_DATABASE_URL_FILE=missing/file cannot be read: No such file".to_owned(),
        ),
        (
            &[("LATCHKEY_DATABASE_URL_FILE", &*two)],
            format!(
                "LATCHKEY_DATABASE_URL_FILE={two} is not allowed: it must be a file that holds sqlite://FILE"
            ),
        ),
    ] {
        let told = refused(environment);
        assert!(told.starts_with(&words) && !told.contains("correcthorse"), "{told}");
    }
}

#[test]
fn every_way_to_write_a_sqlite_file_is_taken() {
    for (url, file) in [
        ("sqlite://data/keys.db", "data/keys.db"),
        ("sqlite:///var/keys.db", "/var/keys.db"),
        ("sqlite:keys.db", "keys.db"),
    ] {
        let settings = read(&Flags::default(), &[("LATCHKEY_DATABASE_URL", url)], "").unwrap();
        assert_eq!(settings.database_url.to_string(), file);
    }
}

#[test]
fn a_file_holds_texts_numbers_truths_and_lists_of_texts() {
    let file = "trusted_proxies = ['10.0.0.1', '::ffff:10.0.0.2']\nallow_plaintext = true\nlisten = '[::1]:0'\n\
                oslc_catalogs = ['rm=https://rm.example/catalog', 'cm=https://cm.example/catalog']\n";
    let settings = read(&Flags::default(), &[], file).unwrap();
    assert_eq!(settings.trusted_proxies, "10.0.0.1,10.0.0.2".parse().unwrap());
    assert!(settings.allow_plaintext);
    let catalogs: Vec<_> = settings.oslc_catalogs.iter().map(|catalog| catalog.url.as_str()).collect();
    assert_eq!(catalogs, ["https://rm.example/catalog", "https://cm.example/catalog"]);
    assert!(read(&Flags::default(), &[], "listen = ['127.0.0.1:0']").is_err());
}

#[test]
fn signature_methods_are_given_by_their_names_and_plaintext_by_its_own_setting() {
    let names = |text: &str, file: &str| {
        let given = (!text.is_empty()).then_some(("LATCHKEY_SIGNATURE_METHODS", text));
        let settings = read(&Flags::default(), given.as_slice(), file).unwrap();
        settings.signature_methods.iter().map(|method| method.name()).collect::<Vec<_>>()
    };
    assert_eq!(names("HMAC-SHA256", ""), ["HMAC-SHA256"]);
    assert_eq!(names(" RSA-SHA256 ,HMAC-SHA512,RSA-SHA256", ""), ["RSA-SHA256", "HMAC-SHA512"]);
    assert_eq!(names("", "signature_methods = ['HMAC-SHA256', 'RSA-SHA512']"), ["HMAC-SHA256", "RSA-SHA512"]);
    assert_eq!(
        names("", ""),
        ["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "RSA-SHA1", "RSA-SHA256", "RSA-SHA512"]
    );
    let told = refused(&[("LATCHKEY_SIGNATURE_METHODS", "PLAINTEXT")]);
    assert!(told.ends_with("; PLAINTEXT is accepted by LATCHKEY_ALLOW_PLAINTEXT=true."), "{told}");
    for empty in ["signature_methods = []", "signature_methods = [1]"] {
        assert!(read(&Flags::default(), &[], empty).is_err());
    }
}

#[test]
fn the_internal_listener_can_be_off() {
    assert_eq!(
        read(&Flags::default(), &[("LATCHKEY_INTERNAL_LISTEN", "off")], "").unwrap().internal_listen,
        None
    );
}

#[test]
fn an_unknown_variable_is_pointed_out_unless_the_build_uses_it() {
    let names = [
        "LATCHKEY_LISEN",
        "LATCHKEY_CONFIG",
        "LATCHKEY_BIN",
        "LATCHKEY_REALM",
        "PATH",
        "LATCHKEY_REALM_FILE",
    ];
    let variables = names.iter().map(|name| (OsString::from(name), OsString::from("x")));
    let (known, unknown) = from_environment(KEYS, variables).unwrap();
    assert_eq!(unknown, ["LATCHKEY_CONFIG", "LATCHKEY_LISEN", "LATCHKEY_REALM_FILE"]);
    assert_eq!(known.into_keys().collect::<Vec<_>>(), ["LATCHKEY_REALM"]);
}

#[test]
fn half_a_certificate_is_refused() {
    assert!(refused(&[("LATCHKEY_TLS_CERT", "cert.pem")]).contains("both or neither"));
}

#[test]
fn an_unknown_key_or_broken_file_is_told() {
    assert!(matches!(read(&Flags::default(), &[], "lisen = 'x'"), Err(SettingsError::UnknownKey { .. })));
    let broken = read(&Flags::default(), &[], "listen = '127.0.0.1:0'\nrealm = \n").unwrap_err().to_string();
    assert!(broken.contains("latchkey.toml cannot be read: line 2: "), "{broken}");
}

#[test]
fn a_public_url_keeps_its_prefix_without_the_last_slash() {
    assert_eq!(public_url("https://example.com/latchkey/").unwrap().as_str(), "https://example.com/latchkey");
    assert_eq!(public_url("http://example.com").unwrap().path(), "/");
    assert_eq!(public_url("http://my_host:3000").unwrap().as_str(), "http://my_host:3000/");
    assert_eq!(public_url("https://keys.example.").unwrap().as_str(), "https://keys.example./");
}

#[test]
fn each_setting_is_shown_with_where_it_came_from() {
    let flags = Flags { realm: Some("Plant".into()), ..Flags::default() };
    let environment = [("LATCHKEY_DATABASE_URL", "postgres://ada:correcthorse@db.example/latchkey")];
    let shown = read(&flags, &environment, "token_ttl = 5").unwrap().in_words;
    assert_eq!(shown.len(), KEYS.len());
    for expected in [
        "data_dir: ./data",
        "realm: Plant (--realm)",
        "database_url: postgres:… (LATCHKEY_DATABASE_URL)",
        "token_ttl: 5 (latchkey.toml: token_ttl)",
    ] {
        assert!(shown.iter().any(|line| line == expected), "{expected}: {shown:?}");
    }
}

#[test]
fn each_file_that_settings_came_from_is_known_and_whether_it_holds_a_password() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let secret = file("secret", "postgres://ada:correcthorse@one.example,two.example/keys\n");
    let public = file("public", "https://keys.example\n");
    let environment = [("LATCHKEY_DATABASE_URL_FILE", &*secret), ("LATCHKEY_PUBLIC_URL_FILE", &*public)];
    for (text, has_password) in [
        ("", false),
        ("database_url = 'postgres://ada@db.example/keys'", false),
        ("database_url = 'postgres://ada@db.example/keys?password=correcthorse'", true),
        ("listen_database_url = 'postgres://ada:correcthorse@db.example/keys'", true),
    ] {
        let files = read(&Flags::default(), &environment, text).unwrap().files;
        let found: Vec<_> =
            files.iter().map(|file| (file.path.display().to_string(), file.has_password)).collect();
        let expected =
            [("latchkey.toml".to_owned(), has_password), (secret.clone(), true), (public.clone(), false)];
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn the_defaults_that_are_told_are_those_that_hold() {
    let without_any = read(&Flags::default(), &[], "").unwrap();
    for (key, default) in DEFAULTS {
        if default.contains(' ') || *default == "none" {
            continue;
        }
        let variable = format!("LATCHKEY_{}", key.to_uppercase());
        let given = Settings {
            in_words: Vec::new(),
            ..read(&Flags::default(), &[(&variable, default)], "").unwrap()
        };
        let without_any = Settings { in_words: Vec::new(), ..without_any.clone() };
        assert_eq!(format!("{given:?}"), format!("{without_any:?}"), "{key}");
    }
}

#[test]
fn the_readme_tells_settings_that_are_there_with_their_defaults() {
    let readme = include_str!("../../../README.md");
    let rows: Vec<_> = readme.lines().filter(|line| line.starts_with("| `LATCHKEY_")).collect();
    assert!(rows.len() > 5);
    for row in rows {
        let cells: Vec<_> = row.split(" | ").collect();
        for variable in cells[0].trim_start_matches("| ").split(", ") {
            let key = variable.trim_matches('`').trim_start_matches("LATCHKEY_").to_lowercase();
            let default = DEFAULTS.iter().find(|(of, _)| *of == key).map(|(_, default)| *default);
            assert_eq!(default, Some(&*cells[1].replace('`', "")), "{row}");
        }
    }
}

#[test]
fn further_hosts_of_the_internal_listener_are_names_without_ports() {
    let name = "LATCHKEY_INTERNAL_HOSTS";
    let settings = read(&Flags::default(), &[(name, "Gate.corp.example, latchkey.prod,")], "").unwrap();
    assert_eq!(settings.internal_hosts, ["gate.corp.example", "latchkey.prod"]);
    let settings =
        read(&Flags::default(), &[], "internal_hosts = ['gate.corp.example', 'b.example']").unwrap();
    assert_eq!(settings.internal_hosts, ["gate.corp.example", "b.example"]);
    for value in ["gate.example:3001", "10.0.0.1", "http://gate.example", "*.example", "a b", "*"] {
        let told = refused(&[(name, value)]);
        assert!(
            told.starts_with(&format!("{name}={value} is not allowed: it must be host names ")),
            "{told}"
        );
    }
}
