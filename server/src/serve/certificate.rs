//! The certificate and its key, and reading them again while the server runs. What clients object to in it is logged.

use std::{
    io,
    path::{Path, PathBuf},
};

use axum_server::tls_rustls::RustlsConfig;
use domain::time::timestamp;
use service::Clock;
use tokio::signal::unix::Signal;
use url::Url;

use crate::settings::certificate::{Chain, read_pair, read_pem};

/// What the public listener serves HTTPS with.
pub(super) struct Served {
    config: RustlsConfig,
    cert: PathBuf,
    key: PathBuf,
    /// What clients come to, where the settings say it.
    public_url: Option<Url>,
    clock: Clock,
}

impl Served {
    /// The configuration that was read from the files of certificate and key.
    pub(super) fn new(
        (config, (cert, key)): (RustlsConfig, (&Path, &Path)),
        public_url: Option<Url>,
        clock: Clock,
    ) -> Self {
        Self { config, cert: cert.to_owned(), key: key.to_owned(), public_url, clock }
    }

    /// Logs what clients object to.
    pub(super) async fn warn(&self) {
        if let Some(chain) = self.chain().await {
            self.warn_of(&chain);
        }
    }

    fn warn_of(&self, chain: &Chain) {
        for flaw in chain.flaws(self.public_url.as_ref(), self.clock.now()) {
            tracing::warn!(cert = %self.cert.display(), "{flaw}");
        }
    }

    /// Reads both files again; new connections get what they hold.
    async fn reload(&self) -> io::Result<()> {
        let (cert, key) = read_pair(&self.cert, &self.key).await?;
        self.config.reload_from_pem(cert, key).await
    }

    /// The certificates of the file; `None` where it has gone since the configuration was made of it.
    async fn chain(&self) -> Option<Chain> {
        match read_pem(&self.cert).await.and_then(|pem| Chain::read(&pem)) {
            Ok(chain) => Some(chain),
            Err(error) => {
                tracing::warn!(cert = %self.cert.display(), %error, "the certificate cannot be inspected");
                None
            }
        }
    }
}

/// Reads certificate and key again at each SIGHUP. New connections get them; those that are open go on. Never resolves.
pub(super) async fn reload_at(hangups: &mut Signal, served: Option<&Served>) {
    while hangups.recv().await.is_some() {
        let Some(served) = served else {
            tracing::info!(
                "SIGHUP: there is no certificate to read again, since LATCHKEY_TLS_CERT is not set"
            );
            continue;
        };
        let Served { cert, key, .. } = served;
        match served.reload().await {
            Ok(()) => {
                let chain = served.chain().await;
                let ends = chain.as_ref().and_then(Chain::end).map(timestamp);
                tracing::info!(cert = %cert.display(), ends, "SIGHUP: the certificate was read again");
                if let Some(chain) = &chain {
                    served.warn_of(chain);
                }
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
