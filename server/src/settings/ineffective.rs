//! Settings that are given and change nothing: `serve` warns of them, `check` shows them.

use crate::settings::Settings;

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
    fn nothing_is_said_of_what_works_or_was_not_given() {
        let https = ("LATCHKEY_PUBLIC_URL", "https://keys.example");
        let tls = [("LATCHKEY_TLS_CERT", "cert.pem"), ("LATCHKEY_TLS_KEY", "key.pem")];
        let allowed = ("LATCHKEY_ALLOW_PLAINTEXT", "true");
        for given in [&[][..], &[https], &[allowed, https], &[allowed, tls[0], tls[1]]] {
            assert_eq!(told(given), Vec::<&str>::new(), "{given:?}");
        }
    }
}
