//! From the cloud's representation to ours: whose a resource is, what it is in keys instead of
//! ids, whether it can be used. One pass over the rows for what they know of each other, one for
//! the answer; no look-up in the file per row.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use chrono::DateTime;
use engine::port::{Found, Mark, Scope, Status};
use model::facts::InstanceFacts;
use model::first_boot::FirstBoot;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::NetworkName;
use model::resource::{
    Boot, FloatingIp, Image, Instance, Keypair, KeypairSource, Network, Power, Remote, Resource,
    Router, RouterInterface, Rule, SecurityGroup, SecurityRules, ServerGroup, Subnet, Volume,
    VolumeAttachment, VolumeContent, VolumeSnapshot,
};
use model::unit::Gib;
use model::value::Value;

use super::world::{
    Body, BootRow, Content, Disk, Millis, PublicAddress, Purpose, RemoteRow, Row, RuleRow, Server,
    World,
};

/// The mark of a row. A part has its first parent's mark with a key of its own, which takes its
/// name from the parent that there is one of per part.
pub(super) fn mark_of(world: &World, row: &Row) -> Option<Mark> {
    let of = |id: &CloudId| world.row(id).and_then(|row| row.mark.as_ref());
    let part = |parent: &Mark, kind, name: &str| Mark {
        key: Key::new(kind, name),
        ..parent.clone()
    };
    match &row.body {
        Body::RouterInterface { router, subnet } => {
            let (router, subnet) = (of(router)?, of(subnet)?);
            // A router of ours on somebody else's subnet has a port that is not ours to name.
            is_of_one(router, subnet)
                .then(|| part(router, ResourceKind::RouterInterface, subnet.key.name()))
        }
        Body::SecurityRules { group, .. } => {
            let group = of(group)?;
            Some(part(group, ResourceKind::SecurityRules, group.key.name()))
        }
        Body::VolumeAttachment { volume, .. } => {
            let volume = of(volume)?;
            let kind = ResourceKind::VolumeAttachment;
            Some(part(volume, kind, volume.key.name()))
        }
        Body::Network
        | Body::Subnet { .. }
        | Body::Router
        | Body::SecurityGroup
        | Body::ServerGroup
        | Body::VolumeSnapshot { .. }
        | Body::Keypair { .. }
        | Body::Volume(_)
        | Body::Image { .. }
        | Body::Instance(_)
        | Body::FloatingIp(_) => row.mark.clone(),
    }
}

fn is_of_one(a: &Mark, b: &Mark) -> bool {
    a.installation == b.installation && a.environment == b.environment
}

/// What rows know of each other.
pub(super) struct Links<'w> {
    /// The volumes that are attached, or started from.
    attached: BTreeSet<&'w CloudId>,
    /// The public addresses of servers.
    pub(super) public: BTreeMap<&'w CloudId, Vec<IpAddr>>,
}

impl<'w> Links<'w> {
    pub(super) fn of(world: &'w World) -> Self {
        let mut links = Self {
            attached: BTreeSet::new(),
            public: BTreeMap::new(),
        };
        for row in world.rows() {
            match &row.body {
                Body::VolumeAttachment { volume, .. } => {
                    links.attached.insert(volume);
                }
                Body::Instance(server) => {
                    if let BootRow::Volume { volume } = &server.boot {
                        links.attached.insert(volume);
                    }
                }
                Body::FloatingIp(PublicAddress {
                    address,
                    network: _,
                    route: Some(route),
                }) => links
                    .public
                    .entry(&route.instance)
                    .or_default()
                    .push(*address),
                _ => {}
            }
        }
        links
    }
}

/// Everything of a scope and of some kinds.
pub(super) fn list(
    world: &World,
    scope: Scope,
    kinds: &BTreeSet<ResourceKind>,
    now: Millis,
) -> Vec<Found> {
    let links = Links::of(world);
    world
        .rows()
        .filter(|row| kinds.contains(&row.body.kind()))
        .filter_map(|row| {
            let mark = mark_of(world, row);
            match scope {
                Scope::Everything => {}
                Scope::Environment(installation, environment) => {
                    mark.as_ref().filter(|mark| {
                        mark.installation == installation && mark.environment == environment
                    })?;
                }
            }
            Some(found(world, &links, row, mark, now))
        })
        .collect()
}

/// One resource.
pub(super) fn look(world: &World, row: &Row, now: Millis) -> Found {
    found(world, &Links::of(world), row, mark_of(world, row), now)
}

