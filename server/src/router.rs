//! Every route and layer on one screen.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::StatusCode,
    middleware::from_fn_with_state,
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, trace::TraceLayer};

use crate::{assets, events, headers, pages, same_origin, server_functions, state::AppState};

/// No form or call of a page is anywhere near this.
pub(crate) const MOST_BODY_BYTES: usize = 64 * 1024;

/// What the public listener serves, under the public URL's path and, for gateways that strip it, without.
pub(crate) fn public(state: AppState) -> Router {
    let prefix = state.site.prefix.clone();
    let routes = Router::new()
        .route("/", get(pages::home))
        .route("/settings", get(pages::home))
        .route(pages::HOME, get(pages::consumers).post(pages::register))
        .route("/sign-in", get(pages::sign_in_page).post(pages::sign_in))
        .route("/sign-out", get(pages::home).post(pages::sign_out))
        .route("/set-up", get(pages::set_up_page).post(pages::set_up))
        .route("/events", get(events::events))
        .route("/api/page/{function}", post(server_functions::call))
        .route("/pkg/{*file}", get(assets::serve))
        .route("/favicon.ico", get(assets::serve))
        .fallback(assets_or_nothing)
        .with_state(state.clone());
    let routes = if prefix.is_empty() {
        routes
    } else {
        let slash = format!("{prefix}/");
        Router::new()
            .route(&slash, get(move || async move { Redirect::to(&format!("{prefix}{}", pages::HOME)) }))
            .nest(slash.trim_end_matches('/'), routes.clone())
            .fallback_service(routes)
    };
    routes
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(MOST_BODY_BYTES))
        .layer(from_fn_with_state(state.clone(), same_origin::refuse_cross_site))
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(state, headers::secure))
        .layer(TraceLayer::new_for_http())
}

async fn assets_or_nothing(state: State<AppState>, request: Request) -> Response {
    if assets::find(request.uri().path()).is_some() {
        assets::serve(request).await.into_response()
    } else {
        pages::not_found(state, request).await
    }
}

/// What the internal listener serves.
pub(crate) fn internal() -> Router {
    Router::new().route("/healthz", get(|| async { "ok\n" })).fallback(|| async { StatusCode::NOT_FOUND })
}
