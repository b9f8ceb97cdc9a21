//! Canonical bytes: what hashes are made of. Keys sorted, no white space, no floats, so that two
//! machines, and the browser, make the same hash of the same data.
//!
//! The text is serde_json's own, of which the entries of each object are put in order afterwards: a plan
//! of 100,000 steps is 40 MB of it, and building a tree of values first takes ten times as long.

use std::borrow::Cow;

use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Why something has no canonical bytes: a mistake in our own types, never in a person's input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no canonical form: {0}")]
pub struct NoCanonicalForm(String);

/// The canonical text of a value.
pub fn canonical<T: Serialize>(value: &T) -> Result<String, NoCanonicalForm> {
    let text = serde_json::to_string(value).map_err(|error| NoCanonicalForm(error.to_string()))?;
    let mut sorting = Sorting::new(&text);
    sorting.value()?;
    Ok(sorting.sorted)
}

/// SHA-256 of the canonical text, in hexadecimal.
pub fn hash<T: Serialize>(value: &T) -> Result<String, NoCanonicalForm> {
    let digest = Sha256::digest(canonical(value)?.as_bytes());
    Ok(HEXLOWER.encode(&digest))
}

/// One entry of an object: its key, and where it stands in what is sorted.
struct Entry<'t> {
    key: Cow<'t, str>,
    begin: usize,
    end: usize,
}

/// A pass over a compact JSON text that copies it with each object's entries in order.
struct Sorting<'t> {
    text: &'t str,
    at: usize,
    sorted: String,
    /// Those of all objects that are open, the innermost one's last.
    entries: Vec<Entry<'t>>,
    /// An object's entries as they came, while they are put in order.
    came: String,
}

impl<'t> Sorting<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            sorted: String::with_capacity(text.len()),
            entries: Vec::new(),
            came: String::new(),
        }
    }

    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes so many bytes over as they are.
    fn copy(&mut self, length: usize) -> Result<&'t str, NoCanonicalForm> {
        let end = self.at + length;
        let copied = self.text.get(self.at..end).ok_or_else(cut)?;
        self.sorted.push_str(copied);
        self.at = end;
        Ok(copied)
    }

    fn value(&mut self) -> Result<(), NoCanonicalForm> {
        match self.next() {
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'"') => self.string().map(|_| ()),
            Some(_) => self.word(),
            None => Err(cut()),
        }
    }

    /// A number, true, false or null: as far as something else begins.
    fn word(&mut self) -> Result<(), NoCanonicalForm> {
        let rest = self.text.get(self.at..).ok_or_else(cut)?;
        let length = rest.find([',', ']', '}']).unwrap_or(rest.len());
        let word = self.copy(length)?;
        let digits = word.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        if digits && word.contains(['.', 'e', 'E']) {
            return Err(NoCanonicalForm(format!("{word} is a float")));
        }
        Ok(())
    }

    /// A string with its quotes, as written.
    fn string(&mut self) -> Result<&'t str, NoCanonicalForm> {
        let bytes = self.text.as_bytes().get(self.at..).ok_or_else(cut)?;
        let mut length = 1;
        loop {
            match bytes.get(length) {
                Some(b'"') => return self.copy(length + 1),
                Some(b'\\') => length += 2,
                Some(_) => length += 1,
                None => return Err(cut()),
            }
        }
    }

    /// A string, as the text that it stands for.
    fn key(&mut self) -> Result<Cow<'t, str>, NoCanonicalForm> {
        let written = self.string()?;
        if written.contains('\\') {
            let text: String = serde_json::from_str(written)
                .map_err(|error| NoCanonicalForm(error.to_string()))?;
            return Ok(Cow::Owned(text));
        }
        let bare = written.get(1..written.len() - 1).ok_or_else(cut)?;
        Ok(Cow::Borrowed(bare))
    }

    fn array(&mut self) -> Result<(), NoCanonicalForm> {
        self.copy(1)?;
        while self.next() != Some(b']') {
            self.value()?;
            if self.next() == Some(b',') {
                self.copy(1)?;
            }
        }
        self.copy(1)?;
        Ok(())
    }

    fn object(&mut self) -> Result<(), NoCanonicalForm> {
        self.copy(1)?;
        let (first, from) = (self.entries.len(), self.sorted.len());
        while self.next() != Some(b'}') {
            let begin = self.sorted.len();
            let key = self.key()?;
            self.copy(1)?;
            self.value()?;
            let end = self.sorted.len();
            self.entries.push(Entry { key, begin, end });
            if self.next() == Some(b',') {
                self.copy(1)?;
            }
        }
        self.put_in_order(first, from)?;
        self.entries.truncate(first);
        self.copy(1)?;
        Ok(())
    }

    /// Puts the entries of the innermost object in order, which stand in `sorted` from `from` on.
    fn put_in_order(&mut self, first: usize, from: usize) -> Result<(), NoCanonicalForm> {
        let entries = self.entries.get_mut(first..).unwrap_or_default();
        if entries.is_sorted_by(|a, b| a.key < b.key) {
            return Ok(());
        }
        entries.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        self.came.clear();
        self.came.push_str(self.sorted.get(from..).ok_or_else(cut)?);
        self.sorted.truncate(from);
        for (index, entry) in entries.iter().enumerate() {
            if index > 0 {
                self.sorted.push(',');
            }
            let entry = entry.begin - from..entry.end - from;
            self.sorted.push_str(self.came.get(entry).ok_or_else(cut)?);
        }
        Ok(())
    }
}

