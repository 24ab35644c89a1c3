//! The product's name.

use leptos::prelude::*;

/// The product's name, which leads to its first page.
#[component]
pub fn Mark(
    /// The address of that page.
    href: String,
) -> impl IntoView {
    view! {
        <a class="mark" href=href>
            <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.7" aria-hidden="true">
                <circle cx="6.5" cy="10" r="3.6"></circle>
                <path d="M10 10h8M15 10v3.2M18 10v2.2" stroke-linecap="round"></path>
            </svg>
            "Latchkey"
        </a>
    }
}
