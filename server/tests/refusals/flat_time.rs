//! How long a refusal takes does not reveal which part was right.

use std::time::{Duration, Instant};

use crate::support::signer::{App, Asker, Provider, Signed, median};

const ROUNDS: usize = 400;

#[test]
fn an_unknown_key_an_unknown_token_and_a_wrong_signature_take_the_same_time() {
    let provider = Provider::start();
    let app = provider.app_of("Timed", "grace");
    let wrong = app.with_secret("another");
    let asker = Asker::new(&provider.internal);
    let unknown_key = |n: usize| App { key: format!("00000000-0000-4000-8000-{n:012}"), ..app.clone() };
    let kinds: [(&str, &dyn Fn(usize) -> Signed); 3] = [
        ("consumer_key_unknown", &|n| unknown_key(n).echo().sign()),
        ("token_rejected", &|n| app.echo().with("oauth_token", &format!("{n:022}")).sign()),
        ("signature_invalid", &|_| wrong.echo().sign()),
    ];
    let mut times = kinds.map(|_| Vec::new());
    for round in 0..ROUNDS {
        for ((problem, make), times) in kinds.iter().zip(&mut times) {
            let signed = make(round);
            let begin = Instant::now();
            assert_eq!(asker.ask(&signed).as_deref(), Some(*problem));
            times.push(begin.elapsed());
        }
    }
    let medians = times.map(median);
    println!("medians of {ROUNDS}: {medians:?}");
    let (least, most) = (medians.iter().min().unwrap(), medians.iter().max().unwrap());
    assert!(*most < *least * 3 + Duration::from_micros(100), "{medians:?}");
}
