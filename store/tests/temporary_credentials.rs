//! Temporary credentials: decided once by a user, exchanged once by the consumer, and neither when it is over.

mod limits;
mod revoked;

use std::sync::Arc;

use domain::Action;
use store::{ConsentDecision, Decider, Outcome, State, Store, StoreError, TemporaryCredentials};
use tokio::task::JoinSet;

use crate::support::{
    access, allow, at, insert_approved, insert_temporary, insert_user, key, new_temporary, new_token,
    session, store,
};

async fn found(store: &Store, token: &str) -> TemporaryCredentials {
    store.temporary_credentials().find(token).await.unwrap().expect("they are kept")
}

async fn state(store: &Store, token: &str) -> State {
    found(store, token).await.state
}

/// Temporary credentials of consumer 1 that no user has decided yet.
async fn ask(store: &Store, token: &str) -> TemporaryCredentials {
    assert!(insert_temporary(store, new_temporary(token, 1)).await);
    found(store, token).await
}

async fn answer(
    store: &Store,
    asked: &TemporaryCredentials,
    user_id: i64,
    decision: ConsentDecision,
) -> bool {
    decided(store, asked, user_id, decision).await == Outcome::Stored
}

async fn decided(
    store: &Store,
    asked: &TemporaryCredentials,
    user_id: i64,
    decision: ConsentDecision,
) -> Outcome {
    let session = session(store, user_id).await;
    let activity = access(Action::AccessAllowed, asked.consumer_key);
    let decider = Decider { user_id, session: &session };
    store.temporary_credentials().decide(asked, decider, decision, activity, |_| true).await.unwrap()
}

async fn exchange(store: &Store, temporary: &str, token: &str, user_id: i64) -> bool {
    exchanged(store, temporary, token, user_id).await == Outcome::Stored
}

async fn exchanged(store: &Store, temporary: &str, token: &str, user_id: i64) -> Outcome {
    let (new, activity) = (new_token(token, 1, user_id), access(Action::TokenIssued, key(1)));
    store.temporary_credentials().exchange(temporary, new, activity, |_| true).await.unwrap()
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
    assert!(answer(&store, &asked, ada, ConsentDecision::Allow(b"a hash".to_vec())).await);
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
    assert!(answer(&store, &denied, ada, ConsentDecision::Deny).await);
    session(&store, eve).await;
    let told = store.activity().latest().await.unwrap();
    assert!(!answer(&store, &denied, ada, ConsentDecision::Allow(b"a hash".to_vec())).await);
    assert!(!exchange(&store, "denied", "a token", ada).await);
    assert_eq!(found(&store, "denied").await.verifier_hash, None);
    let allowed = ask(&store, "allowed").await;
    assert!(answer(&store, &allowed, ada, ConsentDecision::Allow(b"ada's".to_vec())).await);
    assert!(!answer(&store, &allowed, eve, ConsentDecision::Allow(b"eve's".to_vec())).await);
    assert!(!answer(&store, &allowed, eve, ConsentDecision::Deny).await);
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
