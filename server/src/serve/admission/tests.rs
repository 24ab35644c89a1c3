//! Who is admitted, who makes room, and who is refused.

use std::iter;

use super::*;
use crate::state::connections::Listeners;

const ONE: [u8; 4] = [192, 0, 2, 1];
const OTHER: [u8; 4] = [192, 0, 2, 2];
const PROXY: &str = "10.0.0.1";

fn admission(in_all: usize, of_network: Option<usize>) -> Arc<Admission> {
    let limits = Limits { in_all, of_network, exempt: PROXY.parse().unwrap() };
    Admission::new(limits, Listeners::default().of("public"))
}

fn many(admission: &Arc<Admission>, peer: impl Into<IpAddr>, count: usize) -> Vec<Admitted> {
    let peer = peer.into();
    iter::repeat_with(|| admission.admit(peer).unwrap()).take(count).collect()
}

fn are_cut(admitted: &[Admitted]) -> Vec<bool> {
    admitted.iter().map(|admitted| admitted.connection.is_cut.load(Ordering::Relaxed)).collect()
}

fn open(admission: &Admission) -> (usize, usize) {
    let open = admission.lock();
    (open.in_all, open.of_network.len())
}

#[test]
fn who_waited_longest_makes_room_for_a_newcomer() {
    let admission = admission(3, None);
    let old = many(&admission, ONE, 3);
    drop(old[0].connection.begin());
    let newcomer = admission.admit(OTHER.into()).unwrap();
    assert_eq!(are_cut(&old), [false, true, false], "the first has had a request since");
    assert_eq!(open(&admission), (3, 2));
    drop((old, newcomer));
    assert_eq!(open(&admission), (0, 0), "each is counted out once");
}

#[test]
fn a_connection_at_work_is_never_closed_for_another() {
    let admission = admission(2, None);
    let old = many(&admission, ONE, 2);
    let work: Vec<_> = old.iter().map(|admitted| admitted.connection.begin()).collect();
    assert_eq!(admission.admit(OTHER.into()).err(), Some(Refused::InAll));
    assert_eq!(are_cut(&old), [false, false]);
    drop(work);
    assert!(admission.admit(OTHER.into()).is_ok());
}

#[test]
fn what_waits_to_be_taken_is_work_until_the_peer_was_too_slow() {
    let admission = admission(2, None);
    let old = many(&admission, ONE, 2);
    let (untaken, work) = (old[0].connection.begin().hand_over(), old[1].connection.begin());
    assert!(old[0].connection.is_waiting(), "its answer was handed over");
    assert_eq!(admission.admit(OTHER.into()).err(), Some(Refused::InAll));
    for _ in 0..60 {
        old[1].connection.taking.took(1);
        admission.charge_second();
    }
    assert_eq!(are_cut(&old), [true, false], "of the other nothing waits to be taken");
    drop((untaken, work));
}

#[test]
fn a_network_has_its_share_and_takes_nothing_from_another() {
    let admission = admission(100, Some(2));
    let other = many(&admission, OTHER, 2);
    let one = many(&admission, ONE, 2);
    let _work: Vec<_> = one.iter().map(|admitted| admitted.connection.begin()).collect();
    assert_eq!(admission.admit(ONE.into()).err(), Some(Refused::OfNetwork));
    assert_eq!(are_cut(&other), [false, false]);
    let _more = many(&admission, OTHER, 1);
    assert_eq!(are_cut(&other), [true, false], "its own longest wait ends");
}

#[test]
fn an_ipv6_network_is_a_64_and_a_mapped_address_is_ipv4() {
    let admission = admission(100, Some(1));
    let admit = |address: &str| {
        let admitted = admission.admit(address.parse().unwrap()).unwrap();
        let work = admitted.connection.begin();
        (admitted, work)
    };
    let _held = [admit("2001:db8:0:1::1"), admit("2001:db8:0:2::1"), admit("192.0.2.1")];
    for (address, refused) in [
        ("2001:db8:0:1:ffff::2", Some(Refused::OfNetwork)),
        ("2001:db8:0:3::1", None),
        ("::ffff:192.0.2.1", Some(Refused::OfNetwork)),
        ("192.0.2.2", None),
    ] {
        assert_eq!(admission.admit(address.parse().unwrap()).err(), refused, "{address}");
    }
}

#[test]
fn trusted_proxies_and_gateways_have_no_share_but_the_whole() {
    let proxy: IpAddr = PROXY.parse().unwrap();
    let admissions = [admission(5, Some(1)), admission(5, None)];
    for admission in &admissions {
        let admitted = many(admission, proxy, 5);
        assert_eq!(are_cut(&admitted), [false; 5]);
        let _work: Vec<_> = admitted.iter().map(|admitted| admitted.connection.begin()).collect();
        assert_eq!(admission.admit(proxy).err(), Some(Refused::InAll));
    }
}

#[test]
fn a_flood_makes_room_for_several_at_a_time() {
    let admission = admission(64, None);
    let old = many(&admission, ONE, 64);
    let _newcomer = admission.admit(OTHER.into()).unwrap();
    let cut = are_cut(&old);
    assert_eq!(cut.iter().filter(|cut| **cut).count(), 64 / PART);
    assert!(cut[..64 / PART].iter().all(|cut| *cut), "the first ones: {cut:?}");
    assert_eq!(open(&admission).0, 64 - 64 / PART + 1);
}

#[test]
fn two_requests_at_once_on_a_connection_both_have_to_end() {
    let admission = admission(1, None);
    let admitted = admission.admit(ONE.into()).unwrap();
    let (first, second) = (admitted.connection.begin(), admitted.connection.begin());
    drop(first);
    assert!(!admitted.connection.is_waiting());
    drop(second);
    assert!(admitted.connection.is_waiting());
    assert_eq!(admitted.connection.begun(), 2);
}
