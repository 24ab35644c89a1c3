//! Second factors: setting one up, signing in with it, losing it, and being made to have one.

mod fresh_sign_in;
mod passkeys;
mod short_password;

use std::time::Duration;

use domain::{Action, Password};
use futures::{StreamExt as _, stream::FuturesUnordered};
use service::{
    AccountHolder, Factor, Owed, RequireSecondFactor, Rules, ServiceError, Token,
    second_factor::FactorState,
    sign_in::{
        Begun, Browser, CodeError, FRESH, Presence, ProofError, STEP_LIFE, SignIn, SignInError, StepError,
    },
};
use totp_rs::Builder;

use crate::support::{BROWSER, HERE, House, PASSWORD};

/// A code is accepted once, so the next one has to be of a later step.
const NEXT_CODE: Duration = Duration::from_secs(30);

/// What an authenticator app shows at the house's time.
fn shown(house: &House, secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let now = u64::try_from(house.service.now().unix_timestamp()).unwrap();
    Builder::new().with_secret(secret).build().unwrap().generate(now).to_string()
}

/// A code that is not that one.
fn wrong(right: &str) -> String {
    let digit = if right.starts_with('0') { '1' } else { '0' };
    format!("{digit}{}", &right[1..])
}

async fn holder(house: &House, token: &Token) -> AccountHolder {
    house.holder(token).await
}

/// The pending secret.
async fn pending(house: &House, holder: &AccountHolder) -> Option<String> {
    match house.service.second_factor(holder).state().await.unwrap() {
        FactorState::Pending(secret) => Some(secret.expose().to_owned()),
        FactorState::Off | FactorState::On { .. } => None,
    }
}

/// Sets a second factor up for a user who signs in; returns the session, the secret and the recovery codes. The next code
/// can be used at once.
async fn set_up(house: &House, name: &str) -> (Token, String, Vec<String>) {
    let token = house.sign_in(name).await;
    let holder = holder(house, &token).await;
    let factor = house.service.second_factor(&holder);
    factor.begin().await.unwrap();
    let secret = pending(house, &holder).await.unwrap();
    let codes = factor.confirm(&shown(house, &secret)).await.unwrap().in_groups().collect();
    house.pass(NEXT_CODE);
    (token, secret, codes)
}

/// Gives the password; returns the step that waits for a code.
async fn step(house: &House, name: &str) -> Token {
    step_from(house, name, &BROWSER).await
}

async fn step_from(house: &House, name: &str, browser: &Browser<'_>) -> Token {
    match house.service.sessions().sign_in(name, &Password::typed(PASSWORD), browser).await.unwrap() {
        SignIn::CodeNeeded(step) => step,
        SignIn::Begun(_) => panic!("{name} has no second factor"),
    }
}

async fn enter(house: &House, step: &Token, code: &str) -> Result<Begun, StepError> {
    house.service.sessions().enter_code(step.expose(), Factor::Code(code), &BROWSER).await
}

fn is_wrong(entered: &Result<Begun, StepError>) -> bool {
    matches!(entered, Err(StepError::Refused(_, CodeError::Wrong)))
}

/// The field at which a proof was refused.
#[track_caller]
fn wrong_field(refused: Result<(), ProofError>) -> &'static str {
    match refused {
        Err(ProofError::WrongPassword) => "password",
        Err(ProofError::Code(CodeError::Wrong)) => "code",
        other => panic!("{other:?}"),
    }
}

/// A wrong password of a stranger.
async fn guess(house: &House, name: &str) -> SignInError {
    let guess = Password::typed("wrong");
    house.service.sessions().sign_in(name, &guess, &BROWSER).await.expect_err("it is wrong")
}

