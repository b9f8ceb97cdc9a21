//! On which hypervisor a server stands: members of a server group each on one of their own.

use std::collections::{BTreeMap, BTreeSet};

use model::id::CloudId;

use super::world::World;

/// What Nova says where there is none; it says so after it accepted the server.
pub(super) const NO_HOST: &str = "No valid host was found. There are not enough hosts available.";

/// The host with the fewest servers on which no other member of the group stands; none where there
/// is no such host.
pub(super) fn place(world: &World, hosts: u32, group: Option<&CloudId>) -> Option<u32> {
    let mut load: BTreeMap<u32, usize> = (1..=hosts).map(|host| (host, 0)).collect();
    let mut barred = BTreeSet::new();
    for (_, server) in world.servers() {
        let Some(host) = server.host else { continue };
        if let Some(load) = load.get_mut(&host) {
            *load += 1;
        }
        if group.is_some() && server.group.as_ref() == group {
            barred.insert(host);
        }
    }
    load.into_iter()
        .filter(|(host, _)| !barred.contains(host))
        .min_by_key(|(host, load)| (*load, *host))
        .map(|(host, _)| host)
}
