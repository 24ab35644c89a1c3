//! Where temporary credentials may lead: the callback they were requested with, as long as the consumer may use it. Those of
//! OAuth 1.0 were requested without one, and learn it when the user decides.

use crate::consumers::{
    callback_urls::{self, is_same},
    fields,
};

/// `oauth_callback` of consumers that have no callback, or whose callback is registered (RFC 5849 section 2.1).
pub(super) const OUT_OF_BAND: &str = "oob";

/// What is stored for a request without `oauth_callback`, until the user decides. It leads nowhere, so that nodes of earlier
/// versions refuse it.
pub(super) const WITH_THE_DECISION: &str = "";

/// Why users are not sent to a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeadsNowhere {
    /// It is not one of the registered ones: those were changed after these credentials were requested.
    NotRegistered,
    /// Its host is neither a name nor an address: a version kept it that accepted more.
    NoHost,
}

/// Whether users may be sent to a callback that is kept with temporary credentials, or to `oob`.
pub(super) fn may_lead_to<'a>(
    callback: &str,
    registered: impl Iterator<Item = &'a str>,
) -> Result<(), LeadsNowhere> {
    let mut registered = registered.peekable();
    if registered.peek().is_none() {
        let is_of_the_web = matches!(fields::callback_url(callback), Ok(Some(_)));
        return if callback == OUT_OF_BAND || is_of_the_web {
            Ok(())
        } else if is_usable(callback) {
            // It was registered, or it could not have been requested.
            Err(LeadsNowhere::NotRegistered)
        } else {
            Err(LeadsNowhere::NoHost)
        };
    }
    if !registered.any(|registered| is_same(registered, callback)) {
        return Err(LeadsNowhere::NotRegistered);
    }
    if is_usable(callback) { Ok(()) } else { Err(LeadsNowhere::NoHost) }
}

/// Whether a callback, kept or requested, is one that could be registered.
pub(super) fn is_usable(callback: &str) -> bool {
    matches!(callback_urls::callback(callback), Ok(Some(_)))
}

/// Where credentials lead that were requested without a callback: to the first one that is registered, or another one that
/// is and that the authorize URL names; where none is registered, to the one that it names, or out of band. `None` if what it
/// names is no callback that every consumer may use.
pub(super) fn with_the_decision<'a>(
    registered: impl Iterator<Item = &'a str>,
    named: &[String],
) -> Option<String> {
    let mut registered = registered.peekable();
    if let Some(first) = registered.peek().copied() {
        let is_named = |registered: &&str| matches!(named, [named] if is_same(registered, named));
        return Some(registered.find(is_named).unwrap_or(first).to_owned());
    }
    match named {
        [] => Some(OUT_OF_BAND.to_owned()),
        [named] if named == OUT_OF_BAND => Some(OUT_OF_BAND.to_owned()),
        [named] => fields::callback_url(named).ok().flatten().filter(|callback| callback == named),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: &str = "https://app.example/cb";
    const OF_APPLICATION: &str = "myapp://cb";

    fn may(callback: &str, registered: &[&str]) -> Result<(), LeadsNowhere> {
        may_lead_to(callback, registered.iter().copied())
    }

    #[test]
    fn a_callback_holds_until_another_one_is_registered() {
        for registered in [&[][..], &[ASKED], &["HTTPS://APP.example:443/cb"], &[OF_APPLICATION, ASKED]] {
            assert_eq!(may(ASKED, registered), Ok(()), "{registered:?}");
        }
        for registered in ["https://app.example/cb2", "http://app.example/cb", "https://other.example/cb", ""]
        {
            assert_eq!(may(ASKED, &[registered]), Err(LeadsNowhere::NotRegistered), "{registered}");
        }
        assert_eq!(may(OUT_OF_BAND, &[]), Ok(()));
        assert_eq!(may(OUT_OF_BAND, &[ASKED]), Err(LeadsNowhere::NotRegistered));
    }

    #[test]
    fn an_application_is_led_to_only_while_it_is_registered() {
        assert_eq!(may(OF_APPLICATION, &[ASKED, OF_APPLICATION]), Ok(()));
        assert_eq!(may(OF_APPLICATION, &[ASKED]), Err(LeadsNowhere::NotRegistered));
        assert_eq!(may(OF_APPLICATION, &[]), Err(LeadsNowhere::NotRegistered));
        assert_eq!(may("javascript:alert(1)", &["javascript:alert(1)"]), Err(LeadsNowhere::NoHost));
        assert_eq!(may("javascript:alert(1)", &[]), Err(LeadsNowhere::NoHost));
    }

    #[test]
    fn what_an_earlier_version_kept_and_is_no_host_leads_nowhere_even_where_it_is_registered() {
        for callback in ["http://x;sandbox/", "http://*/", "https://*.example/cb", "https://a,b/"] {
            for registered in [&[][..], &[callback]] {
                assert_eq!(may(callback, registered), Err(LeadsNowhere::NoHost), "{callback} {registered:?}");
            }
        }
        for callback in ["/cb", WITH_THE_DECISION] {
            assert!(may(callback, &[]).is_err(), "{callback}");
            assert!(may(callback, &[callback]).is_err(), "{callback}");
        }
    }

    #[test]
    fn without_a_callback_the_registered_one_counts_or_else_the_one_in_the_authorize_url() {
        let decided = |registered: &[&str], named: &[&str]| {
            let named: Vec<_> = named.iter().map(|named| (*named).to_owned()).collect();
            with_the_decision(registered.iter().copied(), &named)
        };
        let other = "https://other.example/cb";
        for (registered, named, led) in [
            (&[][..], &[][..], OUT_OF_BAND),
            (&[], &[OUT_OF_BAND], OUT_OF_BAND),
            (&[], &[ASKED], ASKED),
            (&[ASKED], &[], ASKED),
            (&[ASKED], &[other], ASKED),
            (&[ASKED], &[OUT_OF_BAND], ASKED),
            (&[ASKED, OF_APPLICATION], &[OF_APPLICATION], OF_APPLICATION),
            (&[ASKED, OF_APPLICATION], &[OF_APPLICATION, other], ASKED),
        ] {
            assert_eq!(decided(registered, named).as_deref(), Some(led), "{registered:?} {named:?}");
        }
        let long = format!("https://app.example/{}", "x".repeat(2000));
        for wrong in [
            OF_APPLICATION,
            "javascript:alert(1)",
            "http://x;sandbox/",
            " https://app.example/cb",
            "/cb",
            &long,
        ] {
            assert_eq!(decided(&[], &[wrong]), None, "{wrong}");
        }
        assert_eq!(decided(&[], &[ASKED, other]), None, "which one is not for us to say");
    }
}
