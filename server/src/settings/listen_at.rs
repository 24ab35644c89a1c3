//! Where a listener is to be: at an address, a host name with a port, or a unix socket.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs as _},
    path::PathBuf,
    str::FromStr,
};

use domain::host::is_host;

const UNIX: &str = "unix:";

/// Where a listener is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ListenAt {
    Address(SocketAddr),
    /// A host name, which the system resolves, and a port.
    Name(String, u16),
    /// The path of a unix socket.
    Unix(PathBuf),
}

impl ListenAt {
    /// A port of this machine that others cannot reach.
    pub(super) const fn loopback(port: u16) -> Self {
        Self::Address(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
    }

    /// The addresses it stands for; none for a unix socket, or a name that the system does not know now.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        match self {
            Self::Address(address) => vec![*address],
            Self::Name(name, port) => {
                (name.as_str(), *port).to_socket_addrs().map(Iterator::collect).unwrap_or_default()
            }
            Self::Unix(_) => Vec::new(),
        }
    }

    /// Whether only one of both can be listened on, as far as can be seen without asking the system.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Address(one), Self::Address(other)) => {
                let is_all = one.ip().is_unspecified() || other.ip().is_unspecified();
                let is_shared = one.ip() == other.ip() || (is_all && one.is_ipv4() == other.is_ipv4());
                one.port() != 0 && one.port() == other.port() && is_shared
            }
            _ => self == other && self.port() != Some(0),
        }
    }

    /// Its port; `None` for a unix socket.
    pub(crate) fn port(&self) -> Option<u16> {
        match self {
            Self::Address(address) => Some(address.port()),
            Self::Name(_, port) => Some(*port),
            Self::Unix(_) => None,
        }
    }
}

impl fmt::Display for ListenAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Name(name, port) => write!(f, "{name}:{port}"),
            Self::Unix(path) => write!(f, "{UNIX}{}", path.display()),
        }
    }
}

/// A text that is none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotListenAt;

impl FromStr for ListenAt {
    type Err = NotListenAt;

    fn from_str(text: &str) -> Result<Self, NotListenAt> {
        if let Some(path) = text.strip_prefix(UNIX) {
            let is_path = !path.is_empty() && !path.contains('\0');
            return if is_path { Ok(Self::Unix(PathBuf::from(path))) } else { Err(NotListenAt) };
        }
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        let (name, port) = text.rsplit_once(':').ok_or(NotListenAt)?;
        let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        match port.parse() {
            Ok(port) if is_port && is_host(name) => Ok(Self::Name(name.to_owned(), port)),
            _ => Err(NotListenAt),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_a_name_and_a_socket_are_read_and_written_alike() {
        for (text, expected) in [
            ("127.0.0.1:3000", ListenAt::loopback(3000)),
            ("[::1]:0", ListenAt::Address("[::1]:0".parse().unwrap())),
            ("localhost:3000", ListenAt::Name("localhost".to_owned(), 3000)),
            ("keys.corp.example:65535", ListenAt::Name("keys.corp.example".to_owned(), 65535)),
            ("unix:/run/latchkey/public.sock", ListenAt::Unix("/run/latchkey/public.sock".into())),
            ("unix:data/a b.sock", ListenAt::Unix("data/a b.sock".into())),
        ] {
            assert_eq!(text.parse().as_ref(), Ok(&expected), "{text}");
            assert_eq!(expected.to_string(), text);
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "localhost",
            "localhost:",
            "localhost:http",
            "localhost:+80",
            "localhost:65536",
            ":3000",
            "3000",
            "127.0.0.1",
            "127.0.0.1:99999",
            "127.0.0.256:80",
            "::1:3000",
            "http://localhost:3000",
            "my host:3000",
            "unix:",
            "unix:a\0b",
        ] {
            assert_eq!(text.parse::<ListenAt>(), Err(NotListenAt), "{text:?}");
        }
    }

    #[test]
    fn a_name_stands_for_the_addresses_that_the_system_knows() {
        let localhost = "localhost:3000".parse::<ListenAt>().unwrap().addresses();
        assert!(!localhost.is_empty() && localhost.iter().all(|address| address.ip().is_loopback()));
        assert_eq!("unix:a.sock".parse::<ListenAt>().unwrap().addresses(), []);
        assert_eq!("nowhere.invalid:80".parse::<ListenAt>().unwrap().addresses(), []);
    }
}
