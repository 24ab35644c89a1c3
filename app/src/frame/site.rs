//! Where the server is, for the addresses on its pages.

/// What every document needs to know about the server.
#[derive(Clone, Debug)]
pub struct Site {
    /// The path before every address on this server; often empty.
    pub prefix: String,
    /// The page's script, module, style sheet and icon, under the prefix.
    pub script: &'static str,
    /// See `script`.
    pub wasm: &'static str,
    /// See `script`.
    pub style: &'static str,
    /// See `script`.
    pub icon: &'static str,
}

impl Site {
    /// An address on this server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }
}
