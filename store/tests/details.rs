//! Owner, networks, end, functional user and the other details of a consumer at rest, beside nodes of earlier versions,
//! which know none of them; and the reasons of what is done.

use crate::support;

use domain::{Action, Consumer, DetailsEdit, Edit, Reason, Status, Username};
use store::{Inserted, Store, activity::NewActivity};
use support::{at, by, decide, insert, insert_approved, insert_user, key, new_temporary, save, store};

async fn found(store: &Store) -> Consumer {
    store.consumers().find(key(1)).await.unwrap().unwrap()
}

fn full() -> DetailsEdit {
    DetailsEdit {
        owner: Some(Some("Änderungsdienst".to_owned())),
        contact: Some(Some("changes@app.example".to_owned())),
        note: Some(Some("Runs at night.\nAsk before you restart it.".to_owned())),
        functional_user: Some(Some(Username::parse("ada").unwrap())),
        networks: Some(vec!["10.0.0.0/8".parse().unwrap(), "2001:db8::7".parse().unwrap()]),
        ends_at: Some(Some(at(5_000))),
    }
}

fn none() -> DetailsEdit {
    DetailsEdit {
        owner: Some(None),
        contact: Some(None),
        note: Some(None),
        functional_user: Some(None),
        networks: Some(Vec::new()),
        ends_at: Some(None),
    }
}

/// Edits the details of consumer 1.
async fn edit(store: &Store, details: DetailsEdit) -> Consumer {
    let before = found(store).await;
    let after = before.edit(&Edit { details, ..Edit::default() }, at(2)).unwrap().unwrap();
    save(store, &before, &after).await.unwrap();
    after
}

fn reason(text: &str) -> Option<Reason> {
    Reason::parse(text).unwrap()
}

#[tokio::test]
async fn details_come_out_as_they_went_in_and_can_be_taken_away() {
    let (_folder, store) = store().await;
    insert_user(&store, "ada", false).await;
    insert(&store, 1).await;
    for details in [full(), none(), full()] {
        let after = edit(&store, details).await;
        assert_eq!(found(&store).await, after);
    }
    assert!(found(&store).await.note.unwrap().contains('\n'));
}

#[tokio::test]
async fn verification_knows_networks_end_and_functional_user_as_they_are_now() {
    let (_folder, store) = store().await;
    let ada = insert_user(&store, "Ada", false).await;
    insert_approved(&store, 1).await;
    let cached = async || store.consumers().cached(key(1)).await.unwrap().unwrap();
    let anywhere = cached().await;
    assert_eq!((anywhere.functional_user_id, anywhere.ends_at), (None, None));
    assert!(anywhere.may_be_used_from(None) && !anywhere.has_ended(at(1_000_000)));
    edit(&store, full()).await;
    let bound = cached().await;
    assert_eq!((bound.functional_user_id, bound.ends_at), (Some(ada), Some(at(5_000))));
    assert!(bound.has_ended(at(5_000)) && !bound.has_ended(at(4_999)));
    assert!(bound.may_be_used_from(Some("10.1.2.3".parse().unwrap())));
    for elsewhere in [None, Some("192.0.2.1".parse().unwrap())] {
        assert!(!bound.may_be_used_from(elsewhere), "{elsewhere:?}");
    }
    edit(&store, none()).await;
    assert!(cached().await.may_be_used_from(None));
}

#[tokio::test]
async fn a_node_of_the_version_before_keeps_what_it_does_not_know() {
    let (folder, store) = store().await;
    insert_user(&store, "ada", false).await;
    insert(&store, 1).await;
    let before = edit(&store, full()).await;
    folder.sql("UPDATE consumers SET name = 'Renamed', revision = revision + 1").await;
    let after = found(&store).await;
    assert_eq!((after.name.as_str(), after.revision), ("Renamed", before.revision + 1));
    assert_eq!(
        (&after.owner, &after.networks, after.ends_at),
        (&before.owner, &before.networks, before.ends_at)
    );
    assert_eq!(after.functional_user, before.functional_user);
}

#[tokio::test]
async fn a_reason_is_shown_with_the_decision_that_it_is_of_and_with_no_other() {
    let (folder, store) = store().await;
    let before = insert_approved(&store, 1).await;
    let leaked = reason("The key leaked.");
    let after = before.decide(Status::Disapproved, at(3)).unwrap().because(leaked.clone());
    save(&store, &before, &after).await.unwrap();
    assert_eq!(found(&store).await, after);
    assert_eq!(found(&store).await.reason, leaked);
    // As a node decides that knows no reasons.
    folder.sql("UPDATE consumers SET status = 'approved', revision = revision + 1").await;
    let approved = found(&store).await;
    assert_eq!((approved.status, &approved.reason), (Status::Approved, &None));
    let disapproved = decide(&store, &approved, Status::Disapproved).await;
    assert_eq!((disapproved.reason, found(&store).await.reason), (None, None));
}

#[tokio::test]
async fn a_line_of_activity_says_why() {
    let (folder, store) = store().await;
    let before = insert(&store, 1).await;
    let activity = NewActivity::consumer(by(1), Action::ConsumerRemoved, Some(&before), None);
    store.consumers().delete(&before, at(1), activity.because(reason("Not used."))).await.unwrap();
    let lines = store.activity().after(0, 10).await.unwrap();
    let reasons: Vec<_> = lines.iter().map(|line| line.reason.as_deref()).collect();
    assert_eq!(reasons, [None, Some("Not used.")]);
    let noted = "SELECT count(*) FROM activity WHERE reason = 'Not used.' AND action = 'consumer_removed'";
    assert_eq!(folder.number(noted).await, 1);
}

#[tokio::test]
async fn details_that_cannot_be_read_are_an_error_and_not_taken_for_none() {
    let (folder, store) = store().await;
    insert_approved(&store, 1).await;
    let verifies = async || store.consumers().cached(key(1)).await.unwrap().is_some();
    assert!(verifies().await);
    for (column, value, what) in [
        ("networks", r#"["10.0.0.0/33"]"#, "the networks of a consumer"),
        ("networks", r#"{"no": "list"}"#, "the networks of a consumer"),
        ("functional_user", "no name", "a functional user"),
    ] {
        folder.sql(&format!("UPDATE consumers SET {column} = '{value}'")).await;
        let refused = store.consumers().find(key(1)).await.unwrap_err();
        assert!(refused.to_string().contains(what), "{value}: {refused:?}");
        assert!(!verifies().await, "{value}");
        folder.sql(&format!("UPDATE consumers SET {column} = NULL")).await;
    }
    folder.sql("UPDATE consumers SET functional_user = 'nobody'").await;
    assert!(!verifies().await, "the account does not exist");
}

#[tokio::test]
async fn temporary_credentials_are_inserted_only_if_the_consumer_may_have_them_now() {
    let (folder, store) = store().await;
    insert_approved(&store, 1).await;
    let insert = |may: bool| {
        store.temporary_credentials().insert(new_temporary("one", 1), 10, move |now: &Consumer| {
            assert_eq!(now.key, key(1));
            may
        })
    };
    assert_eq!(insert(false).await.unwrap(), Inserted::NotPermitted);
    assert_eq!(folder.number("SELECT count(*) FROM temporary_credentials").await, 0);
    assert_eq!(insert(true).await.unwrap(), Inserted::Stored);
}
