//! What a refusal has to look like: at the provider, at the API, to a gateway and to a tool.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{super::browser::Answer, Call};

/// The pairs of a form-encoded answer.
#[track_caller]
pub fn form(answer: &Answer) -> BTreeMap<String, String> {
    assert_eq!(answer.header("content-type"), super::FORM, "{answer:?}");
    let pairs = url::form_urlencoded::parse(&answer.body);
    pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

pub fn challenge(problem: &str) -> String {
    format!("OAuth realm=\"Latchkey\", oauth_problem=\"{problem}\"")
}

/// The member that a refusal to gateways and tools tells besides its name, and whether it always does.
fn detail(problem: &str) -> Option<(&'static str, bool)> {
    Some(match problem {
        "parameter_absent" => ("oauth_parameters_absent", true),
        // Not where it is the whole request that is wrong.
        "parameter_rejected" => ("oauth_parameters_rejected", false),
        "timestamp_refused" => ("oauth_acceptable_timestamps", true),
        "version_rejected" => ("oauth_acceptable_versions", true),
        _ => return None,
    })
}

/// One plain sentence or two, without anything to hide.
#[track_caller]
fn is_advice(text: &str) {
    assert!(text.ends_with('.') && text.len() > 20 && !text.contains('\n'), "advice for people: {text}");
    assert!(!text.contains(super::super::SECRET), "{text}");
}

impl Answer {
    /// A refusal of the provider.
    #[track_caller]
    pub fn refused(&self, status: u16, problem: &str) -> BTreeMap<String, String> {
        let text = String::from_utf8_lossy(&self.body);
        let said = (self.status, self.header("www-authenticate"));
        assert_eq!(said, (status, challenge(problem).as_str()), "{text}");
        assert_eq!(self.header("cache-control"), "no-store");
        let form = form(self);
        assert_eq!(form["oauth_problem"], problem);
        is_advice(&form["oauth_problem_advice"]);
        form
    }

    /// A refusal of the API.
    #[track_caller]
    pub fn refused_at_api(&self, status: u16, problem: &str) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        let said = (self.status, self.header("www-authenticate"));
        assert_eq!(said, (status, challenge(problem).as_str()), "{text}");
        let details = self.problem(status);
        assert_eq!(details["oauth_problem"], problem, "{text}");
        is_advice(details["oauth_problem_advice"].as_str().unwrap());
        details
    }

    /// Problem details (RFC 9457) with this status.
    #[track_caller]
    pub fn problem(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        let said = (self.status, self.header("content-type"));
        assert_eq!(said, (status, "application/problem+json"), "{text}");
        assert_eq!(self.header("cache-control"), "no-store");
        let details = self.json();
        assert_eq!(details["status"], status, "{text}");
        assert!(details["title"].as_str().is_some_and(|title| !title.is_empty()), "{text}");
        assert!(details["detail"].as_str().is_some_and(|detail| detail.ends_with('.')), "{text}");
        details
    }

    /// A refusal to a gateway: always 401, always the header, and nothing else. Returns the value of the member that the
    /// challenge tells besides the problem's name, empty if it tells none.
    #[track_caller]
    pub fn refused_at_verify(&self, problem: &str) -> String {
        let challenge = challenge(problem);
        let header = self.header("www-authenticate");
        let further = header.strip_prefix(&challenge).unwrap_or_else(|| panic!("{problem}: {self:?}"));
        assert_eq!(self.status, 401, "{self:?}");
        assert!(self.body.is_empty(), "{self:?}");
        let told = self.headers.keys().find(|name| name.as_str().starts_with("x-latchkey"));
        assert_eq!(told, None);
        match detail(problem) {
            Some((name, always)) if always || !further.is_empty() => {
                let value =
                    further.strip_prefix(&format!(", {name}=\"")).and_then(|rest| rest.strip_suffix('"'));
                value.unwrap_or_else(|| panic!("{name}: {header}")).to_owned()
            }
            _ => {
                assert_eq!(further, "", "{header}");
                String::new()
            }
        }
    }

    /// A refusal to a tool; returns the same as `refused_at_verify`.
    #[track_caller]
    pub fn refused_at_json(&self, problem: &str) -> String {
        let said = self.json();
        let mut expected = json!({ "active": false, "problem": problem, "advice": said["advice"] });
        let mut told = String::new();
        if let Some((name, always)) = detail(problem)
            && (always || said.get(name).is_some())
        {
            said[name].as_str().unwrap_or_else(|| panic!("{name}: {said}")).clone_into(&mut told);
            expected[name] = told.clone().into();
        }
        assert_eq!((self.status, &said), (200, &expected));
        is_advice(said["advice"].as_str().unwrap());
        told
    }
}

impl Call {
    /// The API, a gateway and a tool get the same answer; the request is signed again for each.
    #[track_caller]
    pub fn is_refused_everywhere(&self, status: u16, problem: &str) {
        self.send().refused_at_api(status, problem);
        self.sign().verify().refused_at_verify(problem);
        self.sign().verify_json().refused_at_json(problem);
    }
}
