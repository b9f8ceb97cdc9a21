//! From each service's rows to things that a cloud holds. What can't be read of a row is left out of
//! it; a row without which nothing makes sense is none.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use model::collection::{
    AddressKind, AvailabilityZone, FloatingIp, Held, Hypervisor, Image, Keypair, Network, Port,
    PortAddress, Project, QuotaUse, Router, SecurityGroup, SecurityRule, SeenFlavor, Server,
    ServerAddress, ServerGroup, Snapshot, Subnet, Volume, VolumeAt,
};
use model::flavor::Flavor;
use model::id::CloudId;
use model::quota::{Quota, QuotaKind};
use model::unit::{Gib, Mib};
use serde_json::Value;

use super::held;
use crate::openstack::listing::time;
use crate::openstack::transport::Service;
use crate::openstack::{mark, wire};

#[allow(clippy::unnecessary_wraps)] // a row that is read is what most converters come to
fn there(held: Held) -> Read {
    Ok(Some(held))
}

/// A mark that stands in a description or a name.
fn marked(held: Held, text: Option<&str>) -> Held {
    Held {
        mark: text.and_then(mark::read).map(|(mark, _)| mark),
        ..held
    }
}

fn created(held: Held, text: Option<&String>) -> Held {
    Held {
        created_at: time(text),
        ..held
    }
}

/// What came of a row: a thing, nothing that counts, or its id where nothing more can be read.
pub(super) type Read = Result<Option<Held>, CloudId>;

fn id(text: Option<String>) -> Option<CloudId> {
    text.filter(|text| !text.is_empty()).map(CloudId::new)
}

pub(super) fn project(row: wire::Project) -> Read {
    let body = Project {
        enabled: row.enabled,
    };
    there(held(row.id, row.name, None, body))
}

/// A server; none where it is gone and only kept for a while in case somebody regrets it. One of a
/// cell that is down is told as not seen since now.
pub(super) fn server(row: wire::Server, now: DateTime<Utc>) -> Read {
    // Some clouds append a remark: `ACTIVE (something)`.
    let word = row.status.split(" (").next().unwrap_or_default();
    let unseen = match word {
        "DELETED" | "SOFT_DELETED" => return Ok(None),
        "UNKNOWN" => Some(now),
        _ => None,
    };
    let wire::ServerFlavor {
        original_name,
        id: flavor_id,
        vcpus,
        ram,
        disk,
        ephemeral,
    } = row.flavor;
    let size = match (vcpus, ram, disk) {
        (Some(vcpus), Some(ram), Some(disk)) => Some(Flavor {
            vcpus,
            ram: Mib(ram),
            disk: Gib(disk + ephemeral.unwrap_or(0)),
        }),
        _ => None,
    };
    let mut addresses: Vec<ServerAddress> = row
        .addresses
        .into_iter()
        .flat_map(|(network, all)| {
            all.into_iter().filter_map(move |address| {
                Some(ServerAddress {
                    network: network.clone(),
                    address: address.addr.parse().ok()?,
                    kind: if address.kind == "floating" {
                        AddressKind::Floating
                    } else {
                        AddressKind::Fixed
                    },
                })
            })
        })
        .collect();
    addresses.sort();
    let own = mark::of_metadata(&row.metadata);
    let body = Server {
        status: word.to_owned(),
        unseen_since: unseen,
        task: row.task_state,
        fault: row.fault.map(|fault| fault.message),
        flavor: original_name.or(flavor_id),
        size,
        image: id(row.image["id"].as_str().map(str::to_owned)),
        addresses,
        security_groups: row
            .security_groups
            .into_iter()
            .map(|group| group.name)
            .collect(),
        volumes: row
            .volumes
            .into_iter()
            .map(|volume| CloudId::new(volume.id))
            .collect(),
        keypair: row.key_name,
        zone: row.zone.filter(|zone| !zone.is_empty()),
        hypervisor: row.hypervisor,
        metadata: row.metadata,
        tags: row.tags.into_iter().collect(),
    };
    let held = Held {
        mark: own,
        ..held(row.id, row.name, row.project_id, body)
    };
    there(created(held, row.created.as_ref()))
}

