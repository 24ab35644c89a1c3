//! Second factors at rest: what is pending and what counts, each code once, and how many may be wrong.

use crate::support;

use std::sync::Arc;

use domain::{AccountChange, Action, User, Username};
use store::{CodeCheck, MOST_WRONG_CODES, PAUSE, Store, vault::Secret};
use support::{Folder, at, by, insert_user, store, user};
use time::Duration;
use tokio::task::JoinSet;

const SESSION: &[u8] = b"a session";

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

/// A user with a confirmed second factor, whose first code was of step 5, and a recovery code that is the username.
async fn set_up(store: &Store, username: &str) -> i64 {
    let id = insert_user(store, username, false).await;
    let factor = store.second_factor(id);
    assert!(factor.begin(&secret("SEALED"), SESSION, at(10)).await.unwrap());
    assert!(factor.confirm(SESSION, at(0), 5, &[username.as_bytes().to_vec()], by(20)).await.unwrap());
    id
}

async fn has_factor(store: &Store, username: &str) -> bool {
    store.users().find(&name(username)).await.unwrap().unwrap().user.second_factor
}

#[tokio::test]
async fn a_secret_counts_only_once_it_is_confirmed_by_the_session_that_began_it() {
    let (folder, store) = store().await;
    let id = insert_user(&store, "ada", false).await;
    let factor = store.second_factor(id);
    assert!(factor.begin(&secret("FIRST"), SESSION, at(10)).await.unwrap());
    assert!(factor.begin(&secret("SECOND"), SESSION, at(11)).await.unwrap(), "in place of the first");
    assert_eq!(factor.pending(SESSION, at(0)).await.unwrap().unwrap().expose(), "SECOND");
    assert!(factor.pending(b"another session", at(0)).await.unwrap().is_none());
    assert!(factor.pending(SESSION, at(11)).await.unwrap().is_none(), "it was begun too long ago");
    assert!(factor.secret().await.unwrap().is_none() && !has_factor(&store, "ada").await);
    assert_eq!(factor.use_step(Some(9), at(12)).await.unwrap(), CodeCheck::Wrong);
    assert!(!factor.confirm(b"another session", at(0), 5, &[], by(12)).await.unwrap());
    assert!(!factor.confirm(SESSION, at(11), 5, &[], by(12)).await.unwrap());
    assert!(factor.confirm(SESSION, at(0), 5, &[b"one".to_vec()], by(12)).await.unwrap());
    assert!(!factor.confirm(SESSION, at(0), 6, &[], by(13)).await.unwrap(), "once");
    assert_eq!(factor.secret().await.unwrap().unwrap().expose(), "SECOND");
    assert!(factor.pending(SESSION, at(0)).await.unwrap().is_none(), "what counts is shown to nobody");
    assert!(has_factor(&store, "ada").await);
    assert!(!factor.begin(&secret("THIRD"), SESSION, at(14)).await.unwrap(), "it has to be removed first");
    assert!(!folder.holds("SECOND").await, "the secret is sealed");
    let line = store.activity().after(0, 100).await.unwrap().pop().unwrap();
    assert_eq!(line.action, Action::SecondFactorAdded);
    let after: User = serde_json::from_value(line.after.unwrap()).unwrap();
    assert_eq!(after, User { second_factor: true, ..user("ada", false) });
}

#[tokio::test]
async fn a_code_is_accepted_once_and_none_before_it_afterwards() {
    let (_folder, store) = store().await;
    let id = set_up(&store, "ada").await;
    let factor = store.second_factor(id);
    let mut checks = Vec::new();
    for step in [5, 4, 6, 6, 5, 7] {
        checks.push(factor.use_step(Some(step), at(30)).await.unwrap() == CodeCheck::Right);
    }
    assert_eq!(checks, [false, false, true, false, false, true]);
}

#[tokio::test]
async fn of_the_same_code_many_times_at_once_one_is_accepted() {
    let (folder, store) = store().await;
    let id = set_up(&store, "ada").await;
    let beside = Arc::new(folder.open().await.unwrap());
    let store = Arc::new(store);
    let mut checks = JoinSet::new();
    for n in 0..8 {
        let store = if n % 2 == 0 { store.clone() } else { beside.clone() };
        checks.spawn(async move { store.second_factor(id).use_step(Some(6), at(30)).await.unwrap() });
    }
    let checks = checks.join_all().await;
    assert_eq!(checks.iter().filter(|check| **check == CodeCheck::Right).count(), 1, "{checks:?}");
}

