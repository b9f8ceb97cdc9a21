//! What clouds hold: lists of a kind, and one thing by itself.

use std::collections::{BTreeMap, BTreeSet};

use app::data::{HeldData, ThingData};
use model::collection::{Body, Held, HeldFilter, HeldKind, HeldRow, Owner};
use model::id::CloudId;
use model::name::CloudName;
use plan::grouping::{Candidate, guess};

use super::instances::page_error;
use super::{Failed, Reader, not_found};

/// The kinds that may hang on something.
const PARTS: [HeldKind; 5] = [
    HeldKind::Port,
    HeldKind::Volume,
    HeldKind::FloatingIp,
    HeldKind::Snapshot,
    HeldKind::Subnet,
];

/// The kinds whose things others refer to by their ids.
const REFERRED: [HeldKind; 8] = [
    HeldKind::Server,
    HeldKind::Network,
    HeldKind::Subnet,
    HeldKind::Volume,
    HeldKind::SecurityGroup,
    HeldKind::Image,
    HeldKind::Router,
    HeldKind::Project,
];

impl Reader {
    pub(in crate::web) async fn read_held(&self, filter: &HeldFilter) -> Result<HeldData, Failed> {
        let cloud = self.cloud_summary(&filter.cloud).await?;
        let page = self.store().held(filter).await.map_err(page_error)?;
        let facets = self.store().held_facets(&filter.cloud, filter.kind).await?;
        let kind = cloud
            .state
            .as_ref()
            .and_then(|state| state.kind(filter.kind))
            .cloned();
        let age = kind
            .as_ref()
            .and_then(|kind| kind.read_at)
            .map(|at| self.age(at));
        Ok(HeldData {
            cloud,
            filter: filter.clone(),
            page,
            facets,
            kind,
            age,
        })
    }

    pub(in crate::web) async fn read_thing(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        id: &CloudId,
    ) -> Result<ThingData, Failed> {
        let summary = self.cloud_summary(cloud).await?;
        let store = self.store();
        let versions = store.held_versions(cloud, kind, id).await?;
        let ids = BTreeSet::from([id.clone()]);
        let found = store
            .held_by_id(cloud, kind, &ids)
            .await?
            .into_iter()
            .next();
        let row = found.or_else(|| {
            // Gone: as it was last seen.
            versions.first().map(|version| HeldRow {
                owner: Owner::Foreign,
                environment: None,
                instance: None,
                held: version.held.clone(),
            })
        });
        let Some(row) = row else {
            return Err(not_found(&format!("{} “{id}” in {cloud}", kind.word())));
        };
        let mut parts = Vec::new();
        for part in PARTS {
            parts.extend(store.held_on(cloud, part, &ids).await?);
        }
        let (assignment, guess) = match kind {
            HeldKind::Server => {
                let said = store.assignments(cloud).await?.remove(id);
                (said, guess(&candidate(&row.held)))
            }
            _ => (None, None),
        };
        let environments = self.environments().await?;
        Ok(ThingData {
            cloud: summary,
            kind,
            names: self.names(cloud, &row.held).await?,
            row,
            versions,
            parts,
            assignment,
            guess,
            environments: environments
                .iter()
                .map(|environment| (environment.name.clone(), environment.kind))
                .collect(),
        })
    }

    /// The names of what a thing refers to.
    async fn names(
        &self,
        cloud: &CloudName,
        held: &Held,
    ) -> Result<BTreeMap<CloudId, String>, Failed> {
        let mut ids: BTreeSet<CloudId> = held.project.iter().cloned().collect();
        match &held.body {
            Body::Server(server) => {
                ids.extend(server.image.iter().cloned());
                ids.extend(server.volumes.iter().cloned());
            }
            Body::Volume(volume) => {
                ids.extend(volume.attached.iter().map(|at| at.server.clone()));
            }
            Body::Snapshot(snapshot) => {
                ids.insert(snapshot.volume.clone());
            }
            Body::Subnet(subnet) => {
                ids.insert(subnet.network.clone());
            }
            Body::Router(router) => ids.extend(router.gateway.iter().cloned()),
            Body::Port(port) => {
                ids.insert(port.network.clone());
                ids.extend(port.device.iter().cloned());
                ids.extend(port.security_groups.iter().cloned());
                ids.extend(port.addresses.iter().map(|address| address.subnet.clone()));
            }
            Body::FloatingIp(address) => ids.extend(address.network.iter().cloned()),
            Body::ServerGroup(group) => ids.extend(group.members.iter().cloned()),
            Body::SecurityGroup(group) => {
                let remotes = group.rules.iter().filter_map(|rule| rule.remote.as_deref());
                ids.extend(remotes.map(CloudId::new));
            }
            Body::Project(_)
            | Body::Network(_)
            | Body::Keypair(_)
            | Body::Flavor(_)
            | Body::Image(_)
            | Body::Quota(_)
            | Body::AvailabilityZone(_)
            | Body::Hypervisor(_) => {}
        }
        let mut names = BTreeMap::new();
        if ids.is_empty() {
            return Ok(names);
        }
        for kind in REFERRED {
            for row in self.store().held_by_id(cloud, kind, &ids).await? {
                if !row.held.name.is_empty() {
                    names.insert(row.held.id, row.held.name);
                }
            }
        }
        Ok(names)
    }
}

fn candidate(held: &Held) -> Candidate {
    let (metadata, tags) = match &held.body {
        Body::Server(server) => (server.metadata.clone(), server.tags.clone()),
        _ => (BTreeMap::new(), BTreeSet::new()),
    };
    Candidate {
        id: held.id.clone(),
        name: held.name.clone(),
        project: held.project.clone(),
        metadata,
        tags,
    }
}
