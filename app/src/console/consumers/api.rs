//! The server functions of the page, which `calls.rs` calls. Each asks the guard, runs one use case, and does nothing else.
#![allow(missing_docs, reason = "the macro makes a struct of each function's arguments")]
#![allow(clippy::too_many_arguments, reason = "a server function's arguments are the fields of its form")]
#![allow(clippy::fn_params_excessive_bools, reason = "as above: each is a checkbox")]
#![allow(clippy::struct_excessive_bools, reason = "as above: each is a checkbox")]
#![allow(clippy::unused_async, reason = "every server function is asynchronous, whether it waits or not")]

use std::{net::IpAddr, str::FromStr};

use domain::{
    Actor, Consumer, ConsumerKey, ConsumerName, ConsumerQuery, Cursor, TypedSecret, View,
    bulk::{self, BulkPart, Deed, MOST_AT_ONCE, MOST_PICKED},
    query::milliseconds,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use service::consumers::Consumers;

use super::{
    data::{ViewCounts, ViewRows},
    given::Given,
};
use crate::{
    error::AppError,
    guard::{admin, answer},
};

/// The most rows of a view that come at once.
const ROWS_AT_ONCE: u64 = 90;

/// A consumer, and beside its members who decided on it, or changed it, since a revision, if that was another administrator.
/// Pages of earlier versions read the consumer alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Told {
    #[serde(flatten)]
    consumer: Consumer,
    #[serde(default)]
    by_another: Option<Actor>,
}

impl Told {
    async fn of(consumers: Consumers<'_>, consumer: Consumer, since: Option<i64>) -> Self {
        let by_another = match since.filter(|since| *since < consumer.revision) {
            // The deed is done, also where it is not known who was faster. An Undo of what is another's is refused.
            Some(since) => consumers.changed_by_another(consumer.key, since).await.unwrap_or_default(),
            None => None,
        };
        Self { consumer, by_another }
    }
}

/// Rows of a view, which is given as the query of the page's address: after a cursor, or those that have this many before them;
/// at most `most` of them, and never more than come at once.
#[server(prefix = "/api/page", endpoint = "rows")]
pub async fn rows(
    #[server(default)] view: String,
    #[server(default)] cursor: String,
    #[server(default)] before: u64,
    #[server(default)] most: Option<u64>,
) -> Result<ViewRows, AppError> {
    let (service, admin) = admin()?;
    let most = most.map_or(ROWS_AT_ONCE, |most| most.clamp(1, ROWS_AT_ONCE));
    let query = query(service.now(), &view, &cursor)?;
    let consumers = service.consumers(&admin);
    let rows = match query.after {
        Some(_) => consumers.first_rows(&query, most).await,
        None => consumers.rows_from(&query, before, most).await,
    };
    rows.map(ViewRows::from).map_err(answer)
}

/// The query of a view after a cursor, which may be empty.
fn query(now: time::OffsetDateTime, view: &str, cursor: &str) -> Result<ConsumerQuery, AppError> {
    let wrong = |words: String| answer(AppError::BadRequest(words));
    let query = view.parse::<View>().map_err(|error| wrong(error.to_string()))?.at(now);
    if cursor.is_empty() {
        return Ok(query);
    }
    let after = Cursor::read(cursor, query.sort, query.order()).map_err(|error| wrong(error.to_string()))?;
    Ok(ConsumerQuery { after: Some(after), ..query })
}

/// Does it to the next consumers of a view behind one, or to the first ones, but for those that are left out, one key on a line;
/// and to none that came or changed after the activity line that the page has seen. The filters are those of the time at which the
/// view was selected, in milliseconds since 1970. The reason may be empty.
#[server(prefix = "/api/page", endpoint = "decide_part")]
pub async fn decide_part(
    deed: Deed,
    #[server(default)] view: String,
    seen: i64,
    #[server(default)] at_ms: i64,
    #[server(default)] behind: String,
    #[server(default)] left_out: String,
    #[server(default)] reason: String,
) -> Result<BulkPart, AppError> {
    let (service, admin) = admin()?;
    let at = bulk::selected_at(at_ms, service.now());
    let at = at.map_err(|error| answer(AppError::BadRequest(error.to_string())))?;
    let view = query(at, &view, "")?;
    let behind = if behind.is_empty() { None } else { lines(&behind, 1)?.pop() };
    let left_out = if left_out.is_empty() { Vec::new() } else { lines(&left_out, MOST_PICKED)? };
    let reason = service::consumers::reason(&reason).map_err(answer)?;
    let consumers = service.consumers(&admin).because(reason.as_ref());
    consumers.decide_part(deed, &view, seen, behind, &left_out).await.map_err(answer)
}

