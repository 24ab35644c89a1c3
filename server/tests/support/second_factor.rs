//! An authenticator app without a screen.

use service::Clock;
use totp_rs::{Builder, Totp};

use super::{Browser, PASSWORD, browser::Answer};

pub const PATH: &str = "/account/second-factor";

/// The length of a step, in seconds.
const STEP: u64 = 30;

/// An app that holds the secret of one account. Each code is accepted once, so it shows that of the next step each time,
/// which the server still accepts once early.
pub struct Authenticator {
    totp: Totp,
    next: u64,
}

impl Authenticator {
    /// Takes the secret from the page.
    #[track_caller]
    pub fn scan(page: &Answer) -> Self {
        let secret = text_of(page.text(), "secret").replace(' ', "");
        let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
        let now = Clock::System.now().unix_timestamp().unsigned_abs();
        Self { totp: Builder::new().with_secret(secret).build().unwrap(), next: now / STEP }
    }

    /// The next code. There are two at most before one is refused for being too early.
    pub fn code(&mut self) -> String {
        let code = self.totp.generate(self.next * STEP).to_string();
        self.next += 1;
        code
    }
}

/// The text of the element with this id.
#[track_caller]
fn text_of<'a>(page: &'a str, id: &str) -> &'a str {
    let (_, after) = page.split_once(&format!("id=\"{id}\"")).expect(page);
    after.split_once('>').unwrap().1.split_once('<').unwrap().0
}

/// The recovery codes on a page.
#[track_caller]
pub fn recovery_codes(page: &Answer) -> Vec<String> {
    let (_, list) = page.text().split_once("id=\"recovery-codes\"").unwrap_or_else(|| panic!("{page:?}"));
    let (list, _) = list.split_once("</ol>").unwrap();
    list.split("<code>").skip(1).map(|code| code.split_once('<').unwrap().0.to_owned()).collect()
}

/// The value of a hidden field.
#[track_caller]
pub fn hidden<'a>(page: &'a Answer, name: &str) -> &'a str {
    let (_, after) =
        page.text().split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{page:?}"));
    after.split_once('"').unwrap().0
}

impl Browser {
    /// Sets up a second factor for the user who is signed in; returns the app and the recovery codes.
    #[track_caller]
    pub fn set_up_second_factor(&self) -> (Authenticator, Vec<String>) {
        let begun = self.post(PATH, &[("act", "begin")]).is(303);
        let mut app = Authenticator::scan(&self.get(begun.header("location")).is(200));
        let page = self.post(PATH, &[("act", "confirm"), ("code", &app.code())]).is(200);
        (app, recovery_codes(&page))
    }

    /// Sends the sign-in form and returns the page that asks for a code.
    #[track_caller]
    pub fn give_password(&self, username: &str) -> Answer {
        self.post("/sign-in", &[("username", username), ("password", PASSWORD)]).is(200)
    }

    /// Sends the code for the page that asks for it.
    pub fn give_code(&self, page: &Answer, code: &str) -> Answer {
        self.post("/sign-in/code", &[("step", hidden(page, "step")), ("code", code)])
    }
}
