//! What a host is: the name of a machine, or its address. URL parsers take more for one, and what is no host ends up in
//! policies and lists, where `;`, `*` and `,` mean something.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The limits of the domain name system, in bytes, without the dot that may end a name.
const LONGEST_NAME: usize = 253;
const LONGEST_LABEL: usize = 63;

/// Whether a text is a host name, an IPv4 address, or an IPv6 address in brackets.
///
/// Names are those of RFC 1123, international ones in their `xn--` form, and what resolvers take beside them: `_`, which is in
/// the names of containers and services, and a dot at the end, which keeps a resolver's search list away. Browsers hold a name
/// with that dot for another origin than the one without, and so does what compares hosts of callbacks.
pub fn is_host(text: &str) -> bool {
    if let Some(inside) = text.strip_prefix('[') {
        return inside.strip_suffix(']').is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    if name.rsplit('.').next().is_some_and(is_number) {
        return text.parse::<Ipv4Addr>().is_ok();
    }
    name.len() <= LONGEST_NAME && name.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=LONGEST_LABEL).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_hosts() {
        for host in [
            "localhost",
            "app.example",
            "App.Example",
            "a",
            "7.example",
            "3com.example",
            "xn--bcher-kva.example",
            "a--b.example",
            "my_app",
            "my_app.my_net",
            "_service.example",
            "a_",
            "app.example.",
            "a.",
            "192.0.2.1",
            "[::1]",
            "[2001:db8::7]",
            "[::ffff:192.0.2.1]",
        ] {
            assert!(is_host(host), "{host}");
        }
        assert!(is_host(&"a".repeat(63)));
        let longest = ["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(61)].join(".");
        assert!(is_host(&longest));
        assert!(is_host(&format!("{longest}.")));
    }

    #[test]
    fn everything_else_is_none() {
        for host in [
            "",
            ".",
            "..",
            "a..",
            ".a",
            "a..b",
            "a-.",
            "-a",
            "a-",
            "a.-b",
            "bücher.example",
            "a b",
            "a\tb",
            "a\n",
            "a/b",
            "a@b",
            "a:80",
            "1",
            "1.2.3",
            "1.2.3.4.5",
            "256.0.0.1",
            "01.2.3.4",
            "a.7",
            "a.7.",
            "192.0.2.1.",
            "::1",
            "[]",
            "[::1",
            "::1]",
            "[1.2.3.4]",
            "[fe80::1%25eth0]",
            "[::1]x",
        ] {
            assert!(!is_host(host), "{host:?}");
        }
        assert!(!is_host(&"a".repeat(64)));
        assert!(!is_host(&["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(62)].join(".")));
    }

    #[test]
    fn no_character_that_means_something_elsewhere_is_part_of_a_host() {
        for character in (0..=0x7f_u8).map(char::from) {
            let is_part = character.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&character);
            assert_eq!(is_host(&format!("a{character}b.example")), is_part, "{character:?}");
            assert!(is_part || !is_host(&character.to_string()), "{character:?}");
        }
    }
}
