//! What lists and the dashboard need of a state, without the state: totals, findings, names to
//! filter by. A revision never changes, so what was read from it once stays true.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use engine::port::StoreError;
use model::environment::{Environment, Layer, Revision};
use model::id::{EnvironmentId, RevisionNumber};
use model::name::{CloudName, FlavorName, GroupName};
use model::topology::Topology;
use plan::capacity::{EnvironmentCapacity, capacity_of};
use plan::finding::{Finding, Severity, findings};

use super::Reader;
use app::data::PlacedFinding;

/// How many are kept.
const KEPT: usize = 2048;

/// What is known of one revision.
#[derive(Debug)]
pub(in crate::web) struct Digest {
    pub(in crate::web) revision: Revision,
    pub(in crate::web) cloud: Option<CloudName>,
    pub(in crate::web) capacity: EnvironmentCapacity,
    pub(in crate::web) findings: Vec<Finding>,
    pub(in crate::web) groups: BTreeSet<GroupName>,
    pub(in crate::web) flavors: BTreeSet<FlavorName>,
    pub(in crate::web) statuses: BTreeSet<String>,
}

impl Digest {
    pub(in crate::web) fn new(revision: Revision, topology: &Topology) -> Self {
        let groups = || topology.groups.values();
        Self {
            revision,
            cloud: topology.cloud.clone(),
            capacity: capacity_of(topology),
            findings: findings(topology),
            groups: topology.groups.keys().cloned().collect(),
            flavors: groups()
                .filter_map(|group| group.flavor.fixed().cloned())
                .collect(),
            statuses: groups()
                .flat_map(|group| group.instances.values())
                .filter_map(|facts| facts.status.clone())
                .collect(),
        }
    }

    /// Its findings, with where they are.
    pub(super) fn placed<'a>(
        &'a self,
        environment: &'a Environment,
    ) -> impl Iterator<Item = PlacedFinding> + 'a {
        self.findings.iter().map(|finding| PlacedFinding {
            finding: finding.clone(),
            environment: environment.name.clone(),
            layer: self.revision.layer,
            since: Some(self.revision.at),
        })
    }

    /// How many findings are of a severity.
    pub(in crate::web) fn count(&self, severity: Severity) -> u32 {
        let count = self
            .findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

/// The digests of an environment's newest states: the planned one first.
pub(super) type Newest = Vec<Arc<Digest>>;

/// Digests that were made once.
#[derive(Debug, Default)]
pub(in crate::web) struct Digests {
    made: Mutex<HashMap<(EnvironmentId, Layer, RevisionNumber), Arc<Digest>>>,
}

impl Digests {
    fn get(&self, key: (EnvironmentId, Layer, RevisionNumber)) -> Option<Arc<Digest>> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.get(&key).map(Arc::clone)
    }

    fn keep(&self, digest: &Arc<Digest>) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.len() >= KEPT {
            made.clear();
        }
        let Revision {
            environment,
            layer,
            number,
            ..
        } = digest.revision;
        made.insert((environment, layer, number), Arc::clone(digest));
    }
}

impl Reader {
    /// What is known of an environment's newest states.
    pub(super) async fn newest(&self, environment: &Environment) -> Result<Newest, StoreError> {
        let layers = [
            (Layer::Planned, environment.planned),
            (Layer::Observed, environment.observed),
        ];
        let mut newest = Vec::new();
        for (layer, number) in layers {
            if let Some(number) = number
                && let Some(digest) = self.digest(environment, layer, number).await?
            {
                newest.push(digest);
            }
        }
        Ok(newest)
    }

    async fn digest(
        &self,
        environment: &Environment,
        layer: Layer,
        number: RevisionNumber,
    ) -> Result<Option<Arc<Digest>>, StoreError> {
        let kept = self.web.caches.as_ref().map(|caches| &caches.digests);
        if let Some(digest) = kept.and_then(|kept| kept.get((environment.id, layer, number))) {
            return Ok(Some(digest));
        }
        let state = self
            .store()
            .revision(environment.id, layer, Some(number))
            .await?;
        let Some((revision, topology)) = state else {
            return Ok(None);
        };
        let digest = Arc::new(Digest::new(revision, &topology));
        if let Some(kept) = kept {
            kept.keep(&digest);
        }
        Ok(Some(digest))
    }
}
