//! How long something still lives, by the server's time.

use leptos::prelude::*;

use crate::span;

/// Less than this, in seconds, and the reader is warned.
const SOON: i64 = 3600;

/// Seconds from one moment in milliseconds to another.
const fn left(until: i64, now: i64) -> i64 {
    (until - now).div_euclid(1000)
}

/// What a countdown shows.
fn text(seconds: i64) -> String {
    if seconds <= 0 {
        "expired".to_owned()
    } else {
        format!("{} left", span::span(seconds))
    }
}

/// Counts down to a moment. Both times are the server's, in milliseconds since 1970; the browser's
/// clock only measures what passes from here on.
#[island]
pub fn Countdown(
    /// When it ends.
    until: i64,
    /// When the page was made.
    now: i64,
) -> impl IntoView {
    let seconds = RwSignal::new(left(until, now));
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        let began = js_sys::Date::now();
        // Half a second is precise enough, and never skips one.
        let ticking = set_interval_with_handle(
            move || {
                #[allow(clippy::cast_possible_truncation)]
                let passed = (js_sys::Date::now() - began) as i64;
                let next = left(until, now + passed);
                if seconds.get_untracked() != next {
                    seconds.set(next);
                }
            },
            std::time::Duration::from_millis(500),
        );
        on_cleanup(move || {
            if let Ok(handle) = ticking {
                handle.clear();
            }
        });
    });
    let class = move || {
        if seconds.get() < SOON {
            "countdown countdown-soon"
        } else {
            "countdown"
        }
    };
    view! {
        <span class=class role="timer">
            {move || text(seconds.get())}
        </span>
    }
}
