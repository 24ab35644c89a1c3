//! Failed attempts are counted for all nodes together, until they expire or a successful one clears them.

use crate::support;

use store::attempts::Subject;
use support::{at, store};
use time::Duration;

const ADA: Subject = [1; 32];
const EVE: Subject = [2; 32];
const A_WHILE: Duration = Duration::seconds(100);

#[tokio::test]
async fn each_is_counted_by_itself_on_every_node() {
    let (folder, store) = store().await;
    let beside = folder.open().await.unwrap();
    for (n, node) in [&store, &beside, &store].into_iter().enumerate() {
        node.attempts().add(&[ADA], at(n.try_into().unwrap()), A_WHILE).await.unwrap();
    }
    beside.attempts().add(&[ADA, EVE], at(3), A_WHILE).await.unwrap();
    for node in [&store, &beside] {
        assert_eq!(node.attempts().count(ADA, at(4), A_WHILE).await.unwrap(), 4);
        assert_eq!(node.attempts().count(EVE, at(4), A_WHILE).await.unwrap(), 1);
        assert_eq!(node.attempts().count([3; 32], at(4), A_WHILE).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_pause_forgets_them_and_whoever_is_forgiven_starts_afresh() {
    let (folder, store) = store().await;
    store.attempts().add(&[ADA, EVE], at(0), A_WHILE).await.unwrap();
    assert_eq!(store.attempts().count(ADA, at(100), A_WHILE).await.unwrap(), 1);
    assert_eq!(store.attempts().count(ADA, at(101), A_WHILE).await.unwrap(), 0);
    store.attempts().add(&[ADA], at(101), A_WHILE).await.unwrap();
    assert_eq!(
        store.attempts().count(ADA, at(101), A_WHILE).await.unwrap(),
        1,
        "the one before was too long ago"
    );
    assert_eq!(folder.number("SELECT count(*) FROM attempts").await, 1, "nothing is kept for ever");
    store.attempts().reset(ADA).await.unwrap();
    store.attempts().reset(ADA).await.unwrap();
    assert_eq!(store.attempts().count(ADA, at(101), A_WHILE).await.unwrap(), 0);
}
