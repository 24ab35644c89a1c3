//! Which browser signs in: where it is, and what it shows of earlier times.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
};

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
}

impl Browser<'_> {
    /// A browser without cookies, on a connection of its own.
    pub fn at(address: IpAddr) -> Self {
        Self { address, connection: SocketAddr::new(address, 0), session: None, device: None }
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
