//! Passkeys of a user's own account. They stand beside the authenticator app, so that signing in never depends on a script;
//! each answers in place of a code.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::details;
use store::{MOST_PASSKEYS, PasskeyAdded};

use crate::{
    accounts::{proof::PasskeyQuestion, second_factor::SecondFactor},
    error::ServiceError,
    guard::token,
};

impl SecondFactor<'_> {
    /// Asks the browser for a new passkey of this name. Needs a fresh sign-in, and a second factor that is set up.
    pub async fn begin_passkey(self, name: &str) -> Result<PasskeyQuestion, ServiceError> {
        self.require_fresh()?;
        let invalid = |error: &dyn ToString| ServiceError::invalid("name", &error.to_string());
        let name = details::line(name).map_err(|error| invalid(&error))?;
        let name = name.ok_or_else(|| invalid(&"Give the passkey a name, to know it again."))?;
        if !self.signed_in.user().second_factor {
            return Err(invalid(&"Set up an authenticator app first."));
        }
        let party = self.service.rules.relying_party.as_ref();
        let party = party.ok_or_else(|| invalid(&"This server's address has no passkeys."))?;
        let own = self.stored().passkeys().await?;
        if u64::try_from(own.len()).is_ok_and(|there| there >= MOST_PASSKEYS) {
            return Err(too_many());
        }
        let asked = party.ask_for_new(&self.signed_in.user().username, name, &own);
        let (ceremony, options) = asked.ok_or_else(|| invalid(&"No passkey can be asked for now."))?;
        self.service.ask(self.stored(), &ceremony, options).await
    }

    /// Adds the passkey that a browser has made for a question.
    pub async fn add_passkey(self, challenge: &str, answer: &str) -> Result<(), ServiceError> {
        let invalid = |error: &str| ServiceError::invalid("name", &error);
        let again = "It took over five minutes, or was answered already. Press Add a passkey again.";
        let party = self.service.rules.relying_party.as_ref().ok_or_else(|| invalid(again))?;
        let asked = self.service.asked(self.stored(), challenge).await?.ok_or_else(|| invalid(again))?;
        let new = party.added(asked, answer);
        let new = new.ok_or_else(|| {
            invalid("The browser's answer is not right, so no passkey was added. Press Add a passkey again.")
        })?;
        let by = self.signed_in.by(self.service.clock.now());
        match self.stored().add_passkey(&token::hash(challenge), new, by).await? {
            PasskeyAdded::Added => Ok(()),
            PasskeyAdded::Gone => Err(invalid(again)),
            PasskeyAdded::Taken => Err(invalid("This passkey is registered already.")),
            PasskeyAdded::TooMany => Err(too_many()),
        }
    }

    /// Removes a passkey. Needs a fresh sign-in. Idempotent.
    pub async fn remove_passkey(self, id: &str) -> Result<(), ServiceError> {
        self.require_fresh()?;
        let Ok(id) = URL_SAFE_NO_PAD.decode(id) else { return Ok(()) };
        let by = self.signed_in.by(self.service.clock.now());
        self.stored().remove_passkey(&id, by).await?;
        Ok(())
    }

    /// Asks for one of the user's passkeys; `None` without any.
    pub async fn ask_passkey(self) -> Option<PasskeyQuestion> {
        self.service.ask_passkey(self.stored()).await
    }
}

fn too_many() -> ServiceError {
    let words = format!("There are {MOST_PASSKEYS} passkeys, which is the most. Remove one first.");
    ServiceError::invalid("name", &words)
}
