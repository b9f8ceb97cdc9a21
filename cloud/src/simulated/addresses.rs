//! Addresses: of servers on their subnets, and of floating IPs from the pool. The lowest that is
//! free is taken, so that an address that was given back is soon somebody else's.

use std::collections::BTreeSet;
use std::net::IpAddr;

use engine::port::CloudError;
use ipnet::IpNet;
use model::id::CloudId;

use super::world::{Body, PortRow, World};

/// The addresses of a range that servers can have: not the network's own, the gateway's (the
/// first) or the broadcast address.
fn of_subnet(cidr: IpNet) -> impl Iterator<Item = IpAddr> {
    let first = cidr.network();
    cidr.hosts()
        .filter(move |address| *address != first)
        .skip(1)
}

/// Refuses addresses that are asked for and have somebody already.
pub(super) fn are_free(
    world: &World,
    ports: &[PortRow],
    wanted: &[Option<IpAddr>],
) -> Result<(), CloudError> {
    for (port, address) in ports.iter().zip(wanted) {
        let Some(address) = address else { continue };
        let holder = world.servers().find(|(_, server)| {
            server
                .ports
                .iter()
                .any(|other| other.subnet == port.subnet && other.address == Some(*address))
        });
        if let Some((holder, _)) = holder {
            return Err(CloudError::Refused(format!(
                "Fixed IP address {address} is already in use on instance {}.",
                holder.id
            )));
        }
    }
    Ok(())
}

/// Gives each port the address that is wanted, or one of its subnet's pool; a sentence where one
/// has none left.
pub(super) fn give_ports(
    world: &World,
    ports: &mut [PortRow],
    wanted: &[Option<IpAddr>],
) -> Result<(), String> {
    let mut given: Vec<IpAddr> = Vec::with_capacity(ports.len());
    for (port, wanted) in ports.iter().zip(wanted) {
        let (cidr, reserved) = match world.row(&port.subnet).map(|row| &row.body) {
            Some(Body::Subnet { cidr, reserved, .. }) => (*cidr, reserved),
            _ => return Err(format!("Subnet {} could not be found.", port.subnet)),
        };
        if let Some(wanted) = wanted {
            if !cidr.contains(wanted) {
                return Err(format!(
                    "IP address {wanted} is not a valid IP for the specified subnet."
                ));
            }
            given.push(*wanted);
            continue;
        }
        let taken = taken_in(world, &port.subnet);
        let free =
            of_subnet(cidr).find(|address| !taken.contains(address) && !reserved.contains(address));
        given.push(free.ok_or_else(|| {
            format!(
                "No more IP addresses available on network {}.",
                port.network
            )
        })?);
    }
    for (port, address) in ports.iter_mut().zip(given) {
        port.address = Some(address);
    }
    Ok(())
}

fn taken_in(world: &World, subnet: &CloudId) -> BTreeSet<IpAddr> {
    world
        .servers()
        .flat_map(|(_, server)| &server.ports)
        .filter(|port| port.subnet == *subnet)
        .filter_map(|port| port.address)
        .collect()
}

/// The pool's addresses that can be given.
fn of_pool(pool: &[IpNet]) -> impl Iterator<Item = IpAddr> {
    pool.iter().flat_map(IpNet::hosts)
}

fn taken_in_pool(world: &World) -> BTreeSet<IpAddr> {
    world
        .public_addresses()
        .map(|(_, address)| address.address)
        .collect()
}

/// A public address: the one that is wanted, or the lowest that is free.
pub(super) fn public(
    world: &World,
    pool: &[IpNet],
    wanted: Option<&IpAddr>,
) -> Result<IpAddr, CloudError> {
    let taken = taken_in_pool(world);
    let Some(wanted) = wanted else {
        return of_pool(pool)
            .find(|address| !taken.contains(address))
            .ok_or_else(|| {
                CloudError::Conflict(
                    "No more IP addresses available on the external network.".into(),
                )
            });
    };
    if taken.contains(wanted) {
        return Err(CloudError::Conflict(format!(
            "IP address {wanted} already allocated in the external network."
        )));
    }
    if !pool.iter().any(|range| range.contains(wanted)) {
        return Err(CloudError::Refused(format!(
            "IP address {wanted} is not a valid IP for any of the subnets on the external network."
        )));
    }
    Ok(*wanted)
}

/// How many public addresses are left; counted without walking through a large pool.
pub(super) fn free_public(world: &World, pool: &[IpNet]) -> u64 {
    let size = |range: &IpNet| -> u64 {
        let bits = u32::from(range.max_prefix_len() - range.prefix_len());
        let all = 1_u64.checked_shl(bits).unwrap_or(u64::MAX);
        // As `IpNet::hosts`: a range of IPv4 has a network and a broadcast address.
        match range {
            IpNet::V4(_) if bits >= 2 => all - 2,
            IpNet::V4(_) | IpNet::V6(_) => all,
        }
    };
    let all = pool.iter().map(size).fold(0_u64, u64::saturating_add);
    let taken = taken_in_pool(world);
    let taken = taken
        .iter()
        .filter(|address| pool.iter().any(|range| range.contains(*address)))
        .count();
    all.saturating_sub(taken as u64)
}
