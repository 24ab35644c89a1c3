//! What every command on the database works with.

use std::sync::Arc;

use service::{Admin, Clock, Rules, Service, Token};
use store::{Opened, Store};
use url::{Position, Url};

use crate::{
    command::{error::CommandError, terminal::output},
    serve::listen::public_url,
    settings::{Settings, data_dir::make_data_dir},
    wire::password_link::PasswordLink,
};

/// What every command on the database works with.
pub(super) struct Desk {
    store: Arc<Store>,
    pub(super) service: Service,
    pub(super) admin: Admin,
    settings: Settings,
    json: bool,
}

impl Desk {
    /// On a database that exists: a mistyped folder or URL must not become a new database.
    pub(super) async fn open(settings: &Settings, json: bool) -> Result<Self, CommandError> {
        let store = Store::open_made(&settings.database_url, &settings.vault_key_file).await?;
        Ok(Self::on(store, settings, json))
    }

    /// On a database that is made, with its folder and vault key, if there is none.
    pub(super) async fn make(settings: &Settings, json: bool) -> Result<Self, CommandError> {
        let path = &settings.data_dir;
        make_data_dir(path)
            .map_err(|source| CommandError::DataDir { path: path.display().to_string(), source })?;
        let store = Store::open(&settings.database_url, &settings.vault_key_file).await?;
        Ok(Self::on(store, settings, json))
    }

    fn on(mut store: Store, settings: &Settings, json: bool) -> Self {
        let admin = Admin::at_the_command_line(&mut store);
        let store = Arc::new(store);
        let rules = Rules { site: site(settings), ..Rules::default() };
        let service = Service::new(store.clone(), Clock::System, rules);
        Self { store, service, admin, settings: settings.clone(), json }
    }

    /// The link with which a user sets their password; without the server's address where the settings leave it open.
    pub(super) fn password_link(&self, token: &Token) -> PasswordLink {
        PasswordLink::new(known_url(&self.settings).as_ref(), token, self.service.now())
    }

    /// Closes the database, so that it is one file again. A failure loses nothing that was committed.
    pub(super) async fn close(self) {
        if let Err(error) = self.store.close().await {
            tracing::warn!(%error, "the database was not closed in good order");
        }
    }

    /// What opening the database has done to it.
    pub(super) fn opened(&self) -> Opened {
        self.store.opened()
    }

    /// Prints what a change has made of something. Where that cannot be written, the words are the beginning of the error,
    /// so that nobody takes the change for one that failed.
    pub(super) fn report(
        &self,
        value: &impl serde::Serialize,
        words: impl FnOnce() -> String,
    ) -> Result<(), CommandError> {
        let words = words();
        let printed = if self.json { output::print(&output::json(value)) } else { output::print(&words) };
        printed.map_err(|error| error.after(words))
    }

    /// Prints a result that only this output tells, after `output::require` has let the change begin: its text for people, and what was done.
    pub(super) fn hand_over(
        &self,
        value: &impl serde::Serialize,
        words: &str,
        done: impl FnOnce() -> String,
    ) -> Result<(), CommandError> {
        let written = if self.json { output::write(&output::json(value)) } else { output::write(words) };
        written.map_err(|source| CommandError::Untold { done: done(), source })
    }

    /// Prints a result: as JSON for machines, else in words for people.
    pub(super) fn print(
        &self,
        value: &impl serde::Serialize,
        words: impl FnOnce() -> String,
    ) -> Result<(), CommandError> {
        let text = if self.json { output::json(value) } else { words() };
        output::print(&text)
    }
}

/// Host and port of the server that these settings make; empty where only its start picks a port.
pub(super) fn site(settings: &Settings) -> String {
    let url = known_url(settings);
    url.map(|url| url[Position::BeforeHost..Position::AfterPort].to_owned()).unwrap_or_default()
}

/// The address of the server that these settings make; `None` where only its start picks a port.
fn known_url(settings: &Settings) -> Option<Url> {
    let listen = &settings.listen;
    let bound = listen.addresses().into_iter().find(|address| address.port() != 0);
    let is_known = settings.public_url.is_some() || bound.is_some() || listen.port().is_none();
    is_known.then(|| public_url(settings, bound))
}
