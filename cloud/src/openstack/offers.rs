//! What a project may still use: flavors, images, quotas with their use, free public addresses.
//! What the credential may not see is left out, and the proof then says that it wasn't checked.

use std::collections::BTreeMap;

use engine::port::CloudError;
use model::flavor::Flavor;
use model::unit::{Gib, Mib};
use plan::offers::{Offers, Quota, QuotaKind, StoredSources};
use serde_json::Value;

use super::transport::{Call, Service};
use super::{Catalog, OpenStack, storage};

/// Nova's absolute limits: which quota, the limit's name, the use's name.
const NOVA: &[(QuotaKind, &str, &str)] = &[
    (
        QuotaKind::Instances,
        "maxTotalInstances",
        "totalInstancesUsed",
    ),
    (QuotaKind::Vcpus, "maxTotalCores", "totalCoresUsed"),
    (QuotaKind::RamMib, "maxTotalRAMSize", "totalRAMUsed"),
    (
        QuotaKind::ServerGroups,
        "maxServerGroups",
        "totalServerGroupsUsed",
    ),
];

/// Cinder's.
const CINDER: &[(QuotaKind, &str, &str)] = &[
    (QuotaKind::Volumes, "maxTotalVolumes", "totalVolumesUsed"),
    (
        QuotaKind::VolumeGib,
        "maxTotalVolumeGigabytes",
        "totalGigabytesUsed",
    ),
    (
        QuotaKind::Snapshots,
        "maxTotalSnapshots",
        "totalSnapshotsUsed",
    ),
];

/// Neutron's quotas by name.
const NEUTRON: &[(QuotaKind, &str)] = &[
    (QuotaKind::Networks, "network"),
    (QuotaKind::Subnets, "subnet"),
    (QuotaKind::Routers, "router"),
    (QuotaKind::Ports, "port"),
    (QuotaKind::FloatingIps, "floatingip"),
    (QuotaKind::SecurityGroups, "security_group"),
    (QuotaKind::SecurityRules, "security_group_rule"),
];

/// A quota of which -1 means that there is none.
fn quota(limit: &Value, used: &Value) -> Option<Quota> {
    Some(Quota {
        limit: u64::try_from(limit.as_i64()?).ok(),
        used: u64::try_from(used.as_i64()?).ok()?,
    })
}

impl OpenStack {
    pub(super) async fn offered(&self) -> Result<Offers, CloudError> {
        let at = self.clock.now();
        let project = self.transport.project().await?;
        let nova = Call::get(Service::Compute, "limits");
        let cinder = Call::get(Service::BlockStorage, "limits");
        let neutron = Call::get(Service::Network, format!("quotas/{project}/details.json"));
        let keypairs = Call::get(Service::Compute, "os-keypairs");
        let (flavors, images, nova, cinder, neutron, keypairs, free_addresses) = futures::try_join!(
            self.flavors(),
            self.images(),
            self.if_allowed(nova),
            self.if_allowed(cinder),
            self.if_allowed(neutron),
            self.if_allowed(keypairs),
            self.free_addresses(),
        )?;
        self.remember(Catalog::of(&flavors, &images)).await;
        let mut quotas = BTreeMap::new();
        for (body, names) in [(&nova, NOVA), (&cinder, CINDER)] {
            let absolute = &body["limits"]["absolute"];
            for (kind, limit, used) in names {
                if let Some(quota) = quota(&absolute[limit], &absolute[used]) {
                    quotas.insert(*kind, quota);
                }
            }
        }
        // Nova tells how many keypairs a user may have, and not how many there are.
        let limit = &nova["limits"]["absolute"]["maxTotalKeypairs"];
        let used = keypairs["keypairs"].as_array().map(Vec::len);
        if let Some(quota) = quota(limit, &used.into()) {
            quotas.insert(QuotaKind::Keypairs, quota);
        }
        for (kind, name) in NEUTRON {
            let told = &neutron["quota"][name];
            if let Some(mut quota) = quota(&told["limit"], &told["used"]) {
                quota.used += told["reserved"].as_u64().unwrap_or_default();
                quotas.insert(*kind, quota);
            }
        }
        Ok(Offers {
            at,
            flavors: flavors
                .into_iter()
                .filter_map(|row| {
                    let flavor = Flavor {
                        vcpus: row.vcpus,
                        ram: Mib(row.ram),
                        disk: Gib(row.disk + row.ephemeral),
                    };
                    Some((row.name.parse().ok()?, flavor))
                })
                .collect(),
            images: images
                .into_iter()
                .filter_map(|image| {
                    let offered = storage::offered(&image);
                    Some((image.name?.parse().ok()?, offered))
                })
                .collect(),
            sources: StoredSources::new(),
            quotas,
            free_addresses,
        })
    }

    /// Asks for what not every cloud tells everybody: nothing where this one doesn't.
    async fn if_allowed(&self, call: Call) -> Result<Value, CloudError> {
        let path = call.path.clone();
        match self.ask(call).await {
            Ok(answer) => Ok(answer.body),
            Err(
                CloudError::Refused(words)
                | CloudError::NotFound(words)
                | CloudError::NotOffered(words),
            ) => {
                tracing::debug!(cloud = %self.name, path, words, "not told");
                Ok(Value::Null)
            }
            Err(error) => Err(error),
        }
    }

    /// Addresses left in the pool, which often only administrators may see.
    async fn free_addresses(&self) -> Result<Option<u64>, CloudError> {
        let Ok(external) = self.external().await else {
            return Ok(None);
        };
        let told = self.if_allowed(pool(external)).await?;
        Ok(Pool::of(&told).map(|Pool { total, used }| total.saturating_sub(used)))
    }
}

/// Asks how full a network's pool of addresses is.
pub(super) fn pool(network: &str) -> Call {
    Call::get(
        Service::Network,
        format!("network-ip-availabilities/{network}"),
    )
}

/// How many addresses a pool has.
pub(super) struct Pool {
    pub total: u64,
    pub used: u64,
}

impl Pool {
    /// What the answer says, where it was given.
    pub(super) fn of(body: &Value) -> Option<Self> {
        let told = &body["network_ip_availability"];
        Some(Self {
            total: told["total_ips"].as_u64()?,
            used: told["used_ips"].as_u64()?,
        })
    }
}
