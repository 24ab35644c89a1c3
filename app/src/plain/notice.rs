//! The page that says why something cannot be shown, and what to do.

use http::StatusCode;
use leptos::prelude::*;

use crate::{
    document::Document,
    frame::{card::Card, site::Site},
};

/// Why something cannot be shown.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The HTTP status.
    pub status: StatusCode,
    /// The heading.
    pub heading: &'static str,
    /// What happened, why, what to do.
    pub text: String,
    /// Whether **Sign out** is offered.
    pub signed_in: bool,
}

impl From<Notice> for Document {
    fn from(notice: Notice) -> Self {
        Self::new("Latchkey", notice.status, move |site| view! { <NoticePage site notice=notice.clone()/> })
    }
}

/// There is no page at the address.
#[derive(Clone, Copy, Debug)]
pub struct PageNotFound;

impl From<PageNotFound> for Document {
    fn from(_: PageNotFound) -> Self {
        Self::new("Latchkey", StatusCode::NOT_FOUND, move |site| {
            let start = site.url("/");
            view! {
                <Card site heading="Page not found">
                    <p>"There is no page at this address. Begin at the " <a href=start>"start page"</a> "."</p>
                </Card>
            }
        })
    }
}

#[component]
fn NoticePage(site: Site, notice: Notice) -> impl IntoView {
    let Notice { heading, text, signed_in, status: _ } = notice;
    let ways_on = signed_in.then(|| {
        view! {
            <p>"Open to every account: " <a href=site.url("/account/applications")>"Authorized applications"</a></p>
            <form method="post" action=site.url("/sign-out")><button class="btn">"Sign out"</button></form>
        }
    });
    view! {
        <Card site heading>
            <p>{text}</p>
            {ways_on}
        </Card>
    }
}
