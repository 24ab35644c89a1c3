//! How the text of each kind of setting is read; `None` for what is not allowed.

use std::{path::PathBuf, time::Duration};

use domain::host::is_host;
use oauth::SignatureMethod;
use service::RequireSecondFactor;
use store::Location;
use url::Url;

use crate::settings::listen_at::ListenAt;

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines, one object a line.
    Json,
}

/// The longest time that can be set, in seconds.
const TEN_YEARS: u64 = 315_360_000;
/// The names that our lines of the log begin with.
const OURS: [&str; 6] = ["latchkey", "service", "store", "oauth", "domain", "app"];
/// The longest time that can be set, in days.
const HUNDRED_YEARS: u64 = 36_500;

pub(super) fn seconds(text: &str) -> Option<Duration> {
    text.parse().ok().filter(|seconds| *seconds <= TEN_YEARS).map(Duration::from_secs)
}

/// A time that is not 0.
pub(super) fn some_seconds(text: &str) -> Option<Duration> {
    seconds(text).filter(|time| !time.is_zero())
}

/// A time, or none for 0.
#[expect(clippy::option_option, reason = "the outer one is for texts that are not allowed")]
pub(super) fn seconds_or_none(text: &str) -> Option<Option<Duration>> {
    seconds(text).map(|time| Some(time).filter(|time| !time.is_zero()))
}

/// A number of days, or none for 0.
#[expect(clippy::option_option, reason = "the outer one is for texts that are not allowed")]
pub(super) fn days_or_none(text: &str) -> Option<Option<Duration>> {
    let days = text.parse::<u64>().ok().filter(|days| *days <= HUNDRED_YEARS)?;
    Some((days > 0).then(|| Duration::from_hours(24 * days)))
}

/// Where to listen, or none for `off`.
#[expect(clippy::option_option, reason = "the outer one is for texts that are not allowed")]
pub(super) fn listen_at_or_off(text: &str) -> Option<Option<ListenAt>> {
    if text == "off" { Some(None) } else { text.parse().ok().map(Some) }
}

/// Names of hosts, in lower case.
pub(super) fn host_names(text: &str) -> Option<Vec<String>> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| match url::Host::parse(part).ok()? {
            url::Host::Domain(name) => name.chars().all(is_plain).then_some(name),
            url::Host::Ipv4(_) | url::Host::Ipv6(_) => None,
        })
        .collect()
}

/// Names of methods, with commas between; PLAINTEXT has a setting of its own.
pub(super) fn signature_methods(text: &str) -> Option<Vec<SignatureMethod>> {
    let mut methods = Vec::new();
    for name in text.split(',').map(str::trim) {
        let method = SignatureMethod::parse(name).filter(|method| *method != SignatureMethod::Plaintext)?;
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    Some(methods)
}

pub(super) fn on_or_off(text: &str) -> Option<bool> {
    match text {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

/// Whose account must have a second factor.
pub(super) fn require_second_factor(text: &str) -> Option<RequireSecondFactor> {
    match text {
        "off" => Some(RequireSecondFactor::Off),
        "administrators" => Some(RequireSecondFactor::Administrators),
        "all" => Some(RequireSecondFactor::All),
        _ => None,
    }
}

/// What can stand in a challenge between quotation marks.
pub(super) fn realm(text: &str) -> Option<String> {
    let plain = |c: char| (c.is_ascii_graphic() || c == ' ') && c != '"' && c != '\\';
    ((1..=100).contains(&text.len()) && text.chars().all(plain)).then(|| text.to_owned())
}

pub(super) fn log_filter(text: &str) -> Option<String> {
    is_log_filter(text).then(|| text.to_owned())
}

pub(super) fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

/// A path; an empty one is none.
pub(super) fn path(text: &str) -> Option<PathBuf> {
    (!text.is_empty()).then(|| PathBuf::from(text))
}

/// Whether the log can be filtered by it. A lone word that is no level would be the name of a module, and silence; so would be a
/// filter that names other programs' modules alone.
fn is_log_filter(text: &str) -> bool {
    let is_level = |word: &str| word.trim().parse::<tracing_subscriber::filter::LevelFilter>().is_ok();
    let is_ours = |part: &str| part.trim().split(['=', ':']).next().is_some_and(|name| OURS.contains(&name));
    let parts = || text.split(',');
    let is_silent = !parts().any(|part| is_level(part) || is_ours(part));
    let plain =
        text.contains('[') || (!is_silent && parts().all(|part| part.contains(['=', ':']) || is_level(part)));
    plain && !text.trim().is_empty() && tracing_subscriber::EnvFilter::try_new(text).is_ok()
}

/// A database that is not a file.
pub(super) fn postgres(text: &str) -> Option<Location> {
    text.parse().ok().filter(|location: &Location| location.file().is_none())
}

/// An address of our own, with at most a plain path.
pub(super) fn public_url(text: &str) -> Option<Url> {
    // `Url` forgives a missing or turned slash, spaces and line breaks; people would find another address than they wrote.
    let (_, rest) = text.split_once("://")?;
    if rest.starts_with('/') || text.contains(|c: char| c == '\\' || c.is_whitespace() || c.is_control()) {
        return None;
    }
    let mut url = Url::parse(text).ok()?;
    let plain = url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.host_str().is_some_and(is_host) || !plain {
        return None;
    }
    // A prefix is kept without a slash at its end. What is special to the router or needs escaping cannot be in it.
    let path = url.path().strip_suffix('/').unwrap_or(url.path()).to_owned();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    if !path.split('/').skip(1).all(|segment| !segment.is_empty() && segment.chars().all(is_plain)) {
        return None;
    }
    url.set_path(&path);
    Some(url)
}
