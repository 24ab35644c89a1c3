//! The page **Activity**: what was done, by whom, from where, newest first; a plain table to which its script adds new lines.

use domain::Action;
use http::StatusCode;
use leptos::prelude::*;
use time::OffsetDateTime;

use crate::{
    document::Document,
    frame::{header::NavPage, site::Site, who::Who},
    plain::settings::{SettingsPage, document, live_sign, problem},
    ui::time::exact_time,
};

/// What the page **Activity** shows.
#[derive(Clone, Debug)]
pub struct ActivityPage {
    /// Who is signed in.
    pub who: Who,
    /// The lines, newest first.
    pub lines: Vec<ActivityLine>,
    /// The filters, as they were given.
    pub filters: LineFilters,
    /// The same as the query of an address; empty: none is set.
    pub query: String,
    /// Whether it is the first page.
    pub is_first: bool,
    /// The query of the next page's address.
    pub older: Option<String>,
    /// Why a filter is not understood.
    pub problem: Option<String>,
}

/// The filters, as they were given; empty: not set.
#[derive(Clone, Debug, Default)]
pub struct LineFilters {
    /// A consumer key.
    pub consumer: String,
    /// An author.
    pub who: String,
    /// A user that it was done to.
    pub about: String,
    /// The word of an action.
    pub what: String,
    /// A date or time.
    pub from: String,
    /// A date or time.
    pub until: String,
}

/// A line, in words.
#[derive(Clone, Debug)]
pub struct ActivityLine {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: OffsetDateTime,
    /// Who.
    pub actor: String,
    /// From which network address.
    pub address: Option<String>,
    /// What was done.
    pub deed: String,
    /// To what, and where more of it is shown, if anywhere.
    pub object: Option<(String, Option<String>)>,
    /// What it changed.
    pub changes: Vec<String>,
    /// Why, as its author said.
    pub reason: Option<String>,
}

impl From<ActivityPage> for Document {
    fn from(page: ActivityPage) -> Self {
        let status = if page.problem.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        document("Activity · Latchkey", status, move |site| view! { <Page site page=page.clone()/> })
    }
}

/// The rows of lines alone, for the page that is open.
pub fn activity_rows(site: &Site, lines: Vec<ActivityLine>) -> String {
    Owner::new().with(|| rows(site, lines).to_html()).replace("<!>", "")
}

#[component]
fn Page(site: Site, page: ActivityPage) -> impl IntoView {
    let ActivityPage { who, lines, filters, query, is_first, older, problem: why } = page;
    let path = site.url("/settings/activity");
    // Without a filter that is understood there is nothing to wait for.
    let sign = if is_first && why.is_none() {
        live_sign(&site, format!("{path}/lines?{query}"))
    } else {
        ().into_any()
    };
    let export = |format: &str| format!("{}?{query}", site.url(&format!("/api/v1/activity.{format}")));
    let (csv, json) = (export("csv"), export("json"));
    let newest = (!is_first).then(|| {
        let newest = if query.is_empty() { path.clone() } else { format!("{path}?{query}") };
        view! { <a class="btn small" href=newest>"Newest"</a> }
    });
    // The script of the first page leads to the lines that it takes out, also where there was no other page.
    let is_only = is_first && older.is_none();
    let older = older.or_else(|| is_first.then(|| query.clone()));
    let older = older.map(|query| view! { <a class="btn small" href=format!("{path}?{query}")>"Older"</a> });
    let empty = lines.is_empty().then(|| {
        let words = if query.is_empty() {
            "What is done from now on appears here."
        } else {
            "Nothing fits these filters."
        };
        view! { <p class="empty"><strong>"No activity."</strong> {words}</p> }
    });
    let filters = filter_form(path, filters, query.is_empty());
    view! {
        <SettingsPage site=site.clone() who here=NavPage::Activity sign>
            <div class="heading">
                <h1>"Activity"</h1>
                <div class="own-menu export">
                    <button type="button" popovertarget="export-menu">"Export"</button>
                    <ul id="export-menu" popover="auto">
                        <li><a href=csv download="activity.csv">"CSV"</a></li>
                        <li><a href=json download="activity.json">"JSON"</a></li>
                    </ul>
                </div>
            </div>
            <p class="lead">"What was done to consumers, users and tokens, by whom, from where. Nothing can be changed here."</p>
            {problem(why)}
            <div class="bar">{filters}</div>
            <div class="card activity">
                <table role="table" aria-label="Activity">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"When"</th>
                            <th role="columnheader" scope="col">"Who"</th>
                            <th role="columnheader" scope="col">"What"</th>
                            <th role="columnheader" scope="col">"From"</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup" id="lines" translate="no">{rows(&site, lines)}</tbody>
                </table>
                {empty}
            </div>
            <nav class="pager" aria-label="Pages of activity" hidden=is_only>{newest} {older}</nav>
        </SettingsPage>
    }
}

