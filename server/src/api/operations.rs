//! Every operation of the API: what is routed here stands in the OpenAPI document, and nothing else does.

use axum::routing::any;
use utoipa::openapi::PathItem;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        activity, activity_export,
        consumers::{change, decide, export, list, show, tokens},
        users, who,
    },
    state::AppState,
};

/// The operations, relative to `/api/v1`.
pub(super) fn operations() -> OpenApiRouter<AppState> {
    let (schemas, mut echo, _) = routes!(who::echo);
    echo.paths.values_mut().for_each(name_by_method);
    OpenApiRouter::default()
        // Any method; the document lists the usual ones.
        .routes((schemas, echo, any(who::echo)))
        .routes(routes!(who::who_am_i))
        .routes(routes!(list::list, change::register))
        .routes(routes!(export::csv))
        .routes(routes!(export::json))
        .routes(routes!(show::show, change::edit, decide::remove))
        .routes(routes!(decide::approve))
        .routes(routes!(decide::disapprove))
        .routes(routes!(tokens::list))
        .routes(routes!(tokens::sign_out))
        .routes(routes!(activity::list))
        .routes(routes!(activity_export::csv))
        .routes(routes!(activity_export::json))
        .routes(routes!(users::list::list, users::add::add))
        .routes(routes!(users::list::show, users::change::edit))
        .routes(routes!(users::change::permit))
        .routes(routes!(users::change::forbid))
        .routes(routes!(users::change::disable))
        .routes(routes!(users::change::enable))
        .routes(routes!(users::change::sign_out))
        .routes(routes!(users::add::reset))
        .routes(routes!(users::add::reset_password))
}

/// Appends the method to the operation ids of one handler for several methods: ids are unique.
fn name_by_method(item: &mut PathItem) {
    for (method, operation) in [
        ("Get", &mut item.get),
        ("Post", &mut item.post),
        ("Put", &mut item.put),
        ("Patch", &mut item.patch),
        ("Delete", &mut item.delete),
    ] {
        if let Some(id) = operation.as_mut().and_then(|operation| operation.operation_id.as_mut()) {
            id.push_str(method);
        }
    }
}