/// Does it to consumers that were picked, each with the revision that was seen, one on a line. The reason may be empty.
#[server(prefix = "/api/page", endpoint = "decide_picked")]
pub async fn decide_picked(
    deed: Deed,
    picked: String,
    #[server(default)] reason: String,
) -> Result<BulkPart, AppError> {
    let (service, admin) = admin()?;
    let picked = lines(&picked, MOST_AT_ONCE)?;
    let reason = service::consumers::reason(&reason).map_err(answer)?;
    service.consumers(&admin).because(reason.as_ref()).decide_picked(deed, &picked).await.map_err(answer)
}

fn lines<T: FromStr + PartialEq>(text: &str, most: usize) -> Result<Vec<T>, AppError> {
    bulk::list(text, most).map_err(|error| answer(AppError::BadRequest(error.to_string())))
}

/// How many consumers have each status, how many rows a view has, and how many of them stand behind a cursor.
#[server(prefix = "/api/page", endpoint = "counts")]
pub async fn counts(
    #[server(default)] view: String,
    #[server(default)] cursor: String,
) -> Result<ViewCounts, AppError> {
    let (service, admin) = admin()?;
    let now = service.now();
    let query = query(now, &view, &cursor)?;
    let consumers = service.consumers(&admin);
    let seen = consumers.seen().await.map_err(answer)?;
    let counts = consumers.counts().await.map_err(answer)?;
    let (total, behind) = consumers.count_rows(&query).await.map_err(answer)?;
    Ok(ViewCounts { counts, total, behind, seen, at_ms: milliseconds(now) })
}

/// One consumer as it is now.
#[server(prefix = "/api/page", endpoint = "find")]
pub async fn find(key: ConsumerKey, #[server(default)] since: Option<i64>) -> Result<Told, AppError> {
    let (service, admin) = admin()?;
    let consumers = service.consumers(&admin);
    let consumer = consumers.find(key).await.map_err(answer)?;
    Ok(Told::of(consumers, consumer, since).await)
}

/// Registers a consumer, under a new key unless it brings one along.
#[server(prefix = "/api/page", endpoint = "register")]
pub async fn register(
    name: String,
    secret: TypedSecret,
    #[server(default)] key: String,
) -> Result<Consumer, AppError> {
    let (service, admin) = admin()?;
    let typed = service::consumers::TypedConsumer {
        name,
        secret,
        key: Some(key).filter(|key| !key.is_empty()),
        ..Default::default()
    };
    service.consumers(&admin).register(&typed).await.map_err(answer)
}

/// Whether a consumer, but the one with the key where there is one, has this name, or one that looks like it.
#[server(prefix = "/api/page", endpoint = "name_in_use")]
pub async fn name_in_use(name: String, key: Option<String>) -> Result<bool, AppError> {
    let (service, admin) = admin()?;
    let Ok(name) = ConsumerName::parse(&name) else {
        return Ok(false);
    };
    let but = key.and_then(|key| key.parse().ok());
    service.consumers(&admin).is_name_in_use(&name, but).await.map_err(answer)
}

/// How many users are signed in through any of these consumers, one key on a line.
#[server(prefix = "/api/page", endpoint = "signed_in_users")]
pub async fn signed_in_users(keys: String) -> Result<u64, AppError> {
    let (service, admin) = admin()?;
    let keys = lines(&keys, MOST_PICKED)?;
    service.consumers(&admin).count_signed_in_users(&keys).await.map_err(answer)
}

/// Approves a consumer as it was at a revision, and trusts it where that is asked for as well. The reason may be empty.
#[server(prefix = "/api/page", endpoint = "approve")]
pub async fn approve(
    key: ConsumerKey,
    revision: i64,
    #[server(default)] trusted: bool,
    #[server(default)] reason: String,
) -> Result<Told, AppError> {
    let (service, admin) = admin()?;
    let reason = service::consumers::reason(&reason).map_err(answer)?;
    let consumers = service.consumers(&admin).because(reason.as_ref());
    let approved = if trusted {
        consumers.approve_trusted(key, Some(revision)).await
    } else {
        consumers.approve(key, Some(revision)).await
    };
    Ok(Told::of(consumers, approved.map_err(answer)?, Some(revision)).await)
}

/// Disapproves a consumer as it was at a revision. The reason may be empty.
#[server(prefix = "/api/page", endpoint = "disapprove")]
pub async fn disapprove(
    key: ConsumerKey,
    revision: i64,
    #[server(default)] reason: String,
) -> Result<Told, AppError> {
    let (service, admin) = admin()?;
    let reason = service::consumers::reason(&reason).map_err(answer)?;
    let consumers = service.consumers(&admin).because(reason.as_ref());
    let disapproved = consumers.disapprove(key, Some(revision)).await.map_err(answer)?;
    Ok(Told::of(consumers, disapproved, Some(revision)).await)
}

