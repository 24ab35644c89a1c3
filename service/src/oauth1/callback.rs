//! Where temporary credentials may lead: the callback they were requested with, as long as the consumer may use it.

use url::Url;

use crate::consumers::fields;

/// `oauth_callback` of consumers that have no callback, or whose callback is registered (RFC 5849 section 2.1).
pub(super) const OUT_OF_BAND: &str = "oob";

/// Why users are not sent to a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeadsNowhere {
    /// It is not the registered one: that was registered after these credentials were requested.
    NotRegistered,
    /// Its host is neither a name nor an address: a version kept it that accepted more.
    NoHost,
}

/// Whether users may be sent to a callback that is kept with temporary credentials, or to `oob`.
pub(super) fn may_lead_to(callback: &str, registered: Option<&str>) -> Result<(), LeadsNowhere> {
    if registered.is_some_and(|registered| !is_same(registered, callback)) {
        return Err(LeadsNowhere::NotRegistered);
    }
    if callback == OUT_OF_BAND || is_usable(callback) { Ok(()) } else { Err(LeadsNowhere::NoHost) }
}

/// Whether a callback, kept or requested, is one that could be registered.
pub(super) fn is_usable(callback: &str) -> bool {
    matches!(fields::callback_url(callback), Ok(Some(_)))
}

/// Whether two callbacks are the same URL, however each is spelt.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    Url::parse(one).is_ok_and(|url| Url::parse(other) == Ok(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_the_same_however_it_is_spelt_and_what_is_none_is_like_nothing() {
        assert!(is_same("https://App.Example:443/a/../cb", "https://app.example/cb"));
        for (one, other) in [
            ("https://app.example/cb", "http://app.example/cb"),
            ("https://app.example/cb", "https://app.example/cb/"),
            ("https://app.example/cb", "oob"),
            ("oob", "oob"),
            ("", ""),
        ] {
            assert!(!is_same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_callback_holds_until_another_one_is_registered() {
        const ASKED: &str = "https://app.example/cb";
        for registered in [None, Some(ASKED), Some("HTTPS://APP.example:443/cb")] {
            assert_eq!(may_lead_to(ASKED, registered), Ok(()), "{registered:?}");
        }
        for registered in ["https://app.example/cb2", "http://app.example/cb", "https://other.example/cb", ""]
        {
            let led = may_lead_to(ASKED, Some(registered));
            assert_eq!(led, Err(LeadsNowhere::NotRegistered), "{registered}");
        }
        assert_eq!(may_lead_to(OUT_OF_BAND, None), Ok(()));
        assert_eq!(may_lead_to(OUT_OF_BAND, Some(ASKED)), Err(LeadsNowhere::NotRegistered));
    }

    #[test]
    fn what_an_earlier_version_kept_and_is_no_host_leads_nowhere_even_where_it_is_registered() {
        for callback in ["http://x;sandbox/", "http://*/", "https://*.example/cb", "https://a,b/"] {
            for registered in [None, Some(callback)] {
                let led = may_lead_to(callback, registered);
                assert_eq!(led, Err(LeadsNowhere::NoHost), "{callback} {registered:?}");
            }
        }
        for callback in ["/cb", ""] {
            assert!(may_lead_to(callback, None).is_err(), "{callback}");
            assert!(may_lead_to(callback, Some(callback)).is_err(), "{callback}");
        }
    }
}
