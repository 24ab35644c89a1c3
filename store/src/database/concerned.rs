//! Whom a line of activity concerns, as both databases read it from the line.

use sea_orm::DbBackend;

/// The user that a line concerns, folded; a query has to write it as the index does (`activity_by_user`). Usernames are ASCII
/// alone.
pub(crate) fn concerned(backend: DbBackend) -> &'static str {
    if backend == DbBackend::Postgres {
        r#"LOWER(COALESCE("after" ->> 'username', "before" ->> 'username'))"#
    } else {
        // Other programs that open the file may have an SQLite before 3.38, without `->>`.
        r#"LOWER(COALESCE(json_extract("after", '$.username'), json_extract("before", '$.username')))"#
    }
}
