//! A topology as a flat map of items: one per group, profile, flavor and so on. This is how
//! topologies are compared and how they are stored, one row per version of an item.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Common, Topology};
use crate::environment::{EnvironmentKind, Layer};
use crate::facts::{DatedFact, DeclaredTotal, InstanceFacts};
use crate::flavor::Flavor;
use crate::group::{Group, Replicates};
use crate::keypair::Keypair;
use crate::name::{CloudName, EnvironmentName, GroupName, SiteName};
use crate::network::{ExternalNode, Network, Source};
use crate::profile::Profile;
use crate::rule::Mute;
use crate::site::Site;

macro_rules! item_kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// The kinds of items.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ItemKind { $($(#[$doc])* $name,)* }

        impl ItemKind {
            /// The word for it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }

        impl std::str::FromStr for ItemKind {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$name),)*
                    other => Err(format!("`{other}` is no kind of item of a topology")),
                }
            }
        }
    };
}

item_kinds! {
    /// The environment itself: everything that is said once.
    Environment = "environment",
    /// A dated fact.
    Fact = "fact",
    /// A declared total.
    Declared = "declared",
    /// A site.
    Site = "site",
    /// A flavor.
    Flavor = "flavor",
    /// A keypair.
    Keypair = "keypair",
    /// A network.
    Network = "network",
    /// A source of traffic.
    Source = "source",
    /// An external node.
    External = "external",
    /// A profile.
    Profile = "profile",
    /// A group, without what was observed of its instances.
    Group = "group",
    /// What was observed of one instance.
    Facts = "facts",
}

/// What an item is called within its topology.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    /// Its kind.
    pub kind: ItemKind,
    /// Its name within the kind.
    pub name: String,
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.word(), self.name)
    }
}

/// Everything that a topology says once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The environment's name.
    pub environment: EnvironmentName,
    /// What it is for.
    pub kind: EnvironmentKind,
    /// Planned or observed.
    pub layer: Layer,
    /// What it is, in a sentence.
    pub note: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The owner's team.
    pub team: Option<String>,
    /// Whether acts on it need approval.
    pub protected: bool,
    /// The cloud it is on.
    pub cloud: Option<CloudName>,
    /// The site it is at.
    pub site: Option<SiteName>,
    /// What it follows.
    pub replicates: Option<Replicates>,
    /// Releases its instances may run.
    pub allowed_releases: Vec<String>,
    /// What every group has.
    pub common: Common,
    /// What people don't want to be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mute: Vec<Mute>,
}

/// One item of a topology.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum Item {
    Environment(Box<Header>),
    Fact(DatedFact),
    Declared(DeclaredTotal),
    Site(Site),
    Flavor(Flavor),
    Keypair(Keypair),
    Network(Network),
    Source(Source),
    External(ExternalNode),
    Profile(Box<Profile>),
    Group(Box<Group>),
    Facts(InstanceFacts),
}

impl Item {
    /// Reads an item of a kind from its JSON; the kind says which, so nothing is guessed.
    pub fn from_json(kind: ItemKind, json: &str) -> Result<Self, serde_json::Error> {
        use serde_json::from_str as read;
        Ok(match kind {
            ItemKind::Environment => Self::Environment(read(json)?),
            ItemKind::Fact => Self::Fact(read(json)?),
            ItemKind::Declared => Self::Declared(read(json)?),
            ItemKind::Site => Self::Site(read(json)?),
            ItemKind::Flavor => Self::Flavor(read(json)?),
            ItemKind::Keypair => Self::Keypair(read(json)?),
            ItemKind::Network => Self::Network(read(json)?),
            ItemKind::Source => Self::Source(read(json)?),
            ItemKind::External => Self::External(read(json)?),
            ItemKind::Profile => Self::Profile(read(json)?),
            ItemKind::Group => Self::Group(read(json)?),
            ItemKind::Facts => Self::Facts(read(json)?),
        })
    }
}

/// Items that do not make up a topology.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ItemsError {
    /// The environment's own item is missing.
    #[error("the topology has no item `environment`")]
    NoHeader,
    /// A name that its kind doesn't allow, or facts of an instance of no group.
    #[error("the item `{0}` does not fit: {1}")]
    Misfit(String, String),
}

