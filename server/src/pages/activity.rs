//! `/settings/activity`: what was done, in words, and the lines that came since a page was made.

use std::collections::HashMap;

use app::{ActivityLine, ActivityPage, LineFilters, activity_rows};
use axum::{
    extract::{Request, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use domain::{Activity, ConsumerKey, LineQuery, NotALineQuery};
use serde::Deserialize;
use serde_json::Value;
use service::{Admin, LineWords, Object, ServiceError};

use crate::{
    pages::{
        consumers::HOME,
        input::PageQuery,
        person::{AdminPage, Watching, who},
        render::{PageError, render},
    },
    state::AppState,
};

/// Where the page is.
pub(crate) const PATH: &str = "/settings/activity";
/// Where its new lines come from.
pub(crate) const LINES: &str = "/settings/activity/lines";

/// How many lines are shown at once.
const ROWS: u64 = 100;

/// Says that more lines came than the answer has: they are those before this number.
const MORE: HeaderName = HeaderName::from_static("x-more");

#[derive(Default, Deserialize)]
pub(crate) struct Shown {
    #[serde(default)]
    consumer: String,
    #[serde(default)]
    who: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    /// The number before which the page begins.
    #[serde(default)]
    before: String,
    /// The number of the newest line that is known.
    #[serde(default)]
    after: String,
}

impl Shown {
    fn filters(&self) -> [(&'static str, &str); 6] {
        [
            ("consumer", &self.consumer),
            ("who", &self.who),
            ("about", &self.about),
            ("what", &self.what),
            ("from", &self.from),
            ("until", &self.until),
        ]
        .map(|(name, value)| (name, value.trim()))
    }

    /// Those that are set: the form sends all of them.
    fn set_filters(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.filters().into_iter().filter(|(_, value)| !value.is_empty())
    }

    fn query(&self) -> Result<LineQuery, NotALineQuery> {
        let mut query = LineQuery::default();
        for (name, value) in self.set_filters() {
            query.set(name, value)?;
        }
        Ok(query)
    }

    /// The filters that are set, as the query of an address.
    fn address(&self) -> String {
        let set: Vec<_> =
            self.set_filters().map(|(name, value)| format!("{name}={}", oauth::encode(value))).collect();
        set.join("&")
    }
}

/// `GET /settings/activity`
pub(crate) async fn show(
    State(state): State<AppState>,
    PageQuery(shown): PageQuery<Shown>,
    AdminPage { person, admin }: AdminPage,
    request: Request,
) -> Result<Response, PageError> {
    let before = shown.before.parse().ok();
    let address = shown.address();
    let (lines, next, problem) = match shown.query() {
        Ok(query) => {
            let (lines, next) = state.service.activity(&admin).list(&query, before, ROWS).await?;
            (in_words(&state, &admin, lines).await?, next, None)
        }
        Err(error) => (Vec::new(), None, Some(format!("This filter is not understood: {error}"))),
    };
    let and = if address.is_empty() { "" } else { "&" };
    let page = ActivityPage {
        who: who(person.user()),
        lines,
        older: next.map(|before| format!("{address}{and}before={before}")),
        query: address,
        is_first: before.is_none(),
        problem,
        filters: LineFilters {
            consumer: shown.consumer,
            who: shown.who,
            about: shown.about,
            what: shown.what,
            from: shown.from,
            until: shown.until,
        },
    };
    Ok(render(&state, page, request).await)
}

/// `GET /settings/activity/lines?after=…&before=…`: the rows of the lines that came since, for a page that is open: no session is
/// kept alive by it.
pub(crate) async fn newer(
    State(state): State<AppState>,
    PageQuery(shown): PageQuery<Shown>,
    Watching(admin): Watching,
) -> Result<Response, PageError> {
    let (Ok(query), Ok(after)) = (shown.query(), shown.after.parse()) else {
        return Ok(StatusCode::BAD_REQUEST.into_response());
    };
    let lines = since(&state, &admin, &query, after, shown.before.parse().ok()).await?;
    if lines.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let more = lines.last().filter(|_| lines.len() as u64 == ROWS).map(|last| [(MORE, last.id.to_string())]);
    let rows = activity_rows(&state.site, in_words(&state, &admin, lines).await?);
    Ok((more, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], rows).into_response())
}

/// Up to `ROWS` lines after a number, newest first: the newest, or those before another number.
async fn since(
    state: &AppState,
    admin: &Admin,
    query: &LineQuery,
    after: i64,
    before: Option<i64>,
) -> Result<Vec<Activity<Value>>, ServiceError> {
    let activity = state.service.activity(admin);
    let Some(before) = before else { return activity.newer(query, after, ROWS).await };
    let (mut lines, _) = activity.list(query, Some(before), ROWS).await?;
    lines.retain(|line| line.id > after);
    Ok(lines)
}

async fn in_words(
    state: &AppState,
    admin: &Admin,
    lines: Vec<Activity<Value>>,
) -> Result<Vec<ActivityLine>, ServiceError> {
    let names = state.service.activity(admin).consumer_names(&lines).await?;
    Ok(lines.into_iter().map(|line| line_in_words(line, &names)).collect())
}

fn line_in_words(line: Activity<Value>, names: &HashMap<ConsumerKey, String>) -> ActivityLine {
    let LineWords { deed, object, changes } = LineWords::of(&line);
    let object = object.map(|object| match object {
        Object::Consumer(key, name) => {
            let name = name.or_else(|| names.get(&key).cloned()).unwrap_or_else(|| key.to_string());
            (name, Some(format!("{HOME}/{}", oauth::encode(key.as_str()))))
        }
        Object::User(username) => {
            let about = format!("{PATH}?about={}", oauth::encode(&username));
            (username, Some(about))
        }
    });
    ActivityLine {
        id: line.id,
        at: line.at,
        actor: line.actor.to_string(),
        address: line.address,
        deed,
        object,
        changes,
        reason: line.reason,
    }
}
