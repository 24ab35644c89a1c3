//! One consumer with all that its panel shows: who decided, who is signed in through it, and what was done to it. And
//! signing out who is.

use domain::{Action, Activity, Consumer, ConsumerKey, LineQuery, Status, Username};
use serde_json::Value;
use store::{SignedInUser, activity::NewActivity};

use crate::{
    consumers::{edit::TypedEdit, history::HistoryLine, list::Consumers},
    error::ServiceError,
};

/// How many users are shown at once.
const USERS: u64 = 100;

/// How many of the newest lines of activity are shown.
const LINES: u64 = 50;

/// One consumer with all that its panel shows.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The consumer.
    pub consumer: Consumer,
    /// Who decided its status and when; `None` if nobody has, or the activity says no more.
    pub decided: Option<HistoryLine>,
    /// Who is signed in through it.
    pub users: SignedInUsers,
    /// Whether no others come before these.
    pub are_first_users: bool,
    /// How many users come after these.
    pub other_users: u64,
    /// What was done to it, newest first.
    pub history: Vec<HistoryLine>,
}

/// A page of the users who are signed in through a consumer.
#[derive(Clone, Debug)]
pub struct SignedInUsers {
    /// The users, by the numbers of their accounts.
    pub items: Vec<SignedInUser>,
    /// The number of the last account of the page, if there are more; the next page comes after it.
    pub next: Option<i64>,
}

impl Consumers<'_> {
    /// One consumer with all that its panel shows, and with its users after the account with this number.
    pub async fn overview(self, key: ConsumerKey, users_after: i64) -> Result<Overview, ServiceError> {
        let consumer = self.find(key).await?;
        let activity = self.service.store.activity();
        let decided = match consumer.status {
            Status::Pending => None,
            Status::Approved | Status::Disapproved => activity.last_decision(key).await?,
        };
        let is_current = |line: &Activity<Value>| match line.action {
            Action::ConsumerApproved => consumer.status == Status::Approved,
            _ => consumer.status == Status::Disapproved,
        };
        let decided = decided.filter(is_current).map(HistoryLine::of);
        let users = self.signed_in(key, users_after, USERS).await?;
        let other_users = match users.next {
            Some(last) => self.count_signed_in_after(key, last).await?,
            None => 0,
        };
        let query = LineQuery { consumer: Some(key), ..LineQuery::default() };
        let history = activity.list(&query, (None, None), LINES).await?;
        let history = history.into_iter().map(HistoryLine::of).collect();
        Ok(Overview { consumer, decided, users, are_first_users: users_after <= 0, other_users, history })
    }

    /// The users who are signed in through a consumer, after the account with this number.
    pub async fn signed_in(
        self,
        key: ConsumerKey,
        after: i64,
        limit: u64,
    ) -> Result<SignedInUsers, ServiceError> {
        let now = self.service.clock.now();
        // One more, to know whether there is another page.
        let mut items = self.service.store.tokens().users(key, after, limit + 1, now).await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > most;
        items.truncate(most);
        let next = items.last().filter(|_| more).map(|last| last.id);
        Ok(SignedInUsers { items, next })
    }

    async fn count_signed_in_after(self, key: ConsumerKey, after: i64) -> Result<u64, ServiceError> {
        let now = self.service.clock.now();
        Ok(self.service.store.tokens().count_users_after(key, after, now).await?)
    }

    /// Signs one user out of a consumer: all its tokens for them end. Idempotent; returns whether there was one.
    pub async fn sign_out(self, key: ConsumerKey, username: &Username) -> Result<bool, ServiceError> {
        self.find(key).await?;
        let account = self.service.store.users().find(username).await?;
        let account = account.ok_or_else(|| ServiceError::NotFound(format!("user {username}")))?;
        let now = self.service.clock.now();
        let activity = NewActivity::access(self.admin.by(now), Action::TokensRevoked, key)
            .of(&account.user.username)
            .because(self.reason.cloned());
        Ok(self.service.store.tokens().revoke(account.id, key, now, activity).await?)
    }

    /// Signs everybody out of a consumer as it was at a revision.
    pub async fn sign_everybody_out(
        self,
        key: ConsumerKey,
        seen: Option<i64>,
    ) -> Result<Consumer, ServiceError> {
        let edit = TypedEdit { sign_everybody_out: true, ..TypedEdit::default() };
        self.edit(key, edit, seen).await
    }
}
