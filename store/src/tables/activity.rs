//! The activity table: appended to in the transaction of the change itself, and read.

use domain::{
    Action, Activity, Actor, Consumer, ConsumerKey, LineQuery, Reason, User, Username, query::milliseconds,
    time::timestamp,
};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, DbBackend, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Set, sea_query::Expr,
};
use serde_json::Value;
use time::OffsetDateTime;

use crate::{
    database::{concerned::concerned, values::word},
    entity::activity,
    error::StoreError,
    memory::keyring::Outdated,
    store::{Change, Store},
    tables::line::Line,
};

/// Who acts, from where, when and why: what every use case knows from the start.
#[derive(Clone, Debug)]
pub struct By {
    /// The user, the command line or a stranger's request.
    pub actor: Actor,
    /// Their network address; `None` for the command line.
    pub address: Option<String>,
    /// The time of the change.
    pub at: OffsetDateTime,
    /// Why, as they said; every line of the change has it.
    pub reason: Option<Reason>,
}

/// A line to append.
#[derive(Clone, Debug)]
pub struct NewActivity {
    by: By,
    action: Action,
    consumer: Option<(ConsumerKey, Option<i64>)>,
    before: Option<Value>,
    after: Option<Value>,
}

impl NewActivity {
    /// A change of a consumer.
    ///
    /// # Panics
    /// If both `before` and `after` are `None`.
    pub fn consumer(by: By, action: Action, before: Option<&Consumer>, after: Option<&Consumer>) -> Self {
        // A removal has a revision of its own, one after the last that left a row.
        let (key, revision) = match (before, after) {
            (_, Some(after)) => (after.key, after.revision),
            (Some(before), None) => (before.key, before.revision + 1),
            (None, None) => unreachable!("something was done to no consumer"),
        };
        Self {
            by,
            action,
            consumer: Some((key, Some(revision))),
            before: before.map(json),
            after: after.map(json),
        }
    }

    /// A change of an account, or by its owner.
    pub fn user(by: By, action: Action, before: Option<&User>, after: Option<&User>) -> Self {
        Self { by, action, consumer: None, before: before.map(json), after: after.map(json) }
    }

    /// A passkey of the author's account, by its name.
    pub fn passkey(by: By, action: Action, before: Option<&str>, after: Option<&str>) -> Self {
        let passkey = |name| serde_json::json!({ "passkey": name });
        Self { by, action, consumer: None, before: before.map(passkey), after: after.map(passkey) }
    }

    /// A user granted or revoked a consumer's access; the consumer itself did not change.
    pub fn access(by: By, action: Action, key: ConsumerKey) -> Self {
        Self { by, action, consumer: Some((key, None)), before: None, after: None }
    }

    /// Names the user whose access it was, where an administrator revoked it.
    #[must_use]
    pub fn of(self, username: &Username) -> Self {
        Self { before: Some(serde_json::json!({ "username": username })), ..self }
    }

    /// The vault key was rotated.
    pub fn vault(by: By, before: i32, after: i32) -> Self {
        let key = |id| Some(serde_json::json!({ "key_id": id }));
        let (before, after) = (key(before), key(after));
        Self { by, action: Action::VaultRotated, consumer: None, before, after }
    }

    /// What was older than a time was deleted.
    pub(crate) fn pruned(by: By, before: OffsetDateTime, counts: &impl serde::Serialize) -> Self {
        let mut after = json(counts);
        if let Value::Object(after) = &mut after {
            after.insert("before".to_owned(), Value::String(timestamp(before)));
        }
        let (before, after) = (None, Some(after));
        Self { by, action: Action::ActivityPruned, consumer: None, before, after }
    }

    /// Notes why it was done.
    #[must_use]
    pub fn because(self, reason: Option<Reason>) -> Self {
        Self { by: By { reason, ..self.by }, ..self }
    }

    /// Flags a change that the consumer itself does not show, such as a new secret.
    #[must_use]
    pub fn mark(mut self, flag: &str) -> Self {
        if let Some(Value::Object(after)) = &mut self.after {
            after.insert(flag.to_owned(), Value::Bool(true));
        }
        self
    }
}

/// A domain type as JSON; serialising one never fails.
fn json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("domain types are plain data")
}

impl Change {
    /// Appends a line, and notes which cached rows it makes stale; returns its number.
    pub(crate) async fn append(&mut self, new: NewActivity) -> Result<i64, StoreError> {
        self.is_activity = true;
        self.outdated.extend(Outdated::by(&new.action, new.consumer.map(|(key, _)| key)));
        let row = activity::ActiveModel {
            at: Set(milliseconds(new.by.at)),
            actor: Set(new.by.actor.to_string()),
            action: Set(word(new.action)),
            consumer_key: Set(new.consumer.map(|(key, _)| key.to_string())),
            consumer_revision: Set(new.consumer.and_then(|(_, revision)| revision)),
            address: Set(new.by.address),
            before: Set(new.before),
            after: Set(new.after),
            reason: Set(new.by.reason.map(|reason| reason.as_str().to_owned())),
            ..Default::default()
        };
        Ok(activity::Entity::insert(row).exec(&self.transaction).await?.last_insert_id)
    }
}

