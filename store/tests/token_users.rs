//! Who is signed in through a consumer, as administrators see it.

use crate::support;

use domain::Action;
use store::{NewToken, Store, activity::NewActivity};
use support::{access, at, by, decide, insert_approved, insert_user, issue, key, new_token, store};

/// The users who are signed in through consumer 1 in second `now`: name, since when, last use.
async fn users(store: &Store, after: i64, limit: u64, now: i64) -> Vec<(String, i64, Option<i64>)> {
    let users = store.tokens().users(key(1), after, limit, at(now)).await.unwrap();
    let seconds = |time: time::OffsetDateTime| time.unix_timestamp();
    users
        .into_iter()
        .map(|user| (user.username.to_string(), seconds(user.since), user.last_used_at.map(seconds)))
        .collect()
}

#[tokio::test]
async fn each_user_is_listed_once_since_the_first_valid_token_and_with_the_last_use_of_any() {
    let (folder, store) = store().await;
    let (ada, eve) = (insert_user(&store, "ada", false).await, insert_user(&store, "eve", false).await);
    insert_approved(&store, 1).await;
    insert_approved(&store, 2).await;
    for (token, n, user, made, ends) in [
        ("a", 1, ada, 30, None),
        ("b", 1, ada, 20, Some(100)),
        ("c", 1, eve, 40, None),
        ("d", 2, eve, 10, None),
    ] {
        let new = new_token(token, n, user);
        issue(&store, NewToken { created_at: at(made), expires_at: ends.map(at), ..new }).await;
    }
    for (token, used) in [("a", 31), ("b", 45)] {
        let used = format!("UPDATE token_credentials SET last_used_at = {used}000 WHERE token = '{token}'");
        folder.sql(&used).await;
    }
    let one = |name: &str, since, last| (name.to_owned(), since, last);
    assert_eq!(users(&store, 0, 9, 50).await, [one("ada", 20, Some(45)), one("eve", 40, None)]);
    assert_eq!(users(&store, 0, 9, 100).await, [one("ada", 30, Some(31)), one("eve", 40, None)]);
    assert_eq!(users(&store, 0, 1, 50).await, [one("ada", 20, Some(45))], "a page");
    assert_eq!(users(&store, ada, 1, 50).await, [one("eve", 40, None)], "and the next one");
    assert_eq!(store.tokens().count_users_after(key(1), 0, at(50)).await.unwrap(), 2);
    assert_eq!(store.tokens().count_users_after(key(1), ada, at(50)).await.unwrap(), 1);
    let revoked = access(Action::TokensRevoked, key(1));
    assert!(store.tokens().revoke(ada, key(1), at(50), revoked).await.unwrap());
    assert_eq!(users(&store, 0, 9, 50).await, [one("eve", 40, None)]);
}

#[tokio::test]
async fn the_users_and_the_newest_activity_of_one_consumer_are_read_by_an_index() {
    let folder = support::Folder::sqlite();
    let _store = folder.open().await.unwrap();
    for (question, index) in [
        (
            "SELECT user_id, MIN(created_at), MAX(last_used_at) FROM token_credentials WHERE consumer_key = 'a' AND user_id > 7 \
             AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > 7) GROUP BY user_id ORDER BY user_id LIMIT 101",
            "token_credentials_consumer_key_user_id",
        ),
        (
            "SELECT * FROM activity WHERE consumer_key = 'a' ORDER BY id DESC LIMIT 51",
            "activity_consumer_key_id",
        ),
        (
            "SELECT * FROM activity WHERE consumer_key = 'a' AND consumer_revision IS NOT NULL \
             AND action IN ('consumer_approved', 'consumer_disapproved') ORDER BY consumer_revision DESC LIMIT 1",
            "activity_consumer_key_consumer_revision",
        ),
    ] {
        let plan = plan(&folder, question).await;
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{question}: {plan}");
    }
}

async fn plan(folder: &support::Folder, question: &str) -> String {
    use sea_orm::{ConnectionTrait as _, Statement};
    let connection = folder.plain().await;
    let explain = format!("EXPLAIN QUERY PLAN {question}");
    let rows = connection
        .query_all_raw(Statement::from_string(connection.get_database_backend(), explain))
        .await
        .unwrap();
    let steps = rows.iter().map(|row| row.try_get::<String>("", "detail").unwrap());
    let plan = steps.collect::<Vec<_>>().join("; ");
    connection.close().await.unwrap();
    plan
}

#[tokio::test]
async fn the_last_decision_is_known_whatever_came_after_it() {
    let (_folder, store) = store().await;
    let consumer = insert_approved(&store, 1).await;
    assert!(
        store.activity().last_decision(key(1)).await.unwrap().is_none(),
        "these tests save it as an edit"
    );
    let after = consumer.decide(domain::Status::Disapproved, at(5)).unwrap();
    let line = NewActivity::consumer(by(5), Action::ConsumerDisapproved, Some(&consumer), Some(&after));
    store.consumers().save(&after, None, false, line).await.unwrap();
    let ada = insert_user(&store, "ada", false).await;
    let again = decide(&store, &after, domain::Status::Approved).await;
    issue(&store, new_token("a", 1, ada)).await;
    let decision = store.activity().last_decision(again.key).await.unwrap().unwrap();
    assert_eq!((decision.action, decision.at), (Action::ConsumerDisapproved, at(5)));
}
