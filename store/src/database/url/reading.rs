//! Reads the URL of a PostgreSQL database, and refuses what would be passed over or mean something else to libpq.

use std::{net::Ipv6Addr, str::FromStr};

use percent_encoding::percent_decode_str;

use crate::database::url::{PostgresUrl, Server, error::UrlError};

const SSL_MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

/// What `sslrootcert` says for the certificate authorities that everybody trusts.
const SYSTEM: &str = "system";

impl FromStr for PostgresUrl {
    type Err = UrlError;

    /// Reads what stands behind `postgres://`.
    fn from_str(text: &str) -> Result<Self, UrlError> {
        let end = text.find(['/', '?']).unwrap_or(text.len());
        let (authority, behind) = text.split_at(end);
        if text.contains('#') || behind.contains('@') {
            return Err(UrlError::Unencoded);
        }
        let (path, query) = behind.split_once('?').unwrap_or((behind, ""));
        let (user_info, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
        let database = path.strip_prefix('/').unwrap_or(path);
        let mut parameters = Vec::new();
        for (name, value) in [("user", user), ("password", password), ("dbname", database)] {
            if !value.is_empty() {
                parameters.push((name, decoded(value)?));
            }
        }
        let given = query_parameters(query)?;
        // As for libpq, a parameter is stronger than what stands before the question mark.
        parameters.retain(|(name, _)| !given.iter().any(|(stronger, _)| stronger == name));
        parameters.extend(given);
        let servers = servers(hosts, &mut parameters)?;
        check_session_attributes(&mut parameters)?;
        check_tls(&mut parameters)?;
        Ok(Self { servers, parameters, listening: None })
    }
}

/// What stands behind the question mark, each parameter once, by the driver's names.
fn query_parameters(query: &str) -> Result<Vec<(&'static str, String)>, UrlError> {
    let mut parameters: Vec<(&'static str, String)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or(UrlError::NoValue)?;
        let is_after_password = parameters.iter().any(|(earlier, _)| *earlier == "password");
        let Some(name) = known(name) else {
            let is_plain = |name: &&str| {
                name.len() <= 40
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            };
            let told = Some(name).filter(is_plain).filter(|_| !is_after_password);
            return Err(UrlError::Parameter(told.map(str::to_owned)));
        };
        if parameters.iter().any(|(earlier, _)| *earlier == name) {
            return Err(UrlError::Twice(name));
        }
        parameters.push((name, decoded(value)?));
    }
    Ok(parameters)
}

/// The servers before the path; as for libpq, the parameters `host` and `port` replace all hosts or all ports.
fn servers(authority: &str, parameters: &mut Vec<(&'static str, String)>) -> Result<Vec<Server>, UrlError> {
    let (mut hosts, mut ports): (Vec<_>, Vec<_>) =
        authority.split(',').map(host_and_port).collect::<Result<_, _>>()?;
    if let Some(given) = take(parameters, "host") {
        hosts = given.split(',').map(str::to_owned).collect();
    }
    if let Some(given) = take(parameters, "port") {
        ports = given.split(',').map(port).collect::<Result<_, _>>()?;
    }
    if ports.len() != 1 && ports.len() != hosts.len() {
        return Err(UrlError::Ports);
    }
    let ports = ports.into_iter().cycle();
    Ok(hosts.into_iter().zip(ports).map(|(host, port)| Server { host, port }).collect())
}

/// `HOST`, `HOST:PORT` or `[ADDRESS]:PORT`
fn host_and_port(text: &str) -> Result<(String, Option<u16>), UrlError> {
    let (host, behind) = match text.strip_prefix('[') {
        Some(inside) => {
            let (address, behind) = inside.split_once(']').ok_or(UrlError::Host)?;
            address.parse::<Ipv6Addr>().map_err(|_| UrlError::Host)?;
            (address, behind)
        }
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let port = match behind.strip_prefix(':') {
        Some(digits) => port(digits)?,
        None if behind.is_empty() => None,
        None => return Err(UrlError::Host),
    };
    Ok((decoded(host)?, port))
}

/// A port; the default where the text is empty, as for libpq.
fn port(digits: &str) -> Result<Option<u16>, UrlError> {
    if digits.is_empty() {
        return Ok(None);
    }
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.parse::<u16>().ok().filter(|port| is_number && *port != 0);
    port.map(Some).ok_or(UrlError::Host)
}

/// The driver's name for a parameter, `None` for one that would be passed over. The driver has no `hostaddr`: it would check the
/// certificate for the address instead of for `host`.
fn known(name: &str) -> Option<&'static str> {
    Some(match name {
        "host" => "host",
        "port" => "port",
        "user" => "user",
        "password" => "password",
        "dbname" => "dbname",
        "sslmode" | "ssl-mode" => "sslmode",
        "sslrootcert" | "ssl-root-cert" | "ssl-ca" => "sslrootcert",
        "sslcert" | "ssl-cert" => "sslcert",
        "sslkey" | "ssl-key" => "sslkey",
        "application_name" => "application_name",
        "options" => "options",
        "target_session_attrs" => "target_session_attrs",
        _ => return None,
    })
}

fn check_session_attributes(parameters: &mut Vec<(&'static str, String)>) -> Result<(), UrlError> {
    match take(parameters, "target_session_attrs").as_deref() {
        None | Some("any" | "read-write" | "primary") => Ok(()),
        Some(_) => Err(UrlError::SessionAttributes),
    }
}

fn check_tls(parameters: &mut Vec<(&'static str, String)>) -> Result<(), UrlError> {
    let find = |parameters: &[(&'static str, String)], name: &str| {
        parameters.iter().find(|(of, _)| *of == name).map(|(_, value)| value.clone())
    };
    let mode = find(parameters, "sslmode");
    if mode.as_deref().is_some_and(|mode| !SSL_MODES.contains(&mode)) {
        return Err(UrlError::SslMode);
    }
    match (mode.as_deref(), find(parameters, "sslrootcert").as_deref()) {
        (Some("verify-ca"), None) => Err(UrlError::NoRoot),
        // The driver trusts them without being told.
        (Some("verify-full"), Some(SYSTEM)) => {
            take(parameters, "sslrootcert");
            Ok(())
        }
        (_, Some(SYSTEM)) => Err(UrlError::WeakSystem),
        _ => Ok(()),
    }
}

fn take(parameters: &mut Vec<(&'static str, String)>, name: &str) -> Option<String> {
    let at = parameters.iter().position(|(of, _)| *of == name)?;
    Some(parameters.remove(at).1)
}

/// Percent-decodes as libpq does: every percent sign begins an octet, none of them NUL.
fn decoded(text: &str) -> Result<String, UrlError> {
    let is_octet = |behind: &str| {
        behind.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split('%').skip(1).all(is_octet) {
        return Err(UrlError::Percent);
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| UrlError::Percent)?;
    if decoded.contains('\0') { Err(UrlError::Percent) } else { Ok(decoded.into_owned()) }
}
