//! The activity as a stream, which catches up, tells a follower when to start over, and ends when its administrator may no
//! longer listen. As pages of a list: `line_list.rs`.

use std::{collections::HashMap, sync::Arc, time::Duration};

use domain::{Action, Activity, Consumer, ConsumerKey, Event};
use futures::{
    Stream, StreamExt as _, TryFutureExt as _,
    stream::{iter, try_unfold},
};
use serde_json::Value;
use store::{
    StoreError,
    feed::{self, News},
};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Interval, MissedTickBehavior, interval},
};

use crate::{error::ServiceError, guard::admin::Admin, service::Service};

/// A follower that has missed more lines than this starts over: then the list is cheaper.
const MOST_MISSED: u64 = 500;

/// An item that a follower receives.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly every item is an event, and none is kept for long")]
pub enum Told {
    /// The first item, unless it is `Resync`: what happened after the line with this number follows.
    Ready(i64),
    /// Start over, from a list that is read now; what happens after the line with this number follows. The follower has
    /// missed too many lines, or some that were pruned, or one that this version cannot read, or it knows lines of another
    /// database.
    Resync(i64),
    /// What the line with this number did to a consumer.
    Event(i64, Event),
    /// By the line with this number somebody began or ended to be signed in through a consumer, which itself did not change.
    Access(i64, ConsumerKey),
    /// The line with this number was written, and is about no consumer: somebody signed in, or a user was changed.
    Line(i64),
    /// Consumers that were used, as they are now. No line says so: it is not an activity.
    Used(Arc<[Consumer]>),
    /// The administrator may still listen. Comes at a fixed interval, whatever else does.
    Beat,
}

/// The lines of activity, for an administrator.
#[derive(Clone, Copy, Debug)]
pub struct ActivityLines<'a> {
    pub(crate) service: &'a Service,
    pub(crate) admin: &'a Admin,
}

impl Service {
    /// The lines of activity, for an administrator.
    pub fn activity<'a>(&'a self, admin: &'a Admin) -> ActivityLines<'a> {
        ActivityLines { service: self, admin }
    }
}

impl ActivityLines<'_> {
    /// Follows the activity after the line with a number, or from now on. To be called inside a tokio runtime.
    ///
    /// Ends once the administrator may no longer listen. That is checked at the start, after each action that can end a
    /// session or withdraw the permission, and at each beat, since a session ends by time as well.
    pub fn follow(
        self,
        after: Option<i64>,
        beat: Duration,
    ) -> impl Stream<Item = Result<Told, ServiceError>> + use<> {
        let mut beat = interval(beat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Listens before it reads: what happens in between arrives both ways, and its number says so.
        let news = self.service.store.listen();
        let follower =
            Follower { service: self.service.clone(), admin: self.admin.clone(), news, beat, last: 0 };
        let caught_up = follower.catch_up(after).map_ok(|start| {
            iter(start).flat_map(|(missed, follower)| {
                iter(missed.into_iter().map(Ok)).chain(try_unfold(follower, Follower::next))
            })
        });
        caught_up.try_flatten_stream()
    }
}

struct Follower {
    service: Service,
    admin: Admin,
    news: Receiver<News>,
    beat: Interval,
    /// The number of the last line that the follower knows.
    last: i64,
}

impl Follower {
    /// The first items, up to the newest line; `None` if the administrator may no longer listen.
    async fn catch_up(mut self, after: Option<i64>) -> Result<Option<(Vec<Told>, Self)>, ServiceError> {
        let latest = self.service.store.activity().latest().await?;
        // The lines up to here are not looked at one by one; what they ended, they have ended by now.
        if !self.may_listen().await {
            return Ok(None);
        }
        let after = after.unwrap_or(latest);
        // A number that does not exist yet is another database's: this one is an older copy.
        let missed = if after > latest { None } else { self.missed(after).await? };
        let told = if let Some(missed) = missed {
            self.last = missed.last().map_or(after, |(id, _)| *id);
            let used = self.used_since(&missed).await?;
            let events = missed.into_iter().map(|(_, told)| told);
            std::iter::once(Told::Ready(after)).chain(events).chain(used).collect()
        } else {
            self.last = latest;
            vec![Told::Resync(latest)]
        };
        self.beat.reset();
        Ok(Some((told, self)))
    }