/// Takes back the decision that made this revision of a consumer.
#[server(prefix = "/api/page", endpoint = "undo")]
pub async fn undo(key: ConsumerKey, revision: i64) -> Result<Consumer, AppError> {
    let (service, admin) = admin()?;
    service.consumers(&admin).undo(key, revision).await.map_err(answer)
}

/// Revokes every token of a consumer, whatever else has changed about it. The reason may be empty.
#[server(prefix = "/api/page", endpoint = "sign_everybody_out")]
pub async fn sign_everybody_out(
    key: ConsumerKey,
    #[server(default)] reason: String,
) -> Result<Consumer, AppError> {
    let (service, admin) = admin()?;
    let reason = service::consumers::reason(&reason).map_err(answer)?;
    service.consumers(&admin).because(reason.as_ref()).sign_everybody_out(key, None).await.map_err(answer)
}

/// Saves what was changed in the edit dialog, over a consumer as it was at a revision. What is not sent stays as it is, an
/// empty secret as well; callbacks and networks stand one on a line.
#[server(prefix = "/api/page", endpoint = "edit")]
pub async fn edit(
    key: ConsumerKey,
    revision: i64,
    #[server(default)] name: Given,
    #[server(default)] secret: TypedSecret,
    #[server(default)] secret_again: TypedSecret,
    #[server(default)] callback_urls: Given,
    #[server(default)] rsa_public_key: Given,
    #[server(default)] owner: Given,
    #[server(default)] contact: Given,
    #[server(default)] note: Given,
    #[server(default)] networks: Given,
    #[server(default)] ends_at: Given,
    #[server(default)] functional_user: Given,
    #[server(default)] trusted: Option<bool>,
    #[server(default)] may_administer: Option<bool>,
    #[server(default)] allow_oauth_1_0: Option<bool>,
) -> Result<Consumer, AppError> {
    let (service, admin) = admin()?;
    let lines = |text: String| text.lines().map(str::to_owned).collect();
    let is_new = !(secret.is_empty() && secret_again.is_empty());
    let edit = service::consumers::TypedEdit {
        name: name.text(),
        secret: is_new.then_some(secret),
        secret_again: Some(secret_again),
        trusted,
        may_administer,
        allow_oauth_1_0,
        callback_url: None,
        callback_urls: callback_urls.text().map(lines),
        rsa_public_key: rsa_public_key.text(),
        details: service::consumers::TypedDetails {
            owner: owner.text(),
            contact: contact.text(),
            note: note.text(),
            functional_user: functional_user.text(),
            networks: networks.text().map(lines),
            ends_at: ends_at.text(),
        },
        sign_everybody_out: false,
        reason: String::new(),
    };
    service.consumers(&admin).edit(key, edit, Some(revision)).await.map_err(answer)
}

/// Signs a user out of a consumer.
#[server(prefix = "/api/page", endpoint = "sign_out")]
pub async fn sign_out(key: ConsumerKey, username: String) -> Result<Consumer, AppError> {
    let (service, admin) = admin()?;
    let consumers = service.consumers(&admin);
    let parsed = domain::Username::parse(&username);
    let username = parsed.map_err(|_| answer(AppError::NotFound(format!("There is no user {username}."))))?;
    consumers.sign_out(key, &username).await.map_err(answer)?;
    consumers.find(key).await.map_err(answer)
}

/// Removes a consumer as it was at a revision, for good. The reason may be empty.
#[server(prefix = "/api/page", endpoint = "remove")]
pub async fn remove(
    key: ConsumerKey,
    revision: i64,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    let (service, admin) = admin()?;
    let reason = service::consumers::reason(&reason).map_err(answer)?;
    service.consumers(&admin).because(reason.as_ref()).remove(key, Some(revision)).await.map_err(answer)
}

/// How many undecided requests came from an address, or from its /64 if it is an IPv6 address.
#[server(prefix = "/api/page", endpoint = "count_requests_from")]
pub async fn count_requests_from(address: IpAddr) -> Result<u64, AppError> {
    let (service, admin) = admin()?;
    service.consumers(&admin).count_requests_from(address).await.map_err(answer)
}

/// Removes them, for good; returns their keys.
#[server(prefix = "/api/page", endpoint = "remove_requests_from")]
pub async fn remove_requests_from(address: IpAddr) -> Result<Vec<ConsumerKey>, AppError> {
    let (service, admin) = admin()?;
    let removed = service.consumers(&admin).remove_requests_from(address).await.map_err(answer)?;
    Ok(removed.into_iter().map(|consumer| consumer.key).collect())
}