fn found(world: &World, links: &Links<'_>, row: &Row, mark: Option<Mark>, now: Millis) -> Found {
    let name = match &row.body {
        // It has no name; its address is what people see.
        Body::FloatingIp(address) => address.address.to_string(),
        _ => row.name.clone(),
    };
    let resource = mark
        .as_ref()
        .and_then(|mark| resource(&Translator { world, mark }, row));
    Found {
        kind: row.body.kind(),
        id: row.id.clone(),
        name,
        mark,
        resource,
        status: status(row, now),
        facts: facts(links, row, now),
        created_at: DateTime::from_timestamp_millis(row.created),
    }
}

fn status(row: &Row, now: Millis) -> Status {
    if row.gone.is_some() {
        return Status::Deleting;
    }
    if now < row.ready {
        return Status::Building;
    }
    if let Some(fault) = &row.fault {
        return Status::Failed {
            fault: fault.clone(),
        };
    }
    let changing = match &row.body {
        Body::Instance(server) => server.resizing.is_some() || server.powering.is_some(),
        Body::Volume(disk) => disk.extending.is_some(),
        _ => false,
    };
    if changing {
        Status::Changing
    } else {
        Status::Ready
    }
}

/// The cloud's own word; none where OpenStack has no status for such a thing.
pub(super) fn status_word(links: &Links<'_>, row: &Row, now: Millis) -> Option<&'static str> {
    let status = status(row, now);
    let volume = matches!(row.body, Body::Volume(_) | Body::VolumeSnapshot { .. });
    match (&row.body, status) {
        (
            Body::SecurityGroup
            | Body::SecurityRules { .. }
            | Body::ServerGroup
            | Body::Keypair { .. }
            | Body::Subnet { .. }
            | Body::VolumeAttachment { .. },
            _,
        ) => None,
        (Body::Image { .. }, Status::Building) => Some("saving"),
        (Body::Image { .. }, Status::Failed { .. }) => Some("killed"),
        (Body::Image { .. }, _) => Some("active"),
        (_, Status::Deleting) => Some("deleting"),
        (_, Status::Building) if volume => Some("creating"),
        (_, Status::Building) => Some("BUILD"),
        (_, Status::Failed { .. }) if volume => Some("error"),
        (_, Status::Failed { .. }) => Some("ERROR"),
        (_, Status::Changing | Status::AwaitsConfirmation) if volume => Some("extending"),
        (Body::Instance(server), Status::Changing) if server.powering.is_some() => {
            Some(power_word(server.power))
        }
        (_, Status::Changing | Status::AwaitsConfirmation) => Some("RESIZE"),
        (Body::Volume(_), Status::Ready) if links.attached.contains(&row.id) => Some("in-use"),
        (Body::Volume(_) | Body::VolumeSnapshot { .. }, Status::Ready) => Some("available"),
        (Body::Instance(server), Status::Ready) => Some(power_word(server.power)),
        (Body::FloatingIp(PublicAddress { route: None, .. }), Status::Ready) => Some("DOWN"),
        (_, Status::Ready) => Some("ACTIVE"),
    }
}

const fn power_word(power: Power) -> &'static str {
    match power {
        Power::Running => "ACTIVE",
        Power::Stopped => "SHUTOFF",
    }
}

fn facts(links: &Links<'_>, row: &Row, now: Millis) -> InstanceFacts {
    let status = status_word(links, row, now).map(str::to_owned);
    match &row.body {
        Body::Instance(server) => InstanceFacts {
            host_name: Some(server.host_name.clone()),
            status,
            addresses: server
                .ports
                .iter()
                .filter_map(|port| port.address)
                .collect(),
            public_addresses: links.public.get(&row.id).cloned().unwrap_or_default(),
            ..InstanceFacts::default()
        },
        _ => InstanceFacts {
            status,
            ..InstanceFacts::default()
        },
    }
}

/// Finds keys for ids among what carries a mark of the same environment.
struct Translator<'a> {
    world: &'a World,
    mark: &'a Mark,
}

impl Translator<'_> {
    fn key(&self, id: &CloudId) -> Option<Key> {
        let mark = self.world.row(id)?.mark.as_ref()?;
        is_of_one(mark, self.mark).then(|| mark.key.clone())
    }

    fn keys<'a, C: FromIterator<Key>>(
        &self,
        ids: impl IntoIterator<Item = &'a CloudId>,
    ) -> Option<C> {
        ids.into_iter().map(|id| self.key(id)).collect()
    }
}

