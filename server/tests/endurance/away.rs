//! PostgreSQL away, slow, full, restarted, or behind a network that is cut: callers get an error in time, nothing is
//! accepted that another node has disapproved, and it recovers without help.

mod asked;

use std::{
    thread,
    time::{Duration, Instant},
};

use asked::{Asked, Outcome, Way};
use http::Method;

use crate::endurance::{
    activity::Told,
    database,
    run::{Run, milliseconds},
    support::{
        Home,
        browser::send,
        cable::Cable,
        cluster::Cluster,
        process::memory,
        relay::Relay,
        signer::{App, CONSUMERS, Provider, until},
    },
};

/// The longest wait for an answer, whatever the database does.
const MOST: Duration = Duration::from_secs(10);
/// Nor does it take longer than this until everything goes on once the database is there again.
const RECOVERED_WITHIN: Duration = Duration::from_secs(10);
/// How long they are asked before anything happens, so that the program's memory is past its start.
const WARM_UP: Duration = Duration::from_secs(1);
/// What the program's memory may stay grown by, in KiB. What the allocator keeps for each thread comes and goes.
const MOST_GROWTH: u64 = 16 * 1024;
/// How often memory is read until it is within that limit.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Two nodes on one database, one of them through a relay.
struct Nodes {
    near: Provider,
    far: Provider,
    relay: Relay,
    cluster: Cluster,
}

/// What a fault does to the node behind the relay.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It cannot reach the database; the other node can.
    Cut,
    /// It can, but slowly.
    Slow,
    /// No caller can.
    Everywhere,
}

impl Nodes {
    fn start() -> Self {
        Self::on(Cluster::start())
    }

    fn on(cluster: Cluster) -> Self {
        let relay = Relay::to(cluster.address());
        Self::through(relay, cluster)
    }

    fn through(relay: Relay, cluster: Cluster) -> Self {
        let near = Provider::in_home(Home::on(&cluster).and_users(), &[]);
        let url = near.home.url().replace(&cluster.address().to_string(), &relay.address().to_string());
        let settings = [("LATCHKEY_DATABASE_URL", &*url), ("LATCHKEY_PUBLIC_URL", &*near.public)];
        let far = Provider::in_home(near.home.clone(), &settings);
        Self { near, far, relay, cluster }
    }

    /// Disapproves a consumer on the node that has the database, which may have to wait for what the other one began.
    fn disapprove(&self, app: &App) {
        let path = format!("{CONSUMERS}/{}/disapprove", app.key);
        until("it is disapproved", || {
            let answer = send(self.near.ada().request(Method::POST, &path).body(()).unwrap());
            assert!([200, 503].contains(&answer.status), "{answer:?}");
            (answer.status == 200).then_some(())
        });
    }

    /// Lets something happen to the database while the node behind the relay is asked in every way, and makes it good.
    fn endure<T>(&self, mut run: Run, fault: Fault, worsen: impl FnOnce() -> T, mend: impl FnOnce(T)) {
        let [steady, doomed] = ["Steady", "Doomed"].map(|name| self.near.app_of(name, "grace").at(&self.far));
        let ada = self.near.ada().at(&self.far.url);
        let mut told = Told::default();
        told.read_on(self.near.ada());
        let mut disapproved = None;
        let (asked, began, ended) = thread::scope(|scope| {
            let mut asked = Asked::begin(scope, &ada, &steady, &doomed);
            asked.until_accepted(&Way::ALL, Instant::now());
            asked.for_so_long(WARM_UP);
            let held = memory(self.far.id());
            let faulty = worsen();
            let began = Instant::now();
            if fault != Fault::Everywhere {
                self.disapprove(&doomed);
                disapproved = Some(Instant::now());
                run.figure("a change on the other node took", milliseconds(began.elapsed()));
            }
            asked.for_so_long(run.sizes.away);
            asked.until_answered(began);
            let ended = Instant::now();
            mend(faulty);
            let mended = Instant::now();
            asked.until_accepted(&Way::UNCHANGED, mended);
            run.figure("everything went on after", milliseconds(mended.elapsed()));
            assert!(mended.elapsed() < RECOVERED_WITHIN, "{:?}", mended.elapsed());
            if fault == Fault::Everywhere {
                self.disapprove(&doomed);
                disapproved = Some(Instant::now());
            }
            asked.until_refused(Instant::now());
            let growth = || memory(self.far.id()).saturating_sub(held);
            run.figure("memory grown by", format!("{} KiB", growth()));
            until("its memory is as it was", || {
                asked.for_so_long(LOOK_EVERY);
                (growth() < MOST_GROWTH).then_some(())
            });
            (asked.stop(), began, ended)
        });
        let disapproved = disapproved.unwrap();
        let late = asked.iter().filter(|one| one.way == Way::Doomed && one.sent > disapproved);
        assert_eq!(
            late.filter(|one| one.outcome == Outcome::Accepted).count(),
            0,
            "disapproved is disapproved"
        );
        let during: Vec<_> = asked.iter().filter(|one| one.sent > began && one.answered < ended).collect();
        let accepted =
            |way| during.iter().filter(|one| one.way == way && one.outcome == Outcome::Accepted).count();
        if fault != Fault::Slow {
            // Whether a nonce is new cannot be known now.
            assert_eq!(accepted(Way::Steady) + accepted(Way::Doomed), 0);
        }
        let unknown = during.iter().filter(|one| one.outcome == Outcome::Unknown).count();
        run.figure("answers meanwhile", during.len());
        run.figure("of these 503, with Retry-After", unknown);
        for way in Way::ALL {
            let longest = asked.iter().filter(|one| one.way == way).map(|one| one.answered - one.sent).max();
            run.figure(&format!("longest wait for {way}"), milliseconds(longest.unwrap()));
            assert!(longest.unwrap() < MOST, "{way}: {longest:?}");
        }
        self.holds_what_was_told(&asked, told);
        let log = self.far.log();
        assert!(!log.iter().any(|line| line.contains("panicked")), "{log:?}");
        run.end();
    }