/// serde_json wrote half a value.
fn cut() -> NoCanonicalForm {
    NoCanonicalForm("its JSON ends too early".into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn keys_are_sorted_and_floats_refused() {
        let text = canonical(&json!({"b": [1, true, null], "a": {"d": "x\"", "c": 2}})).unwrap();
        assert_eq!(text, r#"{"a":{"c":2,"d":"x\""},"b":[1,true,null]}"#);
        assert!(canonical(&json!(0.5)).is_err());
        assert!(canonical(&json!([1e300])).is_err());
    }

    #[test]
    fn fields_are_sorted_whatever_order_they_are_declared_in() {
        #[derive(Serialize)]
        struct Fields {
            zebra: u8,
            app: &'static str,
            #[serde(rename = "app-2")]
            second: Option<u8>,
            empty: [u8; 0],
        }
        let fields = Fields {
            zebra: 1,
            app: "{\"zebra\":[",
            second: None,
            empty: [],
        };
        assert_eq!(
            canonical(&fields).unwrap(),
            r#"{"app":"{\"zebra\":[","app-2":null,"empty":[],"zebra":1}"#
        );
    }

    #[test]
    fn the_hash_is_the_known_one() {
        // printf '{"a":1}' | sha256sum
        assert_eq!(
            hash(&json!({"a": 1})).unwrap(),
            "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
        );
    }

    /// The canonical text by way of a tree: what all hashes were made of that are stored.
    fn by_tree(value: &Value) -> String {
        match value {
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(by_tree).collect();
                format!("[{}]", items.join(","))
            }
            Value::Object(map) => {
                let mut entries: Vec<_> = map.iter().collect();
                entries.sort_unstable_by_key(|(key, _)| *key);
                let entries = entries
                    .into_iter()
                    .map(|(key, item)| format!("{}:{}", Value::from(key.as_str()), by_tree(item)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
            }
            other => other.to_string(),
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[\"\\\\{},:\\[\\] a]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            let key = prop_oneof![any::<String>(), "[\"\\\\a-c!\\n]{0,3}"];
            prop_oneof![
                vec(inner.clone(), 0..6).prop_map(Value::from),
                btree_map(key, inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// A value whose objects are written from the last key to the first.
    struct Backwards<'v>(&'v Value);

    impl Serialize for Backwards<'_> {
        fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            match self.0 {
                Value::Array(items) => to.collect_seq(items.iter().map(Backwards)),
                Value::Object(map) => {
                    to.collect_map(map.iter().rev().map(|(key, item)| (key, Backwards(item))))
                }
                other => other.serialize(to),
            }
        }
    }

    proptest! {
        #[test]
        fn the_text_is_the_same_whatever_order_it_is_written_in(value in any_value()) {
            let expected = by_tree(&value);
            prop_assert_eq!(canonical(&value).unwrap(), expected.clone());
            prop_assert_eq!(canonical(&Backwards(&value)).unwrap(), expected);
        }
    }
}
