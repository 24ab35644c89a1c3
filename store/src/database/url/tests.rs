//! What a URL of PostgreSQL may say, and how one is refused.

use percent_encoding::percent_decode_str;

use super::{error::UrlError, *};

fn read(url: &str) -> Result<PostgresUrl, UrlError> {
    url.strip_prefix("postgres://").unwrap().parse()
}

/// Host, port, user and database of each server.
fn servers(url: &str) -> Vec<(String, u16, String, String)> {
    let read = read(url).unwrap();
    let told = |options: PgConnectOptions| {
        let host = options.get_socket().map(|folder| folder.display().to_string());
        let database = options.get_database().unwrap_or_default().to_owned();
        let user = options.get_username().to_owned();
        (host.unwrap_or_else(|| options.get_host().to_owned()), options.get_port(), user, database)
    };
    read.servers().into_iter().map(told).collect()
}

fn server(host: &str, port: u16) -> (String, u16, String, String) {
    (host.to_owned(), port, "ada".to_owned(), "keys".to_owned())
}

#[test]
fn servers_user_and_database_stand_before_the_question_mark_or_behind_it() {
    for (url, expected) in [
        ("postgres://ada@db.example/keys", vec![server("db.example", 5432)]),
        ("postgres://ada:x@db.example:6432/keys", vec![server("db.example", 6432)]),
        ("postgres://ada@[2001:db8::1]:6432/keys", vec![server("2001:db8::1", 6432)]),
        ("postgres://ada@%2Frun%2Fpostgresql/keys", vec![server("/run/postgresql", 5432)]),
        ("postgres://ada@localhost/keys?host=/run/postgresql", vec![server("/run/postgresql", 5432)]),
        ("postgres://ada@localhost:5433/keys?host=/run/postgresql", vec![server("/run/postgresql", 5433)]),
        ("postgres://ada@localhost:5433/keys?host=h1,h2", vec![server("h1", 5433), server("h2", 5433)]),
        ("postgres://ada@a:1,b:2/keys?host=h1,h2", vec![server("h1", 1), server("h2", 2)]),
        ("postgres://ada@a:1,b/keys?host=h1,h2", vec![server("h1", 1), server("h2", 5432)]),
        ("postgres://ada@a:1,b:2/keys?port=3", vec![server("a", 3), server("b", 3)]),
        ("postgres://?host=db.example&user=ada&dbname=keys&port=1", vec![server("db.example", 1)]),
        ("postgres://ada@h1:5433,h2/keys", vec![server("h1", 5433), server("h2", 5432)]),
        ("postgres://ada@/keys?host=h1,h2&port=1,2", vec![server("h1", 1), server("h2", 2)]),
        (
            "postgres://ada@h1,h2/keys?port=7&target_session_attrs=read-write",
            vec![server("h1", 7), server("h2", 7)],
        ),
        ("postgres://bob@h1/other?user=ada&dbname=keys", vec![server("h1", 5432)]),
    ] {
        assert_eq!(servers(url), expected, "{url}");
    }
    assert_eq!(
        read("postgres://ada@h1:5433,[::1]/keys").unwrap().to_string(),
        "postgres://h1:5433,[::1]:5432/keys"
    );
}

/// The URL that the driver makes of what it read has user and password percent-encoded.
fn password(url: &str) -> String {
    use sea_orm::sqlx::ConnectOptions as _;
    let written = read(url).unwrap().first().to_url_lossy();
    percent_decode_str(written.password().unwrap_or_default()).decode_utf8().unwrap().into_owned()
}

#[test]
fn a_password_has_every_character() {
    let all: String = (1..=127_u8).map(char::from).chain("äß€𝄞".chars()).collect();
    let encoded = utf8_percent_encode(&all, NON_ALPHANUMERIC);
    assert_eq!(password(&format!("postgres://ada:{encoded}@db.example/keys")), all);
    assert_eq!(password(&format!("postgres://ada@db.example/keys?password={encoded}")), all);
    // What needs no percent sign: only what would end the password does.
    assert_eq!(password("postgres://ada:p@ss:w+rd !$&'()*,;=@db.example/keys"), "p@ss:w+rd !$&'()*,;=");
    assert_eq!(password("postgres://ada@db.example/keys?password=a+b:c"), "a+b:c");
}

