//! What the pages of operations and of the log of acts show.

use model::act::AuditEntry;
use model::name::EnvironmentName;
use model::operation::{Event, JournalEntry, Operation, Phase};
use plan::Plan;

/// The list of operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationsData {
    /// The newest first.
    pub operations: Vec<Operation>,
}

/// One operation with its progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationData {
    /// The operation.
    pub operation: Operation,
    /// Its plans: forward, and the one for the way back where there is one.
    pub plans: Vec<(Phase, Plan)>,
    /// The newest word on each step.
    pub journal: Vec<JournalEntry>,
    /// What happened so far, oldest first.
    pub events: Vec<Event>,
    /// Why it can't be taken up again, where it is stopped and can't.
    pub resume_refused: Option<String>,
}

impl OperationData {
    /// The number of the newest event, 0 where there is none.
    pub fn last_event(&self) -> u64 {
        self.events.last().map_or(0, |event| event.number)
    }
}

/// The log of acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditData {
    /// Of one environment only.
    pub environment: Option<EnvironmentName>,
    /// The newest first.
    pub entries: Vec<AuditEntry>,
}
