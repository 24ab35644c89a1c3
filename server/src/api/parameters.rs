//! The query parameters of a call: each is one that there is, and is given once. An empty one is absent: forms and programs send
//! so what is not set.

use utoipa::{
    PartialSchema,
    openapi::{ObjectBuilder, OneOfBuilder, RefOr, Schema, Type},
};

use crate::api::{call::Call, error::ApiError};

/// Reads each by `set`, which returns whether there is one of this name; `names` are all that there are.
pub(super) fn read(
    call: &Call,
    names: &[&str],
    mut set: impl FnMut(&str, &str) -> Result<bool, ApiError>,
) -> Result<(), ApiError> {
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in call.query() {
        let is_known = if value.is_empty() { names.contains(&name.as_str()) } else { set(&name, &value)? };
        if !is_known {
            return Err(ApiError::BadRequest(unknown(&name, names)));
        }
        if seen.contains(&name) {
            return Err(ApiError::BadRequest(format!("{name} is given twice.")));
        }
        seen.push(name);
    }
    Ok(())
}

fn unknown(name: &str, names: &[&str]) -> String {
    let [first @ .., last] = names else { unreachable!("a call that reads parameters has some") };
    format!("{name}: there is no such parameter; {} and {last} are.", first.join(", "))
}

/// The schema of a parameter, or of an empty one.
pub(super) fn or_empty<T: PartialSchema>() -> Schema {
    with_empty(T::schema())
}

/// This schema, or that of an empty text.
pub(super) fn with_empty(schema: impl Into<RefOr<Schema>>) -> Schema {
    let empty = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([""]));
    OneOfBuilder::new().item(schema).item(empty).into()
}
