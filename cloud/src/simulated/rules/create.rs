//! What a create is checked against, and what it makes.

use std::collections::{BTreeMap, BTreeSet};

use engine::port::{CloudError, Mark};
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::resource::{
    Instance, Keypair, KeypairSource, Network, Power, Resource, Router, SecurityGroup,
    SecurityRules, ServerGroup, VolumeAttachment,
};
use plan::offers::QuotaKind;
use plan::user_data::{MOST_BYTES, UserData};

use super::{
    Ground, conflict, id_of, needs_settled, network, noun, referred, refused, rule_rows, storage,
    usable,
};
use crate::simulated::codec::mark_text;
use crate::simulated::guest::Guest;
use crate::simulated::world::{Body, KeyName, PortRow, Purpose, Row, Server, Size, World};
use crate::simulated::{addresses, placement, quota};

/// How much text a metadata item, a description or a name holds.
const ROOM: usize = 255;

/// What is to be made.
pub(in crate::simulated) struct New<'a> {
    /// The id that it will have.
    pub id: CloudId,
    /// None: it is not ours.
    pub mark: Option<&'a Mark>,
    pub name: &'a str,
    pub resource: &'a Resource,
    pub ids: &'a BTreeMap<Key, CloudId>,
    /// What a server reads when it first starts.
    pub user_data: Option<&'a UserData>,
    /// Why it goes to ERROR, where a fault wants that.
    pub fault: Option<String>,
    /// Why the machine never reports, where a fault wants that.
    pub never_reports: Option<String>,
}

/// What the cloud made of a request, before it has times.
struct Made {
    body: Body,
    /// Why it will not be ready.
    fault: Option<String>,
}

impl From<Body> for Made {
    fn from(body: Body) -> Self {
        Self { body, fault: None }
    }
}

/// Makes a resource, or refuses.
pub(in crate::simulated) fn create(
    world: &mut World,
    ground: Ground<'_>,
    new: New<'_>,
) -> Result<(), CloudError> {
    let kind = new.resource.kind();
    check_room(&new, kind)?;
    let Made { body, fault } = make(world, ground, &new)?;
    let (name, mark) = match kind {
        // These have neither name nor room for a mark.
        ResourceKind::RouterInterface
        | ResourceKind::SecurityRules
        | ResourceKind::VolumeAttachment => (String::new(), None),
        // This has a description and no name.
        ResourceKind::FloatingIp => (String::new(), new.mark.cloned()),
        ResourceKind::Network
        | ResourceKind::Subnet
        | ResourceKind::Router
        | ResourceKind::SecurityGroup
        | ResourceKind::ServerGroup
        | ResourceKind::VolumeSnapshot
        | ResourceKind::Keypair
        | ResourceKind::Volume
        | ResourceKind::Image
        | ResourceKind::Instance => (new.name.to_owned(), new.mark.cloned()),
    };
    let config = ground.config;
    let delay = match kind {
        ResourceKind::Instance => config.build,
        ResourceKind::VolumeSnapshot | ResourceKind::Volume | ResourceKind::Image => config.volume,
        ResourceKind::Network
        | ResourceKind::Subnet
        | ResourceKind::Router
        | ResourceKind::RouterInterface
        | ResourceKind::SecurityGroup
        | ResourceKind::SecurityRules
        | ResourceKind::ServerGroup
        | ResourceKind::Keypair
        | ResourceKind::VolumeAttachment
        | ResourceKind::FloatingIp => config.other,
    };
    // By key and attempt, never by order: what is made at the same time takes the same time each
    // time, whichever of it comes first.
    let occasion = match new.mark {
        Some(mark) => format!("create {} {}", mark.key, mark.attempt),
        None => format!("create {kind} {}", new.name),
    };
    world.put(Row {
        id: new.id,
        name,
        mark,
        body,
        created: ground.now,
        ready: ground.now + delay.choose(config.seed, &occasion),
        fault: new.fault.or(fault),
        gone: None,
    });
    Ok(())
}

