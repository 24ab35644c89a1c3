//! The proxies whose word about the client is believed: addresses and networks.

use std::{net::IpAddr, str::FromStr, sync::Arc};

use domain::{Cidr, cidr::NotACidr};

/// Proxies by address and by network. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TrustedProxies(Arc<[Cidr]>);

impl TrustedProxies {
    /// Whether an address is one of them. An IPv4-mapped address is the IPv4 address.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// A text that lists something else than addresses and networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotProxies;

impl FromStr for TrustedProxies {
    type Err = NotProxies;

    /// Reads addresses and networks with commas between; blanks and further commas do not matter.
    fn from_str(text: &str) -> Result<Self, NotProxies> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let networks = parts.map(str::parse::<Cidr>).collect::<Result<_, _>>();
        networks.map(Self).map_err(|NotACidr| NotProxies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusts(text: &str, address: &str) -> bool {
        text.parse::<TrustedProxies>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn an_address_stands_for_itself_and_a_network_for_all_of_its_addresses() {
        for (text, address, trusted) in [
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("10.0.0.0/8", "10.255.1.2", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.1.2.3/8", "10.9.9.9", true),
            ("fd00::/8", "fdff::1", true),
            ("fd00::/8", "fe00::1", false),
            ("2001:db8::7", "2001:db8:0::7", true),
            ("0.0.0.0/0", "203.0.113.7", true),
            ("0.0.0.0/0", "2001:db8::7", false),
            ("::/0", "2001:db8::7", true),
            (" 192.0.2.1 ,, 10.0.0.0/8,", "10.0.0.1", true),
            ("", "127.0.0.1", false),
            (",", "127.0.0.1", false),
        ] {
            assert_eq!(trusts(text, address), trusted, "{text} {address}");
        }
    }

    #[test]
    fn an_ipv4_address_that_is_written_as_ipv6_is_the_ipv4_address() {
        for (text, address, trusted) in [
            ("10.0.0.0/8", "::ffff:10.0.0.1", true),
            ("::ffff:10.0.0.1", "10.0.0.1", true),
            ("::ffff:10.0.0.0/104", "10.255.0.1", true),
            ("::ffff:10.0.0.0/104", "11.0.0.1", false),
            ("::ffff:10.0.0.0/104", "::ffff:10.2.0.1", true),
        ] {
            assert_eq!(trusts(text, address), trusted, "{text} {address}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "proxy",
            "10.0.0.1, proxy",
            "10.0.0.0/33",
            "fd00::/129",
            "10.0.0.0/",
            "10.0.0/8",
            "010.0.0.0/8",
            "10.0.0.0/08",
            "10.0.0.1:80",
            "/8",
            "*",
        ] {
            assert_eq!(text.parse::<TrustedProxies>(), Err(NotProxies), "{text}");
        }
    }
}
