//! Temporary credentials: decided once by a user, exchanged once by the consumer, and neither when it is over.

use crate::support;

use std::sync::Arc;

use domain::{Action, Edit, Status};
use store::{Decision, State, Store, StoreError, TemporaryCredentials, activity::NewActivity};
use support::{
    access, allow, at, by, decide, insert, insert_approved, insert_user, issue, key, new_temporary,
    new_token, remove, store,
};
use time::Duration;
use tokio::task::JoinSet;

async fn found(store: &Store, token: &str) -> TemporaryCredentials {
    store.temporary_credentials().find(token).await.unwrap().expect("they are kept")
}

async fn state(store: &Store, token: &str) -> State {
    found(store, token).await.state
}

/// Temporary credentials of consumer 1 that no user has decided yet.
async fn ask(store: &Store, token: &str) -> TemporaryCredentials {
    assert!(store.temporary_credentials().insert(new_temporary(token, 1)).await.unwrap());
    found(store, token).await
}

async fn answer(store: &Store, asked: &TemporaryCredentials, user_id: i64, decision: Decision) -> bool {
    let activity = access(Action::AccessAllowed, asked.consumer_key);
    store.temporary_credentials().decide(asked, user_id, decision, activity).await.unwrap()
}

async fn exchange(store: &Store, temporary: &str, token: &str, user_id: i64) -> bool {
    let activity = access(Action::TokenIssued, key(1));
    store.temporary_credentials().exchange(temporary, new_token(token, 1, user_id), activity).await.unwrap()
}

