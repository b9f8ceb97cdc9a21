//! What a project may still use: flavors, images, quotas with their use, free public addresses.
//! What the credential may not see is left out, and the proof then says that it wasn't checked.

use std::collections::{BTreeMap, BTreeSet};

use engine::port::CloudError;
use model::name::VolumeTypeName;
use plan::offers::{Offer, Offers, Quota, QuotaKind, StoredSources};
use serde_json::Value;

use super::transport::{Call, Service};
use super::{Catalog, OpenStack, storage, wire};

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

/// What a service's answer to [`OpenStack::ask_quotas`] says.
pub(super) fn quotas(service: Service, body: &Value) -> BTreeMap<QuotaKind, Quota> {
    let absolute = |names: &[(QuotaKind, &str, &str)]| {
        let told = &body["limits"]["absolute"];
        let quotas = names
            .iter()
            .filter_map(|(kind, limit, used)| Some((*kind, quota(&told[limit], &told[used])?)));
        quotas.collect()
    };
    match service {
        Service::Compute => absolute(NOVA),
        Service::BlockStorage => absolute(CINDER),
        Service::Network => NEUTRON
            .iter()
            .filter_map(|(kind, name)| {
                let told = &body["quota"][name];
                let mut quota = quota(&told["limit"], &told["used"])?;
                quota.used += told["reserved"].as_u64().unwrap_or_default();
                Some((*kind, quota))
            })
            .collect(),
        Service::Image | Service::Identity => BTreeMap::new(),
    }
}

/// The services that have quotas.
pub(super) const WITH_QUOTAS: [Service; 3] =
    [Service::Compute, Service::BlockStorage, Service::Network];

/// The service that is to be asked for its quotas.
fn quota_of(offer: Offer) -> Option<Service> {
    let Offer::Quota(kind) = offer else {
        return None;
    };
    Some(match kind {
        QuotaKind::Instances
        | QuotaKind::Vcpus
        | QuotaKind::RamMib
        | QuotaKind::ServerGroups
        | QuotaKind::Keypairs => Service::Compute,
        QuotaKind::Volumes | QuotaKind::VolumeGib | QuotaKind::Snapshots => Service::BlockStorage,
        QuotaKind::Networks
        | QuotaKind::Subnets
        | QuotaKind::Routers
        | QuotaKind::Ports
        | QuotaKind::FloatingIps
        | QuotaKind::SecurityGroups
        | QuotaKind::SecurityRules => Service::Network,
    })
}

impl OpenStack {
    /// How a service is asked for its quotas.
    pub(super) async fn ask_quotas(&self, service: Service) -> Result<Call, CloudError> {
        Ok(match service {
            Service::Network => {
                let project = self.transport.project().await?;
                Call::get(service, format!("quotas/{project}/details.json"))
            }
            Service::Compute | Service::BlockStorage | Service::Image | Service::Identity => {
                Call::get(service, "limits")
            }
        })
    }

    pub(super) async fn offered(&self, wanted: &BTreeSet<Offer>) -> Result<Offers, CloudError> {
        let at = self.clock.now();
        let services: BTreeSet<Service> = wanted.iter().copied().filter_map(quota_of).collect();
        let told = services.into_iter().map(|service| async move {
            let body = self.if_allowed(self.ask_quotas(service).await?).await?;
            Ok::<_, CloudError>((service, body))
        });
        let is = |offer| wanted.contains(&offer);
        let (flavors, images, told, keypairs, free_addresses, volume_types) = futures::try_join!(
            self.offered_flavors(is(Offer::Flavors)),
            self.offered_images(is(Offer::Images)),
            futures::future::try_join_all(told),
            self.own_keypairs(is(Offer::Quota(QuotaKind::Keypairs))),
            self.free_addresses(is(Offer::FreeAddresses)),
            self.volume_types(is(Offer::VolumeTypes)),
        )?;
        let mut of_all = BTreeMap::new();
        for (service, body) in &told {
            of_all.extend(quotas(*service, body));
            if *service == Service::Compute {
                // Nova tells how many keypairs a user may have, and not how many there are.
                let limit = &body["limits"]["absolute"]["maxTotalKeypairs"];
                let used = keypairs["keypairs"].as_array().map(Vec::len);
                if let Some(quota) = quota(limit, &used.into()) {
                    of_all.insert(QuotaKind::Keypairs, quota);
                }
            }
        }
        Ok(Offers {
            at,
            flavors: flavors
                .into_iter()
                .filter_map(|row| Some((row.name.parse().ok()?, row.size())))
                .collect(),
            images: images
                .into_iter()
                .filter_map(|image| {
                    let offered = storage::offered(&image);
                    Some((image.name?.parse().ok()?, offered))
                })
                .collect(),
            sources: StoredSources::new(),
            quotas: of_all,
            free_addresses,
            volume_types,
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

    async fn offered_flavors(&self, wanted: bool) -> Result<Vec<wire::Flavor>, CloudError> {
        if !wanted {
            return Ok(Vec::new());
        }
        let flavors = self.flavors().await?;
        self.catalog.lock().await.flavors = Catalog::of(&flavors, &[]).flavors;
        Ok(flavors)
    }

    async fn offered_images(&self, wanted: bool) -> Result<Vec<wire::Image>, CloudError> {
        if !wanted {
            return Ok(Vec::new());
        }
        let images = self.images().await?;
        self.learn_images(&images).await;
        Ok(images)
    }

    async fn own_keypairs(&self, wanted: bool) -> Result<Value, CloudError> {
        if !wanted {
            return Ok(Value::Null);
        }
        self.if_allowed(Call::get(Service::Compute, "os-keypairs"))
            .await
    }

    /// The types of volumes, those of this project alone among them.
    async fn volume_types(
        &self,
        wanted: bool,
    ) -> Result<Option<BTreeSet<VolumeTypeName>>, CloudError> {
        if !wanted {
            return Ok(None);
        }
        let told = self
            .if_allowed(Call::get(Service::BlockStorage, "types"))
            .await?;
        let names = told["volume_types"].as_array().map(|rows| {
            let names = rows.iter().filter_map(|row| row["name"].as_str());
            names.filter_map(|name| name.parse().ok()).collect()
        });
        Ok(names)
    }

    /// Addresses left in the pool, which often only administrators may see.
    async fn free_addresses(&self, wanted: bool) -> Result<Option<u64>, CloudError> {
        if !wanted {
            return Ok(None);
        }
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
