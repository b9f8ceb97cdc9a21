//! Recipes: how a copy of an environment is derived from it. A recipe is data, so that what a copy
//! leaves out can be told before it is made.

use std::collections::BTreeMap;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::count::Count;
use crate::data::{BootFrom, DataCopied};
use crate::environment::EnvironmentKind;
use crate::facts::DeclaredTotal;
use crate::flavor::Flavor;
use crate::group::Placement;
use crate::keypair::Keypair;
use crate::name::{
    CloudName, FlavorName, GroupName, ImageName, KeypairName, NetworkName, ProfileName, RecipeName,
    VolumeName,
};
use crate::network::Network;
use crate::unit::Gib;

/// How long a copy lives, in hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseTerms {
    /// Unless someone says otherwise.
    pub hours: u32,
    /// At most, extensions included.
    pub max_hours: u32,
}

/// How a copy is derived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The recipe's name.
    pub recipe: RecipeName,
    /// What it is for, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The kind of the environments it makes.
    pub kind: EnvironmentKind,
    /// The cloud that the copies are made on; the source's own unless given, and then they are at its site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud: Option<CloudName>,
    /// How long a copy lives.
    pub lease: LeaseTerms,
    /// Flavors that the source does not define.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub flavors: BTreeMap<FlavorName, Flavor>,
    /// The copy's own keypairs; those of the source that its groups name are taken over.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub keypairs: BTreeMap<KeypairName, Keypair>,
    /// The copy's own networks, instead of the source's: a copy is isolated.
    pub networks: BTreeMap<NetworkName, Network>,
    /// The copy's groups.
    pub groups: BTreeMap<GroupName, RecipeGroup>,
    /// The source's groups that are left out on purpose, each with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub omit: BTreeMap<GroupName, String>,
    /// Totals that a document states of such copies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared: Vec<DeclaredTotal>,
}

/// How one group of the copy is derived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecipeGroup {
    /// The source's groups that it stands for: those of them that the source has are merged into
    /// one; the group of the same name unless given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<GroupName>,
    /// How many instances; as the source plans unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
    /// Their size; the source's unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flavor: Option<FlavorName>,
    /// What they start from; the source's unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageName>,
    /// Where that is put; as in the source unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<BootFrom>,
    /// What happens with what is on the source's disks and volumes; left behind unless given.
    #[serde(default, skip_serializing_if = "DataCopied::is_none")]
    pub data: DataCopied,
    /// Their addresses on each network, lowest ordinal first. Unless given, the source's, on a
    /// network of the copy that has the same name and range.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<NetworkName, Vec<String>>")]
    pub addresses: BTreeMap<NetworkName, Vec<IpAddr>>,
    /// How many public addresses; the source's, at most one per instance, unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_addresses: Option<u32>,
    /// What lets people in; as in the source unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keypair: Option<KeypairName>,
    /// What each instance runs when it first starts, after everything that it runs in the source.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first_boot: Vec<String>,
    /// Where they may stand; as in the source unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    /// Sizes of volumes in the copy; a volume not named is kept as it is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub volumes: BTreeMap<VolumeName, Gib>,
    /// Volumes that the copy does without, each with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub omit_volumes: BTreeMap<VolumeName, String>,
    /// Profiles that the copy does without, each with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub omit_profiles: BTreeMap<ProfileName, String>,
}
