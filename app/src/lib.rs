//! The pages, compiled twice: with `ssr` into the server, whole, and with `hydrate` for the
//! browser, the islands alone.
//!
//! Pages are complete HTML; islands make them livelier. What an island draws again (see
//! `components::what_if`) is drawn by the same functions in both halves. Nothing here may reach for the server's
//! own crates or change anything: what a page needs of the server it reads through
//! [`backend::Backend`], and whatever changes something is a form that the server answers.
#![recursion_limit = "512"]

#[cfg(feature = "ssr")]
mod app;
#[cfg(feature = "ssr")]
pub mod backend;
// What islands draw again is drawn by the server's own functions; the browser's half uses few of them.
#[cfg(any(feature = "ssr", feature = "hydrate"))]
#[cfg_attr(not(feature = "ssr"), allow(dead_code))]
mod components;
#[cfg(feature = "ssr")]
mod context;
#[cfg(any(feature = "ssr", feature = "hydrate"))]
pub mod data;
#[cfg(any(feature = "ssr", feature = "hydrate"))]
#[cfg_attr(not(feature = "ssr"), allow(dead_code))]
mod fmt;
pub mod islands;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
pub mod policy;
#[cfg(any(feature = "ssr", feature = "hydrate"))]
mod progress;
#[cfg(any(feature = "ssr", feature = "hydrate"))]
pub mod routes;
mod span;
#[cfg(any(feature = "ssr", feature = "hydrate"))]
mod viewer;

#[cfg(feature = "ssr")]
pub use app::{App, compare_page, edit_page, refusal_page, shell};
#[cfg(feature = "ssr")]
pub use pages::error::Refusal;

/// Where the browser begins. `window.__hydrated` becomes true once every island is alive; browser
/// tests wait for that.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    use leptos::prelude::{set_timeout, window};

    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
    // The islands themselves follow in microtasks after this returns: a timer comes after them.
    set_timeout(
        || {
            // Fails only on a frozen window, where no test runs.
            let _frozen = js_sys::Reflect::set(&window(), &"__hydrated".into(), &true.into());
        },
        std::time::Duration::ZERO,
    );
}
