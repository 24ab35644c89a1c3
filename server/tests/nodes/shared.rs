//! What may happen once happens once across all nodes; a session on one node holds on all.

use std::thread;

use crate::support::{
    Browser, Home, PASSWORD,
    signer::{App, Asker, Provider},
};

const HOME: &str = "/settings/oauth-consumers";

/// Runs the same on both nodes at once.
fn on_both<N: Send, T: Send>(nodes: [N; 2], act: impl Fn(N) -> T + Sync) -> [T; 2] {
    thread::scope(|scope| {
        let act = &act;
        nodes.map(|node| scope.spawn(move || act(node))).map(|thread| thread.join().unwrap())
    })
}

fn dancer(node: &Provider) -> (App, Browser) {
    (node.app("Dancer"), node.signed_in("grace"))
}

#[test]
fn of_one_request_sent_to_two_nodes_at_once_one_is_accepted() {
    let one = Provider::start();
    let two = one.another();
    let app = one.app_of("Repeater", "grace");
    for _ in 0..50 {
        let signed = app.get("https://tool.example/items").sign();
        let problems =
            on_both([&one, &two].map(|node| Asker::new(&node.internal)), |asker| asker.ask(&signed));
        let accepted = problems.iter().filter(|problem| problem.is_none()).count();
        assert_eq!(accepted, 1, "{problems:?}");
        assert!(problems.iter().flatten().all(|problem| problem == "nonce_used"), "{problems:?}");
    }
}

#[test]
fn of_two_exchanges_of_one_permission_on_two_nodes_one_gives_a_token() {
    let one = Provider::start();
    let two = one.another();
    let (app, grace) = dancer(&one);
    for _ in 0..10 {
        let (temporary, verifier) = app.allowed(&grace);
        let statuses = on_both([&one, &two].map(|node| app.at(node)), |app| {
            app.exchange(&temporary, &verifier).send().status
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    }
}

#[test]
fn who_signs_in_on_one_node_is_signed_in_on_the_other_and_out_again() {
    let one = Provider::start();
    let two = one.another();
    let ada = one.signed_in("ada");
    let there = ada.at(&two.url);
    there.get(HOME).is(200);
    ada.post("/sign-out", &[]).is(303);
    there.get(HOME).is(303);
}

#[test]
fn the_set_up_link_of_the_last_start_works_on_every_node_and_is_the_only_one() {
    let one = Provider::in_home(Home::new(), &[]);
    let link = one.line("set up at ");
    let two = one.another();
    let other_link = two.line("set up at ");
    let set_up = |node: &Provider, link: &str| {
        let (_, token) = link.split_once("token=").unwrap();
        let fields =
            [("token", token), ("username", "ada"), ("password", PASSWORD), ("password_again", PASSWORD)];
        node.visitor().post("/set-up", &fields)
    };
    set_up(&two, &link).is(410);
    set_up(&one, &other_link).is(303);
    set_up(&two, &other_link).is(410);
}

#[test]
fn a_change_on_one_node_shows_on_the_pages_of_the_other() {
    let one = Provider::start();
    let two = one.another();
    let stream = two.signed_in("ada").events(None);
    stream.expect("ready");
    let app = one.pending("Seen from afar");
    assert_eq!(stream.expect("consumer").json()["key"], app.key);
}
