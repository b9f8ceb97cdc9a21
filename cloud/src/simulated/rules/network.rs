//! What a create on the network side is checked against, and what it makes.

use std::collections::BTreeMap;

use engine::port::CloudError;
use ipnet::IpNet;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::NetworkName;
use model::resource::{FloatingIp, RouterInterface, Subnet};
use plan::offers::QuotaKind;

use super::{Ground, associable, conflict, referred, refused};
use crate::simulated::world::{Body, PublicAddress, Route, World};
use crate::simulated::{addresses, quota};

fn overlap(a: IpNet, b: IpNet) -> bool {
    a.contains(&b) || b.contains(&a)
}

pub(super) fn subnet(
    world: &World,
    ids: &BTreeMap<Key, CloudId>,
    Subnet {
        network,
        cidr,
        reserved,
    }: &Subnet,
) -> Result<Body, CloudError> {
    let network = referred(world, ids, network)?.id.clone();
    if *cidr != cidr.trunc() {
        return refused(format!(
            "Invalid input for cidr. Reason: '{cidr}' isn't a recognized IP subnet cidr, '{}' is \
             recommended.",
            cidr.trunc()
        ));
    }
    for row in world.rows() {
        if let Body::Subnet {
            network: of,
            cidr: other,
            reserved: _,
        } = &row.body
            && *of == network
            && overlap(*other, *cidr)
        {
            return refused(format!(
                "Invalid input for operation: Requested subnet with cidr: {cidr} for network: \
                 {network} overlaps with another subnet."
            ));
        }
    }
    quota::check(world, &[(QuotaKind::Subnets, 1)])?;
    Ok(Body::Subnet {
        network,
        cidr: *cidr,
        reserved: reserved.clone(),
    })
}

pub(super) fn interface(
    world: &World,
    ids: &BTreeMap<Key, CloudId>,
    RouterInterface { router, subnet }: &RouterInterface,
) -> Result<Body, CloudError> {
    let router = referred(world, ids, router)?.id.clone();
    let subnet = referred(world, ids, subnet)?;
    let cidr_of = |id: &CloudId| match world.row(id).map(|row| &row.body) {
        Some(Body::Subnet { cidr, .. }) => Some(*cidr),
        _ => None,
    };
    let cidr = cidr_of(&subnet.id);
    for row in world.rows() {
        let Body::RouterInterface {
            router: on,
            subnet: to,
        } = &row.body
        else {
            continue;
        };
        if *to == subnet.id {
            return conflict(format!(
                "Router {on} already has a port on subnet {}: its gateway address is in use.",
                subnet.id
            ));
        }
        if let (Some(mine), Some(other)) = (cidr, cidr_of(to))
            && *on == router
            && overlap(mine, other)
        {
            return refused(format!(
                "Bad router request: Cidr {mine} of subnet {} overlaps with cidr {other} of subnet \
                 {to}.",
                subnet.id
            ));
        }
    }
    Ok(Body::RouterInterface {
        router,
        subnet: subnet.id.clone(),
    })
}

pub(super) fn public_address(
    world: &World,
    ground: Ground<'_>,
    ids: &BTreeMap<Key, CloudId>,
    FloatingIp {
        address,
        instance,
        network,
    }: &FloatingIp,
) -> Result<Body, CloudError> {
    let route = route(world, ids, network, instance.as_ref(), None)?;
    quota::check(world, &[(QuotaKind::FloatingIps, 1)])?;
    let address = addresses::public(world, &ground.config.address_pool, address.fixed())?;
    Ok(Body::FloatingIp(PublicAddress {
        address,
        network: Some(network.clone()),
        route,
    }))
}

/// The way to an instance: over the router interface of the network. None where there is no
/// instance to lead to.
pub(super) fn route(
    world: &World,
    ids: &BTreeMap<Key, CloudId>,
    network: &NetworkName,
    instance: Option<&Key>,
    own: Option<&CloudId>,
) -> Result<Option<Route>, CloudError> {
    let Some(instance) = instance else {
        return Ok(None);
    };
    let interface = Key::new(ResourceKind::RouterInterface, network.as_str());
    let interface = referred(world, ids, &interface)?;
    let instance = referred(world, ids, instance)?;
    associable(world, interface, instance, own)?;
    Ok(Some(Route {
        instance: instance.id.clone(),
        interface: interface.id.clone(),
    }))
}
