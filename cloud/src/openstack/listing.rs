//! From OpenStack's lists to ours: whose a resource is, what it is in keys instead of ids, whether
//! it can be used. It only reads what was fetched; a name alone never makes anything ours.

mod storage;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use engine::port::{Detail, Found, Mark, Scope, Status};
use model::facts::InstanceFacts;
use model::first_boot::FirstBoot;
use model::group::Role;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::NetworkName;
use model::resource::{
    Boot, FloatingIp, Instance, Network, Resource, Router, RouterInterface, SecurityGroup,
    SecurityRules, ServerGroup, Subnet,
};
use model::topology::items::parse_instance;
use model::value::Value;

use super::create::FIRST_BOOT;
use super::keypairs::of_keypair;
use super::tables::Tables;
use super::{mark, pools, rules, wire};

/// What the lists know of each other.
struct Links<'t> {
    tables: &'t Tables,
    /// The marks of everything that carries one, by the cloud's id.
    marks: BTreeMap<&'t str, Mark>,
    /// Ports by the server or router that they belong to.
    ports: BTreeMap<&'t str, Vec<&'t wire::Port>>,
    /// The device of each port.
    devices: BTreeMap<&'t str, &'t wire::Port>,
    /// The server group of each server.
    groups: BTreeMap<&'t str, &'t str>,
    /// The volumes at each server.
    attached: BTreeMap<&'t str, Vec<&'t str>>,
}

impl<'t> Links<'t> {
    fn of(tables: &'t Tables) -> Self {
        let mut marks = BTreeMap::new();
        let mut described = |id: &'t str, text: Option<&str>| {
            if let Some((mark, _)) = text.and_then(mark::read) {
                marks.insert(id, mark);
            }
        };
        for n in &tables.networks {
            described(&n.id, n.description.as_deref());
        }
        for s in &tables.subnets {
            described(&s.id, s.description.as_deref());
        }
        for r in &tables.routers {
            described(&r.id, r.description.as_deref());
        }
        for g in &tables.security_groups {
            described(&g.id, g.description.as_deref());
        }
        for f in &tables.floating_ips {
            described(&f.id, f.description.as_deref());
        }
        for g in &tables.server_groups {
            described(&g.id, Some(&g.name));
        }
        for server in &tables.servers {
            if let Some(mark) = mark::of_metadata(&server.metadata) {
                marks.insert(server.id.as_str(), mark);
            }
        }
        for volume in &tables.volumes {
            if let Some(mark) = mark::of_metadata(&volume.metadata) {
                marks.insert(volume.id.as_str(), mark);
            }
        }
        for snapshot in &tables.snapshots {
            if let Some(mark) = mark::of_metadata(&snapshot.metadata) {
                marks.insert(snapshot.id.as_str(), mark);
            }
        }
        for image in &tables.images {
            if let Some(mark) = image.mark() {
                marks.insert(image.id.as_str(), mark);
            }
        }
        let mut attached: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for volume in &tables.volumes {
            for attachment in &volume.attachments {
                let volumes = attached.entry(attachment.server_id.as_str()).or_default();
                volumes.push(&volume.id);
            }
        }
        let mut ports: BTreeMap<&str, Vec<&wire::Port>> = BTreeMap::new();
        for port in &tables.ports {
            ports.entry(&port.device_id).or_default().push(port);
        }
        Self {
            marks,
            ports,
            attached,
            devices: tables.ports.iter().map(|p| (p.id.as_str(), p)).collect(),
            groups: tables
                .server_groups
                .iter()
                .flat_map(|g| g.members.iter().map(|m| (m.as_str(), g.id.as_str())))
                .collect(),
            tables,
        }
    }

    fn mark(&self, id: &str) -> Option<Mark> {
        self.marks.get(id).cloned()
    }

    /// The key of something of the same environment.
    fn key(&self, of: &Mark, id: &str) -> Option<Key> {
        let mark = self.marks.get(id)?;
        (mark.installation == of.installation && mark.environment == of.environment)
            .then(|| mark.key.clone())
    }

    /// The name of a network of the same environment.
    fn network(&self, of: &Mark, id: &str) -> Option<NetworkName> {
        NetworkName::new(self.key(of, id)?.name()).ok()
    }
}

