//! Listeners, their certificate, and the address under which they are reached.

use std::{net::SocketAddr, path::Path};

use axum_server::tls_rustls::RustlsConfig;
use tokio::net::TcpListener;
use url::Url;

use crate::serve::error::ServeError;

/// The address that a listener is bound to, as a URL; the unspecified address becomes `localhost`.
pub(super) fn bound_url(scheme: &str, address: SocketAddr) -> Url {
    let shown = if address.ip().is_unspecified() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    };
    Url::parse(&format!("{scheme}://{shown}")).expect("a socket address makes a URL")
}

pub(super) async fn listen(setting: &'static str, address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| ServeError::Listen { setting, address, source })
}

pub(crate) async fn tls(files: Option<(&Path, &Path)>) -> Result<Option<RustlsConfig>, ServeError> {
    let Some((cert, key)) = files else { return Ok(None) };
    // A second call fails because the provider is already installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = RustlsConfig::from_pem_file(cert, key).await;
    config.map(Some).map_err(|source| ServeError::Tls { cert: cert.to_owned(), key: key.to_owned(), source })
}
