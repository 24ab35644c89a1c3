//! What may move things on the screen: scrolling, another size of the window, another height of the page.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::ResizeObserver;

/// Calls this until the current owner ends, whenever something may have moved that stands at a place of the page.
pub fn on_move(arrange: impl Fn() + Clone + 'static) {
    follow_height(arrange.clone());
    let scrolls = window_event_listener(ev::scroll, {
        let arrange = arrange.clone();
        move |_| arrange()
    });
    let resizes = window_event_listener(ev::resize, move |_| arrange());
    on_cleanup(move || [scrolls, resizes].into_iter().for_each(WindowListenerHandle::remove));
}

/// The page's height changes, as it does where a form above says what is wrong with it.
fn follow_height(arrange: impl Fn() + 'static) {
    let changed = Closure::<dyn FnMut()>::new(arrange).into_js_value();
    let Some(body) = document().body() else { return };
    if let Ok(observer) = ResizeObserver::new(changed.unchecked_ref()) {
        observer.observe(&body);
        let observer = StoredValue::new_local(observer);
        on_cleanup(move || {
            let _ = observer.try_with_value(ResizeObserver::disconnect);
        });
    }
}
