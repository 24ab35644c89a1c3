//! `latchkey serve`: opens what is needed, listens, and stops in good order.

mod acceptor;
mod admission;
mod announce;
mod bound;
mod certificate;
mod close;
mod connections;
pub(crate) mod error;
pub(crate) mod listen;
mod request_line;
mod requests;
pub(crate) mod signals;
mod stop;
mod stream;
mod tasks;
mod unix_socket;
mod unread;

use std::{
    net::{IpAddr, Ipv4Addr},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use axum_server::Handle;
use domain::time::timestamp;
use service::{Clock, Rules, Service};
use store::Store;
use tokio::sync::watch;
use url::{Position, Url};

use crate::{
    layers::known_hosts::KnownHosts,
    router,
    serve::{
        admission::Admission,
        announce::Announcement,
        bound::Bound,
        certificate::Served,
        error::ServeError,
        listen::{listen, public_url, shown, tls},
        stop::{drain, finished, stop_signal},
        tasks::Tasks,
        unix_socket::SocketFile,
    },
    settings::{
        Settings, data_dir::make_data_dir, exposure::exposures, ineffective::ineffective, network::openings,
    },
    state::{AppState, streams::Streams},
    telemetry::LostLines,
};

/// How long a start waits for a PostgreSQL that is started beside it.
const DATABASE_WITHIN: Duration = Duration::from_mins(1);

/// Where a unix socket counts as bound, so that it answers for this machine's own names.
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// How long requests that are under way may take to finish when the process stops.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until SIGTERM or SIGINT.
pub(crate) async fn serve(settings: Settings, lost_lines: LostLines) -> Result<(), ServeError> {
    // The pages' futures run on this runtime; a second call fails because it is already set.
    let _ = any_spawner::Executor::init_tokio();
    make_data_dir(&settings.data_dir)
        .map_err(|source| ServeError::DataDir { path: settings.data_dir.clone(), source })?;
    let hangups = signals::catch()?;
    let listener = listen("LATCHKEY_LISTEN", &settings.listen).await?;
    let internal = match &settings.internal_listen {
        Some(at) => Some(listen("LATCHKEY_INTERNAL_LISTEN", at).await?),
        None => None,
    };
    let sockets: Vec<_> =
        [Some(&listener), internal.as_ref()].into_iter().flatten().filter_map(Bound::file).collect();
    let tls = tls(settings.tls()).await?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), database = %settings.database_url, "starting");
    // Before anything takes long: a signal that comes during it counts as soon as the server listens.
    let mut stop_signal = pin!(stop_signal()?);
    tokio::select! {
        () = settings.database_url.until_there(DATABASE_WITHIN) => {}
        () = &mut stop_signal => {
            sockets.iter().for_each(SocketFile::remove);
            return Ok(());
        }
    }
    let store = Arc::new(Store::open(&settings.database_url, &settings.vault_key_file).await?);
    warn(&settings);
    let served = tls
        .clone()
        .zip(settings.tls())
        .map(|read| Served::new(read, settings.public_url.clone(), Clock::System));
    if let Some(served) = &served {
        served.warn().await;
    }
    let mut tasks = Tasks::new(store.clone());
    tasks.tell_lost_lines(lost_lines.clone());
    tasks.reload_certificate(hangups, served);

    let scheme = if tls.is_some() { "https" } else { "http" };
    let (address, shown_public) = (listener.address()?, shown(scheme, &settings.listen, &listener)?);
    let public_url = public_url(&settings, address);
    let service = Service::new(store.clone(), Clock::System, rules(&settings, &public_url));
    tell_of_restore(&service, &store).await?;
    let set_up = service.set_up().offer_link().await?;
    let (stop, stopping) = watch::channel(false);
    let open_files = connections::raise_open_files();
    let streams = Streams::new(open_files);
    let proxies = settings.trusted_proxies.clone();
    let public_limits = connections::public_limits(open_files, proxies.clone());
    tasks.follow_and_write(&service);
    tasks.clean_up(&service, settings.keep_activity);
    let lost = lost_lines.count.clone();
    let state = AppState::new(service, public_url.clone(), &settings.realm, proxies, streams, lost, stopping)
        .with_oslc_catalogs(&settings.oslc_catalogs);
    let handle = Handle::new();
    let public_server = tokio::spawn(connections::serve_public(
        listener,
        tls,
        state.is_https(),
        Admission::new(public_limits, state.metrics.listener("public")),
        router::public(
            state.clone(),
            KnownHosts::public(&public_url, address.map_or(LOOPBACK, |address| address.ip())),
        ),
        handle.clone(),
    ));
    let both = settings.internal_listen.as_ref().zip(internal.as_ref());
    let shown_internal = both.map(|(at, bound)| shown("http", at, bound)).transpose()?;
    let draining = state.draining.clone();
    let internal_handle = Handle::new();
    let internal_server = match internal {
        Some(internal) => Some(tokio::spawn(connections::serve_internal(
            internal,
            Admission::new(connections::internal_limits(open_files), state.metrics.listener("internal")),
            router::internal(state, KnownHosts::internal(&public_url, &settings.internal_hosts)),
            internal_handle.clone(),
        ))),
        None => None,
    };

    let set_up_url = set_up.map(|token| {
        format!("{}/set-up?token={}", public_url.as_str().trim_end_matches('/'), token.expose())
    });
    let announcement = Announcement { public: shown_public, internal: shown_internal, set_up_url };
    announcement.print_until(stop_signal, &store).await;

    drain(&draining, settings.drain).await;
    sockets.iter().for_each(SocketFile::remove);
    tracing::info!("stopping: finishing what is under way");
    // An error only means that no receiver is left.
    let _ = stop.send(true);
    handle.graceful_shutdown(Some(GRACE));
    internal_handle.graceful_shutdown(Some(GRACE));
    let public_ended = finished(public_server).await;
    let internal_ended = match internal_server {
        Some(internal_server) => finished(internal_server).await,
        None => Ok(()),
    };
    tasks.shut_down().await;
    close::write_and_close(&store).await;
    lost_lines.tell();
    public_ended?;
    Ok(internal_ended?)
}

/// Says what follows from a restore, if the database was restored since the last start.
async fn tell_of_restore(service: &Service, store: &Store) -> Result<(), ServeError> {
    if let Some(until) = service.begin_after_restore().await? {
        let line = store.activity().latest().await?;
        tracing::warn!(
            until = timestamp(until),
            "the database was restored from a backup: signed requests are refused until then, and accounts, passwords, tokens \
             and keys are as they were at activity line {line}"
        );
    }
    Ok(())
}

/// Logs what works, but should be looked at. `check` reports the same.
fn warn(settings: &Settings) {
    for exposure in exposures(settings) {
        tracing::warn!("{exposure}");
    }
    for setting in ineffective(settings) {
        tracing::warn!("{setting}");
    }
    for opening in openings(settings) {
        tracing::warn!("{opening}");
    }
}

fn rules(settings: &Settings, public_url: &Url) -> Rules {
    Rules {
        clock_skew: settings.clock_skew,
        temporary_credentials_ttl: settings.temporary_credentials_ttl,
        token_ttl: settings.token_ttl,
        signature_methods: settings.signature_methods.clone(),
        allow_plaintext: settings.allow_plaintext,
        key_requests: settings.key_requests,
        require_second_factor: settings.require_second_factor,
        site: public_url[Position::BeforeHost..Position::AfterPort].to_owned(),
        ..Rules::default()
    }
}
