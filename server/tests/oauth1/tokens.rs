//! From temporary credentials to token credentials.

use std::collections::HashSet;

use serde_json::json;

use crate::support::{
    PASSWORD, consent,
    signer::{ACCESS_TOKEN, App, Place, Provider, REQUEST_TOKEN, credentials, refused, until},
};

#[test]
fn a_consumer_gets_temporary_credentials_then_token_credentials_and_acts_for_the_user() {
    let provider = Provider::start();
    let app = provider.app("Dances");
    let answer = app.ask("oob").send().is(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let form = refused::form(&answer);
    assert!(form.keys().eq(["oauth_callback_confirmed", "oauth_token", "oauth_token_secret"]), "{form:?}");
    assert_eq!(form["oauth_callback_confirmed"], "true");

    let temporary = credentials(&answer);
    let page = consent::decide(&provider.signed_in("grace"), &provider.url, &temporary.0, "allow");
    let verifier = consent::verifier(&page, &temporary.0, "oob");
    let answer = app.exchange(&temporary, &verifier).send().is(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let form = refused::form(&answer);
    assert!(form.keys().eq(["latchkey_user", "oauth_token", "oauth_token_secret"]), "{form:?}");
    assert_eq!(form["latchkey_user"], "grace");
    assert_ne!(credentials(&answer), temporary);

    let app = App { token: Some(credentials(&answer)), ..app };
    assert_eq!(app.echo().send().is(200).json()["user"], "grace");
    assert_eq!(app.get("/api/v1/whoami").send().is(200).json()["user"]["username"], "grace");
}

#[test]
fn all_access_for_one_user_ends_by_command_and_enabling_brings_none_back() {
    let provider = Provider::start();
    let (grace, bystander) = (provider.app("Of grace"), provider.app_of("Of ada", "ada"));
    let passwd = ["user", "passwd", "grace", "--password-stdin", "--keep-tokens"];
    for command in [&passwd[..4], &["user", "sign-out", "grace"]] {
        let app = grace.dance(&provider.signed_in("grace"));
        app.echo().send().is(200);
        provider.home.json(&passwd, PASSWORD);
        app.echo().send().is(200);
        provider.home.json(command, PASSWORD);
        until("it is known", || (app.echo().send().status == 401).then_some(()));
        app.echo().is_refused_everywhere(401, "token_revoked");
        for verb in ["disable", "enable"] {
            provider.home.json(&["user", verb, "grace"], "");
        }
        app.echo().is_refused_everywhere(401, "token_revoked");
        bystander.echo().send().is(200);
    }
}

#[test]
fn both_endpoints_take_get_and_post_and_nothing_else() {
    let provider = Provider::start();
    let app = provider.app("Verbs");
    for place in [Place::Header, Place::Query] {
        let asked = app.get(REQUEST_TOKEN).with("oauth_callback", "oob").place(place);
        let temporary = credentials(&asked.send().is(200));
        let page = consent::decide(&provider.signed_in("grace"), &provider.url, &temporary.0, "allow");
        let verifier = consent::verifier(&page, &temporary.0, "oob");
        let exchange = app.get(ACCESS_TOKEN).token(&temporary).with("oauth_verifier", &verifier);
        exchange.place(place).send().is(200);
    }
    for path in [REQUEST_TOKEN, ACCESS_TOKEN] {
        for verb in ["PUT", "PATCH", "DELETE"] {
            app.call(verb, path).with("oauth_callback", "oob").send().is(405);
        }
    }
}

#[test]
fn credentials_are_long_and_never_the_same() {
    let provider = Provider::start();
    let app = provider.app("Many");
    let all: Vec<_> = (0..50).map(|_| app.temporary("oob")).collect();
    let tokens: HashSet<_> = all.iter().map(|(token, _)| token).collect();
    let secrets: HashSet<_> = all.iter().map(|(_, secret)| secret).collect();
    assert_eq!((tokens.len(), secrets.len()), (50, 50));
    // 128 and 256 bits.
    assert!(all.iter().all(|(token, secret)| token.len() >= 22 && secret.len() >= 43), "{all:?}");
}

#[test]
fn each_dance_gives_a_token_of_its_own_and_all_of_them_hold() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Several");
    let (first, second) = (app.dance(&grace), app.dance(&grace));
    assert_ne!(first.token, second.token);
    for app in [first, second] {
        app.echo().send().is(200);
    }
}

#[test]
fn of_two_exchanges_at_once_one_gets_the_token() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let app = provider.app("Races");
    for _ in 0..5 {
        let (temporary, verifier) = app.allowed(&grace);
        let calls: Vec<_> = (0..4).map(|_| app.exchange(&temporary, &verifier).sign()).collect();
        let answers: Vec<_> = std::thread::scope(|scope| {
            let sent: Vec<_> = calls.iter().map(|call| scope.spawn(|| call.send())).collect();
            sent.into_iter().map(|sent| sent.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.refused(401, "token_used");
        }
    }
}

#[test]
fn a_second_exchange_revokes_the_token_of_the_first_and_both_are_in_the_activity_with_an_address() {
    let provider = Provider::start();
    let grace = provider.signed_in("grace");
    let (app, bystander) = (provider.app("Twice"), provider.app_of("Once", "grace"));
    let (temporary, verifier) = app.allowed(&grace);
    let once = app.exchange(&temporary, &verifier);
    let holder = App { token: Some(credentials(&once.send().is(200))), ..app.clone() };
    app.exchange(&temporary, "WRONG").send().refused(401, "token_used");
    app.with_secret("another").exchange(&temporary, &verifier).send().refused(401, "signature_invalid");
    bystander.exchange(&temporary, &verifier).send().refused(401, "token_rejected");
    holder.echo().send().is(200);
    app.exchange(&temporary, &verifier).send().refused(401, "token_used");
    holder.echo().is_refused_everywhere(401, "token_revoked");
    bystander.echo().send().is(200);
    app.dance(&grace).echo().send().is(200);
    let path = format!("/api/v1/activity?consumer={}", app.key);
    let lines = provider.ada().get(&path).is(200).json();
    for action in ["token_issued", "tokens_revoked"] {
        let line = lines["items"].as_array().unwrap().iter().find(|line| line["action"] == action);
        let line = line.unwrap_or_else(|| panic!("{action}: {lines}"));
        assert_eq!((&line["actor"], &line["address"]), (&json!("grace"), &json!("127.0.0.1")), "{line}");
    }
}

#[test]
fn a_consumer_that_asks_and_never_exchanges_gets_429_and_others_go_on() {
    let provider = Provider::start();
    let (app, other) = (provider.app("Asks"), provider.app("Dances"));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..250).for_each(|_| drop(app.temporary("oob"))));
        }
    });
    let answer = app.ask("oob").send();
    let told = answer.refused(429, "consumer_key_refused");
    assert!(told["oauth_problem_advice"].contains("1000 temporary credentials"), "{told:?}");
    let wait: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=600).contains(&wait), "{answer:?}");
    other.dance(&provider.signed_in("grace")).echo().send().is(200);
}

