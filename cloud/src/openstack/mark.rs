//! Where the mark stands in OpenStack: servers and volumes carry it as metadata, what belongs to
//! Neutron in its description, server groups and keypairs, which have neither, in their name. Always
//! in the create body, never added later.

use std::collections::BTreeMap;

use engine::port::Mark;
use model::key::{Key, ResourceKind};

/// What every metadata key of ours begins with.
const PREFIX: &str = "understudy";

/// The name of a metadata entry of ours: `understudy-role`.
pub(super) fn entry(name: &str) -> String {
    format!("{PREFIX}-{name}")
}

/// The form of a mark in one text, so that a later form can be told apart.
const FORM: &str = "understudy:1:";

/// The mark as one text: `understudy:1:INSTALLATION:ENVIRONMENT:ATTEMPT:KEY`.
pub(super) fn text(mark: &Mark) -> String {
    let Mark {
        installation,
        environment,
        key,
        attempt,
    } = mark;
    format!("{FORM}{installation}:{environment}:{attempt}:{key}")
}

/// Reads a mark from a text; what stands behind it, after a space, is given back too.
pub(super) fn read(text: &str) -> Option<(Mark, &str)> {
    let rest = text.strip_prefix(FORM)?;
    let (mark, behind) = rest.split_once(' ').unwrap_or((rest, ""));
    let mut parts = mark.splitn(4, ':');
    let mark = Mark {
        installation: parts.next()?.parse().ok()?,
        environment: parts.next()?.parse().ok()?,
        attempt: parts.next()?.parse().ok()?,
        key: parts.next()?.parse().ok()?,
    };
    Some((mark, behind))
}

/// What the name of a keypair of ours begins with.
const NAME: &str = "understudy-1-";

/// The mark of a keypair as its name, in which Nova takes letters, digits, `-` and `_` alone:
/// `understudy-1-INSTALLATION-ENVIRONMENT-ATTEMPT-NAME`, the ids without dashes. Our names are in
/// small letters, so that a capital one can stand for their dots.
pub(super) fn name(mark: &Mark) -> String {
    let Mark {
        installation,
        environment,
        key,
        attempt,
    } = mark;
    let (installation, environment) = (installation.uuid().simple(), environment.uuid().simple());
    let name = key.name().replace('.', "D");
    format!("{NAME}{installation}-{environment}-{attempt}-{name}")
}

/// Reads the mark of a keypair from its name.
pub(super) fn of_name(name: &str) -> Option<Mark> {
    let mut parts = name.strip_prefix(NAME)?.splitn(4, '-');
    Some(Mark {
        installation: parts.next()?.parse().ok()?,
        environment: parts.next()?.parse().ok()?,
        attempt: parts.next()?.parse().ok()?,
        key: Key::new(
            ResourceKind::Keypair,
            &parts
                .next()
                .filter(|name| !name.is_empty())?
                .replace('D', "."),
        ),
    })
}

/// The mark as metadata, one entry for each part, so that people can filter by it.
pub(super) fn metadata(mark: &Mark) -> BTreeMap<String, String> {
    let Mark {
        installation,
        environment,
        key,
        attempt,
    } = mark;
    BTreeMap::from([
        (entry("installation"), installation.to_string()),
        (entry("environment"), environment.to_string()),
        (entry("key"), key.to_string()),
        (entry("attempt"), attempt.to_string()),
    ])
}

/// Reads a mark from metadata.
pub(super) fn of_metadata(metadata: &BTreeMap<String, String>) -> Option<Mark> {
    let part = |name: &str| metadata.get(&entry(name));
    Some(Mark {
        installation: part("installation")?.parse().ok()?,
        environment: part("environment")?.parse().ok()?,
        key: part("key")?.parse().ok()?,
        attempt: part("attempt")?.parse().ok()?,
    })
}

/// The longest value that Nova and Cinder keep.
const LONGEST: usize = 255;

/// Puts a list into metadata, over as many entries as it needs: `understudy-profiles-0` and so on.
pub(super) fn put_list<'a>(
    metadata: &mut BTreeMap<String, String>,
    name: &str,
    items: impl Iterator<Item = &'a str>,
) {
    let mut pieces: Vec<String> = Vec::new();
    for item in items {
        match pieces.last_mut() {
            Some(piece) if piece.len() + 1 + item.len() <= LONGEST => {
                piece.push(',');
                piece.push_str(item);
            }
            _ => pieces.push(item.to_owned()),
        }
    }
    for (number, piece) in pieces.into_iter().enumerate() {
        metadata.insert(format!("{PREFIX}-{name}-{number}"), piece);
    }
}

/// Reads a list from metadata.
pub(super) fn list<'a>(
    metadata: &'a BTreeMap<String, String>,
    name: &str,
) -> impl Iterator<Item = &'a str> {
    let prefix = format!("{PREFIX}-{name}-");
    metadata
        .iter()
        .filter(move |(key, _)| key.starts_with(&prefix))
        .flat_map(|(_, piece)| piece.split(','))
        .filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use model::id::{EnvironmentId, InstallationId};
    use uuid::Uuid;

    use super::*;

    fn mark() -> Mark {
        Mark {
            installation: InstallationId::from_uuid(Uuid::from_u128(1)),
            environment: EnvironmentId::from_uuid(Uuid::from_u128(2)),
            key: "volume/storage[1].data".parse().unwrap(),
            attempt: 3,
        }
    }

    #[test]
    fn a_mark_comes_back_from_its_text() {
        let text = text(&mark());
        assert_eq!(read(&text), Some((mark(), "")));
        assert_eq!(
            read(&format!("{text} internal")),
            Some((mark(), "internal"))
        );
        assert_eq!(read("a description of somebody else"), None);
        assert_eq!(read(&text.replace("understudy:1", "understudy:2")), None);
    }

    #[test]
    fn the_mark_of_a_keypair_comes_back_from_its_name() {
        let mark = Mark {
            key: "keypair/ops-2.at_night".parse().unwrap(),
            ..mark()
        };
        let name = name(&mark);
        assert_eq!(of_name(&name), Some(mark));
        let taken = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        assert!(name.chars().all(taken) && name.len() <= LONGEST, "{name}");
        for foreign in [
            "ops",
            "understudy-1-",
            "understudy-1-a-b-1-ops",
            "understudy-2-x",
        ] {
            assert_eq!(of_name(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_mark_comes_back_from_metadata() {
        assert_eq!(of_metadata(&metadata(&mark())), Some(mark()));
        assert_eq!(of_metadata(&BTreeMap::new()), None);
    }

    #[test]
    fn a_long_list_is_kept_in_several_entries() {
        let items: Vec<String> = (0..200).map(|n| format!("profile-{n:03}")).collect();
        let mut metadata = BTreeMap::new();
        put_list(&mut metadata, "profiles", items.iter().map(String::as_str));
        assert!(metadata.values().all(|value| value.len() <= LONGEST));
        let mut back: Vec<&str> = list(&metadata, "profiles").collect();
        back.sort_unstable();
        assert_eq!(back, items);
    }
}
