//! The portal: pages rendered on the server, and the few parts of them that are alive in the browser.
//!
//! # What this room is for
//!
//! A page ([`pages`]) asks a use-case of `purser-service` and renders [`components`]. It never runs
//! in the browser, so it may use any crate. What must move by itself, or help with typing,
//! is an island ([`islands`]); islands are the only code that reaches the browser. Forms are plain
//! form posts to server functions ([`api`]), and links are plain links: everything works without
//! JavaScript and gets better with it.
//!
//! # Invariants
//!
//! - A page that refuses a form shows what had been typed (see [`context`]).
//! - State that a colleague could want (search, cursor, open pane) is in the URL.
//! - A form names its server function as a type ([`components::PostForm`]), never its address as a text.
//! - What a stranger types is not stored ([`context::post`]).
//! - No inline style and no inline script without a nonce: the Content-Security-Policy refuses them.
//!
//! # To add a page
//!
//! 1. its data: a view in `purser-contract` and a use-case in `purser-service`;
//! 2. what its forms post in `api/<area>.rs`;
//! 3. the page in `pages/<area>.rs`, its route in `routes.rs`, and its row in `components/menu.rs`.

// A view's type nests as deep as its elements do, and so do the compiler's queries about it.
#![recursion_limit = "512"]
#![expect(
    unreachable_pub,
    reason = "the component macro leaves the plain function beside the component, as public as it"
)]

pub mod api;
pub mod islands;
pub mod shared;

#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod context;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod routes;
#[cfg(feature = "ssr")]
mod theme;

#[cfg(feature = "ssr")]
pub use routes::{App, shell};