pub(super) fn volume(row: wire::Volume) -> Read {
    let own = mark::of_metadata(&row.metadata);
    let mut attached: Vec<VolumeAt> = row
        .attachments
        .into_iter()
        .map(|at| VolumeAt {
            server: CloudId::new(at.server_id),
            device: at.device,
        })
        .collect();
    attached.sort();
    let body = Volume {
        status: row.status,
        size: Gib(row.size),
        storage: row.storage,
        bootable: row.bootable == "true",
        attached,
        zone: row.zone,
        snapshot: id(row.snapshot_id),
        image: row.image.and_then(|image| image.image_name),
        metadata: row.metadata,
    };
    let held = Held {
        mark: own,
        ..held(row.id, row.name.unwrap_or_default(), row.project_id, body)
    };
    there(created(held, row.created_at.as_ref()))
}

pub(super) fn snapshot(row: wire::Snapshot) -> Read {
    let body = Snapshot {
        status: row.status,
        size: Gib(row.size),
        volume: CloudId::new(row.volume_id),
    };
    let held = Held {
        mark: mark::of_metadata(&row.metadata),
        ..held(row.id, row.name.unwrap_or_default(), row.project_id, body)
    };
    there(created(held, row.created_at.as_ref()))
}

pub(super) fn network(row: wire::Network) -> Read {
    let body = Network {
        status: row.status,
        external: row.external,
        shared: row.shared,
    };
    let held = held(row.id, row.name, row.project_id, body);
    let held = marked(held, row.description.as_deref());
    there(created(held, row.created_at.as_ref()))
}

pub(super) fn subnet(row: wire::Subnet) -> Read {
    let Ok(cidr) = row.cidr.parse() else {
        return Err(CloudId::new(row.id));
    };
    let body = Subnet {
        network: CloudId::new(row.network_id),
        cidr,
        gateway: row.gateway_ip.and_then(|address| address.parse().ok()),
        dhcp: row.enable_dhcp,
    };
    let held = held(row.id, row.name, row.project_id, body);
    let held = marked(held, row.description.as_deref());
    there(created(held, row.created_at.as_ref()))
}

pub(super) fn router(row: wire::Router) -> Read {
    let gateway = row.external_gateway_info;
    let body = Router {
        status: row.status,
        gateway: id(gateway.map(|gateway| gateway.network_id)),
    };
    let held = held(row.id, row.name, row.project_id, body);
    let held = marked(held, row.description.as_deref());
    there(created(held, row.created_at.as_ref()))
}

pub(super) fn port(row: wire::Port) -> Read {
    let mut addresses: Vec<PortAddress> = row
        .fixed_ips
        .into_iter()
        .filter_map(|ip| {
            Some(PortAddress {
                address: ip.ip_address.parse().ok()?,
                subnet: CloudId::new(ip.subnet_id),
            })
        })
        .collect();
    addresses.sort();
    let network = CloudId::new(row.network_id);
    // A DHCP port's device is made up; it is the network's.
    let device = if row.device_owner == "network:dhcp" {
        Some(network.clone())
    } else {
        id(Some(row.device_id))
    };
    let body = Port {
        status: row.status,
        network,
        device,
        device_owner: row.device_owner,
        mac: row.mac_address,
        addresses,
        security_groups: row.security_groups.into_iter().map(CloudId::new).collect(),
    };
    let held = held(row.id, row.name, row.project_id, body);
    there(created(held, row.created_at.as_ref()))
}

