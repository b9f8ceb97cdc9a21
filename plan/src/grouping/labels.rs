//! What people wrote on a server: metadata, and tags of the form `key=value` or `key:value`.

use std::collections::{BTreeMap, BTreeSet};

use model::name::{EnvironmentName, GroupName};

use super::Because;
use super::name::{environment, slug};

/// The keys that name a group, the clearest first. `group` and `groups` are what Ansible's
/// inventory of OpenStack reads.
const GROUP: [&str; 9] = [
    "group",
    "groups",
    "instance_group",
    "instance-group",
    "role",
    "service",
    "app",
    "application",
    "component",
];
/// The keys that name an environment.
const ENVIRONMENT: [&str; 4] = ["environment", "env", "stage", "deployment"];
/// The keys that hold a number.
const ORDINAL: [&str; 3] = ["ordinal", "index", "number"];

/// What is written on a server.
#[derive(Debug, Default)]
pub(super) struct Labels {
    pub group: Option<(GroupName, Because)>,
    pub ordinal: Option<u32>,
    pub environment: Option<EnvironmentName>,
}

/// A tag's key and value.
fn halves(tag: &str) -> Option<(&str, &str)> {
    tag.split_once('=').or_else(|| tag.split_once(':'))
}

/// The value under a key, whatever the case of that.
fn metadata<'m>(all: &'m BTreeMap<String, String>, key: &str) -> Option<(&'m str, &'m str)> {
    all.iter()
        .find(|(known, value)| known.eq_ignore_ascii_case(key) && !value.trim().is_empty())
        .map(|(known, value)| (known.as_str(), value.as_str()))
}

fn tag<'t>(all: &'t BTreeSet<String>, key: &str) -> Option<(&'t str, &'t str)> {
    all.iter().find_map(|tag| {
        let (known, value) = halves(tag)?;
        let is = known.trim().eq_ignore_ascii_case(key) && !value.trim().is_empty();
        is.then_some((tag.as_str(), value))
    })
}

/// The first of several where they are listed: a server has one group here.
fn first(value: &str) -> &str {
    value.split([',', ';']).next().unwrap_or(value)
}

fn environment_of(value: &str) -> Option<EnvironmentName> {
    let word = first(value).trim().to_lowercase();
    environment(&word).or_else(|| EnvironmentName::new(slug(&word)?.as_str()).ok())
}

/// Reads what is written.
pub(super) fn of(written: &BTreeMap<String, String>, tags: &BTreeSet<String>) -> Labels {
    let by_metadata = GROUP.iter().find_map(|key| {
        let (key, value) = metadata(written, key)?;
        let because = Because::Metadata {
            key: key.to_owned(),
        };
        Some((slug(first(value))?, because))
    });
    let by_tag = || {
        GROUP.iter().find_map(|key| {
            let (tag, value) = tag(tags, key)?;
            let because = Because::Tag {
                tag: tag.to_owned(),
            };
            Some((slug(first(value))?, because))
        })
    };
    let value = |keys: &[&str]| {
        keys.iter().find_map(|key| {
            let found = metadata(written, key).or_else(|| tag(tags, key));
            found.map(|(_, value)| value.to_owned())
        })
    };
    // A tag may be the name of an environment by itself.
    let plain = || tags.iter().find_map(|tag| environment(&tag.to_lowercase()));
    Labels {
        group: by_metadata.or_else(by_tag),
        ordinal: value(&ORDINAL).and_then(|value| value.trim().parse().ok()),
        environment: value(&ENVIRONMENT)
            .and_then(|value| environment_of(&value))
            .or_else(plain),
    }
}
