//! Which browser signs in: where it is, what it shows of earlier times, and what it calls itself.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

/// A `User-Agent` is kept up to this many characters: enough to name the browser, and strangers choose it.
const LONGEST_AGENT: usize = 256;

/// A browser that signs in. `Debug` leaves the cookies out.
#[derive(Clone, Copy)]
pub struct Browser<'a> {
    /// The client's address.
    pub address: IpAddr,
    /// The far end of its connection; behind a proxy, where connections are shared, the address with port 0.
    pub connection: SocketAddr,
    /// The session cookie that it has, if any.
    pub session: Option<&'a str>,
    /// The device cookie that it has, if any.
    pub device: Option<&'a str>,
    /// Its `User-Agent`, if it sends one.
    pub agent: Option<&'a str>,
}

impl Browser<'_> {
    /// A browser without cookies, on a connection of its own, that does not say what it is.
    pub fn at(address: IpAddr) -> Self {
        let connection = SocketAddr::new(address, 0);
        Self { address, connection, session: None, device: None, agent: None }
    }

    /// What it calls itself, as it is kept.
    pub(crate) fn bounded_agent(&self) -> Option<String> {
        let bounded = |agent: &str| agent.chars().filter(|c| !c.is_control()).take(LONGEST_AGENT).collect();
        self.agent.map(bounded)
    }
}

impl fmt::Debug for Browser<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser")
            .field("address", &self.address)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_calls_itself_is_bounded_and_has_no_control_characters() {
        let browser = Browser::at(IpAddr::from([192, 0, 2, 1]));
        let kept = |agent: &str| Browser { agent: Some(agent), ..browser }.bounded_agent().unwrap();
        assert_eq!(kept("Mozilla/5.0\r\n\0 (X11)"), "Mozilla/5.0 (X11)");
        assert_eq!(kept(&"\u{e9}".repeat(100_000)).chars().count(), LONGEST_AGENT);
        assert_eq!(browser.bounded_agent(), None);
    }
}
