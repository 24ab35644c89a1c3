//! `LATCHKEY_OSLC_CATALOGS`: the catalogs of service providers that root services lead to, each with its OSLC domain.

use domain::host::is_host;
use url::Url;

/// A specification of OSLC that a catalog's service providers follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OslcDomain {
    /// Requirements management.
    Requirements,
    /// Change management.
    Changes,
    /// Quality management.
    Quality,
    /// Architecture management.
    Architecture,
    /// Automation.
    Automation,
    /// Configuration management.
    Configurations,
}

impl OslcDomain {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "rm" => Self::Requirements,
            "cm" => Self::Changes,
            "qm" => Self::Quality,
            "am" => Self::Architecture,
            "auto" => Self::Automation,
            "config" => Self::Configurations,
            _ => return None,
        })
    }

    /// The prefix, namespace and local name of its element in root services. The vocabularies of the older domains are those
    /// of OSLC 1.0 there, and Configuration Management shares its local name with Change Management.
    pub(crate) fn element(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Requirements => ("oslc_rm", "http://open-services.net/xmlns/rm/1.0/", "rmServiceProviders"),
            Self::Changes => ("oslc_cm", "http://open-services.net/xmlns/cm/1.0/", "cmServiceProviders"),
            Self::Quality => ("oslc_qm", "http://open-services.net/xmlns/qm/1.0/", "qmServiceProviders"),
            Self::Architecture => ("oslc_am", "http://open-services.net/ns/am#", "amServiceProviders"),
            Self::Automation => ("oslc_auto", "http://open-services.net/ns/auto#", "autoServiceProviders"),
            Self::Configurations => {
                ("oslc_config", "http://open-services.net/ns/config#", "cmServiceProviders")
            }
        }
    }
}

/// A catalog of service providers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OslcCatalog {
    pub(crate) domain: OslcDomain,
    /// An http or https URL.
    pub(crate) url: Url,
}

/// `rm=https://…/catalog,cm=https://…`: a domain may have several catalogs; one that is named twice is one.
pub(super) fn oslc_catalogs(text: &str) -> Option<Vec<OslcCatalog>> {
    let mut catalogs = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (domain, url) = part.split_once('=')?;
        let catalog = OslcCatalog {
            domain: OslcDomain::parse(domain.trim_end())?,
            url: catalog_url(url.trim_start())?,
        };
        if !catalogs.contains(&catalog) {
            catalogs.push(catalog);
        }
    }
    Some(catalogs)
}

/// An absolute URL with a host, and without credentials or a fragment.
fn catalog_url(text: &str) -> Option<Url> {
    // `Url` forgives a missing or turned slash, spaces and line breaks; friends would be led to another address.
    let (_, rest) = text.split_once("://")?;
    if rest.starts_with('/') || text.contains(|c: char| c == '\\' || c.is_whitespace() || c.is_control()) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let is_plain = url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(is_host) && is_plain)
        .then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(domain: OslcDomain, url: &str) -> OslcCatalog {
        OslcCatalog { domain, url: Url::parse(url).unwrap() }
    }

    #[test]
    fn each_domain_may_have_catalogs_and_one_that_is_named_twice_is_one() {
        let text = "rm=https://rm.example/catalog?a=b&c=d, cm = http://cm.example:9443/ccm/oslc ,rm=https://other.example/,\
                    rm=https://other.example";
        let expected = [
            catalog(OslcDomain::Requirements, "https://rm.example/catalog?a=b&c=d"),
            catalog(OslcDomain::Changes, "http://cm.example:9443/ccm/oslc"),
            catalog(OslcDomain::Requirements, "https://other.example/"),
        ];
        assert_eq!(oslc_catalogs(text).as_deref(), Some(&expected[..]));
        assert_eq!(oslc_catalogs(""), Some(Vec::new()));
        let words = ["rm", "cm", "qm", "am", "auto", "config"];
        let all = oslc_catalogs(&words.map(|word| format!("{word}=https://a.example/")).join(",")).unwrap();
        let mut names: Vec<_> = all.iter().map(|catalog| catalog.domain.element()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), words.len(), "each domain has an element of its own: {names:?}");
    }

    #[test]
    fn what_is_no_catalog_is_refused() {
        for wrong in [
            "https://rm.example/catalog",
            "rm",
            "rm=",
            "=https://rm.example/",
            "xx=https://rm.example/",
            "RM=https://rm.example/",
            "rm=/catalog",
            "rm=rm.example/catalog",
            "rm=ftp://rm.example/",
            "rm=javascript:alert(1)",
            "rm=https:rm.example",
            "rm=https:///rm.example",
            "rm=https://ada:secret@rm.example/",
            "rm=https://rm.example/#catalog",
            "rm=https://rm.example/a b",
            "rm=https://*.example/",
            "rm=https://rm.example/,cm",
            "rm=https://rm.example/a,b",
        ] {
            assert_eq!(oslc_catalogs(wrong), None, "{wrong}");
        }
    }
}
