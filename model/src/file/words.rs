//! Sentences for what serde and the types of other crates say in their own words.

use serde::de::{Expected, Unexpected};

use super::error::shortened;
use super::suggest;

/// What was found, as people call it.
fn found(unexpected: Unexpected) -> String {
    match unexpected {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(n) => format!("the number `{n}`"),
        Unexpected::Signed(n) => format!("the number `{n}`"),
        Unexpected::Float(n) => format!("the number `{n}`"),
        Unexpected::Str(text) => format!("`{}`", shortened(text, 60)),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map => "a map".to_owned(),
        other => other.to_string(),
    }
}

/// What is wanted, as people call it.
fn wanted(expected: &str) -> String {
    match expected {
        "a string" | "a borrowed string" | "string" | "str" => "a text".to_owned(),
        "u8" => format!("a whole number from 0 to {}", u8::MAX),
        "u16" => format!("a whole number from 0 to {}", u16::MAX),
        "u32" => format!("a whole number from 0 to {}", u32::MAX),
        "u64" => "a whole number".to_owned(),
        "a boolean" => "`true` or `false`".to_owned(),
        "a map" => "a map: lines of `name: value`, further in than the name".to_owned(),
        "a sequence" => "a list, as in `[a, b]`".to_owned(),
        "an array of length 3" => "a list of 3 values".to_owned(),
        "IP address" => "an IP address, as in `192.0.2.7`".to_owned(),
        "IPv4 or IPv6 network address" | "IPv4 network address" | "IPv6 network address" => {
            "an address range, as in `10.20.0.0/24`".to_owned()
        }
        other if other.starts_with("struct ") => {
            "a map: lines of `field: value`, further in than the name".to_owned()
        }
        other if other.starts_with("enum ") => "one word".to_owned(),
        other => other.to_owned(),
    }
}

/// Something of the wrong sort or out of range.
pub(super) fn unfit(unexpected: Unexpected, expected: &dyn Expected) -> String {
    let wanted = wanted(&expected.to_string());
    let scalar = matches!(
        unexpected,
        Unexpected::Bool(_)
            | Unexpected::Unsigned(_)
            | Unexpected::Signed(_)
            | Unexpected::Float(_)
    );
    let found = found(unexpected);
    if unexpected == Unexpected::Unit {
        format!("nothing stands here; write {wanted}")
    } else if scalar && wanted == "a text" {
        format!("{found} is not a text; put it in quotes")
    } else {
        format!("{found} does not fit here; write {wanted}")
    }
}

/// A list of the wrong length.
pub(super) fn wrong_length(length: usize, expected: &dyn Expected) -> String {
    let wanted = wanted(&expected.to_string());
    format!("the list has {length} values; write {wanted}")
}

/// A word that is none of those that may stand there.
pub(super) fn unknown_word(word: &str, expected: &'static [&'static str]) -> String {
    format!(
        "unknown word `{}`; {}",
        shortened(word, 60),
        suggest::remedy(word, expected.iter().copied(), "leave it out")
    )
}

/// A field that doesn't exist.
pub(super) fn unknown_field(field: &str, expected: &'static [&'static str]) -> String {
    format!(
        "unknown field `{}`; {}",
        shortened(field, 60),
        suggest::remedy(field, expected.iter().copied(), "leave it out")
    )
}

/// A field that must be there.
pub(super) fn missing_field(field: &str) -> String {
    format!("the field is missing; add `{field}: …`")
}

/// What was said of a value without knowing how it was written, said better; none where it is said
/// well already.
pub(super) fn about(message: &str, text: &str) -> Option<String> {
    let text = shortened(text, 60);
    // A number is shown as it was written: 12.10, not 12.1.
    if let Some(rest) = message.strip_prefix("the number `")
        && let Some((_, rest)) = rest.split_once('`')
    {
        return Some(format!("the number `{text}`{rest}"));
    }
    let example = match message {
        "invalid IP address syntax" => "an IP address; write it as in `192.0.2.7`",
        "input contains invalid characters"
        | "premature end of input"
        | "no possible date and time matching input"
        | "input is not enough for unique date and time"
        | "input is out of range"
        | "trailing input" => "a date; write it as in `2013-08-31`",
        _ => return None,
    };
    Some(format!("`{text}` is not {example}"))
}