/// Everything of a scope and of some kinds.
pub(super) fn list(tables: &Tables, scope: Scope, kinds: &BTreeSet<ResourceKind>) -> Vec<Found> {
    let links = Links::of(tables);
    let mut all = Vec::new();
    for kind in kinds {
        match kind {
            ResourceKind::Network => {
                all.extend(tables.networks.iter().map(|n| links.of_network(n)));
            }
            ResourceKind::Subnet => all.extend(tables.subnets.iter().map(|s| links.of_subnet(s))),
            ResourceKind::Router => all.extend(tables.routers.iter().map(|r| links.of_router(r))),
            ResourceKind::RouterInterface => {
                let feet = tables.ports.iter().filter(|p| p.is_router_interface());
                all.extend(feet.map(|port| links.of_interface(port)));
            }
            ResourceKind::SecurityGroup => {
                all.extend(
                    tables
                        .security_groups
                        .iter()
                        .map(|g| links.of_security_group(g)),
                );
            }
            ResourceKind::SecurityRules => {
                all.extend(
                    tables
                        .security_groups
                        .iter()
                        .filter_map(|g| links.of_rules(g)),
                );
            }
            ResourceKind::ServerGroup => {
                all.extend(
                    tables
                        .server_groups
                        .iter()
                        .map(|g| links.of_server_group(g)),
                );
            }
            ResourceKind::VolumeSnapshot => {
                all.extend(tables.snapshots.iter().map(|s| links.of_snapshot(s)));
            }
            ResourceKind::Image => {
                // Others share theirs.
                let own = |image: &&wire::Image| image.owner.as_ref() == Some(&tables.project);
                all.extend(tables.images.iter().filter(own).map(|i| links.of_image(i)));
            }
            ResourceKind::Keypair => all.extend(tables.keypairs.iter().map(of_keypair)),
            ResourceKind::Volume => all.extend(tables.volumes.iter().map(|v| links.of_volume(v))),
            ResourceKind::Instance => {
                all.extend(tables.servers.iter().filter_map(|s| links.of_server(s)));
            }
            ResourceKind::VolumeAttachment => {
                all.extend(tables.volumes.iter().flat_map(|v| links.of_attachments(v)));
            }
            ResourceKind::FloatingIp => {
                all.extend(tables.floating_ips.iter().map(|f| links.of_floating_ip(f)));
            }
        }
    }
    if let Scope::Environment(installation, environment) = scope {
        all.retain(|found| match &found.mark {
            Some(mark) => mark.installation == installation && mark.environment == environment,
            // Its metadata is in a cell that is down: whose it is can't be told here.
            None => found.facts.status.as_deref() == Some(UNSEEN),
        });
    }
    all
}

/// The status of a server of which only the id is known, because its cell is down.
const UNSEEN: &str = "UNKNOWN";

/// One resource, ready, without facts.
pub(super) fn found(kind: ResourceKind, id: &str, name: &str, mark: Option<Mark>) -> Found {
    Found {
        kind,
        id: CloudId::new(id),
        name: name.to_owned(),
        mark,
        resource: None,
        status: Status::Ready,
        facts: InstanceFacts::default(),
        created_at: None,
    }
}

/// A part has its parent's mark with a key of its own.
fn part(parent: Option<Mark>, kind: ResourceKind) -> Option<Mark> {
    parent.map(|mark| Mark {
        key: Key::new(kind, mark.key.name()),
        ..mark
    })
}

/// A time as the services write it: with a zone, or without one and meaning UTC.
pub(super) fn time(text: Option<&String>) -> Option<DateTime<Utc>> {
    let text = text?;
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.with_timezone(&Utc))
        .ok()
        .or_else(|| {
            NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
                .ok()
                .map(|time| time.and_utc())
        })
}

