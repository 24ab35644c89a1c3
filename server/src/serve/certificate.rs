//! The certificate and its key, and reading them again while the server runs.

use std::path::{Path, PathBuf};

use axum_server::tls_rustls::RustlsConfig;
use domain::time::timestamp;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use time::OffsetDateTime;
use tokio::signal::unix::Signal;
use x509_cert::{Certificate, der::Decode as _};

/// What the public listener serves HTTPS with.
pub(super) struct Served {
    config: RustlsConfig,
    cert: PathBuf,
    key: PathBuf,
}

impl Served {
    /// The configuration that was read from the files of certificate and key.
    pub(super) fn new((config, (cert, key)): (RustlsConfig, (&Path, &Path))) -> Self {
        Self { config, cert: cert.to_owned(), key: key.to_owned() }
    }
}

/// Reads certificate and key again at each SIGHUP. New connections get them; those that are open go on. Never resolves.
pub(super) async fn reload_at(hangups: &mut Signal, served: Option<&Served>) {
    while hangups.recv().await.is_some() {
        let Some(Served { config, cert, key }) = served else {
            tracing::info!(
                "SIGHUP: there is no certificate to read again, since LATCHKEY_TLS_CERT is not set"
            );
            continue;
        };
        match config.reload_from_pem_file(cert, key).await {
            Ok(()) => {
                let ends = end(cert).await;
                tracing::info!(cert = %cert.display(), ends, "SIGHUP: the certificate was read again");
            }
            Err(error) => tracing::error!(
                cert = %cert.display(),
                key = %key.display(),
                %error,
                "SIGHUP: the certificate cannot be used, and the one before stays: put PEM files that belong together in their place and send SIGHUP again"
            ),
        }
    }
}

/// When the first certificate of a file ends.
async fn end(cert: &Path) -> Option<String> {
    let pem = tokio::fs::read(cert).await.ok()?;
    let der = CertificateDer::pem_slice_iter(&pem).next()?.ok()?;
    let certificate = Certificate::from_der(&der).ok()?;
    let end = certificate.tbs_certificate().validity().not_after.to_system_time();
    Some(timestamp(OffsetDateTime::from(end)))
}
