//! What the simulated cloud holds, in memory: its rows as they stand in its file, in the cloud's
//! own representation, where one resource knows another by its id alone. The rules work on this;
//! every change is noted, so that the file can be brought up to it in one transaction. It must
//! never ask for the time itself: whoever calls says what time it is.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;
use model::data::VolumeSource;
use model::first_boot::Digest;
use model::flavor::Flavor;
use model::group::Role;
use model::id::CloudId;
use model::key::ResourceKind;
use model::name::{FlavorName, GroupName, ImageName, NetworkName, ProfileName, VolumeTypeName};
use model::profile::Protocol;
use model::resource::Power;
use plan::offers::QuotaKind;
use serde::{Deserialize, Serialize};

use engine::port::Mark;

use super::calls::NewCall;
use super::faults::FaultState;
use super::guest::Guest;

/// A moment, in milliseconds since 1970 by the cloud's clock.
pub(super) type Millis = i64;

/// One resource as the cloud keeps it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub id: CloudId,
    /// Empty where OpenStack has no name for such a thing.
    pub name: String,
    /// What stands in its metadata or description; none on parts, which have room for neither.
    pub mark: Option<Mark>,
    pub body: Body,
    pub created: Millis,
    /// From when on it is ready, or failed.
    pub ready: Millis,
    /// Why it will not be ready.
    pub fault: Option<String>,
    /// When it will be gone, once its deletion was asked for.
    pub gone: Option<Millis>,
}

/// What a resource is, references as the cloud's ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Body {
    Network,
    Subnet {
        network: CloudId,
        cidr: IpNet,
        /// Outside its allocation pools.
        #[serde(default)]
        reserved: BTreeSet<IpAddr>,
    },
    Router,
    RouterInterface {
        router: CloudId,
        subnet: CloudId,
    },
    SecurityGroup,
    SecurityRules {
        group: CloudId,
        rules: BTreeSet<RuleRow>,
    },
    ServerGroup,
    VolumeSnapshot {
        volume: CloudId,
        gib: u64,
        /// Whether the volume was.
        bootable: bool,
    },
    Keypair {
        public_key: String,
    },
    Volume(Disk),
    /// Made of a server; those that the cloud offers are no rows.
    Image {
        instance: CloudId,
    },
    Instance(Box<Server>),
    VolumeAttachment {
        volume: CloudId,
        instance: CloudId,
    },
    FloatingIp(PublicAddress),
}

/// One rule of a security group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct RuleRow {
    pub protocol: Protocol,
    pub port: u16,
    pub remote: RemoteRow,
}

/// Who is meant by a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RemoteRow {
    Range(IpNet),
    Group(CloudId),
}

/// A volume.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Disk {
    pub gib: u64,
    /// None where nobody asked for one: this cloud has no usual type.
    #[serde(default)]
    pub volume_type: Option<VolumeTypeName>,
    #[serde(default)]
    pub content: Content,
    /// Whether a server can start from it: made from an image, or from something that was.
    #[serde(default)]
    pub bootable: bool,
    /// In its metadata.
    pub mount: Option<String>,
    /// In its metadata.
    pub file_system: Option<String>,
    pub extending: Option<Extending>,
}

/// What a volume was made from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Content {
    #[default]
    Empty,
    Image(ImageName),
    /// A snapshot or a volume that was asked for so; the words are in its metadata.
    Stored(VolumeSource, CloudId),
    Snapshot(CloudId),
}

impl Content {
    /// The snapshot or the volume that it was made from.
    pub const fn source(&self) -> Option<&CloudId> {
        match self {
            Self::Stored(_, id) | Self::Snapshot(id) => Some(id),
            Self::Empty | Self::Image(_) => None,
        }
    }
}

/// A volume on its way to a new size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Extending {
    pub gib: u64,
    pub until: Millis,
}

/// A server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Server {
    pub host_name: String,
    pub flavor: FlavorName,
    pub size: Size,
    pub resizing: Option<Resizing>,
    #[serde(alias = "image")]
    pub boot: BootRow,
    #[serde(default)]
    pub power: Power,
    #[serde(default)]
    pub powering: Option<Powering>,
    /// In its metadata; none on servers that are not ours.
    pub purpose: Option<Purpose>,
    pub ports: Vec<PortRow>,
    pub security_groups: BTreeSet<CloudId>,
    /// Its server group.
    pub group: Option<CloudId>,
    /// The hypervisor that it stands on; none where none was found.
    pub host: Option<u32>,
    /// Its keypair, whose key it keeps also when that is gone.
    #[serde(default)]
    pub keypair: Option<KeyName>,
    /// In its metadata.
    #[serde(default)]
    pub first_boot: Option<Digest>,
    /// What runs inside it.
    #[serde(default)]
    pub guest: Guest,
    /// What people wrote on it, beside what it is for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
}

/// A keypair by its name, which holds its mark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct KeyName {
    pub id: CloudId,
    pub mark: Option<Mark>,
}

