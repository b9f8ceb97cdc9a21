//! Takes secrets out of what is recorded: by the name of a field, by the look of a text, and by
//! value where a secret is known. It errs on the side of removing: a recording that lacks a harmless
//! field is still of use, one that holds a password must never be.

use serde_json::{Map, Value};

use super::super::transport::{Answer, Call, Lost};

/// What stands where a secret was.
pub const REMOVED: &str = "(removed)";

/// Names that hold one of these, written without anything but letters, are of secrets.
const PARTS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "adminpass",
    "secret",
    "token",
    "privatekey",
    "userdata",
    "apikey",
    "accesskey",
    "authkey",
    "encryptionkey",
    "sshkey",
    "credential",
    "authorization",
    "cookie",
];

/// Names of which one word is one of these are of secrets too.
const WORDS: &[&str] = &["pass", "pwd", "pw", "pin", "psk", "auth"];

/// Fields whose content anybody may have filled with anything: injected files, a machine's console.
const ANYTHING: &[&str] = &["personality", "injected_files", "output"];

/// Known secrets shorter than this are not looked for: they would be found in every other word.
const SHORTEST: usize = 5;

/// Takes secrets out.
#[derive(Clone, Default)]
pub struct Redactor {
    known: Vec<String>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redactor({} known secrets)", self.known.len())
    }
}

impl Redactor {
    /// One that also knows some secrets by value.
    pub fn knowing(secrets: impl IntoIterator<Item = String>) -> Self {
        Self {
            known: secrets
                .into_iter()
                .filter(|secret| secret.len() >= SHORTEST && !REMOVED.contains(secret.as_str()))
                .collect(),
        }
    }

    /// A request without secrets.
    pub fn call(&self, call: &Call) -> Call {
        let Call {
            method,
            service,
            path,
            query,
            body,
            version,
        } = call;
        Call {
            method: *method,
            service: *service,
            path: self.text(path),
            query: query
                .iter()
                .map(|(name, value)| {
                    let value = if is_secret(name) {
                        REMOVED.to_owned()
                    } else {
                        self.text(value)
                    };
                    (name.clone(), value)
                })
                .collect(),
            body: body.clone().map(|body| self.value(body)),
            version: *version,
        }
    }

    /// An answer without secrets.
    pub fn answer(&self, answer: &Answer) -> Answer {
        Answer {
            body: self.value(answer.body.clone()),
            ..answer.clone()
        }
    }

    /// A reason without secrets.
    pub fn lost(&self, lost: &Lost) -> Lost {
        match lost {
            Lost::NotSent(words) => Lost::NotSent(self.text(words)),
            Lost::NoAnswer(words) => Lost::NoAnswer(self.text(words)),
            Lost::NotLetIn(words) => Lost::NotLetIn(self.text(words)),
            Lost::NotOffered(words) => Lost::NotOffered(self.text(words)),
        }
    }

    /// A value without secrets, however deep they are. Doing it twice is the same as once.
    pub fn value(&self, value: Value) -> Value {
        match value {
            Value::Object(fields) => Value::Object(self.fields(fields)),
            Value::Array(items) => items.into_iter().map(|item| self.value(item)).collect(),
            Value::String(text) => Value::String(self.text(&text)),
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
        }
    }

    fn fields(&self, fields: Map<String, Value>) -> Map<String, Value> {
        // `{"key": "db_password", "value": "…"}` names a secret beside it.
        let beside = ["key", "name"].iter().any(|name| {
            fields
                .get(*name)
                .and_then(Value::as_str)
                .is_some_and(is_secret)
        });
        fields
            .into_iter()
            .map(|(name, value)| {
                let secret = is_secret(&name)
                    || ANYTHING.contains(&name.as_str())
                    || (beside && name == "value");
                let value = match value {
                    Value::Null | Value::Bool(_) => value,
                    _ if secret => Value::String(REMOVED.into()),
                    value => self.value(value),
                };
                (self.text(&name), value)
            })
            .collect()
    }

