//! What follows signals, in the browser alone.

use leptos::prelude::Effect;

/// Runs this once the page is rendered, and again whenever a signal that it reads has changed. Boxed, since leptos compiles
/// its machinery for each type of closure again.
pub fn effect(run: impl FnMut() + 'static) {
    let run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(run);
}
