//! What ends temporary credentials before they are exchanged: a decision on their consumer, its end, and that of the user's sessions;
//! and what came of them is revoked through them.

use domain::{AccountChange, Action, Edit, Status};
use store::{ConsentDecision, Decider, Outcome, State, activity::NewActivity};

use super::{answer, ask, exchange, exchanged, state};
use crate::support::{
    access, allow, at, by, decide, insert, insert_approved, insert_temporary, insert_user, issue, key,
    new_temporary, new_token, remove, session, store, user,
};

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
    assert!(!answer(&store, &asked, ada, ConsentDecision::Allow(b"a hash".to_vec())).await);
    assert!(!exchange(&store, "allowed", "a token", ada).await);
    for token in ["unknown", "pending", "disapproved"] {
        assert!(store.temporary_credentials().find(token).await.unwrap().is_none(), "{token}");
    }
    decide(&store, &disapproved, Status::Approved).await;
    assert!(answer(&store, &asked, ada, ConsentDecision::Deny).await, "it can go on where it was");
    assert!(exchange(&store, "allowed", "a token", ada).await);
}

#[tokio::test]
async fn signing_everybody_out_and_removing_the_consumer_revoke_what_is_still_open() {
    let (_folder, store) = store().await;
    let ada = insert_user(&store, "ada", false).await;
    let consumer = insert_approved(&store, 1).await;
    let other = insert_approved(&store, 2).await;
    let denied = ask(&store, "denied").await;
    assert!(answer(&store, &denied, ada, ConsentDecision::Deny).await);
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
    assert!(!answer(&store, &open, ada, ConsentDecision::Allow(b"a hash".to_vec())).await);
    assert!(!exchange(&store, "allowed", "another token", ada).await);
    remove(&store, &other).await;
    assert_eq!(state(&store, "other").await, State::Revoked);
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
        let decision = ConsentDecision::Allow(b"a hash".to_vec());
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
    let denied = table.decide(&asked, decider, ConsentDecision::Deny, activity(), |now| {
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
