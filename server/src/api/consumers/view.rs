//! The parameters of a view of the consumers, which the list and the exports take alike.

use domain::{
    Status, View,
    query::{Order, Sort},
    view::{Ends, LastUsed},
};
use utoipa::IntoParams;

use crate::api::{
    call::Call,
    error::ApiError,
    parameters::{self, or_empty},
};

/// The parameters, as the OpenAPI document has them. None has to be there.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it is only described: `View` reads what is sent")]
pub(super) struct Filters {
    /// Only consumers with this text in their name, key, owner or note, ignoring case.
    #[param(required = false)]
    q: String,
    /// Only consumers with this status.
    #[param(required = false, schema_with = or_empty::<Status>)]
    status: Status,
    /// Only consumers that were last used then: never, in the last day, or not for 30, 90 or 365 days though they were registered
    /// by then.
    #[param(required = false, schema_with = or_empty::<LastUsed>)]
    last_used: LastUsed,
    /// Only consumers that this author registered: a username, *the command line* or *by request*.
    #[param(required = false)]
    registered_by: String,
    /// Only consumers that are trusted, or only those that are not.
    #[param(required = false, schema_with = or_empty::<bool>)]
    trusted: bool,
    /// Only consumers that end then: in the next 30 days.
    #[param(required = false, schema_with = or_empty::<Ends>)]
    ends: Ends,
    /// The column to sort by.
    #[param(required = false, schema_with = or_empty::<Sort>)]
    sort: Sort,
    /// The direction; by default times go down and texts go up.
    #[param(required = false, schema_with = or_empty::<Order>)]
    order: Order,
}

/// Reads the view that the parameters of a call say.
pub(super) fn read_view(call: &Call) -> Result<View, ApiError> {
    let mut view = View::default();
    parameters::read(call, &View::NAMES, |name, value| set(&mut view, name, value))?;
    Ok(view)
}

/// Sets what a parameter says of a view; returns whether there is such a parameter.
pub(super) fn set(view: &mut View, name: &str, value: &str) -> Result<bool, ApiError> {
    view.set(name, value).map_err(|error| ApiError::BadRequest(error.to_string()))
}
