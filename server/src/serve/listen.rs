//! Listeners, their certificate, and the address under which they are reached.

use std::{io, net::SocketAddr, path::Path};

use axum_server::tls_rustls::RustlsConfig;
use tokio::net::TcpListener;
use url::Url;

use crate::{
    serve::{bound::Bound, error::ServeError, unix_socket},
    settings::{Settings, certificate::read_pair, listen_at::ListenAt},
};

/// The address that browsers see: that of the settings or, without one, where the public listener is bound.
pub(crate) fn public_url(settings: &Settings, bound: Option<SocketAddr>) -> Url {
    let scheme = if settings.tls().is_some() { "https" } else { "http" };
    settings.public_url.clone().unwrap_or_else(|| bound_url(scheme, bound))
}

/// The address that a listener is bound to, as a URL; the unspecified address and a unix socket become `localhost`.
fn bound_url(scheme: &str, address: Option<SocketAddr>) -> Url {
    let shown = match address {
        Some(address) if address.ip().is_unspecified() => format!("localhost:{}", address.port()),
        Some(address) => address.to_string(),
        None => "localhost".to_owned(),
    };
    Url::parse(&format!("{scheme}://{shown}")).expect("a socket address makes a URL")
}

/// Where a listener is, as the lines on stdout name it.
pub(super) fn shown(scheme: &str, at: &ListenAt, bound: &Bound) -> io::Result<String> {
    Ok(bound.address()?.map_or_else(|| at.to_string(), |address| format!("{scheme}://{address}")))
}

/// Opens a listener; for a name, at the first of its addresses that this machine can listen on.
pub(super) async fn listen(setting: &'static str, at: &ListenAt) -> Result<Bound, ServeError> {
    let bound = match at {
        ListenAt::Address(address) => TcpListener::bind(address).await.map(Bound::Tcp),
        ListenAt::Name(name, port) => TcpListener::bind((name.as_str(), *port)).await.map(Bound::Tcp),
        ListenAt::Unix(path) => unix_socket::bind(path).map(Bound::unix),
    };
    bound.map_err(|source| ServeError::Listen { setting, at: at.clone(), source })
}

pub(crate) async fn tls(files: Option<(&Path, &Path)>) -> Result<Option<RustlsConfig>, ServeError> {
    let Some((cert, key)) = files else { return Ok(None) };
    // A second call fails because the provider is already installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = async {
        let (cert, key) = read_pair(cert, key).await?;
        RustlsConfig::from_pem(cert, key).await
    };
    config.await.map(Some).map_err(|source| ServeError::Tls {
        cert: cert.to_owned(),
        key: key.to_owned(),
        source,
    })
}
