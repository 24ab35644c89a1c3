//! What the button of a form does on the server: one attempt at a time, and what came of the last one.

use std::sync::{Arc, Mutex, PoisonError};

use domain::FieldError;
use futures::{
    channel::oneshot,
    future::{Either, select},
};
use leptos::{html, prelude::*, task::spawn_local};

use super::request::Pending;
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
    /// Of the attempt that is under way: dropped when the form is closed.
    open: StoredValue<Open>,
}

/// While this is there, the form is.
type Open = Arc<Mutex<Option<oneshot::Sender<()>>>>;

impl Submit {
    /// A form on something that has this revision. To be made by the form's own component, whose end closes it.
    pub(crate) fn new(revision: i64) -> Self {
        let open = Open::default();
        let closed = open.clone();
        on_cleanup(move || drop(closed.lock().unwrap_or_else(PoisonError::into_inner).take()));
        Self {
            form: NodeRef::new(),
            busy: RwSignal::new(false),
            errors: RwSignal::default(),
            refusal: RwSignal::new(None),
            revision: StoredValue::new(revision),
            open: StoredValue::new(open),
        }
    }

    /// Sends the form, unless it is being sent already or something is wrong with it; `send` gets the revision to change.
    /// Where the form is closed before the answer is there, the request is aborted, so that what has not left the browser
    /// never does, and `closed` finds out what became of it.
    pub(crate) fn run<T: 'static, F>(
        self,
        wrong: impl FnOnce() -> Vec<FieldError>,
        send: impl FnOnce(i64) -> F,
        done: impl FnOnce(T) + 'static,
        closed: impl FnOnce() + 'static,
    ) where
        F: Future<Output = Result<T, AppError>> + 'static,
    {
        if self.busy.get_untracked() || !self.accept(wrong()) {
            return;
        }
        let answer = send(self.revision.get_value());
        let answer = async move {
            let value = answer.await?;
            Ok(Box::new(move || done(value)) as Box<dyn FnOnce()>)
        };
        self.attempt(Box::pin(answer), Box::new(closed));
    }

    /// Waits for the answer, and does what it brings. Not generic, so that the module has it once and not for each form.
    fn attempt(self, answer: Pending<Box<dyn FnOnce()>>, closed: Box<dyn FnOnce()>) {
        self.busy.set(true);
        self.refusal.set(None);
        let (open, is_closed) = oneshot::channel();
        self.open.with_value(|slot| *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(open));
        spawn_local(async move {
            match select(answer, is_closed).await {
                Either::Left((Ok(done), _)) => done(),
                Either::Left((Err(error), _)) => self.refuse(error),
                Either::Right((_, answer)) => {
                    drop(answer);
                    closed();
                }
            }
            // The form may have been closed, and its signals with it.
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
