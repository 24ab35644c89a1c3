//! What the pages of a user's own account share: the bar, the heading, and the fields of their forms.

use domain::FieldError;
use leptos::prelude::*;

use crate::frame::{
    header::{Header, NavPage},
    site::Site,
    who::Who,
};

/// The bar, a heading and what the page is for; the page itself below.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "a component owns its props")]
pub(crate) fn OwnPage(
    site: Site,
    who: Who,
    here: NavPage,
    heading: &'static str,
    lead: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <Header prefix=site.prefix.clone() who here/>
        <main class="own">
            <h1>{heading}</h1>
            <p class="lead">{lead}</p>
            {children()}
        </main>
    }
}

/// A field of a plain form. It is never filled in: what it takes is secret.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SecretField {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// `password`, or `text` for a code that is used once.
    pub(crate) kind: &'static str,
    pub(crate) complete: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) focus: bool,
}

impl SecretField {
    /// A password field.
    pub(crate) fn password(name: &'static str, label: &'static str, complete: &'static str) -> Self {
        Self { name, label, kind: "password", complete, hint: "", focus: false }
    }

    /// The field for a code of the second factor.
    pub(crate) fn code(hint: &'static str) -> Self {
        Self { name: "code", label: "Code", kind: "text", complete: "one-time-code", hint, focus: false }
    }

    /// The field, with the focus when the page opens.
    pub(crate) fn focused(self) -> Self {
        Self { focus: true, ..self }
    }

    /// Renders it, with what is wrong with it.
    pub(crate) fn view(self, errors: &[FieldError]) -> impl IntoView + use<> {
        let Self { name, label, kind, complete, hint, focus } = self;
        let error = errors.iter().find(|error| error.field == name).map(|error| error.detail.clone());
        let (error_id, hint_id) = (format!("{name}-error"), format!("{name}-hint"));
        let is_wrong = error.is_some().then_some("true");
        let error_described = error.is_some().then_some(&*error_id);
        let hint_described = (!hint.is_empty()).then_some(&*hint_id);
        let described: Vec<&str> = error_described.into_iter().chain(hint_described).collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <input
                    id=name name=name type=kind autocomplete=complete autocapitalize="none" spellcheck="false" required=true
                    autofocus=focus aria-invalid=is_wrong aria-describedby=described
                />
                <p class="err" id=error_id>{error}</p>
                <p class="hint" id=hint_id>{hint}</p>
            </div>
        }
    }
}
