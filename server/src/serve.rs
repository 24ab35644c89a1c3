//! `latchkey serve`: opens what is needed, listens, and stops in good order.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum_server::{Handle, tls_rustls::RustlsConfig};
use service::{Clock, Rules, Service, ServiceError};
use store::{Store, StoreError};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};
use url::Url;

use crate::{connections, router, settings::Settings, state::AppState, streams::Streams};

/// How long requests that are under way may take to finish when the process stops.
const GRACE: Duration = Duration::from_secs(10);

/// Why the server did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder cannot be made.
    #[error(
        "The data folder {path} cannot be made: {source}. Make it yourself, or name another one with LATCHKEY_DATA_DIR."
    )]
    DataDir {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A listener cannot be opened.
    #[error(
        "{setting}={address} cannot be listened on: {source}. Is another program using it? Give another address, or port 0 for any."
    )]
    Listen {
        /// The setting that named it.
        setting: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error(
        "LATCHKEY_TLS_CERT={cert} with LATCHKEY_TLS_KEY={key} cannot be used: {source}. Both must be PEM files that belong together."
    )]
    Tls {
        /// `LATCHKEY_TLS_CERT`
        cert: PathBuf,
        /// `LATCHKEY_TLS_KEY`
        key: PathBuf,
        /// What the library said.
        source: io::Error,
    },
    /// The database or the vault key.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The first questions to the database.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The listener failed while serving, or signals cannot be caught.
    #[error("The server cannot go on: {0}.")]
    Io(#[from] io::Error),
}

impl ServeError {
    /// The process's exit code: 2 for settings that cannot work, 1 for the rest.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::DataDir { .. } | Self::Listen { .. } | Self::Tls { .. } => 2,
            Self::Store(_) | Self::Service(_) | Self::Io(_) => 1,
        }
    }
}

/// Serves until SIGTERM or SIGINT.
pub async fn serve(settings: Settings) -> Result<(), ServeError> {
    // The pages' futures run on this runtime; a second call finds that it was set already.
    let _ = any_spawner::Executor::init_tokio();
    crate::command::make_data_dir(&settings.data_dir)
        .map_err(|source| ServeError::DataDir { path: settings.data_dir.clone(), source })?;
    let listener = listen("LATCHKEY_LISTEN", settings.listen).await?;
    let internal = match settings.internal_listen {
        Some(address) => Some(listen("LATCHKEY_INTERNAL_LISTEN", address).await?),
        None => None,
    };
    let tls = tls(settings.tls.as_ref()).await?;
    let store = Arc::new(Store::open(&settings.database, &settings.vault_key_file).await?);

    let scheme = if tls.is_some() { "https" } else { "http" };
    let address = listener.local_addr()?;
    let public_url = settings.public_url.clone().unwrap_or_else(|| bound_url(scheme, address));
    let rules = Rules {
        clock_skew: settings.clock_skew,
        temporary_credentials_ttl: settings.temporary_credentials_ttl,
        token_ttl: settings.token_ttl,
        // Over http everybody on the way could read the secrets.
        allow_plaintext: settings.allow_plaintext && public_url.scheme() == "https",
    };
    let service = Service::new(store.clone(), Clock::System, rules);
    if let Some(until) = service.begin_after_restore().await? {
        tracing::warn!(%until, "the database was restored from a backup: signed requests are refused until then");
    }
    let set_up = service.offer_set_up().await?;
    let (stop, stopping) = watch::channel(false);
    let streams = Streams::new(connections::allow_many());
    let proxies = settings.trusted_proxies.clone();
    let state = AppState::new(service, public_url.clone(), &settings.realm, proxies, streams, stopping);
    let feed = tokio::spawn({
        let store = store.clone();
        async move { store.follow().await }
    });
    let uses = tokio::spawn({
        let store = store.clone();
        async move { store.keep_writing_uses().await }
    });
    let handle = Handle::new();
    let public_server = tokio::spawn(connections::serve_public(
        listener.into_std()?,
        tls,
        router::public(state.clone()),
        handle.clone(),
    ));
    let internal_address = internal.as_ref().map(TcpListener::local_addr).transpose()?;
    let internal_handle = Handle::new();
    let internal_server = match internal {
        Some(internal) => Some(tokio::spawn(connections::serve_internal(
            internal.into_std()?,
            router::internal(state),
            internal_handle.clone(),
        ))),
        None => None,
    };

    // Whoever reads that it listens may stop it at once.
    let told_to_stop = told_to_stop()?;
    println!("listening on {scheme}://{address}");
    if let Some(address) = internal_address {
        println!("internal listener on http://{address}");
    }
    if let Some(token) = set_up {
        println!("set up at {}/set-up?token={}", public_url.as_str().trim_end_matches('/'), token.expose());
    }

    told_to_stop.await;
    tracing::info!("stopping: finishing what is under way");
    // Nobody listening to it any more is no error.
    let _ = stop.send(true);
    handle.graceful_shutdown(Some(GRACE));
    internal_handle.graceful_shutdown(Some(GRACE));
    finished(public_server).await?;
    if let Some(internal_server) = internal_server {
        finished(internal_server).await?;
    }
    uses.abort();
    store.write_uses().await?;
    feed.abort();
    Ok(())
}

/// The address that a listener is bound to, as a URL; every address at once is told as this machine's own name.
fn bound_url(scheme: &str, address: SocketAddr) -> Url {
    let shown = if address.ip().is_unspecified() {
        format!("localhost:{}", address.port())
    } else {
        address.to_string()
    };
    Url::parse(&format!("{scheme}://{shown}")).expect("a socket address makes a URL")
}

async fn listen(setting: &'static str, address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| ServeError::Listen { setting, address, source })
}

pub(crate) async fn tls(files: Option<&(PathBuf, PathBuf)>) -> Result<Option<RustlsConfig>, ServeError> {
    let Some((cert, key)) = files else { return Ok(None) };
    // A second call finds the provider that the first one installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = RustlsConfig::from_pem_file(cert, key).await;
    config.map(Some).map_err(|source| ServeError::Tls { cert: cert.clone(), key: key.clone(), source })
}

async fn finished(server: tokio::task::JoinHandle<io::Result<()>>) -> io::Result<()> {
    server.await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

/// From here on a signal to stop is noted; what is given waits for one.
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
