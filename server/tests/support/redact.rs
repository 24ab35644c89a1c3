//! Bodies for snapshots: what differs from run to run is replaced.

use serde_json::Value;

/// Keys, times and numbers that the running server hands out.
const DIFFERS: [&str; 12] = [
    "key",
    "consumer_key",
    "created_at",
    "updated_at",
    "last_used_at",
    "last_signed_in_at",
    "since",
    "expires_at",
    "at",
    "id",
    "url",
    "request_id",
];

/// The body with `[name]` for each member that differs from run to run.
pub fn redacted(mut body: Value) -> Value {
    match &mut body {
        Value::Object(members) => {
            for (name, value) in members {
                *value = match value.take() {
                    Value::Null => Value::Null,
                    _ if DIFFERS.contains(&name.as_str()) => format!("[{name}]").into(),
                    other => redacted(other),
                };
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| *element = redacted(element.take())),
        _ => {}
    }
    body
}
