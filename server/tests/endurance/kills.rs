//! `kill -9` at random moments under load: what was acknowledged is there, nothing is half there, and nothing that was
//! accepted is accepted again.

mod administrator;
mod caller;
mod dancer;

use std::{
    collections::VecDeque,
    sync::mpsc::channel,
    thread,
    time::{Duration, Instant},
};

use administrator::Administrator;
use caller::Caller;
use dancer::Dancer;

use crate::endurance::{
    activity::Told,
    database,
    run::{Run, milliseconds, quantile},
    support::{
        Browser, Home,
        signer::{Asker, Provider, Signed},
    },
};

/// Signatures are made for this address, since every start has another port.
const SETTINGS: [(&str, &str); 1] = [("LATCHKEY_PUBLIC_URL", "http://latchkey.example")];
const ADMINISTRATORS: u64 = 4;
/// Where the users of the trusted consumer are sent back to.
const CALLBACK: &str = "https://app.example/cb";
/// How many changes are acknowledged between a start and the kill at most.
const MOST_DONE: usize = 250;
/// After each round, the accepted requests of this many rounds are sent again.
const ROUNDS_SENT_AGAIN: usize = 3;

/// The actors that keep the program busy, and what each of them knows.
struct Load {
    administrators: Vec<Administrator>,
    dancers: [Dancer; 2],
    callers: [Caller; 2],
    /// The consumers of the last two, which are never changed.
    apps: Vec<String>,
}

impl Load {
    fn new(provider: &Provider, run: &Run) -> Self {
        let (grace, calling) = (provider.signed_in("grace"), provider.app_of("Calling", "grace"));
        let (asking, trusted) = (provider.app("Asking"), provider.trusted("Trusted", CALLBACK));
        let apps = [&calling, &asking, &trusted].map(|app| app.key.clone()).to_vec();
        Self {
            administrators: (0..ADMINISTRATORS).map(|n| Administrator::new(n, run.random(n))).collect(),
            dancers: [Dancer::asking(asking, grace.clone()), Dancer::trusted(trusted, CALLBACK, grace)],
            callers: [Caller::at_the_api(calling.clone()), Caller::at_a_tool(calling)],
            apps,
        }
    }

    /// Lets all of them work until the program is killed, which is after this many acknowledgements.
    fn until_killed(&mut self, provider: Provider, ada: &Browser, enough: usize) -> Home {
        let ada = ada.at(&provider.url);
        let (progress, done) = channel();
        thread::scope(|scope| {
            for administrator in &mut self.administrators {
                let (ada, internal, progress) = (ada.clone(), provider.internal.clone(), progress.clone());
                scope.spawn(move || administrator.work(&ada, &internal, &progress));
            }
            for dancer in &mut self.dancers {
                dancer.move_to(&provider);
                let progress = progress.clone();
                scope.spawn(move || dancer.work(&progress));
            }
            for caller in &mut self.callers {
                caller.move_to(&provider);
                let progress = progress.clone();
                scope.spawn(move || caller.work(&progress));
            }
            drop(progress);
            assert_eq!(done.iter().take(enough).count(), enough, "they work until they are stopped");
            provider.server.kill()
        })
    }

    /// Holds what each of them knows against what is there after the restart.
    fn settle(&mut self, provider: &Provider, told: &Told) {
        let mut rows = database::listed(&provider.home);
        told.is(&rows);
        for app in &self.apps {
            assert_eq!(rows.remove(app).unwrap()["status"], "approved");
        }
        for administrator in &mut self.administrators {
            administrator.settle(&mut rows, &provider.internal);
        }
        assert!(rows.is_empty(), "nobody registered these: {rows:?}");
        for dancer in &mut self.dancers {
            dancer.settle(provider);
        }
    }
}

/// Sends accepted requests again; none of them may be accepted. Returns how many were refused.
fn send_again(provider: &Provider, accepted: &VecDeque<Vec<Signed>>, under_way: &[Signed]) -> usize {
    let asker = Asker::new(&provider.internal);
    let refused = |signed: &Signed| {
        let problem = asker.ask(signed);
        let refused = matches!(problem.as_deref(), Some("nonce_used" | "timestamp_refused"));
        assert!(refused, "it was accepted before: {problem:?}");
    };
    accepted.iter().flatten().for_each(refused);
    for signed in under_way {
        // Whether it was accepted is unknown, but it may be so once at most.
        let first = asker.ask(signed);
        assert!(matches!(first.as_deref(), None | Some("nonce_used")), "{first:?}");
        refused(signed);
    }
    accepted.iter().map(Vec::len).sum::<usize>() + under_way.len()
}

#[test]
fn what_was_acknowledged_survives_kills_at_random_moments() {
    let mut run = Run::begin("kill -9 at random moments under load");
    let mut random = run.random(1000);
    let mut provider = Provider::in_home(Home::with_users(), &SETTINGS);
    let ada = provider.ada().clone();
    let (mut load, mut told) = (Load::new(&provider, &run), Told::default());
    let (mut starts, mut accepted, mut sent_again) = (Vec::new(), VecDeque::new(), 0);
    for round in 0..run.sizes.kills {
        let home = load.until_killed(provider, &ada, random.usize(0..=MOST_DONE));
        if home.is_shared() {
            database::until_nobody_is_connected(&home);
        }
        let begin = Instant::now();
        provider = Provider::in_home(home, &SETTINGS);
        starts.push(begin.elapsed());
        told.read_on(&ada.at(&provider.url));
        let tokens = database::number(&provider.home, "SELECT count(*) FROM token_credentials");
        assert_eq!(usize::try_from(tokens).unwrap(), told.tokens(), "round {round}");
        load.settle(&provider, &told);
        told.read_on(&ada.at(&provider.url));
        // One is that of the callers.
        assert_eq!(
            told.tokens(),
            1 + load.dancers.iter().map(Dancer::tokens).sum::<usize>(),
            "round {round}"
        );
        accepted.push_front(load.callers.iter_mut().flat_map(Caller::take_accepted).collect());
        accepted.truncate(ROUNDS_SENT_AGAIN);
        let under_way: Vec<_> = load.callers.iter_mut().filter_map(Caller::take_under_way).collect();
        sent_again += send_again(&provider, &accepted, &under_way);
        let check = provider.home.run(&["check"], "");
        assert_eq!(check.code, Some(0), "{check:?}");
    }
    let sum = |count: fn(&Administrator) -> usize| load.administrators.iter().map(count).sum::<usize>();
    run.figure("kills", run.sizes.kills);
    run.figure("acknowledged changes, none lost", sum(|administrator| administrator.acknowledged));
    run.figure("changes under way at a kill that were made", sum(|administrator| administrator.made));
    run.figure("changes under way at a kill that were not made", sum(|administrator| administrator.not_made));
    run.figure("tokens issued, each once", told.tokens());
    run.figure("requests accepted", load.callers.iter().map(|caller| caller.accepted_in_all).sum::<usize>());
    run.figure("accepted requests sent again, all refused", sent_again);
    run.figure("start after a kill, median", milliseconds(quantile(&mut starts, 0.5)));
    run.figure("start after a kill, longest", milliseconds(quantile(&mut starts, 1.0)));
    assert!(starts.iter().all(|took| *took < Duration::from_secs(10)), "{starts:?}");
    run.end();
}
