//! `latchkey serve`: opens what is needed, listens, and stops in good order.

mod acceptor;
mod admission;
mod announce;
mod begin;
mod bound;
mod certificate;
mod close;
mod connections;
mod doors;
mod entrance;
pub(crate) mod error;
pub(crate) mod listen;
mod request_line;
mod requests;
pub(crate) mod signals;
mod stop;
mod stream;
mod taking;
mod tasks;
mod unix_socket;
mod unread;
mod waiting;

use std::{
    net::{IpAddr, Ipv4Addr},
    pin::pin,
    time::Duration,
};

use service::Clock;
use tokio::sync::watch;

use crate::{
    layers::{headers::Https, known_hosts::KnownHosts},
    router,
    serve::{
        admission::Admission,
        announce::Announcement,
        begin::Begun,
        certificate::Served,
        doors::{Door, Doors},
        error::ServeError,
        listen::{listen, public_url, shown, tls},
        stop::{drain, stop_signal},
        tasks::Tasks,
        unread::Manner,
    },
    settings::{Settings, data_dir::make_data_dir},
    state::{AppState, metrics::Metrics, streams::Streams},
    telemetry::LostLines,
};

/// Where a unix socket counts as bound, so that it answers for this machine's own names.
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

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
    let tls = tls(settings.tls()).await?;
    // Before anything takes long: a signal that comes during it ends the start.
    let stop_signal = stop_signal()?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), database = %settings.database_url, "starting");
    let scheme = if tls.is_some() { "https" } else { "http" };
    let (address, shown_public) = (listener.address()?, shown(scheme, &settings.listen, &listener)?);
    let both = settings.internal_listen.as_ref().zip(internal.as_ref());
    let shown_internal = both.map(|(at, bound)| shown("http", at, bound)).transpose()?;
    let public_url = public_url(&settings, address);
    let public_hosts = KnownHosts::public(&public_url, address.map_or(LOOPBACK, |address| address.ip()));
    let internal_hosts = KnownHosts::internal(&public_url, &settings.internal_hosts);
    let (metrics, open_files) = (Metrics::new(lost_lines.count.clone()), connections::raise_open_files());
    let proxies = settings.trusted_proxies.clone();
    let public_limits = connections::public_limits(open_files, proxies.clone());
    let is_https = public_url.scheme() == "https";
    let doors = Doors {
        public: Door::public(
            listener,
            tls.clone(),
            Manner::for_browsers(is_https),
            Admission::new(public_limits, metrics.listener("public")),
            waiting::public(public_hosts.clone(), Https(is_https)),
        ),
        internal: internal.map(|internal| {
            let limits = connections::internal_limits(open_files);
            let admission = Admission::new(limits, metrics.listener("internal"));
            let manner = Manner::for_gateways(&settings.realm);
            Door::internal(internal, manner, admission, waiting::internal(internal_hosts.clone()))
        }),
    };
    let mut stopped = pin!(doors.until_one_ends_or(stop_signal));
    // Boxed: a future that runs once must not enlarge its caller's.
    let begun = Box::pin(Begun::unless(stopped.as_mut(), &settings, &public_url)).await?;
    let Some(Begun { store, service, set_up_url }) = begun else {
        doors.remove_files();
        return Ok(doors.close().await?);
    };
    let served =
        tls.zip(settings.tls()).map(|read| Served::new(read, settings.public_url.clone(), Clock::System));
    if let Some(served) = &served {
        served.warn().await;
    }
    let mut tasks = Tasks::new(store.clone());
    tasks.tell_lost_lines(lost_lines.clone());
    tasks.reload_certificate(hangups, served);

    let (stop, stopping) = watch::channel(false);
    let streams = Streams::new(open_files);
    tasks.follow_and_write(&service);
    tasks.clean_up(&service, settings.keep_activity);
    let state =
        AppState::new(service, public_url.clone(), &settings.realm, proxies, streams, metrics, stopping)
            .with_oslc_catalogs(&settings.oslc_catalogs);
    let draining = state.draining.clone();
    doors.public.open(router::public(state.clone(), public_hosts));
    if let Some(internal) = &doors.internal {
        internal.open(router::internal(state, internal_hosts));
    }

    let announcement = Announcement { public: shown_public, internal: shown_internal, set_up_url };
    announcement.print_until(stopped, &store).await;

    // Where a listener has ended, there is nothing to wait for.
    drain(&draining, if doors.are_served() { settings.drain } else { Duration::ZERO }).await;
    doors.remove_files();
    tracing::info!("stopping: finishing what is under way");
    // An error only means that no receiver is left.
    let _ = stop.send(true);
    let ended = doors.close().await;
    tasks.shut_down().await;
    close::write_and_close(&store).await;
    lost_lines.tell();
    Ok(ended?)
}
