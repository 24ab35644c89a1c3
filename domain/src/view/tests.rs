use super::*;
use crate::consumer_name::ConsumerName;

const NOW: OffsetDateTime = time::macros::datetime!(2026-11-29 12:00 UTC);

fn view(query: &str) -> View {
    query.parse().unwrap_or_else(|error| panic!("{query}: {error}"))
}

fn refusal(query: &str) -> String {
    query.parse::<View>().unwrap_err().to_string()
}

#[test]
fn a_view_is_read_from_an_address_and_written_as_it_was() {
    for query in [
        "",
        "q=gro%C3%9F+%26+klein",
        "status=pending",
        "last_used=never",
        "last_used=not-365d",
        "registered_by=the+command+line",
        "trusted=false",
        "ends=soon",
        "sort=name",
        "order=asc",
        "q=100%25&status=approved&last_used=1d&registered_by=ada&trusted=true&ends=soon&sort=last_used_at&order=desc",
    ] {
        assert_eq!(view(query).to_string(), query);
    }
    assert_eq!(view("order=desc&sort=key&q=x").to_string(), "q=x&sort=key&order=desc", "in one order");
    assert_eq!(view("").at(NOW), ConsumerQuery::default());
}

#[test]
fn every_word_of_a_value_is_read_back_as_the_value() {
    fn each<T: Copy + PartialEq + fmt::Debug>(words: &Words<T>) {
        for (word, value) in words {
            assert_eq!(read("x", word, words), Ok(*value));
            assert_eq!(written(*value, words), *word);
        }
    }
    each(STATUSES);
    each(LAST_USES);
    each(SWITCHES);
    each(ENDS);
    each(SORTS);
    each(ORDERS);
}

#[test]
fn the_words_are_those_of_the_api() {
    for (word, status) in STATUSES {
        assert_eq!(serde_json::to_value(status).unwrap(), *word);
    }
    for (word, last_used) in LAST_USES {
        assert_eq!(serde_json::to_value(last_used).unwrap(), *word);
    }
    for (word, ends) in ENDS {
        assert_eq!(serde_json::to_value(ends).unwrap(), *word);
    }
    for (word, sort) in SORTS {
        assert_eq!(serde_json::to_value(sort).unwrap(), *word);
    }
    for (word, order) in ORDERS {
        assert_eq!(serde_json::to_value(order).unwrap(), *word);
    }
}

#[test]
fn a_value_that_is_empty_is_not_set() {
    assert_eq!(view("q=&status=&last_used=&registered_by=&trusted=&ends=&sort=&order="), View::default());
}

#[test]
fn what_is_no_view_is_refused_in_words() {
    assert_eq!(refusal("status=Approved"), "status=Approved: give pending, approved or disapproved.");
    assert_eq!(refusal("last_used=30d"), "last_used=30d: give never, 1d, not-30d, not-90d or not-365d.");
    assert_eq!(refusal("trusted=yes"), "trusted=yes: give true or false.");
    assert_eq!(refusal("ends=30d"), "ends=30d: give soon.");
    assert_eq!(
        refusal("sort=size"),
        "sort=size: give created_at, name, key, status, updated_at or last_used_at."
    );
    assert_eq!(refusal("order=up"), "order=up: give asc or desc.");
    assert_eq!(refusal("q=a&q=b"), "q is given twice.");
    assert_eq!(
        refusal("limit=5"),
        "limit: there is no such parameter; q, status, last_used, registered_by, trusted, ends, sort and order are."
    );
}

#[test]
fn a_word_that_is_nearly_one_is_refused() {
    for query in [
        "last_used=1D",
        "last_used=1",
        "last_used=not-31d",
        "last_used=not_30d",
        "last_used=not-30d,never",
        "trusted=False",
        "trusted=0",
        "ends=Soon",
        "ends=false",
        "order=descending",
    ] {
        let (name, value) = query.split_once('=').unwrap();
        assert!(refusal(query).starts_with(&format!("{name}={value}: give ")), "{}", refusal(query));
    }
}

fn consumer(created: i64, used: Option<i64>) -> Consumer {
    let days_ago = |days| NOW - Duration::days(days);
    let name = ConsumerName::parse("Große App").unwrap();
    let by = Actor::from("ada".to_owned());
    let consumer = Consumer::register("OauthKey".parse().unwrap(), name, false, by, days_ago(created));
    Consumer { last_used_at: used.map(days_ago), ..consumer }
}

#[test]
fn a_consumer_is_in_a_view_by_everything_that_is_set() {
    let one = Consumer { trusted: true, ..consumer(100, Some(0)) };
    for query in [
        "",
        "q=OSS",
        "q=grosse+app",
        "q=thkey",
        "status=pending",
        "registered_by=ada",
        "trusted=true",
        "last_used=1d",
        "q=app&status=pending&registered_by=ada&trusted=true&last_used=1d&sort=name",
    ] {
        assert!(view(query).fits(&one, NOW), "{query}");
    }
    for query in [
        "q=gr+o",
        "status=approved",
        "registered_by=ad",
        "registered_by=the+command+line",
        "trusted=false",
        "last_used=never",
        "q=app&status=approved",
    ] {
        assert!(!view(query).fits(&one, NOW), "{query}");
    }
}

#[test]
fn never_in_the_last_day_and_not_for_days_are_told_apart() {
    let words = |consumer: Consumer| {
        let fits = |last_used| View { last_used, ..View::default() }.fits(&consumer, NOW);
        let words = LAST_USES.iter().filter(|(_, last_used)| fits(Some(*last_used)));
        words.map(|(word, _)| *word).collect::<Vec<_>>()
    };
    assert_eq!(words(consumer(500, Some(0))), ["1d"]);
    assert_eq!(words(consumer(500, Some(1))), [""; 0], "a day ago to the millisecond is not in the last day");
    assert_eq!(words(consumer(500, Some(29))), [""; 0]);
    assert_eq!(words(consumer(500, Some(30))), ["not-30d"]);
    assert_eq!(words(consumer(500, Some(365))), ["not-30d", "not-90d", "not-365d"]);
    assert_eq!(words(consumer(1, None)), ["never"], "what is new was not left unused for long");
    assert_eq!(words(consumer(91, None)), ["never", "not-30d", "not-90d"]);
}

#[test]
fn a_view_has_the_usual_direction_of_its_column_unless_it_says_another() {
    let order = |query| view(query).order();
    assert_eq!((order(""), order("order=asc")), (Order::Descending, Order::Ascending));
    assert_eq!((order("sort=name"), order("sort=name&order=desc")), (Order::Ascending, Order::Descending));
}

#[test]
fn a_consumer_ends_soon_in_the_thirty_days_before_its_end() {
    let view = view("ends=soon");
    let fits = |ends_at| view.fits(&Consumer { ends_at, ..consumer(1, None) }, NOW);
    assert!(!fits(None));
    assert!(!fits(Some(NOW)), "it has ended");
    assert!(fits(Some(NOW + Duration::MILLISECOND)));
    assert!(fits(Some(NOW + Duration::days(30))));
    assert!(!fits(Some(NOW + Duration::days(30) + Duration::MILLISECOND)));
}

#[test]
fn a_request_that_has_ended_is_in_no_view_that_leaves_them_out() {
    let requested = Consumer { created_by: Actor::Request, ..consumer(31, None) };
    let query = ConsumerQuery { undecided_since: Some(NOW - Duration::days(30)), ..ConsumerQuery::default() };
    assert!(!query.fits(&requested) && query.fits(&consumer(31, None)));
    assert!(query.fits(&Consumer { status: Status::Approved, ..requested }));
}
