//! The second step of signing in: a code of the second factor, a recovery code, or a passkey.

use std::time::Duration;

use domain::{Actor, Username};
use store::{Account, CodeCheck, SignInStep, activity::By};

use crate::{
    accounts::{
        lanes::Passage,
        proof::Factor,
        sign_in::{Begun, TOO_MANY},
    },
    error::ServiceError,
    guard::{
        admin::Sessions,
        browser::Browser,
        one_time_codes::{TypedCode, recovery_code_hash, step_of},
        token::{self, Token},
    },
};

/// The code has to come this long after the password.
pub const STEP_LIFE: Duration = Duration::from_mins(5);

/// Why a code is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    /// The code is wrong, or was accepted before.
    #[error("This code is wrong, or it was used already. Wait for the next one, or enter a recovery code.")]
    Wrong,
    /// A browser's answer with a passkey is not right.
    #[error("This passkey was not accepted. Try again, or enter a code.")]
    WrongPasskey,
    /// A browser's answer came too late, or twice.
    #[error("The passkey took over five minutes, or was used already. Try again, or enter a code.")]
    PasskeyTooLate,
    /// Too many codes were wrong. Holds how long no other is looked at.
    #[error(
        "Too many wrong codes were entered for this account. Wait 15 minutes, or enter one of your recovery codes."
    )]
    TooManyWrong(Duration),
    /// Too many others are signing in; the code was not looked at. Holds how long to stay away.
    #[error("{TOO_MANY}")]
    TooMany(Duration),
    /// The check itself failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why the second step did not sign in.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The step is unknown, used or too old, or the account was changed since the password was checked.
    #[error(
        "It took too long, or your account was changed in the meantime. Enter your username and password again."
    )]
    StartOver,
    /// The code of this user is not accepted.
    #[error("{1}")]
    Refused(Username, CodeError),
    /// The check itself failed.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Sessions<'_> {
    /// Remembers that the account's password was right, and whether it is too short for an administrator; returns the token
    /// with which the code has to come.
    pub(crate) async fn ask_for_code(
        self,
        account: &Account,
        short_password: bool,
    ) -> Result<Token, ServiceError> {
        let token = Token::new();
        let now = self.0.clock.now();
        let steps = self.0.store.sign_in_steps();
        steps.insert(&token.hash(), account, short_password, now, now - STEP_LIFE).await?;
        Ok(token)
    }

    /// The step of this hash, of an account that has a second factor still.
    pub(super) async fn step(self, hash: &[u8]) -> Result<Option<SignInStep>, ServiceError> {
        let made_after = self.0.clock.now() - STEP_LIFE;
        let found = self.0.store.sign_in_steps().find(hash, made_after).await?;
        Ok(found.filter(|step| step.account.user.second_factor))
    }

    /// Verifies the proof for a step that `sign_in` began, once, and starts the session. The browser's earlier session, if
    /// any, ends.
    pub async fn enter_code(
        self,
        step: &str,
        proof: Factor<'_>,
        browser: &Browser<'_>,
    ) -> Result<Begun, StepError> {
        let hash = token::hash(step);
        let SignInStep { account, short_password } = self.step(&hash).await?.ok_or(StepError::StartOver)?;
        let refused = |error| match error {
            CodeError::Service(error) => StepError::Service(error),
            error @ (CodeError::Wrong
            | CodeError::WrongPasskey
            | CodeError::PasskeyTooLate
            | CodeError::TooManyWrong(_)
            | CodeError::TooMany(_)) => StepError::Refused(account.user.username.clone(), error),
        };
        let passage = self.passage_for_code(&account, browser).await.map_err(refused)?;
        let check = self.check_code(&account, proof, Some(&hash[..]), browser).await?;
        if check == CodeCheck::StepGone {
            return Err(StepError::StartOver);
        }
        let passage = self.passed(check, proof, &account, passage, browser).await.map_err(refused)?;
        self.0.wrong_passwords().was_right(passage, &account).await?;
        self.begin(&account, short_password, browser).await?.ok_or(StepError::StartOver)
    }

    async fn passage_for_code(self, account: &Account, browser: &Browser<'_>) -> Result<Passage, CodeError> {
        let wrong = self.0.wrong_passwords();
        if let Some(passage) = wrong.of_known(account, browser).await? {
            return Ok(passage);
        }
        let passage = wrong.of_stranger(&account.user.username.folded(), browser).await?;
        passage.map_err(CodeError::TooMany)
    }

    /// Verifies a code outside of a sign-in and uses it up. Wrong ones are counted as wrong passwords are, and too many stop the
    /// account's codes, but not its recovery codes.
    pub(super) async fn prove_code(
        self,
        account: &Account,
        proof: Factor<'_>,
        passage: Passage,
        browser: &Browser<'_>,
    ) -> Result<Passage, CodeError> {
        let check = self.check_code(account, proof, None, browser).await?;
        self.passed(check, proof, account, passage, browser).await
    }

    /// What a code that was checked means for the attempt.
    async fn passed(
        self,
        check: CodeCheck,
        proof: Factor<'_>,
        account: &Account,
        passage: Passage,
        browser: &Browser<'_>,
    ) -> Result<Passage, CodeError> {
        match check {
            CodeCheck::Right => Ok(passage),
            CodeCheck::TooManyWrong(wait) => Err(CodeError::TooManyWrong(wait)),
            // It may be right: only its question is gone. It opens nothing, and guesses nothing.
            CodeCheck::QuestionGone => Err(CodeError::PasskeyTooLate),
            CodeCheck::Wrong | CodeCheck::StepGone => {
                let folded = account.user.username.folded();
                self.0.wrong_passwords().was_wrong(passage, &folded, Some(account), browser).await?;
                Err(match proof {
                    Factor::Code(_) => CodeError::Wrong,
                    Factor::Passkey { .. } => CodeError::WrongPasskey,
                })
            }
        }
    }

    /// Looks at a code or a passkey, and uses it up if it is right; in the step of a sign-in, only together with that.
    async fn check_code(
        self,
        account: &Account,
        proof: Factor<'_>,
        step: Option<&[u8]>,
        browser: &Browser<'_>,
    ) -> Result<CodeCheck, ServiceError> {
        let factor = self.0.store.second_factor(account.id);
        let factor = step.map_or(factor, |step| factor.in_step(step));
        let code = match proof {
            Factor::Code(code) => code,
            Factor::Passkey { challenge, answer } => {
                return self.check_passkey(account, factor, challenge, answer).await;
            }
        };
        let now = self.0.clock.now();
        Ok(match TypedCode::parse(code) {
            Some(TypedCode::Totp(code)) => {
                let step = factor.secret().await?.and_then(|secret| step_of(&secret, &code, now));
                factor.use_step(step, now).await?
            }
            Some(TypedCode::Recovery(code)) => {
                let actor = Actor::User(account.user.username.clone());
                let by = By { actor, address: Some(browser.address.to_string()), at: now, reason: None };
                factor.use_recovery_code(&recovery_code_hash(account.id, &code), by).await?
            }
            None => CodeCheck::Wrong,
        })
    }
}
