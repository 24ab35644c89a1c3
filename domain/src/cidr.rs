//! Networks from which a consumer may be used, in CIDR notation.

use std::{fmt, net::IpAddr, str::FromStr};

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};

/// The bits in front of an IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`).
const MAPPED_PREFIX: u8 = 96;

/// A network such as `10.0.0.0/8` or `2001:db8::/32`, or a single address. An address within a network, as in
/// `10.1.2.3/8`, is read as that network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(value_type = String))]
#[serde(try_from = "String", into = "String")]
pub struct Cidr(IpNet);

/// A text that is neither an address nor a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Use networks such as 10.0.0.0/8 or 2001:db8::/32, or single addresses.")]
pub struct NotACidr;

impl Cidr {
    /// Whether an address is within the network. An IPv4-mapped address is the IPv4 address.
    pub fn contains(self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for Cidr {
    type Err = NotACidr;

    fn from_str(text: &str) -> Result<Self, NotACidr> {
        // `IpNet` itself reads numbers with zeros in front, which are octal for some.
        let network = match text.split_once('/') {
            Some((address, prefix)) => {
                let parts = address.parse::<IpAddr>().ok().zip(prefix_length(prefix));
                parts.and_then(|(address, prefix)| IpNet::new(address, prefix).ok())
            }
            None => text.parse::<IpAddr>().ok().map(IpNet::from),
        };
        network.map(|network| Self(canonical(network).trunc())).ok_or(NotACidr)
    }
}

/// The number in front of which no sign and no zero stands.
fn prefix_length(text: &str) -> Option<u8> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| is_plain)
}

/// The IPv4 network that an IPv6 one may stand for.
fn canonical(network: IpNet) -> IpNet {
    match (network.addr().to_canonical(), network.prefix_len().checked_sub(MAPPED_PREFIX), network) {
        (IpAddr::V4(address), Some(prefix), IpNet::V6(_)) => {
            Ipv4Net::new(address, prefix).map_or(network, IpNet::V4)
        }
        _ => network,
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() { self.0.addr().fmt(f) } else { self.0.fmt(f) }
    }
}

impl TryFrom<String> for Cidr {
    type Error = NotACidr;

    fn try_from(text: String) -> Result<Self, NotACidr> {
        text.parse()
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        cidr.to_string()
    }
}

/// Whether a consumer with these networks may be used from an address. Without networks it may be used from anywhere; with
/// them the address must be known.
pub fn admits(networks: &[Cidr], address: Option<IpAddr>) -> bool {
    networks.is_empty()
        || address.is_some_and(|address| networks.iter().any(|network| network.contains(address)))
}

/// Whether `later` admits an address that `before` does not.
pub(crate) fn is_looser(before: &[Cidr], later: &[Cidr]) -> bool {
    if before.is_empty() {
        return false;
    }
    // Two halves that stand side by side hold what the whole does.
    let before = IpNet::aggregate(&before.iter().map(|network| network.0).collect());
    let is_within = |network: &Cidr| before.iter().any(|before| before.contains(&network.0));
    later.is_empty() || !later.iter().all(is_within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidrs(texts: &[&str]) -> Vec<Cidr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn admitted(networks: &[&str], address: &str) -> bool {
        admits(&cidrs(networks), Some(address.parse().unwrap()))
    }

    #[test]
    fn networks_and_addresses_are_read_and_written_in_one_form() {
        for (text, written) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7/32", "203.0.113.7"),
            ("2001:DB8:0::/32", "2001:db8::/32"),
            ("2001:db8::7/128", "2001:db8::7"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::/0", "::/0"),
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("2001:db8::7/32", "2001:db8::/32"),
        ] {
            assert_eq!(text.parse::<Cidr>().map(String::from), Ok(written.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_network_is_rejected() {
        for text in [
            "",
            "10.0.0.0/33",
            "10.0.0/8",
            "10.0.0.0/",
            "010.0.0.0/8",
            "10.0.0.0/08",
            "10.0.0.0/+8",
            "10.0.0.0/-8",
            "10.0.0.0/8/8",
            "localhost",
            "10.0.0.0/8 ",
            "::/129",
            "*",
        ] {
            assert_eq!(text.parse::<Cidr>(), Err(NotACidr), "{text}");
        }
    }

    #[test]
    fn addresses_are_held_against_networks_however_they_are_written() {
        assert!(admitted(&["10.0.0.0/8"], "10.255.0.1"));
        assert!(admitted(&["10.0.0.0/8"], "::ffff:10.0.0.1"));
        assert!(admitted(&["192.0.2.1", "2001:db8::/32"], "2001:db8:1::1"));
        assert!(!admitted(&["10.0.0.0/8", "192.0.2.1"], "192.0.2.2"));
        assert!(!admitted(&["10.0.0.0/8"], "2001:db8::1"));
        assert!(!admitted(&["::/0"], "192.0.2.1"), "IPv4 is not within IPv6");
        assert!(admits(&[], None), "no network bounds nothing");
        assert!(!admits(&cidrs(&["0.0.0.0/0", "::/0"]), None), "an unknown address is in no network");
    }

    #[test]
    fn networks_are_looser_when_one_more_address_is_admitted() {
        for (before, later) in [
            (&["10.0.0.0/8"][..], &[][..]),
            (&["10.0.0.0/8"], &["10.0.0.0/7"]),
            (&["10.0.0.0/8"], &["10.0.0.0/8", "192.0.2.1"]),
            (&["192.0.2.1"], &["192.0.2.2"]),
            (&["0.0.0.0/0"], &["::/0"]),
        ] {
            assert!(is_looser(&cidrs(before), &cidrs(later)), "{before:?} {later:?}");
        }
        for (before, later) in [
            (&[][..], &[][..]),
            (&[], &["10.0.0.0/8"]),
            (&["10.0.0.0/8"], &["10.0.0.0/8"]),
            (&["10.0.0.0/8", "192.0.2.1"], &["10.1.0.0/16"]),
            (&["10.0.0.0/9", "10.128.0.0/9"], &["10.0.0.0/8"]),
        ] {
            assert!(!is_looser(&cidrs(before), &cidrs(later)), "{before:?} {later:?}");
        }
    }
}
