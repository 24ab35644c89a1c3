//! Passkeys at rest: one answer for each question, bounds, and what goes with the second factor.

use crate::support;

use std::sync::Arc;

use store::{
    CodeCheck, MOST_PASSKEYS, NewPasskey, PasskeyAdded, PasskeyUse, SecondFactors, Store, vault::Secret,
};
use support::{at, by, insert_user, store};
use tokio::task::JoinSet;

/// A user with a confirmed second factor.
async fn set_up(store: &Store, username: &str) -> i64 {
    let id = insert_user(store, username, false).await;
    confirm(store.second_factor(id)).await;
    id
}

async fn confirm(factor: SecondFactors<'_>) {
    assert!(factor.begin(&Secret::new("SEALED".to_owned()), b"a session", at(10)).await.unwrap());
    assert!(factor.confirm(b"a session", at(0), 5, &[], by(20)).await.unwrap());
}

fn passkey(id: u64) -> NewPasskey {
    let (id, user_handle) = (id.to_be_bytes().to_vec(), vec![1; 16]);
    NewPasskey { id, user_handle, name: "phone".to_owned(), credential: "{}".to_owned() }
}

fn used(id: u64, counter: u32) -> PasskeyUse {
    PasskeyUse { id: id.to_be_bytes().to_vec(), counter, credential: "{}".to_owned() }
}

async fn ask(factor: SecondFactors<'_>, question: &[u8], n: i64) {
    factor.challenge(question, "{}".to_owned(), at(n), at(n - 300)).await.unwrap();
}

async fn add(factor: SecondFactors<'_>, id: u64) {
    ask(factor, b"new", 30).await;
    assert_eq!(factor.add_passkey(b"new", passkey(id), by(30)).await.unwrap(), PasskeyAdded::Added);
}

/// What came of an answer, many times at once on two nodes.
async fn at_once(nodes: [Arc<Store>; 2], user: i64) -> Vec<CodeCheck> {
    let mut answers = JoinSet::new();
    for store in nodes.into_iter().cycle().take(8) {
        answers.spawn(async move {
            store.second_factor(user).use_passkey(b"question", used(1, 0), at(41)).await.unwrap()
        });
    }
    answers.join_all().await
}

#[tokio::test]
async fn of_the_same_answer_many_times_at_once_on_two_nodes_one_is_accepted() {
    let (folder, store) = store().await;
    let user = set_up(&store, "ada").await;
    add(store.second_factor(user), 1).await;
    ask(store.second_factor(user), b"question", 40).await;
    let store = Arc::new(store);
    let other = if folder.is_postgres() { Arc::new(folder.open().await.unwrap()) } else { store.clone() };
    let checks = at_once([store, other], user).await;
    assert_eq!(checks.iter().filter(|check| **check == CodeCheck::Right).count(), 1, "{checks:?}");
    assert_eq!(checks.iter().filter(|check| **check == CodeCheck::QuestionGone).count(), 7, "{checks:?}");
}

#[tokio::test]
async fn a_question_without_its_sign_in_is_kept_and_one_of_another_account_does_not_count() {
    let (_folder, store) = store().await;
    let (ada, grace) = (set_up(&store, "ada").await, set_up(&store, "grace").await);
    let factor = store.second_factor(ada);
    add(factor, 1).await;
    ask(factor, b"question", 40).await;
    let without_step = factor.in_step(b"gone").use_passkey(b"question", used(1, 0), at(41)).await.unwrap();
    assert_eq!(without_step, CodeCheck::StepGone);
    assert!(store.second_factor(grace).challenged(b"question", at(0)).await.unwrap().is_none());
    let of_grace = store.second_factor(grace).use_passkey(b"question", used(1, 0), at(41)).await.unwrap();
    assert_eq!(of_grace, CodeCheck::Wrong, "the passkey is ada's");
    assert!(factor.challenged(b"question", at(40)).await.unwrap().is_none(), "it was asked too long ago");
    assert_eq!(factor.challenged(b"question", at(39)).await.unwrap().as_deref(), Some("{}"));
    assert_eq!(factor.use_passkey(b"question", used(1, 0), at(41)).await.unwrap(), CodeCheck::Right);
}

#[tokio::test]
async fn the_questions_of_an_account_are_eight_at_most_and_old_ones_go() {
    let (folder, store) = store().await;
    let (ada, grace) = (set_up(&store, "ada").await, set_up(&store, "grace").await);
    ask(store.second_factor(grace), b"of grace", 35).await;
    for n in 40..60 {
        ask(store.second_factor(ada), &n.to_string().into_bytes(), n).await;
    }
    assert_eq!(folder.number("SELECT count(*) FROM passkey_challenges").await, 9);
    assert!(store.second_factor(ada).challenged(b"59", at(0)).await.unwrap().is_some(), "the newest stay");
    assert!(store.second_factor(ada).challenged(b"51", at(0)).await.unwrap().is_none());
    ask(store.second_factor(ada), b"later", 1_000).await;
    assert_eq!(folder.number("SELECT count(*) FROM passkey_challenges").await, 1);
}

#[tokio::test]
async fn an_account_has_no_more_passkeys_than_it_may_whatever_was_begun() {
    let (_folder, store) = store().await;
    let factor = store.second_factor(set_up(&store, "ada").await);
    for id in 1..=MOST_PASSKEYS {
        add(factor, id).await;
    }
    ask(factor, b"one more", 40).await;
    assert_eq!(factor.add_passkey(b"one more", passkey(99), by(41)).await.unwrap(), PasskeyAdded::TooMany);
    assert_eq!(factor.passkeys().await.unwrap().len(), 20);
}

#[tokio::test]
async fn a_second_factor_that_an_earlier_version_removed_comes_back_without_its_passkeys() {
    let (folder, store) = store().await;
    let ada = set_up(&store, "ada").await;
    add(store.second_factor(ada), 1).await;
    folder.sql("DELETE FROM second_factors").await;
    folder.sql("UPDATE users SET second_factor = FALSE").await;
    confirm(store.second_factor(ada)).await;
    assert_eq!(store.second_factor(ada).passkeys().await.unwrap(), []);
}
