//! The user's part in the dance: the consent page's form, read and sent as a browser without scripts does it.

use url::Url;

use super::{Browser, browser::Answer};

/// A form as a page has it.
struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    /// The form of a page that has a control of this name.
    #[track_caller]
    fn with(page: &str, control: &str) -> Self {
        let control = format!("name=\"{control}\"");
        let mut forms = page.split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap());
        let form = forms
            .find(|form| form.contains(&control))
            .unwrap_or_else(|| panic!("no form with {control}: {page}"));
        let (tag, inside) = form.split_once('>').unwrap();
        assert_eq!(attribute(tag, "method").to_lowercase(), "post");
        let inputs = inside.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap());
        let hidden = inputs.filter(|input| attribute(input, "type") == "hidden");
        let fields = hidden.map(|input| (attribute(input, "name"), attribute(input, "value"))).collect();
        Self { action: attribute(tag, "action"), fields }
    }

    fn send(&self, browser: &Browser, base: &str, more: &[(&str, &str)]) -> Answer {
        let fields = self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields: Vec<_> = fields.chain(more.iter().copied()).collect();
        browser.post(&path(base, &self.action), &fields)
    }
}

/// An attribute of a tag, decoded; empty where there is none.
fn attribute(tag: &str, name: &str) -> String {
    let value = tag.split(&format!(" {name}=\"")).nth(1).map_or("", |rest| rest.split('"').next().unwrap());
    let characters =
        [("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    characters.iter().fold(value.to_owned(), |value, (entity, character)| value.replace(entity, character))
}

/// The path and query of a link of this server.
#[track_caller]
fn path(base: &str, link: &str) -> String {
    let url = Url::parse(base).unwrap().join(link).unwrap();
    let path = url.as_str().strip_prefix(base);
    path.unwrap_or_else(|| panic!("the link stays at the server: {link}")).to_owned()
}

/// The user opens the page that asks, and presses the button of this value.
#[track_caller]
pub fn decide(user: &Browser, base: &str, token: &str, decision: &str) -> Answer {
    decide_at(user, base, &format!("/oauth/authorize?oauth_token={token}"), decision)
}

/// The same, with whatever else the path of the page says.
#[track_caller]
pub fn decide_at(user: &Browser, base: &str, path: &str, decision: &str) -> Answer {
    let page = user.get(path).is(200);
    Form::with(page.text(), "decision").send(user, base, &[("decision", decision)])
}

/// A user who is not signed in opens the page that asks, signs in on the way, and comes back to the question.
#[track_caller]
pub fn sign_in_and_decide(
    user: &mut Browser,
    base: &str,
    token: &str,
    who: (&str, &str),
    decision: &str,
) -> Answer {
    let sent = user.get(&format!("/oauth/authorize?oauth_token={token}"));
    let page = user.get(&path(base, sent.header("location"))).is(200);
    let signed_in =
        Form::with(page.text(), "password").send(user, base, &[("username", who.0), ("password", who.1)]);
    user.take_cookie(&signed_in);
    let page = user.get(&path(base, signed_in.header("location"))).is(200);
    Form::with(page.text(), "decision").send(user, base, &[("decision", decision)])
}

/// What the answer to a decision hands to the application: the parameters added to its callback.
#[track_caller]
pub fn handed_over(answer: &Answer, callback: &str) -> Vec<(String, String)> {
    assert_eq!(answer.status, 302, "{answer:?}");
    let (location, callback) =
        (Url::parse(answer.header("location")).unwrap(), Url::parse(callback).unwrap());
    assert_eq!(location.path(), callback.path());
    assert_eq!(location.host_str(), callback.host_str());
    let kept = callback.query_pairs().count();
    assert!(location.query_pairs().take(kept).eq(callback.query_pairs()), "{location}");
    location.query_pairs().skip(kept).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// The verifier that the user brings to the application, by the callback or, for `oob`, by hand.
#[track_caller]
pub fn verifier(answer: &Answer, token: &str, callback: &str) -> String {
    if callback == "oob" {
        assert_eq!(answer.status, 200, "{answer:?}");
        let output = answer.text().split("<output").find(|rest| rest.contains(" id=\"oauth_verifier\""));
        let output = output.unwrap_or_else(|| panic!("the page shows the verifier: {}", answer.text()));
        let text = output.split_once('>').unwrap().1.split('<').next().unwrap();
        return text.trim().to_owned();
    }
    let handed = handed_over(answer, callback);
    let names: Vec<_> = handed.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["oauth_token", "oauth_verifier"]);
    assert_eq!(handed[0].1, token);
    handed[1].1.clone()
}
