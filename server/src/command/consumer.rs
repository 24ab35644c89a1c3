//! `latchkey consumer …`

use std::net::IpAddr;

use clap::{ArgAction, Subcommand};
use domain::{Consumer, ConsumerKey, ConsumerQuery, Cursor, Network, query::MOST_ROWS};
use service::consumers::{Consumers, TypedConsumer, TypedDetails, TypedEdit};

use crate::command::{
    desk::Desk,
    error::CommandError,
    key_file,
    terminal::{input, output},
};

fn key(text: &str) -> Result<ConsumerKey, String> {
    text.parse().map_err(|error: domain::consumer::NotAConsumerKey| error.to_string())
}

#[derive(Subcommand, Debug)]
pub(super) enum ConsumerCommand {
    /// Register a consumer and print its key; it is Pending
    Register {
        /// What people call it
        name: String,
        /// Read the consumer secret from stdin; a terminal does not show it and asks twice
        #[arg(long)]
        secret_stdin: bool,
        /// A PEM or DER file with the key that verifies its RSA signatures; it needs no secret then
        #[arg(long, value_name = "FILE")]
        rsa_public_key: Option<String>,
        /// The key that the application has already, from another server; without it a new one is made
        #[arg(long)]
        key: Option<String>,
    },
    /// List consumers, newest first
    List,
    /// Show one consumer
    Show {
        /// The consumer key
        #[arg(value_parser = key)]
        key: ConsumerKey,
    },
    /// Approve a consumer key
    Approve {
        /// The consumer key
        #[arg(value_parser = key)]
        key: ConsumerKey,
        /// Trust it as well: its users are not asked for consent; needs a registered callback
        #[arg(long)]
        trusted: bool,
        /// Why, for readers of the activity; kept with the decision
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Disapprove a consumer key
    Disapprove {
        /// The consumer key
        #[arg(value_parser = key)]
        key: ConsumerKey,
        /// Why, for readers of the activity; kept with the decision
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Remove a consumer key, or all undecided requests from an address, for good
    Remove {
        /// The consumer key
        #[arg(value_parser = key, required_unless_present = "requests_from")]
        key: Option<ConsumerKey>,
        /// Every undecided request that came from this address, or from its /64 if it is an IPv6 address
        #[arg(long, value_name = "ADDRESS", conflicts_with = "key")]
        requests_from: Option<IpAddr>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Change a consumer; what is not given stays as it is
    Edit {
        /// The consumer key
        #[arg(value_parser = key)]
        key: ConsumerKey,
        #[command(flatten)]
        changes: Box<Changes>,
    },
}

#[derive(clap::Args, Debug)]
pub(super) struct Changes {
    /// A new name
    #[arg(long)]
    name: Option<String>,
    /// Read a new consumer secret from stdin; a terminal does not show it and asks twice
    #[arg(long)]
    secret_stdin: bool,
    /// Whether users are not asked for consent; needs a registered callback
    #[arg(long, action = ArgAction::Set, value_name = "true|false")]
    trusted: Option<bool>,
    /// Whether it may administer Latchkey in the name of administrators who sign in through it; never with --trusted
    #[arg(long, action = ArgAction::Set, value_name = "true|false")]
    may_administer: Option<bool>,
    /// Whether it may leave out callback and verifier, as OAuth 1.0 did; an attacker's link may then sign the attacker in
    /// as the user who follows it
    #[arg(long = "allow-oauth-1-0", action = ArgAction::Set, value_name = "true|false")]
    allow_oauth_1_0: Option<bool>,
    /// Where users are sent back to, http, https or an application's own scheme; repeat it for several, the first of which
    /// oob means; '' for wherever the application asks
    #[arg(long, value_name = "URL")]
    callback: Option<Vec<String>>,
    /// A PEM or DER file with the key that verifies its RSA signatures; '' or an empty file for none
    #[arg(long, value_name = "FILE")]
    rsa_public_key: Option<String>,
    #[command(flatten)]
    details: Details,
    /// Revoke every token it holds
    #[arg(long)]
    sign_everybody_out: bool,
}

#[derive(clap::Args, Debug)]
struct Details {
    /// Who answers for it, in one line; '' for nobody
    #[arg(long, value_name = "TEXT")]
    owner: Option<String>,
    /// How to reach them, in one line; '' for nothing
    #[arg(long, value_name = "TEXT")]
    contact: Option<String>,
    /// What to remember about it; '' for nothing
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// The user for whom it acts when it signs without a token, so that its secret stands for that user; '' for nobody
    #[arg(long, value_name = "NAME")]
    functional_user: Option<String>,
    /// A network such as 10.0.0.0/8, or an address, from which it may be used; repeat it for several; '' for anywhere
    #[arg(long, value_name = "CIDR")]
    network: Option<Vec<String>>,
    /// When it ends (RFC 3339, or a date, which means its beginning in UTC): it is refused from then on; '' for never
    #[arg(long, value_name = "TIME")]
    ends: Option<String>,
}

impl Details {
    fn are_given(&self) -> bool {
        let Self { owner, contact, note, functional_user, network, ends } = self;
        let texts = [owner, contact, note, functional_user, ends];
        network.is_some() || texts.into_iter().any(Option::is_some)
    }

    fn typed(self) -> TypedDetails {
        TypedDetails {
            owner: self.owner,
            contact: self.contact,
            note: self.note,
            functional_user: self.functional_user,
            networks: self.network,
            ends_at: self.ends,
        }
    }
}

impl Changes {
    fn read(self) -> Result<TypedEdit, CommandError> {
        let rsa_public_key = match &self.rsa_public_key {
            Some(path) if path.is_empty() => Some(String::new()),
            Some(path) => Some(key_file::read(path)?),
            None => None,
        };
        let secret =
            if self.secret_stdin { Some(input::secret_from_stdin("consumer secret")?) } else { None };
        Ok(TypedEdit {
            name: self.name,
            secret,
            secret_again: None,
            trusted: self.trusted,
            may_administer: self.may_administer,
            allow_oauth_1_0: self.allow_oauth_1_0,
            callback_url: None,
            callback_urls: self.callback,
            rsa_public_key,
            details: self.details.typed(),
            sign_everybody_out: self.sign_everybody_out,
            reason: String::new(),
        })
    }
}

impl ConsumerCommand {
    /// What can be refused before the database is opened.
    pub(super) fn check_usage(&self) -> Result<(), CommandError> {
        match self {
            Self::Register { rsa_public_key, secret_stdin, key, .. } => {
                if rsa_public_key.is_none() {
                    input::require(*secret_stdin, "--secret-stdin", "consumer secret")?;
                }
                // One that was brought along is known.
                if key.is_none() { output::require("consumer key") } else { Ok(()) }
            }
            Self::Edit { changes, .. } => {
                let Changes {
                    name,
                    secret_stdin,
                    trusted,
                    may_administer,
                    allow_oauth_1_0,
                    callback,
                    rsa_public_key,
                    details,
                    sign_everybody_out,
                } = &**changes;
                let texts = name.is_some() || callback.is_some() || rsa_public_key.is_some();
                let rights = trusted.is_some() || may_administer.is_some() || allow_oauth_1_0.is_some();
                if texts || rights || details.are_given() || *secret_stdin || *sign_everybody_out {
                    return Ok(());
                }
                let words = "Nothing to change was given; `latchkey consumer edit --help` lists what can be.";
                Err(CommandError::Usage(words.to_owned()))
            }
            _ => Ok(()),
        }
    }

    pub(super) async fn run(self, desk: &Desk) -> Result<(), CommandError> {
        let consumers = desk.service.consumers(&desk.admin);
        let done =
            |consumer: Consumer, what: &str| desk.report(&consumer, || format!("{} {what}.", consumer.name));
        match self {
            Self::Register { name, secret_stdin, rsa_public_key, key } => {
                let rsa_public_key = rsa_public_key.map(|path| key_file::read_one(&path)).transpose()?;
                let secret =
                    if secret_stdin { Some(input::secret_from_stdin("consumer secret")?) } else { None };
                let typed = TypedConsumer {
                    name,
                    secret: secret.unwrap_or_default(),
                    rsa_public_key: rsa_public_key.unwrap_or_default(),
                    key,
                    reason: String::new(),
                };
                let consumer = consumers.register(&typed).await?;
                desk.hand_over(&consumer, &consumer.key.to_string(), || {
                    format!("{} is registered; `latchkey consumer list` shows its key.", consumer.name)
                })
            }
            Self::List => {
                let all = all(consumers).await?;
                desk.print(&all, || table(&all))
            }
            Self::Show { key } => {
                let consumer = consumers.find(key).await?;
                desk.print(&consumer, || lines(&consumer))
            }
            Self::Approve { key, trusted, reason } => {
                let reason = service::consumers::reason(reason.as_deref().unwrap_or_default())?;
                let consumers = consumers.because(reason.as_ref());
                if trusted {
                    done(consumers.approve_trusted(key, None).await?, "is approved and trusted")
                } else {
                    done(consumers.approve(key, None).await?, "is approved")
                }
            }
            Self::Disapprove { key, reason } => {
                let reason = service::consumers::reason(reason.as_deref().unwrap_or_default())?;
                let disapproved = consumers.because(reason.as_ref()).disapprove(key, None).await?;
                done(disapproved, "is disapproved")
            }
            Self::Remove { key: None, requests_from, yes } => {
                let address = requests_from.ok_or_else(|| {
                    CommandError::Usage("Give a consumer key, or --requests-from ADDRESS.".to_owned())
                })?;
                if !yes {
                    let network = Network::of(address);
                    let count = consumers.count_requests_from(address).await?;
                    input::confirm(&format!(
                        "Remove {count} undecided requests from {network} permanently?"
                    ))?;
                }
                let removed = consumers.remove_requests_from(address).await?;
                desk.report(&removed, || format!("{} requests are removed.", removed.len()))
            }
            Self::Remove { key: Some(key), requests_from: _, yes } => {
                let consumer = consumers.find(key).await?;
                if !yes {
                    input::confirm(&format!("Remove {} ({key}) permanently?", consumer.name))?;
                }
                consumers.remove(key, None).await?;
                done(consumer, "is removed")
            }
            Self::Edit { key, changes } => {
                let edited = consumers.edit(key, changes.read()?, None).await?;
                done(edited, "is saved")
            }
        }
    }
}

async fn all(consumers: Consumers<'_>) -> Result<Vec<Consumer>, CommandError> {
    let mut all = Vec::new();
    let mut query = ConsumerQuery::default();
    loop {
        let page = consumers.list(&query, MOST_ROWS).await?;
        all.extend(page.items);
        if page.next_cursor.is_none() {
            return Ok(all);
        }
        query.after = all.last().map(|last| Cursor::of(last, query.sort));
    }
}

fn table(consumers: &[Consumer]) -> String {
    let rows: Vec<_> = consumers
        .iter()
        .map(|consumer| {
            let made = consumer.created_at.date().to_string();
            let status = consumer.status.word().to_owned();
            [consumer.key.to_string(), status, rights(consumer), made, consumer.name.to_string()]
        })
        .collect();
    output::columns(["CONSUMER KEY", "STATUS", "RIGHTS", "REGISTERED", "CONSUMER NAME"], &rows)
}

/// What an administrator has granted beyond the usual, or what the application wished.
fn rights(consumer: &Consumer) -> String {
    let words = consumer.rights_in_words();
    match &words[..] {
        [] if consumer.trusted_wished => "Wishes Trusted".to_owned(),
        [] => "none".to_owned(),
        words => words.join(", "),
    }
}

/// The API's names, in the order that a person reads them; note and RSA key come last, since they have several lines.
const SHOWN: [&str; 28] = [
    "key",
    "name",
    "status",
    "reason",
    "disapproved_until",
    "trusted",
    "trusted_wished",
    "may_administer",
    "allow_oauth_1_0",
    "callback_url",
    "callback_urls",
    "functional_user",
    "networks",
    "ends_at",
    "owner",
    "contact",
    "created_at",
    "created_by",
    "updated_at",
    "last_used_at",
    "requested_from",
    "requested_times",
    "request_fingerprint",
    "resembles",
    "revision",
    "has_secret",
    "note",
    "rsa_public_key",
];

fn lines(consumer: &Consumer) -> String {
    let fields = serde_json::json!(consumer);
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => "none".to_owned(),
        serde_json::Value::Array(items) if items.is_empty() => "none".to_owned(),
        serde_json::Value::Array(items) => {
            items.iter().filter_map(serde_json::Value::as_str).collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    };
    SHOWN.map(|name| format!("{name}: {}", text(&fields[name]))).join("\n")
}
