//! Addresses that are named for instances: on a network that is there, in its range, and nobody
//! else's.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;

use super::references::known;
use super::{Path, Problems};
use crate::group::Group;
use crate::name::{GroupName, NetworkName};
use crate::network::Network;

type Named = BTreeMap<NetworkName, Vec<IpAddr>>;

/// The addresses of one group: each on a network that is there, in its range, not its gateway, and
/// no more than `most` instances can have.
pub(super) fn of_group(
    addresses: &Named,
    networks: &BTreeMap<NetworkName, Network>,
    most: Option<u32>,
    path: &Path,
    problems: &mut Problems,
) {
    for (network, addresses) in addresses {
        let path = path.name("addresses").name(network);
        known(problems, path.clone(), "network", network, networks);
        if let Some(most) = most.filter(|most| addresses.len() > *most as usize) {
            let given = addresses.len();
            problems.add(
                path.clone(),
                format!(
                    "{given} addresses for up to {most} instances; name {most} or less, or raise \
                     the count"
                ),
            );
        }
        let Some(range) = networks.get(network).map(|network| network.cidr.trunc()) else {
            continue;
        };
        for (index, address) in addresses.iter().enumerate() {
            if let Some(why) = unfit(*address, range) {
                problems.add(
                    path.index(index),
                    format!("{why}; write another address of `{range}`"),
                );
            }
        }
    }
}

/// Why an instance can't have an address of a range, where it can't. The gateway has the first
/// address, as clouds give it to a subnet that says nothing else.
fn unfit(address: IpAddr, range: IpNet) -> Option<String> {
    if !range.contains(&address) {
        return Some(format!("`{address}` is not in the network's range"));
    }
    if address == range.network() {
        return Some(format!("`{address}` is the network's own address"));
    }
    if Some(address) == range.hosts().find(|host| *host != range.network()) {
        return Some(format!("`{address}` is the gateway's"));
    }
    (range.addr().is_ipv4() && address == range.broadcast())
        .then(|| format!("`{address}` is the network's broadcast address"))
}

/// A group's addresses are on networks that it is on.
pub(super) fn where_they_are(group: &Group, path: &Path, problems: &mut Problems) {
    for network in group.addresses.keys() {
        if !group.networks.contains(network) {
            problems.add(
                path.name("addresses").name(network),
                format!("the group is not on `{network}`; add it to `networks`, or leave this out"),
            );
        }
    }
}

/// No address is named twice on one network.
pub(super) fn once<'a>(
    groups: impl Iterator<Item = (&'a GroupName, &'a Named)>,
    problems: &mut Problems,
) {
    let mut seen: BTreeMap<(&NetworkName, IpAddr), &GroupName> = BTreeMap::new();
    for (group, addresses) in groups {
        for (network, addresses) in addresses {
            for (index, address) in addresses.iter().enumerate() {
                if let Some(other) = seen.insert((network, *address), group) {
                    let path = Path::root().name("groups").name(group);
                    problems.add(
                        path.name("addresses").name(network).index(index),
                        format!("`{address}` is already given to `{other}`; give each its own"),
                    );
                }
            }
        }
    }
}
