//! What rests on the database: opened while both listeners answer already, and closed whole where a stop comes first.

use std::{pin::pin, sync::Arc, time::Duration};

use domain::time::timestamp;
use service::{Clock, RelyingParty, Rules, Service};
use store::Store;
use tokio::time::timeout;
use url::{Position, Url};

use crate::{
    serve::{close::write_and_close, error::ServeError},
    settings::{Settings, exposure::exposures, ineffective::ineffective, network::openings},
};

/// How long a start waits for a PostgreSQL that is started beside it.
const DATABASE_WITHIN: Duration = Duration::from_mins(1);

/// How long a stop waits for a database that is being opened: longer than another process may keep SQLite's locked.
const OPEN_WITHIN: Duration = Duration::from_secs(10);

const STOPPING: &str = "stopping before the database was open";

/// What rests on the database.
pub(super) struct Begun {
    pub(super) store: Arc<Store>,
    pub(super) service: Service,
    pub(super) set_up_url: Option<String>,
}

impl Begun {
    /// Waits until the database is there and free, and opens it. `None` where a stop comes first.
    pub(super) async fn unless(
        stop: impl Future<Output = ()>,
        settings: &Settings,
        public_url: &Url,
    ) -> Result<Option<Self>, ServeError> {
        let mut stop = pin!(stop);
        tokio::select! {
            // SQLite's is there at once, and what a killed server left is folded in whatever comes.
            biased;
            () = settings.database_url.until_there(DATABASE_WITHIN) => {}
            () = &mut stop => {
                tracing::info!("{STOPPING}");
                return Ok(None);
            }
        }
        let mut opening = pin!(Self::open(settings, public_url));
        tokio::select! {
            begun = &mut opening => return begun.map(Some),
            () = &mut stop => tracing::info!("{STOPPING}"),
        }
        // Dropped in the middle it would leave what a killed process leaves: a log beside SQLite's file.
        match timeout(OPEN_WITHIN, opening).await {
            Ok(Ok(begun)) => write_and_close(&begun.store).await,
            Ok(Err(error)) => tracing::warn!(%error, "the database could not be opened"),
            Err(_) => tracing::warn!("the database was not open within {OPEN_WITHIN:?}; nothing is lost"),
        }
        Ok(None)
    }

    async fn open(settings: &Settings, public_url: &Url) -> Result<Self, ServeError> {
        let store = Arc::new(Store::open(&settings.database_url, &settings.vault_key_file).await?);
        match Self::on(store.clone(), settings, public_url).await {
            Ok(begun) => Ok(begun),
            Err(error) => {
                write_and_close(&store).await;
                Err(error)
            }
        }
    }

    async fn on(store: Arc<Store>, settings: &Settings, public_url: &Url) -> Result<Self, ServeError> {
        warn(settings);
        let service = Service::new(store.clone(), Clock::System, rules(settings, public_url));
        tell_of_restore(&service, &store).await?;
        let set_up_url = service.set_up().offer_link().await?.map(|token| {
            format!("{}/set-up?token={}", public_url.as_str().trim_end_matches('/'), token.expose())
        });
        Ok(Self { store, service, set_up_url })
    }
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
        relying_party: RelyingParty::at(public_url),
        site: public_url[Position::BeforeHost..Position::AfterPort].to_owned(),
        ..Rules::default()
    }
}
