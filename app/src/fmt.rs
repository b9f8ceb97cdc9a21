//! Numbers, sizes, times and values in words. Pure: the same input reads the same everywhere.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

#[cfg(feature = "ssr")]
pub(crate) use crate::span::clock;
pub(crate) use crate::span::span;

/// A number with its thousands apart: `3,330`.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Memory given in MiB, in GiB where that is a whole number.
pub(crate) fn mib(n: u64) -> String {
    if n.is_multiple_of(1024) {
        format!("{} GiB", number(n / 1024))
    } else {
        format!("{} MiB", number(n))
    }
}

/// Disk space given in GiB.
pub(crate) fn gib(n: u64) -> String {
    format!("{} GiB", number(n))
}

/// One thing or several: `1 step`, `5 steps`.
pub(crate) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// A moment against another: `3 min ago`, `in 2 h`, `just now`.
pub(crate) fn relative(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (now - at).num_seconds();
    match seconds {
        -4..=4 => "just now".to_owned(),
        5.. => format!("{} ago", span(seconds)),
        _ => format!("in {}", span(-seconds)),
    }
}

/// A moment with its zone: `2014-09-01 12:30 UTC`.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// The first characters of a hash, enough to tell two apart.
pub(crate) fn short_hash(hash: &str) -> String {
    hash.chars().take(12).collect()
}

/// A field's name for people: `public_addresses` reads `public addresses`.
pub(crate) fn field_name(name: &str) -> String {
    name.replace('_', " ")
}

/// A value of a comparison for people. None where there is nothing.
pub(crate) fn value(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::Bool(true) => Some("yes".to_owned()),
        Json::Bool(false) => Some("no".to_owned()),
        // Ports and ordinals are names; only what is surely an amount is grouped.
        Json::Number(n) => Some(match n.as_u64() {
            Some(amount) if amount >= 100_000 => number(amount),
            _ => n.to_string(),
        }),
        Json::String(text) => Some(text.clone()),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(self::value).collect();
            (!items.is_empty()).then(|| items.join(", "))
        }
        Json::Object(map) => {
            if let (Some(min), Some(max)) = (map.get("min"), map.get("max"))
                && map
                    .keys()
                    .all(|key| ["min", "planned", "max"].contains(&key.as_str()))
            {
                return Some(match map.get("planned") {
                    Some(planned) => format!("{min}–{max} (planned {planned})"),
                    None => format!("{min}–{max}"),
                });
            }
            if let (1, Some(count)) = (map.len(), map.get("count")) {
                return self::value(count);
            }
            if let (Some(port), Some(protocol)) = (map.get("port"), map.get("protocol")) {
                let protocol = self::value(protocol).unwrap_or_default();
                let from = map.get("from").and_then(self::value);
                return Some(match from {
                    Some(from) => format!("{port}/{protocol} from {from}"),
                    None => format!("{port}/{protocol}"),
                });
            }
            let parts: Vec<String> = map
                .iter()
                .filter_map(|(name, inner)| {
                    self::value(inner).map(|text| format!("{}: {text}", field_name(name)))
                })
                .collect();
            (!parts.is_empty()).then(|| parts.join("; "))
        }
    }
}

/// A word with a capital first letter, for headings.
pub(crate) fn capital(word: &str) -> String {
    // A word with a capital inside, such as vCPUs, is spelled on purpose.
    if word
        .split(' ')
        .next()
        .is_some_and(|first| first.chars().any(char::is_uppercase))
    {
        return word.to_owned();
    }
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + chars.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_and_sizes() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(3330), "3,330");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(mib(111 * 1024), "111 GiB");
        assert_eq!(mib(1536), "1,536 MiB");
    }

    #[test]
    fn capitals_where_they_are_not_yet() {
        assert_eq!(capital("bring up"), "Bring up");
        assert_eq!(capital("vCPUs"), "vCPUs");
        assert_eq!(capital(""), "");
    }

    #[test]
    fn moments_against_another() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(relative(now, now), "just now");
        assert_eq!(relative(now + chrono::Duration::hours(2), now), "in 2 h");
        assert_eq!(relative(now - chrono::Duration::hours(2), now), "2 h ago");
    }

    #[test]
    fn values_read_as_people_write_them() {
        assert_eq!(value(&json!(null)), None);
        assert_eq!(value(&json!([])), None);
        assert_eq!(value(&json!({"min": 2, "max": 4})).as_deref(), Some("2–4"));
        assert_eq!(
            value(&json!({"min": 2, "planned": 3, "max": 4})).as_deref(),
            Some("2–4 (planned 3)")
        );
        assert_eq!(value(&json!(["a", "b"])).as_deref(), Some("a, b"));
        assert_eq!(
            value(&json!({"port": 8080, "protocol": "tcp", "from": ["cdn"]})).as_deref(),
            Some("8080/tcp from cdn")
        );
        assert_eq!(value(&json!({"count": 5})).as_deref(), Some("5"));
        assert_eq!(
            value(&json!({"count": 5, "host_name": "x"})).as_deref(),
            Some("count: 5; host name: x")
        );
    }
}
