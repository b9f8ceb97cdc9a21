//! Who looks at what is drawn, in both halves: the server provides it for each request, the browser
//! for what an island draws again.

use chrono::DateTime;
use leptos::prelude::use_context;

use crate::data::Viewer;

/// Who looks, and the server's time.
pub(crate) fn viewer() -> Viewer {
    use_context::<Viewer>().unwrap_or_else(|| Viewer {
        name: None,
        form_token: String::new(),
        now: DateTime::UNIX_EPOCH,
    })
}
