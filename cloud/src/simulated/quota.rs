//! Quotas: what counts against which, and the refusal in OpenStack's words.

use std::collections::BTreeMap;

use engine::port::CloudError;
use model::flavor::Flavor;
use plan::offers::{Quota, QuotaKind};
use plan::proof::DEFAULT_RULES;

use super::world::{Body, Size, World};

impl From<&Flavor> for Size {
    fn from(
        Flavor {
            vcpus,
            ram,
            disk: _,
        }: &Flavor,
    ) -> Self {
        Self {
            vcpus: u64::from(*vcpus),
            ram_mib: ram.0,
        }
    }
}

/// What is used of every quota. Whatever is on its way out counts until it is gone, and a server
/// that failed counts like any other.
fn used(world: &World) -> BTreeMap<QuotaKind, u64> {
    let mut used: BTreeMap<QuotaKind, u64> = QuotaKind::ALL.iter().map(|kind| (*kind, 0)).collect();
    let mut add = |kind, amount: u64| {
        let sum: &mut u64 = used.entry(kind).or_default();
        *sum = sum.saturating_add(amount);
    };
    for row in world.rows() {
        match &row.body {
            Body::Network => add(QuotaKind::Networks, 1),
            Body::Subnet { .. } => add(QuotaKind::Subnets, 1),
            Body::Router => add(QuotaKind::Routers, 1),
            Body::SecurityGroup => {
                add(QuotaKind::SecurityGroups, 1);
                add(QuotaKind::SecurityRules, DEFAULT_RULES);
            }
            Body::SecurityRules { rules, .. } => {
                add(QuotaKind::SecurityRules, rules.len() as u64);
            }
            Body::ServerGroup => add(QuotaKind::ServerGroups, 1),
            Body::Keypair { .. } => add(QuotaKind::Keypairs, 1),
            Body::FloatingIp(_) => add(QuotaKind::FloatingIps, 1),
            Body::VolumeSnapshot { gib, .. } => {
                add(QuotaKind::Snapshots, 1);
                add(QuotaKind::VolumeGib, *gib);
            }
            Body::Volume(disk) => {
                add(QuotaKind::Volumes, 1);
                let target = disk.extending.as_ref().map_or(disk.gib, |e| e.gib);
                add(QuotaKind::VolumeGib, target);
            }
            Body::Instance(server) => {
                add(QuotaKind::Instances, 1);
                add(QuotaKind::Ports, server.ports.len() as u64);
                // Both sizes are held until a resize is done: the larger one counts.
                let target = server.resizing.as_ref().map_or(server.size, |r| r.size);
                add(QuotaKind::Vcpus, server.size.vcpus.max(target.vcpus));
                add(QuotaKind::RamMib, server.size.ram_mib.max(target.ram_mib));
            }
            Body::RouterInterface { .. } => add(QuotaKind::Ports, 1),
            // These have no quota of their own.
            Body::VolumeAttachment { .. } | Body::Image { .. } => {}
        }
    }
    used
}

/// Every quota with its use.
pub(super) fn quotas(world: &World) -> BTreeMap<QuotaKind, Quota> {
    used(world)
        .into_iter()
        .map(|(kind, used)| {
            let limit = world.quotas.get(&kind).copied().flatten();
            (kind, Quota { limit, used })
        })
        .collect()
}

/// Refuses what does not fit.
pub(super) fn check(world: &World, needs: &[(QuotaKind, u64)]) -> Result<(), CloudError> {
    let quotas = quotas(world);
    for &(which, need) in needs {
        let Some(quota) = quotas.get(&which) else {
            continue;
        };
        let (Some(limit), Some(free)) = (quota.limit, quota.free()) else {
            continue;
        };
        if need > free {
            return Err(CloudError::Quota {
                which,
                need: Some(need),
                free: Some(free),
                words: words(which, need, quota.used, limit),
            });
        }
    }
    Ok(())
}

/// Nova, Cinder and Neutron each say it their own way.
fn words(which: QuotaKind, need: u64, used: u64, limit: u64) -> String {
    let nova = |name: &str| {
        format!(
            "Quota exceeded for {name}: Requested {need}, but already used {used} of {limit} {name}"
        )
    };
    let neutron = |name: &str| format!("Quota exceeded for resources: ['{name}'].");
    match which {
        QuotaKind::Instances => nova("instances"),
        QuotaKind::Vcpus => nova("cores"),
        QuotaKind::RamMib => nova("ram"),
        QuotaKind::ServerGroups => "Quota exceeded, too many server groups.".into(),
        QuotaKind::Keypairs => "Quota exceeded, too many key pairs.".into(),
        QuotaKind::Volumes => format!(
            "VolumeLimitExceeded: Maximum number of volumes allowed ({limit}) exceeded for quota \
             'volumes'."
        ),
        QuotaKind::Snapshots => {
            format!("SnapshotLimitExceeded: Maximum number of snapshots allowed ({limit}) exceeded")
        }
        QuotaKind::VolumeGib => format!(
            "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed \
             gigabytes quota. Requested {need}G, quota is {limit}G and {used}G has been consumed."
        ),
        QuotaKind::FloatingIps => neutron("floatingip"),
        QuotaKind::Networks => neutron("network"),
        QuotaKind::Subnets => neutron("subnet"),
        QuotaKind::Routers => neutron("router"),
        QuotaKind::SecurityGroups => neutron("security_group"),
        QuotaKind::SecurityRules => neutron("security_group_rule"),
        QuotaKind::Ports => neutron("port"),
    }
}