#[tokio::test]
async fn after_too_many_wrong_codes_no_code_is_looked_at_for_a_while_and_a_recovery_code_is() {
    let (_folder, store) = store().await;
    let id = set_up(&store, "ada").await;
    let other = set_up(&store, "eve").await;
    let factor = store.second_factor(id);
    for _ in 0..MOST_WRONG_CODES {
        assert_eq!(factor.use_step(None, at(30)).await.unwrap(), CodeCheck::Wrong);
    }
    let too_many = |seconds| CodeCheck::TooManyWrong(std::time::Duration::from_secs(seconds));
    assert_eq!(
        factor.use_step(Some(100), at(30)).await.unwrap(),
        too_many(15 * 60),
        "not even the right one"
    );
    assert_eq!(factor.use_step(Some(100), at(29) + PAUSE).await.unwrap(), too_many(1));
    assert_eq!(
        factor.use_step(Some(100), at(20)).await.unwrap(),
        too_many(15 * 60),
        "the clock was set back"
    );
    assert_eq!(store.second_factor(other).use_step(Some(100), at(30)).await.unwrap(), CodeCheck::Right);
    assert_eq!(factor.use_recovery_code(b"ada", by(31)).await.unwrap(), CodeCheck::Right);
    assert_eq!(factor.use_step(Some(100), at(30) + PAUSE).await.unwrap(), CodeCheck::Right);
    let again = at(31) + PAUSE;
    assert_eq!(
        factor.use_step(None, again).await.unwrap(),
        CodeCheck::Wrong,
        "a right one begins the count again"
    );
}

#[tokio::test]
async fn guesses_at_once_are_counted_each() {
    let (_folder, store) = store().await;
    let id = set_up(&store, "ada").await;
    let store = Arc::new(store);
    let mut checks = JoinSet::new();
    for _ in 0..30 {
        let store = store.clone();
        checks.spawn(async move { store.second_factor(id).use_step(None, at(30)).await.unwrap() });
    }
    let looked_at = checks.join_all().await.into_iter().filter(|check| *check == CodeCheck::Wrong).count();
    assert_eq!(i64::try_from(looked_at).unwrap(), MOST_WRONG_CODES);
}

#[tokio::test]
async fn a_recovery_code_is_used_once_by_its_own_account_and_new_ones_replace_the_rest() {
    let (_folder, store) = store().await;
    let id = insert_user(&store, "ada", false).await;
    let factor = store.second_factor(id);
    assert!(
        !factor.renew_recovery_codes(&[b"none".to_vec()], by(1)).await.unwrap(),
        "there is no second factor"
    );
    assert!(factor.begin(&secret("SEALED"), SESSION, at(10)).await.unwrap());
    let codes = [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()];
    assert!(factor.confirm(SESSION, at(0), 5, &codes, by(20)).await.unwrap());
    let eve = store.second_factor(set_up_other(&store).await);
    assert_eq!(eve.use_recovery_code(b"one", by(21)).await.unwrap(), CodeCheck::Wrong);
    assert_eq!(factor.use_recovery_code(b"one", by(21)).await.unwrap(), CodeCheck::Right);
    assert_eq!(factor.use_recovery_code(b"one", by(21)).await.unwrap(), CodeCheck::Wrong);
    assert_eq!(factor.count_recovery_codes().await.unwrap(), 2);
    let line = store.activity().after(0, 100).await.unwrap().pop().unwrap();
    assert_eq!((line.action, line.after), (Action::RecoveryCodeUsed, None));
    assert!(factor.renew_recovery_codes(&[b"four".to_vec()], by(22)).await.unwrap());
    assert_eq!(factor.count_recovery_codes().await.unwrap(), 1);
    assert_eq!(factor.use_recovery_code(b"two", by(23)).await.unwrap(), CodeCheck::Wrong);
    assert_eq!(factor.use_recovery_code(b"four", by(23)).await.unwrap(), CodeCheck::Right);
}

/// Eve, whose recovery code is none of Ada's.
async fn set_up_other(store: &Store) -> i64 {
    let id = insert_user(store, "eve", false).await;
    let factor = store.second_factor(id);
    assert!(factor.begin(&secret("ANOTHER"), SESSION, at(10)).await.unwrap());
    assert!(factor.confirm(SESSION, at(0), 5, &[b"of eve".to_vec()], by(20)).await.unwrap());
    id
}

#[tokio::test]
async fn removing_it_removes_the_recovery_codes_and_what_is_pending_and_is_told_once() {
    let (_folder, store) = store().await;
    let id = set_up(&store, "ada").await;
    let factor = store.second_factor(id);
    assert!(factor.remove(by(30)).await.unwrap());
    assert!(factor.secret().await.unwrap().is_none() && !has_factor(&store, "ada").await);
    assert_eq!(factor.use_recovery_code(b"ada", by(31)).await.unwrap(), CodeCheck::Wrong);
    let told = store.activity().latest().await.unwrap();
    assert!(!factor.remove(by(32)).await.unwrap());
    assert!(factor.begin(&secret("PENDING"), SESSION, at(33)).await.unwrap());
    let reset = store.users().reset_second_factor(&name("ADA"), by(34)).await.unwrap().unwrap();
    assert_eq!(reset, user("ada", false));
    assert!(factor.pending(SESSION, at(0)).await.unwrap().is_none());
    assert_eq!(store.activity().latest().await.unwrap(), told, "nothing counted, so nothing is told");
    assert!(store.users().reset_second_factor(&name("nobody"), by(34)).await.unwrap().is_none());
    set_up_again(&store, id).await;
    store.users().reset_second_factor(&name("ada"), by(36)).await.unwrap().unwrap();
    assert!(!has_factor(&store, "ada").await);
    let line = store.activity().after(0, 100).await.unwrap().pop().unwrap();
    assert_eq!(line.action, Action::SecondFactorRemoved);
}

