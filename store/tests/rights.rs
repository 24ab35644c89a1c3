//! The rights of consumers at rest: told from wishes, also in what earlier versions wrote, and looked at again in the
//! transaction that acts on them.

use crate::support;

use std::sync::Arc;

use domain::{Action, Actor, Consumer, Edit, Event, Status};
use store::{ConsentDecision, Decider, Outcome, State, Store, activity::NewActivity, feed};
use support::{
    Folder, access, at, by, consumer, decide, insert, insert_approved, insert_temporary, insert_user, key,
    new_temporary, registered, save, secret, session, store,
};

const CALLBACK: &str = "https://app.example/cb";

/// Makes the database one of the version before, which took a wish for trust.
const EARLIER: [&str; 3] = [
    "ALTER TABLE consumers DROP COLUMN trusted_wished",
    "ALTER TABLE consumers DROP COLUMN may_administer",
    "DELETE FROM seaql_migrations WHERE version = 'm20261129_000007_tell_wishes_from_trust'",
];

async fn found(store: &Store, n: u32) -> Consumer {
    store.consumers().find(key(n)).await.unwrap().unwrap()
}

/// Adds consumer `n` as an earlier version would have kept it: trusted.
async fn insert_trusted(store: &Store, folder: &Folder, n: u32, by: Actor, status: &str, callback: &str) {
    let consumer = Consumer { created_by: by, ..consumer(n) };
    store.consumers().insert(&consumer, &secret("a secret"), registered(&consumer)).await.unwrap();
    let set = format!("trusted = TRUE, status = '{status}', callback_url = {callback}");
    folder.sql(&format!("UPDATE consumers SET {set} WHERE key = '{}'", key(n))).await;
}

#[tokio::test]
async fn what_an_earlier_version_granted_to_a_request_is_a_wish_after_the_upgrade() {
    let (folder, store) = store().await;
    let (request, ada) = (|| Actor::Request, || Actor::from("ada".to_owned()));
    let callback = format!("'{CALLBACK}'");
    insert_trusted(&store, &folder, 1, request(), "pending", "NULL").await;
    insert_trusted(&store, &folder, 2, request(), "disapproved", &callback).await;
    insert_trusted(&store, &folder, 3, request(), "approved", "NULL").await;
    insert_trusted(&store, &folder, 4, request(), "approved", &callback).await;
    insert_trusted(&store, &folder, 5, ada(), "approved", "NULL").await;
    insert_trusted(&store, &folder, 6, ada(), "pending", &callback).await;
    let plain = Consumer { created_by: request(), ..consumer(7) };
    store.consumers().insert(&plain, &secret("a secret"), registered(&plain)).await.unwrap();
    store.close().await.unwrap();
    for statement in EARLIER {
        folder.sql(statement).await;
    }
    let store = folder.open().await.unwrap();
    for (n, trusted, wished, why) in [
        (1, false, true, "nobody has decided yet"),
        (2, false, true, "nobody has granted it"),
        (3, false, true, "approving alone had granted it"),
        (4, true, false, "an administrator has saved it with the callback"),
        (5, false, false, "ada wished nothing, and nothing says where its users are sent"),
        (6, true, false, "ada has granted it"),
        (7, false, false, "it wished nothing"),
    ] {
        let consumer = found(&store, n).await;
        assert_eq!((consumer.trusted, consumer.trusted_wished), (trusted, wished), "{n}: {why}");
        assert_eq!((consumer.may_administer, consumer.revision), (false, 1), "{n}");
    }
    // In the rows themselves, and not only as they are read.
    assert_eq!(folder.number("SELECT count(*) FROM consumers WHERE trusted").await, 2);
    assert_eq!(folder.number("SELECT count(*) FROM consumers WHERE trusted_wished").await, 3);
    store.close().await.unwrap();
    folder.open().await.unwrap().close().await.unwrap();
    assert_eq!(folder.number("SELECT count(*) FROM consumers WHERE trusted").await, 2, "it is done once");
}

#[tokio::test]
async fn a_node_of_the_version_before_goes_on_beside_the_upgrade() {
    let (folder, store) = store().await;
    insert(&store, 1).await;
    // It names the columns that it knows.
    let columns =
        "name, secret_key_id, secret, status, trusted, created_at, created_by, updated_at, revision";
    let old = format!(
        "INSERT INTO consumers (key, {columns}) SELECT '{}', {columns} FROM consumers WHERE key = '{}'",
        key(2),
        key(1)
    );
    folder.sql(&old).await;
    let two = found(&store, 2).await;
    assert_eq!((two.trusted, two.trusted_wished, two.may_administer), (false, false, false));
    folder.sql(&format!("UPDATE consumers SET trusted = TRUE WHERE key = '{}'", key(1))).await;
    assert!(!found(&store, 1).await.trusted, "without a callback");
    assert!(!store.consumers().cached(key(1)).await.unwrap().unwrap().skips_consent);
    // Of a right that it has never heard of it takes none away, and trusts beside it.
    let set = format!("trusted = TRUE, may_administer = TRUE, callback_url = '{CALLBACK}'");
    folder.sql(&format!("UPDATE consumers SET {set} WHERE key = '{}'", key(1))).await;
    let cached = store.consumers().cached(key(1)).await.unwrap().unwrap();
    assert_eq!((cached.skips_consent, cached.may_administer), (true, false), "never both");
}

