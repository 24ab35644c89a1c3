//! What to do about what PostgreSQL or a pooler refuses.

/// About a pooler that gives each transaction any connection.
pub(crate) const POOLED: &str = "Let the pooler give each client a connection of its own (PgBouncer: pool_mode = session), or keep transactions and \
                      set LATCHKEY_LISTEN_DATABASE_URL to PostgreSQL's own address and PgBouncer's max_prepared_statements (from 1.21 on) \
                      above 0.";

/// About a role that lacks a right.
pub(crate) const RIGHTS: &str = "Give the role of LATCHKEY_DATABASE_URL the rights of docs/guides/postgresql.md: on the tables, to serve, and \
                      CREATE on the schema, to make or migrate them.";

/// What to do, by `SQLSTATE`.
pub(super) fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        // No entry in pg_hba.conf, or no such role.
        "28000" => {
            "Check user and sslmode in LATCHKEY_DATABASE_URL, and whether the server's pg_hba.conf lets this user in from here."
        }
        "28P01" => {
            "Check user and password in LATCHKEY_DATABASE_URL, where each character of a password that is neither a letter nor a digit is written as a percent sign and its octet."
        }
        "3D000" => "Make the database with createdb, or name another one with LATCHKEY_DATABASE_URL.",
        "42501" => RIGHTS,
        // A prepared statement that another client's connection has, or has not.
        "42P05" | "26000" => POOLED,
        _ => return None,
    })
}

/// The database's name in a sentence, where it is known.
pub(super) fn named(database: Option<&str>) -> String {
    database.map(|database| format!(" {database}")).unwrap_or_default()
}