/// What a server starts from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum BootRow {
    Offered(ImageName),
    Own { image: CloudId },
    Volume { volume: CloudId },
}

/// A server on its way to being stopped or started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Powering {
    pub to: Power,
    pub until: Millis,
}

/// What a server takes of the quotas; kept with it, since flavors may change their size.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Size {
    pub vcpus: u64,
    pub ram_mib: u64,
}

/// A server on its way to a new flavor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Resizing {
    pub flavor: FlavorName,
    pub size: Size,
    pub until: Millis,
}

/// What a server is for, as its metadata says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Purpose {
    pub group: GroupName,
    pub ordinal: u32,
    pub profiles: BTreeSet<ProfileName>,
    pub role: Option<Role>,
}

/// A server's port on a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PortRow {
    pub network: CloudId,
    pub subnet: CloudId,
    /// None where the server never came so far as to have a port.
    pub address: Option<IpAddr>,
}

/// A floating IP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct PublicAddress {
    pub address: IpAddr,
    /// In its description.
    pub network: Option<NetworkName>,
    /// None: it leads nowhere.
    pub route: Option<Route>,
}

/// Where a floating IP leads, and through which router interface.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Route {
    pub instance: CloudId,
    pub interface: CloudId,
}

impl PublicAddress {
    /// The server that it leads to.
    pub fn instance(&self) -> Option<&CloudId> {
        self.route.as_ref().map(|route| &route.instance)
    }
}

impl Body {
    pub fn kind(&self) -> ResourceKind {
        match self {
            Self::Network => ResourceKind::Network,
            Self::Subnet { .. } => ResourceKind::Subnet,
            Self::Router => ResourceKind::Router,
            Self::RouterInterface { .. } => ResourceKind::RouterInterface,
            Self::SecurityGroup => ResourceKind::SecurityGroup,
            Self::SecurityRules { .. } => ResourceKind::SecurityRules,
            Self::ServerGroup => ResourceKind::ServerGroup,
            Self::VolumeSnapshot { .. } => ResourceKind::VolumeSnapshot,
            Self::Image { .. } => ResourceKind::Image,
            Self::Keypair { .. } => ResourceKind::Keypair,
            Self::Volume(_) => ResourceKind::Volume,
            Self::Instance(_) => ResourceKind::Instance,
            Self::VolumeAttachment { .. } => ResourceKind::VolumeAttachment,
            Self::FloatingIp(_) => ResourceKind::FloatingIp,
        }
    }
}

/// A change of the world that the file does not have yet.
#[derive(Clone, Debug)]
pub(super) enum Pending {
    Put(Box<Row>),
    Remove(CloudId),
    Flavor(FlavorName, Flavor),
    Image(ImageName),
    VolumeType(VolumeTypeName),
    Quota(QuotaKind, Option<u64>),
    Fault(FaultState),
    ClearFaults,
    Call(NewCall),
}

/// Everything that the cloud holds.
#[derive(Clone, Debug, Default)]
pub(super) struct World {
    rows: BTreeMap<CloudId, Row>,
    pub(super) flavors: BTreeMap<FlavorName, Flavor>,
    pub(super) images: BTreeSet<ImageName>,
    pub(super) volume_types: BTreeSet<VolumeTypeName>,
    /// None: lifted on purpose.
    pub(super) quotas: BTreeMap<QuotaKind, Option<u64>>,
    pub(super) faults: Vec<FaultState>,
    pending: Vec<Pending>,
}

impl World {
    pub fn load(rows: Vec<Row>) -> Self {
        Self {
            rows: rows.into_iter().map(|row| (row.id.clone(), row)).collect(),
            ..Self::default()
        }
    }

    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    pub fn row(&self, id: &CloudId) -> Option<&Row> {
        self.rows.get(id)
    }

    /// The servers with their rows.
    pub fn servers(&self) -> impl Iterator<Item = (&Row, &Server)> {
        self.rows().filter_map(|row| match &row.body {
            Body::Instance(server) => Some((row, &**server)),
            _ => None,
        })
    }

    /// The floating IPs with their rows.
    pub fn public_addresses(&self) -> impl Iterator<Item = (&Row, &PublicAddress)> {
        self.rows().filter_map(|row| match &row.body {
            Body::FloatingIp(address) => Some((row, address)),
            _ => None,
        })
    }

    /// The attachment of a volume, where it has one.
    pub fn attachment_of(&self, id: &CloudId) -> Option<&Row> {
        self.rows()
            .find(|row| matches!(&row.body, Body::VolumeAttachment { volume, .. } if volume == id))
    }

    /// The server that starts from a volume, where there is one.
    pub fn booted_from(&self, id: &CloudId) -> Option<&Row> {
        self.servers()
            .find(|(_, server)| matches!(&server.boot, BootRow::Volume { volume } if volume == id))
            .map(|(row, _)| row)
    }