#[tokio::test]
async fn rights_come_out_as_they_were_put_in_also_for_verification() {
    let (_folder, store) = store().await;
    let one = insert_approved(&store, 1).await;
    let administer = Edit { may_administer: Some(true), ..Edit::default() };
    let after = one.edit(&administer, at(2)).unwrap().unwrap();
    save(&store, &one, &after).await.unwrap();
    assert_eq!(found(&store, 1).await, after);
    let cached = store.consumers().cached(key(1)).await.unwrap().unwrap();
    assert_eq!((cached.skips_consent, cached.may_administer), (false, true));
    let wished =
        Consumer { trusted_wished: true, created_by: Actor::Request, requested_times: 1, ..consumer(2) };
    store.consumers().insert(&wished, &secret("a secret"), registered(&wished)).await.unwrap();
    assert_eq!(found(&store, 2).await, wished);
}

#[tokio::test]
async fn a_trust_without_a_callback_in_the_activity_reaches_no_page() {
    let (_folder, store) = store().await;
    let old = Consumer { trusted: true, created_by: Actor::Request, ..consumer(1) };
    let new = NewActivity::consumer(by(1), Action::ConsumerRequested, None, Some(&old));
    store.consumers().insert(&consumer(1), &secret("a secret"), new).await.unwrap();
    let line = store.activity().after(0, 10).await.unwrap().pop().unwrap();
    let Some(Event::Consumer(told)) = feed::event(&line).unwrap() else { panic!("{line:?}") };
    assert_eq!((told.trusted, told.trusted_wished), (false, true));
}

/// Allows temporary credentials without asking the user; `false` where the user has to be asked.
async fn allow_unasked(store: &Store, token: &str, registered: &str, user_id: i64) -> bool {
    let asked = store.temporary_credentials().find(token).await.unwrap().unwrap();
    let (verifier_hash, registered_callback) = (b"a hash".to_vec(), registered.to_owned());
    let decision = ConsentDecision::AllowUnasked { verifier_hash, registered_callback };
    let activity = access(Action::AccessAllowed, asked.consumer_key);
    let decider = Decider { user_id, session: &session(store, user_id).await };
    let outcome = store.temporary_credentials().decide(&asked, decider, decision, activity, |_| true);
    outcome.await.unwrap() == Outcome::Stored
}

#[tokio::test]
async fn nothing_is_allowed_unasked_unless_the_transaction_sees_the_trust_and_that_callback() {
    let (_folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    let plain = insert_approved(&store, 1).await;
    session(&store, ada).await;
    let told = store.activity().latest().await.unwrap();
    for token in ["early", "right"] {
        assert!(insert_temporary(&store, new_temporary(token, 1)).await);
    }
    assert!(!allow_unasked(&store, "early", CALLBACK, ada).await, "not trusted");
    let trust =
        Edit { trusted: Some(true), callback_url: Some(Some(CALLBACK.to_owned())), ..Edit::default() };
    let trusted = plain.edit(&trust, at(2)).unwrap().unwrap();
    save(&store, &plain, &trusted).await.unwrap();
    assert!(!allow_unasked(&store, "early", "https://evil.example/x", ada).await, "another callback");
    let stopped = decide(&store, &trusted, Status::Disapproved).await;
    assert!(!allow_unasked(&store, "early", CALLBACK, ada).await, "disapproved");
    let again = decide(&store, &stopped, Status::Approved).await;
    assert!(allow_unasked(&store, "right", CALLBACK, ada).await);
    assert!(!allow_unasked(&store, "right", CALLBACK, ada).await, "twice");
    let distrust = Edit { trusted: Some(false), ..Edit::default() };
    save(&store, &again, &again.edit(&distrust, at(3)).unwrap().unwrap()).await.unwrap();
    assert!(!allow_unasked(&store, "early", CALLBACK, ada).await, "not trusted any more");
    let early = store.temporary_credentials().find("early").await.unwrap().unwrap();
    assert_eq!((early.state, early.verifier_hash), (State::Undecided, None));
    assert_eq!(store.activity().latest().await.unwrap(), told + 5, "what was not done is not told");
}

#[tokio::test]
async fn a_trust_that_is_taken_away_at_the_same_time_is_either_seen_or_comes_later() {
    let (folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    let plain = insert_approved(&store, 1).await;
    let trust =
        Edit { trusted: Some(true), callback_url: Some(Some(CALLBACK.to_owned())), ..Edit::default() };
    let trusted = plain.edit(&trust, at(2)).unwrap().unwrap();
    save(&store, &plain, &trusted).await.unwrap();
    assert!(insert_temporary(&store, new_temporary("racing", 1)).await);
    // Begun here, so that the race is between two transactions.
    session(&store, ada).await;
    let beside = Arc::new(folder.open().await.unwrap());
    let distrust = Edit { trusted: Some(false), ..Edit::default() };
    let after = trusted.edit(&distrust, at(3)).unwrap().unwrap();
    let (allowed, saved) =
        tokio::join!(allow_unasked(&store, "racing", CALLBACK, ada), save(&beside, &trusted, &after));
    saved.unwrap();
    let lines = store.activity().after(0, 100).await.unwrap();
    let last = lines.last().unwrap();
    // Allowed only before the trust was taken away.
    assert_eq!(last.action, Action::ConsumerEdited, "{allowed}: {lines:?}");
    assert!(!allow_unasked(&store, "racing", CALLBACK, ada).await);
}
