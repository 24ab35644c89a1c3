//! Every operation of the API: what is routed here stands in the OpenAPI document, and nothing else does.

use axum::routing::any;
use utoipa::openapi::PathItem;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        activity,
        consumers::{change, decide, export, list, show},
        who,
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
        .routes(routes!(activity::list))
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
