//! A whole environment as people write it: the content of an environment file. Counts are ranges,
//! and whatever nobody said is unknown.

pub mod items;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::environment::{EnvironmentKind, Layer};
use crate::facts::{DatedFact, DeclaredTotal};
use crate::flavor::Flavor;
use crate::group::{Group, Replicates};
use crate::key::Key;
use crate::keypair::Keypair;
use crate::name::{
    CloudName, EnvironmentName, ExternalName, FlavorName, GroupName, KeypairName, NetworkName,
    ProfileName, SiteName, SourceName,
};
use crate::network::{ExternalNode, Network, Source};
use crate::profile::Profile;
use crate::rule::Mute;
use crate::site::Site;

/// What every group of an environment has, unless it says `except`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Common {
    /// The common profiles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<ProfileName>,
}

impl Common {
    fn is_empty(&self) -> bool {
        self.profiles.is_empty()
    }
}

/// A whole environment as people write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Topology {
    /// The environment's name.
    pub environment: EnvironmentName,
    /// What it is for.
    pub kind: EnvironmentKind,
    /// Whether this is what a person planned or what was found running; planned unless given.
    #[serde(default)]
    pub layer: Layer,
    /// What it is, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The owner's team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// Whether acts on it are refused until someone approves.
    #[serde(default)]
    pub protected: bool,
    /// The cloud it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud: Option<CloudName>,
    /// The site it is at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteName>,
    /// The environment that it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicates: Option<Replicates>,
    /// The series of operating systems that its instances may run: `Ubuntu 12.04`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_releases: Vec<String>,
    /// What was stated of it, with dates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<DatedFact>,
    /// What every group has.
    #[serde(default, skip_serializing_if = "Common::is_empty")]
    pub common: Common,
    /// The sites that matter to it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sites: BTreeMap<SiteName, Site>,
    /// The flavors that it uses.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub flavors: BTreeMap<FlavorName, Flavor>,
    /// What lets people into its instances.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keypairs: BTreeMap<KeypairName, Keypair>,
    /// Its networks.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub networks: BTreeMap<NetworkName, Network>,
    /// Named sources of traffic.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<SourceName, Source>,
    /// What it is connected to and never touches.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub external: BTreeMap<ExternalName, ExternalNode>,
    /// What its instances do.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub profiles: BTreeMap<ProfileName, Profile>,
    /// Its groups of instances.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<GroupName, Group>,
    /// Totals that a document merely states.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared: Vec<DeclaredTotal>,
    /// What rules find here and people don't want to be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mute: Vec<Mute>,
}

impl Topology {
    /// An environment with nothing in it: what a destroyed one is planned to be.
    pub fn empty(environment: EnvironmentName, kind: EnvironmentKind) -> Self {
        Self {
            environment,
            kind,
            layer: Layer::Planned,
            note: None,
            owner: None,
            team: None,
            protected: false,
            cloud: None,
            site: None,
            replicates: None,
            allowed_releases: Vec::new(),
            facts: Vec::new(),
            common: Common::default(),
            sites: BTreeMap::new(),
            flavors: BTreeMap::new(),
            keypairs: BTreeMap::new(),
            networks: BTreeMap::new(),
            sources: BTreeMap::new(),
            external: BTreeMap::new(),
            profiles: BTreeMap::new(),
            groups: BTreeMap::new(),
            declared: Vec::new(),
            mute: Vec::new(),
        }
    }

    /// The profiles of every instance of a group: the common ones that it doesn't except, then its
    /// own, without repetition. Those that are spread are not among them.
    pub fn profiles_of<'a>(&'a self, group: &'a Group) -> Vec<&'a ProfileName> {
        let common = self
            .common
            .profiles
            .iter()
            .filter(|name| !group.except.contains(*name));
        let mut all: Vec<&ProfileName> = Vec::new();
        for name in common.chain(&group.profiles) {
            if !all.contains(&name) {
                all.push(name);
            }
        }
        all
    }

    /// The keys and host names of its instances as planned, group by group.
    pub fn instances(&self) -> impl Iterator<Item = (Key, String)> {
        self.groups.iter().flat_map(|(name, group)| {
            let ordinals = group.ordinals(group.count.planned());
            ordinals
                .into_iter()
                .map(move |ordinal| (Key::instance(name, ordinal), group.host_name(name, ordinal)))
        })
    }

    /// The planned instance that is called so: by group and ordinal, as in `app[2]`, or by its host
    /// name where only one has that.
    pub fn instance(&self, text: &str) -> Option<Key> {
        if let Some((key, _)) = self.instances().find(|(key, _)| key.name() == text) {
            return Some(key);
        }
        let mut hosts = self.instances().filter(|(_, host)| host == text);
        match (hosts.next(), hosts.next()) {
            (Some((key, _)), None) => Some(key),
            _ => None,
        }
    }

    /// Whether any group's count leaves a choice, so that a sizing must be named.
    pub fn has_ranges(&self) -> bool {
        self.groups.values().any(|group| {
            !group.count.is_exact()
                || group
                    .public_addresses
                    .count
                    .fixed()
                    .is_some_and(|count| !count.is_exact())
        })
    }
}
