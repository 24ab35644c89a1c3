//! Every route and layer on one screen.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{StatusCode, header},
    middleware::{from_fn, from_fn_with_state, map_response},
    response::{IntoResponse as _, Redirect, Response},
    routing::{MethodRouter, any, get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer};

use crate::{
    api, assets, console, gate,
    layers::{
        deadline, denials, head, headers, in_words, known_hosts::KnownHosts, same_origin, trace, wordless,
    },
    ops,
    pages::{
        activity, api_docs, applications, authorize, code, consumer, consumers, home, password,
        person::{PASSWORD, SECOND_FACTOR},
        second_factor, sessions, set_password, set_up, sign_in, sign_in_again, users,
    },
    provider::{key_requests, oauth1, root_services},
    state::AppState,
    wire::{body::MOST_BODY_BYTES, password_link},
};

/// The public listener's routes, with the public URL's path prefix and, for gateways that strip it, without.
pub(crate) fn public(state: AppState, hosts: KnownHosts) -> Router {
    let prefix = state.site.prefix.clone();
    let routes = Router::new()
        .route("/", get(home::home))
        .route("/settings", get(home::home))
        .route(consumers::HOME, get(consumers::consumers).post(consumers::register))
        .route(users::PATH, get(users::show))
        .route(users::LIST, get(users::newer))
        .route(users::ADD, get(users::add_page).post(users::add))
        .route(users::DEED, get(users::ask).post(users::act))
        .route(activity::PATH, get(activity::show))
        .route(activity::LINES, get(activity::newer))
        .route(password_link::PATH, get(set_password::show).post(set_password::set))
        .route(consumer::PATH, get(consumer::show))
        .route(consumer::PANEL, get(consumer::panel))
        .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route(code::PATH, get(home::home).post(code::enter))
        .route(sign_in_again::PATH, get(home::home).post(sign_in_again::sign_in_again))
        .route("/sign-out", get(home::home).post(sign_in::sign_out))
        .route("/set-up", get(set_up::set_up_page).post(set_up::set_up))
        .route("/events", get(console::events::events))
        .route("/api/page/{function}", post(console::calls::call))
        .route(applications::PATH, get(applications::show).post(applications::revoke))
        .route(PASSWORD, get(password::show).post(password::change))
        .route(sessions::PATH, get(sessions::show).post(sessions::end))
        .route(SECOND_FACTOR, get(second_factor::show).post(second_factor::act))
        .route("/oauth/authorize", get_and_post_alone(get(authorize::show).post(authorize::decide)))
        .route("/oauth/approveKey", get(consumers::approve_key))
        .route("/pkg/{*file}", get(assets::serve))
        .route("/favicon.ico", get(assets::serve))
        .fallback(assets_or_nothing)
        .layer(RequestBodyLimitLayer::new(MOST_BODY_BYTES))
        // These read their bodies themselves with the same limit, and have their own answer to one that is too large.
        .route(
            "/oauth/requestToken",
            get_and_post_alone(get(oauth1::request_token).post(oauth1::request_token)),
        )
        .route("/oauth/accessToken", get_and_post_alone(get(oauth1::access_token).post(oauth1::access_token)))
        .route(key_requests::PATH, any(key_requests::request_key))
        .route("/rootservices", get(root_services::root_services))
        .route("/.well-known/oslc/rootservices.xml", get(root_services::root_services))
        .nest("/api/v1", api::routes(get(api_docs::show)))
        // What is nested does not reach this.
        .route("/api/v1/", any(api::no_such_call))
        .with_state(state.clone());
    let routes = if prefix.is_empty() {
        routes
    } else {
        let slash = format!("{prefix}/");
        Router::new()
            .route(&slash, get(move || async move { Redirect::to(&format!("{prefix}{}", consumers::HOME)) }))
            .nest(slash.trim_end_matches('/'), routes.clone())
            .fallback_service(routes)
    };
    routes
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(state.clone(), same_origin::refuse_cross_site))
        .layer(from_fn(deadline::enforce_deadlines))
        .layer(CatchPanicLayer::custom(in_words::panicked))
        .layer(from_fn_with_state(state.clone(), in_words::in_words))
        .layer(map_response(wordless::with_words))
        .layer(from_fn_with_state(hosts, head::check))
        .layer(from_fn_with_state(state.clone(), denials::note_denials))
        .layer(from_fn_with_state(state, headers::secure))
        .layer(from_fn(trace::trace))
}

/// For routes whose GET is not safe: HEAD, which axum would have GET answer, must be (RFC 9110 section 9.2.1), so it is no more
/// allowed than any other method.
fn get_and_post_alone(routes: MethodRouter<AppState>) -> MethodRouter<AppState> {
    routes.head(only_get_and_post).fallback(only_get_and_post)
}

async fn only_get_and_post() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET,POST")]).into_response()
}

async fn assets_or_nothing(state: State<AppState>, request: Request) -> Response {
    if assets::find(request.uri().path()).is_some() {
        assets::serve(request).await.into_response()
    } else {
        home::not_found(state, request).await
    }
}

/// The internal listener's routes, for gateways, tools and monitoring. Requests are not logged here.
pub(crate) fn internal(state: AppState, hosts: KnownHosts) -> Router {
    // Shared, not cloned: a clone would be a noticeable part of a verification.
    let state = Arc::new(state);
    Router::new()
        .route(
            "/verify/json",
            any(gate::by_path::verify_or_describe).layer(from_fn(deadline::enforce_deadlines)),
        )
        .route("/verify/", any(gate::by_path::verify))
        .route("/verify/{*path}", any(gate::by_path::verify))
        .route("/metrics", get(ops::metrics))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ops::ready))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(map_response(wordless::with_words))
        // Has an answer of its own to everything, and no time to lose.
        .route("/verify", any(gate::forward_auth::verify))
        .with_state(state)
        .layer(from_fn_with_state(hosts, head::check))
}
