//! Whatever the simulated cloud holds, page by page, in the words in which a whole cloud is
//! collected. It is one project, and its administrator is whoever asks.

mod rows;

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use engine::port::{Absence, HeldPage, PageMark};
use model::collection::{
    AvailabilityZone, Held, HeldKind, Hypervisor, Image, Port, PortAddress, Project, QuotaUse,
    SeenFlavor,
};
use model::flavor::Flavor;
use model::id::CloudId;
use model::key::ResourceKind;
use model::unit::{Gib, Mib};

use super::listing::Links;
use super::quota;
use super::world::{Body, Millis, Row, World};
use rows::held;

/// The one project.
const PROJECT: &str = "simulated";

/// The kind of resource that a kind is read from, where it is one; faults are told by it.
pub(super) const fn resource_kind(kind: HeldKind) -> Option<ResourceKind> {
    Some(match kind {
        HeldKind::Server => ResourceKind::Instance,
        HeldKind::Volume => ResourceKind::Volume,
        HeldKind::Snapshot => ResourceKind::VolumeSnapshot,
        HeldKind::Image => ResourceKind::Image,
        HeldKind::Network => ResourceKind::Network,
        HeldKind::Subnet => ResourceKind::Subnet,
        HeldKind::Router => ResourceKind::Router,
        HeldKind::FloatingIp => ResourceKind::FloatingIp,
        HeldKind::SecurityGroup => ResourceKind::SecurityGroup,
        HeldKind::ServerGroup => ResourceKind::ServerGroup,
        HeldKind::Keypair => ResourceKind::Keypair,
        HeldKind::Port => ResourceKind::RouterInterface,
        HeldKind::Project
        | HeldKind::Flavor
        | HeldKind::Quota
        | HeldKind::AvailabilityZone
        | HeldKind::Hypervisor => return None,
    })
}

/// One page of so many at most, in the order of ids.
pub(super) fn page(
    world: &World,
    hosts: u32,
    kind: HeldKind,
    from: Option<&PageMark>,
    size: usize,
    now: Millis,
) -> HeldPage {
    let place = Place {
        from: from.map_or("", |PageMark(from)| from.as_str()),
        // One more, to know whether another page follows.
        most: size + 1,
    };
    let mut all = of_kind(world, hosts, kind, place, now);
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all.retain(|held| held.id.as_str() > place.from);
    let more = all.len() > size;
    all.truncate(size);
    HeldPage {
        next: all
            .last()
            .filter(|_| more)
            .map(|held| PageMark(held.id.as_str().to_owned())),
        held: all,
        odd: Vec::new(),
        absence: Absence::Gone,
    }
}

/// Where a page begins, and how many things it takes at most.
#[derive(Clone, Copy)]
struct Place<'p> {
    /// After this id.
    from: &'p str,
    most: usize,
}

/// At least the things of a kind that belong at a place.
fn of_kind(world: &World, hosts: u32, kind: HeldKind, place: Place<'_>, now: Millis) -> Vec<Held> {
    match kind {
        HeldKind::Project => vec![offered(PROJECT, Project { enabled: true })],
        HeldKind::Flavor => {
            let flavors = world.flavors.iter();
            let held = flavors.map(|(name, size)| {
                let body = SeenFlavor {
                    size: *size,
                    public: true,
                };
                offered(name.as_str(), body)
            });
            held.collect()
        }
        HeldKind::Image => {
            let images = world.images.iter();
            let held = images
                .map(|name| offered(name.as_str(), image("active".to_owned(), "public")))
                .chain(rows_of(world, kind, place, now));
            held.collect()
        }
        HeldKind::Quota => quota::quotas(world)
            .into_iter()
            .map(|(what, quota)| Held {
                id: CloudId::new(what.word()),
                ..offered(what.words(), QuotaUse { what, quota })
            })
            .collect(),
        HeldKind::AvailabilityZone => {
            let body = AvailabilityZone {
                service: "compute".to_owned(),
                available: true,
            };
            vec![offered("nova", body)]
        }
        HeldKind::Hypervisor => hypervisors(world, hosts),
        HeldKind::Port => ports(world, now),
        HeldKind::Server
        | HeldKind::Volume
        | HeldKind::Snapshot
        | HeldKind::Network
        | HeldKind::Subnet
        | HeldKind::Router
        | HeldKind::FloatingIp
        | HeldKind::SecurityGroup
        | HeldKind::ServerGroup
        | HeldKind::Keypair => rows_of(world, kind, place, now),
    }
}

