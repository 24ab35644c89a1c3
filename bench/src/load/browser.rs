//! What an administrator's browser sends.

use std::net::SocketAddr;

use crate::{
    load::{connection::Connection, identity::PASSWORD},
    result::Result,
};

/// A signed-in administrator.
#[derive(Clone)]
pub struct Browser {
    pub address: SocketAddr,
    cookie: String,
    is_signed_in: bool,
}

impl Browser {
    /// The same administrator in a new session; without a session, a copy.
    pub async fn in_another_session(&self) -> Result<Self> {
        if self.is_signed_in { Self::sign_in(self.address).await } else { Ok(self.clone()) }
    }

    /// Signs in at latchkey's public listener.
    pub async fn sign_in(address: SocketAddr) -> Result<Self> {
        let mut connection = Connection::new(address);
        let browser = Self::without_session(address);
        let form = format!("username=user0&password={}", oauth::encode(PASSWORD));
        connection.ask(browser.post("/sign-in", &form).as_bytes(), 303).await?;
        let cookie = connection.field("set-cookie").ok_or("signing in gives no cookie")?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Ok(Self { address, cookie, is_signed_in: true })
    }

    /// A browser without a session: for a server that needs none.
    pub fn without_session(address: SocketAddr) -> Self {
        Self { address, cookie: "latchkey=".to_owned() + &"x".repeat(43), is_signed_in: false }
    }

    pub fn get(&self, path: &str) -> String {
        format!("GET {path} HTTP/1.1\r\n{}\r\n", self.fields())
    }

    /// A form, as one of latchkey's own pages sends it.
    pub fn post(&self, path: &str, form: &str) -> String {
        format!(
            "POST {path} HTTP/1.1\r\n{}Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{form}",
            self.fields(),
            form.len()
        )
    }

    fn fields(&self) -> String {
        let Self { address, cookie, .. } = self;
        format!(
            "Host: {address}\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate, br\r\n\
             Cookie: {cookie}\r\n"
        )
    }
}