#[track_caller]
fn wrong_fields<T: std::fmt::Debug>(refused: Result<T, ServiceError>) -> Vec<String> {
    match refused {
        Err(ServiceError::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_second_factor_counts_once_a_code_has_confirmed_it() {
    let house = House::with_users().await;
    let token = house.sign_in("grace").await;
    let grace = holder(&house, &token).await;
    let factor = house.service.second_factor(&grace);
    assert_eq!(wrong_fields(factor.confirm("123456").await), ["code"], "nothing is begun");
    factor.begin().await.unwrap();
    let secret = pending(&house, &grace).await.unwrap();
    let right = shown(&house, &secret);
    for code in ["", &*wrong(&right), "abcdef", "AAAA-AAAA-AAAA-AAAA"] {
        assert_eq!(wrong_fields(factor.confirm(code).await), ["code"], "{code}");
    }
    house.sign_in("grace").await;
    let codes: Vec<_> = factor.confirm(&right).await.unwrap().in_groups().collect();
    assert_eq!(codes.len(), 10);
    let grace = holder(&house, &token).await;
    let state = house.service.second_factor(&grace).state().await.unwrap();
    assert!(matches!(state, FactorState::On { recovery_codes: 10, .. }), "{state:?}");
    step(&house, "grace").await;
    house.sign_in("ada").await;
    let line = house.last_activities(2).await.remove(0);
    let text = serde_json::to_string(&line).unwrap();
    assert_eq!((line.action, line.actor.to_string()), (Action::SecondFactorAdded, "grace".to_owned()));
    assert!(!text.contains(&secret) && !text.contains(&codes[0]), "{text}");
}

#[tokio::test]
async fn what_was_begun_is_for_its_own_session_and_a_quarter_of_an_hour() {
    let house = House::with_users().await;
    let (token, elsewhere) = (house.sign_in("grace").await, house.sign_in("grace").await);
    let (grace, other) = (holder(&house, &token).await, holder(&house, &elsewhere).await);
    house.service.second_factor(&grace).begin().await.unwrap();
    let secret = pending(&house, &grace).await.unwrap();
    assert!(pending(&house, &other).await.is_none());
    let code = shown(&house, &secret);
    assert_eq!(wrong_fields(house.service.second_factor(&other).confirm(&code).await), ["code"]);
    house.pass(Duration::from_mins(15));
    assert!(pending(&house, &grace).await.is_none());
    let code = shown(&house, &secret);
    assert_eq!(wrong_fields(house.service.second_factor(&grace).confirm(&code).await), ["code"]);
}

#[tokio::test]
async fn a_session_begins_only_after_the_code_and_each_code_is_good_for_one() {
    let house = House::with_users().await;
    let (_, secret, _) = set_up(&house, "grace").await;
    let first = step(&house, "grace").await;
    assert!(house.who(&first).await.is_none(), "the step is no session");
    let code = shown(&house, &secret);
    assert!(is_wrong(&enter(&house, &first, &wrong(&code)).await));
    let token = enter(&house, &first, &code).await.unwrap().token;
    assert_eq!(house.who(&token).await.unwrap().user().username.as_str(), "grace");
    assert!(matches!(enter(&house, &first, &code).await, Err(StepError::StartOver)), "the step is used");
    let second = step(&house, "grace").await;
    assert!(is_wrong(&enter(&house, &second, &code).await), "the code is used");
    house.pass(NEXT_CODE);
    enter(&house, &second, &shown(&house, &secret)).await.unwrap();
}

#[tokio::test]
async fn a_step_ends_with_time_with_a_new_password_and_with_the_second_factor() {
    let house = House::with_users().await;
    let (_, secret, _) = set_up(&house, "grace").await;
    let late = step(&house, "grace").await;
    house.pass(STEP_LIFE);
    let start_over = async |step: &Token| {
        matches!(enter(&house, step, &shown(&house, &secret)).await, Err(StepError::StartOver))
    };
    assert!(start_over(&late).await && STEP_LIFE == Duration::from_mins(5));
    let users = house.service.users(&house.root);
    let before = step(&house, "grace").await;
    users.change_password("grace", PASSWORD, false).await.unwrap();
    assert!(start_over(&before).await, "the same password again ends it like any other");
    let removed = step(&house, "grace").await;
    users.reset_factors("grace").await.unwrap();
    assert!(start_over(&removed).await);
    for guess in ["", "x", &"A".repeat(43), &"A".repeat(100_000)] {
        let refused = house.service.sessions().enter_code(guess, Factor::Code("123456"), &BROWSER).await;
        assert!(matches!(refused, Err(StepError::StartOver)), "{refused:?}");
    }
}

#[tokio::test]
async fn of_two_right_codes_for_one_step_at_once_one_signs_in() {
    let house = House::with_users().await;
    let (_, secret, codes) = set_up(&house, "grace").await;
    let step = step(&house, "grace").await;
    let code = shown(&house, &secret);
    let (one, two) = tokio::join!(enter(&house, &step, &code), enter(&house, &step, &codes[0]));
    assert!(one.is_ok() != two.is_ok(), "{one:?}, {two:?}");
}

#[tokio::test]
async fn after_ten_wrong_codes_only_a_recovery_code_is_looked_at() {
    let house = House::with_users().await;
    let (_, secret, codes) = set_up(&house, "grace").await;
    let step = step(&house, "grace").await;
    let id = house.number("SELECT user_id FROM second_factors").await;
    for _ in 0..store::MOST_WRONG_CODES {
        // By the store: the use case would wait longer after each.
        house.store.second_factor(id).use_step(None, house.service.now()).await.unwrap();
    }
    let refused = enter(&house, &step, &shown(&house, &secret)).await;
    let Err(StepError::Refused(_, CodeError::TooManyWrong(wait))) = refused else { panic!("{refused:?}") };
    assert_eq!(wait, Duration::from_mins(15));
    let typed = codes[0].to_lowercase().replace('-', " ");
    enter(&house, &step, &typed).await.unwrap();
    let lines = house.last_activities(2).await;
    assert_eq!([&lines[0].action, &lines[1].action], [&Action::RecoveryCodeUsed, &Action::SignedIn]);
    house.pass(Duration::from_mins(15));
    enter(&house, &self::step(&house, "grace").await, &shown(&house, &secret)).await.unwrap();
}

#[tokio::test]
async fn wrong_codes_count_beside_wrong_passwords_until_a_code_is_right() {
    let house = House::with_users().await;
    let (_, secret, _) = set_up(&house, "grace").await;
    let count = async || house.number("SELECT coalesce(max(times), 0) FROM attempts").await;
    let first = step(&house, "grace").await;
    for code in [&*wrong(&shown(&house, &secret)), "", "AAAA-AAAA-AAAA-AAAA"] {
        assert!(is_wrong(&enter(&house, &first, code).await), "{code}");
    }
    step(&house, "grace").await;
    assert_eq!(count().await, 3, "a right password alone forgets nothing");
    enter(&house, &first, &shown(&house, &secret)).await.unwrap();
    let left = house.number("SELECT count(*) FROM attempts").await;
    assert_eq!(left, 1, "the account's are forgotten, the address's are not");
}

#[tokio::test]
async fn a_recovery_code_works_once_and_new_ones_end_the_old() {
    let house = House::with_users().await;
    let (token, _, codes) = set_up(&house, "grace").await;
    enter(&house, &step(&house, "grace").await, &codes[0]).await.unwrap();
    let again = enter(&house, &step(&house, "grace").await, &codes[0]).await;
    assert!(is_wrong(&again), "{again:?}");
    let grace = holder(&house, &token).await;
    let new = house.service.second_factor(&grace).renew_recovery_codes().await.unwrap().unwrap();
    let old = enter(&house, &step(&house, "grace").await, &codes[1]).await;
    assert!(is_wrong(&old), "{old:?}");
    let new: Vec<_> = new.in_groups().collect();
    enter(&house, &step(&house, "grace").await, &new[0]).await.unwrap();
    let state = house.service.second_factor(&grace).state().await.unwrap();
    assert!(matches!(state, FactorState::On { recovery_codes: 9, .. }), "{state:?}");
}

#[tokio::test]
async fn removing_it_takes_password_and_code() {
    let house = House::with_users().await;
    let (token, secret, codes) = set_up(&house, "grace").await;
    house.pass(FRESH);
    let grace = holder(&house, &token).await;
    let factor = house.service.second_factor(&grace);
    let remove = async |password: &str, code: &str| {
        factor.remove(&Password::typed(password), Factor::Code(code)).await
    };
    let code = shown(&house, &secret);
    assert_eq!(wrong_field(remove("wrong", &code).await), "password");
    assert_eq!(wrong_field(remove(PASSWORD, &wrong(&code)).await), "code");
    assert_eq!(wrong_field(remove(PASSWORD, "").await), "code");
    remove(PASSWORD, &code).await.unwrap();
    house.sign_in("grace").await;
    let lines = house.last_activities(2).await;
    assert_eq!([&lines[0].action, &lines[1].action], [&Action::SecondFactorRemoved, &Action::SignedIn]);
    let (token, _, new) = set_up(&house, "grace").await;
    assert_ne!(codes, new);
    let grace = holder(&house, &token).await;
    house
        .service
        .second_factor(&grace)
        .remove(&Password::typed(PASSWORD), Factor::Code(&new[0]))
        .await
        .unwrap();
}

#[tokio::test]
async fn the_command_line_is_the_way_back_in() {
    let house = House::with_users().await;
    set_up(&house, "grace").await;
    let reset = house.service.users(&house.root).reset_factors("GRACE").await.unwrap();
    assert!(!reset.second_factor);
    house.sign_in("grace").await;
    let users = house.service.users(&house.root);
    let told = house.activities().await;
    users.reset_factors("grace").await.unwrap();
    assert_eq!(house.activities().await, told, "doing it again changes nothing");
    assert!(matches!(users.reset_factors("nobody").await, Err(ServiceError::NotFound(_))));
}

#[tokio::test]
async fn who_must_have_one_can_do_nothing_else_before() {
    for (require, ada_must, grace_must) in [
        (RequireSecondFactor::Off, false, false),
        (RequireSecondFactor::Administrators, true, false),
        (RequireSecondFactor::All, true, true),
    ] {
        let house = House::with_rules(Rules { require_second_factor: require, ..Rules::default() }).await;
        for (name, must) in [("ada", ada_must), ("grace", grace_must)] {
            let token = house.sign_in(name).await;
            assert_eq!(house.who(&token).await.is_none(), must, "{require:?}: {name}");
            let owes = must.then_some(Owed::SecondFactor);
            assert_eq!(holder(&house, &token).await.owes(), owes, "{require:?}: {name}");
            let (token, secret, _) = set_up(&house, name).await;
            assert!(house.who(&token).await.is_some(), "{require:?}: {name} has one now");
            let begun = enter(&house, &step(&house, name).await, &shown(&house, &secret)).await.unwrap();
            assert!(house.who(&begun.token).await.is_some());
        }
    }
}

#[tokio::test]
async fn losing_a_required_second_factor_closes_what_is_open() {
    let require_second_factor = RequireSecondFactor::Administrators;
    let house = House::with_rules(Rules { require_second_factor, ..Rules::default() }).await;
    let (token, ..) = set_up(&house, "ada").await;
    assert!(house.who(&token).await.unwrap().admin().is_ok());
    house.service.users(&house.root).reset_factors("ada").await.unwrap();
    assert!(house.who(&token).await.is_none());
    let ada = holder(&house, &token).await;
    house.service.sessions().sign_out_holder(&ada).await.unwrap();
    let gone = house.service.sessions().account_holder(token.expose(), HERE, Presence::Acting).await.unwrap();
    assert!(gone.is_none());
}

#[tokio::test]
async fn failed_attempts_are_told_and_the_device_is_known_only_once_the_session_begins() {
    let house = House::with_users().await;
    let (_, secret, _) = set_up(&house, "grace").await;
    let since = house.service.now() - NEXT_CODE;
    guess(&house, "grace").await;
    let first = step(&house, "grace").await;
    assert!(is_wrong(&enter(&house, &first, "").await));
    assert_eq!(house.number("SELECT failed_sign_ins FROM users WHERE username = 'grace'").await, 2);
    let begun = enter(&house, &first, &shown(&house, &secret)).await.unwrap();
    assert_eq!((begun.failed, begun.since), (2, Some(since)));
    assert_eq!(house.number("SELECT failed_sign_ins FROM users WHERE username = 'grace'").await, 0);
}

#[tokio::test]
async fn strangers_keep_neither_a_known_browser_with_its_code_waiting_nor_a_user_who_is_signed_in() {
    let house = House::with_users().await;
    let (token, secret, _) = set_up(&house, "grace").await;
    let begun = enter(&house, &step(&house, "grace").await, &shown(&house, &secret)).await.unwrap();
    house.pass(NEXT_CODE);
    for _ in 0..4 {
        guess(&house, "grace").await;
    }
    let mut guesses: FuturesUnordered<_> = (0..20).map(|_| guess(&house, "grace")).collect();
    let first = guesses.next().await.unwrap();
    assert!(matches!(first, SignInError::TooMany(_)), "{first:?}");
    let known = Browser { device: Some(&begun.device), ..BROWSER };
    let step = step_from(&house, "grace", &known).await;
    let code = shown(&house, &secret);
    house.service.sessions().enter_code(step.expose(), Factor::Code(&code), &known).await.unwrap();
    house.pass(NEXT_CODE);
    let grace = holder(&house, &token).await;
    let code = shown(&house, &secret);
    house
        .service
        .sessions()
        .sign_in_again(&grace, &Password::typed(PASSWORD), Factor::Code(&code))
        .await
        .unwrap();
    assert!(!guesses.is_empty(), "guesses still wait");
}