/// Refuses a mark or a name that would be cut off.
fn check_room(new: &New<'_>, kind: ResourceKind) -> Result<(), CloudError> {
    let mark = new.mark.map_or(0, |mark| mark_text(mark).len());
    let taken = match kind {
        // A server group and a keypair have room in their name alone.
        ResourceKind::ServerGroup | ResourceKind::Keypair => new.name.len() + 1 + mark,
        _ => new.name.len().max(mark),
    };
    if taken > ROOM {
        return refused(format!(
            "Invalid input for {}: {taken} characters exceed the maximum length of {ROOM}.",
            noun(kind)
        ));
    }
    Ok(())
}

fn make(world: &World, ground: Ground<'_>, new: &New<'_>) -> Result<Made, CloudError> {
    let ids = new.ids;
    match new.resource {
        Resource::Network(Network {}) => {
            quota::check(world, &[(QuotaKind::Networks, 1)])?;
            Ok(Body::Network.into())
        }
        Resource::Subnet(subnet) => Ok(network::subnet(world, ids, subnet)?.into()),
        Resource::Router(Router {}) => {
            quota::check(world, &[(QuotaKind::Routers, 1)])?;
            Ok(Body::Router.into())
        }
        Resource::RouterInterface(interface) => {
            quota::check(world, &[(QuotaKind::Ports, 1)])?;
            Ok(network::interface(world, ids, interface)?.into())
        }
        Resource::SecurityGroup(SecurityGroup {}) => {
            quota::check(world, &[(QuotaKind::SecurityGroups, 1)])?;
            Ok(Body::SecurityGroup.into())
        }
        Resource::SecurityRules(SecurityRules { group, rules }) => {
            let group = referred(world, ids, group)?.id.clone();
            let exist = world.rows().any(
                |row| matches!(&row.body, Body::SecurityRules { group: of, .. } if *of == group),
            );
            if exist {
                return conflict(format!(
                    "Security group rule already exists: group {group} has its rules."
                ));
            }
            let rules = rule_rows(world, ids, rules)?;
            quota::check(world, &[(QuotaKind::SecurityRules, rules.len() as u64)])?;
            Ok(Body::SecurityRules { group, rules }.into())
        }
        Resource::ServerGroup(ServerGroup {}) => {
            quota::check(world, &[(QuotaKind::ServerGroups, 1)])?;
            Ok(Body::ServerGroup.into())
        }
        Resource::Keypair(keypair) => make_keypair(world, new, keypair),
        Resource::VolumeSnapshot(snapshot) => {
            Ok(storage::snapshot(world, ground, snapshot)?.into())
        }
        Resource::Volume(volume) => Ok(storage::volume(world, ground, ids, volume)?.into()),
        Resource::Image(image) => Ok(storage::image(world, ground, image)?.into()),
        Resource::Instance(instance) => make_server(world, ground, new, instance),
        Resource::VolumeAttachment(attachment) => make_attachment(world, ground, ids, attachment),
        Resource::FloatingIp(address) => {
            Ok(network::public_address(world, ground, ids, address)?.into())
        }
    }
}

