//! Temporary credentials: decided once by a user, exchanged once by the consumer, and neither when it is over.

use crate::support;

use std::sync::Arc;

use domain::{AccountChange, Action, Edit, Status};
use store::{
    Decider, Decision, Inserted, Outcome, State, Store, StoreError, TemporaryCredentials,
    activity::NewActivity,
};
use support::{
    access, allow, at, by, decide, insert, insert_approved, insert_temporary, insert_user, issue, key,
    new_temporary, new_token, remove, session, store, user,
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
    assert!(insert_temporary(store, new_temporary(token, 1)).await);
    found(store, token).await
}

async fn answer(store: &Store, asked: &TemporaryCredentials, user_id: i64, decision: Decision) -> bool {
    decided(store, asked, user_id, decision).await == Outcome::Stored
}

async fn decided(store: &Store, asked: &TemporaryCredentials, user_id: i64, decision: Decision) -> Outcome {
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
    session(&store, eve).await;
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
    let nobodys = insert_temporary(&store, new_temporary("unknown", 1)).await;
    let pending = insert(&store, 1).await;
    let pendings = insert_temporary(&store, new_temporary("pending", 1)).await;
    assert!(!nobodys && !pendings);
    let approved = decide(&store, &pending, Status::Approved).await;
    let asked = ask(&store, "asked").await;
    allow(&store, "allowed", 1, ada).await;
    let disapproved = decide(&store, &approved, Status::Disapproved).await;
    assert!(!insert_temporary(&store, new_temporary("disapproved", 1)).await);
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
        assert!(insert_temporary(&store, new).await);
        assert_eq!(store.temporary_credentials().find("old").await.unwrap().is_some(), is_kept, "{token}");
    }
    assert_eq!(state(&store, "next").await, State::Undecided);
}

#[tokio::test]
async fn a_decision_needs_a_session_that_is_there_and_an_account_that_is_enabled() {
    let (_folder, store) = store().await;
    let (ada, eve) = (insert_user(&store, "ada", false).await, insert_user(&store, "eve", false).await);
    insert_approved(&store, 1).await;
    let asked = ask(&store, "asked").await;
    let (adas, eves) = (session(&store, ada).await, session(&store, eve).await);
    let allow = async |user_id, session: &[u8]| {
        let decider = Decider { user_id, session };
        let decision = Decision::Allow(b"a hash".to_vec());
        let activity = access(Action::AccessAllowed, key(1));
        store.temporary_credentials().decide(&asked, decider, decision, activity, |_| true).await.unwrap()
    };
    let told = store.activity().latest().await.unwrap();
    assert_eq!(allow(ada, b"no session").await, Outcome::SignedOut);
    assert_eq!(allow(ada, &eves).await, Outcome::SignedOut, "another user's session");
    assert_eq!(store.activity().latest().await.unwrap(), told, "what was not done is not told");
    let name = user("ada", false).username;
    store.users().change_password(&name, "another hash", true, by(2)).await.unwrap().unwrap();
    assert_eq!(allow(ada, &adas).await, Outcome::SignedOut, "the password changed in between");
    assert_eq!(session(&store, ada).await, adas);
    store.users().change(&name, AccountChange::Disable, by(2)).await.unwrap().unwrap();
    assert_eq!(allow(ada, &adas).await, Outcome::SignedOut);
    assert_eq!(state(&store, "asked").await, State::Undecided);
    assert_eq!(allow(eve, &eves).await, Outcome::Stored);
}

