//! Spans of time in words, on the server and in the browser alike.

#[cfg(any(feature = "ssr", feature = "hydrate"))]
use chrono::{DateTime, Utc};

/// A span of time in its two largest units: `2 h 5 min`. Never negative.
pub(crate) fn span(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    if days > 0 {
        if hours > 0 && days < 7 {
            format!("{days} d {hours} h")
        } else {
            format!("{days} d")
        }
    } else if hours > 0 {
        if minutes > 0 {
            format!("{hours} h {minutes} min")
        } else {
            format!("{hours} h")
        }
    } else if minutes > 0 {
        if minutes < 5 && seconds % 60 > 0 {
            format!("{minutes} min {} s", seconds % 60)
        } else {
            format!("{minutes} min")
        }
    } else {
        format!("{seconds} s")
    }
}

/// The time of a day with seconds, for logs: `12:30:05`.
#[cfg(any(feature = "ssr", feature = "hydrate"))]
pub(crate) fn clock(at: DateTime<Utc>) -> String {
    at.format("%H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_time() {
        assert_eq!(span(-3), "0 s");
        assert_eq!(span(59), "59 s");
        assert_eq!(span(125), "2 min 5 s");
        assert_eq!(span(8 * 3600), "8 h");
        assert_eq!(span(7 * 3600 + 59 * 60 + 59), "7 h 59 min");
        assert_eq!(span(90_000), "1 d 1 h");
        assert_eq!(span(30 * 86_400), "30 d");
    }
}
