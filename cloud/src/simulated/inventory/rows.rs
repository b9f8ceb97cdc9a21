//! From the simulated cloud's rows to things that a cloud holds.

use std::collections::BTreeSet;

use chrono::DateTime;
use model::collection::{
    AddressKind, FloatingIp, Held, Keypair, Network, Router, SecurityGroup, SecurityRule,
    ServerAddress, ServerGroup, Snapshot, Subnet, Volume, VolumeAt,
};
use model::data::VolumeSource;
use model::id::CloudId;
use model::keypair::PublicKey;
use model::profile::Protocol;
use model::unit::Gib;

use super::{PROJECT, host_name, image, port_id};
use crate::simulated::listing::{Links, mark_of, status_word};
use crate::simulated::world::{
    Body, BootRow, Content, Disk, Millis, PublicAddress, RemoteRow, Row, RuleRow, Server, World,
};

/// The name of a network; of one that isn't ours to see, its id.
fn network_name(world: &World, id: &CloudId) -> String {
    world
        .row(id)
        .map_or_else(|| id.to_string(), |row| row.name.clone())
}

pub(super) fn held(world: &World, links: &Links<'_>, row: &Row, now: Millis) -> Option<Held> {
    let status = || status_word(links, row, now).unwrap_or_default().to_owned();
    let mut name = row.name.clone();
    let body: model::collection::Body = match &row.body {
        Body::Network => Network {
            status: status(),
            external: false,
            shared: false,
        }
        .into(),
        Body::Subnet {
            network,
            cidr,
            reserved: _,
        } => Subnet {
            network: network.clone(),
            cidr: *cidr,
            gateway: None,
            dhcp: true,
        }
        .into(),
        Body::Router => Router {
            status: status(),
            gateway: None,
        }
        .into(),
        Body::SecurityGroup => SecurityGroup {
            rules: rules(world, &row.id),
        }
        .into(),
        Body::Keypair { public_key } => Keypair {
            fingerprint: public_key.parse::<PublicKey>().ok()?.fingerprint(),
        }
        .into(),
        Body::ServerGroup => {
            let members = world
                .servers()
                .filter(|(_, server)| server.group.as_ref() == Some(&row.id));
            ServerGroup {
                policies: BTreeSet::from(["anti-affinity".to_owned()]),
                members: members.map(|(row, _)| row.id.clone()).collect(),
            }
            .into()
        }
        Body::Volume(disk) => volume(world, row, disk, status()).into(),
        Body::VolumeSnapshot {
            volume,
            gib,
            bootable: _,
        } => Snapshot {
            status: status(),
            size: Gib(*gib),
            volume: volume.clone(),
        }
        .into(),
        Body::Image { instance: _ } => image(status(), "private").into(),
        Body::Instance(server) => {
            name.clone_from(&server.host_name);
            instance(world, links, row, server, status()).into()
        }
        Body::FloatingIp(PublicAddress {
            address,
            network: _,
            route,
        }) => {
            name = address.to_string();
            FloatingIp {
                status: status(),
                address: *address,
                network: None,
                port: route.as_ref().and_then(|route| {
                    let (_, server) = world.servers().find(|(row, _)| row.id == route.instance)?;
                    let port = server.ports.first()?;
                    Some(port_id(&route.instance, &port.network))
                }),
            }
            .into()
        }
        Body::RouterInterface { .. }
        | Body::SecurityRules { .. }
        | Body::VolumeAttachment { .. } => return None,
    };
    Some(Held {
        id: row.id.clone(),
        name,
        project: Some(CloudId::new(PROJECT)),
        created_at: DateTime::from_timestamp_millis(row.created),
        mark: mark_of(world, row),
        body,
    })
}

fn rules(world: &World, group: &CloudId) -> BTreeSet<SecurityRule> {
    let of_group = world.rows().filter_map(|row| match &row.body {
        Body::SecurityRules { group: of, rules } if of == group => Some(rules),
        _ => None,
    });
    of_group
        .flatten()
        .map(|rule| {
            let RuleRow {
                protocol,
                port,
                remote,
            } = rule;
            SecurityRule {
                direction: "ingress".to_owned(),
                family: "IPv4".to_owned(),
                protocol: Some(protocol.to_string()),
                ports: (*protocol != Protocol::Icmp).then_some((*port, *port)),
                remote: Some(match remote {
                    RemoteRow::Range(range) => range.to_string(),
                    RemoteRow::Group(group) => group.to_string(),
                }),
            }
        })
        .collect()
}