    /// Every acknowledged change is there, and none that was not asked for.
    fn holds_what_was_told(&self, asked: &[asked::One], mut told: Told) {
        told.read_on(self.near.ada());
        told.is(&database::listed(&self.near.home));
        let made = told.changes.iter().filter(|line| line["after"]["name"] == asked::CHANGED).count();
        let changes = || asked.iter().filter(|one| one.way == Way::Change);
        let acknowledged = changes().filter(|one| one.outcome == Outcome::Accepted).count();
        // The last ones may be under way when the listener is gone.
        let most = changes().count() + Way::Change.askers();
        assert!((acknowledged..=most).contains(&made), "{acknowledged} acknowledged, {made} made");
    }
}

#[test]
fn a_database_that_refuses_connections_is_waited_for() {
    let run = Run::begin("PostgreSQL refuses connections");
    let nodes = Nodes::start();
    let refuse = || {
        nodes.relay.refuse();
        nodes.relay.cut();
    };
    nodes.endure(run, Fault::Cut, refuse, |()| nodes.relay.pass());
}

#[test]
fn a_network_that_swallows_everything_is_noticed() {
    let run = Run::begin("the network to PostgreSQL swallows everything");
    let nodes = Nodes::start();
    nodes.endure(run, Fault::Cut, || nodes.relay.go_silent(), |()| nodes.relay.pass());
}

#[test]
fn a_network_whose_connections_are_lost_with_what_was_said_is_noticed() {
    let run = Run::begin("the network to PostgreSQL swallows everything, and its connections end");
    let nodes = Nodes::start();
    let mend = |()| {
        nodes.relay.cut();
        nodes.relay.pass();
    };
    nodes.endure(run, Fault::Cut, || nodes.relay.go_silent(), mend);
}

#[test]
fn a_network_cable_that_is_pulled_is_noticed() {
    let run = Run::begin("the network cable to PostgreSQL is pulled");
    let cable = match Cable::lay() {
        Ok(cable) => cable,
        Err(why) => return run.skip(&why),
    };
    let cluster = Cluster::start();
    let nodes = Nodes::through(Relay::behind(cable.listen(), cluster.address()), cluster);
    nodes.endure(run, Fault::Cut, || cable.pull(), drop);
}

#[test]
fn a_database_that_takes_two_seconds_for_each_answer_delays_nobody_for_ever() {
    let run = Run::begin("PostgreSQL answers two seconds late");
    let nodes = Nodes::start();
    let delay = || nodes.relay.delay(Duration::from_secs(2));
    nodes.endure(run, Fault::Slow, delay, |()| nodes.relay.pass());
}

#[test]
fn a_database_that_loses_its_power_is_waited_for() {
    let run = Run::begin("PostgreSQL is stopped and started");
    let nodes = Nodes::start();
    nodes.endure(run, Fault::Everywhere, || nodes.cluster.stop(), |()| nodes.cluster.start_again());
}

#[test]
fn a_database_without_a_free_connection_is_waited_for() {
    let run = Run::begin("PostgreSQL has no free connection");
    let cluster = Cluster::start();
    cluster.allow_connections(40);
    cluster.stop();
    cluster.start_again();
    let nodes = Nodes::on(cluster);
    let take = || {
        nodes.relay.refuse();
        nodes.relay.cut();
        let taken = nodes.cluster.take_connections();
        nodes.relay.pass();
        taken
    };
    nodes.endure(run, Fault::Cut, take, drop);
}
