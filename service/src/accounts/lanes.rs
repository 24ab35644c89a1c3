//! Which lane an attempt takes, that of known browsers or the queue of strangers, and what its end means there.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use store::Account;

use crate::{
    accounts::slow_down::WrongPasswords,
    error::ServiceError,
    guard::{admin::SignedIn, browser::Browser, known::Place, turns::Turn},
};

/// Lets a password, and then a code, be checked.
#[derive(Debug)]
pub(crate) enum Passage {
    /// In the lane of known browsers.
    Known {
        /// Held while the attempt runs.
        _place: Place,
        /// Whose wrong passwords are counted.
        device: String,
    },
    /// Through the queue of strangers.
    Stranger(Turn),
}

impl Passage {
    /// The password was right, and a code has to follow: so far nothing speaks against the attempt, and nothing is
    /// forgotten.
    pub(crate) fn goes_on(self) {
        match self {
            Self::Known { .. } => {}
            Self::Stranger(turn) => turn.goes_on(),
        }
    }
}

impl WrongPasswords<'_> {
    /// A passage for a browser that the account has signed in from; `None` for others, and where it has sent too many
    /// wrong passwords.
    pub(crate) async fn of_known(
        self,
        account: &Account,
        browser: &Browser<'_>,
    ) -> Result<Option<Passage>, ServiceError> {
        match self.device(account, browser) {
            Some(device) => self.of_device(account, device).await,
            None => Ok(None),
        }
    }

    /// A passage for a browser that is signed in: its session shows as much as a device cookie. `None` where it has sent
    /// too many wrong passwords.
    pub(crate) async fn of_signed_in(
        self,
        account: &Account,
        signed_in: &SignedIn,
    ) -> Result<Option<Passage>, ServiceError> {
        let device = format!("session {}", URL_SAFE_NO_PAD.encode(signed_in.session()));
        self.of_device(account, device).await
    }

    async fn of_device(self, account: &Account, device: String) -> Result<Option<Passage>, ServiceError> {
        let place = self.place(account, &device).await?;
        Ok(place.map(|place| Passage::Known { _place: place, device }))
    }

    /// Waits for a stranger's passage; the inner error is how long to stay away.
    pub(crate) async fn of_stranger(
        self,
        folded: &str,
        browser: &Browser<'_>,
    ) -> Result<Result<Passage, Duration>, ServiceError> {
        Ok(self.turn(folded, browser).await?.map(Passage::Stranger))
    }

    /// The password or the code was wrong; it is also counted for the account's user, if there is one.
    pub(crate) async fn was_wrong(
        self,
        passage: Passage,
        folded: &str,
        account: Option<&Account>,
        browser: &Browser<'_>,
    ) -> Result<(), ServiceError> {
        match passage {
            Passage::Known { device, .. } => self.add_of_device(&device, folded, account, browser).await?,
            Passage::Stranger(turn) => turn.was_wrong(self.add(folded, account, browser).await?),
        }
        Ok(())
    }

    /// Everything was right: the wrong ones of the account, and of the known browser, are forgotten.
    pub(crate) async fn was_right(self, passage: Passage, account: &Account) -> Result<(), ServiceError> {
        let folded = account.user.username.folded();
        match passage {
            Passage::Known { device, .. } => self.reset(&folded, Some(&device)).await?,
            Passage::Stranger(turn) => {
                self.reset(&folded, None).await?;
                turn.was_right();
            }
        }
        Ok(())
    }
}
