//! Resources: what a cloud holds of an environment, each at one place of the graph. Every field
//! here is comparable: it was asked for, and can be found again in the cloud.

mod chosen;
mod storage;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize, de};

pub use storage::{Boot, Image, Power, VolumeContent, VolumeSnapshot};

use crate::first_boot::FirstBoot;
use crate::group::Role;
use crate::key::{Key, ResourceKind};
use crate::keypair::PublicKey;
use crate::name::{FlavorName, GroupName, NetworkName, ProfileName, VolumeName, VolumeTypeName};
use crate::profile::Protocol;
use crate::unit::Gib;
use crate::value::Value;

/// A network; its range is the subnet's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Network {}

/// A network's range of addresses.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Subnet {
    /// The network's key.
    pub network: Key,
    /// The range.
    pub cidr: IpNet,
    /// The addresses that the cloud gives to nobody by itself, because they are given by name.
    #[serde(default)]
    pub reserved: BTreeSet<IpAddr>,
}

/// A router to the cloud's external network.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Router {}

/// The connection of a router to a subnet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RouterInterface {
    /// The router's key.
    pub router: Key,
    /// The subnet's key.
    pub subnet: Key,
}

/// Who is meant by a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Remote {
    /// A range of addresses.
    Range(IpNet),
    /// The instances in a security group.
    Group(Key),
}

/// One rule: who may reach a port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Rule {
    /// The transport.
    pub protocol: Protocol,
    /// The port; 0 for all of ICMP.
    pub port: u16,
    /// Who may reach it.
    pub remote: Remote,
}

/// A security group. Its rules are a resource of their own: two groups may name each other, so
/// both must exist before either's rules.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SecurityGroup {}

/// The rules of one security group, as one set.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SecurityRules {
    /// The security group's key.
    pub group: Key,
    /// Its rules.
    pub rules: BTreeSet<Rule>,
}

/// Instances that stand on hosts of their own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ServerGroup {}

/// Whose keypair it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeypairSource {
    /// Understudy's: the executor derives it, so that no plan holds a secret.
    Made,
    /// Somebody's, of whom this is the public half, without its comment.
    Given(PublicKey),
}

/// What lets its owner into instances.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Keypair {
    /// Its public half, or that Understudy makes it.
    pub public_key: KeypairSource,
}

/// A disk that outlives an instance.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Volume {
    /// Its size.
    pub size: Value<Gib>,
    /// What sort of storage it is on; where nobody said, the cloud's usual one, and whatever it is
    /// on already. One of which nobody said it is written as before there were types, so that no
    /// hash changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_type: Option<VolumeTypeName>,
    /// What is on it when it comes.
    #[serde(default)]
    pub content: VolumeContent,
    /// Where it is mounted.
    pub mount: Option<String>,
    /// The file system made on it.
    pub file_system: Option<String>,
}

/// One VM. What many share is shared in memory too: an environment may have 100,000.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Instance {
    /// Its group.
    pub group: GroupName,
    /// Its number in the group.
    pub ordinal: u32,
    /// Its host name.
    pub host_name: String,
    /// Its size.
    pub flavor: Value<FlavorName>,
    /// What it starts from.
    #[serde(alias = "image")]
    pub boot: Boot,
    /// What it does.
    pub profiles: Arc<BTreeSet<ProfileName>>,
    /// What it is to the others of its group.
    pub role: Option<Role>,
    /// The networks it is on, with its address on each.
    #[serde(deserialize_with = "networks")]
    pub networks: Arc<BTreeMap<NetworkName, Value<IpAddr>>>,
    /// The keys of its security groups.
    pub security_groups: Arc<BTreeSet<Key>>,
    /// The key of its server group.
    pub server_group: Option<Key>,
    /// The key of what lets people in.
    #[serde(default)]
    pub keypair: Option<Key>,
    /// What it is told when it first starts.
    #[serde(default)]
    pub first_boot: FirstBoot,
    /// Whether it runs.
    #[serde(default)]
    pub power: Power,
}

/// Reads networks with addresses, or the bare names that plans of earlier versions hold.
fn networks<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Arc<BTreeMap<NetworkName, Value<IpAddr>>>, D::Error> {
    struct Visitor;
    impl<'de> de::Visitor<'de> for Visitor {
        type Value = BTreeMap<NetworkName, Value<IpAddr>>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("networks with addresses, or their names")
        }
        fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut all = BTreeMap::new();
            while let Some(name) = seq.next_element()? {
                all.insert(name, Value::AssignedByCloud);
            }
            Ok(all)
        }
        fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut all = BTreeMap::new();
            while let Some((name, address)) = map.next_entry()? {
                all.insert(name, address);
            }
            Ok(all)
        }
    }
    from.deserialize_any(Visitor).map(Arc::new)
}

/// A volume at an instance.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct VolumeAttachment {
    /// The volume's key.
    pub volume: Key,
    /// The instance's key.
    pub instance: Key,
}

