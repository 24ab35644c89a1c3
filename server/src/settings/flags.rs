//! The settings as flags of the command line.

use std::path::PathBuf;

use clap::Args;

/// The settings as flags; each is checked later, together with where it came from.
#[expect(clippy::doc_markdown, reason = "these words are read at a terminal")]
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Settings (also LATCHKEY_… in the environment, or latchkey.toml)")]
pub struct Flags {
    /// The file with settings [default: latchkey.toml, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Folder of the database and the vault key [default: ./data]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(super) data_dir: Option<String>,
    /// sqlite://FILE or postgres://USER@HOST/DATABASE [default: latchkey.db in the data folder]
    #[arg(long, global = true, value_name = "URL")]
    pub(super) database_url: Option<String>,
    /// Public listener; port 0 picks one [default: 127.0.0.1:3000]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    pub(super) listen: Option<String>,
    /// Internal listener, or off [default: 127.0.0.1:3001]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    pub(super) internal_listen: Option<String>,
    /// The address that browsers and applications see [default: the bound address]
    #[arg(long, global = true, value_name = "URL")]
    pub(super) public_url: Option<String>,
    /// The vault key [default: vault.key in the data folder]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) vault_key_file: Option<String>,
    /// Addresses whose X-Forwarded-For is believed, with commas between
    #[arg(long, global = true, value_name = "ADDRESSES")]
    pub(super) trusted_proxies: Option<String>,
    /// Certificate (PEM), to serve HTTPS
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) tls_cert: Option<String>,
    /// The certificate's key (PEM)
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) tls_key: Option<String>,
    /// Accepted distance of oauth_timestamp in seconds [default: 300]
    #[arg(long, global = true, value_name = "SECONDS")]
    pub(super) clock_skew: Option<String>,
    /// Life of temporary credentials in seconds [default: 600]
    #[arg(long, global = true, value_name = "SECONDS")]
    pub(super) temporary_credentials_ttl: Option<String>,
    /// Life of token credentials in seconds; 0: until revoked [default: 0]
    #[arg(long, global = true, value_name = "SECONDS")]
    pub(super) token_ttl: Option<String>,
    /// Accept PLAINTEXT signatures over https [default: false]
    #[arg(long, global = true, value_name = "true|false")]
    pub(super) allow_plaintext: Option<String>,
    /// The realm of challenges [default: Latchkey]
    #[arg(long, global = true, value_name = "TEXT")]
    pub(super) realm: Option<String>,
    /// Which log lines are written [default: info]
    #[arg(long, global = true, value_name = "FILTER")]
    pub(super) log: Option<String>,
    /// text or json [default: text]
    #[arg(long, global = true, value_name = "FORMAT")]
    pub(super) log_format: Option<String>,
}

impl Flags {
    pub(super) fn get(&self, key: &str) -> Option<&String> {
        match key {
            "data_dir" => self.data_dir.as_ref(),
            "database_url" => self.database_url.as_ref(),
            "listen" => self.listen.as_ref(),
            "internal_listen" => self.internal_listen.as_ref(),
            "public_url" => self.public_url.as_ref(),
            "vault_key_file" => self.vault_key_file.as_ref(),
            "trusted_proxies" => self.trusted_proxies.as_ref(),
            "tls_cert" => self.tls_cert.as_ref(),
            "tls_key" => self.tls_key.as_ref(),
            "clock_skew" => self.clock_skew.as_ref(),
            "temporary_credentials_ttl" => self.temporary_credentials_ttl.as_ref(),
            "token_ttl" => self.token_ttl.as_ref(),
            "allow_plaintext" => self.allow_plaintext.as_ref(),
            "realm" => self.realm.as_ref(),
            "log" => self.log.as_ref(),
            "log_format" => self.log_format.as_ref(),
            _ => None,
        }
    }
}
