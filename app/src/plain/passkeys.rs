//! Passkeys on the plain pages: the button that uses one in place of a code, and the section of the page **Second factor**.

use std::sync::LazyLock;

use domain::{FieldError, plain};
use leptos::prelude::*;
use time::OffsetDateTime;

use crate::{
    frame::script::lean,
    plain::{agent::browser, factor_form::Form, moment_of::moment},
};

/// Asks the browser, which only a script can.
static SCRIPT: LazyLock<String> = LazyLock::new(|| lean(include_str!("passkey.js")));

/// The script of a page that may have such a button.
pub(super) fn script() -> &'static str {
    SCRIPT.as_str()
}

/// What a browser is asked to do with a passkey. It has no `Debug`: the token is for its own form.
#[derive(Clone)]
pub struct PasskeyQuestion {
    /// The token of the question; the form sends it back.
    pub challenge: String,
    /// The browser's options, as JSON.
    pub options: String,
}

/// A passkey of the user's.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// Names it; the form sends it back.
    pub id: String,
    /// What its user calls it.
    pub name: String,
    /// When it was added.
    pub added_at: OffsetDateTime,
    /// When it last signed in.
    pub used_at: Option<OffsetDateTime>,
}

/// The section **Passkeys**.
#[derive(Clone, Debug)]
pub struct Passkeys {
    /// Those that there are.
    pub items: Vec<Passkey>,
    /// The browser's `User-Agent`: a new one is called after it where its user does not say otherwise.
    pub agent: Option<String>,
    /// Why none can be added, if none can.
    pub why_none: Option<String>,
    /// When the page was rendered.
    pub now: OffsetDateTime,
}

/// The button that sends a form with a passkey in place of the code that it asks for, named after what it does.
pub(super) fn use_passkey(question: Option<PasskeyQuestion>, words: &'static str) -> impl IntoView {
    question.map(|PasskeyQuestion { challenge, options }| {
        view! {
            <input type="hidden" name="challenge" value=challenge/>
            <input type="hidden" name="passkey"/>
            <div class="or" data-needs-passkeys="" hidden=true>
                <button class="btn" type="button" data-passkey="use" data-options=options>{words}</button>
                <p class="hint" role="status" data-passkey-told=""></p>
            </div>
        }
    })
}

/// The question for a new passkey, which the browser is asked at once.
pub(super) fn new_passkey(
    form: &Form,
    back: String,
    name: String,
    question: PasskeyQuestion,
) -> impl IntoView {
    let PasskeyQuestion { challenge, options } = question;
    form.view(
        "add-passkey",
        view! {
            <h2>"Add a passkey"</h2>
            <p>"Your browser asks where to keep the passkey “"<bdi>{name}</bdi>"”, and who you are."</p>
            <input type="hidden" name="challenge" value=challenge/>
            <input type="hidden" name="passkey"/>
            <p class="hint" role="status" data-passkey-told=""></p>
            <div class="buttons" data-needs-passkeys="" hidden=true>
                <button class="btn primary" type="button" data-passkey="new" data-at-once="" data-options=options>
                    "Create the passkey"
                </button>
                <a class="btn" href=back.clone()>"Cancel"</a>
            </div>
            <p data-no-passkeys="">"Passkeys need a browser that has them, with scripts. " <a href=back>"Back"</a></p>
        },
    )
}

/// The section **Passkeys**.
pub(super) fn section(form: &Form, passkeys: Passkeys, errors: &[FieldError]) -> impl IntoView {
    let Passkeys { items, agent, why_none, now } = passkeys;
    let suggested = agent.as_deref().map(browser).unwrap_or_default();
    let rows = items.into_iter().map(|item| row(form, item, now)).collect_view();
    let add = match why_none {
        Some(why) => view! { <p class="hint">{why}</p> }.into_any(),
        None => form.inline("begin-passkey", name_field(suggested, errors)).into_any(),
    };
    view! {
        <section class="card passkeys" aria-labelledby="passkeys">
            <h2 id="passkeys">"Passkeys"</h2>
            <p>
                "A passkey on a device or a security key signs you in in place of the code, and at no other site than this. The app goes on working."
            </p>
            <ul aria-label="Passkeys">{rows}</ul>
            {add}
        </section>
    }
}

fn name_field(suggested: String, errors: &[FieldError]) -> impl IntoView + use<> {
    let error = errors.iter().find(|error| error.field == "name").map(|error| error.detail.clone());
    let is_wrong = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label for="name">"Name of a new passkey"</label>
            <input
                id="name" name="name" value=suggested maxlength="100" autocomplete="off" required=true
                aria-invalid=is_wrong aria-describedby="name-error"
            />
            <p class="err" id="name-error">{error}</p>
        </div>
        <button class="btn">"Add a passkey"</button>
        <noscript><p class="hint">"Your browser has to run scripts for this."</p></noscript>
    }
}

fn row(form: &Form, item: Passkey, now: OffsetDateTime) -> AnyView {
    let Passkey { id, name, added_at, used_at } = item;
    let label = format!("Remove {}", plain(&name));
    let used = match used_at {
        Some(used_at) => view! { ", last used " {moment(used_at, now)} }.into_any(),
        None => view! { ", not used yet" }.into_any(),
    };
    let remove = form.inline(
        "remove-passkey",
        view! {
            <input type="hidden" name="passkey_id" value=id/>
            <button class="btn small" aria-label=label>"Remove"</button>
        },
    );
    view! {
        <li>
            <p><strong><bdi>{name}</bdi></strong> " " <span class="when">"added " {moment(added_at, now)} {used}</span></p>
            {remove}
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::SCRIPT;

    #[test]
    fn the_script_is_small_and_has_no_comments() {
        assert!(SCRIPT.len() < 4_000, "{} bytes", SCRIPT.len());
        assert!(SCRIPT.lines().all(|line| !line.starts_with("//")), "{}", *SCRIPT);
    }
}