/// The table of activity.
#[derive(Clone, Copy, Debug)]
pub struct ActivityLines<'a>(pub(super) &'a Store);

impl Store {
    /// The table of activity.
    pub fn activity(&self) -> ActivityLines<'_> {
        ActivityLines(self)
    }
}

impl ActivityLines<'_> {
    /// The number of the newest line, or 0.
    pub async fn latest(self) -> Result<i64, StoreError> {
        Ok(newest(&self.0.read).await?.map_or(0, |line| line.id))
    }

    /// Whether lines after `after` were pruned before `lines`, which follow it, were read. Pruning leaves no hole: what is
    /// gone is older than the oldest line.
    pub async fn were_pruned(self, after: i64, lines: &[Activity<Value>]) -> Result<bool, StoreError> {
        // Only then can one be missing. PostgreSQL also skips the number of a change that failed.
        let Some(first) = lines.first().filter(|line| line.id > after + 1) else { return Ok(false) };
        let oldest = activity::Entity::find().order_by_asc(activity::Column::Id);
        let oldest = oldest.into_model::<Line>().one(&self.0.read).await?;
        Ok(oldest.is_none_or(|Line(oldest)| oldest.id >= first.id))
    }

    /// At most `limit` lines after line `id`, oldest first.
    pub async fn after(self, id: i64, limit: u64) -> Result<Vec<Activity<Value>>, StoreError> {
        let rows = activity::Entity::find()
            .filter(activity::Column::Id.gt(id))
            .order_by_asc(activity::Column::Id)
            .limit(limit)
            .into_model::<Line>()
            .all(&self.0.read)
            .await?;
        Ok(lines(rows))
    }

    /// At most `limit` lines of a query, newest first, with numbers between the given ones.
    pub async fn list(
        self,
        query: &LineQuery,
        (after, before): (Option<i64>, Option<i64>),
        limit: u64,
    ) -> Result<Vec<Activity<Value>>, StoreError> {
        let fits = fits(query, self.0.read.get_database_backend());
        let mut select =
            activity::Entity::find().filter(fits).order_by_desc(activity::Column::Id).limit(limit);
        if let Some(after) = after {
            select = select.filter(activity::Column::Id.gt(after));
        }
        if let Some(before) = before {
            select = select.filter(activity::Column::Id.lt(before));
        }
        Ok(lines(select.into_model::<Line>().all(&self.0.read).await?))
    }

    /// The changes to a consumer after the given revision, oldest first: what a stale caller has missed.
    pub async fn changes_since(
        self,
        key: ConsumerKey,
        revision: i64,
    ) -> Result<Vec<Activity<Value>>, StoreError> {
        let rows = activity::Entity::find()
            .filter(activity::Column::ConsumerKey.eq(key.to_string()))
            .filter(activity::Column::ConsumerRevision.gt(revision))
            .order_by_asc(activity::Column::Id)
            .into_model::<Line>()
            .all(&self.0.read)
            .await?;
        Ok(lines(rows))
    }
}

/// The newest line, if there is any.
pub(crate) async fn newest(connection: &impl ConnectionTrait) -> Result<Option<Activity<Value>>, StoreError> {
    let newest = activity::Entity::find().order_by_desc(activity::Column::Id);
    Ok(newest.into_model::<Line>().one(connection).await?.map(|Line(line)| line))
}

fn lines(rows: Vec<Line>) -> Vec<Activity<Value>> {
    rows.into_iter().map(|Line(line)| line).collect()
}

fn fits(query: &LineQuery, backend: DbBackend) -> Condition {
    // No author and no action has a NUL, and PostgreSQL rejects one.
    let plain = |text: String| text.replace('\0', " ");
    Condition::all()
        .add_option(query.consumer.map(|key| activity::Column::ConsumerKey.eq(key.to_string())))
        .add_option(query.actor.as_ref().map(|actor| activity::Column::Actor.eq(plain(actor.to_string()))))
        .add_option(query.about.as_ref().map(|about| Expr::cust(concerned(backend)).eq(about.folded())))
        .add_option(query.action.as_ref().map(|action| activity::Column::Action.eq(plain(word(action)))))
        .add_option(query.from.map(|from| activity::Column::At.gte(milliseconds(from))))
        .add_option(query.until.map(|until| activity::Column::At.lt(milliseconds(until))))
}
