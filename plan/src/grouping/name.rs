//! What a server's name tells: `app3`, `web-01`, `db01.example.org`, `prod-web-1`.

use model::name::{EnvironmentName, GroupName};

/// What a name tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameParts {
    /// The environment: `prod-web-1` is of production.
    pub environment: Option<EnvironmentName>,
    /// The group.
    pub group: GroupName,
    /// The number in the group.
    pub ordinal: Option<u32>,
}

/// The words by which names tell an environment, and what it is called then.
const ENVIRONMENTS: [(&str, &str); 24] = [
    ("prod", "production"),
    ("prd", "production"),
    ("production", "production"),
    ("live", "production"),
    ("stage", "staging"),
    ("staging", "staging"),
    ("stg", "staging"),
    ("preprod", "preproduction"),
    ("preproduction", "preproduction"),
    ("test", "test"),
    ("testing", "test"),
    ("tst", "test"),
    ("qa", "qa"),
    ("uat", "uat"),
    ("int", "integration"),
    ("integration", "integration"),
    ("dev", "development"),
    ("devel", "development"),
    ("develop", "development"),
    ("development", "development"),
    ("demo", "demo"),
    ("sandbox", "sandbox"),
    ("dr", "secondary"),
    ("secondary", "secondary"),
];

/// A longer number is a date or a serial number.
const LONGEST_ORDINAL: usize = 5;
/// From this length on a word of digits and the letters a to f is chance.
const SHORTEST_CHANCE: usize = 8;

/// The environment that a word stands for.
pub(super) fn environment(word: &str) -> Option<EnvironmentName> {
    let (_, name) = ENVIRONMENTS.iter().find(|(known, _)| *known == word)?;
    EnvironmentName::new(name).ok()
}

/// A text as a name of a group: in lower case, whatever doesn't belong there as a dash.
pub(super) fn slug(text: &str) -> Option<GroupName> {
    let words = words(&text.to_lowercase());
    GroupName::new(&words.join("-")).ok()
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit()))
        .filter(|word| !word.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a word is a piece of an id that a machine made up.
fn is_chance(word: &str) -> bool {
    word.len() >= SHORTEST_CHANCE
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_digit())
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// The lengths of a UUID's words.
const UUID: [usize; 5] = [8, 4, 4, 4, 12];

/// Whether the last words are a UUID.
fn ends_in_uuid(words: &[String]) -> bool {
    let Some(last) = words.len().checked_sub(UUID.len()) else {
        return false;
    };
    let is_part = |word: &String, length: usize| {
        word.len() == length && word.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let mut parts = words[last..].iter().zip(UUID);
    parts.all(|(word, length)| is_part(word, length))
}

/// Whether the words are an address, with or without a word before: `ip-10-0-0-5`.
fn is_address(words: &[String]) -> bool {
    let four = match words {
        [a, b, c, d] | [_, a, b, c, d] => [a, b, c, d],
        _ => return false,
    };
    four.into_iter()
        .all(|word| is_number(word) && word.parse::<u8>().is_ok())
}

/// The number at the end of the words, taken away from them: a word of its own, or the end of one.
fn take_ordinal(words: &mut Vec<String>) -> Option<u32> {
    let last = words.last()?;
    let digits = last.len() - last.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    if digits == 0 || digits > LONGEST_ORDINAL {
        return None;
    }
    let (rest, number) = last.split_at(last.len() - digits);
    let number = number.parse().ok()?;
    if rest.is_empty() && words.len() == 1 {
        // Nothing but a number.
        return None;
    }
    let rest = rest.to_owned();
    words.pop();
    if !rest.is_empty() {
        words.push(rest);
    }
    Some(number)
}

/// The environment that the first or the last word stands for, taken away from them.
fn take_environment(words: &mut Vec<String>) -> Option<EnvironmentName> {
    // Where nothing else names it, the word is the group's: `uat-001`.
    if words.iter().filter(|word| !is_number(word)).count() < 2 {
        return None;
    }
    if let Some(found) = words.first().and_then(|word| environment(word)) {
        words.remove(0);
        return Some(found);
    }
    let found = words.last().and_then(|word| environment(word))?;
    words.pop();
    Some(found)
}

/// Reads a server's name; none where it is an address, a number, or made up by a machine.
pub fn read_name(name: &str) -> Option<NameParts> {
    let name = name.trim().to_lowercase();
    // A domain has letters in it; `node1.2` has none.
    let (host, domain) = match name.split_once('.') {
        Some((host, domain))
            if !host.is_empty() && domain.bytes().any(|byte| byte.is_ascii_alphabetic()) =>
        {
            (host, domain)
        }
        _ => (name.as_str(), ""),
    };
    let mut words = words(host);
    if is_address(&words) {
        return None;
    }
    if ends_in_uuid(&words) {
        words.truncate(words.len() - UUID.len());
    }
    while words.last().is_some_and(|word| is_chance(word)) {
        words.pop();
    }
    let mut found = take_environment(&mut words);
    let ordinal = take_ordinal(&mut words);
    found = found.or_else(|| take_environment(&mut words));
    if words.iter().all(|word| is_number(word)) {
        return None;
    }
    Some(NameParts {
        environment: found.or_else(|| domain.split('.').find_map(environment)),
        group: GroupName::new(&words.join("-")).ok()?,
        ordinal,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(name: &str) -> Option<(Option<String>, String, Option<u32>)> {
        read_name(name).map(|parts| {
            (
                parts.environment.map(|name| name.to_string()),
                parts.group.to_string(),
                parts.ordinal,
            )
        })
    }

    #[test]
    fn names_as_people_give_them() {
        let of = |environment: Option<&str>, group: &str, ordinal| {
            Some((environment.map(str::to_owned), group.to_owned(), ordinal))
        };
        for (name, expected) in [
            ("app3", of(None, "app", Some(3))),
            ("web-01", of(None, "web", Some(1))),
            ("uat-001", of(None, "uat", Some(1))),
            ("db01.example.org", of(None, "db", Some(1))),
            (
                "db01.staging.example.org",
                of(Some("staging"), "db", Some(1)),
            ),
            ("prod-web-1", of(Some("production"), "web", Some(1))),
            ("web-prod-1", of(Some("production"), "web", Some(1))),
            ("web-1-prod", of(Some("production"), "web", Some(1))),
            ("prod1", of(None, "prod", Some(1))),
            ("monitor", of(None, "monitor", None)),
            ("Web Server 2", of(None, "web-server", Some(2))),
            ("app_front_12", of(None, "app-front", Some(12))),
            ("worker-5f3c9a1b", of(None, "worker", None)),
            ("backup20240115", of(None, "backup20240115", None)),
            ("k8s-node-0", of(None, "k8s-node", Some(0))),
            ("node1.2", of(None, "node1", Some(2))),
            ("ip-10-0-0-5", None),
            ("10.0.0.5", None),
            ("42", None),
            ("5f3c9a1b-77aa-4b1c-9d10-0123456789ab", None),
            ("", None),
            ("---", None),
        ] {
            assert_eq!(read(name), expected, "{name}");
        }
    }
}
