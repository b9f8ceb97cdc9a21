//! Operations and the log of acts.

use app::data::{AuditData, OperationData, OperationsData};
use model::id::OperationId;
use model::name::EnvironmentName;
use model::operation::{Event, JournalEntry, Operation, OperationState, Phase};

use super::{Failed, Reader, not_found};

/// How many operations and lines of the log a page shows.
const SHOWN: u32 = 100;

/// An operation as it stood at one moment.
pub(super) struct Standing {
    pub(super) operation: Operation,
    pub(super) journal: Vec<JournalEntry>,
    pub(super) events: Vec<Event>,
}

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
        let Standing {
            operation,
            journal,
            events,
        } = self.standing(id).await?;
        let mut plans = Vec::new();
        for phase in [Phase::Forward, Phase::Rollback] {
            if let Some(plan) = self.store().plan(id, phase).await? {
                plans.push((phase, plan));
            }
        }
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

    /// An operation with its journal and its events, all of one moment: a page goes on from the last
    /// event that it was drawn with, so what is drawn must be neither older nor newer. Where the
    /// operation moves on while it is read, it is read again, a few times.
    pub(super) async fn standing(&self, id: OperationId) -> Result<Standing, Failed> {
        let mut tries = 4;
        let mut events = self.store().events(id, 0).await?;
        loop {
            let operation = self
                .store()
                .operation(id)
                .await?
                .ok_or_else(|| not_found(&format!("operation {id}")))?;
            let journal = self.store().journal(id).await?;
            let now = self.store().events(id, 0).await?;
            tries -= 1;
            if now.len() == events.len() || tries == 0 {
                return Ok(Standing {
                    operation,
                    journal,
                    events: now,
                });
            }
            events = now;
        }
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
