//! The channel between the tabs of a browser, which only pages of this server hear.

use futures::channel::mpsc::UnboundedSender;
use leptos::prelude::window;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

use super::words::{FORM, Heard, Word};
use crate::json;

/// This tab's end of the channel.
#[derive(Clone, Debug)]
pub(super) struct Tabs {
    id: u64,
    /// `None` in a browser that has no channels: each tab then leads itself.
    channel: Option<BroadcastChannel>,
}

impl Tabs {
    /// Joins the tabs that show this server's pages, under the path before all of them.
    pub(super) fn open(prefix: &str, heard: UnboundedSender<Heard>) -> Self {
        let channel = BroadcastChannel::new(&format!("latchkey {FORM} {prefix}")).ok();
        if let Some(channel) = &channel {
            let listener = move |message: MessageEvent| {
                let text = message.data().as_string().unwrap_or_default();
                // What cannot be read was said by something else at this origin.
                if let Ok(word) = json::parse(&text) {
                    // Fails only when this page listens no more.
                    let _ = heard.unbounded_send(Heard::Word(word));
                }
            };
            // Kept for as long as the page is there.
            let listener = Closure::<dyn FnMut(MessageEvent)>::new(listener).into_js_value();
            channel.set_onmessage(Some(listener.unchecked_ref()));
        }
        Self { id: random_id(), channel }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Says something to the other tabs.
    pub(super) fn say(&self, word: &Word) {
        if let (Some(channel), Ok(text)) = (&self.channel, serde_json::to_string(word)) {
            // Fails only on a closed channel, and this one never is.
            let _ = channel.post_message(&JsValue::from_str(&text));
        }
    }
}

/// Tells this tab from the others; without randomness they are all alike, and each leads itself. Of 53 bits, which JavaScript
/// keeps.
fn random_id() -> u64 {
    let mut bytes = [0; 8];
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    u64::from_le_bytes(bytes) >> 11
}