/// What a row is in our words; none where something that it refers to is gone or not ours.
fn resource(keys: &Translator<'_>, row: &Row) -> Option<Resource> {
    Some(match &row.body {
        Body::Network => Network {}.into(),
        Body::Router => Router {}.into(),
        Body::SecurityGroup => SecurityGroup {}.into(),
        Body::ServerGroup => ServerGroup {}.into(),
        Body::Keypair { public_key } => Keypair {
            public_key: KeypairSource::Given(public_key.parse().ok()?),
        }
        .into(),
        Body::Subnet {
            network,
            cidr,
            reserved,
        } => Subnet {
            network: keys.key(network)?,
            cidr: *cidr,
            reserved: reserved.clone(),
        }
        .into(),
        Body::VolumeSnapshot {
            volume,
            gib,
            bootable: _,
        } => VolumeSnapshot {
            volume: Value::Fixed(volume.clone()),
            size: Value::Fixed(Gib(*gib)),
        }
        .into(),
        Body::Image { instance } => Image {
            instance: Value::Fixed(instance.clone()),
        }
        .into(),
        Body::RouterInterface { router, subnet } => RouterInterface {
            router: keys.key(router)?,
            subnet: keys.key(subnet)?,
        }
        .into(),
        Body::SecurityRules { group, rules } => {
            let rule = |rule: &RuleRow| {
                let RuleRow {
                    protocol,
                    port,
                    remote,
                } = rule;
                Some(Rule {
                    protocol: *protocol,
                    port: *port,
                    remote: match remote {
                        RemoteRow::Range(range) => Remote::Range(*range),
                        RemoteRow::Group(group) => Remote::Group(keys.key(group)?),
                    },
                })
            };
            SecurityRules {
                group: keys.key(group)?,
                rules: rules.iter().map(rule).collect::<Option<_>>()?,
            }
            .into()
        }
        Body::Volume(Disk {
            gib,
            volume_type,
            content,
            mount,
            file_system,
            bootable: _,
            extending: _,
        }) => Volume {
            size: Value::Fixed(Gib(*gib)),
            volume_type: volume_type.clone(),
            content: match content {
                Content::Empty => VolumeContent::Empty,
                Content::Image(image) => VolumeContent::Image(Value::Fixed(image.clone())),
                Content::Stored(source, _) => VolumeContent::Stored(source.clone()),
                Content::Snapshot(id) => VolumeContent::Snapshot(keys.key(id)?),
            },
            mount: mount.clone(),
            file_system: file_system.clone(),
        }
        .into(),
        Body::Instance(server) => instance(keys, server)?.into(),
        Body::VolumeAttachment { volume, instance } => VolumeAttachment {
            volume: keys.key(volume)?,
            instance: keys.key(instance)?,
        }
        .into(),
        Body::FloatingIp(PublicAddress {
            address,
            network,
            route,
        }) => FloatingIp {
            address: Value::Fixed(*address),
            instance: match route {
                Some(route) => Some(keys.key(&route.instance)?),
                None => None,
            },
            network: network.clone()?,
        }
        .into(),
    })
}

fn instance(keys: &Translator<'_>, server: &Server) -> Option<Instance> {
    let Server {
        host_name,
        flavor,
        boot,
        power,
        purpose,
        ports,
        security_groups,
        group: server_group,
        keypair,
        first_boot,
        size: _,
        resizing: _,
        powering: _,
        host: _,
        guest: _,
        metadata: _,
        tags: _,
    } = server;
    let Purpose {
        group,
        ordinal,
        profiles,
        role,
    } = purpose.clone()?;
    let networks = ports
        .iter()
        .map(|port| {
            let name = NetworkName::new(keys.key(&port.network)?.name()).ok()?;
            let address = port.address.map_or(Value::Unknown, Value::Fixed);
            Some((name, address))
        })
        .collect::<Option<BTreeMap<_, _>>>()?;
    Some(Instance {
        group,
        ordinal,
        host_name: host_name.clone(),
        flavor: Value::Fixed(flavor.clone()),
        boot: match boot {
            BootRow::Offered(image) => Boot::Image(Value::Fixed(image.clone())),
            BootRow::Own { image } => Boot::OwnImage {
                image: keys.key(image)?,
            },
            BootRow::Volume { volume } => Boot::Volume {
                volume: keys.key(volume)?,
            },
        },
        profiles: Arc::new(profiles),
        role,
        networks: Arc::new(networks),
        security_groups: Arc::new(keys.keys(security_groups)?),
        server_group: match server_group {
            Some(group) => Some(keys.key(group)?),
            None => None,
        },
        power: *power,
        keypair: keypair
            .as_ref()
            .and_then(|keypair| keypair.mark.as_ref())
            .filter(|mark| is_of_one(mark, keys.mark))
            .map(|mark| mark.key.clone()),
        first_boot: FirstBoot::found(first_boot.clone()),
    })
}
