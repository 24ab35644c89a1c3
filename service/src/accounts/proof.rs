//! What proves a second factor: a code, or a browser's answer with a passkey to what it is asked.

use std::time::Duration;

use store::{Account, CodeCheck, SecondFactors};

use crate::{
    error::ServiceError,
    guard::{
        admin::Sessions,
        relying_party::Ceremony,
        token::{self, Token},
    },
    service::Service,
};

/// A browser has to answer within this time, which is as long as it gives its user.
const CHALLENGE_LIFE: Duration = Duration::from_mins(5);

/// What a browser is asked to do with a passkey.
#[derive(Clone, Debug)]
pub struct PasskeyQuestion {
    /// The answer has to come with it.
    pub challenge: Token,
    /// The options for the browser's `navigator.credentials`, as JSON: no secret.
    pub options: String,
}

/// What proves a second factor.
#[derive(Clone, Copy)]
pub enum Factor<'a> {
    /// A code of the app, or a recovery code, as it was typed.
    Code(&'a str),
    /// A browser's answer to a question.
    Passkey {
        /// The question's token.
        challenge: &'a str,
        /// The answer, as JSON.
        answer: &'a str,
    },
}

impl Sessions<'_> {
    /// Asks for one of the passkeys of the account of a sign-in that waits for its code; `None` without any.
    pub async fn ask_passkey(self, step: &str) -> Option<PasskeyQuestion> {
        let asked = async {
            let Some(step) = self.step(&token::hash(step)).await? else { return Ok(None) };
            self.0.try_ask_passkey(self.0.store.second_factor(step.account.id)).await
        };
        or_codes(asked.await)
    }

    /// Verifies a browser's answer, and uses its question up; in the step of a sign-in, only together with that.
    pub(super) async fn check_passkey(
        self,
        account: &Account,
        factor: SecondFactors<'_>,
        challenge: &str,
        answer: &str,
    ) -> Result<CodeCheck, ServiceError> {
        let asked = self.0.asked(factor, challenge).await?;
        let (Some(party), Some(asked)) = (self.0.rules.relying_party.as_ref(), asked) else {
            return Ok(CodeCheck::QuestionGone);
        };
        let own = self.0.store.second_factor(account.id).passkeys().await?;
        let Some(used) = party.used(&asked, answer, &own) else { return Ok(CodeCheck::Wrong) };
        Ok(factor.use_passkey(&token::hash(challenge), used, self.0.clock.now()).await?)
    }
}

impl Service {
    /// Whether this server's address has passkeys.
    pub fn has_passkeys(&self) -> bool {
        self.rules.relying_party.is_some()
    }

    /// Asks for one of an account's passkeys; `None` without any.
    pub(super) async fn ask_passkey(&self, factor: SecondFactors<'_>) -> Option<PasskeyQuestion> {
        or_codes(self.try_ask_passkey(factor).await)
    }

    async fn try_ask_passkey(
        &self,
        factor: SecondFactors<'_>,
    ) -> Result<Option<PasskeyQuestion>, ServiceError> {
        let Some(party) = &self.rules.relying_party else { return Ok(None) };
        match party.ask_for_use(&factor.passkeys().await?) {
            Some((ceremony, options)) => self.ask(factor, &ceremony, options).await.map(Some),
            None => Ok(None),
        }
    }

    /// Stores a question, and makes the token that its answer has to come with.
    pub(super) async fn ask(
        &self,
        factor: SecondFactors<'_>,
        ceremony: &Ceremony,
        options: String,
    ) -> Result<PasskeyQuestion, ServiceError> {
        let challenge = Token::new();
        let now = self.clock.now();
        factor.challenge(&challenge.hash(), ceremony.to_json(), now, now - CHALLENGE_LIFE).await?;
        Ok(PasskeyQuestion { challenge, options })
    }

    /// What was asked, if it waits for an answer.
    pub(super) async fn asked(
        &self,
        factor: SecondFactors<'_>,
        challenge: &str,
    ) -> Result<Option<Ceremony>, ServiceError> {
        let made_after = self.clock.now() - CHALLENGE_LIFE;
        let ceremony = factor.challenged(&token::hash(challenge), made_after).await?;
        // What a later version stored is a question that this one did not ask.
        Ok(ceremony.and_then(|ceremony| serde_json::from_str(&ceremony).ok()))
    }
}

/// Where no passkey can be asked for, codes sign in.
fn or_codes(asked: Result<Option<PasskeyQuestion>, ServiceError>) -> Option<PasskeyQuestion> {
    asked.unwrap_or_else(|error| {
        tracing::warn!(error = %error.cause(), "no passkey could be asked for; codes sign in");
        None
    })
}
