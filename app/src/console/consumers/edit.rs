//! The dialog **Edit consumer**. What was changed in it is saved, and nothing else; where another administrator was
//! faster, it shows their values in the fields that its user has not changed, and asks beside each that both have.

use std::sync::Arc;

use domain::{Consumer, Event, FieldError};
use leptos::{ev, html, prelude::*};

use super::{
    asked::Asked,
    both_changed::{BothChanged, bring_up_to_date, question, summary},
    closed, elements,
    fields::{
        ALLOW_OAUTH_1_0, CALLBACK_URLS, ENDS_AT, FIELDS, FUNCTIONAL_USER, Kind, MAY_ADMINISTER, NAME, OWNER,
        RSA_PUBLIC_KEY, Spec, TRUSTED, values,
    },
    form::EditForm,
    name_in_use,
    secret_fields::SecretFields,
    state::PageState,
};
use crate::{
    console::{refusal::Refusal, submit::Submit},
    error::AppError,
    ui::{
        check::Check,
        dialog::{CancelButton, Modal, WorkButton, close},
        effect::effect,
        field::{Field, set_error},
    },
};

/// Keeps this form's ids apart from those of the register form, which is on the page as well.
const PREFIX: &str = "edit-";

const WISH: &str = "The application wished to be Trusted when it asked for its key.";

/// What draws a field.
#[derive(Clone, Copy)]
struct Fields {
    form: EditForm,
    errors: RwSignal<Vec<FieldError>>,
    both: RwSignal<Vec<BothChanged>>,
    leave: Callback<&'static str>,
    /// That another consumer has the name.
    name_in_use: RwSignal<Option<String>>,
}

impl Fields {
    /// One field, and below it the question where both have changed it.
    fn draw(self, at: usize) -> AnyView {
        let Self { form, errors, both, leave, name_in_use } = self;
        let &Spec { kind, name, label, hint } = &FIELDS[at];
        let input = if kind == Kind::Check {
            view! { <Check id_prefix=PREFIX name label value=form.check(at) errors hint/> }.into_any()
        } else {
            let hint: MaybeProp<String> = if at == NAME {
                name_in_use.into()
            } else {
                (!hint.is_empty()).then(|| hint.to_owned()).into()
            };
            view! {
                <Field
                    id_prefix=PREFIX name label value=form.text(at) errors lines={kind == Kind::Lines}
                    hint on_leave=Callback::new(move |()| leave.run(name))
                />
            }
            .into_any()
        };
        view! { {input} {question(at, form, both)} }.into_any()
    }
}

/// Fields that belong together, below their heading.
fn group(class: &'static str, heading: &'static str, fields: Vec<AnyView>) -> AnyView {
    view! { <fieldset class=class><legend>{heading}</legend>{fields}</fieldset> }.into_any()
}

/// The form with everything that can be changed of one consumer.
#[component]
pub(super) fn EditDialog(consumer: Arc<Consumer>) -> impl IntoView {
    let state = expect_context::<PageState>();
    let dialog = NodeRef::<html::Dialog>::new();
    let consumer = Arc::unwrap_or_clone(consumer);
    let submit = Submit::new(consumer.revision);
    let errors = submit.errors;
    let key = consumer.key;
    let form = EditForm::new(&consumer);
    let shown_key = RwSignal::new(key.to_string());
    let wished = consumer.trusted_wished && !consumer.trusted;
    let asked = Asked { key, name: consumer.name.to_string(), revision: consumer.revision, decision: None };
    let both = RwSignal::new(Vec::new());
    let name_hint = RwSignal::new(None);
    effect(move || {
        if let Some(AppError::Conflict(conflict)) = submit.refusal.get() {
            let theirs = values(&conflict.current);
            let (shown, asked) = bring_up_to_date(form.now(), &form.before(), &theirs);
            form.show_over(&shown, theirs);
            both.set(asked);
        }
    });
    // On leaving a field, only its own error is shown, and of rules that the server alone knows, none goes.
    let leave = Callback::new(move |field: &'static str| {
        if matches!(field, "name" | "secret" | "secret_again") {
            let error = form.wrong().into_iter().find(|error| error.field == field);
            set_error(errors, field, error);
        }
        if field == "name" {
            name_in_use::remark(form.text(NAME), Some(key), name_hint);
        }
    });
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let done = move |consumer: Consumer| {
            state.shell.tell_of(elements::beside(key), format!("Saved {}.", consumer.name), None);
            close(dialog);
            state.apply_own(Event::Consumer(consumer));
        };
        let asked = asked.clone();
        let send = move |revision| form.send(key, revision);
        // The server checks all of it, so that everything wrong shows at once.
        submit.run(Vec::new, send, done, move || closed::find_out(state, asked));
    };
    let no_errors = RwSignal::new(Vec::new());
    let fields = Fields { form, errors, both, leave, name_in_use: name_hint };
    let shown_key = view! {
        <Field id_prefix=PREFIX name="key" label="Consumer key" value=shown_key errors=no_errors read_only=true/>
    };
    let secret = view! {
        <SecretFields
            id_prefix=PREFIX labels=["New consumer secret", "Re-type new consumer secret"] secrets=form.secrets errors
            on_leave=leave hint="Leave empty to keep the old one."
        />
    };
    let wish = wished.then(|| view! { <p class="wish">{WISH}</p> });
    let rights = [MAY_ADMINISTER, ALLOW_OAUTH_1_0, FUNCTIONAL_USER].map(|at| fields.draw(at));
    let rights = [fields.draw(TRUSTED), wish.into_any()].into_iter().chain(rights).collect();
    view! {
        <Modal heading="Edit consumer" node_ref=dialog on_close=Callback::new(move |()| state.overlay.dialog_closed())>
            <form node_ref=submit.form class="edit" method="dialog" novalidate=true on:submit=on_submit>
                {group("group", "Consumer", vec![fields.draw(NAME), shown_key.into_any()])}
                {group("group", "Secret", vec![secret.into_any()])}
                {group("group", "Sign-in", vec![fields.draw(CALLBACK_URLS), fields.draw(RSA_PUBLIC_KEY)])}
                {group("group", "Details", (OWNER..=ENDS_AT).map(|at| fields.draw(at)).collect())}
                {group("rights", "What widens its rights", rights)}
                <p class="advice">"After a change, give the new name and secret to whoever runs the application."</p>
                <div class="foot">
                    <Refusal error=submit.refusal button="Save"/>
                    <p class="both-named" aria-live="polite" translate="no">{move || both.with(|both| summary(both))}</p>
                    <div class="buttons">
                        <CancelButton node_ref=dialog/>
                        <WorkButton label="Save" busy=submit.busy/>
                    </div>
                </div>
            </form>
        </Modal>
    }
}