fn filter_form(path: String, filters: LineFilters, is_empty: bool) -> impl IntoView {
    let LineFilters { consumer, who, about, what, from, until } = filters;
    let clear = (!is_empty).then(|| view! { <a class="btn" href=path.clone()>"Clear"</a> });
    let options = Action::KNOWN
        .into_iter()
        .map(|action| {
            let word = word(&action);
            let is_chosen = word == what;
            view! { <option value=word selected=is_chosen>{action.words().to_owned()}</option> }
        })
        .collect_view();
    let field = |id: &'static str, label: &'static str, kind: &'static str, value: String| {
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <input id=id name=id type=kind value=value autocapitalize="none" spellcheck="false"/>
            </div>
        }
    };
    // A time that is no date came by the address: a date field would drop it.
    let day = |text: &str| if text.is_empty() || text.len() == 10 { "date" } else { "text" };
    let (kind_from, kind_until) = (day(&from), day(&until));
    view! {
        <form method="get" action=path role="search" aria-label="Filters">
            {field("consumer", "Consumer key", "text", consumer)}
            {field("who", "Who", "text", who)}
            {field("about", "To which user", "text", about)}
            <div class="field">
                <label for="what">"What"</label>
                <select id="what" name="what"><option value="">"Anything"</option>{options}</select>
            </div>
            {field("from", "From", kind_from, from)}
            {field("until", "Until", kind_until, until)}
            <button class="btn">"Filter"</button>
            {clear}
        </form>
    }
}

/// The action as addresses and the API write it.
fn word(action: &Action) -> String {
    serde_json::to_value(action).ok().and_then(|word| Some(word.as_str()?.to_owned())).unwrap_or_default()
}

fn rows(site: &Site, lines: Vec<ActivityLine>) -> impl IntoView + use<> {
    lines.into_iter().map(|line| row(site, line)).collect_view()
}

fn row(site: &Site, line: ActivityLine) -> impl IntoView + use<> {
    let ActivityLine { id, at, actor, address, deed, object, changes, reason } = line;
    let object = object.map(|(name, path)| match path {
        Some(path) => view! { ": " <a href=site.url(&path)><bdi>{name}</bdi></a> }.into_any(),
        None => view! { ": " <bdi>{name}</bdi> }.into_any(),
    });
    let changes = (!changes.is_empty())
        .then(|| changes.into_iter().map(|change| view! { <li><bdi>{change}</bdi></li> }).collect_view())
        .map(|changes| view! { <ul>{changes}</ul> });
    let reason = reason.map(|reason| view! { <p class="reason">"Reason: " <bdi>{reason}</bdi></p> });
    view! {
        <tr role="row" data-line=id.to_string()>
            <td role="cell" class="at">{exact_time(at)}</td>
            <td role="cell" class="actor"><bdi>{actor}</bdi></td>
            <td role="cell" class="deed"><strong>{deed}</strong> {object} {changes} {reason}</td>
            <td role="cell" class="address">{address}</td>
        </tr>
    }
}
