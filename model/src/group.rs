//! Groups: a number of instances alike.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::count::{Count, MAX_COUNT};
use crate::data::{BootFrom, GroupData, VolumeSource};
use crate::facts::InstanceFacts;
use crate::key::numbered;
use crate::name::{
    EnvironmentName, ExternalName, FlavorName, GroupName, ImageName, KeypairName, NetworkName,
    PlacementName, ProfileName, SiteName, VolumeName, VolumeTypeName,
};
use crate::profile::{Category, Lifecycle};
use crate::site::Offer;
use crate::unit::Gib;
use crate::value::{ASSIGNED, UNKNOWN, Value};

/// A volume that each instance of the group has.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupVolume {
    /// Its size; as large as what it is made from where it isn't given.
    #[serde(default)]
    pub size: Value<Gib>,
    /// What sort of storage it is on, as the cloud calls it: `ssd`; the cloud's usual one unless
    /// given.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub volume_type: Option<VolumeTypeName>,
    /// What it is made from; empty unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<VolumeSource>,
    /// Where it is mounted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mount: Option<String>,
    /// The file system made on it: `xfs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_system: Option<String>,
    /// Anything worth knowing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A file system of another instance that each instance of the group mounts.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct RemoteMount {
    /// The group that serves it.
    pub from: GroupName,
    /// The ordinal of the instance that serves it, where it is one in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordinal: Option<u32>,
    /// What it exports: `/wiki-images`.
    pub export: String,
    /// Where it is mounted.
    pub mount: String,
    /// How it is mounted: `nfs` unless given, `glusterfs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_system: Option<String>,
}

/// Where the instances of a group may stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// Anywhere.
    #[default]
    Any,
    /// Each on a host of its own (anti-affinity within the group).
    Spread,
    /// Each on a host of its own, among all groups that name the same set.
    SpreadWith(PlacementName),
}

/// What one member of a group is to the others.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Takes the writes.
    Primary,
    /// Follows a primary.
    Replica,
}

impl Role {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Replica => "replica",
        }
    }
}

/// Who at a third place decides which half of a cluster goes on when its members lose sight of each
/// other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Arbiter {
    /// Nobody, and that is known.
    None,
    /// Something at this site, which has a vote of its own.
    Site(SiteName),
    /// Another group of the environment.
    Group(GroupName),
    /// An external node.
    External(ExternalName),
}

/// What is known of a group as a cluster: members that agree among themselves who does the work, and
/// need a majority for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Whether a member that the others lost sight of can be shut out, so that it writes no more.
    #[serde(default)]
    pub fencing: Offer,
    /// Who has the deciding vote beside the members; nobody said where it isn't given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arbiter: Option<Arbiter>,
    /// What they decide together.
    #[serde(default, skip_serializing_if = "Decides::is_unknown")]
    pub decides: Decides,
}

/// What the members of a cluster decide together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decides {
    /// Nobody said.
    #[default]
    Unknown,
    /// Every write: a member that the others lost sight of can write nothing, as with etcd, Consul or
    /// Galera.
    EveryWrite,
    /// Who takes the writes: the one that does goes on until somebody stops it.
    WhoWrites,
    /// Nothing: whoever runs it as a service decides, and shuts members out.
    Provider,
}

impl Decides {
    /// Whether nobody said.
    pub const fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::EveryWrite | Self::WhoWrites | Self::Provider => false,
        }
    }
}

/// When a dependency is met.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Readiness {
    /// As soon as the cloud has it.
    #[default]
    Exists,
    /// Only when it is ready.
    Ready,
}

/// What a group replicates: another environment's group, or a whole environment's namesake.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replicates {
    /// The environment that is followed.
    pub environment: EnvironmentName,
    /// The group there; the one of the same name unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupName>,
}

/// Public addresses of a group, dealt to the lowest ordinals. In a file: a count, `unknown`, or a
/// map where more is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct PublicAddresses {
    /// How many.
    pub count: Value<Count>,
    /// Whether DNS tells the world about them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advertised: Option<bool>,
    /// Their values, lowest ordinal first, as far as they are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpAddr>,
}