    /// A text without secrets: known ones, JSON within it, private keys, tokens, `password=…`, and
    /// what stands before the `@` of an address.
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.known {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), REMOVED);
            }
        }
        if text.trim_start().starts_with(['{', '['])
            && let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(&text)
        {
            return self.value(value).to_string();
        }
        let text = without_keys(&text);
        let text = without_userinfo(&text);
        let text = without_assignments(&text);
        without_tokens(&text)
    }
}

/// Whether a field, a parameter or a variable of this name holds a secret.
fn is_secret(name: &str) -> bool {
    let letters: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    PARTS.iter().any(|part| letters.contains(part))
        || name
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| WORDS.contains(&word.to_ascii_lowercase().as_str()))
}

/// PEM blocks of private keys, to their end or the text's.
fn without_keys(text: &str) -> String {
    const END: &str = "PRIVATE KEY-----";
    let mut out = String::new();
    let mut rest = text;
    while let Some(begin) = rest.find("-----BEGIN ") {
        let (before, block) = rest.split_at(begin);
        let header = block["-----BEGIN ".len()..]
            .find("-----")
            .map_or(block.len(), |at| at + "-----BEGIN ".len() + "-----".len());
        if !block[..header].ends_with(END) {
            out.push_str(before);
            out.push_str(&block[..header]);
            rest = &block[header..];
            continue;
        }
        out.push_str(before);
        out.push_str(REMOVED);
        rest = block[header..]
            .find(END)
            .map_or("", |at| &block[header + at + END.len()..]);
    }
    out.push_str(rest);
    out
}

/// `https://me:secret@host` becomes `https://(removed)@host`.
fn without_userinfo(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let authority = after
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\''))
            .unwrap_or(after.len());
        rest = match after[..authority].rfind('@') {
            Some(end) => {
                out.push_str(REMOVED);
                &after[end..]
            }
            None => after,
        };
    }
    out.push_str(rest);
    out
}

fn ends_value(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '&' | ',' | ';' | '}' | ']' | '<')
}

/// `password=…`, `"token": "…"`, `X-Auth-Token: …`, `Authorization: Bearer …`.
fn without_assignments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['=', ':']) {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        rest = after;
        let name = before[..at].trim_end_matches(['"', '\'', ' ', '\\']);
        let begin = name
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
            .map_or(0, |at| {
                at + name[at..].chars().next().map_or(1, char::len_utf8)
            });
        if !is_secret(&name[begin..]) {
            continue;
        }
        let value = rest.trim_start_matches([' ', '"', '\'', '\\', 'b', 'u']);
        let value = if rest.trim_start().starts_with(['"', '\'', '\\']) {
            value
        } else {
            rest.trim_start_matches(' ')
        };
        out.push_str(&rest[..rest.len() - value.len()]);
        rest = value;
        let quoted = out.ends_with(['"', '\'']);
        let end = if quoted {
            let quote = out.chars().next_back().unwrap_or('"');
            rest.find([quote, '\\', '\n']).unwrap_or(rest.len())
        } else {
            let mut end = rest.find(ends_value).unwrap_or(rest.len());
            if ["bearer", "basic", "negotiate"].contains(&rest[..end].to_lowercase().as_str()) {
                let next = rest[end..].trim_start();
                let begin = rest.len() - next.len();
                end = begin + next.find(ends_value).unwrap_or(next.len());
            }
            end
        };
        if end > 0 {
            out.push_str(REMOVED);
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
    out
}

/// Fernet and JSON web tokens, known by their look wherever they stand.
fn without_tokens(text: &str) -> String {
    let of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '=');
    let is_token = |word: &str| {
        word.len() >= 32
            && (word.starts_with("gAAAA") || (word.starts_with("eyJ") && word.contains('.')))
    };
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(|c| !of_token(c)).unwrap_or(rest.len());
        if is_token(&rest[..word]) {
            out.push_str(REMOVED);
        } else {
            out.push_str(&rest[..word]);
        }
        rest = &rest[word..];
        let gap = rest.find(of_token).unwrap_or(rest.len());
        out.push_str(&rest[..gap]);
        rest = &rest[gap..];
    }
    out
}

#[cfg(test)]
#[path = "redact_tests.rs"]
mod tests;