fn volume(world: &World, row: &Row, disk: &Disk, status: String) -> Volume {
    let Disk {
        gib,
        volume_type,
        content,
        bootable,
        mount,
        file_system,
        extending: _,
    } = disk;
    let written = [("mount", mount), ("file-system", file_system)];
    let metadata = written
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value.clone()?)));
    let is_root_of = |server: &Server| {
        *bootable && matches!(&server.boot, BootRow::Volume { volume } if *volume == row.id)
    };
    let root_of = world.servers().find(|(_, server)| is_root_of(server));
    let attached = match (root_of, world.attachment_of(&row.id).map(|at| &at.body)) {
        (Some((server, _)), _) => Some(VolumeAt {
            server: server.id.clone(),
            device: Some("/dev/vda".to_owned()),
        }),
        (None, Some(Body::VolumeAttachment { instance, .. })) => Some(VolumeAt {
            server: instance.clone(),
            device: None,
        }),
        (None, _) => None,
    };
    Volume {
        status,
        size: Gib(*gib),
        storage: volume_type.as_ref().map(ToString::to_string),
        bootable: *bootable,
        attached: attached.into_iter().collect(),
        zone: None,
        snapshot: match content {
            Content::Snapshot(id) | Content::Stored(VolumeSource::Snapshot(_), id) => {
                Some(id.clone())
            }
            Content::Empty | Content::Image(_) | Content::Stored(..) => None,
        },
        image: match content {
            Content::Image(image) => Some(image.to_string()),
            Content::Empty | Content::Snapshot(_) | Content::Stored(..) => None,
        },
        metadata: metadata.collect(),
    }
}

fn instance(
    world: &World,
    links: &Links<'_>,
    row: &Row,
    server: &Server,
    status: String,
) -> model::collection::Server {
    let own = server.ports.iter().filter_map(|port| {
        Some(ServerAddress {
            network: network_name(world, &port.network),
            address: port.address?,
            kind: AddressKind::Fixed,
        })
    });
    let first = server.ports.first();
    let network = first.map_or_else(String::new, |port| network_name(world, &port.network));
    let public = links.public.get(&row.id).into_iter().flatten();
    let public = public.map(|address| ServerAddress {
        network: network.clone(),
        address: *address,
        kind: AddressKind::Floating,
    });
    let mut addresses: Vec<ServerAddress> = own.chain(public).collect();
    addresses.sort();
    let groups = server.security_groups.iter();
    let root = match &server.boot {
        BootRow::Volume { volume } => Some(volume.clone()),
        BootRow::Offered(_) | BootRow::Own { .. } => None,
    };
    let volumes = world
        .rows()
        .filter_map(|attachment| match &attachment.body {
            Body::VolumeAttachment { volume, instance } if *instance == row.id => {
                Some(volume.clone())
            }
            _ => None,
        });
    model::collection::Server {
        fault: row.fault.clone().filter(|_| status == "ERROR"),
        status,
        unseen_since: None,
        task: None,
        flavor: Some(server.flavor.to_string()),
        size: world.flavors.get(&server.flavor).copied(),
        image: match &server.boot {
            BootRow::Offered(image) => Some(CloudId::new(image.as_str())),
            BootRow::Own { image } => Some(image.clone()),
            BootRow::Volume { .. } => None,
        },
        addresses,
        security_groups: groups
            .filter_map(|id| Some(world.row(id)?.name.clone()))
            .collect(),
        volumes: volumes.chain(root).collect(),
        keypair: server.keypair.as_ref().map(|key| key.id.to_string()),
        zone: Some("nova".to_owned()),
        hypervisor: server.host.map(host_name),
        metadata: server.metadata.clone(),
        tags: server.tags.clone(),
    }
}
