//! A call: who makes it, what they may do, and what it says.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, request::Parts},
};
use serde::de::DeserializeOwned;
use service::{Admin, SignedIn, Verified, sign_in::Presence};

use crate::{
    api::error::ApiError,
    state::AppState,
    wire::{
        address::ClientAddress, body::TooLarge, json::from_json, media_type::MediaType, session,
        signed::Received,
    },
};

/// The key in a path, as it was sent.
pub(super) struct KeyText(pub(super) String);

impl FromRequestParts<AppState> for KeyText {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        // A path that is not UTF-8 is not found.
        path.map(|Path(text)| Self(text))
            .map_err(|_| ApiError::NotFound("There is no consumer with a key that is not UTF-8.".to_owned()))
    }
}

/// The username in a path, as it was sent.
pub(super) struct NameText(pub(super) String);

impl FromRequestParts<AppState> for NameText {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        // A path that is not UTF-8 is not found.
        path.map(|Path(text)| Self(text))
            .map_err(|_| ApiError::NotFound("There is no user with a name that is not UTF-8.".to_owned()))
    }
}

/// The consumer key and the username in a path, as they were sent.
pub(super) struct KeyAndUsername(pub(super) String, pub(super) String);

impl FromRequestParts<AppState> for KeyAndUsername {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let path = Path::<(String, String)>::from_request_parts(parts, state).await;
        path.map(|Path((key, username))| Self(key, username)).map_err(|_| {
            ApiError::NotFound(
                "A part of this path is not UTF-8, and names nothing that there is.".to_owned(),
            )
        })
    }
}

/// Who calls.
#[derive(Debug)]
pub(super) enum Caller {
    /// A consumer, by its signature.
    Consumer(Verified),
    /// A browser, by its session.
    Session(SignedIn),
}

/// A call whose caller is authenticated, but not yet authorised: `admin` does that.
pub(super) struct Call {
    pub(super) caller: Caller,
    pub(super) received: Received,
    address: ClientAddress,
}

impl FromRequest<AppState> for Call {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let Ok(address) = ClientAddress::from_request_parts(&mut parts, state).await;
        let received = Received::read(state, Request::from_parts(parts, body)).await;
        let received = received.map_err(|TooLarge| ApiError::TooLarge)?;
        let caller = caller(&received, address, state).await?;
        Ok(Self { caller, received, address })
    }
}

async fn caller(received: &Received, address: ClientAddress, state: &AppState) -> Result<Caller, ApiError> {
    let authorization = received.authorization();
    let request = received.to_verify(&authorization).map_err(|unclear| ApiError::Refused(unclear.into()))?;
    if request.is_signed() {
        let begin = std::time::Instant::now();
        let verdict = state.service.verify(&request, Some(address.0)).await;
        state.metrics.verified(&verdict, begin.elapsed());
        return Ok(Caller::Consumer(verdict?));
    }
    let headers = &received.parts.headers;
    if let Some(signed_in) = session::who(headers, address, state, Presence::Acting).await? {
        return Ok(Caller::Session(signed_in));
    }
    let holder = session::holder(headers, address, state).await?;
    let owes = holder.and_then(|holder| holder.owes());
    Err(owes.map_or(ApiError::NoCredentials, ApiError::Owed))
}

impl Call {
    /// The caller as an administrator.
    fn admin(&self) -> Result<Admin, ApiError> {
        let (admin, user) = match &self.caller {
            Caller::Consumer(verified) => (verified.admin(self.address.0), verified.user()),
            Caller::Session(signed_in) => (signed_in.admin(), Some(signed_in.user())),
        };
        admin.map_err(|why| ApiError::NotPermitted(why, user.map(|user| user.username.clone())))
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.received.parts.headers
    }

    /// The body as JSON.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        match MediaType::of(self.headers()) {
            Ok(Some(media_type)) if media_type.is_json() => parse(&self.received.body),
            _ => Err(ApiError::UnsupportedMediaType),
        }
    }

    /// The parameters of the query; those of the protocol are not the call's.
    pub(super) fn query(&self) -> impl Iterator<Item = (String, String)> {
        let query = self.received.parts.uri.query().unwrap_or_default();
        url::form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| !name.starts_with("oauth_"))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
    }
}

fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, ApiError> {
    from_json(body).map_err(|error| {
        ApiError::BadRequest(format!(
            "The body is not the JSON object that this call takes: what came {error}."
        ))
    })
}

/// A call by an administrator. Rejects before query and body are read.
pub(super) struct AdminCall {
    pub(super) admin: Admin,
    pub(super) call: Call,
}

impl FromRequest<AppState> for AdminCall {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        let call = Call::from_request(request, state).await?;
        let admin = call.admin()?;
        Ok(Self { admin, call })
    }
}
