use time::Duration;

use super::*;
use crate::{
    consumer_edit::Edit,
    samples::{LATER, consumer, with_callback},
};

#[test]
fn a_new_consumer_is_pending_at_revision_one() {
    assert_eq!((consumer().status, consumer().revision), (Status::Pending, 1));
}

#[test]
fn a_decision_changes_status_revision_and_time_and_nothing_else() {
    let approved = consumer().decide(Status::Approved, LATER).unwrap();
    let expected = Consumer { status: Status::Approved, revision: 2, updated_at: LATER, ..consumer() };
    assert_eq!(approved, expected);
}

#[test]
fn deciding_the_same_twice_changes_nothing() {
    let approved = consumer().decide(Status::Approved, LATER).unwrap();
    assert_eq!(approved.decide(Status::Approved, LATER), None);
}

#[test]
fn a_decision_that_is_taken_back_takes_what_came_with_it_and_nothing_else() {
    let before = Consumer { reason: Reason::parse("Leaked.").unwrap(), ..with_callback() };
    let approved = before.approve_trusted(LATER).unwrap().unwrap();
    let renamed = Consumer { name: ConsumerName::parse("B").unwrap(), ..approved };
    let undone = renamed.decided_as(&before, LATER);
    assert_eq!(undone, Consumer { name: renamed.name, revision: 3, updated_at: LATER, ..before });
}

#[test]
fn a_wish_to_be_trusted_grants_nothing_and_survives_every_decision() {
    let mut wished = Consumer { trusted_wished: true, ..with_callback() };
    for status in [Status::Approved, Status::Disapproved, Status::Approved] {
        wished = wished.decide(status, LATER).unwrap();
        assert_eq!((wished.trusted, wished.trusted_wished), (false, true), "{status:?}");
    }
    let trusted = wished.approve_trusted(LATER).unwrap().unwrap();
    assert_eq!((trusted.trusted, trusted.trusted_wished), (true, true));
}

#[test]
fn a_right_is_gained_when_it_is_given_and_not_when_it_is_kept_or_taken_away() {
    let plain = with_callback();
    let trusted = Consumer { trusted: true, ..plain.clone() };
    let administers = Consumer { may_administer: true, ..plain.clone() };
    let allowed = Consumer { allow_oauth_1_0: true, ..plain.clone() };
    for right in [&trusted, &administers, &allowed] {
        assert!(right.has_gained_a_right(&plain));
        assert!(!right.has_gained_a_right(right) && !plain.has_gained_a_right(right));
    }
    assert!(administers.has_gained_a_right(&trusted), "another one");
    assert!(!plain.decide(Status::Approved, LATER).unwrap().has_gained_a_right(&plain));
}

#[test]
fn approving_as_trusted_is_one_change_and_needs_a_callback() {
    let approved = with_callback().approve_trusted(LATER).unwrap().unwrap();
    assert_eq!((approved.status, approved.trusted, approved.revision), (Status::Approved, true, 2));
    assert_eq!(approved.approve_trusted(LATER), Ok(None));
    let plain = with_callback().decide(Status::Approved, LATER).unwrap();
    assert_eq!(plain.approve_trusted(LATER).unwrap().unwrap().revision, 3);
    assert_eq!(consumer().approve_trusted(LATER), Err(RightsError::TrustedWithoutCallback));
    let administers = Consumer { may_administer: true, ..with_callback() };
    assert_eq!(administers.approve_trusted(LATER), Err(RightsError::TrustedThatAdministers));
}

#[test]
fn users_are_asked_unless_it_is_trusted_and_without_oauth_1_0() {
    for (trusted, allow_oauth_1_0) in [(false, false), (false, true), (true, false), (true, true)] {
        let consumer = Consumer { trusted, allow_oauth_1_0, ..with_callback() };
        assert_eq!(consumer.skips_consent(), trusted && !allow_oauth_1_0);
    }
}

#[test]
fn a_reason_is_of_its_decision_and_goes_with_the_next() {
    let reason = Reason::parse("The key leaked.").unwrap();
    let disapproved = consumer().decide(Status::Disapproved, LATER).unwrap().because(reason.clone());
    assert_eq!(disapproved.reason, reason);
    let rename = Edit { name: Some(ConsumerName::parse("Other").unwrap()), ..Edit::default() };
    assert_eq!(disapproved.edit(&rename, LATER).unwrap().unwrap().reason, reason, "an edit decides nothing");
    assert_eq!(disapproved.decide(Status::Approved, LATER).unwrap().reason, None);
    let with_callback = Consumer { reason, ..with_callback() };
    assert_eq!(with_callback.approve_trusted(LATER).unwrap().unwrap().reason, None);
}

#[test]
fn a_consumer_has_ended_from_its_end_on_and_without_one_never() {
    let ends = Consumer { ends_at: Some(LATER), ..consumer() };
    assert!(!ends.has_ended(LATER - Duration::MILLISECOND));
    assert!(ends.has_ended(LATER) && ends.has_ended(LATER + Duration::DAY));
    assert!(!consumer().has_ended(LATER + Duration::DAY));
}

