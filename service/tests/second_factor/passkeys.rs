//! Passkeys beside the authenticator app: adding, signing in, what is not accepted, and their end.

use std::time::Duration;

use domain::{Action, Password};
use service::{
    Factor, PasskeyQuestion, RelyingParty, Rules, ServiceError, Token,
    second_factor::{FactorState, OwnPasskey},
    sign_in::{Begun, CodeError, FRESH, ProofError, SignIn, StepError},
};
use url::Url;

use super::{holder, set_up};
use crate::support::{BROWSER, House, PASSWORD, passkey_device::PasskeyDevice};

const ORIGIN: &str = "https://keys.example";

async fn house() -> House {
    let relying_party = RelyingParty::at(&Url::parse(ORIGIN).unwrap());
    House::with_rules(Rules { relying_party, ..Rules::default() }).await
}

/// Adds a passkey for the user of a session.
async fn add(house: &House, session: &Token, name: &str) -> PasskeyDevice {
    let device = PasskeyDevice::at(ORIGIN);
    let holder = holder(house, session).await;
    let factor = house.service.second_factor(&holder);
    let asked = factor.begin_passkey(name).await.unwrap();
    factor.add_passkey(asked.challenge.expose(), &device.make(&asked.options)).await.unwrap();
    // They are shown in this order.
    house.pass(Duration::from_millis(1));
    device
}

async fn passkeys(house: &House, session: &Token) -> Vec<OwnPasskey> {
    match house.service.second_factor(&holder(house, session).await).state().await.unwrap() {
        FactorState::On { passkeys, .. } => passkeys,
        other @ (FactorState::Off | FactorState::Pending(_)) => panic!("{other:?}"),
    }
}

/// Gives the password, and returns the step and what the browser is asked.
async fn asked(house: &House) -> (Token, PasskeyQuestion) {
    let sessions = house.service.sessions();
    let step = match sessions.sign_in("grace", &Password::typed(PASSWORD), &BROWSER).await.unwrap() {
        SignIn::CodeNeeded(step) => step,
        SignIn::Begun(_) => panic!("no second factor was asked for"),
    };
    let question = sessions.ask_passkey(step.expose()).await.expect("grace has a passkey");
    (step, question)
}

async fn answer(house: &House, step: &Token, challenge: &Token, answer: &str) -> Result<Begun, StepError> {
    let proof = Factor::Passkey { challenge: challenge.expose(), answer };
    house.service.sessions().enter_code(step.expose(), proof, &BROWSER).await
}

fn is_wrong(refused: &Result<Begun, StepError>) -> bool {
    matches!(refused, Err(StepError::Refused(_, CodeError::WrongPasskey)))
}

fn is_too_late(refused: &Result<Begun, StepError>) -> bool {
    matches!(refused, Err(StepError::Refused(_, CodeError::PasskeyTooLate)))
}