    /// The consumers of missed lines that were used, or asked for again, since: no line says so. Of other consumers a follower who
    /// was away learns that with their next use.
    async fn used_since(&self, missed: &[(i64, Told)]) -> Result<Option<Told>, ServiceError> {
        let known: HashMap<ConsumerKey, &Consumer> = missed
            .iter()
            .filter_map(|(_, told)| match told {
                Told::Event(_, Event::Consumer(consumer)) => Some((consumer.key, consumer)),
                _ => None,
            })
            .collect();
        if known.is_empty() {
            return Ok(None);
        }
        let mut now = self.service.store.consumers().of_keys(known.keys().map(ConsumerKey::as_str)).await?;
        now.retain(|now| {
            known.get(&now.key).is_some_and(|known| {
                (now.last_used_at, now.requested_times) > (known.last_used_at, known.requested_times)
            })
        });
        Ok((!now.is_empty()).then(|| Told::Used(now.into())))
    }

    /// The lines after a number with what they tell, oldest first; `None` if they are too many, or were pruned in part, or one
    /// cannot be read.
    async fn missed(&self, after: i64) -> Result<Option<Vec<(i64, Told)>>, ServiceError> {
        let activity = self.service.store.activity();
        let lines = activity.after(after, MOST_MISSED + 1).await?;
        if lines.len() as u64 > MOST_MISSED || activity.were_pruned(after, &lines).await? {
            return Ok(None);
        }
        Ok(lines.iter().map(|line| Some((line.id, told(line).ok()?))).collect())
    }

    /// Waits for the next item; `None` at the end.
    async fn next(mut self) -> Result<Option<(Told, Self)>, ServiceError> {
        loop {
            let news = tokio::select! {
                _ = self.beat.tick() => None,
                news = self.news.recv() => Some(news),
            };
            let told = match news {
                None if self.may_listen().await => Told::Beat,
                None | Some(Err(RecvError::Closed)) => return Ok(None),
                Some(Err(RecvError::Lagged(_)) | Ok(News::Pruned)) => {
                    // What still waits has happened before; left there, the next line would make the follower lag again.
                    self.news = self.news.resubscribe();
                    self.last = self.service.store.activity().latest().await?;
                    if !self.may_listen().await {
                        return Ok(None);
                    }
                    Told::Resync(self.last)
                }
                Some(Ok(News::Used(consumers))) => Told::Used(consumers),
                Some(Ok(News::Line(line))) if line.id <= self.last => continue,
                Some(Ok(News::Line(line))) => {
                    self.last = line.id;
                    if may_end_permission(&line.action) && !self.may_listen().await {
                        return Ok(None);
                    }
                    // One that cannot be read was written by a later version. The list, as this version reads it, shows the
                    // result.
                    told(&line).unwrap_or(Told::Resync(line.id))
                }
            };
            return Ok(Some((told, self)));
        }
    }

    /// Whether the administrator may still listen. Without an answer they may not: they ask again and learn why.
    async fn may_listen(&self) -> bool {
        matches!(self.service.sessions().is_still_permitted(&self.admin).await, Ok(true))
    }
}

/// What a line tells a follower. One about a consumer that holds no consumer is about who is signed in.
fn told(line: &Activity<Value>) -> Result<Told, StoreError> {
    Ok(match (feed::event(line)?, line.consumer_key) {
        (Some(event), _) => Told::Event(line.id, event),
        (None, Some(key)) => Told::Access(line.id, key),
        (None, None) => Told::Line(line.id),
    })
}

/// Whether an action can end a session or withdraw a permission, perhaps this follower's. Every follower asks for every
/// line, so signing in, the most frequent action, must not be among them.
fn may_end_permission(action: &Action) -> bool {
    match action {
        // An action of a later version may do so, too.
        Action::UserDisabled
        | Action::UserForbidden
        | Action::PasswordChanged
        | Action::SecondFactorRemoved
        | Action::SignedOut
        | Action::SessionEnded
        | Action::Unknown(_) => true,
        Action::ConsumerRegistered
        | Action::ConsumerRequested
        | Action::ConsumerApproved
        | Action::ConsumerDisapproved
        | Action::ConsumerEdited
        | Action::ConsumerRemoved
        | Action::UserAdded
        | Action::UserEnabled
        | Action::UserPermitted
        | Action::PasswordLinkMade
        | Action::SecondFactorAdded
        | Action::RecoveryCodesRenewed
        | Action::RecoveryCodeUsed
        | Action::PasskeyAdded
        | Action::PasskeyRemoved
        | Action::SignedIn
        | Action::AccessAllowed
        | Action::AccessDenied
        | Action::TokenIssued
        | Action::TokensRevoked
        | Action::VaultRotated
        | Action::ActivityPruned => false,
    }
}