async fn set_up_again(store: &Store, id: i64) {
    let factor = store.second_factor(id);
    assert!(factor.begin(&secret("AGAIN"), SESSION, at(35)).await.unwrap());
    assert!(factor.confirm(SESSION, at(0), 5, &[], by(35)).await.unwrap());
}

#[tokio::test]
async fn a_session_whose_password_was_checked_before_a_second_factor_came_does_not_begin() {
    let (_folder, store) = store().await;
    insert_user(&store, "ada", false).await;
    let checked = store.users().find(&name("ada")).await.unwrap().unwrap();
    set_up_again(&store, checked.id).await;
    assert!(!store.sessions().begin(b"one", &checked, None, None, None, by(40)).await.unwrap());
    let checked = store.users().find(&name("ada")).await.unwrap().unwrap();
    assert!(store.sessions().begin(b"one", &checked, None, None, None, by(40)).await.unwrap());
}

#[tokio::test]
async fn a_step_between_password_and_code_is_used_once_and_ends_with_time_password_and_account() {
    let (_folder, store) = store().await;
    insert_user(&store, "root", true).await;
    let id = set_up(&store, "ada").await;
    let account = async || store.users().find(&name("ada")).await.unwrap().unwrap();
    let steps = store.sign_in_steps();
    let insert = async |hash: &[u8], n: i64| {
        steps.insert(hash, &account().await, false, at(n), at(n) - Duration::minutes(5)).await.unwrap();
    };
    let is_there = async |hash: &[u8], after: i64| steps.find(hash, at(after)).await.unwrap().is_some();
    insert(b"one", 10).await;
    assert!(is_there(b"one", 9).await && !is_there(b"one", 10).await && !is_there(b"two", 9).await);
    let factor = store.second_factor(id);
    assert_eq!(factor.in_step(b"one").use_step(Some(6), at(12)).await.unwrap(), CodeCheck::Right);
    assert_eq!(factor.in_step(b"one").use_step(Some(7), at(12)).await.unwrap(), CodeCheck::StepGone);
    assert!(!is_there(b"one", 9).await);
    insert(b"password", 11).await;
    store.users().change_password(&name("ada"), "another hash", false, by(12)).await.unwrap().unwrap();
    assert!(!is_there(b"password", 9).await);
    insert(b"signed out", 13).await;
    store.users().sign_out(&name("ada"), by(14)).await.unwrap().unwrap();
    assert!(!is_there(b"signed out", 9).await);
    insert(b"disabled", 15).await;
    store.users().change(&name("ada"), AccountChange::Disable, by(16)).await.unwrap().unwrap();
    assert!(!is_there(b"disabled", 9).await);
    store.users().change(&name("ada"), AccountChange::Enable, by(17)).await.unwrap().unwrap();
    assert!(!is_there(b"disabled", 9).await, "enabling brings no step back");
    insert(b"later", 1000).await;
    let swept = factor.in_step(b"password").use_step(Some(7), at(1000)).await.unwrap();
    assert_eq!(swept, CodeCheck::StepGone, "what is old is swept");
}

#[tokio::test]
async fn of_two_recovery_codes_at_once_for_one_sign_in_one_is_used_up_and_the_other_stays() {
    let (folder, store) = store().await;
    let id = set_up(&store, "ada").await;
    let codes = [b"one".to_vec(), b"two".to_vec(), b"three".to_vec()];
    assert!(store.second_factor(id).renew_recovery_codes(&codes, by(25)).await.unwrap());
    let account = store.users().find(&name("ada")).await.unwrap().unwrap();
    store.sign_in_steps().insert(b"a step", &account, false, at(30), at(0)).await.unwrap();
    let stores = [Arc::new(store), Arc::new(folder.open().await.unwrap())];
    let mut checks = JoinSet::new();
    for (store, code) in stores.iter().zip([b"one".as_slice(), b"two"]) {
        let store = store.clone();
        checks.spawn(async move {
            store.second_factor(id).in_step(b"a step").use_recovery_code(code, by(31)).await.unwrap()
        });
    }
    let checks = checks.join_all().await;
    assert!(checks.contains(&CodeCheck::Right) && checks.contains(&CodeCheck::StepGone), "{checks:?}");
    assert_eq!(stores[0].second_factor(id).count_recovery_codes().await.unwrap(), 2);
}

#[tokio::test]
async fn a_sealed_secret_moved_to_another_account_does_not_open() {
    let (folder, store): (Folder, Store) = store().await;
    let (ada, eve) = (set_up(&store, "ada").await, set_up_other(&store).await);
    folder
        .sql(&format!(
            "UPDATE second_factors SET secret = (SELECT secret FROM second_factors WHERE user_id = {eve}) \
             WHERE user_id = {ada}"
        ))
        .await;
    let words = store.second_factor(ada).secret().await.unwrap_err().to_string();
    assert!(words.contains("second_factors") && words.contains("reset-factors"), "{words}");
}