impl Links<'_> {
    fn of_network(&self, row: &wire::Network) -> Found {
        let mark = self.mark(&row.id);
        Found {
            resource: mark.as_ref().map(|_| Network {}.into()),
            created_at: time(row.created_at.as_ref()),
            ..found(ResourceKind::Network, &row.id, &row.name, mark)
        }
    }

    fn of_subnet(&self, row: &wire::Subnet) -> Found {
        let mark = self.mark(&row.id);
        let resource = mark.as_ref().and_then(|mark| {
            let cidr = row.cidr.parse().ok()?;
            Some(Resource::from(Subnet {
                network: self.key(mark, &row.network_id)?,
                cidr,
                reserved: pools::reserved(cidr, row),
            }))
        });
        Found {
            resource,
            created_at: time(row.created_at.as_ref()),
            ..found(ResourceKind::Subnet, &row.id, &row.name, mark)
        }
    }

    fn of_router(&self, row: &wire::Router) -> Found {
        let mark = self.mark(&row.id);
        Found {
            resource: mark.as_ref().map(|_| Router {}.into()),
            created_at: time(row.created_at.as_ref()),
            ..found(ResourceKind::Router, &row.id, &row.name, mark)
        }
    }

    /// A router's foot in a subnet is ours where both are; it is named after the subnet.
    fn of_interface(&self, row: &wire::Port) -> Found {
        let subnet_id = row.fixed_ips.first().map(|ip| ip.subnet_id.as_str());
        let of = self.mark(&row.device_id).and_then(|router| {
            let subnet = self.key(&router, subnet_id?)?;
            Some((router, subnet))
        });
        let kind = ResourceKind::RouterInterface;
        match of {
            Some((router, subnet)) => {
                let mark = Mark {
                    key: Key::new(kind, subnet.name()),
                    ..router.clone()
                };
                let resource = RouterInterface {
                    router: router.key,
                    subnet,
                };
                Found {
                    resource: Some(resource.into()),
                    ..found(kind, &row.id, "", Some(mark))
                }
            }
            None => found(kind, &row.id, "", None),
        }
    }

    fn of_security_group(&self, row: &wire::SecurityGroup) -> Found {
        let mark = self.mark(&row.id);
        Found {
            resource: mark.as_ref().map(|_| SecurityGroup {}.into()),
            created_at: time(row.created_at.as_ref()),
            ..found(ResourceKind::SecurityGroup, &row.id, &row.name, mark)
        }
    }

    /// The rules of a group, where it has any that let something in.
    fn of_rules(&self, row: &wire::SecurityGroup) -> Option<Found> {
        let group = self.mark(&row.id);
        let ingress = |rule: &wire::SecurityGroupRule| rule.direction == "ingress";
        row.rules.iter().find(|rule| ingress(rule))?;
        let resource = group.as_ref().map(|mark| {
            let rules = rules::set(&row.rules, |id| self.key(mark, id));
            Resource::from(SecurityRules {
                group: mark.key.clone(),
                rules,
            })
        });
        let kind = ResourceKind::SecurityRules;
        Some(Found {
            resource,
            ..found(kind, &row.id, &row.name, part(group, kind))
        })
    }

    fn of_server_group(&self, row: &wire::ServerGroup) -> Found {
        let mark = self.mark(&row.id);
        Found {
            resource: mark.as_ref().map(|_| ServerGroup {}.into()),
            ..found(ResourceKind::ServerGroup, &row.id, &row.name, mark)
        }
    }

    fn of_floating_ip(&self, row: &wire::FloatingIp) -> Found {
        let mark = self.mark(&row.id);
        let port = row.port_id.as_deref().and_then(|id| self.devices.get(id));
        // The network that it was asked for on stands behind the mark; with a port, the port's.
        let told = row.description.as_deref().and_then(mark::read);
        let resource = mark.as_ref().and_then(|mark| {
            let network = match port {
                Some(port) => self.network(mark, &port.network_id)?,
                None => NetworkName::new(told.as_ref()?.1).ok()?,
            };
            let instance = match port {
                Some(port) => Some(self.key(mark, &port.device_id)?),
                None => None,
            };
            Some(Resource::from(FloatingIp {
                address: Value::Fixed(row.address.parse().ok()?),
                instance,
                network,
            }))
        });
        Found {
            // Without the ports it can't be said where it leads.
            resource: resource.filter(|_| self.tables.detail == Detail::Whole),
            created_at: time(row.created_at.as_ref()),
            ..found(ResourceKind::FloatingIp, &row.id, &row.address, mark)
        }
    }

    /// A server; none where it is gone and only kept for a while in case somebody regrets it.
    fn of_server(&self, row: &wire::Server) -> Option<Found> {
        let word = row.word();
        let deleting = row.task_state.as_deref() == Some("deleting");
        let status = match word {
            "DELETED" | "SOFT_DELETED" => return None,
            _ if deleting => Status::Deleting,
            "BUILD" => Status::Building,
            "VERIFY_RESIZE" => Status::AwaitsConfirmation,
            "ERROR" => Status::Failed {
                fault: row.fault.as_ref().map_or_else(
                    || "the server is in ERROR, and the cloud does not say why".to_owned(),
                    |fault| fault.message.clone(),
                ),
            },
            "ACTIVE" | "SHUTOFF" | "PAUSED" | "SUSPENDED" | "SHELVED" | "SHELVED_OFFLOADED"
            | "RESCUE" => match row.task_state.as_deref() {
                Some(task) if task.starts_with("resize") => Status::Changing,
                _ if row.is_changing_power() => Status::Changing,
                _ => Status::Ready,
            },
            _ => Status::Changing,
        };
        let mark = self.mark(&row.id);
        let resource = mark
            .as_ref()
            .filter(|_| self.tables.detail == Detail::Whole)
            .and_then(|mark| self.instance(mark, row, &status));
        let addresses = row
            .addresses
            .values()
            .flatten()
            .filter(|address| address.kind != "floating")
            .filter_map(|address| address.addr.parse().ok())
            .collect();
        Some(Found {
            resource: resource.map(Resource::from),
            status,
            facts: InstanceFacts {
                status: Some(word.to_owned()),
                addresses,
                ..InstanceFacts::default()
            },
            created_at: time(row.created.as_ref()),
            ..found(ResourceKind::Instance, &row.id, &row.name, mark)
        })
    }

    fn instance(&self, mark: &Mark, row: &wire::Server, status: &Status) -> Option<Instance> {
        let (group, ordinal) = parse_instance(mark.key.name())?;
        let ports = self
            .ports
            .get(row.id.as_str())
            .map_or(&[][..], Vec::as_slice);
        // Nova makes its ports while it builds: until then nobody can tell its networks.
        if ports.is_empty() && matches!(status, Status::Building | Status::Failed { .. }) {
            return None;
        }
        let catalog = &self.tables.catalog;
        let flavor = row.flavor.original_name.clone().or_else(|| {
            let id = row.flavor.id.as_ref()?;
            catalog.flavors.get(id).cloned()
        });
        let boot = self.boot(mark, row)?;
        let role = row.metadata.get(&mark::entry("role"));
        Some(Instance {
            group,
            ordinal,
            host_name: row.name.clone(),
            flavor: known(flavor.as_deref()),
            boot,
            profiles: Arc::new(
                mark::list(&row.metadata, "profiles")
                    .filter_map(|name| name.parse().ok())
                    .collect(),
            ),
            role: role.and_then(|role| {
                [Role::Primary, Role::Replica]
                    .into_iter()
                    .find(|known| known.word() == role)
            }),
            networks: Arc::new(
                ports
                    .iter()
                    .filter_map(|port| {
                        let address = port.fixed_ips.first().map(|ip| ip.ip_address.as_str());
                        Some((self.network(mark, &port.network_id)?, known(address)))
                    })
                    .collect(),
            ),
            security_groups: Arc::new(
                ports
                    .iter()
                    .flat_map(|port| &port.security_groups)
                    .filter_map(|id| self.key(mark, id))
                    .collect(),
            ),
            server_group: self
                .groups
                .get(row.id.as_str())
                .and_then(|id| self.key(mark, id)),
            power: row.power(),
            // The server keeps its key when the keypair is gone.
            keypair: row
                .key_name
                .as_deref()
                .and_then(mark::of_name)
                .filter(|keypair| keypair.environment == mark.environment)
                .map(|keypair| keypair.key),
            first_boot: FirstBoot::found(
                row.metadata
                    .get(&mark::entry(FIRST_BOOT))
                    .and_then(|digest| digest.parse().ok()),
            ),
        })
    }

    /// What a server was started from; none where that can't be told any more, because an image
    /// went after it was used.
    fn boot(&self, mark: &Mark, row: &wire::Server) -> Option<Boot> {
        if let Some(id) = row.image["id"].as_str() {
            if let Some(image) = self.key(mark, id) {
                return Some(Boot::OwnImage { image });
            }
            let name = self.tables.catalog.images.get(id)?;
            return Some(Boot::Image(known(Some(name))));
        }
        let wanted = Key::boot_volume(&mark.key);
        let volume = self
            .attached
            .get(row.id.as_str())?
            .iter()
            .filter_map(|id| self.key(mark, id))
            .find(|key| *key == wanted)?;
        Some(Boot::Volume { volume })
    }
}

/// A value that a name stands for, unknown where there is none or it is no name of ours.
fn known<T: std::str::FromStr>(name: Option<&str>) -> Value<T> {
    match name.and_then(|name| name.parse().ok()) {
        Some(value) => Value::Fixed(value),
        None => Value::Unknown,
    }
}

/// An attachment has no id of its own that could be listed: it is named by its two ends.
pub(super) fn attachment_id(server: &str, volume: &str) -> CloudId {
    CloudId::new(format!("{server}/{volume}"))
}
