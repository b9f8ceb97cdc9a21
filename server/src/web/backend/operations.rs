//! Operations and the log of acts.

use app::data::{AuditData, OperationData, OperationsData};
use model::id::OperationId;
use model::name::EnvironmentName;
use model::operation::{OperationState, Phase};

use super::{Failed, Reader, not_found};

/// How many operations and lines of the log a page shows.
const SHOWN: u32 = 100;

impl Reader {
    pub(super) async fn read_operations(&self) -> Result<OperationsData, Failed> {
        Ok(OperationsData {
            operations: self.store().operations(None, SHOWN).await?,
        })
    }

    pub(in crate::web) async fn read_operation(
        &self,
        id: OperationId,
    ) -> Result<OperationData, Failed> {
        let operation = self
            .store()
            .operation(id)
            .await?
            .ok_or_else(|| not_found(&format!("operation {id}")))?;
        let mut plans = Vec::new();
        for phase in [Phase::Forward, Phase::Rollback] {
            if let Some(plan) = self.store().plan(id, phase).await? {
                plans.push((phase, plan));
            }
        }
        // The journal before the events: an event that came in between shows up in the next page,
        // a step's state that no event tells of never would.
        let journal = self.store().journal(id).await?;
        let events = self.store().events(id, 0).await?;
        let resume_refused = match &operation.state {
            OperationState::Stopped { .. } => {
                self.resume_refused(operation.environment, id).await?
            }
            OperationState::Planned
            | OperationState::AwaitingApproval
            | OperationState::Queued
            | OperationState::Running { .. }
            | OperationState::Done { .. }
            | OperationState::RolledBack { .. } => None,
        };
        Ok(OperationData {
            operation,
            plans,
            journal,
            events,
            resume_refused,
        })
    }

    async fn resume_refused(
        &self,
        environment: model::id::EnvironmentId,
        id: OperationId,
    ) -> Result<Option<String>, Failed> {
        let newer = self.store().operations(Some(environment), 1).await?;
        let gone = self
            .store()
            .environment_by_id(environment)
            .await?
            .is_none_or(|environment| environment.destroyed_at.is_some());
        Ok(match newer.first() {
            _ if gone => Some("its environment is gone".to_owned()),
            Some(newest) if newest.id != id => Some(format!(
                "a later operation has begun to {} the environment",
                newest.act.words()
            )),
            _ => None,
        })
    }

    pub(super) async fn read_audit(
        &self,
        environment: Option<&EnvironmentName>,
    ) -> Result<AuditData, Failed> {
        let of = match environment {
            Some(name) => Some(self.environment_of(name).await?.id),
            None => None,
        };
        Ok(AuditData {
            environment: environment.cloned(),
            entries: self.store().audit(of, SHOWN).await?,
        })
    }
}
