//! `latchkey health`: asks a running server's `/readyz`, for images and supervisors without an HTTP client.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::pin,
    time::Duration,
};

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header::HOST},
};
use clap::Args;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
    time::timeout,
};
use url::Url;

use crate::{
    command::{error::CommandError, terminal::output},
    settings::{Settings, listen_at::ListenAt},
};

const READY: &str = "/readyz";
/// What it answers where everything works.
const READY_WORD: &str = "ready";
/// The internal listener answers for this name, whatever it listens on and is called by.
const LOCALHOST: &str = "localhost";
/// How long the answer may take: less than supervisors wait by default.
const PATIENCE: Duration = Duration::from_secs(5);
/// More than the longest reason.
const MOST_BODY_BYTES: usize = 64 * 1024;

/// Asks whether a running server is ready.
#[derive(Args, Debug)]
pub(super) struct HealthCommand {
    /// The internal listener, as http://HOST:PORT or unix:PATH [default: that of the settings]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error("it cannot be reached: {0}")]
    Io(#[from] io::Error),
    #[error("it does not speak HTTP: {0}")]
    Http(#[from] hyper::Error),
    #[error("its answer breaks off: {0}")]
    Body(#[from] axum::Error),
    #[error("it does not answer within {} s", PATIENCE.as_secs())]
    Late,
}

impl HealthCommand {
    /// Asks; an error where the server is not ready.
    pub(super) async fn run(&self, settings: &Settings, json: bool) -> Result<(), CommandError> {
        let server = match &self.url {
            Some(url) => named(url)?,
            None => of_settings(settings)?,
        };
        let answer = timeout(PATIENCE, ask(&server)).await.unwrap_or(Err(NoAnswer::Late));
        let (is_ready, detail) = match answer {
            Ok((StatusCode::OK, words)) if words.trim_end() == READY_WORD => (true, words),
            // A line for each part that is in the way; a gateway's page is none.
            Ok((status @ StatusCode::SERVICE_UNAVAILABLE, words)) if !words.trim_start().starts_with('<') => {
                (false, format!("{} {words}", status.as_u16()))
            }
            Ok((status, _)) => {
                let what = "an answer that is not Latchkey's: is this its internal listener?";
                (false, format!("{} {what}", status.as_u16()))
            }
            Err(error) => (false, error.to_string()),
        };
        let detail = detail.trim_end();
        output::print(&if json {
            output::json(&json!({ "url": server.to_string(), "ready": is_ready, "detail": detail }))
        } else {
            format!("{server}: {detail}")
        })?;
        if is_ready { Ok(()) } else { Err(CommandError::NotReady) }
    }
}

/// The server of `--url`, whether or not the path is given with it.
fn named(text: &str) -> Result<ListenAt, CommandError> {
    let wrong = || {
        let what = "give the internal listener as http://HOST:PORT or unix:PATH";
        CommandError::Usage(format!("--url is not allowed: {what}."))
    };
    if text.starts_with("unix:") {
        return text.parse().map_err(|_| wrong());
    }
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_plain = url.scheme() == "http"
        && [READY, "/"].contains(&url.path())
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    let port = url.port_or_known_default().filter(|port| is_plain && *port != 0).ok_or_else(wrong)?;
    match url.host().ok_or_else(wrong)? {
        url::Host::Domain(name) => Ok(ListenAt::Name(name.to_owned(), port)),
        url::Host::Ipv4(address) => Ok(ListenAt::Address(SocketAddr::from((address, port)))),
        url::Host::Ipv6(address) => Ok(ListenAt::Address(SocketAddr::from((address, port)))),
    }
}

/// The server that these settings make; where it listens on all addresses, at this machine's own.
fn of_settings(settings: &Settings) -> Result<ListenAt, CommandError> {
    let unknown = |why: &str| CommandError::Usage(format!("{why}: name the server with --url."));
    let at = settings.internal_listen.clone().ok_or_else(|| unknown("LATCHKEY_INTERNAL_LISTEN is off"))?;
    match at {
        at if at.port() == Some(0) => Err(unknown("LATCHKEY_INTERNAL_LISTEN has port 0, which picks any")),
        ListenAt::Address(address) if address.ip().is_unspecified() => {
            let own = match address.ip() {
                IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
                IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
            };
            Ok(ListenAt::Address(SocketAddr::new(own, address.port())))
        }
        at => Ok(at),
    }
}

async fn ask(server: &ListenAt) -> Result<(StatusCode, String), NoAnswer> {
    match server {
        ListenAt::Address(address) => exchange(TcpStream::connect(address).await?).await,
        ListenAt::Name(name, port) => exchange(TcpStream::connect((name.as_str(), *port)).await?).await,
        ListenAt::Unix(path) => exchange(UnixStream::connect(path).await?).await,
    }
}

/// Asks on an open connection; returns the status and the body.
async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<(StatusCode, String), NoAnswer> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request =
        Request::get(READY).header(HOST, LOCALHOST).body(Body::empty()).expect("the parts are valid");
    let asking = async move {
        let answer = sender.send_request(request).await?;
        let status = answer.status();
        let body = to_bytes(Body::new(answer.into_body()), MOST_BODY_BYTES).await?;
        Ok::<_, NoAnswer>((status, String::from_utf8_lossy(&body).into_owned()))
    };
    // The connection makes progress only while it is polled.
    let (mut asking, mut connection) = (pin!(asking), pin!(connection));
    tokio::select! {
        answer = &mut asking => answer,
        ended = &mut connection => {
            ended?;
            asking.await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_by_its_url_with_or_without_the_path() {
        for (text, expected) in [
            ("http://127.0.0.1:3001", "127.0.0.1:3001"),
            ("http://127.0.0.1:3001/", "127.0.0.1:3001"),
            ("http://[::1]:3001/readyz", "[::1]:3001"),
            ("http://latchkey", "latchkey:80"),
            ("unix:/run/latchkey.sock", "unix:/run/latchkey.sock"),
        ] {
            assert_eq!(named(text).unwrap().to_string(), expected, "{text}");
        }
        for text in [
            "",
            "127.0.0.1:3001",
            "https://127.0.0.1:3001",
            "http://127.0.0.1:3001/healthz",
            "http://ada:correcthorse@127.0.0.1:3001",
            "http://127.0.0.1:3001/readyz?a",
            "http://127.0.0.1:0",
            "unix:",
        ] {
            let refused = named(text).unwrap_err();
            assert_eq!(refused.exit_code(), 2, "{text}");
            assert!(!refused.to_string().contains("correcthorse"), "{refused}");
        }
    }
}
