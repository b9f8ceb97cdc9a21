//! What stands in the way of a delete, and how long one takes.

use std::time::Duration;

use engine::port::CloudError;
use model::id::CloudId;
use model::key::ResourceKind;

use super::{Did, Ground, conflict, existing, storage, vm_state};
use crate::simulated::config::Delay;
use crate::simulated::world::{Body, Row, World};

/// Asks for a resource to go; `slow` is how long that takes where a fault says so. What is on its
/// way out already is left alone.
pub(in crate::simulated) fn delete(
    world: &mut World,
    ground: Ground<'_>,
    kind: ResourceKind,
    id: &CloudId,
    slow: Option<Duration>,
) -> Result<Did, CloudError> {
    let row = existing(world, kind, id)?;
    if row.gone.is_some() {
        return Ok(Did::Nothing);
    }
    in_the_way(world, ground, row)?;
    let delay = match (slow, kind) {
        (Some(slow), _) => Delay {
            min: slow,
            max: slow,
        },
        (None, ResourceKind::Instance | ResourceKind::Volume | ResourceKind::VolumeSnapshot) => {
            ground.config.delete
        }
        (None, _) => ground.config.other,
    };
    let key = row.mark.as_ref().map_or_else(
        || row.id.to_string(),
        |mark| format!("{} {}", mark.key, mark.attempt),
    );
    let gone = ground.now + delay.choose(ground.config.seed, &format!("delete {key}"));
    let row = Row {
        gone: Some(gone),
        ..row.clone()
    };
    world.put(row);
    // What takes no time is gone at once, and what it leads to.
    world.settle(ground.now);
    Ok(Did::It)
}

/// Refuses where something is in the way.
fn in_the_way(world: &World, ground: Ground<'_>, row: &Row) -> Result<(), CloudError> {
    let id = &row.id;
    match &row.body {
        Body::Network => network(world, id),
        Body::Subnet { .. } => subnet(world, id),
        Body::Router => {
            let interface = world.rows().find(
                |row| matches!(&row.body, Body::RouterInterface { router, .. } if router == id),
            );
            match interface {
                None => Ok(()),
                Some(interface) => conflict(format!(
                    "Router {id} still has ports: interface {}.",
                    interface.id
                )),
            }
        }
        Body::RouterInterface { router, subnet } => {
            let address = world.public_addresses().find(|(_, address)| {
                address
                    .route
                    .as_ref()
                    .is_some_and(|route| route.interface == *id)
            });
            match address {
                None => Ok(()),
                Some((_, address)) => conflict(format!(
                    "Router interface for subnet {subnet} on router {router} cannot be deleted, as \
                     it is required by one or more floating IPs: {}.",
                    address.address
                )),
            }
        }
        Body::SecurityGroup => security_group(world, id),
        Body::VolumeSnapshot { .. } => storage::snapshot_can_go(world, ground, row),
        Body::Volume(disk) => storage::volume_can_go(world, ground, row, disk),
        Body::Image { .. } => storage::image_can_go(world, id),
        Body::VolumeAttachment { instance, .. } => {
            let state = world
                .row(instance)
                .and_then(|instance| vm_state(instance, ground.now));
            match state {
                None => Ok(()),
                Some(state) => conflict(format!(
                    "Cannot 'detach_volume' instance {instance} while it is in {state}"
                )),
            }
        }
        // Nova lets a server group and a keypair go while servers have it, and a server whatever its state;
        // rules and floating IPs are in nobody's way.
        Body::ServerGroup
        | Body::Keypair { .. }
        | Body::Instance(_)
        | Body::SecurityRules { .. }
        | Body::FloatingIp(_) => Ok(()),
    }
}

fn network(world: &World, id: &CloudId) -> Result<(), CloudError> {
    let server = world.servers().find(|(_, server)| {
        server
            .ports
            .iter()
            .any(|port| port.network == *id && port.address.is_some())
    });
    if let Some((server, _)) = server {
        return conflict(format!(
            "Unable to complete operation on network {id}. There are one or more ports still in \
             use on the network: instance {}.",
            server.id
        ));
    }
    // Its subnets go with it, but not while one has a router's port.
    for row in world.rows() {
        if let Body::Subnet { network, .. } = &row.body
            && network == id
        {
            subnet(world, &row.id)?;
        }
    }
    Ok(())
}

fn subnet(world: &World, id: &CloudId) -> Result<(), CloudError> {
    let in_use = |by: &CloudId| {
        conflict(format!(
            "Unable to complete operation on subnet {id}: One or more ports have an IP allocation \
             from this subnet: {by}."
        ))
    };
    for row in world.rows() {
        match &row.body {
            Body::RouterInterface { subnet, .. } if subnet == id => return in_use(&row.id),
            Body::Instance(server) => {
                let has_port = server
                    .ports
                    .iter()
                    .any(|port| port.subnet == *id && port.address.is_some());
                if has_port {
                    return in_use(&row.id);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn security_group(world: &World, id: &CloudId) -> Result<(), CloudError> {
    let user = world
        .servers()
        .find(|(_, server)| server.security_groups.contains(id));
    match user {
        None => Ok(()),
        Some((user, _)) => conflict(format!(
            "Security Group {id} in use by instance {}.",
            user.id
        )),
    }
}