#[test]
fn another_functional_user_and_looser_networks_are_rights_and_less_is_none() {
    let user = |name| Consumer { functional_user: Some(Username::parse(name).unwrap()), ..consumer() };
    let from = |network: &str| Consumer { networks: vec![network.parse().unwrap()], ..consumer() };
    for (later, before) in [
        (user("build"), consumer()),
        (user("build"), user("ada")),
        (consumer(), from("10.0.0.0/8")),
        (from("10.0.0.0/8"), from("10.0.0.0/9")),
    ] {
        assert!(later.has_gained_a_right(&before), "{later:?}");
    }
    for (later, before) in [
        (consumer(), user("build")),
        (user("Build"), user("build")),
        (from("10.0.0.0/8"), consumer()),
        (from("10.0.0.0/9"), from("10.0.0.0/8")),
        (Consumer { ends_at: None, ..consumer() }, Consumer { ends_at: Some(LATER), ..consumer() }),
    ] {
        assert!(!later.has_gained_a_right(&before), "{later:?}");
    }
}

#[test]
fn with_power_to_work_longer_is_a_right_and_to_end_is_none() {
    let day = |day| Some(LATER + time::Duration::days(day));
    let ends = |ends_at| Consumer { may_administer: true, ends_at, ..consumer() };
    for (later, before) in [(None, day(1)), (day(2), day(1))] {
        assert!(ends(later).has_gained_a_right(&ends(before)), "{before:?} to {later:?}");
    }
    for (later, before) in [(day(1), None), (day(1), day(2)), (day(1), day(1))] {
        assert!(!ends(later).has_gained_a_right(&ends(before)), "{before:?} to {later:?}");
    }
}

#[test]
fn another_callback_of_a_trusted_consumer_is_a_right_and_one_less_is_none() {
    let with = |trusted, callbacks: &[&str]| {
        let callbacks = callbacks.iter().map(|callback| (*callback).to_owned()).collect();
        Consumer { trusted, ..consumer() }.with_callbacks(callbacks)
    };
    let (one, other) = ("https://app.example/cb", "https://other.example/cb");
    for callbacks in [&[one, other][..], &[other], &[other, one]] {
        assert!(with(true, callbacks).has_gained_a_right(&with(true, &[one])), "{callbacks:?}");
        assert!(!with(false, callbacks).has_gained_a_right(&with(false, &[one])), "users are asked");
        assert!(!with(false, callbacks).has_gained_a_right(&with(true, &[one])), "from now on");
    }
    assert!(!with(true, &[one]).has_gained_a_right(&with(true, &[other, one])));
    assert!(!with(true, &[other, one]).has_gained_a_right(&with(true, &[one, other])), "in another order");
}

#[test]
fn a_consumer_as_an_earlier_version_wrote_it_has_its_one_callback() {
    let mut json = serde_json::to_value(with_callback()).unwrap();
    for added in [
        "callback_urls",
        "allow_oauth_1_0",
        "owner",
        "contact",
        "note",
        "functional_user",
        "networks",
        "ends_at",
        "reason",
        "resembles",
    ] {
        json.as_object_mut().unwrap().remove(added).unwrap();
    }
    let read = serde_json::from_value::<Consumer>(json).unwrap().with_possible_rights();
    assert_eq!(read, with_callback());
}

#[test]
fn what_an_earlier_version_trusted_without_a_callback_is_not_trusted() {
    let by_request = Consumer { trusted: true, created_by: Actor::Request, ..consumer() };
    let read = by_request.with_possible_rights();
    assert_eq!((read.trusted, read.trusted_wished), (false, true));
    let by_ada = Consumer { trusted: true, ..consumer() }.with_possible_rights();
    assert_eq!((by_ada.trusted, by_ada.trusted_wished), (false, false), "an administrator wished nothing");
    let kept = Consumer { trusted: true, ..with_callback() };
    assert_eq!(kept.clone().with_possible_rights(), kept);
    let both = Consumer { may_administer: true, ..kept };
    assert!(!both.with_possible_rights().may_administer, "an earlier version knows nothing of it");
}

#[test]
fn a_consumer_on_the_wire_has_the_contracts_names_and_times() {
    let json = serde_json::to_value(consumer()).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "key": "00000000-0000-0000-0000-000000000000", "name": "Requirements sync", "status": "pending",
            "trusted": false, "trusted_wished": false, "may_administer": false,
            "allow_oauth_1_0": false, "callback_url": null, "callback_urls": [], "has_secret": true, "rsa_public_key": null,
            "owner": null, "contact": null, "note": null, "functional_user": null, "networks": [], "ends_at": null,
            "disapproved_until": null, "reason": null,
            "created_at": "1970-01-01T00:00:00.000Z", "created_by": "ada", "updated_at": "1970-01-01T00:00:00.000Z",
            "last_used_at": null, "requested_from": null, "requested_times": 0, "request_fingerprint": null,
            "resembles": null, "revision": 1
        })
    );
    assert_eq!(serde_json::from_value::<Consumer>(json).unwrap(), consumer());
}
