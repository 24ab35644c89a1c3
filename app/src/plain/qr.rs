//! A QR code as inline SVG: nothing is loaded for it, and no policy has to allow more.

use std::fmt::Write as _;

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules around the code, as ISO/IEC 18004 asks for.
const QUIET: i32 = 4;

/// A QR code of a text, with a name for screen readers; nothing for a text that is too long for one.
pub(crate) fn qr_code(text: &str, label: &'static str) -> Option<impl IntoView + use<>> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = (code.size() + 2 * QUIET).to_string();
    let view_box = format!("0 0 {size} {size}");
    Some(view! {
        <svg class="qr" viewBox=view_box role="img" aria-label=label shape-rendering="crispEdges">
            <rect class="light" width=size.clone() height=size></rect>
            <path class="dark" d=dark(&code)></path>
        </svg>
    })
}

/// A square for each dark module.
fn dark(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET).expect("a string takes any text");
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_path_of_squares_inside_its_quiet_zone() {
        let code = QrCode::encode_text("HELLO", QrCodeEcc::Medium).unwrap();
        let path = dark(&code);
        assert!(path.starts_with("M4 4h1v1h-1zM5 4h1v1h-1z"), "the corner of a finder pattern: {path}");
        assert!(path.chars().all(|c| c.is_ascii_digit() || "Mhvz -".contains(c)), "{path}");
        assert!(qr_code(&"x".repeat(10_000), "too long").is_none());
    }
}