    /// Whether a volume is attached to a server, or a server starts from it.
    pub fn is_in_use(&self, volume: &CloudId) -> bool {
        self.attachment_of(volume).is_some() || self.booted_from(volume).is_some()
    }

    pub fn put(&mut self, row: Row) {
        self.pending.push(Pending::Put(Box::new(row.clone())));
        self.rows.insert(row.id.clone(), row);
    }

    pub fn remove(&mut self, id: &CloudId) {
        self.rows.remove(id);
        self.pending.push(Pending::Remove(id.clone()));
    }

    /// Notes a change that is kept elsewhere than among the rows.
    pub fn note(&mut self, change: Pending) {
        self.pending.push(change);
    }

    pub fn take_pending(&mut self) -> Vec<Pending> {
        std::mem::take(&mut self.pending)
    }

    /// Whether something is due that [`World::settle`] would do.
    pub fn is_due(&self, now: Millis) -> bool {
        self.rows.values().any(|row| {
            row.gone.is_some_and(|at| at <= now)
                || match &row.body {
                    Body::Instance(server) => {
                        server.resizing.as_ref().is_some_and(|r| r.until <= now)
                            || server.powering.as_ref().is_some_and(|p| p.until <= now)
                    }
                    Body::Volume(disk) => disk.extending.as_ref().is_some_and(|e| e.until <= now),
                    _ => false,
                }
        })
    }

    /// Brings everything up to a time: what was being changed has changed, what was to go is gone,
    /// and what hung on it with it.
    pub fn settle(&mut self, now: Millis) {
        if !self.is_due(now) {
            return;
        }
        let changed: Vec<Row> = self.rows().filter_map(|row| changed_by(row, now)).collect();
        for row in changed {
            self.put(row);
        }
        let gone: BTreeSet<CloudId> = self
            .rows()
            .filter(|row| row.gone.is_some_and(|at| at <= now))
            .map(|row| row.id.clone())
            .collect();
        let mut removed = Vec::new();
        let mut freed = Vec::new();
        for row in self.rows() {
            let goes_with = match &row.body {
                Body::Subnet { network, .. } => gone.contains(network),
                Body::SecurityRules { group, rules } => {
                    let names_gone = |rule: &RuleRow| match &rule.remote {
                        RemoteRow::Group(named) => gone.contains(named),
                        RemoteRow::Range(_) => false,
                    };
                    let left: BTreeSet<RuleRow> = rules
                        .iter()
                        .filter(|rule| !names_gone(rule))
                        .cloned()
                        .collect();
                    let fewer = left.len() < rules.len();
                    let goes = gone.contains(group) || (fewer && left.is_empty());
                    if !goes && fewer {
                        freed.push(Row {
                            body: Body::SecurityRules {
                                group: group.clone(),
                                rules: left,
                            },
                            ..row.clone()
                        });
                    }
                    goes
                }
                Body::RouterInterface { router, subnet } => {
                    gone.contains(router) || gone.contains(subnet)
                }
                Body::VolumeAttachment { volume, instance } => {
                    gone.contains(volume) || gone.contains(instance)
                }
                Body::FloatingIp(address) => {
                    if address.instance().is_some_and(|id| gone.contains(id)) {
                        freed.push(Row {
                            body: Body::FloatingIp(PublicAddress {
                                route: None,
                                ..address.clone()
                            }),
                            ..row.clone()
                        });
                    }
                    false
                }
                Body::Network
                | Body::Router
                | Body::SecurityGroup
                | Body::ServerGroup
                | Body::VolumeSnapshot { .. }
                | Body::Keypair { .. }
                | Body::Volume(_)
                | Body::Image { .. }
                | Body::Instance(_) => false,
            };
            if goes_with || gone.contains(&row.id) {
                removed.push(row.id.clone());
            }
        }
        for row in freed {
            self.put(row);
        }
        for id in removed {
            self.remove(&id);
        }
    }
}

/// What a row becomes once its change under way is done.
fn changed_by(row: &Row, now: Millis) -> Option<Row> {
    let body = match &row.body {
        Body::Instance(server) => {
            let resized = server.resizing.as_ref().filter(|r| r.until <= now);
            let powered = server.powering.as_ref().filter(|p| p.until <= now);
            match (resized, powered) {
                (Some(resizing), _) => Body::Instance(Box::new(Server {
                    flavor: resizing.flavor.clone(),
                    size: resizing.size,
                    resizing: None,
                    ..(**server).clone()
                })),
                (None, Some(powering)) => Body::Instance(Box::new(Server {
                    power: powering.to,
                    powering: None,
                    ..(**server).clone()
                })),
                (None, None) => return None,
            }
        }
        Body::Volume(disk) => {
            let extending = disk.extending.as_ref().filter(|e| e.until <= now)?;
            Body::Volume(Disk {
                gib: extending.gib,
                extending: None,
                ..disk.clone()
            })
        }
        _ => return None,
    };
    Some(Row {
        body,
        ..row.clone()
    })
}
