//! How the page calls its server functions, which `api.rs` has. The fields have the names of their arguments.

use std::net::IpAddr;

use domain::{
    Actor, Consumer, ConsumerKey, View,
    bulk::{BulkPart, Deed},
};
use serde::Deserialize;

use super::{
    chosen::Whole,
    data::{ViewCounts, ViewRows},
};
use crate::console::request::{Fields, Pending, call, call_for_both};

/// How many rows are a few.
const FEW: u64 = 8;

/// Rows of a view: after a cursor, or where that is empty, those that have this many before them.
pub(super) fn rows(view: &View, cursor: &str, before: u64, most: u64) -> Pending<ViewRows> {
    call("rows", &[("view", view), ("cursor", &cursor), ("before", &before), ("most", &most)])
}

/// The first few rows of a view.
pub(super) fn first_rows(view: &View) -> Pending<ViewRows> {
    call("rows", &[("view", view), ("most", &FEW)])
}

/// How many consumers have each status, how many rows a view has, and how many of them stand behind a cursor.
pub(super) fn counts(view: &View, cursor: &str) -> Pending<ViewCounts> {
    call("counts", &[("view", view), ("cursor", &cursor)])
}

/// One consumer as it is now, and who changed it since a revision, if that was another administrator.
pub(super) fn find(key: ConsumerKey, since: i64) -> Pending<(Consumer, Option<Actor>)> {
    with_author("find", &[("key", &key), ("since", &since)])
}

/// Registers a consumer, under a new key unless it brings one along.
pub(super) fn register(name: &str, secret: &str, key: &str) -> Pending<Consumer> {
    call("register", &[("name", &name), ("secret", &secret), ("key", &key)])
}

/// Whether a consumer, but the one with this key, has this name, or one that looks like it.
pub(super) fn name_in_use(name: &str, but: Option<ConsumerKey>) -> Pending<bool> {
    let key = but.map(|key| key.to_string());
    match &key {
        Some(key) => call("name_in_use", &[("name", &name), ("key", key)]),
        None => call("name_in_use", &[("name", &name)]),
    }
}

/// How many users are signed in through any of these consumers, one key on a line.
pub(super) fn signed_in_users(keys: &str) -> Pending<u64> {
    call("signed_in_users", &[("keys", &keys)])
}

/// Does it to consumers that were picked, each with the revision that was seen, one on a line. The reason may be empty.
pub(super) fn decide_picked(deed: Deed, picked: &str, reason: &str) -> Pending<BulkPart> {
    call("decide_picked", &[("deed", &deed.word()), ("picked", &picked), ("reason", &reason)])
}

/// Does it to the next consumers of a view, which is given as its query: behind the cursor, but for those that are left out.
pub(super) fn decide_part(
    deed: Deed,
    whole: &Whole,
    behind: &str,
    left_out: &str,
    reason: &str,
) -> Pending<BulkPart> {
    let (deed, Whole { view, seen, at_ms }) = (deed.word(), whole);
    let fields: Fields<'_> = &[
        ("deed", &deed),
        ("view", view),
        ("seen", seen),
        ("at_ms", at_ms),
        ("behind", &behind),
        ("left_out", &left_out),
        ("reason", &reason),
    ];
    call("decide_part", fields)
}

/// Approves a consumer as it was at a revision, and trusts it where that is asked for as well. The reason may be empty. Returns
/// who was faster, if another administrator was.
pub(super) fn approve(
    key: ConsumerKey,
    revision: i64,
    trusted: bool,
    reason: &str,
) -> Pending<(Consumer, Option<Actor>)> {
    let fields: Fields<'_> =
        &[("key", &key), ("revision", &revision), ("trusted", &trusted), ("reason", &reason)];
    with_author("approve", fields)
}

/// Disapproves a consumer as it was at a revision. The reason may be empty. Returns who was faster, if another administrator
/// was.
pub(super) fn disapprove(
    key: ConsumerKey,
    revision: i64,
    reason: &str,
) -> Pending<(Consumer, Option<Actor>)> {
    with_author("disapprove", &[("key", &key), ("revision", &revision), ("reason", &reason)])
}

/// Takes back the decision that made this revision of a consumer.
pub(super) fn undo(key: ConsumerKey, revision: i64) -> Pending<Consumer> {
    call("undo", &[("key", &key), ("revision", &revision)])
}

/// Revokes every token of a consumer. The reason may be empty.
pub(super) fn sign_everybody_out(key: ConsumerKey, reason: &str) -> Pending<Consumer> {
    call("sign_everybody_out", &[("key", &key), ("reason", &reason)])
}

/// Signs a user out of a consumer.
pub(super) fn sign_out(key: ConsumerKey, username: &str) -> Pending<Consumer> {
    call("sign_out", &[("key", &key), ("username", &username)])
}

/// Saves what was changed in the edit dialog; its key and the revision that is changed are among the fields.
pub(super) fn edit(fields: Fields<'_>) -> Pending<Consumer> {
    call("edit", fields)
}

/// Removes a consumer as it was at a revision, for good. The reason may be empty.
pub(super) fn remove(key: ConsumerKey, revision: i64, reason: &str) -> Pending<()> {
    call("remove", &[("key", &key), ("revision", &revision), ("reason", &reason)])
}

/// How many undecided requests came from an address, or from its /64 if it is an IPv6 address.
pub(super) fn count_requests_from(address: IpAddr) -> Pending<u64> {
    call("count_requests_from", &[("address", &address)])
}

/// Removes them, for good; returns their keys.
pub(super) fn remove_requests_from(address: IpAddr) -> Pending<Vec<ConsumerKey>> {
    call("remove_requests_from", &[("address", &address)])
}

/// What stands beside the members of a consumer: who changed it, if that was another administrator. Absent from a server of an
/// earlier version.
#[derive(Deserialize)]
struct Author {
    #[serde(default)]
    by_another: Option<Actor>,
}

fn with_author(function: &str, fields: Fields<'_>) -> Pending<(Consumer, Option<Actor>)> {
    let answer = call_for_both::<Consumer, Author>(function, fields);
    Box::pin(async move {
        let (consumer, author) = answer.await?;
        Ok((consumer, author.by_another))
    })
}
