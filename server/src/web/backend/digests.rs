//! What lists and the dashboard need of a state, without the state: totals, findings, names to
//! filter by. A revision never changes, so what was read from it once stays true.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use engine::Engine;
use engine::around::{Around, Beheld, Remembered};
use engine::commitments::taken_by;
use engine::port::StoreError;
use model::environment::{Environment, Layer, Revision};
use model::id::{EnvironmentId, RevisionNumber};
use model::measure::Span;
use model::name::{CloudName, FlavorName, GroupName};
use model::topology::Topology;
use plan::capacity::{EnvironmentCapacity, Taken, capacity_of};
use plan::finding::{Finding, History, Muted, Severity, sorted};

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
    /// What it takes as planned, its number of volumes too.
    pub(in crate::web) taken: Taken,
    /// What is worth knowing, but for what the state itself mutes.
    pub(in crate::web) findings: Vec<Finding>,
    /// What the state mutes, with why.
    pub(in crate::web) muted: Vec<Muted>,
    judged: Judged,
    /// The mark of what else it was judged by.
    mark: String,
    pub(in crate::web) groups: BTreeSet<GroupName>,
    pub(in crate::web) flavors: BTreeSet<FlavorName>,
    pub(in crate::web) statuses: BTreeSet<String>,
}

/// What findings rest on beside the state: it may be another day after day while the state is the
/// same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    /// The day.
    pub(super) today: NaiveDate,
    /// The day on which it was last collected, where it is.
    pub(super) collected: Option<NaiveDate>,
    /// The hour: what was measured is rolled up by hours, and judged anew with each.
    pub(super) hour: DateTime<Utc>,
}

impl Digest {
    pub(super) fn new(
        revision: Revision,
        topology: &Topology,
        judged: Judged,
        around: &Around,
        history: Option<&History>,
    ) -> Self {
        let groups = || topology.groups.values();
        let beheld = Beheld {
            collected: judged.collected,
            history,
        };
        let found = around.findings(topology, beheld);
        let findings = sorted(found, &topology.mute, judged.today);
        Self {
            revision,
            cloud: topology.cloud.clone(),
            capacity: capacity_of(topology),
            taken: taken_by(topology),
            findings: findings.told,
            muted: findings.muted,
            judged,
            mark: around.mark(topology.cloud.as_ref()),
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

/// Digests that were made once, and what they were made by.
#[derive(Debug, Default)]
pub(in crate::web) struct Digests {
    made: Mutex<HashMap<(EnvironmentId, Layer, RevisionNumber), Arc<Digest>>>,
    remembered: Remembered,
    /// The newest that all are judged by, with the version of the store that it was read at.
    around: Mutex<Option<(i64, Arc<Around>)>>,
}

impl Digests {
    fn get(&self, key: (EnvironmentId, Layer, RevisionNumber)) -> Option<Arc<Digest>> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.get(&key).map(Arc::clone)
    }

    fn around(&self, version: i64, today: NaiveDate) -> Option<Arc<Around>> {
        let around = self.around.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, around) = around.as_ref()?;
        let is_now = *read_at == version && around.today() == today;
        is_now.then(|| Arc::clone(around))
    }

    fn keep_around(&self, version: i64, around: &Arc<Around>) {
        let mut newest = self.around.lock().unwrap_or_else(PoisonError::into_inner);
        *newest = Some((version, Arc::clone(around)));
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

    /// The day for which findings are told.
    pub(super) fn today(&self) -> NaiveDate {
        self.engine().clock().now().date_naive()
    }

    /// What all states are judged by: read once for a request, and once for all requests for as long as
    /// nothing is written.
    pub(in crate::web) async fn around(&self) -> Result<&Arc<Around>, StoreError> {
        let read = || async {
            let today = self.today();
            // Before anything is read: what is written meanwhile counts with the next number.
            let version = self.web.state().await?.version;
            let kept = self.web.caches.as_ref().map(|caches| &caches.digests);
            if let Some(around) = kept.and_then(|kept| kept.around(version, today)) {
                return Ok(around);
            }
            let remembered = kept.map(|kept| &kept.remembered);
            let environments = self.environments().await?;
            let around = self.engine().around(environments, today, remembered);
            let around = Arc::new(around.await?);
            if let Some(kept) = kept {
                kept.keep_around(version, &around);
            }
            Ok::<_, StoreError>(around)
        };
        self.around.get_or_try_init(read).await
    }

    /// The day on which a state was last collected.
    async fn collected(
        &self,
        environment: &Environment,
        layer: Layer,
    ) -> Result<Option<NaiveDate>, StoreError> {
        if layer == Layer::Planned || environment.observed_at.is_none() {
            return Ok(None);
        }
        let read = || self.store().clouds_of();
        let clouds = self.clouds_of.get_or_try_init(read).await?;
        let clouds = clouds.get(&environment.id);
        Ok(Engine::collected_on(environment, layer, clouds))
    }

    async fn digest(
        &self,
        environment: &Environment,
        layer: Layer,
        number: RevisionNumber,
    ) -> Result<Option<Arc<Digest>>, StoreError> {
        let judged = Judged {
            today: self.today(),
            collected: self.collected(environment, layer).await?,
            hour: Span::Hour.start(self.engine().clock().now()),
        };
        let around = self.around().await?;
        let kept = self.web.caches.as_ref().map(|caches| &caches.digests);
        let digest = kept.and_then(|kept| kept.get((environment.id, layer, number)));
        let is_now = |digest: &Arc<Digest>| {
            digest.judged == judged && digest.mark == around.mark(digest.cloud.as_ref())
        };
        if let Some(digest) = digest.filter(is_now) {
            return Ok(Some(digest));
        }
        let state = self
            .store()
            .revision(environment.id, layer, Some(number))
            .await?;
        let Some((revision, mut topology)) = state else {
            return Ok(None);
        };
        let history = self.engine().history(environment.id).await?;
        if layer == Layer::Observed {
            let engine = self.engine();
            engine
                .tell_measured(environment.id, revision.at, &mut topology)
                .await?;
        }
        let digest = Arc::new(Digest::new(
            revision,
            &topology,
            judged,
            around,
            Some(&history),
        ));
        if let Some(kept) = kept {
            kept.keep(&digest);
        }
        Ok(Some(digest))
    }
}
