//! Canonical bytes: what hashes are made of. Keys sorted, no white space, no floats, so that two
//! machines, and the browser, make the same hash of the same data.

use data_encoding::HEXLOWER;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Why something has no canonical bytes: a mistake in our own types, never in a person's input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no canonical form: {0}")]
pub struct NoCanonicalForm(String);

/// The canonical text of a value.
pub fn canonical<T: Serialize>(value: &T) -> Result<String, NoCanonicalForm> {
    let value = serde_json::to_value(value).map_err(|error| NoCanonicalForm(error.to_string()))?;
    let mut text = String::new();
    write(&value, &mut text)?;
    Ok(text)
}

/// SHA-256 of the canonical text, in hexadecimal.
pub fn hash<T: Serialize>(value: &T) -> Result<String, NoCanonicalForm> {
    let digest = Sha256::digest(canonical(value)?.as_bytes());
    Ok(HEXLOWER.encode(&digest))
}

fn write(value: &Value, into: &mut String) -> Result<(), NoCanonicalForm> {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => into.push_str(&value.to_string()),
        Value::Number(number) if number.is_f64() => {
            return Err(NoCanonicalForm(format!("{number} is a float")));
        }
        Value::Number(number) => into.push_str(&number.to_string()),
        Value::Array(items) => {
            into.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                write(item, into)?;
            }
            into.push(']');
        }
        Value::Object(map) => {
            // Sorted here, because serde_json's own order depends on a feature of its build.
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            into.push('{');
            for (index, (key, item)) in entries.into_iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                into.push_str(&Value::String(key.clone()).to_string());
                into.push(':');
                write(item, into)?;
            }
            into.push('}');
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_and_floats_refused() {
        let text = canonical(&json!({"b": [1, true, null], "a": {"d": "x\"", "c": 2}})).unwrap();
        assert_eq!(text, r#"{"a":{"c":2,"d":"x\""},"b":[1,true,null]}"#);
        assert!(canonical(&json!(0.5)).is_err());
    }

    #[test]
    fn the_hash_is_the_known_one() {
        // printf '{"a":1}' | sha256sum
        assert_eq!(
            hash(&json!({"a": 1})).unwrap(),
            "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
        );
    }
}
