//! Rows of operations and of what is kept to carry them out.

use engine::port::{OpenOperation, StoreError};
use model::id::CloudId;
use model::key::Key;
use model::operation::{Event, JournalEntry, Operation};
use plan::Plan;
use plan::offers::QuotaKind;

use super::{json, number, parsed, rows, time, word};

rows! {
    /// An operation.
    OperationRow of "operations" by id {
        id: String,
        environment: String,
        environment_name: String,
        act: String,
        actor: String,
        reason: String,
        submitted_at: i64,
        plan_hash: Option<String>,
        state: String,
    }

    /// A plan.
    PlanRow of "plans" by operation/phase {
        operation: String,
        phase: String,
        hash: String,
        body: String,
    }

    /// What an open operation has reserved of one quota.
    ReservationRow of "reservations" by operation/quota {
        operation: String,
        quota: String,
        amount: i64,
    }

    /// The newest word on a step.
    JournalRow of "journal" by operation/phase/step {
        operation: String,
        phase: String,
        step: i64,
        attempt: i64,
        state: String,
        since: i64,
        at: i64,
    }

    /// An event.
    EventRow of "events" by operation/number {
        operation: String,
        number: i64,
        at: i64,
        what: String,
    }

    /// What a resource is called in the cloud.
    BindingRow of "bindings" by environment/key {
        environment: String,
        key: String,
        cloud_id: String,
    }

    /// An open operation with the holder of its environment.
    OpenRow of "executors" by environment {
        operation: String,
        environment: String,
        fence: i64,
        holder: Option<String>,
        heartbeat: i64,
    }
}

/// A query of operations, as [`OperationRow`] reads them, with what comes after the table.
macro_rules! select_operations {
    ($rest:literal) => {
        concat!(
            "SELECT id, environment, environment_name, act, actor, reason, submitted_at, \
             plan_hash, state FROM operations ",
            $rest
        )
    };
}
pub(crate) use select_operations;

impl TryFrom<OperationRow> for Operation {
    type Error = StoreError;
    fn try_from(row: OperationRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: parsed(&row.id).map_err(|why| row.bad("id", why))?,
            environment: parsed(&row.environment).map_err(|why| row.bad("environment", why))?,
            environment_name: parsed(&row.environment_name)
                .map_err(|why| row.bad("environment_name", why))?,
            act: json(&row.act).map_err(|why| row.bad("act", why))?,
            actor: json(&row.actor).map_err(|why| row.bad("actor", why))?,
            submitted_at: time(row.submitted_at).map_err(|why| row.bad("submitted_at", why))?,
            state: json(&row.state).map_err(|why| row.bad("state", why))?,
            reason: row.reason,
            plan_hash: row.plan_hash,
        })
    }
}

impl TryFrom<PlanRow> for Plan {
    type Error = StoreError;
    fn try_from(row: PlanRow) -> Result<Self, StoreError> {
        let plan: Self = json(&row.body).map_err(|why| row.bad("body", why))?;
        if plan.hash == row.hash {
            Ok(plan)
        } else {
            Err(row.bad("hash", "the plan has another hash"))
        }
    }
}

impl TryFrom<ReservationRow> for (QuotaKind, u64) {
    type Error = StoreError;
    fn try_from(row: ReservationRow) -> Result<Self, StoreError> {
        Ok((
            word(&row.quota).map_err(|why| row.bad("quota", why))?,
            number(row.amount).map_err(|why| row.bad("amount", why))?,
        ))
    }
}

impl TryFrom<JournalRow> for JournalEntry {
    type Error = StoreError;
    fn try_from(row: JournalRow) -> Result<Self, StoreError> {
        Ok(Self {
            phase: word(&row.phase).map_err(|why| row.bad("phase", why))?,
            step: number(row.step).map_err(|why| row.bad("step", why))?,
            attempt: number(row.attempt).map_err(|why| row.bad("attempt", why))?,
            state: json(&row.state).map_err(|why| row.bad("state", why))?,
            since: time(row.since).map_err(|why| row.bad("since", why))?,
            at: time(row.at).map_err(|why| row.bad("at", why))?,
        })
    }
}

impl TryFrom<EventRow> for Event {
    type Error = StoreError;
    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        Ok(Self {
            number: number(row.number).map_err(|why| row.bad("number", why))?,
            at: time(row.at).map_err(|why| row.bad("at", why))?,
            what: json(&row.what).map_err(|why| row.bad("what", why))?,
        })
    }
}

impl TryFrom<BindingRow> for (Key, CloudId) {
    type Error = StoreError;
    fn try_from(row: BindingRow) -> Result<Self, StoreError> {
        let key = parsed(&row.key).map_err(|why| row.bad("key", why))?;
        Ok((key, CloudId::new(row.cloud_id)))
    }
}

impl TryFrom<OpenRow> for OpenOperation {
    type Error = StoreError;
    fn try_from(row: OpenRow) -> Result<Self, StoreError> {
        Ok(Self {
            operation: parsed(&row.operation).map_err(|why| row.bad("operation", why))?,
            environment: parsed(&row.environment).map_err(|why| row.bad("environment", why))?,
            fence: row.fence,
            holder: row
                .holder
                .as_deref()
                .map(parsed)
                .transpose()
                .map_err(|why| row.bad("holder", why))?,
            heartbeat: row.heartbeat,
        })
    }
}
