//! One environment's page.

use std::sync::Arc;

use app::data::{EnvironmentData, PowerOffer};
use app::routes::EnvironmentAsk;
use model::environment::{Environment, EnvironmentKind, Layer, Revision};
use model::filter::{InstanceFilter, InstanceRow, MAX_PAGE_ROWS, Page, instance_records};
use model::measure::Span;
use model::name::EnvironmentName;
use model::operation::Operation;
use model::topology::Topology;
use plan::capacity::capacity_of;

use super::digests::{Digest, Judged};
use super::environments::by_severity;
use super::{Failed, Reader, not_found};

/// How many of its operations are shown.
const OPERATIONS: u32 = 20;

impl Reader {
    pub(super) async fn read_environment(
        &self,
        name: &EnvironmentName,
        ask: &EnvironmentAsk,
    ) -> Result<EnvironmentData, Failed> {
        // How far its operations are is read before what came of them: one that is told to have
        // ended then has left nothing to be told later, and one that goes on tells it by its events.
        let environment = self.environment_of(name).await?;
        let operations = self
            .store()
            .operations(Some(environment.id), OPERATIONS)
            .await?;
        let progress = self.progress_of(&environment, &operations).await?;
        let environment = self.environment_of(name).await?;
        let (revision, topology) = self.state_of(&environment, ask).await?;
        let newest = self.newest(&environment).await?;
        let shown = newest.iter().any(|digest| {
            digest.revision.number == revision.number && digest.revision.layer == revision.layer
        });
        let judged = if shown {
            newest
        } else {
            // How it was collected then, nobody remembers.
            let judged = Judged {
                today: self.today(),
                collected: None,
                hour: Span::Hour.start(self.engine().clock().now()),
            };
            // Nor is what is measured now of any meaning for it.
            let around = self.around().await?;
            let digest = Digest::new(revision.clone(), &topology, judged, around, None);
            vec![Arc::new(digest)]
        };
        let findings = judged.iter().flat_map(|digest| digest.placed(&environment));
        let findings = by_severity(findings.collect());
        let muted = judged
            .iter()
            .flat_map(|digest| digest.muted.iter().cloned());
        let muted = muted.collect();
        let instances = if shown && environment.destroyed_at.is_none() {
            self.first_instances(&environment, revision.layer).await?
        } else {
            once(&environment, revision.layer, &topology)
        };
        let offer = self.offer(&environment).await?;
        let temporary = match environment.kind {
            EnvironmentKind::Temporary => {
                let temporary = self.temporary(&environment, &operations, progress);
                Some(temporary.await?)
            }
            EnvironmentKind::Production
            | EnvironmentKind::Secondary
            | EnvironmentKind::Staging
            | EnvironmentKind::Development => None,
        };
        let power = shown
            .then(|| power(&environment, &topology, &operations))
            .flatten();
        let target = match self.engine().target(environment.id).await? {
            Some(target) => Some(self.shown_target(&environment, target).await?),
            None => None,
        };
        Ok(EnvironmentData {
            power,
            target,
            keypairs: self.keypairs(&environment, &topology)?,
            observed: self.seen(&environment).await?,
            foreign: self.engine().left_alone(&environment).await?,
            capacity: capacity_of(&topology),
            instances,
            findings,
            muted,
            revisions: self.store().revisions(environment.id).await?,
            operations,
            offer,
            temporary,
            environment,
            revision,
            topology,
        })
    }

    /// The state that was asked for; the newest planned one, or else observed one, unless named.
    pub(in crate::web) async fn state_of(
        &self,
        environment: &Environment,
        ask: &EnvironmentAsk,
    ) -> Result<(Revision, Topology), Failed> {
        let layer = ask.layer.unwrap_or(if environment.planned.is_some() {
            Layer::Planned
        } else {
            Layer::Observed
        });
        let state = self
            .store()
            .revision(environment.id, layer, ask.revision)
            .await?;
        state.ok_or_else(|| {
            let name = &environment.name;
            not_found(&match ask.revision {
                Some(number) => format!("{layer} revision {number} of {name}"),
                None => format!("{layer} state of {name}"),
            })
        })
    }

    async fn first_instances(
        &self,
        environment: &Environment,
        layer: Layer,
    ) -> Result<Page<InstanceRow>, Failed> {
        let filter = InstanceFilter {
            environment: Some(environment.name.clone()),
            layer: Some(layer),
            ..InstanceFilter::default()
        };
        Ok(self.store().instances(&filter).await?)
    }
}

/// Stopping and starting instances, where any of them can be in the cloud.
fn power(
    environment: &Environment,
    topology: &Topology,
    operations: &[Operation],
) -> Option<PowerOffer> {
    let collected = environment.planned.is_some() && environment.observed.is_some();
    if !collected || topology.cloud.is_none() || environment.destroyed_at.is_some() {
        return None;
    }
    let busy = operations
        .iter()
        .find(|operation| operation.state.is_open());
    let refused = if environment.protected {
        Some(format!(
            "{} is protected: nobody can stop or start its instances through Understudy until \
             approvals exist.",
            environment.name
        ))
    } else {
        busy.map(|operation| {
            format!(
                "It is being changed right now ({}): wait until that ends.",
                operation.act.words()
            )
        })
    };
    Some(PowerOffer { refused })
}

/// The instances of a state that lists no longer hold.
fn once(environment: &Environment, layer: Layer, topology: &Topology) -> Page<InstanceRow> {
    let records = instance_records(topology);
    let total = records.len() as u64;
    let rows = records
        .into_iter()
        .take(MAX_PAGE_ROWS as usize)
        .map(|record| InstanceRow {
            environment: environment.name.clone(),
            kind: environment.kind,
            layer,
            record,
        });
    Page {
        rows: rows.collect(),
        total,
        next: None,
    }
}
