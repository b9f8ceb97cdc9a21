//! A part of a page that changes by itself: it is asked for again and again until the server no
//! longer draws it, and then the page is loaded anew. Without scripts the page asks for itself.

use leptos::prelude::*;

/// Keeps the part `#live` up to date.
#[island]
pub fn LivePart() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    Effect::new(hydrate::start);
    view! { <span hidden=true></span> }
}

#[cfg(feature = "hydrate")]
mod hydrate {
    use std::time::Duration;

    use leptos::prelude::{set_timeout, window};
    use leptos::task::spawn_local;
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{DomParser, Response, SupportedType};

    use crate::islands::dom;

    /// Between two looks.
    const AGAIN: Duration = Duration::from_secs(1);

    pub(super) fn start() {
        set_timeout(
            || {
                spawn_local(async {
                    match look().await {
                        // Still there, or the server can't be asked just now.
                        Ok(true) | Err(_) => start(),
                        // Over, or something else than expected: the page itself says it best.
                        Ok(false) => {
                            let _loading = window().location().reload();
                        }
                    }
                });
            },
            AGAIN,
        );
    }

    /// Whether the part is still there.
    async fn look() -> Result<bool, JsValue> {
        let address = window().location().href()?;
        let answer: Response = JsFuture::from(window().fetch_with_str(&address))
            .await?
            .dyn_into()?;
        if !answer.ok() || answer.redirected() {
            return Ok(false);
        }
        let text = JsFuture::from(answer.text()?).await?;
        let text = text.as_string().unwrap_or_default();
        let page = DomParser::new()?.parse_from_string(&text, SupportedType::TextHtml)?;
        match (page.query_selector("#live")?, dom::find("#live")) {
            (Some(new), Some(old)) => {
                if new.inner_html() != old.inner_html() {
                    old.set_inner_html(&new.inner_html());
                }
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}