impl Topology {
    /// This topology as items, each under its key.
    pub fn items(&self) -> BTreeMap<ItemKey, Item> {
        let Self {
            environment,
            kind,
            layer,
            note,
            owner,
            team,
            protected,
            cloud,
            site,
            replicates,
            allowed_releases,
            facts,
            common,
            sites,
            flavors,
            keypairs,
            networks,
            sources,
            external,
            profiles,
            groups,
            declared,
            mute,
        } = self;
        let mut items = BTreeMap::new();
        let mut put = |kind, name: String, item| {
            items.insert(ItemKey { kind, name }, item);
        };
        let header = Header {
            environment: environment.clone(),
            kind: *kind,
            layer: *layer,
            note: note.clone(),
            owner: owner.clone(),
            team: team.clone(),
            protected: *protected,
            cloud: cloud.clone(),
            site: site.clone(),
            replicates: replicates.clone(),
            allowed_releases: allowed_releases.clone(),
            common: common.clone(),
            mute: mute.clone(),
        };
        put(
            ItemKind::Environment,
            String::new(),
            Item::Environment(Box::new(header)),
        );
        // Lists keep their order through the number in the name.
        for (index, fact) in facts.iter().enumerate() {
            put(
                ItemKind::Fact,
                format!("{index:07}"),
                Item::Fact(fact.clone()),
            );
        }
        for (index, total) in declared.iter().enumerate() {
            put(
                ItemKind::Declared,
                format!("{index:07}"),
                Item::Declared(total.clone()),
            );
        }
        for (name, site) in sites {
            put(ItemKind::Site, name.to_string(), Item::Site(site.clone()));
        }
        for (name, flavor) in flavors {
            put(ItemKind::Flavor, name.to_string(), Item::Flavor(*flavor));
        }
        for (name, keypair) in keypairs {
            put(
                ItemKind::Keypair,
                name.to_string(),
                Item::Keypair(keypair.clone()),
            );
        }
        for (name, network) in networks {
            put(
                ItemKind::Network,
                name.to_string(),
                Item::Network(network.clone()),
            );
        }
        for (name, source) in sources {
            put(
                ItemKind::Source,
                name.to_string(),
                Item::Source(source.clone()),
            );
        }
        for (name, node) in external {
            put(
                ItemKind::External,
                name.to_string(),
                Item::External(node.clone()),
            );
        }
        for (name, profile) in profiles {
            put(
                ItemKind::Profile,
                name.to_string(),
                Item::Profile(Box::new(profile.clone())),
            );
        }
        for (name, group) in groups {
            let mut group = group.clone();
            for (ordinal, facts) in std::mem::take(&mut group.instances) {
                put(
                    ItemKind::Facts,
                    format!("{name}[{ordinal}]"),
                    Item::Facts(facts),
                );
            }
            put(
                ItemKind::Group,
                name.to_string(),
                Item::Group(Box::new(group)),
            );
        }
        items
    }

    /// The topology that items make up.
    pub fn from_items(items: BTreeMap<ItemKey, Item>) -> Result<Self, ItemsError> {
        let mut topology: Option<Self> = None;
        let mut facts: Vec<(ItemKey, InstanceFacts)> = Vec::new();
        // The environment's own item sorts first.
        for (key, item) in items {
            let misfit =
                |why: &dyn fmt::Display| ItemsError::Misfit(key.to_string(), why.to_string());
            if let Item::Environment(header) = item {
                topology = Some(Self::from_header(*header));
                continue;
            }
            let into = topology.as_mut().ok_or(ItemsError::NoHeader)?;
            macro_rules! named {
                ($map:ident, $value:expr) => {{
                    let name = key.name.parse().map_err(|error| misfit(&error))?;
                    into.$map.insert(name, $value);
                }};
            }
            match item {
                Item::Environment(_) => {}
                Item::Fact(fact) => into.facts.push(fact),
                Item::Declared(total) => into.declared.push(total),
                Item::Site(site) => named!(sites, site),
                Item::Flavor(flavor) => named!(flavors, flavor),
                Item::Keypair(keypair) => named!(keypairs, keypair),
                Item::Network(network) => named!(networks, network),
                Item::Source(source) => named!(sources, source),
                Item::External(node) => named!(external, node),
                Item::Profile(profile) => named!(profiles, *profile),
                Item::Group(group) => named!(groups, *group),
                Item::Facts(observed) => facts.push((key, observed)),
            }
        }
        let mut topology = topology.ok_or(ItemsError::NoHeader)?;
        for (key, observed) in facts {
            let misfit = |why: &str| ItemsError::Misfit(key.to_string(), why.to_owned());
            let (group, ordinal) =
                parse_instance(&key.name).ok_or_else(|| misfit("not an instance"))?;
            let group = topology
                .groups
                .get_mut(&group)
                .ok_or_else(|| misfit("of no group"))?;
            group.instances.insert(ordinal, observed);
        }
        Ok(topology)
    }

    fn from_header(header: Header) -> Self {
        let Header {
            environment,
            kind,
            layer,
            note,
            owner,
            team,
            protected,
            cloud,
            site,
            replicates,
            allowed_releases,
            common,
            mute,
        } = header;
        Self {
            layer,
            note,
            owner,
            team,
            protected,
            cloud,
            site,
            replicates,
            allowed_releases,
            common,
            mute,
            ..Self::empty(environment, kind)
        }
    }
}

/// Group and ordinal of an instance's name: `app[3]`.
pub fn parse_instance(name: &str) -> Option<(GroupName, u32)> {
    let (group, ordinal) = name.strip_suffix(']')?.split_once('[')?;
    Some((GroupName::new(group).ok()?, ordinal.parse().ok()?))
}
