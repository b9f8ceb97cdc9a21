//! The list of environments, and what the frame around every page says of them all.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::data::{EnvironmentRow, EnvironmentsData, Frame, PlacedFinding};
use model::environment::Environment;
use model::id::EnvironmentId;
use model::lease::Lease;
use model::operation::{Operation, OperationState};
use plan::finding::Severity;

use super::digests::{Digest, Newest};
use super::{Failed, Reader};

/// How many of the newest operations are looked through for those of each environment.
const NEWEST_OPERATIONS: u32 = 200;

/// One environment with what a list tells of it.
pub(in crate::web) struct Summary {
    pub(in crate::web) row: EnvironmentRow,
    pub(in crate::web) newest: Newest,
}

/// Whether an operation is worth showing beside its environment.
fn is_telling(state: &OperationState) -> bool {
    match state {
        OperationState::Planned
        | OperationState::AwaitingApproval
        | OperationState::Queued
        | OperationState::Running { .. }
        | OperationState::RolledBack { .. }
        | OperationState::Stopped { .. } => true,
        OperationState::Done { .. } => false,
    }
}

impl Reader {
    pub(super) async fn read_frame(&self) -> Result<Frame, Failed> {
        let environments = self.environments().await?;
        let mut alarms = 0;
        for environment in environments {
            let newest = self.newest(environment).await?;
            alarms += count(&newest, Severity::Critical);
        }
        let running = self.store().open_operations().await?.len();
        Ok(Frame {
            environments: environments
                .iter()
                .map(|environment| (environment.name.clone(), environment.kind))
                .collect(),
            alarms,
            running: u32::try_from(running).unwrap_or(u32::MAX),
        })
    }

    pub(super) async fn read_environments(&self) -> Result<EnvironmentsData, Failed> {
        let environments = self.summaries().await?;
        let destroyed = self
            .store()
            .environments(true)
            .await?
            .into_iter()
            .filter(|environment| environment.destroyed_at.is_some())
            .collect();
        Ok(EnvironmentsData {
            environments: environments
                .into_iter()
                .map(|summary| summary.row)
                .collect(),
            destroyed,
        })
    }

    /// All environments that are not destroyed, with what a list tells of them.
    pub(in crate::web) async fn summaries(&self) -> Result<Vec<Summary>, Failed> {
        let environments = self.environments().await?;
        let mut leases: BTreeMap<EnvironmentId, Lease> = self
            .store()
            .leases()
            .await?
            .into_iter()
            .map(|lease| (lease.environment, lease))
            .collect();
        let mut operations: BTreeMap<EnvironmentId, Operation> = BTreeMap::new();
        for operation in self.store().operations(None, NEWEST_OPERATIONS).await? {
            operations.entry(operation.environment).or_insert(operation);
        }
        let mut summaries = Vec::with_capacity(environments.len());
        for environment in environments {
            let newest = self.newest(environment).await?;
            let lease = leases.remove(&environment.id);
            let operation = operations.remove(&environment.id);
            summaries.push(Summary {
                row: self.row(environment, &newest, lease, operation).await?,
                newest,
            });
        }
        Ok(summaries)
    }

    /// One environment, destroyed or not, with what a list tells of it.
    pub(in crate::web) async fn summary(
        &self,
        environment: &Environment,
    ) -> Result<Summary, Failed> {
        let newest = self.newest(environment).await?;
        let lease = self.store().lease(environment.id).await?;
        let operations = self.store().operations(Some(environment.id), 1).await?;
        let operation = operations.into_iter().next();
        Ok(Summary {
            row: self.row(environment, &newest, lease, operation).await?,
            newest,
        })
    }
}

impl Reader {
    /// A row of the list.
    async fn row(
        &self,
        environment: &Environment,
        newest: &[Arc<Digest>],
        lease: Option<Lease>,
        operation: Option<Operation>,
    ) -> Result<EnvironmentRow, Failed> {
        let matters = newest.first();
        Ok(EnvironmentRow {
            environment: environment.clone(),
            cloud: newest
                .iter()
                .find_map(|digest| digest.cloud.as_ref())
                .map(ToString::to_string),
            totals: matters
                .map(|digest| digest.capacity.totals)
                .unwrap_or_default(),
            lease,
            operation: operation.filter(|operation| is_telling(&operation.state)),
            observed: self.seen(environment).await?,
            critical: count(newest, Severity::Critical),
            warnings: count(newest, Severity::Warning),
        })
    }
}

fn count(newest: &[Arc<Digest>], severity: Severity) -> u32 {
    newest.iter().map(|digest| digest.count(severity)).sum()
}

/// Findings as pages show them, the most serious first.
pub(super) fn by_severity(mut findings: Vec<PlacedFinding>) -> Vec<PlacedFinding> {
    // Stable: within a severity they keep the order of their environments and rules.
    findings.sort_by_key(|placed| placed.finding.severity);
    findings
}
