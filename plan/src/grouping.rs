//! Proposals: which servers of a cloud look like instances of one group, told by what people wrote
//! on them and by their names. A proposal is a question to a person and never an answer: nothing
//! belongs to an environment by its name.
//!
//! The same servers give the same proposals, in whatever order they come.

mod labels;
mod name;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use model::environment::EnvironmentKind;
use model::id::CloudId;
use model::name::{EnvironmentName, GroupName};
use model::profile::Category;
use serde::{Deserialize, Serialize};

pub use name::{NameParts, read_name};

/// A server that nobody assigned, as far as it is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What the cloud calls it.
    pub id: CloudId,
    /// Its name.
    pub name: String,
    /// Its project.
    pub project: Option<CloudId>,
    /// What people wrote on it.
    pub metadata: BTreeMap<String, String>,
    /// Its tags.
    pub tags: BTreeSet<String>,
}

/// What a proposal goes by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Because {
    /// What stands in its metadata.
    Metadata {
        /// Under which key.
        key: String,
    },
    /// One of its tags.
    Tag {
        /// Which.
        tag: String,
    },
    /// Its name.
    Name,
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Metadata { key } => write!(f, "by metadata `{key}`"),
            Self::Tag { tag } => write!(f, "by tag `{tag}`"),
            Self::Name => f.write_str("by its name"),
        }
    }
}

/// What one server looks like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guess {
    /// The group that it looks to be of.
    pub group: GroupName,
    /// The number that it looks to have there.
    pub ordinal: Option<u32>,
    /// The environment that it looks to be of.
    pub environment: Option<EnvironmentName>,
    /// What the group is told by.
    pub because: Because,
}

/// One server of a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// Which server.
    pub id: CloudId,
    /// Its name.
    pub name: String,
    /// The number that it would have.
    pub ordinal: u32,
    /// What its group is told by.
    pub because: Because,
}

/// Servers that look like one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Of which project.
    pub project: Option<CloudId>,
    /// Of which environment, where they tell.
    pub environment: Option<EnvironmentName>,
    /// What the group would be called.
    pub group: GroupName,
    /// The servers, by number.
    pub members: Vec<Proposed>,
}

impl Proposal {
    /// What it goes by, each reason once.
    pub fn reasons(&self) -> BTreeSet<&Because> {
        self.members.iter().map(|member| &member.because).collect()
    }
}

/// What one server looks like: by what people wrote on it, before its tags, before its name. None
/// where nothing tells: its name is an address, or a number.
pub fn guess(server: &Candidate) -> Option<Guess> {
    let name = read_name(&server.name);
    let written = labels::of(&server.metadata, &server.tags);
    let (group, because) = match (written.group, &name) {
        (Some(told), _) => told,
        (None, Some(name)) => (name.group.clone(), Because::Name),
        (None, None) => return None,
    };
    Some(Guess {
        group,
        because,
        ordinal: written
            .ordinal
            .or_else(|| name.as_ref().and_then(|name| name.ordinal)),
        environment: written
            .environment
            .or_else(|| name.and_then(|name| name.environment)),
    })
}

/// What servers that nobody assigned look like, by project, environment and group. Those that
/// nothing tells of are left out.
pub fn propose<'a>(servers: impl IntoIterator<Item = &'a Candidate>) -> Vec<Proposal> {
    type Key = (Option<CloudId>, Option<EnvironmentName>, GroupName);
    let mut groups: BTreeMap<Key, Vec<(Guess, &Candidate)>> = BTreeMap::new();
    for server in servers {
        if let Some(guess) = guess(server) {
            let key = (
                server.project.clone(),
                guess.environment.clone(),
                guess.group.clone(),
            );
            groups.entry(key).or_default().push((guess, server));
        }
    }
    groups
        .into_iter()
        .map(|((project, environment, group), members)| {
            let wanted = members
                .iter()
                .map(|(guess, server)| (guess.ordinal, *server))
                .collect();
            let ordinals = number(wanted, &BTreeSet::new());
            let mut members: Vec<Proposed> = members
                .into_iter()
                .filter_map(|(guess, server)| {
                    Some(Proposed {
                        id: server.id.clone(),
                        name: server.name.clone(),
                        ordinal: *ordinals.get(&server.id)?,
                        because: guess.because,
                    })
                })
                .collect();
            members.sort_by_key(|member| member.ordinal);
            Proposal {
                project,
                environment,
                group,
                members,
            }
        })
        .collect()
}

