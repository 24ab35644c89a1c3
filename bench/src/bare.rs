//! The least that an HTTP server can do: what `/verify` costs is told beside it.

use std::net::SocketAddr;

use axum::{
    Router,
    routing::{any, get},
};
use axum_server::Handle;
use tokio::net::TcpListener;

use crate::Result;

/// Serves as `latchkey serve` serves its internal listener: the same runtime, server and kind of router.
pub async fn serve() -> Result<()> {
    let router = Router::new().route("/", get(|| async { "ok" })).route("/verify", any(|| async { "ok" }));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on http://{}", listener.local_addr()?);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum_server::from_tcp(listener.into_std()?)?.handle(Handle::new()).serve(service);
    tokio::spawn(server).await??;
    Ok(())
}
