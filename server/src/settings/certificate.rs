//! What clients object to in a certificate that a server can start with: its time, that of its chain, and the name it is for.
//! `serve` and `check` report it.

use std::{fmt, fs::File, io, net::IpAddr, path::Path};

use domain::time::timestamp;
use rustls::{
    client::verify_server_name,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    server::ParsedCertificate,
};
use time::{Duration, OffsetDateTime};
use url::{Host, Url};
use x509_cert::{Certificate, der::Decode as _};

use crate::secret_text::{bounded_bytes, without_mark};

/// An end that is nearer than this is reported. ACME clients renew earlier: 15 days before the end of a certificate for 45.
const SOON: Duration = Duration::days(14);

/// Reads the files of a certificate and its key. An error names the file.
pub(crate) async fn read_pair(cert: &Path, key: &Path) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let pem = read_pem(cert).await?;
    // rustls would miss it only where it compares it with the key.
    if Chain::read(&pem).is_ok_and(|chain| chain.0.is_empty()) {
        return Err(io::Error::other(format!("{}: it holds no PEM certificate", cert.display())));
    }
    Ok((pem, read_pem(key).await?))
}

/// Reads a PEM file, of a certificate or a key, up to the length limit, less a byte order mark. An error names the file.
pub(crate) async fn read_pem(path: &Path) -> io::Result<Vec<u8>> {
    let path = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || {
        let read = File::open(&path).and_then(bounded_bytes).map(without_mark);
        read.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    });
    reading.await.map_err(io::Error::other)?
}

/// The certificates of a file, the server's own first.
#[derive(Debug)]
pub(crate) struct Chain(Vec<CertificateDer<'static>>);

/// What clients object to, or will soon.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Flaw {
    #[error("{0} cannot be read as X.509: put one in its place that a CA or openssl has made")]
    Unreadable(Place),
    #[error("{place} holds from {} on, and clients refuse it until then: is this machine's clock right?", timestamp(*.begin))]
    NotYet { place: Place, begin: OffsetDateTime },
    #[error("{place} ended at {}, and clients refuse it: put a renewed one in its place, then send SIGHUP", timestamp(*.end))]
    Ended { place: Place, end: OffsetDateTime },
    #[error("{place} ends within {days} day(s), at {}: put a renewed one in its place, then send SIGHUP", timestamp(*.end))]
    EndsSoon { place: Place, end: OffsetDateTime, days: i64 },
    #[error(
        "the certificate is not for {0}, the host of LATCHKEY_PUBLIC_URL: clients that come here by that name refuse it, so have it among the certificate's names, unless a proxy in front has another certificate for it"
    )]
    OtherName(String),
}

impl Flaw {
    /// Whether clients refuse the connection now. Few know another way than by the chain that is sent; but a proxy may come by
    /// another name.
    pub(crate) fn is_fatal(&self) -> bool {
        match self {
            Self::Unreadable(_) | Self::NotYet { .. } | Self::Ended { .. } => true,
            Self::EndsSoon { .. } | Self::OtherName(_) => false,
        }
    }
}

/// A certificate's place in its file, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place(usize);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("the certificate"),
            place => write!(f, "certificate {} of the chain", place + 1),
        }
    }
}

impl Chain {
    /// Reads a PEM file's certificates.
    pub(crate) fn read(pem: &[u8]) -> io::Result<Self> {
        let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>();
        certificates.map(Self).map_err(io::Error::other)
    }

    /// When the server's own certificate ends.
    pub(crate) fn end(&self) -> Option<OffsetDateTime> {
        Some(validity(self.0.first()?)?.1)
    }

    /// What clients object to now, or will soon; the name counts where the public URL is https.
    pub(crate) fn flaws(&self, public_url: Option<&Url>, now: OffsetDateTime) -> Vec<Flaw> {
        let of_time = self.0.iter().enumerate().filter_map(|(place, der)| of_time(Place(place), der, now));
        of_time.chain(public_url.and_then(|url| self.of_name(url))).collect()
    }

    fn of_name(&self, public_url: &Url) -> Option<Flaw> {
        let host = public_url.host().filter(|_| public_url.scheme() == "https")?;
        let name = match host {
            Host::Domain(name) => ServerName::try_from(name).ok()?,
            Host::Ipv4(address) => ServerName::from(IpAddr::from(address)),
            Host::Ipv6(address) => ServerName::from(IpAddr::from(address)),
        };
        let own = self.0.first()?;
        let is_for = ParsedCertificate::try_from(own).and_then(|own| verify_server_name(&own, &name));
        is_for.is_err().then(|| Flaw::OtherName(host.to_string()))
    }
}

fn of_time(place: Place, der: &CertificateDer<'_>, now: OffsetDateTime) -> Option<Flaw> {
    let Some((begin, end)) = validity(der) else { return Some(Flaw::Unreadable(place)) };
    if now < begin {
        Some(Flaw::NotYet { place, begin })
    } else if end < now {
        Some(Flaw::Ended { place, end })
    } else if end - now < SOON {
        // Rounded up: the last day counts.
        let days = (end - now).whole_seconds() / Duration::DAY.whole_seconds() + 1;
        Some(Flaw::EndsSoon { place, end, days })
    } else {
        None
    }
}

