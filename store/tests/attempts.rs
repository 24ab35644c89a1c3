//! Failed attempts are counted for all nodes together, until they expire or a successful one clears them.

use crate::support;

use domain::Username;
use store::{
    Account, Store,
    attempts::{Failed, Subject},
};
use support::{at, by, insert_user, store};
use time::{Duration, OffsetDateTime};

const ADA: Subject = [1; 32];
const EVE: Subject = [2; 32];
const A_WHILE: Duration = Duration::seconds(100);

async fn count(store: &Store, subject: Subject, now: OffsetDateTime) -> u32 {
    let failed = store.attempts().find(subject, now, A_WHILE).await.unwrap();
    failed.map_or(0, |failed| failed.times)
}

async fn account(store: &Store, name: &str) -> Account {
    store.users().find(&Username::parse(name).unwrap()).await.unwrap().unwrap()
}

#[tokio::test]
async fn each_is_counted_by_itself_on_every_node() {
    let (folder, store) = store().await;
    let beside = folder.open().await.unwrap();
    for (n, node) in [&store, &beside, &store].into_iter().enumerate() {
        node.attempts().add([ADA], None, at(n.try_into().unwrap()), A_WHILE).await.unwrap();
    }
    assert_eq!(beside.attempts().add([ADA, EVE], None, at(3), A_WHILE).await.unwrap(), [4, 1]);
    let latest = store.attempts().find(ADA, at(4), A_WHILE).await.unwrap();
    assert_eq!(latest, Some(Failed { times: 4, latest: at(3) }));
    for node in [&store, &beside] {
        assert_eq!(count(node, ADA, at(4)).await, 4);
        assert_eq!(count(node, EVE, at(4)).await, 1);
        assert_eq!(count(node, [3; 32], at(4)).await, 0);
    }
}

#[tokio::test]
async fn a_pause_forgets_them_and_whoever_is_forgiven_starts_afresh() {
    let (folder, store) = store().await;
    store.attempts().add([ADA, EVE], None, at(0), A_WHILE).await.unwrap();
    assert_eq!(count(&store, ADA, at(100)).await, 1);
    assert_eq!(count(&store, ADA, at(101)).await, 0);
    store.attempts().add([ADA], None, at(101), A_WHILE).await.unwrap();
    assert_eq!(count(&store, ADA, at(101)).await, 1, "the one before was too long ago");
    assert_eq!(folder.number("SELECT count(*) FROM attempts").await, 1, "nothing is kept for ever");
    store.attempts().reset(ADA).await.unwrap();
    store.attempts().reset(ADA).await.unwrap();
    assert_eq!(count(&store, ADA, at(101)).await, 0);
}

#[tokio::test]
async fn those_at_an_account_are_counted_until_its_user_signs_in() {
    let (_folder, store) = store().await;
    for name in ["ada", "eve"] {
        insert_user(&store, name, false).await;
    }
    let id = account(&store, "ada").await.id;
    let fail = async || store.attempts().add([ADA], Some(id), at(1), A_WHILE).await.unwrap();
    for _ in 0..2 {
        fail().await;
    }
    // Resetting the delay does not tell the user.
    store.attempts().reset(ADA).await.unwrap();
    let read = account(&store, "ada").await;
    assert_eq!((read.failed_sign_ins, read.signed_in_at), (2, None));
    fail().await;
    assert!(store.sessions().begin(b"one", &read, None, None, None, by(5)).await.unwrap());
    let after = account(&store, "ada").await;
    let told = (after.failed_sign_ins, after.signed_in_at);
    assert_eq!(told, (1, Some(at(5))), "the one after it was read is told next time");
    assert_eq!(account(&store, "eve").await.failed_sign_ins, 0);
}
