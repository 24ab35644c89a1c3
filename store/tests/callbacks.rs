//! Several callbacks of a consumer at rest, beside nodes of earlier versions, which know the first alone; and callbacks of
//! temporary credentials that are known only with the decision.

use crate::support;

use domain::{Action, Consumer, Edit};
use store::{ConsentDecision, Decider, NewTemporaryCredentials, Outcome, State, Store};
use support::{
    access, at, insert, insert_approved, insert_temporary, insert_user, key, new_temporary, save, session,
    store,
};

const A: &str = "https://app.example/cb";
const B: &str = "myapp://cb";
const C: &str = "com.example.app:/cb";

async fn found(store: &Store) -> Consumer {
    store.consumers().find(key(1)).await.unwrap().unwrap()
}

/// Registers callbacks for consumer 1.
async fn register(store: &Store, callbacks: &[&str]) -> Consumer {
    let before = found(store).await;
    let callbacks = callbacks.iter().map(|callback| (*callback).to_owned()).collect();
    let edit = Edit { callback_urls: Some(callbacks), ..Edit::default() };
    let after = before.edit(&edit, at(2)).unwrap().unwrap();
    save(store, &before, &after).await.unwrap();
    after
}

#[tokio::test]
async fn callbacks_come_out_in_their_order_for_pages_and_for_verification() {
    let (_folder, store) = store().await;
    insert(&store, 1).await;
    assert_eq!(found(&store).await.callback_urls.len(), 0);
    for callbacks in [&[B, A, C][..], &[A], &[], &[C, B]] {
        let after = register(&store, callbacks).await;
        assert_eq!(after.callback_urls, callbacks);
        assert_eq!(found(&store).await, after);
        let cached = store.consumers().cached(key(1)).await.unwrap().unwrap();
        assert_eq!(cached.callback_urls, callbacks);
    }
}

#[tokio::test]
async fn a_node_of_the_version_before_reads_and_writes_the_first_callback_alone() {
    let (folder, store) = store().await;
    insert(&store, 1).await;
    register(&store, &[A, B]).await;
    let first = format!("SELECT count(*) FROM consumers WHERE callback_url = '{A}'");
    assert_eq!(folder.number(&first).await, 1);
    for (written, callbacks) in [(C, &[C, B][..]), (B, &[B]), (A, &[A, B])] {
        folder.sql(&format!("UPDATE consumers SET callback_url = '{written}'")).await;
        let read = found(&store).await;
        assert_eq!((read.callback_url.as_deref(), &*read.callback_urls), (Some(written), &*owned(callbacks)));
    }
    folder.sql("UPDATE consumers SET callback_url = NULL, trusted = TRUE").await;
    let read = found(&store).await;
    assert_eq!((read.callback_url, read.callback_urls.len(), read.trusted), (None, 0, false));
}

fn owned(callbacks: &[&str]) -> Vec<String> {
    callbacks.iter().map(|callback| (*callback).to_owned()).collect()
}

#[tokio::test]
async fn a_consumer_that_the_version_before_inserts_has_no_callback_and_no_permission_of_this_one() {
    let (folder, store) = store().await;
    insert(&store, 1).await;
    let columns =
        "name, secret_key_id, secret, status, trusted, created_at, created_by, updated_at, revision";
    let old = format!(
        "INSERT INTO consumers (key, {columns}) SELECT '{}', {columns} FROM consumers WHERE key = '{}'",
        key(2),
        key(1)
    );
    folder.sql(&old).await;
    let two = store.consumers().find(key(2)).await.unwrap().unwrap();
    assert_eq!((two.callback_urls.len(), two.allow_oauth_1_0), (0, false));
}

#[tokio::test]
async fn a_list_of_callbacks_that_is_none_is_an_error_and_no_empty_list() {
    let (folder, store) = store().await;
    insert(&store, 1).await;
    register(&store, &[A, B]).await;
    folder.sql(r#"UPDATE consumers SET other_callback_urls = '{"no": "list"}'"#).await;
    let refused = store.consumers().find(key(1)).await.unwrap_err();
    assert!(refused.to_string().contains("callbacks of a consumer"), "{refused:?}");
}

async fn decide(
    store: &Store,
    token: &str,
    callback: &str,
    decision: ConsentDecision,
    user_id: i64,
) -> Outcome {
    let mut asked = store.temporary_credentials().find(token).await.unwrap().unwrap();
    callback.clone_into(&mut asked.callback);
    let activity = access(Action::AccessAllowed, asked.consumer_key);
    let session = session(store, user_id).await;
    let decider = Decider { user_id, session: &session };
    store.temporary_credentials().decide(&asked, decider, decision, activity, |_| true).await.unwrap()
}

#[tokio::test]
async fn what_was_requested_without_a_callback_learns_it_with_the_first_decision() {
    let (_folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    insert_approved(&store, 1).await;
    // Begun here, so that the race is between two decisions.
    session(&store, ada).await;
    let new = NewTemporaryCredentials { callback: String::new(), ..new_temporary("one", 1) };
    assert!(insert_temporary(&store, new).await);
    let allow = || ConsentDecision::Allow(b"a hash".to_vec());
    let (here, there) =
        tokio::join!(decide(&store, "one", A, allow(), ada), decide(&store, "one", C, allow(), ada));
    assert_ne!(here, there, "one of two at once");
    let decided = store.temporary_credentials().find("one").await.unwrap().unwrap();
    let callback = if here == Outcome::Stored { A } else { C };
    assert_eq!((decided.state, &*decided.callback), (State::Allowed, callback));
}

#[tokio::test]
async fn each_registered_callback_is_answered_unasked_and_no_other() {
    let (_folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    insert_approved(&store, 1).await;
    let before = register(&store, &[A, B]).await;
    let trust = Edit { trusted: Some(true), ..Edit::default() };
    save(&store, &before, &before.edit(&trust, at(3)).unwrap().unwrap()).await.unwrap();
    let unasked = |registered: &str| ConsentDecision::AllowUnasked {
        verifier_hash: b"a hash".to_vec(),
        registered_callback: registered.to_owned(),
    };
    for (token, callback, outcome) in
        [("first", A, Outcome::Stored), ("second", B, Outcome::Stored), ("other", C, Outcome::Over)]
    {
        assert!(insert_temporary(&store, new_temporary(token, 1)).await);
        assert_eq!(decide(&store, token, callback, unasked(callback), ada).await, outcome, "{callback}");
    }
}
