//! Lists of activity by consumer, author, action and time, between two numbers.

use crate::support;

use domain::{AccountChange, Action, Actor, LineQuery};
use store::Store;
use support::{at, by, insert, insert_approved, insert_user, key, store, user};

async fn actions(store: &Store, query: &LineQuery) -> Vec<Action> {
    let lines = store.activity().list(query, (None, None), 100).await.unwrap();
    lines.into_iter().map(|line| line.action).collect()
}

#[tokio::test]
async fn each_filter_leaves_what_fits_newest_first_and_all_have_to_fit() {
    let (_folder, store) = store().await;
    insert_user(&store, "ada", true).await;
    insert_user(&store, "bob", false).await;
    insert(&store, 1).await;
    insert_approved(&store, 2).await;
    store
        .users()
        .change(&user("bob", false).username, AccountChange::Disable, by(60))
        .await
        .unwrap()
        .unwrap();
    let all = LineQuery::default();
    assert_eq!(
        actions(&store, &all).await,
        [
            Action::UserDisabled,
            Action::ConsumerEdited,
            Action::ConsumerRegistered,
            Action::ConsumerRegistered,
            Action::UserAdded,
            Action::UserAdded,
        ]
    );
    let consumer = LineQuery { consumer: Some(key(2)), ..all.clone() };
    assert_eq!(actions(&store, &consumer).await, [Action::ConsumerEdited, Action::ConsumerRegistered]);
    let added = LineQuery { action: Some(Action::UserAdded), ..all.clone() };
    assert_eq!(actions(&store, &added).await.len(), 2);
    assert!(actions(&store, &LineQuery { consumer: Some(key(2)), ..added }).await.is_empty());
    let late = LineQuery { from: Some(at(60)), ..all.clone() };
    assert_eq!(actions(&store, &late).await, [Action::UserDisabled]);
    let early = LineQuery { until: Some(at(60)), ..all.clone() };
    assert_eq!(actions(&store, &early).await.len(), 5);
    let by_root = LineQuery { actor: Some(Actor::CommandLine), ..all.clone() };
    assert_eq!(actions(&store, &by_root).await.len(), 6);
    let about = |name| LineQuery { about: Some(user(name, false).username), ..all.clone() };
    assert_eq!(actions(&store, &about("BOB")).await, [Action::UserDisabled, Action::UserAdded]);
    assert!(actions(&store, &about("eve")).await.is_empty());
    for nobody in ["eve", "with a \0"] {
        let query = LineQuery { actor: Some(Actor::from(nobody.to_owned())), ..all.clone() };
        assert!(actions(&store, &query).await.is_empty());
    }
}

#[tokio::test]
async fn what_was_done_to_a_user_is_found_whichever_snapshot_names_them_and_in_any_case() {
    let (folder, store) = store().await;
    insert(&store, 1).await;
    // A token of theirs was revoked by an administrator: only the snapshot before says whose, in a consumer's line.
    folder
        .sql(
            "INSERT INTO activity (at, actor, action, consumer_key, before) \
             VALUES (60, 'ada', 'tokens_revoked', 'a-key', '{\"username\":\"Grace\"}')",
        )
        .await;
    let query = LineQuery { about: Some(user("grace", false).username), ..LineQuery::default() };
    assert_eq!(actions(&store, &query).await, [Action::TokensRevoked]);
}

#[tokio::test]
async fn a_page_lies_between_two_numbers() {
    let (_folder, store) = store().await;
    for n in 1..=5 {
        insert(&store, n).await;
    }
    let ids = async |after, before| -> Vec<i64> {
        let lines = store.activity().list(&LineQuery::default(), (after, before), 2).await.unwrap();
        lines.into_iter().map(|line| line.id).collect()
    };
    let latest = store.activity().latest().await.unwrap();
    assert_eq!(ids(None, None).await, [latest, latest - 1]);
    assert_eq!(ids(None, Some(latest - 1)).await, [latest - 2, latest - 3]);
    assert_eq!(ids(Some(latest - 1), None).await, [latest]);
    assert!(ids(Some(latest), None).await.is_empty());
}
