//! What still stands when something is lost: an instance, a host, a zone, a site. Which services go
//! with it, what needed them in turn, and what is left of clusters. Where it isn't known which
//! instances share a host or a zone, that is said; a guess would be a false comfort.

mod cluster;
mod reach;
mod services;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use model::count::Sizing;
use model::key::Key;
use model::name::{EnvironmentName, GroupName, SiteName};
use model::topology::Topology;
use serde::{Deserialize, Serialize};

pub use cluster::{Answer, ClusterLeft, Primary};
pub use services::{Because, Served, ServiceLeft, State};

use crate::need::Choices;
use reach::{Left, left};

/// Something that is lost.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Loss {
    /// One instance.
    Member(GroupName, u32),
    /// A host, and all that stands on it.
    Host(String),
    /// Whichever host it may be.
    AnyHost,
    /// An availability zone, and all that stands in it.
    Zone(String),
    /// A site, and all that stands there.
    Site(SiteName),
}

impl Loss {
    /// The word in front of a name, as in addresses.
    const fn word(&self) -> &'static str {
        match self {
            Self::Member(..) => "member",
            Self::Host(_) => "host",
            Self::AnyHost => "any-host",
            Self::Zone(_) => "zone",
            Self::Site(_) => "site",
        }
    }

    /// For people: `db[1]`, `zone nova`.
    pub fn words(&self) -> String {
        match self {
            Self::Member(group, ordinal) => format!("{group}[{ordinal}]"),
            Self::AnyHost => "any one host".to_owned(),
            Self::Host(name) | Self::Zone(name) => format!("{} {name}", self.word()),
            Self::Site(name) => format!("site {name}"),
        }
    }
}

/// As in addresses: `member.db.1`, `zone.nova`, `any-host`.
impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.word();
        match self {
            Self::Member(group, ordinal) => write!(f, "{word}.{group}.{ordinal}"),
            Self::AnyHost => f.write_str(word),
            Self::Host(name) | Self::Zone(name) => write!(f, "{word}.{name}"),
            Self::Site(name) => write!(f, "{word}.{name}"),
        }
    }
}

impl FromStr for Loss {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is nothing that can be lost: use `member.db.1`, `host.NAME`, `any-host`, `zone.NAME` or `site.NAME`"
            )
        };
        if text == Self::AnyHost.word() {
            return Ok(Self::AnyHost);
        }
        let (word, name) = text.split_once('.').ok_or_else(wrong)?;
        if name.is_empty() {
            return Err(wrong());
        }
        match word {
            "member" => {
                // Names of groups may hold points, so that the last one counts.
                let (group, ordinal) = name.rsplit_once('.').ok_or_else(wrong)?;
                let number = ordinal.parse().map_err(|_| wrong())?;
                let group = group.parse().map_err(|_| wrong())?;
                Ok(Self::Member(group, number))
            }
            "host" => Ok(Self::Host(name.to_owned())),
            "zone" => Ok(Self::Zone(name.to_owned())),
            "site" => Ok(Self::Site(name.parse().map_err(|_| wrong())?)),
            _ => Err(wrong()),
        }
    }
}

/// Where an instance stands, as far as its cloud tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its host.
    pub host: Option<String>,
    /// Its availability zone.
    pub zone: Option<String>,
}

/// Where instances stand, by their keys. One that is missing stands nobody knows where.
pub type Places = BTreeMap<Key, Place>;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The environment.
    pub topology: &'a Topology,
    /// How many instances there are.
    pub sizing: &'a Sizing,
    /// What somebody would have otherwise.
    pub choices: &'a Choices,
    /// What is lost, all at once.
    pub losses: &'a BTreeSet<Loss>,
    /// Where instances stand.
    pub places: &'a Places,
    /// Other environments, which may hold replicas.
    pub others: &'a [&'a Topology],
}

/// What is left of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupLeft {
    /// Which.
    pub group: GroupName,
    /// How many instances were running.
    pub before: u32,
    /// How many stand at least.
    pub least: u32,
    /// How many stand at most.
    pub most: u32,
    /// The ordinals of those that are lost for sure.
    pub lost: Vec<u32>,
    /// Why more can't be said, where that is so.
    pub cannot_tell: Option<String>,
    /// What follows it in other environments.
    pub followed_by: Vec<(EnvironmentName, GroupName)>,
}

/// What is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aftermath {
    /// Of each group that had running instances.
    pub groups: Vec<GroupLeft>,
    /// Of each service, DNS name, and profile that has neither.
    pub services: Vec<ServiceLeft>,
    /// Of each group whose members have roles.
    pub clusters: Vec<ClusterLeft>,
}

impl Aftermath {
    /// Services in one state.
    pub fn services_that(&self, state: State) -> impl Iterator<Item = &ServiceLeft> {
        self.services
            .iter()
            .filter(move |service| service.state == state)
    }

    /// How many services stand, go and can't be told of, in a sentence.
    pub fn sentence(&self) -> String {
        let of = |state| self.services_that(state).count();
        let mut parts = vec![format!(
            "{} of {} services stand",
            of(State::Stands),
            self.services.len()
        )];
        for (state, words) in [
            (State::Gone, "have no instance left"),
            (State::Broken, "lack what they need"),
            (State::Uncertain, "can't be told of"),
        ] {
            if of(state) > 0 {
                parts.push(format!("{} {words}", of(state)));
            }
        }
        parts.join("; ")
    }
}

/// What still stands.
pub fn lose(ask: &Ask) -> Aftermath {
    let left = left(ask);
    let mut followers = followers(ask);
    let groups = left
        .iter()
        .map(|(name, left)| group_left(name, left, followers.remove(*name).unwrap_or_default()));
    Aftermath {
        groups: groups.collect(),
        services: services::services(ask.topology, &left),
        clusters: cluster::clusters(ask.topology, &left),
    }
}

/// Groups of other environments.
type Elsewhere = Vec<(EnvironmentName, GroupName)>;

/// What follows each group elsewhere.
fn followers<'a>(ask: &Ask<'a>) -> BTreeMap<&'a GroupName, Elsewhere> {
    let own = &ask.topology.environment;
    let mut followers: BTreeMap<&GroupName, Elsewhere> = BTreeMap::new();
    for other in ask.others {
        for (theirs, group) in &other.groups {
            let follows = group.replicates.as_ref().or(other.replicates.as_ref());
            if let Some(follows) = follows.filter(|follows| follows.environment == *own) {
                let followed = follows.group.as_ref().unwrap_or(theirs);
                let follower = (other.environment.clone(), theirs.clone());
                followers.entry(followed).or_default().push(follower);
            }
        }
    }
    followers
}

fn group_left(name: &GroupName, left: &Left, followed_by: Elsewhere) -> GroupLeft {
    GroupLeft {
        group: name.clone(),
        before: left.before(),
        least: left.least(),
        most: left.most(),
        lost: left.lost.iter().copied().collect(),
        cannot_tell: left.why().map(ToOwned::to_owned),
        followed_by,
    }
}
