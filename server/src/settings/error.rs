//! What is said of a setting that cannot be used.

/// A setting that cannot be used, in one sentence.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A value that is not allowed.
    #[error("{source_name}={value} is not allowed: it must be {allowed}.")]
    Value {
        /// The setting as it was given: flag, variable or key of the file.
        source_name: String,
        /// What was given.
        value: String,
        /// What may be given.
        allowed: String,
    },
    /// A URL of PostgreSQL that is not one.
    #[error("{source_name}={value} is not allowed: {reason}.")]
    DatabaseUrl {
        /// The setting as it was given: flag, variable or key of the file.
        source_name: String,
        /// As much of it as may be shown.
        value: String,
        /// What is wrong, without any value.
        reason: String,
    },
    /// A setting, and a file that holds it.
    #[error("{0} and {1} are given both: give one of them.")]
    Twice(String, String),
    /// A file with the value of a setting, which cannot be read.
    #[error("{source_name}={path} cannot be read: {reason}.")]
    ValueFile {
        /// The setting that names the file.
        source_name: String,
        /// The file.
        path: String,
        /// What the system reported.
        reason: String,
    },
    /// One half of a pair.
    #[error("LATCHKEY_TLS_CERT and LATCHKEY_TLS_KEY must be given both or neither: only {0} is.")]
    HalfTls(String),
    /// Listeners at one address.
    #[error(
        "LATCHKEY_LISTEN={0} and LATCHKEY_INTERNAL_LISTEN={1} exclude each other: give one of them another port or path."
    )]
    SameAddress(String, String),
    /// A variable that is no text.
    #[error("{0} is not allowed: it must be UTF-8 text.")]
    NotText(String),
    /// A file that cannot be read.
    #[error("The settings file {path} cannot be read: {reason}.")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system or the parser said, in one line.
        reason: String,
    },
    /// A key that means nothing.
    #[error("The settings file {path} has the key {key}, which is no setting; the keys are {known}.")]
    UnknownKey {
        /// The file.
        path: String,
        /// The key.
        key: String,
        /// Every key there is.
        known: String,
    },
}
