//! Requests of programs for a key, at rest: one row for those that are alike, a share for each network, both decided
//! inside the transaction.

use std::net::IpAddr;

use domain::{Action, Consumer, ConsumerName, ConsumerSecret, Network, Status};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QuerySelect as _, Set,
};
use time::OffsetDateTime;

use crate::{
    database::{looks::looks, values::word},
    entity::consumer,
    error::StoreError,
    store::{Change, Store},
    tables::{
        activity::{By, NewActivity},
        consumers::new_columns,
        readable::{Row, ask_again, readable},
        removed_keys,
        request_key::{Purpose, digest},
        texts,
        undecided::{undecided, waiting},
    },
};

/// What may wait for a decision.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many requests of one network.
    pub of_network: u64,
    /// Requests made at this time or before have ended.
    pub since: OffsetDateTime,
}

/// What became of a request.
#[derive(Clone, Debug)]
pub enum Requested {
    /// A new row.
    New(Consumer),
    /// The row of an undecided request that is alike.
    Again(Consumer),
    /// As many requests of its network wait as may.
    TooMany,
}

/// The requests of programs for a key.
#[derive(Clone, Copy, Debug)]
pub struct KeyRequests<'a>(pub(crate) &'a Store);

impl Store {
    /// The requests of programs for a key.
    pub fn key_requests(&self) -> KeyRequests<'_> {
        KeyRequests(self)
    }
}

impl KeyRequests<'_> {
    /// Saves a request, unless one with the same name and secret from the same network waits already: that one is
    /// counted once more, and its wish kept, in memory (`write_repeats`).
    pub async fn request(
        self,
        consumer: Consumer,
        secret: &ConsumerSecret,
        address: IpAddr,
        limits: Limits,
    ) -> Result<Requested, StoreError> {
        let request_key = self.0.request_key().await?;
        let network = Network::of(address).to_string();
        let alike = digest(request_key, Purpose::Alike, [consumer.name.as_str(), secret.expose(), &network]);
        let wished = consumer.trusted_wished;
        // Before the transaction, which has to wait for its turn: a flood must not take the turns of others.
        if let Some(found) = self.find(&self.0.read, &alike, wished, &network, limits).await? {
            return Ok(found);
        }
        let mut change = self.0.begin().await?;
        if let Some(found) = self.find(&change.transaction, &alike, wished, &network, limits).await? {
            return Ok(found);
        }
        let key = consumer.key.to_string();
        let consumer = Consumer {
            resembles: self.approved_like(&change.transaction, &consumer.name).await?,
            requested_from: Some(address.to_string()),
            requested_times: 1,
            request_fingerprint: Some(fingerprint(digest(
                request_key,
                Purpose::Fingerprint,
                [&key, secret.expose(), ""],
            ))),
            ..consumer
        };
        let sealed = change.seal(&self.0.vault, &key, secret.expose()).await?;
        let row = consumer::ActiveModel {
            key: Set(key),
            secret_key_id: Set(sealed.key_id),
            secret: Set(sealed.bytes),
            requested_network: Set(Some(network)),
            request_digest: Set(Some(alike.to_vec())),
            ..new_columns(&consumer)
        };
        consumer::Entity::insert(row).exec(&change.transaction).await?;
        texts::write(&change.transaction, &consumer).await?;
        let by = By {
            actor: consumer.created_by.clone(),
            address: consumer.requested_from.clone(),
            at: consumer.created_at,
            reason: None,
        };
        change.append(NewActivity::consumer(by, Action::ConsumerRequested, None, Some(&consumer))).await?;
        self.0.commit(change).await?;
        Ok(Requested::New(consumer))
    }

    /// What there is to answer without a new row.
    async fn find(
        self,
        connection: &impl ConnectionTrait,
        alike: &[u8],
        trusted_wished: bool,
        network: &str,
        limits: Limits,
    ) -> Result<Option<Requested>, StoreError> {
        let waiting = || consumer::Entity::find().filter(waiting(limits.since));
        let row = waiting().filter(consumer::Column::RequestDigest.eq(alike)).one(connection).await?;
        if let Some(row) = row {
            self.0.repeats.note(row.key.clone(), trusted_wished);
            return Ok(Some(Requested::Again(Consumer::try_from(row)?)));
        }
        let of_network = waiting().filter(consumer::Column::RequestedNetwork.eq(network));
        let is_too_many = of_network.count(connection).await? >= limits.of_network;
        Ok(is_too_many.then_some(Requested::TooMany))
    }

    /// The name of an approved consumer that is the same as a name or looks like it.
    async fn approved_like(
        self,
        connection: &impl ConnectionTrait,
        name: &ConsumerName,
    ) -> Result<Option<ConsumerName>, StoreError> {
        let select = consumer::Entity::find()
            .filter(consumer::Column::NameLooks.eq(looks(name.as_str())))
            .filter(consumer::Column::Status.eq(word(Status::Approved)));
        let mut asked = 1_u64;
        loop {
            let rows = select.clone().limit(asked).into_model::<Row<consumer::Model>>();
            let rows = rows.all(connection).await?;
            let found = rows.len();
            let alike: Vec<Consumer> = readable(rows, &self.0.unreadable);
            match ask_again(asked, found, alike.len(), 1) {
                Some(more) => asked = more,
                None => return Ok(alike.into_iter().next().map(|alike| alike.name)),
            }
        }
    }

    /// How many undecided requests came from a network.
    pub async fn count_from(self, network: Network) -> Result<u64, StoreError> {
        Ok(consumer::Entity::find()
            .filter(undecided())
            .filter(consumer::Column::RequestedNetwork.eq(network.to_string()))
            .count(&self.0.read)
            .await?)
    }

    /// Removes every undecided request of a network, in one transaction; returns them. Those that cannot be read stay.
    pub async fn remove_from(self, network: Network, by: By) -> Result<Vec<Consumer>, StoreError> {
        let mut change = self.0.begin().await?;
        let rows = consumer::Entity::find()
            .filter(undecided())
            .filter(consumer::Column::RequestedNetwork.eq(network.to_string()))
            .into_model::<Row<consumer::Model>>()
            .all(&change.transaction)
            .await?;
        let removed: Vec<Consumer> = readable(rows, &self.0.unreadable);
        remove_all(&mut change, &removed, &by).await?;
        self.0.commit(change).await?;
        Ok(removed)
    }
}

/// Removes undecided requests inside a change. They are Pending, so nobody is signed in through them.
pub(crate) async fn remove_all(
    change: &mut Change,
    requests: &[Consumer],
    by: &By,
) -> Result<(), StoreError> {
    for consumer in requests {
        let key = consumer.key.to_string();
        consumer::Entity::delete_by_id(&*key).exec(&change.transaction).await?;
        removed_keys::note(&change.transaction, &key).await?;
        let line = NewActivity::consumer(by.clone(), Action::ConsumerRemoved, Some(consumer), None);
        change.append(line).await?;
    }
    Ok(())
}

/// Eight hexadecimal digits in two groups, which two people can read to each other.
fn fingerprint(digest: [u8; 32]) -> String {
    let [a, b, c, d, ..] = digest;
    format!("{a:02x}{b:02x} {c:02x}{d:02x}")
}
