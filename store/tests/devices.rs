//! Device cookies: which account recognizes which.

use crate::support;

use domain::{AccountChange, Username};
use store::{Account, Store};
use support::{by, insert_user, store};

fn name(text: &str) -> Username {
    Username::parse(text).unwrap()
}

async fn account(store: &Store, username: &str) -> Account {
    store.users().find(&name(username)).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_device_is_recognized_by_its_own_account_on_every_node_and_after_a_restart() {
    let (folder, store) = store().await;
    for name in ["ada", "eve"] {
        insert_user(&store, name, false).await;
    }
    let (ada, eve) = (account(&store, "ada").await, account(&store, "eve").await);
    let cookie = store.devices().cookie(&ada).unwrap();
    let device = store.devices().recognize(&ada, &cookie).unwrap();
    assert_eq!(folder.open().await.unwrap().devices().recognize(&ada, &cookie), Some(device.clone()));
    assert_eq!(store.devices().recognize(&eve, &cookie), None);
    let other = store.devices().cookie(&ada).unwrap();
    assert_ne!(store.devices().recognize(&ada, &other).unwrap(), device, "another browser is another device");
}

#[tokio::test]
async fn a_forged_cookie_is_none() {
    let (_folder, store) = store().await;
    insert_user(&store, "ada", false).await;
    let ada = account(&store, "ada").await;
    let cookie = store.devices().cookie(&ada).unwrap();
    for at in 0..cookie.len() {
        let changed = if &cookie[at..=at] == "A" { "Q" } else { "A" };
        let forged = format!("{}{changed}{}", &cookie[..at], &cookie[at + 1..]);
        assert_eq!(store.devices().recognize(&ada, &forged), None, "{forged}");
    }
    for odd in ["", "x", "Ä", &cookie[1..], &format!("{cookie}A"), &"A".repeat(100_000)] {
        assert_eq!(store.devices().recognize(&ada, odd), None);
    }
}

#[tokio::test]
async fn a_new_password_and_signing_out_everywhere_end_every_device() {
    let (_folder, store) = store().await;
    insert_user(&store, "root", true).await;
    insert_user(&store, "ada", true).await;
    let users = store.users();
    let cookie = async || store.devices().cookie(&account(&store, "ada").await).unwrap();
    let is_known =
        async |cookie: &str| store.devices().recognize(&account(&store, "ada").await, cookie).is_some();
    let first = cookie().await;
    users.change(&name("ada"), AccountChange::Forbid, by(1)).await.unwrap();
    assert!(is_known(&first).await, "a permission does not matter");
    users.change_password(&name("ada"), "another hash", true, by(2)).await.unwrap();
    assert!(!is_known(&first).await);
    let second = cookie().await;
    users.sign_out(&name("ada"), by(3)).await.unwrap();
    assert!(!is_known(&second).await && is_known(&cookie().await).await);
}
