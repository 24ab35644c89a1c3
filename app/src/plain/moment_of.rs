//! When something was done, and by whom, as the sections of a consumer's panel say it.

use domain::{Actor, query::milliseconds, time::timestamp};
use leptos::prelude::*;
use service::consumers::HistoryLine;
use time::OffsetDateTime;

use crate::ui::time::{exact, relative};

/// A time: relative, which the page brings up to date, and exact on hover, in the browser's zone as well by `header.js`.
pub(super) fn moment(at: OffsetDateTime, now: OffsetDateTime) -> AnyView {
    let ms = milliseconds(at);
    view! {
        <time datetime=timestamp(at) title=exact(at) data-utc="" data-ms=ms.to_string()>
            {relative(at, milliseconds(now))}
        </time>
    }
    .into_any()
}

/// The author of something, as words that follow it. Usernames hold no letters of other directions.
pub(super) fn by(line: &HistoryLine) -> String {
    let by = match &line.by {
        Actor::User(username) => format!("by {username}"),
        Actor::CommandLine => "at the command line".to_owned(),
        Actor::Server => "by the server itself".to_owned(),
        Actor::Request => "by request".to_owned(),
        Actor::Unknown(words) => format!("by {words}"),
    };
    match &line.address {
        Some(address) => format!("{by} from {address}"),
        None => by,
    }
}
