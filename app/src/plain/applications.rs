//! The page on which users see which consumers act for them, and revoke them: plain, with no script but the bar's.

use domain::Status;
use http::StatusCode;
use leptos::prelude::*;
use time::{Duration, OffsetDateTime};

use crate::{
    document::Document,
    frame::{
        header::{Header, NavPage},
        site::Site,
        who::Who,
    },
    ui::time::{exact, exact_time, relative},
};

/// What the page **Authorized applications** shows.
#[derive(Clone, Debug)]
pub struct Applications {
    /// What the page calls the signed-in user.
    pub display_name: String,
    /// Whether they may see **OAuth consumers** too.
    pub configure_server: bool,
    /// The consumers that act for them, in the order of the page.
    pub items: Vec<Application>,
    /// When the page was rendered, in milliseconds since 1970.
    pub now_ms: i64,
    /// The name of the consumer that was just revoked.
    pub revoked: Option<String>,
}

/// A consumer that acts for the user.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its key; the form sends it back.
    pub consumer_key: String,
    /// Its name.
    pub consumer_name: String,
    /// Its status; it can act only while it is Approved.
    pub status: Status,
    /// When the user first allowed it, in milliseconds since 1970.
    pub since_ms: i64,
    /// When it last acted for the user, in milliseconds since 1970.
    pub last_used_ms: Option<i64>,
}

impl From<Applications> for Document {
    fn from(applications: Applications) -> Self {
        Self::new(
            "Authorized applications · Latchkey",
            StatusCode::OK,
            move |site| view! { <ApplicationsPage site applications=applications.clone()/> },
        )
    }
}

/// The consumers that act for the user, each with **Revoke**.
#[component]
fn ApplicationsPage(site: Site, applications: Applications) -> impl IntoView {
    let Applications { display_name, configure_server, items, now_ms, revoked } = applications;
    let revoked = revoked.map(|name| {
        view! {
            <p class="note" role="status" tabindex="-1" autofocus=true>
                <span><strong><bdi>{name}</bdi></strong> " is revoked: it cannot act for you any more."</span>
            </p>
        }
    });
    let list = if items.is_empty() {
        view! {
            <p class="empty">
                <strong>"No authorized applications."</strong>
                " An application that you allow to sign you in appears here, with a button to revoke it."
            </p>
        }
        .into_any()
    } else {
        let rows = items.into_iter().map(|item| row(&site, item, now_ms)).collect_view();
        view! {
            <table role="table" aria-label="Authorized applications">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"Application"</th>
                        <th role="columnheader" scope="col">"Allowed"</th>
                        <th role="columnheader" scope="col">"Last used"</th>
                        <th role="columnheader" scope="col" class="do"><span class="off-screen">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <Header prefix=site.prefix.clone() who=Who { display_name, configure_server } here=NavPage::Applications/>
        <main>
            <h1>"Authorized applications"</h1>
            <p class="lead">
                "Applications that you have allowed to sign you in and to call APIs as you. "
                "Revoke one, and its very next request is refused, until you allow it again."
            </p>
            {revoked}
            <div class="card applications">{list}</div>
        </main>
    }
}

fn row(site: &Site, item: Application, now_ms: i64) -> impl IntoView + use<> {
    let class = match item.status {
        Status::Approved => "status approved",
        Status::Pending => "status pending",
        Status::Disapproved => "status disapproved",
    };
    let stops = item.status != Status::Approved;
    let stopped = stops.then(|| {
        view! { <p class="hint"><span class=class>{item.status.word()}</span> ": it cannot act for you at present."</p> }
    });
    let revoke = format!("Revoke {}", item.consumer_name);
    view! {
        <tr role="row" class:off=stops>
            <td role="cell" class="name">
                <bdi>{item.consumer_name}</bdi>
                <code class="key">{item.consumer_key.clone()}</code>
                {stopped}
            </td>
            <td role="cell" class="when since">{moment(item.since_ms, now_ms)}</td>
            <td role="cell" class="used">
                {match item.last_used_ms {
                    Some(at) => moment(at, now_ms).into_any(),
                    None => "Never".into_any(),
                }}
            </td>
            <td role="cell" class="do">
                <form method="post" action=site.url("/account/applications")>
                    <input type="hidden" name="consumer_key" value=item.consumer_key/>
                    <button class="btn small" name="revoke" value="revoke" aria-label=revoke>"Revoke"</button>
                </form>
            </td>
        </tr>
    }
}

/// A time, relative and exact: nothing on these pages shows the exact one on demand.
pub(super) fn moment(at_ms: i64, now_ms: i64) -> impl IntoView + use<> {
    let at = OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::milliseconds(at_ms));
    let (ago, exact) = (relative(at, now_ms), exact(at));
    // For long ago, the relative time is the date already.
    let ago = (!exact.starts_with(&ago)).then(|| view! { <span class="ago">{ago}</span> });
    view! { {ago} " " {exact_time(at)} }
}