/// A public address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FloatingIp {
    /// Its value.
    pub address: Value<IpAddr>,
    /// The key of the instance that has it.
    pub instance: Option<Key>,
    /// The network on which the instance is reached.
    pub network: NetworkName,
}

macro_rules! resources {
    ($($kind:ident($held:ty),)*) => {
        /// One resource of an environment. Instances are most of them and the largest, so they are
        /// shared: a plan, its footprint and the states that it is made of hold each of them once.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(tag = "kind", rename_all = "kebab-case")]
        #[allow(missing_docs)]
        pub enum Resource {
            $($kind($held),)*
        }

        impl Resource {
            /// Its kind.
            pub const fn kind(&self) -> ResourceKind {
                match self { $(Self::$kind(_) => ResourceKind::$kind,)* }
            }
        }

        $(impl From<$kind> for Resource {
            fn from(resource: $kind) -> Self {
                Self::$kind(resource.into())
            }
        })*
    };
}

resources! {
    Network(Network),
    Subnet(Subnet),
    Router(Router),
    RouterInterface(RouterInterface),
    SecurityGroup(SecurityGroup),
    SecurityRules(SecurityRules),
    ServerGroup(ServerGroup),
    Keypair(Keypair),
    VolumeSnapshot(VolumeSnapshot),
    Volume(Volume),
    Image(Image),
    Instance(Arc<Instance>),
    VolumeAttachment(VolumeAttachment),
    FloatingIp(FloatingIp),
}

/// How one resource hangs on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bond {
    /// It is a part of it: taken away before it, and made anew with it.
    Part,
    /// It needs it to be there, and stays in its way while it is there itself.
    Needs,
    /// It is told of it when it is made, so it must be there by then; what becomes of either later
    /// is nothing to the other.
    Told,
    /// It needs it to be there; when the other goes, the cloud only clears the reference, which is
    /// set again afterwards.
    Refers,
}

/// The key of a volume of an instance: `volume/app[3].data`.
pub fn volume_key(group: &GroupName, ordinal: u32, volume: &VolumeName) -> Key {
    let name = format!("{group}[{ordinal}].{volume}");
    Key::new(ResourceKind::Volume, &name)
}

/// The one router's key name in an environment.
pub const ROUTER: &str = "main";

impl Resource {
    /// The keys that it hangs on, and how.
    pub fn bonds(&self) -> Vec<(Key, Bond)> {
        let key = |kind, network: &NetworkName| Key::shared(kind, network.shared());
        match self {
            Self::Network(Network {})
            | Self::Router(Router {})
            | Self::SecurityGroup(SecurityGroup {})
            | Self::ServerGroup(ServerGroup {})
            | Self::Keypair(Keypair { public_key: _ })
            | Self::VolumeSnapshot(VolumeSnapshot { volume: _, size: _ })
            | Self::Image(Image { instance: _ }) => Vec::new(),
            // Some clouds keep a snapshot for as long as volumes made from it are there.
            Self::Volume(Volume {
                content,
                size: _,
                volume_type: _,
                mount: _,
                file_system: _,
            }) => content
                .own()
                .map(|key| (key.clone(), Bond::Needs))
                .into_iter()
                .collect(),
            Self::Subnet(Subnet {
                network,
                cidr: _,
                reserved: _,
            }) => vec![(network.clone(), Bond::Part)],
            Self::RouterInterface(RouterInterface { router, subnet }) => {
                vec![(router.clone(), Bond::Part), (subnet.clone(), Bond::Part)]
            }
            Self::SecurityRules(SecurityRules { group, rules }) => {
                let mut bonds = vec![(group.clone(), Bond::Part)];
                for rule in rules {
                    if let Remote::Group(other) = &rule.remote
                        && other != group
                    {
                        bonds.push((other.clone(), Bond::Needs));
                    }
                }
                bonds.sort();
                bonds.dedup();
                bonds
            }
            Self::Instance(instance) => {
                let Instance {
                    networks,
                    security_groups,
                    server_group,
                    keypair,
                    first_boot,
                    boot,
                    group,
                    ordinal,
                    host_name: _,
                    flavor: _,
                    profiles: _,
                    role: _,
                    power: _,
                } = &**instance;
                let mut bonds = Vec::new();
                bonds.extend(boot.own().map(|key| (key.clone(), Bond::Needs)));
                for network in networks.keys() {
                    bonds.push((key(ResourceKind::Network, network), Bond::Needs));
                    bonds.push((key(ResourceKind::Subnet, network), Bond::Needs));
                }
                bonds.extend(security_groups.iter().map(|key| (key.clone(), Bond::Needs)));
                bonds.extend(server_group.iter().map(|key| (key.clone(), Bond::Needs)));
                bonds.extend(keypair.iter().map(|key| (key.clone(), Bond::Needs)));
                for volume in first_boot.volumes() {
                    bonds.push((volume_key(group, *ordinal, volume), Bond::Told));
                }
                bonds
            }
            Self::VolumeAttachment(VolumeAttachment { volume, instance }) => {
                vec![(volume.clone(), Bond::Part), (instance.clone(), Bond::Part)]
            }
            Self::FloatingIp(FloatingIp {
                instance,
                network,
                address: _,
            }) => {
                let mut bonds = vec![(key(ResourceKind::RouterInterface, network), Bond::Needs)];
                bonds.extend(instance.iter().map(|key| (key.clone(), Bond::Refers)));
                bonds
            }
        }
    }

