//! What the button of a form does on the server: one attempt at a time, and what came of the last one.

use domain::FieldError;
use leptos::{html, prelude::*, task::spawn_local};

use crate::{error::AppError, ui::dom};

/// The attempts of one form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Submit {
    /// The form itself, in which the first wrong field is looked for.
    pub(crate) form: NodeRef<html::Form>,
    /// Whether an attempt is under way.
    pub(crate) busy: RwSignal<bool>,
    /// What is wrong with single fields; each field shows its own.
    pub(crate) errors: RwSignal<Vec<FieldError>>,
    /// Why the last attempt was refused, unless the reasons are beside the fields.
    pub(crate) refusal: RwSignal<Option<AppError>>,
    /// The revision that the next attempt changes.
    revision: StoredValue<i64>,
}

impl Submit {
    /// A form on something that has this revision.
    pub(crate) fn new(revision: i64) -> Self {
        Self {
            form: NodeRef::new(),
            busy: RwSignal::new(false),
            errors: RwSignal::default(),
            refusal: RwSignal::new(None),
            revision: StoredValue::new(revision),
        }
    }

    /// Sends the form, unless it is being sent already or something is wrong with it; `send` gets the revision to change.
    pub(crate) fn run<T: 'static, F>(
        self,
        wrong: impl FnOnce() -> Vec<FieldError>,
        send: impl FnOnce(i64) -> F,
        done: impl FnOnce(T) + 'static,
    ) where
        F: Future<Output = Result<T, AppError>> + 'static,
    {
        if self.busy.get_untracked() || !self.accept(wrong()) {
            return;
        }
        self.busy.set(true);
        let answer = send(self.revision.get_value());
        spawn_local(async move {
            match answer.await {
                Ok(value) => done(value),
                Err(error) => self.refuse(error),
            }
            // A dialog may have been closed meanwhile, and its signals with it.
            let _ = self.busy.try_set(false);
        });
    }

    fn refuse(self, error: AppError) {
        if let AppError::Conflict(conflict) = &error {
            // Pressing the button once more means having seen the conflict.
            let _ = self.revision.try_set_value(conflict.current.revision);
        }
        let fields_are_right = self.accept(error.fields().to_vec());
        let _ = self.refusal.try_set(fields_are_right.then_some(error));
    }

    /// Shows what is wrong with single fields and moves the focus to the first of them; returns whether nothing is.
    fn accept(self, errors: Vec<FieldError>) -> bool {
        let first = errors.first().map(|error| format!("[name=\"{}\"]", error.field));
        let _ = self.errors.try_set(errors);
        let Some(first) = first else { return true };
        dom::focus_soon(move || {
            let form = self.form.try_get_untracked().flatten()?;
            dom::find_in(&form, &first).or_else(|| dom::find_in(&form, "input"))
        });
        false
    }
}
