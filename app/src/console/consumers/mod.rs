//! The page of OAuth consumers: register, and the live table.

#[cfg(feature = "ssr")]
mod api;
mod bar;
mod both_changed;
mod calls;
mod chosen;
mod closed;
mod confirm;
mod counting;
pub(crate) mod data;
mod decision;
mod deeds;
mod edit;
mod elements;
mod existing_key;
mod fields;
mod flow;
mod form;
#[cfg(feature = "ssr")]
mod given;
mod history;
mod job;
mod live;
mod many;
mod many_words;
mod menu;
mod outcome;
mod overlay;
pub(crate) mod page;
mod palette;
mod palette_html;
pub(crate) mod panel;
mod panel_input;
pub(crate) mod place;
mod register;
mod registered;
mod registration;
pub(crate) mod requested;
mod rights;
mod row;
mod rows;
mod scroll;
mod secret_fields;
mod selected;
mod selection;
#[cfg(feature = "ssr")]
mod shortcuts;
mod sight;
mod sign_out;
mod signals;
mod sort_html;
mod state;
mod table;
mod toolbar;
mod toolbar_html;
mod undo;
mod window;
