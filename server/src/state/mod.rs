//! Where the parts meet: what every handler shares.

pub(crate) mod connections;
pub(crate) mod denials;
pub(crate) mod metrics;
pub(crate) mod reports;
pub(crate) mod streams;

use std::sync::{Arc, Mutex, atomic::AtomicBool};

use app::Site;
use service::Service;
use tokio::sync::watch;
use url::Url;

use crate::{
    assets,
    settings::{oslc::OslcCatalog, proxies::TrustedProxies},
    state::{denials::Denials, metrics::Metrics, reports::Reports, streams::Streams},
};

/// Shared by every handler. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct AppState {
    pub(crate) service: Service,
    pub(crate) site: Site,
    pub(crate) public_url: Arc<Url>,
    /// What the base string URI of every request of ours begins with: the public URL, whatever `Host` says.
    pub(crate) base_uri: Arc<str>,
    /// The realm of challenges.
    pub(crate) realm: Arc<str>,
    /// The catalogs of service providers that root services lead to.
    pub(crate) oslc_catalogs: Arc<[OslcCatalog]>,
    pub(crate) metrics: Metrics,
    pub(crate) denials: Arc<Mutex<Denials>>,
    /// What the log said of gateways.
    pub(crate) reports: Arc<Mutex<Reports>>,
    pub(crate) streams: Streams,
    pub(crate) trusted_proxies: TrustedProxies,
    /// True from the first signal to stop on, though requests are still answered for a while.
    pub(crate) draining: Arc<AtomicBool>,
    /// Turns true when the process is about to end; event streams end with it.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl AppState {
    pub(crate) fn new(
        service: Service,
        public_url: Url,
        realm: &str,
        trusted_proxies: TrustedProxies,
        streams: Streams,
        metrics: Metrics,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        let site = Site {
            prefix: public_url.path().trim_end_matches('/').to_owned(),
            script: assets::SCRIPT,
            wasm: assets::WASM,
            style: assets::STYLE,
            icon: assets::ICON,
        };
        let (base_uri, _) =
            oauth::base_string_uri(public_url.as_str()).expect("the settings take nothing but an http URL");
        let base_uri = String::from_utf8(base_uri).expect("a parsed URL is ASCII");
        Self {
            service,
            site,
            base_uri: base_uri.trim_end_matches('/').into(),
            realm: realm.into(),
            oslc_catalogs: Arc::default(),
            metrics,
            denials: Arc::default(),
            reports: Arc::default(),
            streams,
            public_url: Arc::new(public_url),
            trusted_proxies,
            draining: Arc::default(),
            stopping,
        }
    }

    /// Root services lead to these catalogs, too.
    pub(crate) fn with_oslc_catalogs(self, catalogs: &[OslcCatalog]) -> Self {
        Self { oslc_catalogs: catalogs.into(), ..self }
    }

    /// Whether browsers reach us by https: cookies are `Secure` then, and HSTS is on.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// An address on this server, as links and redirects need it.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.site.prefix)
    }

    /// A path without the public URL's prefix, which links of ours have, gateways may strip, and routers do.
    pub(crate) fn inside<'a>(&self, path: &'a str) -> &'a str {
        path.strip_prefix(&*self.site.prefix).filter(|rest| rest.starts_with('/')).unwrap_or(path)
    }
}