/// The first and the last second of a certificate.
fn validity(der: &CertificateDer<'_>) -> Option<(OffsetDateTime, OffsetDateTime)> {
    let certificate = Certificate::from_der(der).ok()?;
    let validity = certificate.tbs_certificate().validity();
    Some((validity.not_before.to_system_time().into(), validity.not_after.to_system_time().into()))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    /// For `keys.example`, `*.corp.example`, `192.0.2.7` and `2001:db8::7`, from the beginning of January 2026 to noon of
    /// 31 March; behind it one that ends with 9 February.
    const CHAIN: &[u8] = include_bytes!("certificate/chain.pem");
    const END: OffsetDateTime = datetime!(2026-03-31 12:00 UTC);
    const END_OF_CHAIN: OffsetDateTime = datetime!(2026-02-10 00:00 UTC);
    const SUMMER: OffsetDateTime = datetime!(2026-07-01 00:00 UTC);

    fn chain() -> Chain {
        Chain::read(CHAIN).unwrap()
    }

    /// The first certificate of the file alone.
    fn alone() -> Chain {
        Chain(chain().0.drain(..1).collect())
    }

    #[test]
    fn a_certificate_holds_from_its_first_second_to_its_last() {
        let begin = datetime!(2026-01-01 00:00 UTC);
        let own = Place(0);
        for (now, flaw) in [
            (begin - Duration::SECOND, Some(Flaw::NotYet { place: own, begin })),
            (begin, None),
            (END - SOON, None),
            (END - SOON + Duration::SECOND, Some(Flaw::EndsSoon { place: own, end: END, days: 14 })),
            (
                END - Duration::days(3) + Duration::SECOND,
                Some(Flaw::EndsSoon { place: own, end: END, days: 3 }),
            ),
            (END, Some(Flaw::EndsSoon { place: own, end: END, days: 1 })),
            (END + Duration::SECOND, Some(Flaw::Ended { place: own, end: END })),
            (datetime!(9999-12-31 00:00 UTC), Some(Flaw::Ended { place: own, end: END })),
        ] {
            assert_eq!(alone().flaws(None, now), flaw.into_iter().collect::<Vec<_>>(), "{now}");
        }
        assert_eq!(alone().end(), Some(END));
    }

    #[test]
    fn each_certificate_of_the_chain_counts_and_is_fatal_once_clients_refuse_it() {
        let behind = Place(1);
        let late = chain().flaws(None, datetime!(2026-03-01 00:00 UTC));
        assert_eq!(late, [Flaw::Ended { place: behind, end: END_OF_CHAIN }]);
        assert!(
            late[0].is_fatal()
                && late[0].to_string().starts_with("certificate 2 of the chain ended at 2026-02-10T")
        );
        let soon = chain().flaws(None, datetime!(2026-02-07 12:00 UTC));
        assert_eq!(soon, [Flaw::EndsSoon { place: behind, end: END_OF_CHAIN, days: 3 }]);
        assert!(!soon[0].is_fatal());
        assert!(soon[0].to_string().contains("within 3 day(s), at 2026-02-10T00:00:00.000Z"), "{soon:?}");
        let both = chain().flaws(None, SUMMER);
        assert_eq!(both.iter().map(Flaw::is_fatal).collect::<Vec<_>>(), [true, true], "{both:?}");
    }

    #[test]
    fn a_certificate_is_for_its_names_as_browsers_read_them() {
        let now = datetime!(2026-01-15 00:00 UTC);
        let flaws = |url: &str| alone().flaws(Some(&Url::parse(url).unwrap()), now);
        for url in [
            "https://keys.example",
            "https://KEYS.example:8443/latchkey",
            "https://gate.corp.example",
            "https://192.0.2.7",
            "https://[2001:db8::7]:8443",
            "http://other.example",
        ] {
            assert!(flaws(url).is_empty(), "{url}");
        }
        for (url, host) in [
            ("https://other.example", "other.example"),
            ("https://www.keys.example/", "www.keys.example"),
            ("https://corp.example", "corp.example"),
            ("https://a.gate.corp.example", "a.gate.corp.example"),
            ("https://192.0.2.8", "192.0.2.8"),
            ("https://[2001:db8::8]", "[2001:db8::8]"),
        ] {
            let found = flaws(url);
            assert_eq!(found, [Flaw::OtherName(host.to_owned())], "{url}");
            assert!(!found[0].is_fatal() && found[0].to_string().contains(&format!("not for {host}, ")));
        }
    }

    #[test]
    fn what_is_no_certificate_is_told_apart_from_a_file_that_is_no_pem() {
        let pem = b"-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n";
        let nonsense = Chain::read(pem).unwrap();
        assert_eq!(nonsense.flaws(None, SUMMER), [Flaw::Unreadable(Place(0))]);
        assert_eq!(nonsense.end(), None);
        assert!(Chain::read(b"-----BEGIN CERTIFICATE-----\nbm9u").is_err());
        assert!(Chain::read(b"").unwrap().flaws(None, SUMMER).is_empty());
    }
}
