//! Starts a page in the browser: made from its data, in place of what the server rendered. Nothing of the document is
//! relied on but where the page stands, so that what extensions and translators put into it does no harm.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

use crate::{
    console::consumers::{data::PageData, page::ConsumersPage},
    json,
    ui::{dom, used::Used},
};

pub use crate::ui::dom::page_failed;

/// Where the page stands, and its data; `document.rs` makes both.
const PAGE: &str = "page";
const DATA: &str = "#page-data";

/// Makes the page and puts it in its place, with what its user has done to the one from the server.
pub fn start() {
    let data =
        dom::find(DATA).and_then(|data| data.text_content()).expect("the document has the page's data");
    let data: PageData = json::parse(&data).expect("the server wrote the page's data");
    let rendered = document().get_element_by_id(PAGE).expect("the document has a place for the page");
    let page: HtmlElement = document()
        .create_element("div")
        .expect("a document can make an element")
        .dyn_into()
        .expect("it is HTML's");
    page.set_id(PAGE);
    mount_to(page.clone(), move || view! { <ConsumersPage data/> }).forget();
    let used = Used::of(&rendered);
    rendered.replace_with_with_node_1(&page).expect("one element can stand for another");
    used.repeat(&page);
}
