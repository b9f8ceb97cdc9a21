//! What can be turned into something else while it stays itself. The same change twice is the same
//! as once, also while the first is still under way.

use std::collections::{BTreeMap, BTreeSet};

use engine::port::CloudError;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::resource::{FloatingIp, Instance, Resource, SecurityRules, Volume};
use plan::offers::QuotaKind;

use super::network::route;
use super::{Did, Ground, conflict, existing, needs_settled, noun, referred, refused, rule_rows};
use crate::simulated::quota;
use crate::simulated::world::{
    Body, Disk, Extending, Powering, PublicAddress, Purpose, Resizing, Row, Server, Size, World,
};

/// Changes a resource, or refuses.
pub(in crate::simulated) fn update(
    world: &mut World,
    ground: Ground<'_>,
    id: &CloudId,
    before: &Resource,
    after: &Resource,
    ids: &BTreeMap<Key, CloudId>,
) -> Result<Did, CloudError> {
    let kind = after.kind();
    let row = existing(world, kind, id)?;
    if row.gone.is_some() {
        return conflict(format!("{} {id} is being deleted.", noun(kind)));
    }
    if !before.changes_in_place(after) {
        return refused(format!(
            "{} {id} can't be changed like this: it has to be made anew.",
            noun(kind)
        ));
    }
    let body = match (&row.body, after) {
        (Body::SecurityRules { group, rules: old }, Resource::SecurityRules(after)) => {
            let SecurityRules { group: _, rules } = after;
            let rules = rule_rows(world, ids, rules)?;
            let more = rules.len().saturating_sub(old.len()) as u64;
            quota::check(world, &[(QuotaKind::SecurityRules, more)])?;
            Body::SecurityRules {
                group: group.clone(),
                rules,
            }
        }
        (Body::Subnet { network, cidr, .. }, Resource::Subnet(after)) => Body::Subnet {
            network: network.clone(),
            cidr: *cidr,
            reserved: after.reserved.clone(),
        },
        (Body::Volume(disk), Resource::Volume(after)) => {
            Body::Volume(volume(world, ground, row, disk, after)?)
        }
        (Body::Instance(server), Resource::Instance(after)) => {
            Body::Instance(Box::new(instance(world, ground, row, server, after, ids)?))
        }
        (Body::FloatingIp(address), Resource::FloatingIp(after)) => {
            let FloatingIp {
                instance,
                network,
                address: _,
            } = after;
            let route = route(world, ids, network, instance.as_ref(), Some(&row.id))?;
            Body::FloatingIp(PublicAddress {
                route,
                ..address.clone()
            })
        }
        // The others have nothing that could change, and `changes_in_place` has seen that
        // nothing is to.
        (same, _) => same.clone(),
    };
    if body == row.body {
        return Ok(Did::Nothing);
    }
    let row = Row {
        body,
        ..row.clone()
    };
    world.put(row);
    // What takes no time is done at once.
    world.settle(ground.now);
    Ok(Did::It)
}

/// When a change that begins now will be done.
fn done(ground: Ground<'_>, row: &Row, what: &str) -> i64 {
    let key = row.mark.as_ref().map_or_else(
        || row.name.clone(),
        |mark| format!("{} {}", mark.key, mark.attempt),
    );
    let occasion = format!("change {key} {what}");
    ground.now + ground.config.change.choose(ground.config.seed, &occasion)
}

fn volume(
    world: &World,
    ground: Ground<'_>,
    row: &Row,
    disk: &Disk,
    Volume {
        size,
        mount,
        file_system,
        content: _,
        volume_type: _,
    }: &Volume,
) -> Result<Disk, CloudError> {
    let mut disk = Disk {
        mount: mount.clone(),
        file_system: file_system.clone(),
        ..disk.clone()
    };
    let target = disk.extending.as_ref().map_or(disk.gib, |e| e.gib);
    let Some(gib) = size.fixed().map(|size| size.0).filter(|gib| *gib != target) else {
        return Ok(disk);
    };
    if gib < target {
        return refused(format!(
            "Invalid input received: New size for extend must be greater than current size. \
             (current: {target}, extended: {gib})."
        ));
    }
    if ground.now < row.ready || row.fault.is_some() || disk.extending.is_some() {
        return conflict(format!(
            "Invalid volume: Volume {} status must be '('available', 'in-use')' to extend.",
            row.id
        ));
    }
    quota::check(world, &[(QuotaKind::VolumeGib, gib - target)])?;
    disk.extending = Some(Extending {
        gib,
        until: done(ground, row, &gib.to_string()),
    });
    Ok(disk)
}

fn instance(
    world: &World,
    ground: Ground<'_>,
    row: &Row,
    server: &Server,
    after: &Instance,
    ids: &BTreeMap<Key, CloudId>,
) -> Result<Server, CloudError> {
    let Instance {
        group,
        ordinal,
        flavor,
        profiles,
        role,
        security_groups,
        power,
        host_name: _,
        boot: _,
        networks: _,
        server_group: _,
        keypair: _,
        first_boot: _,
    } = after;
    let mut server = server.clone();
    server.purpose = Some(Purpose {
        group: group.clone(),
        ordinal: *ordinal,
        profiles: profiles.as_ref().clone(),
        role: *role,
    });
    server.security_groups = security_groups
        .iter()
        .map(|key| {
            debug_assert_eq!(key.kind, ResourceKind::SecurityGroup);
            Ok(referred(world, ids, key)?.id.clone())
        })
        .collect::<Result<BTreeSet<CloudId>, CloudError>>()?;
    let target = server
        .resizing
        .as_ref()
        .map_or(&server.flavor, |r| &r.flavor);
    let Some(flavor) = flavor.fixed().filter(|flavor| *flavor != target) else {
        let target = server.powering.as_ref().map_or(server.power, |p| p.to);
        if *power != target {
            let action = format!("{} server", power.verb());
            needs_settled(row, &action, ground.now)?;
            server.powering = Some(Powering {
                to: *power,
                until: done(ground, row, power.word()),
            });
        }
        return Ok(server);
    };
    let Some(size) = world.flavors.get(flavor).map(Size::from) else {
        return refused(format!("Flavor {flavor} could not be found."));
    };
    needs_settled(row, "resize", ground.now)?;
    let more = |new: u64, old: u64| new.saturating_sub(old);
    quota::check(
        world,
        &[
            (QuotaKind::Vcpus, more(size.vcpus, server.size.vcpus)),
            (QuotaKind::RamMib, more(size.ram_mib, server.size.ram_mib)),
        ],
    )?;
    server.resizing = Some(Resizing {
        flavor: flavor.clone(),
        size,
        until: done(ground, row, flavor.as_str()),
    });
    Ok(server)
}
