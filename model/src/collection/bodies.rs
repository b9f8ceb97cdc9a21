//! What is collected of each kind of thing.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::facts::{InstanceFacts, ObservedVolume};
use crate::flavor::Flavor;
use crate::id::CloudId;
use crate::quota::{Quota, QuotaKind};
use crate::unit::{Gib, Mib};

/// A project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Whether anybody may work in it.
    pub enabled: bool,
}

/// A server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Its status in the cloud's word, as last told.
    pub status: String,
    /// Since when the cloud can tell no more of it than that it exists: what is known is of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen_since: Option<DateTime<Utc>>,
    /// What is being done to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// Why it failed, in the cloud's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// The name of its flavor, or else that one's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flavor: Option<String>,
    /// Its size, where the cloud tells it with the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Flavor>,
    /// The image that it was started from; none where it was started from a volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<CloudId>,
    /// Its addresses, public ones too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<ServerAddress>,
    /// The names of its security groups.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub security_groups: BTreeSet<String>,
    /// The volumes that are attached to it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub volumes: BTreeSet<CloudId>,
    /// The name of its keypair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keypair: Option<String>,
    /// Its availability zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The hypervisor that it stands on, where that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hypervisor: Option<String>,
    /// What people wrote on it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
}

/// An address of a server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ServerAddress {
    /// The name of the network.
    pub network: String,
    /// The address.
    pub address: IpAddr,
    /// Whether the server has it itself.
    pub kind: AddressKind,
}

/// Whether a server has an address itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressKind {
    /// It has.
    Fixed,
    /// It is a public address that leads to it.
    Floating,
}

/// A volume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Its status in the cloud's word.
    pub status: String,
    /// Its size.
    pub size: Gib,
    /// What sort of storage it is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<String>,
    /// Whether a server can be started from it.
    pub bootable: bool,
    /// Where it is attached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<VolumeAt>,
    /// Its availability zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The snapshot that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<CloudId>,
    /// The name of the image that it was made from, by itself or before what it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// What people wrote on it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

/// Where a volume is attached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VolumeAt {
    /// The server.
    pub server: CloudId,
    /// What it is called there: `/dev/vdb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
}

/// A snapshot of a volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Its status in the cloud's word.
    pub status: String,
    /// Its size.
    pub size: Gib,
    /// The volume that it was taken of.
    pub volume: CloudId,
}

/// A network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Its status in the cloud's word.
    pub status: String,
    /// Whether it leads out of the cloud.
    pub external: bool,
    /// Whether every project may use it.
    pub shared: bool,
}

/// A network's range of addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    /// Its network.
    pub network: CloudId,
    /// The range.
    pub cidr: IpNet,
    /// The way out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<IpAddr>,
    /// Whether addresses are handed out in it.
    pub dhcp: bool,
}

/// A router.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Router {
    /// Its status in the cloud's word.
    pub status: String,
    /// The external network that it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway: Option<CloudId>,
}

/// A port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    /// Its status in the cloud's word.
    pub status: String,
    /// Its network.
    pub network: CloudId,
    /// What it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<CloudId>,
    /// What sort of thing that is: `compute:nova`, `network:dhcp`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub device_owner: String,
    /// Its address on the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<String>,
    /// Its addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<PortAddress>,
    /// Its security groups.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub security_groups: BTreeSet<CloudId>,
}

/// An address of a port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PortAddress {
    /// The subnet.
    pub subnet: CloudId,
    /// The address.
    pub address: IpAddr,
}

/// A public address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FloatingIp {
    /// Its status in the cloud's word.
    pub status: String,
    /// The address.
    pub address: IpAddr,
    /// The external network that it is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<CloudId>,
    /// The port that it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<CloudId>,
}

/// A security group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// Its rules.
    pub rules: BTreeSet<SecurityRule>,
}

/// A rule of a security group, in the cloud's words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SecurityRule {
    /// `ingress` or `egress`.
    pub direction: String,
    /// `IPv4` or `IPv6`.
    pub family: String,
    /// The transport; any where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// The first and the last port; all where none are named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ports: Option<(u16, u16)>,
    /// A range of addresses, or the id of a security group; anybody where neither is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<String>,
}

/// A server group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerGroup {
    /// Its policies: `anti-affinity`.
    pub policies: BTreeSet<String>,
    /// Its servers.
    pub members: BTreeSet<CloudId>,
}

/// A keypair of the credential's user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keypair {
    /// The public key's fingerprint.
    pub fingerprint: String,
}

/// A flavor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenFlavor {
    /// Its size.
    #[serde(flatten)]
    pub size: Flavor,
    /// Whether every project may use it.
    pub public: bool,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Its status in the cloud's word.
    pub status: String,
    /// Who may use it: `public`, `private`, `shared`, `community`.
    pub visibility: String,
    /// Its size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The smallest disk that it fits on.
    pub min_disk: Gib,
    /// The least memory that it needs.
    pub min_ram: Mib,
}

/// A quota with what is used of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaUse {
    /// Of what.
    pub what: QuotaKind,
    /// How much.
    #[serde(flatten)]
    pub quota: Quota,
}

/// An availability zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvailabilityZone {
    /// Of which service: `compute`.
    pub service: String,
    /// Whether anything can be made in it.
    pub available: bool,
}

/// A hypervisor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hypervisor {
    /// `up` or `down`.
    pub state: String,
    /// `enabled` or `disabled`.
    pub status: String,
    /// What it is: `QEMU`.
    pub sort: String,
    /// What it has, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Flavor>,
    /// What servers have taken of that, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used: Option<Flavor>,
    /// How many servers stand on it, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub servers: Option<u32>,
}

impl Server {
    /// What an environment's observed state says of it. `host_name` is its name; the volumes are
    /// those attached to it, the public addresses those that lead to it: what Nova tells of these
    /// may be of before.
    pub fn facts(
        &self,
        host_name: &str,
        volumes: Vec<ObservedVolume>,
        public_addresses: Vec<IpAddr>,
    ) -> InstanceFacts {
        let own = self.addresses.iter();
        InstanceFacts {
            host_name: Some(host_name.to_owned()),
            status: Some(self.status.clone()),
            report: None,
            unseen_since: self.unseen_since,
            fault: self.fault.clone(),
            flavor: None,
            image: None,
            addresses: own
                .filter(|address| address.kind == AddressKind::Fixed)
                .map(|address| address.address)
                .collect(),
            public_addresses,
            volumes,
            os: None,
            load: None,
            file_systems: Vec::new(),
        }
    }
}
