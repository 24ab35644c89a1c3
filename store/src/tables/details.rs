//! What administrators note about a consumer and what bounds it, as columns.

use domain::{Cidr, Consumer, Reason, Status, Username, query::milliseconds};
use sea_orm::{Set, prelude::Json};
use time::OffsetDateTime;

use crate::{
    database::values::{time_from, word},
    entity::consumer,
    error::StoreError,
};

/// The details in a row.
pub(super) struct Details {
    pub(super) owner: Option<String>,
    pub(super) contact: Option<String>,
    pub(super) note: Option<String>,
    pub(super) functional_user: Option<Username>,
    pub(super) networks: Vec<Cidr>,
    pub(super) ends_at: Option<OffsetDateTime>,
    pub(super) reason: Option<Reason>,
}

impl Details {
    /// Takes the details out of a row, which has this status.
    pub(super) fn take(row: &mut consumer::Model, status: Status) -> Result<Self, StoreError> {
        let functional_user = row.functional_user.take().map(Username::try_from).transpose();
        let networks = row.networks.take().unwrap_or_else(|| Json::Array(Vec::new()));
        let reason = row.reason.take();
        // A node of an earlier version decides without taking the reason of the decision before away.
        let reason = reason.filter(|_| row.reason_of == Some(word(status)));
        let reason = reason.map(|reason| Reason::parse(&reason)).transpose();
        Ok(Self {
            owner: row.owner.take(),
            contact: row.contact.take(),
            note: row.note.take(),
            functional_user: functional_user.map_err(|_| StoreError::Unreadable("a functional user"))?,
            networks: serde_json::from_value(networks)
                .map_err(|_| StoreError::Unreadable("the networks of a consumer"))?,
            ends_at: row.ends_at.map(time_from).transpose()?,
            reason: reason.map_err(|_| StoreError::Unreadable("the reason of a decision"))?.flatten(),
        })
    }
}

/// The columns of a consumer's details, and no others.
pub(super) fn columns(consumer: &Consumer) -> consumer::ActiveModel {
    let networks: Vec<_> = consumer.networks.iter().map(|network| Json::from(network.to_string())).collect();
    let reason = consumer.reason.as_ref().map(|reason| reason.as_str().to_owned());
    consumer::ActiveModel {
        owner: Set(consumer.owner.clone()),
        contact: Set(consumer.contact.clone()),
        note: Set(consumer.note.clone()),
        functional_user: Set(consumer.functional_user.as_ref().map(ToString::to_string)),
        networks: Set((!networks.is_empty()).then_some(Json::Array(networks))),
        ends_at: Set(consumer.ends_at.map(milliseconds)),
        reason_of: Set(reason.as_ref().map(|_| word(consumer.status))),
        reason: Set(reason),
        ..Default::default()
    }
}
