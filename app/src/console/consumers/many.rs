//! The dialog before something is done to many consumers, while it is done, and with what came of it.

use domain::{FieldError, bulk::Deed};
use leptos::{ev, html, prelude::*};

use super::{
    calls,
    job::Job,
    many_words::{self, alike, changed, group, is_number, number_hint, result, signed_in, words},
    outcome::Outcome,
    selection,
    state::PageState,
};
use crate::{
    console::{
        counted::{Count, Counted},
        refusal::Refusal,
        submit::Submit,
    },
    ui::{
        dialog::{Modal, WorkButton, close},
        dom,
        field::Field,
        number::grouped,
    },
};

/// Keeps this form's ids apart from those of other forms on the page.
const PREFIX: &str = "many-";

/// What came of it, which the button that closes the dialog is described by.
const RESULT: &str = "many-result";

/// Asks, does it part by part, shows how far it is, and tells what came of it.
#[component]
pub(super) fn Many(deed: Deed) -> impl IntoView {
    let state = expect_context::<PageState>();
    let dialog = NodeRef::<html::Dialog>::new();
    let (heading, button, consequence) = words(deed);
    let job = Job::of(state, deed);
    let number = job.all.number;
    let outcome = ArcRwSignal::new(Outcome::default());
    let submit = Submit::new(0);
    let (reason, typed) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (users, is_whole) = (RwSignal::new(None), job.whole.is_some());
    // As the name of a single one is: where users would be signed out, or nobody knows whether.
    let has_users = move || users.with(|users| !matches!(users, None | Some(Ok(0))));
    let must_number = Signal::derive(move || deed == Deed::Remove && (is_whole || has_users()));
    let missing = Signal::derive(move || {
        let counting = deed == Deed::Remove && !is_whole && users.with(Option::is_none);
        counting || (must_number.get() && !typed.with(|typed| is_number(typed, number)))
    });
    let question = question(&job, consequence, [typed, reason], submit.errors, users, must_number);
    // Signals of the dialog end with it, but this one is read after that.
    let so_far = outcome.clone();
    let on_submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if missing.get_untracked() {
            return;
        }
        let (job, progress, stopped) = (job.clone(), so_far.clone(), so_far.clone());
        let done = |()| dom::focus_soon(|| dom::find("dialog .over"));
        let closed = move || {
            let told = stopped.with_untracked(|outcome| outcome.sentences(deed, number)).join(" ");
            let words =
                "The request that was under way may have been carried out all the same: look at the table.";
            state.shell.notice.set(format!("Stopped. {told} {words}"));
        };
        let send = move |_| job.run(state, progress, reason.get_untracked());
        submit.run(Vec::new, send, done, closed);
    };
    let on_close = move |()| {
        // The bar is gone where nothing is selected any more, and the focus with it: it goes to the row that was clicked last, else to
        // where it goes after any dialog.
        if selection::number(state) == 0 {
            state.selected.clear();
        }
        state.overlay.dialog_closed();
    };
    let (over, told, begun, bar) = (outcome.clone(), outcome.clone(), outcome.clone(), outcome);
    let has_begun = Signal::derive(move || begun.with(|outcome| outcome.handled() > 0));
    let is_over = Memo::new(move |_| over.with(|outcome| outcome.is_over));
    let handled = move || bar.with(Outcome::handled);
    let value = handled.clone();
    let shows = move || !is_over.get() && (submit.busy.get() || handled() > 0);
    let progress = move || {
        let value = value.clone();
        let far = value.clone();
        view! {
            <p class="far" translate="no">
                <progress
                    aria-label="Progress" max=number.max(1).to_string()
                    prop:value=move || value().min(number.max(1)).to_string()
                ></progress>
                {move || format!("{} of {}", grouped(far()), grouped(number))}
            </p>
        }
    };
    let is_shown = Memo::new(move |_| shows());
    let told = move || {
        // Not while it works: that would be read out again with each part.
        let is_told = !submit.busy.get() && told.with(|outcome| outcome.is_over || outcome.handled() > 0);
        is_told.then(|| told.with_untracked(|outcome| result(deed, outcome, number)))
    };
    view! {
        <Modal heading node_ref=dialog on_close=Callback::new(on_close)>
            <form node_ref=submit.form method="dialog" on:submit=on_submit>
                <div hidden=move || is_over.get()>{question}</div>
                {move || is_shown.get().then(|| progress().into_any())}
                <div id=RESULT translate="no">{move || told()}</div>
                <div class="foot">
                    <Refusal error=submit.refusal button has_begun/>
                    <div class="buttons">
                        <button
                            type="button" class="btn over" autofocus=true aria-describedby=move || is_over.get().then_some(RESULT)
                            on:click=move |_| close(dialog)
                        >
                            {move || stop_words(is_over.get(), submit.busy.get()).to_owned()}
                        </button>
                        {move || (!is_over.get()).then(|| view! {
                            <WorkButton
                                label=button busy=submit.busy disabled=missing
                                look=if deed == Deed::Approve { "primary" } else { "danger" }
                            />
                        }.into_any())}
                    </div>
                </div>
            </form>
        </Modal>
    }
    .into_any()
}

/// What is about to be done, to which consumers, and what is typed for it: the number, and a reason.
fn question(
    job: &Job,
    consequence: &'static str,
    [typed, reason]: [RwSignal<String>; 2],
    errors: RwSignal<Vec<FieldError>>,
    count: Count,
    must_number: Signal<bool>,
) -> AnyView {
    let (number, is_whole) = (job.all.number, job.whole.is_some());
    let approves = job.deed == Deed::Approve;
    let keys = Some(job.keys()).filter(|_| !approves && !is_whole);
    let users = keys.map(|keys| {
        view! {
            <Counted
                ask=Callback::new(move |()| calls::signed_in_users(&keys))
                counting="Counting who is signed in through them…" words=signed_in
                unknown="How many users are signed in through them is unknown: the server did not say."
                count
            />
        }
    });
    let typed = move || {
        must_number.get().then(|| {
            view! {
                <div class="reason">
                    <Field
                        id_prefix=PREFIX name="typed_number" label="Type how many they are to remove them" value=typed
                        errors hint=number_hint(number)
                    />
                </div>
            }
            .into_any()
        })
    };
    view! {
        <p translate="no"><strong>{many_words::count(number)}</strong> ": " {group(&job.all)}</p>
        {changed(&job.changed)}
        {approves.then(|| alike(&job.alike))}
        <p>{consequence}</p>
        {is_whole.then(|| view! {
            <p>
                "What others register or change from now on is left as it is, and told."
                {approves.then_some(" So is what looks like a consumer that is approved.")}
            </p>
        })}
        {users}
        {typed}
        <div class="reason">
            <Field
                id_prefix=PREFIX name="reason" label="Reason" value=reason errors
                hint="Optional. The same for each of them; the activity keeps it.".to_owned()
            />
        </div>
    }
    .into_any()
}

/// What the button says that closes the dialog.
fn stop_words(is_over: bool, is_busy: bool) -> &'static str {
    match (is_over, is_busy) {
        (true, _) => "Close",
        (false, true) => "Stop",
        (false, false) => "Cancel",
    }
}