#[tokio::test]
async fn they_come_out_as_they_were_put_in_and_after_the_answer_with_it() {
    let (_folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    insert_approved(&store, 1).await;
    assert!(store.temporary_credentials().find("one").await.unwrap().is_none());
    let asked = ask(&store, "one").await;
    assert_eq!((&*asked.token, asked.secret.expose()), ("one", "the secret of one"));
    assert_eq!((asked.consumer_key, &*asked.callback), (key(1), "https://app.example/cb"));
    assert_eq!((asked.expires_at, asked.state), (at(601), State::Undecided));
    assert_eq!((asked.user_id, &asked.verifier_hash), (None, &None));
    assert!(answer(&store, &asked, ada, Decision::Allow(b"a hash".to_vec())).await);
    let allowed = found(&store, "one").await;
    assert_eq!((allowed.state, allowed.user_id), (State::Allowed, Some(ada)));
    assert_eq!((allowed.verifier_hash.as_deref(), allowed.expires_at), (Some(&b"a hash"[..]), at(601)));
    assert!(exchange(&store, "one", "a token", ada).await);
    assert_eq!(state(&store, "one").await, State::Used);
}

#[tokio::test]
async fn what_is_decided_once_is_not_decided_again() {
    let (_folder, store) = store().await;
    let (ada, eve) = (insert_user(&store, "ada", false).await, insert_user(&store, "eve", false).await);
    insert_approved(&store, 1).await;
    let denied = ask(&store, "denied").await;
    assert!(answer(&store, &denied, ada, Decision::Deny).await);
    let told = store.activity().latest().await.unwrap();
    assert!(!answer(&store, &denied, ada, Decision::Allow(b"a hash".to_vec())).await);
    assert!(!exchange(&store, "denied", "a token", ada).await);
    assert_eq!(found(&store, "denied").await.verifier_hash, None);
    let allowed = ask(&store, "allowed").await;
    assert!(answer(&store, &allowed, ada, Decision::Allow(b"ada's".to_vec())).await);
    assert!(!answer(&store, &allowed, eve, Decision::Allow(b"eve's".to_vec())).await);
    assert!(!answer(&store, &allowed, eve, Decision::Deny).await);
    let allowed = found(&store, "allowed").await;
    assert_eq!((allowed.user_id, allowed.verifier_hash.as_deref()), (Some(ada), Some(&b"ada's"[..])));
    assert_eq!((state(&store, "denied").await, allowed.state), (State::Denied, State::Allowed));
    assert_eq!(store.activity().latest().await.unwrap(), told + 1, "what was not done is not told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_exchange_at_once_from_two_processes_one_gets_a_token() {
    let (folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    insert_approved(&store, 1).await;
    allow(&store, "temporary", 1, ada).await;
    let stores = [Arc::new(store), Arc::new(folder.open().await.unwrap())];
    let mut exchanges = JoinSet::new();
    for n in 0..20 {
        let store = stores[n % 2].clone();
        exchanges.spawn(async move { exchange(&store, "temporary", &format!("token {n}"), ada).await });
    }
    let won = exchanges.join_all().await.into_iter().filter(|won| *won).count();
    assert_eq!((won, folder.number("SELECT count(*) FROM token_credentials").await), (1, 1));
    let issued = "SELECT count(*) FROM activity WHERE action = 'token_issued'";
    assert_eq!(folder.number(issued).await, 1);
}

#[tokio::test]
async fn what_nobody_decided_on_or_knows_is_not_exchanged() {
    let (folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    insert_approved(&store, 1).await;
    ask(&store, "undecided").await;
    for temporary in ["undecided", "unknown", "", "' OR 1 = 1 --"] {
        assert!(!exchange(&store, temporary, "a token", ada).await, "{temporary}");
    }
    assert_eq!(folder.number("SELECT count(*) FROM token_credentials").await, 0);
}

#[tokio::test]
async fn the_fifth_wrong_verifier_makes_them_void_and_no_others() {
    let (_folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    insert_approved(&store, 1).await;
    for token in ["four", "five", "other"] {
        allow(&store, token, 1, ada).await;
    }
    for (token, times) in [("four", 4), ("five", 5), ("unknown", 5)] {
        for _ in 0..times {
            store.temporary_credentials().add_wrong_verifier(token).await.unwrap();
        }
    }
    assert_eq!(state(&store, "five").await, State::Void);
    assert!(!exchange(&store, "five", "token of five", ada).await);
    assert!(exchange(&store, "four", "token of four", ada).await);
    assert!(exchange(&store, "other", "token of other", ada).await);
}

#[tokio::test]
async fn a_consumer_that_is_not_approved_gets_nothing_at_any_step() {
    let (_folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    let nobodys = store.temporary_credentials().insert(new_temporary("unknown", 1)).await.unwrap();
    let pending = insert(&store, 1).await;
    let pendings = store.temporary_credentials().insert(new_temporary("pending", 1)).await.unwrap();
    assert!(!nobodys && !pendings);
    let approved = decide(&store, &pending, Status::Approved).await;
    let asked = ask(&store, "asked").await;
    allow(&store, "allowed", 1, ada).await;
    let disapproved = decide(&store, &approved, Status::Disapproved).await;
    assert!(!store.temporary_credentials().insert(new_temporary("disapproved", 1)).await.unwrap());
    assert!(!answer(&store, &asked, ada, Decision::Allow(b"a hash".to_vec())).await);
    assert!(!exchange(&store, "allowed", "a token", ada).await);
    for token in ["unknown", "pending", "disapproved"] {
        assert!(store.temporary_credentials().find(token).await.unwrap().is_none(), "{token}");
    }
    decide(&store, &disapproved, Status::Approved).await;
    assert!(answer(&store, &asked, ada, Decision::Deny).await, "it can go on where it was");
    assert!(exchange(&store, "allowed", "a token", ada).await);
}

#[tokio::test]
async fn signing_everybody_out_and_removing_the_consumer_revoke_what_is_still_open() {
    let (_folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    let consumer = insert_approved(&store, 1).await;
    let other = insert_approved(&store, 2).await;
    let denied = ask(&store, "denied").await;
    assert!(answer(&store, &denied, ada, Decision::Deny).await);
    issue(&store, new_token("a token", 1, ada)).await;
    let open = ask(&store, "open").await;
    allow(&store, "allowed", 1, ada).await;
    allow(&store, "other", 2, ada).await;
    let out = Edit { sign_everybody_out: true, ..Edit::default() };
    let after = consumer.edit(&out, at(3)).unwrap().unwrap();
    let activity = NewActivity::consumer(by(3), Action::ConsumerEdited, Some(&consumer), Some(&after));
    store.consumers().save(&after, None, true, activity).await.unwrap();
    assert_eq!(state(&store, "open").await, State::Revoked);
    assert_eq!(state(&store, "allowed").await, State::Revoked);
    assert_eq!(state(&store, "denied").await, State::Denied, "what was over stays what it was");
    assert_eq!(state(&store, "temporary a token").await, State::Used);
    assert_eq!(state(&store, "other").await, State::Allowed, "another consumer's stay");
    assert!(!answer(&store, &open, ada, Decision::Allow(b"a hash".to_vec())).await);
    assert!(!exchange(&store, "allowed", "another token", ada).await);
    remove(&store, &other).await;
    assert_eq!(state(&store, "other").await, State::Revoked);
}

#[tokio::test]
async fn their_secrets_are_sealed_and_open_for_their_own_row_alone() {
    let (folder, store) = store().await;
    insert_approved(&store, 1).await;
    ask(&store, "one").await;
    ask(&store, "two").await;
    assert!(folder.holds("https://app.example/cb").await && !folder.holds("the secret of").await);
    let from_one = "SELECT secret FROM temporary_credentials WHERE token = 'one'";
    folder.sql(&format!("UPDATE temporary_credentials SET secret = ({from_one}) WHERE token = 'two'")).await;
    let swapped = store.temporary_credentials().find("two").await;
    assert!(matches!(swapped, Err(StoreError::Sealed)), "{swapped:?}");
    assert!(!format!("{:?}", found(&store, "one").await).contains("the secret of"));
    store.close().await.unwrap();
    assert!(folder.holds("https://app.example/cb").await && !folder.holds("the secret of").await);
}

#[tokio::test]
async fn they_are_swept_a_day_after_they_expired_whatever_became_of_them() {
    let (_folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    insert_approved(&store, 1).await;
    allow(&store, "old", 1, ada).await;
    let a_day_later = new_temporary("first", 1).expires_at + Duration::DAY;
    for (token, made, is_kept) in
        [("next", a_day_later, true), ("later", a_day_later + Duration::MILLISECOND, false)]
    {
        let expires_at = made + Duration::minutes(10);
        let new = store::NewTemporaryCredentials { created_at: made, expires_at, ..new_temporary(token, 1) };
        assert!(store.temporary_credentials().insert(new).await.unwrap());
        assert_eq!(store.temporary_credentials().find("old").await.unwrap().is_some(), is_kept, "{token}");
    }
    assert_eq!(state(&store, "next").await, State::Undecided);
}