#[test]
fn what_is_no_url_is_refused_without_a_value() {
    for (url, expected) in [
        ("postgres://ada:5432/secretpart@db.example/keys", UrlError::Unencoded),
        ("postgres://ada:secret?part@db.example/keys", UrlError::Unencoded),
        ("postgres://ada:12?secret=part@db.example/keys", UrlError::Unencoded),
        ("postgres://ada:secret#part@db.example/keys", UrlError::Unencoded),
        ("postgres://ada:secret%@db.example/keys", UrlError::Percent),
        ("postgres://ada:secret%0@db.example/keys", UrlError::Percent),
        ("postgres://ada:secret%zz@db.example/keys", UrlError::Percent),
        ("postgres://ada:secret%+1@db.example/keys", UrlError::Percent),
        ("postgres://ada:secret%00@db.example/keys", UrlError::Percent),
        ("postgres://ada:secret%ff@db.example/keys", UrlError::Percent),
        ("postgres://ada:secret%€@db.example/keys", UrlError::Percent),
        ("postgres://ada:secret", UrlError::Host),
        ("postgres://ada:5432secret/keys", UrlError::Host),
        ("postgres://db.example:0/keys", UrlError::Host),
        ("postgres://db.example:+1/keys", UrlError::Host),
        ("postgres://db.example:65536/keys", UrlError::Host),
        ("postgres://[secret]/keys", UrlError::Host),
        ("postgres://[::1/keys", UrlError::Host),
        ("postgres://[::1]secret/keys", UrlError::Host),
        ("postgres://localhost:secret/keys?host=/run/postgresql", UrlError::Host),
        ("postgres://[secret]/keys?host=/run/postgresql", UrlError::Host),
        ("postgres://h1,h2,h3/keys?port=1,2", UrlError::Ports),
        ("postgres://a:1,b:2/keys?host=h1,h2,h3", UrlError::Ports),
        ("postgres://db.example/keys?hostaddr=192.0.2.1", UrlError::Parameter(Some("hostaddr".to_owned()))),
        ("postgres://db.example/keys?secret", UrlError::NoValue),
        ("postgres://db.example/keys?sslmod=secret", UrlError::Parameter(Some("sslmod".to_owned()))),
        ("postgres://db.example/keys?pass%77ord=secret", UrlError::Parameter(None)),
        ("postgres://db.example/keys?password=a&secret=b", UrlError::Parameter(None)),
        ("postgres://db.example/keys?password=a&password=secret", UrlError::Twice("password")),
        ("postgres://db.example/keys?sslmode=secret", UrlError::SslMode),
        ("postgres://db.example/keys?sslmode=verify-ca", UrlError::NoRoot),
        ("postgres://db.example/keys?sslmode=require&sslrootcert=system", UrlError::WeakSystem),
        ("postgres://db.example/keys?sslrootcert=system", UrlError::WeakSystem),
        ("postgres://db.example/keys?target_session_attrs=standby", UrlError::SessionAttributes),
    ] {
        let refused = read(url).unwrap_err();
        assert_eq!(refused, expected, "{url}");
        assert!(!refused.to_string().contains("secret"), "{refused}");
    }
    let told = read("postgres://db.example/keys?sslmod=require").unwrap_err().to_string();
    assert!(told.starts_with("the parameter sslmod is not supported; the parameters are host, "), "{told}");
}

#[test]
fn each_parameter_that_a_refusal_and_the_guide_name_is_read() {
    let guide = include_str!("../../../../docs/guides/postgresql.md");
    let told = UrlError::Parameter(None).to_string();
    let (_, names) = told.split_once("the parameters are ").unwrap();
    for name in names.split(", ").flat_map(|names| names.split(" and ")) {
        let answer = read(&format!("postgres://db.example/keys?{name}=1"));
        assert!(!matches!(answer, Err(UrlError::Parameter(_))), "{name}: {answer:?}");
        assert!(guide.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn tls_is_asked_for_as_by_libpq() {
    let modes = |url: &str| {
        let read = read(url).unwrap();
        let (mode, other) = read.modes(&read.first());
        format!("{mode:?} {other:?}")
    };
    for (parameters, expected) in [
        ("sslmode=disable", "Disable None"),
        ("sslmode=allow", "Disable Some(Require)"),
        ("sslmode=prefer", "Prefer Some(Disable)"),
        ("sslmode=require", "Require None"),
        ("sslmode=require&sslrootcert=ca.pem", "VerifyCa None"),
        ("sslmode=verify-ca&sslrootcert=ca.pem", "VerifyCa None"),
        ("sslmode=verify-full&sslrootcert=ca.pem", "VerifyFull None"),
        ("sslmode=verify-full&sslrootcert=system", "VerifyFull None"),
        ("sslmode=verify-full&host=/run/postgresql", "Disable None"),
    ] {
        assert_eq!(modes(&format!("postgres://ada@db.example/keys?{parameters}")), expected, "{parameters}");
    }
    let files = read("postgres://ada@db.example/keys?sslmode=verify-full&sslrootcert=system").unwrap();
    assert_eq!(files.files().count(), 0, "it is not a file");
}

#[test]
fn a_url_prints_neither_user_nor_password() {
    let url = read("postgres://ada:hunter2@db.example/keys?sslkey=key.pem").unwrap();
    assert_eq!(format!("{url} {url:?}"), "postgres://db.example:5432/keys PostgresUrl(…)");
}