#[test]
fn many_guesses_at_once_are_no_more_than_five() {
    let provider = Provider::start();
    let app = provider.app("Guesses");
    let (temporary, verifier) = app.allowed(&provider.signed_in("grace"));
    let calls: Vec<_> = (0..20).map(|n| app.exchange(&temporary, &format!("WRONG{n}")).sign()).collect();
    std::thread::scope(|scope| {
        for call in &calls {
            scope.spawn(|| call.send().is(401));
        }
    });
    app.exchange(&temporary, &verifier).send().refused(401, "token_rejected");
}

#[test]
fn what_was_given_survives_a_restart() {
    // The address that is signed has to stay, though the port does not.
    let settings = [("LATCHKEY_PUBLIC_URL", "http://tools.example")];
    let provider = Provider::with(&settings);
    let grace = provider.signed_in("grace");
    let app = provider.app("Survives").dance(&grace);
    let (temporary, verifier) = app.allowed(&grace);
    let undecided = app.temporary("oob");
    let provider = Provider::in_home(provider.server.stop().0, &settings);
    let app = App { address: provider.url.clone(), ..app };
    assert_eq!(app.echo().send().is(200).json()["user"], "grace");
    app.exchange(&undecided, "any").send().refused(401, "token_not_authorized");
    app.exchange(&temporary, &verifier).send().is(200);
}

#[test]
fn a_signed_request_without_a_session_may_come_from_anywhere() {
    let provider = Provider::start();
    let app = provider.app("Anywhere");
    for (name, value) in [("origin", "https://tool.example"), ("sec-fetch-site", "cross-site")] {
        app.ask("oob").header(name, value).send().is(200);
    }
}