fn make_server(
    world: &World,
    ground: Ground<'_>,
    new: &New<'_>,
    instance: &Instance,
) -> Result<Made, CloudError> {
    let ids = new.ids;
    let Instance {
        group,
        ordinal,
        host_name,
        flavor,
        boot,
        profiles,
        role,
        networks,
        security_groups,
        server_group,
        // Nova starts what it makes.
        power: _,
        keypair,
        first_boot,
    } = instance;
    let Some((flavor, size)) = flavor.fixed().and_then(|name| {
        let flavor = world.flavors.get(name)?;
        Some((name, Size::from(flavor)))
    }) else {
        return refused(format!("Flavor {flavor} could not be found."));
    };
    let boot = storage::boot(world, ground, ids, boot)?;
    let mut ports = Vec::new();
    let mut addresses = Vec::new();
    for (name, address) in networks.iter() {
        let name = name.as_str();
        let network = referred(world, ids, &Key::new(ResourceKind::Network, name))?;
        let subnet = referred(world, ids, &Key::new(ResourceKind::Subnet, name))?;
        ports.push(PortRow {
            network: network.id.clone(),
            subnet: subnet.id.clone(),
            address: None,
        });
        addresses.push(address.fixed().copied());
    }
    addresses::are_free(world, &ports, &addresses)?;
    let security_groups = security_groups
        .iter()
        .map(|key| Ok(referred(world, ids, key)?.id.clone()))
        .collect::<Result<BTreeSet<CloudId>, CloudError>>()?;
    let server_group = server_group
        .as_ref()
        .map(|key| Ok::<_, CloudError>(referred(world, ids, key)?.id.clone()))
        .transpose()?;
    let keypair = keypair
        .as_ref()
        .map(|key| {
            let row = referred(world, ids, key)?;
            Ok::<_, CloudError>(KeyName {
                id: row.id.clone(),
                mark: row.mark.clone(),
            })
        })
        .transpose()?;
    if new.user_data.is_some_and(|data| data.bytes() > MOST_BYTES) {
        return refused(format!(
            "Invalid input for field/attribute user_data. It is longer than {MOST_BYTES} bytes."
        ));
    }
    let occasion = format!("report {group}[{ordinal}]");
    let guest = Guest::reading(
        new.user_data,
        new.never_reports.clone(),
        ground.config,
        &occasion,
    );
    quota::check(
        world,
        &[
            (QuotaKind::Instances, 1),
            (QuotaKind::Vcpus, size.vcpus),
            (QuotaKind::RamMib, size.ram_mib),
            (QuotaKind::Ports, ports.len() as u64),
        ],
    )?;
    // From here on Nova has accepted it: what goes wrong now shows in the server's status.
    let host = placement::place(world, ground.config.hosts, server_group.as_ref());
    let fault = if host.is_none() {
        Some(placement::NO_HOST.to_owned())
    } else {
        addresses::give_ports(world, &mut ports, &addresses)
            .err()
            .map(|why| format!("Failed to allocate the network(s), not rescheduling. {why}"))
    };
    let body = Body::Instance(Box::new(Server {
        host_name: host_name.clone(),
        flavor: flavor.clone(),
        size,
        resizing: None,
        boot,
        power: Power::Running,
        powering: None,
        purpose: Some(Purpose {
            group: group.clone(),
            ordinal: *ordinal,
            profiles: profiles.as_ref().clone(),
            role: *role,
        }),
        ports,
        security_groups,
        group: server_group,
        host,
        keypair,
        first_boot: first_boot.digest().cloned(),
        guest,
        metadata: BTreeMap::new(),
        tags: BTreeSet::new(),
    }));
    Ok(Made { body, fault })
}

/// Nova keeps keypairs by name, which holds the mark: two of the same are one too many.
fn make_keypair(
    world: &World,
    new: &New<'_>,
    Keypair { public_key }: &Keypair,
) -> Result<Made, CloudError> {
    let KeypairSource::Given(public_key) = public_key else {
        return refused("Invalid input for field/attribute public_key. Value: None.");
    };
    let same = |row: &&Row| {
        matches!(row.body, Body::Keypair { .. })
            && row.mark.as_ref() == new.mark
            && row.name == new.name
    };
    if let Some(there) = world.rows().find(same) {
        return conflict(format!("Key pair '{}' already exists.", there.name));
    }
    quota::check(world, &[(QuotaKind::Keypairs, 1)])?;
    Ok(Body::Keypair {
        public_key: public_key.to_string(),
    }
    .into())
}

fn make_attachment(
    world: &World,
    ground: Ground<'_>,
    ids: &BTreeMap<Key, CloudId>,
    VolumeAttachment { volume, instance }: &VolumeAttachment,
) -> Result<Made, CloudError> {
    let instance = referred(world, ids, instance)?;
    needs_settled(instance, "attach_volume", ground.now)?;
    let volume = usable(world, ResourceKind::Volume, id_of(ids, volume)?)?;
    let status = match &volume.body {
        _ if ground.now < volume.ready => Some("creating"),
        _ if volume.fault.is_some() => Some("error"),
        Body::Volume(disk) if disk.extending.is_some() => Some("extending"),
        _ if world.is_in_use(&volume.id) => Some("in-use"),
        _ => None,
    };
    if let Some(status) = status {
        return conflict(format!(
            "Invalid volume: Volume {} status must be available to attach. Current status is \
             {status}.",
            volume.id
        ));
    }
    Ok(Body::VolumeAttachment {
        volume: volume.id.clone(),
        instance: instance.id.clone(),
    }
    .into())
}
