//! The panel of one consumer, rendered on the server alone: the page has it beside its table, and fetches it again as it is.

use domain::{ConsumerKey, Status, View};
use leptos::prelude::*;
use service::consumers::Overview;
use time::OffsetDateTime;

use crate::{
    console::consumers::{
        panel::{BEGIN, BEGIN_REFUSED, TABLE},
        place::address_at,
        requested::{likeness_warning, removable_from},
        window_title::PAGE,
    },
    frame::site::Site,
    plain::{
        panel_activity::{activity, whole_activity},
        panel_details::details,
        panel_users::users,
    },
};

/// What the panel shows.
#[derive(Clone, Debug)]
pub enum ConsumerPanel {
    /// A consumer.
    Shown(Box<Overview>),
    /// There is no such consumer, in words; with the key where the text is one.
    NotThere(String, Option<ConsumerKey>),
    /// It cannot be shown at present, in words.
    Refused(String),
}

impl ConsumerPanel {
    /// The title of the page of the table, with the consumer beside it in front of the page's name.
    pub fn titled(&self, title: &str) -> String {
        let Self::Shown(overview) = self else { return title.to_owned() };
        let number = title.strip_suffix(PAGE).unwrap_or_default();
        format!("{number}{} · {PAGE}", overview.consumer.name)
    }

    /// The panel as HTML, beside a view of the table, to which its links lead back. `opens` is set where a document opens with
    /// it, so that its heading has the focus.
    pub fn html(self, site: &Site, view: &View, now: OffsetDateTime, opens: bool) -> String {
        let back = address_at(&site.url(TABLE), view);
        let html = Owner::new().with(|| match self {
            Self::Shown(overview) => {
                let json = serde_json::to_string(&overview.consumer).expect("a consumer is plain data");
                let json = json.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
                let key = overview.consumer.key;
                let shown = shown(*overview, site, view, back, now, opens).to_html();
                format!("{BEGIN} data-key=\"{key}\" data-consumer=\"{json}\">{shown}</div>")
            }
            Self::NotThere(words, key) => {
                let past = key.map(|key| view! { <p>{whole_activity(key, site)}</p> }.into_any());
                format!("{BEGIN}>{}</div>", without("Not found", words, past, back, opens).to_html())
            }
            Self::Refused(words) => {
                let again =
                    view! { <button type="button" class="btn small" data-again="">"Try again"</button> };
                let again = Some(again.into_any());
                format!("{BEGIN_REFUSED}>{}</div>", without("Not shown", words, again, back, opens).to_html())
            }
        });
        html.replace("<!>", "")
    }
}

/// The heading, and the way back to the table.
fn head(name: String, back: String, opens: bool) -> AnyView {
    view! {
        <div class="panel-head">
            <h2 id="panel-heading" tabindex="-1" autofocus=opens><bdi>{name}</bdi></h2>
            <a class="btn small" href=back data-close="">"Close"</a>
        </div>
    }
    .into_any()
}

/// Words in place of a consumer, and what can be done about it.
fn without(
    heading: &'static str,
    words: String,
    way_on: Option<AnyView>,
    back: String,
    opens: bool,
) -> AnyView {
    view! {
        {head(heading.to_owned(), back, opens)}
        <p class="problem" role="alert">{words}</p>
        {way_on}
    }
    .into_any()
}

