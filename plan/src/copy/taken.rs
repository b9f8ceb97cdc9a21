//! What a copy takes along of its source: data, and addresses. Which of the source's volumes and
//! instances that is follows from the recipe alone; where they are in the cloud is found later.

use std::collections::BTreeMap;
use std::net::IpAddr;

use model::data::{BootFrom, GroupData, InstanceData, Origin};
use model::group::Group;
use model::key::{Key, ResourceKind};
use model::name::{GroupName, NetworkName, VolumeName};
use model::network::Network;
use model::recipe::Recipe;
use model::topology::Topology;
use model::value::Value;

use super::CopyError;

/// Where the data of a copy's group come from. Its instances stand for the source's in their order;
/// of several groups, each volume comes from the first that has it, and the disk from the first.
pub(super) fn taken_along(
    source: &Topology,
    recipe: &Recipe,
    to: &GroupName,
    group: &Group,
    from: &[(&GroupName, &Group)],
) -> Result<GroupData, CopyError> {
    let count = group.count.planned();
    let key_of = |from: &GroupName, original: &Group, index: u32| {
        let there = original.count.planned();
        let ordinals = original.ordinals(there);
        match ordinals.get(index as usize) {
            Some(ordinal) => Ok(Key::instance(from, *ordinal)),
            None => Err(CopyError::NoData {
                recipe: recipe.recipe.to_string(),
                group: to.clone(),
                wanted: count,
                from: from.clone(),
                there,
            }),
        }
    };
    let origin = |of: Key, size: Value<_>| Origin {
        of,
        id: Value::Unknown,
        size,
    };
    let mut instances = BTreeMap::new();
    for index in 0..count {
        let mut taken = InstanceData::default();
        if let Some((name, first)) = from.first() {
            let instance = key_of(name, first, index)?;
            taken.disk = Some(match first.boot {
                BootFrom::Volume(_) => origin(Key::boot_volume(&instance), Value::Unknown),
                BootFrom::Disk => {
                    let flavor = first.flavor.fixed();
                    let disk = flavor.and_then(|name| source.flavors.get(name));
                    let size = disk.map_or(Value::Unknown, |flavor| Value::Fixed(flavor.disk));
                    origin(instance, size)
                }
            });
        }
        for volume in group.volumes.keys() {
            let owner = from
                .iter()
                .find(|(_, original)| original.volumes.contains_key(volume));
            if let Some((name, original)) = owner {
                let instance = key_of(name, original, index)?;
                let key = volume_of(&instance, volume);
                taken
                    .volumes
                    .insert(volume.clone(), origin(key, Value::Unknown));
            }
        }
        instances.insert(index + 1, taken);
    }
    Ok(GroupData {
        environment: source.environment.clone(),
        instances,
    })
}

fn volume_of(instance: &Key, volume: &VolumeName) -> Key {
    Key::new(
        ResourceKind::Volume,
        &format!("{}.{volume}", instance.name()),
    )
}

/// The source's addresses, where the copy has a network of the same name and range: what its data
/// say of each other stays true.
pub(super) fn kept_addresses(
    source: &Topology,
    recipe: &Recipe,
    group: &Group,
    from: &[(&GroupName, &Group)],
) -> BTreeMap<NetworkName, Vec<IpAddr>> {
    let [(_, only)] = from else {
        return BTreeMap::new();
    };
    let range = |networks: &BTreeMap<NetworkName, Network>, name: &NetworkName| {
        networks.get(name).map(|network| network.cidr)
    };
    only.addresses
        .iter()
        .filter(|(name, _)| range(&source.networks, name) == range(&recipe.networks, name))
        .map(|(name, addresses)| {
            let most = group.count.max() as usize;
            (name.clone(), addresses.iter().take(most).copied().collect())
        })
        .collect()
}
