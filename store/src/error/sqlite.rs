//! What SQLite's result codes mean.

use sea_orm::SqlxError;

use crate::error::StoreError;

/// `SQLITE_IOERR` of what is written: `_WRITE`, `_FSYNC`, `_TRUNCATE`, `_SHMOPEN`, `_SHMSIZE` and `_SHMMAP`. A disk without
/// space is `SQLITE_FULL` only where a page is written.
const WRITING: [u32; 6] = [778, 1034, 1546, 4618, 4874, 5386];

impl StoreError {
    /// Maps SQLite's result code.
    pub(super) fn from_sqlite(code: Option<&str>, error: &SqlxError) -> Self {
        let code = code.and_then(|code| code.parse::<u32>().ok());
        if code.is_some_and(|code| WRITING.contains(&code)) {
            return Self::CannotWrite { path: "file".to_owned(), reason: error.to_string() };
        }
        // Primary result codes: an extended code has them in its low byte.
        match code.map(|code| code & 0xff) {
            Some(5 | 6) => Self::Busy,
            Some(8) => Self::ReadOnly("its folder".to_owned()),
            Some(11 | 26) => Self::Damaged("file".to_owned()),
            Some(13) => Self::Full("its folder".to_owned()),
            Some(14) => Self::CannotOpen { path: "file".to_owned(), reason: error.to_string() },
            _ => Self::Database(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_space_may_be_missing_is_told() {
        let told =
            |code: &str| StoreError::from_sqlite(Some(code), &SqlxError::PoolClosed).at("data/keys.db");
        for code in ["13", "778", "1034", "1546", "4618", "4874", "5386"] {
            let told = told(code).to_string();
            assert!(told.contains("data/keys.db") && told.contains("ree some"), "{code}: {told}");
        }
        for code in ["10", "266", "1"] {
            assert!(matches!(told(code), StoreError::Database(_)), "{code}: it was not written");
        }
    }
}
