//! The pages, compiled twice: with `ssr` into the server, whole, and with `hydrate` for the
//! browser, the islands alone.
//!
//! Pages are complete HTML; islands make them livelier. Nothing here may reach for the server's
//! own crates or change anything: what a page needs of the server it reads through
//! [`backend::Backend`], and whatever changes something is a form that the server answers.
#![recursion_limit = "512"]

#[cfg(feature = "ssr")]
pub mod backend;
#[cfg(feature = "ssr")]
pub mod data;
#[cfg(feature = "ssr")]
pub mod routes;

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos_meta::{MetaTags, Stylesheet, Title, provide_meta_context};

/// The document around every page.
#[cfg(feature = "ssr")]
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let css = format!("/{}/app.css", options.site_pkg_dir);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <HydrationScripts options islands=true />
                <Stylesheet id="app" href=css />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The whole application.
#[cfg(feature = "ssr")]
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title text="Understudy" />
        <main>
            <h1>"Understudy"</h1>
            <Counter />
        </main>
    }
}

/// A button that counts: it shows that the browser part is alive.
#[island]
pub fn Counter() -> impl IntoView {
    let clicks = RwSignal::new(0_u32);
    view! {
        <button id="count" on:click=move |_| clicks.update(|n| *n += 1)>
            {move || format!("Clicked {} times", clicks.get())}
        </button>
    }
}

/// Where the browser begins. `window.__hydrated` becomes true once every island is alive; browser
/// tests wait for that.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
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
