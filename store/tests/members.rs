//! The list of users: pages, searches, and what is shown of each.

use crate::support;

use domain::{Member, User, Username};
use store::{Holding, Store};
use support::{added, at, by, insert_user, store, user};

const HOLDING: Holding =
    Holding { begun: time::OffsetDateTime::UNIX_EPOCH, seen: time::OffsetDateTime::UNIX_EPOCH };

fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

async fn page(store: &Store, text: &str, after: Option<&str>, limit: u64) -> Vec<Member> {
    let after = after.map(name);
    store.users().members(Some(text), after.as_ref(), limit, HOLDING).await.unwrap()
}

fn names(members: &[Member]) -> Vec<&str> {
    members.iter().map(|member| member.username.as_str()).collect()
}

#[tokio::test]
async fn users_come_by_name_whatever_its_case_page_by_page() {
    let (_folder, store) = store().await;
    for username in ["carol", "Bob", "ada", "dave"] {
        insert_user(&store, username, false).await;
    }
    assert_eq!(names(&page(&store, "", None, 2).await), ["ada", "Bob"]);
    assert_eq!(names(&page(&store, "", Some("Bob"), 10).await), ["carol", "dave"]);
    assert_eq!(names(&page(&store, "", Some("bz"), 10).await), ["carol", "dave"], "it need not exist");
}

#[tokio::test]
async fn a_search_finds_a_part_of_username_or_name_and_takes_no_sign_for_a_pattern() {
    let (_folder, store) = store().await;
    insert_user(&store, "a.osei_1", false).await;
    let grace = User { display_name: "Grace Hopper 100%".to_owned(), ..user("grace", false) };
    store.users().insert(&grace, "a hash", added(&grace)).await.unwrap();
    for (text, found) in [
        ("OSEI", &["a.osei_1"][..]),
        ("hopper", &["grace"]),
        ("100%", &["grace"]),
        ("i_1", &["a.osei_1"]),
        ("%", &["grace"]),
        ("_", &["a.osei_1"]),
        ("\\", &[]),
        ("a\0", &[]),
        ("", &["a.osei_1", "grace"]),
    ] {
        assert_eq!(names(&page(&store, text, None, 10).await), found, "{text:?}");
    }
}

#[tokio::test]
async fn a_user_is_shown_with_the_sessions_that_hold_and_without_a_hash() {
    let (_folder, store) = store().await;
    insert_user(&store, "ada", true).await;
    let ada = store.users().find(&name("ada")).await.unwrap().unwrap();
    for (hash, n) in [(b"one", 5), (b"two", 20)] {
        assert!(store.sessions().begin(hash, &ada, None, None, None, by(n)).await.unwrap());
    }
    let seen = Holding { begun: at(10), seen: at(10) };
    let shown = store.users().member(&name("ADA"), seen).await.unwrap().unwrap();
    assert_eq!((shown.sessions, shown.last_signed_in_at), (1, Some(at(20))));
    assert!(shown.has_password && shown.configure_server && shown.name.is_none());
    assert_eq!(store.users().member(&name("ada"), HOLDING).await.unwrap().unwrap().sessions, 2);
    let text = serde_json::to_string(&shown).unwrap();
    assert!(!text.contains("a hash"), "{text}");
    assert!(store.users().member(&name("nobody"), HOLDING).await.unwrap().is_none());
}
