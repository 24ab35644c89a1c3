//! argon2id, off the async threads and bounded in number, since each run takes 19 MiB and a core.

use std::{fmt, sync::Arc};

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use domain::Password;
use tokio::sync::Semaphore;

/// Hashes and checks passwords with argon2id (m = 19 MiB, t = 2, p = 1, as OWASP advises).
#[derive(Clone)]
pub(crate) struct Passwords {
    permits: Arc<Semaphore>,
    /// Stands in for the hash of a user who does not exist, so that the time tells nothing.
    nobody: Arc<str>,
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

impl Passwords {
    pub(crate) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let nobody = hash(&Password::typed(crate::Token::new().expose()));
        Self { permits: Arc::new(Semaphore::new(cores)), nobody: nobody.into() }
    }

    /// The PHC string of a new password.
    pub(crate) async fn hash(&self, password: &Password) -> String {
        let password = password.clone();
        self.run(move || hash(&password)).await
    }

    /// Whether the password is the one of this hash; with no hash, as slowly, no.
    pub(crate) async fn verify(&self, password: &Password, expected: Option<&str>) -> bool {
        let password = password.clone();
        let known = expected.is_some();
        let expected: Arc<str> = expected.map_or_else(|| self.nobody.clone(), Into::into);
        self.run(move || Argon2::default().verify_password(password.expose().as_bytes(), &*expected).is_ok())
            .await
            && known
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let _permit = self.permits.acquire().await.expect("the semaphore is never closed");
        tokio::task::spawn_blocking(work).await.expect("argon2 does not panic")
    }
}

fn hash(password: &Password) -> String {
    Argon2::default()
        .hash_password(password.expose().as_bytes())
        .expect("argon2id's defaults are valid")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_alone() {
        let passwords = Passwords::new();
        let hash = passwords.hash(&Password::typed("correct horse")).await;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify(&Password::typed("correct horse"), Some(&hash)).await);
        assert!(!passwords.verify(&Password::typed("correct house"), Some(&hash)).await);
        assert!(!passwords.verify(&Password::typed("correct horse"), None).await);
    }
}