fn shown(
    overview: Overview,
    site: &Site,
    view: &View,
    back: String,
    now: OffsetDateTime,
    opens: bool,
) -> AnyView {
    let Overview { consumer, decided, users: signed_in, are_first_users, other_users, history } = overview;
    let decisions = match consumer.status {
        Status::Pending => vec![("approve", "Approve"), ("disapprove", "Disapprove")],
        Status::Approved => vec![("disapprove", "Disapprove")],
        Status::Disapproved => vec![("approve", "Approve")],
    };
    let deeds = [("edit", "Edit")].into_iter().chain(decisions);
    let deeds = deeds.chain([("sign-out-all", "Sign everybody out"), ("remove", "Remove")]);
    let requests =
        removable_from(&consumer).map(|_| ("remove-requests", "Remove all requests from this address"));
    let deeds = deeds.chain(requests);
    let deeds = deeds.map(|(deed, label)| {
        view! { <button type="button" id=format!("deed-{deed}") class="btn small" data-deed=deed>{label}</button> }
    });
    let (key, name) = (consumer.key, consumer.name.to_string());
    view! {
        {head(name, back, opens)}
        {likeness_warning(&consumer)}
        <div class="panel-deeds">{deeds.collect_view()}</div>
        <section aria-labelledby="panel-details">
            <h3 id="panel-details">"Details"</h3>
            <dl class="fact">{details(&consumer, decided.as_ref(), now)}</dl>
        </section>
        {users(key, signed_in, are_first_users, other_users, site, view, now)}
        {activity(key, history, site, now)}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::{Actor, Consumer, ConsumerName, Username};
    use service::consumers::{HistoryLine, SignedInUser, SignedInUsers};

    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;
    const HOSTILE: &str = "</div><script>alert(1)</script>\"'<img src=x onerror=alert(1)>&amp;";

    fn site() -> Site {
        Site { prefix: "/keys".to_owned(), script: "", wasm: "", style: "", icon: "" }
    }

    fn overview() -> Overview {
        let key = "a-key".parse().unwrap();
        let name = ConsumerName::parse(HOSTILE).unwrap();
        let consumer = Consumer::register(key, name, false, Actor::CommandLine, NOW);
        let users = SignedInUsers { items: Vec::new(), next: None };
        Overview {
            consumer,
            decided: None,
            users,
            are_first_users: true,
            other_users: 0,
            history: Vec::new(),
        }
    }

    fn html(overview: Overview) -> String {
        ConsumerPanel::Shown(Box::new(overview)).html(&site(), &View::default(), NOW, false)
    }

    #[test]
    fn whatever_a_name_a_note_or_a_reason_holds_is_text() {
        let mut overview = overview();
        let hostile = Some(HOSTILE.to_owned());
        for field in
            [&mut overview.consumer.owner, &mut overview.consumer.contact, &mut overview.consumer.note]
        {
            field.clone_from(&hostile);
        }
        overview.consumer.reason = domain::Reason::parse(HOSTILE).unwrap();
        overview.consumer.callback_url = hostile.clone();
        let line = HistoryLine {
            at: NOW,
            by: Actor::Unknown(HOSTILE.to_owned()),
            address: hostile.clone(),
            what: HOSTILE.to_owned(),
            changes: vec![HOSTILE.to_owned()],
            reason: hostile,
        };
        overview.decided = Some(line.clone());
        overview.consumer.status = Status::Approved;
        overview.history = vec![line];
        let html = html(overview);
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        assert_eq!(html.matches("<div").count(), html.matches("</div>").count(), "{html}");
        // In the attribute as well as in the heading.
        assert!(!html.contains("data-consumer=\"{\""), "{html}");
        assert!(html.matches("&lt;script&gt;alert(1)&lt;/script&gt;").count() >= 8, "{html}");
    }

    #[test]
    fn the_title_names_the_consumer_behind_the_number_of_pending_ones() {
        let panel = ConsumerPanel::Shown(Box::new(overview()));
        let title = panel.titled("(3) OAuth consumers · Latchkey");
        assert_eq!(title, format!("(3) {HOSTILE} · OAuth consumers · Latchkey"));
        let refused = ConsumerPanel::Refused("Not now.".to_owned());
        assert_eq!(refused.titled("OAuth consumers · Latchkey"), "OAuth consumers · Latchkey");
    }

    #[test]
    fn what_is_empty_is_left_out_and_the_rest_has_its_heading() {
        let html = html(overview());
        for heading in ["Details", "Users", "Activity"] {
            assert!(html.contains(&format!(">{heading}</h3>")), "{html}");
        }
        assert!(
            html.contains("Nobody is signed in through it.") && !html.contains("Functional user"),
            "{html}"
        );
        assert!(html.contains("href=\"/keys/settings/activity?consumer=a-key\""), "{html}");
    }

    #[test]
    fn a_request_whose_name_looks_like_an_approved_one_is_warned_of_until_it_is_decided() {
        let mut alike = overview();
        alike.consumer.created_by = Actor::Request;
        alike.consumer.resembles = ConsumerName::parse("Cameo").ok();
        let mut decided = alike.clone();
        decided.consumer.status = Status::Approved;
        let warning = "Its name looks like “Cameo”, which is approved.";
        assert!(html(alike).contains(warning));
        assert!(!html(decided).contains(warning));
    }

    /// An overview with one user, after whose account come others.
    fn with_grace(others: u64) -> Overview {
        let mut overview = overview();
        let username = Username::parse("grace").unwrap();
        overview.users = SignedInUsers {
            items: vec![SignedInUser { id: 7, username, since: NOW, last_used_at: None }],
            next: (others > 0).then_some(7),
        };
        overview.other_users = others;
        overview
    }

    #[test]
    fn users_are_named_with_a_button_each_and_the_others_are_counted() {
        let html = html(with_grace(12));
        assert!(html.contains("aria-label=\"Sign out grace\""), "{html}");
        assert!(html.contains("and 12 more") && html.contains("/a-key?users_after=7\""), "{html}");
    }

    #[test]
    fn every_further_page_of_users_and_no_other_leads_back_to_the_first() {
        let nobody = SignedInUsers { items: Vec::new(), next: None };
        for is_first in [true, false] {
            let empty = Overview { users: nobody.clone(), ..with_grace(0) };
            for (case, overview) in [("more", with_grace(12)), ("last", with_grace(0)), ("empty", empty)] {
                let html = html(Overview { are_first_users: is_first, ..overview });
                let case = format!("{case}, first: {is_first}: {html}");
                assert_eq!(html.contains(">First users</a>"), !is_first, "{case}");
                assert_eq!(html.contains(">Next users</a>"), case.starts_with("more"), "{case}");
            }
        }
    }

    #[test]
    fn every_way_to_other_users_and_back_to_the_table_keeps_the_view() {
        let view = "q=a+b&status=pending".parse().unwrap();
        let mut overview = overview();
        overview.users.next = Some(7);
        overview.are_first_users = false;
        let html = ConsumerPanel::Shown(Box::new(overview)).html(&site(), &view, NOW, false);
        for (words, address) in [
            ("Close", "/keys/settings/oauth-consumers?q=a+b&amp;status=pending"),
            ("First users", "/keys/settings/oauth-consumers/a-key?q=a+b&amp;status=pending"),
            ("Next users", "/keys/settings/oauth-consumers/a-key?q=a+b&amp;status=pending&amp;users_after=7"),
        ] {
            assert!(html.contains(&format!("href=\"{address}\"")), "{words}: {html}");
        }
    }

    #[test]
    fn a_panel_that_is_only_refused_says_so_to_the_page() {
        let html = ConsumerPanel::Refused("Not now.".to_owned()).html(&site(), &View::default(), NOW, false);
        assert!(html.starts_with(BEGIN_REFUSED) && html.contains("Try again"), "{html}");
        let html = ConsumerPanel::NotThere("There is no such consumer.".to_owned(), "a-key".parse().ok());
        let html = html.html(&site(), &View::default(), NOW, false);
        assert!(html.starts_with(BEGIN) && !html.starts_with(BEGIN_REFUSED), "{html}");
        assert!(html.contains("There is no such consumer.") && !html.contains("Try again"), "{html}");
        assert!(html.contains("settings/activity?consumer=a-key"), "{html}");
    }
}
