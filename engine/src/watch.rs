//! The watch over leases: what has expired is taken down, also what expired while no server ran.

use model::act::Actor;
use model::operation::OperationState;

use crate::{Ask, Engine, EngineError, Request};

/// How long to wait before a take-down that stopped is tried anew, in seconds.
const PAUSE_AFTER_STOP: i64 = 60;

impl Engine {
    /// Takes down every environment whose lease has expired.
    pub(crate) async fn take_down_expired(&self) -> Result<(), EngineError> {
        let now = self.clock().now();
        for lease in self.store().leases().await? {
            if !lease.has_expired(now) {
                break;
            }
            let Some(environment) = self.store().environment_by_id(lease.environment).await? else {
                continue;
            };
            if environment.destroyed_at.is_some() {
                continue;
            }
            let newest = self.store().operations(Some(environment.id), 1).await?;
            let wait = newest
                .first()
                .is_some_and(|operation| match &operation.state {
                    OperationState::Queued | OperationState::Running { .. } => true,
                    OperationState::Stopped { at, .. } => {
                        (now - *at).num_seconds() < PAUSE_AFTER_STOP && *at >= lease.expires_at
                    }
                    OperationState::Planned
                    | OperationState::AwaitingApproval
                    | OperationState::Done { .. }
                    | OperationState::RolledBack { .. } => false,
                });
            if wait {
                continue;
            }
            let reason = format!(
                "its lease ended at {}",
                lease.expires_at.format("%Y-%m-%d %H:%M UTC")
            );
            tracing::info!(environment = %environment.name, "the lease has ended: taking it down");
            let request = Request {
                reason: Some(reason),
                ..Request::by(Actor::Schedule)
            };
            let ask = Ask::TakeDown {
                environment: environment.name.clone(),
            };
            if let Err(error) = self.submit(request, ask).await {
                tracing::warn!(environment = %environment.name, %error, "could not be taken down");
            }
        }
        Ok(())
    }
}