    /// The key of what it goes with: the cloud takes both away in one call, and needs no other. A
    /// security group's rules go with it, and so do the rules of others that name it (Neutron's
    /// tables cascade). Nova lets go of a server's volumes when it takes the server away, also where
    /// a volume is stuck between attached and free, and nobody could detach it.
    pub const fn goes_with(&self) -> Option<&Key> {
        match self {
            Self::SecurityRules(SecurityRules { group, rules: _ }) => Some(group),
            Self::VolumeAttachment(VolumeAttachment {
                instance,
                volume: _,
            }) => Some(instance),
            Self::Network(_)
            | Self::Subnet(_)
            | Self::Router(_)
            | Self::RouterInterface(_)
            | Self::SecurityGroup(_)
            | Self::ServerGroup(_)
            | Self::VolumeSnapshot(_)
            | Self::Keypair(_)
            | Self::Volume(_)
            | Self::Image(_)
            | Self::Instance(_)
            | Self::FloatingIp(_) => None,
        }
    }

    /// Whether the cloud can turn `self` into `after` while it stays itself, or has to replace it.
    pub fn changes_in_place(&self, after: &Self) -> bool {
        match (self, after) {
            (Self::SecurityRules(a), Self::SecurityRules(b)) => a.group == b.group,
            (Self::Subnet(a), Self::Subnet(b)) => {
                let Subnet {
                    network,
                    cidr,
                    reserved: _,
                } = a;
                network == &b.network && cidr == &b.cidr
            }
            (Self::Volume(a), Self::Volume(b)) => {
                let Volume {
                    size,
                    volume_type,
                    content,
                    mount: _,
                    file_system: _,
                } = a;
                content == &b.content
                    && volume_type == &b.volume_type
                    && match (size.fixed(), b.size.fixed()) {
                        // A volume can grow where it is; it can't shrink.
                        (Some(a), Some(b)) => a <= b,
                        (None, _) | (_, None) => true,
                    }
            }
            (Self::Instance(a), Self::Instance(b)) => {
                let Instance {
                    group,
                    ordinal,
                    host_name,
                    boot,
                    networks,
                    server_group,
                    keypair,
                    first_boot,
                    flavor: _,
                    profiles: _,
                    role: _,
                    security_groups: _,
                    power: _,
                } = &**a;
                group == &b.group
                    && ordinal == &b.ordinal
                    && host_name == &b.host_name
                    && boot == &b.boot
                    && networks == &b.networks
                    && server_group == &b.server_group
                    && keypair == &b.keypair
                    && first_boot == &b.first_boot
            }
            (Self::FloatingIp(a), Self::FloatingIp(b)) => {
                a.address == b.address && a.network == b.network
            }
            (Self::Network(a), Self::Network(b)) => a == b,
            (Self::Router(a), Self::Router(b)) => a == b,
            (Self::RouterInterface(a), Self::RouterInterface(b)) => a == b,
            (Self::SecurityGroup(a), Self::SecurityGroup(b)) => a == b,
            (Self::ServerGroup(a), Self::ServerGroup(b)) => a == b,
            (Self::VolumeSnapshot(a), Self::VolumeSnapshot(b)) => a == b,
            (Self::Image(a), Self::Image(b)) => a == b,
            (Self::Keypair(a), Self::Keypair(b)) => a == b,
            (Self::VolumeAttachment(a), Self::VolumeAttachment(b)) => a == b,
            (
                Self::Network(_)
                | Self::Subnet(_)
                | Self::Router(_)
                | Self::RouterInterface(_)
                | Self::SecurityGroup(_)
                | Self::SecurityRules(_)
                | Self::ServerGroup(_)
                | Self::VolumeSnapshot(_)
                | Self::Keypair(_)
                | Self::Volume(_)
                | Self::Image(_)
                | Self::Instance(_)
                | Self::VolumeAttachment(_)
                | Self::FloatingIp(_),
                _,
            ) => false,
        }
    }
}

impl Resource {
    /// The state in between where a cloud can't come to this one at once: an instance is started
    /// when it is made or resized, and can only be stopped after that.
    pub fn on_the_way(&self, before: Option<&Self>) -> Option<Self> {
        let Self::Instance(after) = self else {
            return None;
        };
        let power = match before {
            Some(Self::Instance(before)) => before.power,
            Some(_) | None => Power::default(),
        };
        if power == after.power {
            return None;
        }
        let between = Self::from(Instance {
            power,
            ..Instance::clone(after)
        });
        (before != Some(&between)).then_some(between)
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range(range) => range.fmt(f),
            Self::Group(key) => f.write_str(key.name()),
        }
    }
}