fn words(error: &ServiceError) -> String {
    match error {
        ServiceError::Invalid(errors) => errors[0].detail.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_passkey_signs_in_in_place_of_a_code_and_the_codes_go_on_working() {
    let house = house().await;
    let (session, _, codes) = set_up(&house, "grace").await;
    let mut device = add(&house, &session, " Grace's phone ").await;
    let added = house.last_activities(1).await.remove(0);
    assert_eq!(
        (added.action, added.after),
        (Action::PasskeyAdded, Some(serde_json::json!({ "passkey": "Grace's phone" })))
    );
    let (step, question) = asked(&house).await;
    house.pass(Duration::from_mins(1));
    let begun = answer(&house, &step, &question.challenge, &device.sign(&question.options)).await.unwrap();
    assert!(house.who(&begun.token).await.is_some());
    let shown = passkeys(&house, &session).await.remove(0);
    assert_eq!((&*shown.name, shown.used_at), ("Grace's phone", Some(house.service.now())));
    let (step, _) = asked(&house).await;
    let by_code = house.service.sessions().enter_code(step.expose(), Factor::Code(&codes[0]), &BROWSER).await;
    by_code.unwrap();
}

#[tokio::test]
async fn an_answer_signs_in_once_and_within_five_minutes() {
    let house = house().await;
    let (session, ..) = set_up(&house, "grace").await;
    let mut device = add(&house, &session, "phone").await;
    let (step, question) = asked(&house).await;
    let signed = device.sign(&question.options);
    answer(&house, &step, &question.challenge, &signed).await.unwrap();
    let (second, other) = asked(&house).await;
    let replayed = answer(&house, &second, &question.challenge, &signed).await;
    assert!(is_too_late(&replayed), "{replayed:?}");
    assert!(is_wrong(&answer(&house, &second, &other.challenge, &signed).await), "of another question");
    answer(&house, &second, &other.challenge, &device.sign(&other.options)).await.unwrap();
    let grace = holder(&house, &session).await;
    let question = house.service.second_factor(&grace).ask_passkey().await.unwrap();
    let signed = device.sign(&question.options);
    house.pass(Duration::from_mins(5));
    let proof = Factor::Passkey { challenge: question.challenge.expose(), answer: &signed };
    let late = house.service.sessions().sign_in_again(&grace, &Password::typed(PASSWORD), proof).await;
    assert!(matches!(late, Err(ProofError::Code(CodeError::PasskeyTooLate))), "{late:?}");
}

#[tokio::test]
async fn no_answer_is_accepted_of_another_site_device_account_or_user_that_was_not_verified() {
    let house = house().await;
    let (session, ..) = set_up(&house, "grace").await;
    let mut device = add(&house, &session, "phone").await;
    let (ada, ..) = set_up(&house, "ada").await;
    let mut of_ada = add(&house, &ada, "key").await;
    let (step, question) = asked(&house).await;
    let refused = async |signed: String| is_wrong(&answer(&house, &step, &question.challenge, &signed).await);
    for nonsense in ["{}", "no JSON", "[]", &"[".repeat(10_000), &"x".repeat(40_000)] {
        assert!(refused(nonsense.to_owned()).await, "{nonsense:.20}");
    }
    device.origin = "https://keys.example.evil.example".to_owned();
    assert!(refused(device.sign(&question.options)).await, "a site that hands the question on");
    device.origin = ORIGIN.to_owned();
    device.host = Some("evil.example".to_owned());
    assert!(refused(device.sign(&question.options)).await, "a device that signs for another host");
    device.host = None;
    device.is_verified = false;
    assert!(refused(device.sign(&question.options)).await, "a device that anybody may press");
    assert!(refused(of_ada.sign(&question.options)).await, "another account's passkey");
    assert!(refused(PasskeyDevice::at(ORIGIN).sign(&question.options)).await, "a device that is not known");
    let to_ada = house.service.second_factor(&holder(&house, &ada).await).ask_passkey().await.unwrap();
    let crossed = answer(&house, &step, &to_ada.challenge, &of_ada.sign(&to_ada.options)).await;
    assert!(is_too_late(&crossed), "a question to somebody else: {crossed:?}");
    let grace = holder(&house, &session).await;
    let for_new = house.service.second_factor(&grace).begin_passkey("another").await.unwrap();
    let made = PasskeyDevice::at(ORIGIN).make(&for_new.options);
    assert!(
        is_wrong(&answer(&house, &step, &for_new.challenge, &made).await),
        "a new passkey is no use of one"
    );
    device.is_verified = true;
    answer(&house, &step, &question.challenge, &device.sign(&question.options)).await.unwrap();
}

#[tokio::test]
async fn a_counter_that_does_not_go_on_is_that_of_a_copy() {
    let house = house().await;
    let (session, ..) = set_up(&house, "grace").await;
    let mut device = add(&house, &session, "security key").await;
    let (open, before) = asked(&house).await;
    for counter in [7, 8] {
        device.counter = counter;
        let (step, question) = asked(&house).await;
        answer(&house, &step, &question.challenge, &device.sign(&question.options)).await.unwrap();
    }
    for counter in [8, 3, 0] {
        device.counter = counter;
        let (step, question) = asked(&house).await;
        assert!(is_wrong(&answer(&house, &step, &question.challenge, &device.sign(&question.options)).await));
    }
    device.counter = 8;
    let asked_before = answer(&house, &open, &before.challenge, &device.sign(&before.options)).await;
    assert!(is_wrong(&asked_before), "a question of before the last uses: {asked_before:?}");
}

#[tokio::test]
async fn adding_needs_an_app_a_fresh_sign_in_a_name_and_the_browsers_right_answer() {
    let house = house().await;
    let token = house.sign_in("grace").await;
    let before = holder(&house, &token).await;
    let without_app = house.service.second_factor(&before).begin_passkey("phone").await.unwrap_err();
    assert_eq!(words(&without_app), "Set up an authenticator app first.");
    let (session, ..) = set_up(&house, "ada").await;
    let ada = holder(&house, &session).await;
    let factor = house.service.second_factor(&ada);
    for name in ["", "  ", "a\nb", &"x".repeat(101), "\u{200b}"] {
        assert!(matches!(factor.begin_passkey(name).await, Err(ServiceError::Invalid(_))), "{name:?}");
    }
    let asked = factor.begin_passkey("phone").await.unwrap();
    let mut elsewhere = PasskeyDevice::at(ORIGIN);
    elsewhere.origin = "https://evil.example".to_owned();
    for answer in [elsewhere.make(&asked.options), "{}".to_owned(), String::new()] {
        let refused = factor.add_passkey(asked.challenge.expose(), &answer).await.unwrap_err();
        assert!(words(&refused).starts_with("The browser's answer is not right"), "{refused}");
    }
    let mut unverified = PasskeyDevice::at(ORIGIN);
    unverified.is_verified = false;
    factor.add_passkey(asked.challenge.expose(), &unverified.make(&asked.options)).await.unwrap_err();
    let device = PasskeyDevice::at(ORIGIN);
    let made = device.make(&asked.options);
    factor.add_passkey(asked.challenge.expose(), &made).await.unwrap();
    let twice = factor.add_passkey(asked.challenge.expose(), &made).await.unwrap_err();
    assert!(words(&twice).starts_with("It took over five minutes, or was answered already."), "{twice}");
    let again = factor.begin_passkey("once more").await.unwrap();
    factor.add_passkey(again.challenge.expose(), &device.make(&again.options)).await.unwrap_err();
    let (session_of_grace, ..) = set_up(&house, "grace").await;
    let grace = holder(&house, &session_of_grace).await;
    let of_grace = house.service.second_factor(&grace);
    let asked = of_grace.begin_passkey("of ada").await.unwrap();
    let used_elsewhere =
        of_grace.add_passkey(asked.challenge.expose(), &device.make(&asked.options)).await.unwrap_err();
    assert_eq!(words(&used_elsewhere), "This passkey is registered already.");
    let of_use = factor.ask_passkey().await.unwrap();
    let unseen = PasskeyDevice::at(ORIGIN).make(&again.options);
    factor.add_passkey(of_use.challenge.expose(), &unseen).await.unwrap_err();
    house.pass(FRESH);
    let stale = holder(&house, &session).await;
    let factor = house.service.second_factor(&stale);
    assert!(matches!(factor.begin_passkey("late").await, Err(ServiceError::SignInAgain)));
    let id = passkeys(&house, &session).await.remove(0).id;
    assert!(matches!(factor.remove_passkey(&id).await, Err(ServiceError::SignInAgain)));
}

#[tokio::test]
async fn an_account_has_twenty_passkeys_at_most_and_one_handle_for_all() {
    let house = house().await;
    let (session, ..) = set_up(&house, "grace").await;
    for number in 0..20 {
        add(&house, &session, &format!("passkey {number}")).await;
    }
    let grace = holder(&house, &session).await;
    let factor = house.service.second_factor(&grace);
    let refused = factor.begin_passkey("one more").await.unwrap_err();
    assert_eq!(words(&refused), "There are 20 passkeys, which is the most. Remove one first.");
    let [first, second] = [0, 1].map(|_| passkeys(&house, &session));
    let (mut first, second) = (first.await, second.await);
    assert_eq!(first, second);
    factor.remove_passkey(&first.remove(0).id).await.unwrap();
    let handles = async || {
        let asked = factor.begin_passkey("one more").await.unwrap();
        serde_json::from_str::<serde_json::Value>(&asked.options).unwrap()["publicKey"]["user"]["id"].clone()
    };
    assert_eq!(handles().await, handles().await);
}

#[tokio::test]
async fn a_removed_passkey_signs_in_no_more_and_all_go_with_the_second_factor() {
    let house = house().await;
    let (session, ..) = set_up(&house, "grace").await;
    let mut phone = add(&house, &session, "phone").await;
    let mut key = add(&house, &session, "key").await;
    let (ada, ..) = set_up(&house, "ada").await;
    add(&house, &ada, "ada's").await;
    let id = passkeys(&house, &session).await.remove(0).id;
    let other = holder(&house, &ada).await;
    house.service.second_factor(&other).remove_passkey(&id).await.unwrap();
    assert_eq!(passkeys(&house, &session).await.len(), 2, "nobody removes another's");
    let (step, question) = asked(&house).await;
    let grace = holder(&house, &session).await;
    let factor = house.service.second_factor(&grace);
    factor.remove_passkey(&id).await.unwrap();
    factor.remove_passkey(&id).await.unwrap();
    factor.remove_passkey("no base64url").await.unwrap();
    let line = house.last_activities(1).await.remove(0);
    assert_eq!(
        (line.action, line.before),
        (Action::PasskeyRemoved, Some(serde_json::json!({ "passkey": "phone" })))
    );
    assert!(is_wrong(&answer(&house, &step, &question.challenge, &phone.sign(&question.options)).await));
    let again = factor.ask_passkey().await.unwrap();
    let signed = key.sign(&again.options);
    let proof = Factor::Passkey { challenge: again.challenge.expose(), answer: &signed };
    factor.remove(&Password::typed(PASSWORD), proof).await.unwrap();
    let (session, ..) = set_up(&house, "grace").await;
    assert_eq!(passkeys(&house, &session).await, []);
}

#[tokio::test]
async fn where_browsers_have_no_passkeys_none_is_asked_for() {
    let house = House::with_users().await;
    let (session, ..) = set_up(&house, "grace").await;
    let grace = holder(&house, &session).await;
    let factor = house.service.second_factor(&grace);
    let refused = factor.begin_passkey("phone").await.unwrap_err();
    assert_eq!(words(&refused), "This server's address has no passkeys.");
    assert!(factor.ask_passkey().await.is_none() && !house.service.has_passkeys());
}