/// Gives servers of one group their numbers: each the one that it asks for, as far as that is free;
/// the others the lowest that are left, by name. The older of two with the same claim can't be told
/// here: the first by name and id has it.
pub fn number(
    wanted: Vec<(Option<u32>, &Candidate)>,
    taken: &BTreeSet<u32>,
) -> BTreeMap<CloudId, u32> {
    let mut wanted = wanted;
    wanted.sort_by_cached_key(|(_, server)| (natural(&server.name), server.id.clone()));
    let mut taken = taken.clone();
    let mut numbers = BTreeMap::new();
    let mut later = Vec::new();
    for (ordinal, server) in wanted {
        match ordinal {
            Some(ordinal) if taken.insert(ordinal) => {
                numbers.insert(server.id.clone(), ordinal);
            }
            Some(_) | None => later.push(server),
        }
    }
    let mut next = 1;
    for server in later {
        while !taken.insert(next) {
            next += 1;
        }
        numbers.insert(server.id.clone(), next);
    }
    numbers
}

/// A name in an order in which `web-9` comes before `web-10`.
fn natural(name: &str) -> Vec<(String, u64)> {
    let mut parts: Vec<(String, u64)> = Vec::new();
    let mut text = String::new();
    let mut rest = name.chars().peekable();
    while let Some(letter) = rest.next() {
        let Some(digit) = letter.to_digit(10) else {
            text.push(letter);
            continue;
        };
        let mut value = u64::from(digit);
        while let Some(digit) = rest.peek().and_then(|letter| letter.to_digit(10)) {
            value = value.saturating_mul(10).saturating_add(digit.into());
            rest.next();
        }
        parts.push((std::mem::take(&mut text), value));
    }
    parts.push((text, 0));
    parts
}

/// What an environment of a name is for, as names go.
pub fn kind_of(environment: &EnvironmentName) -> EnvironmentKind {
    match environment.as_str() {
        "production" => EnvironmentKind::Production,
        "development" => EnvironmentKind::Development,
        _ => EnvironmentKind::Staging,
    }
}

/// What a group of a name is for, as names go; whoever writes a plan says better.
pub fn category_of(group: &GroupName) -> Category {
    const PROCESS: [&str; 7] = ["backup", "batch", "bot", "cron", "job", "runner", "worker"];
    const INFRASTRUCTURE: [&str; 28] = [
        "bastion",
        "broker",
        "cache",
        "cassandra",
        "consul",
        "db",
        "database",
        "deploy",
        "dns",
        "elastic",
        "etcd",
        "gateway",
        "haproxy",
        "kafka",
        "lb",
        "memcache",
        "mongo",
        "mysql",
        "nfs",
        "ntp",
        "postgres",
        "proxy",
        "queue",
        "rabbit",
        "redis",
        "storage",
        "vpn",
        "zookeeper",
    ];
    let has = |words: &[&str]| {
        group.as_str().split(['-', '_', '.']).any(|part| {
            // `db` is a word, and no beginning of `dbus`.
            words
                .iter()
                .any(|word| part == *word || (word.len() > 2 && part.starts_with(word)))
        })
    };
    if has(&PROCESS) {
        Category::Process
    } else if has(&INFRASTRUCTURE) {
        Category::Infrastructure
    } else {
        Category::Application
    }
}