impl JsonSchema for PublicAddresses {
    fn schema_name() -> Cow<'static, str> {
        "PublicAddresses".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let count = generator.subschema_for::<Value<Count>>();
        let number = json_schema!({ "type": "integer", "minimum": 0, "maximum": MAX_COUNT });
        json_schema!({ "anyOf": [number, { "enum": [UNKNOWN, ASSIGNED] }, {
            "type": "object",
            "properties": {
                "count": count,
                "advertised": { "type": ["boolean", "null"] },
                "addresses": { "type": "array", "items": { "type": "string" } },
            },
            "additionalProperties": false,
            "description": "how many, whether DNS tells the world, and their values as far as known",
        }] })
    }
}

impl<'de> Deserialize<'de> for PublicAddresses {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Whole {
            #[serde(default)]
            count: Value<Count>,
            advertised: Option<bool>,
            #[serde(default)]
            addresses: Vec<IpAddr>,
        }
        struct Visitor;
        impl Visitor {
            fn counted(count: Value<Count>) -> PublicAddresses {
                PublicAddresses {
                    count,
                    ..PublicAddresses::default()
                }
            }
        }
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = PublicAddresses;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a count, `unknown`, or `{ count: 5, advertised: false }`")
            }
            fn visit_u64<E: de::Error>(self, n: u64) -> Result<PublicAddresses, E> {
                Count::deserialize(de::value::U64Deserializer::new(n))
                    .map(|count| Self::counted(Value::Fixed(count)))
            }
            fn visit_i64<E: de::Error>(self, n: i64) -> Result<PublicAddresses, E> {
                Count::deserialize(de::value::I64Deserializer::new(n))
                    .map(|count| Self::counted(Value::Fixed(count)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<PublicAddresses, E> {
                Value::<Count>::deserialize(de::value::StrDeserializer::new(text))
                    .map(Self::counted)
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<PublicAddresses, A::Error> {
                let Whole {
                    count,
                    advertised,
                    addresses,
                } = Whole::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(PublicAddresses {
                    count,
                    advertised,
                    addresses,
                })
            }
        }
        from.deserialize_any(Visitor)
    }
}

/// Dependencies in the schema: both forms that are read.
fn dependencies_schema(generator: &mut SchemaGenerator) -> Schema {
    let map = generator.subschema_for::<BTreeMap<GroupName, Readiness>>();
    let list = generator.subschema_for::<Vec<GroupName>>();
    json_schema!({ "anyOf": [map, list] })
}

/// Reads dependencies from a map, or from a list of names that must exist.
fn dependencies<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<GroupName, Readiness>, D::Error> {
    struct Visitor;
    impl<'de> de::Visitor<'de> for Visitor {
        type Value = BTreeMap<GroupName, Readiness>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a list of group names, or a map as in `{ db: ready, storage: exists }`")
        }
        fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut all = BTreeMap::new();
            while let Some(name) = seq.next_element()? {
                all.insert(name, Readiness::Exists);
            }
            Ok(all)
        }
        fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut all = BTreeMap::new();
            while let Some((name, readiness)) = map.next_entry()? {
                all.insert(name, readiness);
            }
            Ok(all)
        }
    }
    from.deserialize_any(Visitor)
}

impl PublicAddresses {
    /// None at all, and that is known.
    pub const NONE: Self = Self {
        count: Value::Fixed(Count::exactly(0)),
        advertised: None,
        addresses: Vec::new(),
    };
}

impl Default for PublicAddresses {
    /// Nobody said how many.
    fn default() -> Self {
        Self {
            count: Value::Unknown,
            advertised: None,
            addresses: Vec::new(),
        }
    }
}

