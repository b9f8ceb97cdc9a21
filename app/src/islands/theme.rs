//! Light, dark, or as the system has it. The choice is a cookie, so that the server draws the next
//! page right from its first byte.

use leptos::prelude::*;

/// The cookie's name.
#[cfg(any(feature = "ssr", feature = "hydrate"))]
pub(crate) const COOKIE: &str = "theme";

/// What can be chosen: the value of the cookie and of `data-theme`, the word, the glyph.
const CHOICES: [(&str, &str, &str); 3] = [
    ("system", "As the system", "◐"),
    ("light", "Light", "○"),
    ("dark", "Dark", "●"),
];

/// The theme that a request's cookies ask for; none: as the system has it.
#[cfg(feature = "ssr")]
pub(crate) fn chosen() -> Option<&'static str> {
    let parts = use_context::<http::request::Parts>()?;
    let cookies = parts.headers.get(http::header::COOKIE)?.to_str().ok()?;
    cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .and_then(|(_, value)| match value {
            "light" => Some("light"),
            "dark" => Some("dark"),
            _ => None,
        })
}

/// One button that goes through the three themes.
#[island]
pub fn ThemeSwitch() -> impl IntoView {
    let index = RwSignal::new(0_usize);
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        let theme = document()
            .document_element()
            .and_then(|root| root.get_attribute("data-theme"))
            .unwrap_or_default();
        if let Some(found) = CHOICES.iter().position(|(value, _, _)| *value == theme) {
            index.set(found);
        }
    });
    let next = move |_| {
        let new = (index.get_untracked() + 1) % CHOICES.len();
        index.set(new);
        #[cfg(feature = "hydrate")]
        hydrate::apply(CHOICES[new].0);
    };
    let label = move || format!("Colours: {}", CHOICES[index.get()].1);
    view! {
        <button type="button" class="quiet theme needs-script" on:click=next title=label>
            <span aria-hidden="true">{move || CHOICES[index.get()].2}</span>
            <span class="visually-hidden">{label}</span>
        </button>
    }
}

#[cfg(feature = "hydrate")]
mod hydrate {
    use leptos::prelude::document;
    use wasm_bindgen::JsCast;

    use super::COOKIE;

    /// A year, in seconds.
    const KEPT: u32 = 31_536_000;

    pub(super) fn apply(theme: &str) {
        let document = document();
        if let Some(root) = document.document_element() {
            let _same = root.set_attribute("data-theme", theme);
        }
        if let Some(document) = document.dyn_ref::<web_sys::HtmlDocument>() {
            let cookie = format!("{COOKIE}={theme}; Path=/; Max-Age={KEPT}; SameSite=Lax");
            // Where cookies are off, the choice lasts as long as the page.
            let _kept = document.set_cookie(&cookie);
        }
    }
}
