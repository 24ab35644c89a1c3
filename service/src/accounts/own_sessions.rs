//! The sessions of a user's own account: where they were begun, and ending them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use time::OffsetDateTime;

use crate::{
    accounts::own::OwnAccount,
    error::ServiceError,
    guard::admin::{AT_MOST, IDLE},
};

/// How many sessions are listed, the newest first.
const MOST_LISTED: u64 = 100;

/// A session of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    /// Names it, and is no key to it: the hash of its token in base64url.
    pub id: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// When it was begun.
    pub since: OffsetDateTime,
    /// When its user was last active, to the minute.
    pub last_used_at: OffsetDateTime,
    /// The network address that it was begun from, if known.
    pub address: Option<String>,
    /// What the browser calls itself, if known.
    pub agent: Option<String>,
}

impl OwnAccount<'_> {
    /// The sessions that hold, this one first, the newest of the others next.
    pub async fn sessions(self) -> Result<Vec<OwnSession>, ServiceError> {
        let now = self.service.clock.now();
        let stored = self.service.store.own_sessions(self.signed_in.id());
        let rows = stored.list(now - AT_MOST, now - IDLE, MOST_LISTED).await?;
        let mut sessions: Vec<_> = rows
            .into_iter()
            .map(|row| OwnSession {
                id: URL_SAFE_NO_PAD.encode(&row.token_hash),
                is_this: row.token_hash == self.signed_in.session(),
                since: row.created_at,
                last_used_at: row.last_seen_at,
                address: row.address,
                agent: row.agent,
            })
            .collect();
        sessions.sort_by_key(|session| !session.is_this);
        Ok(sessions)
    }

    /// Ends one session of the user's; `false` if there is no such one.
    pub async fn end_session(self, id: &str) -> Result<bool, ServiceError> {
        let Ok(hash) = URL_SAFE_NO_PAD.decode(id) else { return Ok(false) };
        let by = self.signed_in.by(self.service.clock.now());
        Ok(self.service.store.own_sessions(self.signed_in.id()).end(&hash, by).await?)
    }

    /// Ends every session of the user's but this one; `false` if there was no other.
    pub async fn end_other_sessions(self) -> Result<bool, ServiceError> {
        let by = self.signed_in.by(self.service.clock.now());
        let stored = self.service.store.own_sessions(self.signed_in.id());
        Ok(stored.end_others(self.signed_in.session(), by).await?)
    }
}