/// A number of instances alike: `app[n]`, `db[n]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What it is for.
    pub category: Category,
    /// The names it had before, so that a rename reads as one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub was: Vec<GroupName>,
    /// How many instances.
    pub count: Count,
    /// Their ordinals where these aren't 1, 2, 3 …; as many as the count's maximum.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ordinals: Vec<u32>,
    /// Their size.
    #[serde(default)]
    pub flavor: Value<FlavorName>,
    /// What they start from.
    #[serde(default)]
    pub image: Value<ImageName>,
    /// Where that is put: on their host's disk, or on a volume each.
    #[serde(default, skip_serializing_if = "BootFrom::is_disk")]
    pub boot: BootFrom,
    /// The profiles that every instance has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<ProfileName>,
    /// The profiles that are dealt over the instances, one each, round and round.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spread: Vec<ProfileName>,
    /// The environment's common profiles that this group does not have.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub except: BTreeSet<ProfileName>,
    /// The networks they are on; nobody said where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<NetworkName>,
    /// Their addresses on each network, lowest ordinal first; the cloud chooses those not given.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<NetworkName, Vec<String>>")]
    pub addresses: BTreeMap<NetworkName, Vec<IpAddr>>,
    /// Their public addresses; unknown unless given.
    #[serde(default)]
    pub public_addresses: PublicAddresses,
    /// The volumes that each instance has.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub volumes: BTreeMap<VolumeName, GroupVolume>,
    /// What each instance mounts from others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<RemoteMount>,
    /// The environment whose data they have; written where a recipe takes data along.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<GroupData>,
    /// What lets people in: one of the environment's keypairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keypair: Option<KeypairName>,
    /// What each instance runs once, when it first starts, after what its profiles say: shell
    /// commands, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first_boot: Vec<String>,
    /// Where they may stand.
    #[serde(default)]
    pub placement: Placement,
    /// The role of each ordinal that has one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<u32, Role>,
    /// What is known of it as a cluster, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<Cluster>,
    /// The ordinals of those that are stopped; the others run.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub stopped: BTreeSet<u32>,
    /// Whether it is in use.
    #[serde(default)]
    pub lifecycle: Lifecycle,
    /// The groups that must be there before, and when that is met. In a file also a plain list,
    /// which means `exists`.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "dependencies"
    )]
    #[schemars(schema_with = "dependencies_schema")]
    pub depends_on: BTreeMap<GroupName, Readiness>,
    /// The longest round trip that it bears, in milliseconds, by the group at the other end: another
    /// group, or the one that it replicates.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub latency_ms: BTreeMap<GroupName, u32>,
    /// What it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicates: Option<Replicates>,
    /// What was observed of each instance, by ordinal.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub instances: BTreeMap<u32, InstanceFacts>,
    /// Anything worth knowing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Group {
    /// A group of `count` instances of which nothing else is known.
    pub fn new(category: Category, count: Count) -> Self {
        Self {
            category,
            was: Vec::new(),
            count,
            ordinals: Vec::new(),
            flavor: Value::Unknown,
            image: Value::Unknown,
            boot: BootFrom::Disk,
            profiles: Vec::new(),
            spread: Vec::new(),
            except: BTreeSet::new(),
            networks: Vec::new(),
            addresses: BTreeMap::new(),
            public_addresses: PublicAddresses::default(),
            volumes: BTreeMap::new(),
            mounts: Vec::new(),
            data: None,
            keypair: None,
            first_boot: Vec::new(),
            placement: Placement::Any,
            roles: BTreeMap::new(),
            cluster: None,
            stopped: BTreeSet::new(),
            lifecycle: Lifecycle::Live,
            depends_on: BTreeMap::new(),
            latency_ms: BTreeMap::new(),
            replicates: None,
            instances: BTreeMap::new(),
            note: None,
        }
    }

    /// The host name of an instance: as observed, or its group's name and its ordinal.
    pub fn host_name(&self, name: &GroupName, ordinal: u32) -> String {
        self.instances
            .get(&ordinal)
            .and_then(|facts| facts.host_name.clone())
            .unwrap_or_else(|| numbered(name.as_str(), "", ordinal, ""))
    }

    /// The flavor of one instance: its own where it was seen with another than its group's.
    pub fn flavor_of(&self, ordinal: u32) -> Value<FlavorName> {
        let own = self
            .instances
            .get(&ordinal)
            .and_then(|facts| facts.flavor.clone());
        own.map_or_else(|| self.flavor.clone(), Value::Fixed)
    }

    /// The image of one instance: its own where it was seen with another than its group's.
    pub fn image_of(&self, ordinal: u32) -> Value<ImageName> {
        let own = self
            .instances
            .get(&ordinal)
            .and_then(|facts| facts.image.clone());
        own.map_or_else(|| self.image.clone(), Value::Fixed)
    }

    /// The ordinals of the first `count` instances, lowest first: those named, then the numbers
    /// from 1 on that are not. Scaling down therefore takes the highest away.
    pub fn ordinals(&self, count: u32) -> Vec<u32> {
        let named: BTreeSet<u32> = self.ordinals.iter().copied().collect();
        let others = (1..=u32::MAX).filter(|ordinal| !named.contains(ordinal));
        let all = named.iter().copied().chain(others);
        all.take(count as usize).collect()
    }
}