/// What was made in the cloud of a kind, in the order of ids.
fn rows_of(world: &World, kind: HeldKind, place: Place<'_>, now: Millis) -> Vec<Held> {
    let links = Links::of(world);
    let wanted = resource_kind(kind);
    world
        .rows()
        .filter(|row| Some(row.body.kind()) == wanted && row.id.as_str() > place.from)
        .filter_map(|row| held(world, &links, row, now))
        .take(place.most)
        .collect()
}

fn image(status: String, visibility: &str) -> Image {
    Image {
        status,
        visibility: visibility.to_owned(),
        bytes: None,
        min_disk: Gib(0),
        min_ram: Mib(0),
    }
}

/// What the cloud offers, under a name that is its id.
fn offered(name: &str, body: impl Into<model::collection::Body>) -> Held {
    Held {
        id: CloudId::new(name),
        name: name.to_owned(),
        project: None,
        created_at: None,
        mark: None,
        body: body.into(),
    }
}

/// A port has no row of its own: it is named by its two ends.
fn port_id(device: &CloudId, network: &CloudId) -> CloudId {
    CloudId::new(format!("{device}/{network}"))
}

fn ports(world: &World, now: Millis) -> Vec<Held> {
    let port = |row: &Row, device: &CloudId, network: &CloudId, owner: &str| {
        let body = Port {
            status: if now < row.ready { "BUILD" } else { "ACTIVE" }.to_owned(),
            network: network.clone(),
            device: Some(device.clone()),
            device_owner: owner.to_owned(),
            mac: None,
            addresses: Vec::new(),
            security_groups: BTreeSet::new(),
        };
        (body, port_id(device, network))
    };
    let held = |row: &Row, id: CloudId, body: Port| Held {
        id,
        name: String::new(),
        project: Some(CloudId::new(PROJECT)),
        created_at: DateTime::from_timestamp_millis(row.created),
        mark: None,
        body: body.into(),
    };
    let mut all = Vec::new();
    for (row, server) in world.servers() {
        for one in &server.ports {
            let (body, id) = port(row, &row.id, &one.network, "compute:nova");
            let addresses = one.address.map(|address| PortAddress {
                subnet: one.subnet.clone(),
                address,
            });
            let body = Port {
                addresses: addresses.into_iter().collect(),
                security_groups: server.security_groups.clone(),
                ..body
            };
            all.push(held(row, id, body));
        }
    }
    for row in world.rows() {
        if let Body::RouterInterface { router, subnet } = &row.body
            && let Some(Body::Subnet { network, .. }) = world.row(subnet).map(|row| &row.body)
        {
            let (body, id) = port(row, router, network, "network:router_interface");
            all.push(held(row, id, body));
        }
    }
    all
}

fn host_name(number: u32) -> String {
    format!("host-{number}")
}

fn hypervisors(world: &World, hosts: u32) -> Vec<Held> {
    let mut taken: BTreeMap<u32, (u32, Flavor)> = BTreeMap::new();
    for (_, server) in world.servers() {
        if let Some(host) = server.host {
            let nothing = Flavor {
                vcpus: 0,
                ram: Mib(0),
                disk: Gib(0),
            };
            let (servers, used) = taken.entry(host).or_insert((0, nothing));
            *servers += 1;
            used.vcpus += u32::try_from(server.size.vcpus).unwrap_or(u32::MAX);
            used.ram.0 += server.size.ram_mib;
        }
    }
    (1..=hosts)
        .map(|number| {
            let used = taken.get(&number);
            let body = Hypervisor {
                state: "up".to_owned(),
                status: "enabled".to_owned(),
                sort: "simulated".to_owned(),
                size: None,
                used: used.map(|(_, used)| *used),
                servers: Some(used.map_or(0, |(servers, _)| *servers)),
            };
            offered(&host_name(number), body)
        })
        .collect()
}
