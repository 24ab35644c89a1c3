//! Settings that are given and change nothing, or do not fit together: `serve` warns of them, `check` shows them.

use crate::settings::Settings;

/// The paths below which Latchkey has its own (`router.rs`): as the prefix of its public URL, each is taken for the prefix.
const OWN: [&str; 14] = [
    "/.well-known",
    "/account",
    "/api",
    "/api/page",
    "/api/v1",
    "/events",
    "/oauth",
    "/pkg",
    "/rootservices",
    "/set-password",
    "/set-up",
    "/settings",
    "/sign-in",
    "/sign-out",
];

/// What is said of each setting that has no effect, or less than its name promises.
pub(crate) fn ineffective(settings: &Settings) -> Vec<&'static str> {
    let mut told = Vec::new();
    if settings.allow_plaintext && !is_https(settings) {
        told.push(if settings.internal_listen.is_some() {
            "LATCHKEY_ALLOW_PLAINTEXT=true has no effect on requests to this server, whose public URL is http: PLAINTEXT \
             is accepted for requests that are https themselves, so only for those that a gateway or tool describes as https"
        } else {
            "LATCHKEY_ALLOW_PLAINTEXT=true has no effect: the public URL is http, and PLAINTEXT is accepted for requests \
             that are https themselves"
        });
    }
    if settings.listen_database_url.is_some() && settings.database_url.file().is_some() {
        told.push("LATCHKEY_LISTEN_DATABASE_URL has no effect: the database is SQLite, which needs no other address");
    }
    if settings.tls().is_some() && settings.public_url.as_ref().is_some_and(|url| url.scheme() == "http") {
        told.push(
            "LATCHKEY_PUBLIC_URL begins with http://, but this server speaks https, since LATCHKEY_TLS_CERT is set: links that \
             it makes, such as the one to set up with, lead nowhere; write https:// unless a proxy in front speaks http",
        );
    }
    if settings.public_url.as_ref().is_some_and(|url| OWN.contains(&url.path())) {
        told.push(
            "the path of LATCHKEY_PUBLIC_URL is one of Latchkey's own: a gateway has to pass it on, since requests without it \
             cannot be told from those with it; where the gateway strips it, choose another one, such as /latchkey",
        );
    }
    told
}

/// Whether clients reach this server by https.
fn is_https(settings: &Settings) -> bool {
    match &settings.public_url {
        Some(url) => url.scheme() == "https",
        None => settings.tls().is_some(),
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, path::Path};

    use super::*;
    use crate::settings::Flags;

    fn told(environment: &[(&str, &str)]) -> Vec<&'static str> {
        let environment: HashMap<_, _> =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let read = Settings::from_sources(&Flags::default(), &environment, Path::new("latchkey.toml"), "");
        ineffective(&read.unwrap())
    }

    #[test]
    fn plaintext_is_said_to_have_no_effect_where_the_public_url_is_http() {
        const ALLOWED: (&str, &str) = ("LATCHKEY_ALLOW_PLAINTEXT", "true");
        let http = ("LATCHKEY_PUBLIC_URL", "http://keys.example");
        for given in [&[ALLOWED][..], &[ALLOWED, http]] {
            let told = told(given);
            assert!(matches!(*told, [words] if words.contains("only for those that a gateway")), "{told:?}");
        }
        let told_alone = told(&[ALLOWED, ("LATCHKEY_INTERNAL_LISTEN", "off")]);
        assert!(matches!(*told_alone, [words] if words.contains("has no effect: ")), "{told_alone:?}");
    }

    #[test]
    fn a_public_url_that_does_not_fit_is_said() {
        let tls = [("LATCHKEY_TLS_CERT", "cert.pem"), ("LATCHKEY_TLS_KEY", "key.pem")];
        let told_http = told(&[("LATCHKEY_PUBLIC_URL", "http://localhost:7290"), tls[0], tls[1]]);
        assert!(matches!(*told_http, [words] if words.contains("this server speaks https")), "{told_http:?}");
        for path in ["oauth", "api", "api/v1", "rootservices", "settings/"] {
            let url = format!("https://a.example/{path}");
            let told = told(&[("LATCHKEY_PUBLIC_URL", &*url)]);
            assert!(matches!(*told, [words] if words.contains("one of Latchkey's own")), "{path}: {told:?}");
        }
    }

    #[test]
    fn nothing_is_said_of_what_works_or_was_not_given() {
        let https = ("LATCHKEY_PUBLIC_URL", "https://keys.example");
        let tls = [("LATCHKEY_TLS_CERT", "cert.pem"), ("LATCHKEY_TLS_KEY", "key.pem")];
        let allowed = ("LATCHKEY_ALLOW_PLAINTEXT", "true");
        let prefixed = ("LATCHKEY_PUBLIC_URL", "https://keys.example/latchkey");
        for given in [&[][..], &[https], &[prefixed], &[allowed, https], &[allowed, tls[0], tls[1]]] {
            assert_eq!(told(given), Vec::<&str>::new(), "{given:?}");
        }
    }
}