#[tokio::test]
async fn what_was_allowed_before_all_sessions_ended_is_not_exchanged_after() {
    let (folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    insert_approved(&store, 1).await;
    let name = user("ada", false).username;
    for temporary in ["before", "of an older node"] {
        allow(&store, temporary, 1, ada).await;
    }
    folder.sql("UPDATE temporary_credentials SET sign_outs = NULL WHERE token = 'of an older node'").await;
    store.users().change(&name, AccountChange::Disable, by(2)).await.unwrap().unwrap();
    for temporary in ["before", "of an older node"] {
        assert_eq!(exchanged(&store, temporary, "a token", ada).await, Outcome::SignedOut, "{temporary}");
    }
    store.users().change(&name, AccountChange::Enable, by(3)).await.unwrap().unwrap();
    assert_eq!(exchanged(&store, "before", "a token", ada).await, Outcome::SignedOut);
    assert_eq!(state(&store, "before").await, State::Allowed);
    assert_eq!(folder.number("SELECT count(*) FROM token_credentials").await, 0);
    assert_eq!(exchanged(&store, "of an older node", "a token", ada).await, Outcome::Stored);
    allow(&store, "after", 1, ada).await;
    assert_eq!(exchanged(&store, "after", "another token", ada).await, Outcome::Stored);
}

#[tokio::test]
async fn neither_is_stored_where_the_consumer_as_it_is_now_may_not() {
    let (folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    insert_approved(&store, 1).await;
    let asked = ask(&store, "asked").await;
    allow(&store, "allowed", 1, ada).await;
    let (session, table) = (session(&store, ada).await, store.temporary_credentials());
    let decider = Decider { user_id: ada, session: &session };
    let activity = || access(Action::AccessAllowed, key(1));
    let mut seen = Vec::new();
    let denied = table.decide(&asked, decider, Decision::Deny, activity(), |now| {
        seen.push(now.key);
        false
    });
    assert_eq!(denied.await.unwrap(), Outcome::Over);
    let exchanged = table.exchange("allowed", new_token("a token", 1, ada), activity(), |now| {
        seen.push(now.key);
        false
    });
    assert_eq!(exchanged.await.unwrap(), Outcome::Over);
    assert_eq!(seen, [key(1), key(1)]);
    assert_eq!(
        (state(&store, "asked").await, state(&store, "allowed").await),
        (State::Undecided, State::Allowed)
    );
    assert_eq!(folder.number("SELECT count(*) FROM token_credentials").await, 0);
}

#[tokio::test]
async fn the_token_that_came_from_them_is_revoked_once_and_no_other() {
    let (folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    insert_approved(&store, 1).await;
    issue(&store, new_token("one", 1, ada)).await;
    issue(&store, new_token("two", 1, ada)).await;
    allow(&store, "allowed", 1, ada).await;
    let told = store.activity().latest().await.unwrap();
    let revoke = async |temporary: &str| {
        let activity = access(Action::TokensRevoked, key(1));
        store.temporary_credentials().revoke_issued(temporary, at(5), activity).await.unwrap()
    };
    for temporary in ["allowed", "unknown", ""] {
        assert!(!revoke(temporary).await, "{temporary}");
    }
    assert!(revoke("temporary one").await);
    assert!(!revoke("temporary one").await, "it is revoked already");
    assert_eq!(store.activity().latest().await.unwrap(), told + 1);
    let revoked = "SELECT count(*) FROM token_credentials WHERE revoked_at = 5000 AND token = 'one'";
    let kept = "SELECT count(*) FROM token_credentials WHERE revoked_at IS NULL AND token = 'two'";
    assert_eq!((folder.number(revoked).await, folder.number(kept).await), (1, 1));
    let consumer = store.consumers().cached(key(1)).await.unwrap().unwrap();
    assert!(store.tokens().cached(&consumer, "one").await.unwrap().unwrap().revoked);
}

#[tokio::test]
async fn a_consumer_has_so_many_open_ones_and_no_more_until_one_expires_or_is_over() {
    let (_folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    for n in [1, 2] {
        insert_approved(&store, n).await;
    }
    let insert = async |token: &str, n, made: i64| {
        let (created_at, expires_at) = (at(made), at(made + 600));
        let new = store::NewTemporaryCredentials { created_at, expires_at, ..new_temporary(token, n) };
        store.temporary_credentials().insert(new, 3, |_| true).await.unwrap()
    };
    for (token, made) in [("first", 1), ("second", 2), ("third", 3)] {
        assert_eq!(insert(token, 1, made).await, Inserted::Stored, "{token}");
    }
    assert_eq!(insert("fourth", 1, 4).await, Inserted::TooMany(at(601)));
    assert!(store.temporary_credentials().find("fourth").await.unwrap().is_none());
    assert_eq!(insert("another's", 2, 4).await, Inserted::Stored);
    // Allowed ones are open until they are exchanged; denied ones are not.
    let (first, second) = (found(&store, "first").await, found(&store, "second").await);
    assert!(answer(&store, &first, ada, Decision::Allow(b"a hash".to_vec())).await);
    assert_eq!(insert("fourth", 1, 5).await, Inserted::TooMany(at(601)));
    assert!(answer(&store, &second, ada, Decision::Deny).await);
    assert_eq!(insert("fourth", 1, 6).await, Inserted::Stored);
    assert!(exchange(&store, "first", "a token", ada).await);
    assert_eq!(insert("fifth", 1, 7).await, Inserted::Stored);
    assert_eq!(insert("sixth", 1, 602).await, Inserted::TooMany(at(603)));
    assert_eq!(insert("sixth", 1, 603).await, Inserted::Stored, "the third has expired");
}

#[tokio::test]
async fn of_those_that_expired_a_consumer_keeps_no_more_than_it_may_have_open() {
    let (folder, store) = store().await;
    for n in [1, 2] {
        insert_approved(&store, n).await;
    }
    let insert = async |token: String, n, made: i64| {
        let (created_at, expires_at) = (at(made), at(made + 10));
        let new = store::NewTemporaryCredentials { created_at, expires_at, ..new_temporary(&token, n) };
        assert_eq!(store.temporary_credentials().insert(new, 3, |_| true).await.unwrap(), Inserted::Stored);
    };
    insert("another's".to_owned(), 2, 1).await;
    for n in 0..20 {
        insert(n.to_string(), 1, 10 + n * 20).await;
    }
    let kept = "SELECT count(*) FROM temporary_credentials WHERE consumer_key LIKE '%1'";
    assert_eq!(folder.number(kept).await, 4, "three that expired, and the last");
    for token in ["19", "18", "17", "16", "another's"] {
        assert_eq!(state(&store, token).await, State::Undecided, "{token}");
    }
    store.temporary_credentials().delete_expired(at(10 + 19 * 20 + 10) + Duration::DAY).await.unwrap();
    assert_eq!(state(&store, "19").await, State::Undecided, "for a day");
    let later = at(10 + 19 * 20 + 10) + Duration::DAY + Duration::MILLISECOND;
    store.temporary_credentials().delete_expired(later).await.unwrap();
    assert_eq!(folder.number("SELECT count(*) FROM temporary_credentials").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_ask_at_once_from_two_processes_as_many_get_some_as_may_be_open() {
    let (folder, store) = store().await;
    insert_approved(&store, 1).await;
    let stores = [Arc::new(store), Arc::new(folder.open().await.unwrap())];
    let mut asked = JoinSet::new();
    for n in 0..20 {
        let store = stores[n % 2].clone();
        let new = new_temporary(&format!("temporary {n}"), 1);
        asked.spawn(async move { store.temporary_credentials().insert(new, 5, |_| true).await.unwrap() });
    }
    let won = asked.join_all().await.into_iter().filter(|inserted| *inserted == Inserted::Stored).count();
    assert_eq!((won, folder.number("SELECT count(*) FROM temporary_credentials").await), (5, 5));
}