pub(super) fn floating_ip(row: wire::FloatingIp) -> Read {
    let Ok(address) = row.address.parse() else {
        return Err(CloudId::new(row.id));
    };
    let body = FloatingIp {
        status: row.status,
        address,
        network: id(row.floating_network_id),
        port: id(row.port_id),
    };
    let held = held(row.id, row.address, row.project_id, body);
    let held = marked(held, row.description.as_deref());
    there(created(held, row.created_at.as_ref()))
}

pub(super) fn security_group(row: wire::SecurityGroup) -> Read {
    let rules: BTreeSet<SecurityRule> = row
        .rules
        .into_iter()
        .map(|rule| SecurityRule {
            direction: rule.direction,
            family: rule.ethertype,
            protocol: rule.protocol,
            ports: rule.port_range_min.zip(rule.port_range_max),
            remote: rule.remote_ip_prefix.or(rule.remote_group_id),
        })
        .collect();
    let held = held(row.id, row.name, row.project_id, SecurityGroup { rules });
    let held = marked(held, row.description.as_deref());
    there(created(held, row.created_at.as_ref()))
}

pub(super) fn server_group(row: wire::ServerGroup) -> Read {
    let body = ServerGroup {
        policies: row.policies.into_iter().chain(row.policy).collect(),
        members: row.members.into_iter().map(CloudId::new).collect(),
    };
    let name = row.name.clone();
    there(marked(
        held(row.id, row.name, row.project_id, body),
        Some(&name),
    ))
}

pub(super) fn keypair(row: wire::KeypairEntry) -> Read {
    let wire::Keypair {
        name,
        fingerprint,
        public_key: _,
    } = row.keypair;
    let mark = mark::of_name(&name);
    let held = held(name.clone(), name, None, Keypair { fingerprint });
    there(Held { mark, ..held })
}

pub(super) fn flavor(row: wire::Flavor) -> Read {
    let body = SeenFlavor {
        size: row.size(),
        public: row.public.unwrap_or(true),
    };
    there(held(row.id, row.name, None, body))
}

pub(super) fn image(row: wire::Image) -> Read {
    let own = row.mark();
    let body = Image {
        status: row.status,
        visibility: row.visibility,
        bytes: (row.size > 0).then_some(row.size),
        min_disk: Gib(row.min_disk),
        min_ram: Mib(row.min_ram),
    };
    let held = Held {
        mark: own,
        ..held(row.id, row.name.unwrap_or_default(), row.owner, body)
    };
    there(created(held, row.created_at.as_ref()))
}

pub(super) fn quota(what: QuotaKind, quota: Quota) -> Held {
    let name = what.words().to_owned();
    held(what.word().to_owned(), name, None, QuotaUse { what, quota })
}

pub(super) fn zone(service: Service, row: wire::Zone) -> Held {
    let body = AvailabilityZone {
        service: service.word().to_owned(),
        available: row.state.available,
    };
    held(format!("{service}/{}", row.name), row.name, None, body)
}

pub(super) fn network_zone(row: wire::NetworkZone) -> Held {
    let service = format!("{} {}", Service::Network.word(), row.resource);
    let body = AvailabilityZone {
        service: service.clone(),
        available: row.state == "available",
    };
    held(format!("{service}/{}", row.name), row.name, None, body)
}

pub(super) fn hypervisor(row: wire::Hypervisor) -> Read {
    let size = |vcpus, ram, disk| match (vcpus, ram, disk) {
        (Some(vcpus), Some(ram), Some(disk)) => Some(Flavor {
            vcpus,
            ram: Mib(ram),
            disk: Gib(disk),
        }),
        _ => None,
    };
    let body = Hypervisor {
        size: size(row.vcpus, row.memory_mb, row.local_gb),
        used: size(row.vcpus_used, row.memory_mb_used, row.local_gb_used),
        servers: row.running_vms,
        state: row.state,
        status: row.status,
        sort: row.sort,
    };
    let id = match row.id {
        Value::String(id) => id,
        Value::Number(number) => number.to_string(),
        _ => return Ok(None),
    };
    there(held(id, row.name, None, body))
}
