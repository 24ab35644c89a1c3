//! The page on which users see where they are signed in, and end that: plain, with no script but the bar's.

use http::StatusCode;
use leptos::prelude::*;

use crate::{
    document::Document,
    frame::{header::NavPage, site::Site, who::Who},
    plain::{agent::browser, applications::moment, own_page::OwnPage},
};

/// What the page **Your sessions** shows.
#[derive(Clone, Debug)]
pub struct Sessions {
    /// Who is signed in.
    pub who: Who,
    /// The sessions, in the order of the page.
    pub items: Vec<Session>,
    /// When the page was rendered, in milliseconds since 1970.
    pub now_ms: i64,
}

/// A signed-in browser.
#[derive(Clone, Debug)]
pub struct Session {
    /// Names it; the form sends it back.
    pub id: String,
    /// Whether it is the browser that shows the page.
    pub is_this: bool,
    /// When it signed in, in milliseconds since 1970.
    pub since_ms: i64,
    /// When its user was last active, in milliseconds since 1970.
    pub last_used_ms: i64,
    /// The network address that it signed in from.
    pub address: Option<String>,
    /// Its `User-Agent`.
    pub agent: Option<String>,
}

impl From<Sessions> for Document {
    fn from(sessions: Sessions) -> Self {
        Self::new(
            "Your sessions · Latchkey",
            StatusCode::OK,
            move |site| view! { <SessionsPage site sessions=sessions.clone()/> },
        )
    }
}

#[component]
fn SessionsPage(site: Site, sessions: Sessions) -> impl IntoView {
    let Sessions { who, items, now_ms } = sessions;
    let action = site.url("/account/sessions");
    let end_others = (items.len() > 1).then(|| {
        view! {
            <form method="post" action=action.clone()>
                <button class="btn" name="others" value="end">"End all others"</button>
            </form>
        }
    });
    let rows = items.into_iter().map(|item| row(&action, item, now_ms)).collect_view();
    view! {
        <OwnPage
            site who here=NavPage::Sessions heading="Your sessions"
            lead="The browsers in which you are signed in. A session that you end is signed out on its next request."
        >
            <div class="card applications sessions">
                <table role="table" aria-label="Your sessions">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"Browser"</th>
                            <th role="columnheader" scope="col">"Signed in"</th>
                            <th role="columnheader" scope="col">"Last used"</th>
                            <th role="columnheader" scope="col">"Address"</th>
                            <th role="columnheader" scope="col" class="do"><span class="off-screen">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </div>
            {end_others}
        </OwnPage>
    }
}

fn row(action: &str, item: Session, now_ms: i64) -> impl IntoView + use<> {
    let name = item.agent.as_deref().map_or_else(|| "Unknown browser".to_owned(), browser);
    let end = if item.is_this {
        view! { <strong>"this browser"</strong> }.into_any()
    } else {
        let label = format!("End {name}");
        view! {
            <form method="post" action=action.to_owned()>
                <input type="hidden" name="session" value=item.id/>
                <button class="btn small" aria-label=label>"End"</button>
            </form>
        }
        .into_any()
    };
    view! {
        <tr role="row">
            <td role="cell" class="name">{name}</td>
            <td role="cell" class="begun">{moment(item.since_ms, now_ms)}</td>
            <td role="cell" class="used">{moment(item.last_used_ms, now_ms)}</td>
            <td role="cell" class="address">{item.address.unwrap_or_else(|| "Unknown".to_owned())}</td>
            <td role="cell" class="do">{end}</td>
        </tr>
    }
}
