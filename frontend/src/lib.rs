//! The browser's half: brings the islands to life, and nothing else.
//!
//! Trunk builds this into `dist/frontend.js` and `dist/frontend_bg.wasm`.

// Linked for its islands alone: the page calls each of them by name.
use purser_app as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the script that the server puts into every page.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
