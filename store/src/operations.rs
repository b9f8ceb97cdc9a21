//! Operations: queueing one with everything that must hold together, and reading them. Whether an
//! act is allowed was decided before; whether there is room beside what others have reserved can
//! only be decided here, in the transaction that reserves.

use std::collections::BTreeMap;

use engine::port::{Demand, NewAudit, NewOperation, Replanned, StoreError, Submitted};
use model::act::Act;
use model::environment::Environment;
use model::id::{EnvironmentId, OperationId};
use model::name::CloudName;
use model::operation::{Event, JournalEntry, Operation, OperationState, Phase};
use plan::Plan;
use plan::offers::QuotaKind;
use sqlx::{AnyConnection, Row};

use crate::audit::Line;
use crate::batch;
use crate::failure::Outcome;
use crate::pool::{End, Shown, Tx, transaction};
use crate::rows::{
    EventRow, JournalRow, OperationRow, PlanRow, ReservationRow, all, micros, one,
    select_operations,
};
use crate::{SqlStore, audit, environments, executors, leases, revisions};

pub(crate) const NEWEST: &str = select_operations!("ORDER BY number DESC LIMIT $1");
pub(crate) const NEWEST_OF: &str =
    select_operations!("WHERE environment = $1 ORDER BY number DESC LIMIT $2");
pub(crate) const OPEN_OF: &str = select_operations!("WHERE environment = $1 AND open = 1");
pub(crate) const WITH_KEY: &str = select_operations!("WHERE idempotency_key = $1");
pub(crate) const JOURNAL: &str = "SELECT operation, phase, step, attempt, state, since, at \
     FROM journal WHERE operation = $1 ORDER BY phase, step";
pub(crate) const EVENTS: &str = "SELECT operation, number, at, what FROM events \
     WHERE operation = $1 AND number > $2 ORDER BY number";
pub(crate) const RESERVED: &str = "SELECT r.operation, r.quota, r.amount FROM operations o \
     CROSS JOIN reservations r WHERE o.open = 1 AND r.operation = o.id AND r.cloud = $1";

impl SqlStore {
    pub(crate) async fn store_operation(
        &self,
        new: &NewOperation,
    ) -> Result<Submitted, StoreError> {
        let NewOperation {
            operation,
            plan,
            cloud,
            demand,
            free,
            lease,
            replanned,
            idempotency_key,
            audit: why,
        } = new;
        let planned = match replanned.clone() {
            Some(Replanned { from, revision }) => Some((from, revisions::prepare(revision)?)),
            None => None,
        };
        transaction!(self, Shown::OnPages, |tx| {
            let again = match idempotency_key {
                Some(key) => with_key(tx.on(), key).await?,
                None => None,
            };
            if let Some(again) = again {
                End::Undo(Submitted::Again(again))
            } else {
                let environment = environments::living(tx.on(), operation.environment).await?;
                if operation.state.is_open() {
                    none_open(tx.on(), &environment).await?;
                }
                room(tx.on(), cloud, demand, free).await?;
                insert(&mut tx, operation, cloud, idempotency_key.as_deref()).await?;
                reserve(tx.on(), operation.id, cloud, demand).await?;
                put_plan(tx.on(), operation.id, Phase::Forward, plan).await?;
                executors::prepare(tx.on(), operation.environment).await?;
                if let Some(lease) = lease {
                    leases::upsert(tx.on(), lease).await?;
                }
                if let Some((from, planned)) = &planned {
                    if environment.planned != Some(*from) {
                        return Err(StoreError::Moved.into());
                    }
                    revisions::store(tx.on(), &environment, planned).await?;
                }
                let line = Line {
                    act: &operation.act,
                    environment: Some((environment.id, &environment.name)),
                    operation: Some(operation.id),
                    before: Some(standing(&environment)),
                    after: Some(format!(
                        "{}: {} steps",
                        operation.state.word(),
                        plan.steps.len()
                    )),
                };
                audit::add(&mut tx, why, line).await?;
                End::Commit(Submitted::New(operation.id))
            }
        })
    }

    pub(crate) async fn queue_again(
        &self,
        id: OperationId,
        why: &NewAudit,
    ) -> Result<(), StoreError> {
        transaction!(self, Shown::OnPages, |tx| {
            let operation = read(tx.on(), id).await?;
            let operation = operation
                .ok_or_else(|| StoreError::Missing(format!("operation with the id {id}")))?;
            let trouble = match &operation.state {
                OperationState::Stopped { trouble, .. } => trouble,
                other => {
                    return Err(StoreError::Missing(format!(
                        "stopped operation with the id {id}: it is {}",
                        other.word()
                    ))
                    .into());
                }
            };
            let environment = environments::living(tx.on(), operation.environment).await?;
            none_open(tx.on(), &environment).await?;
            set_state(tx.on(), id, &OperationState::Queued, micros(why.at)).await?;
            let act = Act::Resume {
                environment: environment.id,
                operation: id,
            };
            let line = Line {
                act: &act,
                environment: Some((environment.id, &environment.name)),
                operation: Some(id),
                before: Some(format!("{}: {}", operation.state.word(), trouble.what)),
                after: Some(OperationState::Queued.word().to_owned()),
            };
            audit::add(&mut tx, why, line).await?;
            End::Commit(())
        })
    }

    pub(crate) async fn operation_with_id(&self, id: OperationId) -> Outcome<Option<Operation>> {
        let mut connection = self.readers.acquire().await?;
        read(&mut connection, id).await
    }

    pub(crate) async fn list_operations(
        &self,
        environment: Option<EnvironmentId>,
        limit: u32,
    ) -> Outcome<Vec<Operation>> {
        let query = match environment {
            None => sqlx::query(NEWEST).bind(i64::from(limit)),
            Some(environment) => sqlx::query(NEWEST_OF)
                .bind(environment.to_string())
                .bind(i64::from(limit)),
        };
        let rows = query.fetch_all(&self.readers).await?;
        Ok(all::<OperationRow, _>(&rows)?)
    }

    pub(crate) async fn read_plan(&self, id: OperationId, phase: Phase) -> Outcome<Option<Plan>> {
        let row = sqlx::query(
            "SELECT operation, phase, hash, body FROM plans WHERE operation = $1 AND phase = $2",
        )
        .bind(id.to_string())
        .bind(phase.word())
        .fetch_optional(&self.readers)
        .await?;
        Ok(one::<PlanRow, _>(row.as_ref())?)
    }

    pub(crate) async fn read_journal(&self, id: OperationId) -> Outcome<Vec<JournalEntry>> {
        let rows = sqlx::query(JOURNAL)
            .bind(id.to_string())
            .fetch_all(&self.readers)
            .await?;
        Ok(all::<JournalRow, _>(&rows)?)
    }

    pub(crate) async fn read_events(&self, id: OperationId, after: u64) -> Outcome<Vec<Event>> {
        let rows = sqlx::query(EVENTS)
            .bind(id.to_string())
            .bind(i64::try_from(after).unwrap_or(i64::MAX))
            .fetch_all(&self.readers)
            .await?;
        Ok(all::<EventRow, _>(&rows)?)
    }
}

async fn read(on: &mut AnyConnection, id: OperationId) -> Outcome<Option<Operation>> {
    let row = sqlx::query(select_operations!("WHERE id = $1"))
        .bind(id.to_string())
        .fetch_optional(on)
        .await?;
    Ok(one::<OperationRow, _>(row.as_ref())?)
}

async fn with_key(on: &mut AnyConnection, key: &str) -> Outcome<Option<OperationId>> {
    let row = sqlx::query(WITH_KEY).bind(key).fetch_optional(on).await?;
    let operation = one::<OperationRow, Operation>(row.as_ref())?;
    Ok(operation.map(|operation| operation.id))
}

/// Whether no operation changes an environment.
pub(crate) async fn is_none_open(
    on: &mut AnyConnection,
    environment: EnvironmentId,
) -> Outcome<bool> {
    let row = sqlx::query(OPEN_OF)
        .bind(environment.to_string())
        .fetch_optional(on)
        .await?;
    Ok(row.is_none())
}

/// Refused where another operation changes the environment.
pub(crate) async fn none_open(on: &mut AnyConnection, environment: &Environment) -> Outcome<()> {
    let row = sqlx::query(OPEN_OF)
        .bind(environment.id.to_string())
        .fetch_optional(on)
        .await?;
    match one::<OperationRow, Operation>(row.as_ref())? {
        None => Ok(()),
        Some(other) => Err(StoreError::Busy {
            environment: environment.name.clone(),
            operation: other.id,
        }
        .into()),
    }
}

/// Refused where the demand does not fit beside what other open operations on the cloud reserved.
async fn room(
    on: &mut AnyConnection,
    cloud: &CloudName,
    demand: &Demand,
    free: &Demand,
) -> Outcome<()> {
    let rows = sqlx::query(RESERVED)
        .bind(cloud.as_str())
        .fetch_all(on)
        .await?;
    let mut reserved: BTreeMap<QuotaKind, u64> = BTreeMap::new();
    for (quota, amount) in all::<ReservationRow, (QuotaKind, u64)>(&rows)? {
        let sum = reserved.entry(quota).or_default();
        *sum = sum.saturating_add(amount);
    }
    for (&which, &need) in demand {
        let Some(&free) = free.get(&which) else {
            continue;
        };
        let reserved = reserved.get(&which).copied().unwrap_or_default();
        if need.saturating_add(reserved) > free && need > 0 {
            return Err(StoreError::Reserved {
                which,
                need,
                free,
                reserved,
            }
            .into());
        }
    }
    Ok(())
}

async fn insert(
    tx: &mut Tx,
    operation: &Operation,
    cloud: &CloudName,
    idempotency_key: Option<&str>,
) -> Outcome<()> {
    let Operation {
        id,
        environment,
        environment_name,
        act,
        actor,
        reason,
        submitted_at,
        plan_hash,
        state,
    } = operation;
    sqlx::query(
        "INSERT INTO operations (id, number, environment, environment_name, cloud, act, actor, \
         reason, submitted_at, plan_hash, state, open, changed_at, idempotency_key) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $9, $13)",
    )
    .bind(id.to_string())
    .bind(tx.number)
    .bind(environment.to_string())
    .bind(environment_name.as_str())
    .bind(cloud.as_str())
    .bind(plan::canonical::canonical(act)?)
    .bind(plan::canonical::canonical(actor)?)
    .bind(reason.as_str())
    .bind(micros(*submitted_at))
    .bind(plan_hash.clone())
    .bind(plan::canonical::canonical(state)?)
    .bind(i64::from(state.is_open()))
    .bind(idempotency_key.map(str::to_owned))
    .execute(tx.on())
    .await?;
    Ok(())
}

async fn reserve(
    on: &mut AnyConnection,
    operation: OperationId,
    cloud: &CloudName,
    demand: &Demand,
) -> Outcome<()> {
    let mut rows = Vec::new();
    for (quota, amount) in demand {
        let amount = i64::try_from(*amount).unwrap_or(i64::MAX);
        rows.push([
            operation.to_string().into(),
            plan::canonical::canonical(quota)?.trim_matches('"').into(),
            cloud.as_str().into(),
            amount.into(),
        ]);
    }
    batch::insert(
        on,
        "INSERT INTO reservations (operation, quota, cloud, amount) VALUES",
        "",
        rows,
    )
    .await?;
    Ok(())
}

/// Stores a plan of an operation. One that is stored already stays: the journal counts on its steps.
pub(crate) async fn put_plan(
    on: &mut AnyConnection,
    operation: OperationId,
    phase: Phase,
    plan: &Plan,
) -> Outcome<()> {
    let body = plan::canonical::canonical(plan)?;
    sqlx::query(
        "INSERT INTO plans (operation, phase, hash, body) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (operation, phase) DO NOTHING",
    )
    .bind(operation.to_string())
    .bind(phase.word())
    .bind(plan.hash.as_str())
    .bind(body)
    .execute(&mut *on)
    .await?;
    let row = sqlx::query("SELECT hash FROM plans WHERE operation = $1 AND phase = $2")
        .bind(operation.to_string())
        .bind(phase.word())
        .fetch_one(on)
        .await?;
    let stored: String = row.try_get("hash")?;
    if stored == plan.hash {
        Ok(())
    } else {
        Err(StoreError::Database(format!(
            "operation {operation} has another {} plan already: a plan is never replaced",
            phase.word()
        ))
        .into())
    }
}

/// Sets an operation's state; one that is no longer open counts no reservations either.
pub(crate) async fn set_state(
    on: &mut AnyConnection,
    id: OperationId,
    state: &OperationState,
    at: i64,
) -> Outcome<()> {
    let touched =
        sqlx::query("UPDATE operations SET state = $2, open = $3, changed_at = $4 WHERE id = $1")
            .bind(id.to_string())
            .bind(plan::canonical::canonical(state)?)
            .bind(i64::from(state.is_open()))
            .bind(at)
            .execute(on)
            .await?;
    if touched.rows_affected() == 0 {
        return Err(StoreError::Missing(format!("operation with the id {id}")).into());
    }
    Ok(())
}

/// How an environment stands, for the log.
fn standing(environment: &Environment) -> String {
    match (environment.planned, environment.observed) {
        (Some(planned), Some(observed)) => {
            format!("planned revision {planned}, observed revision {observed}")
        }
        (Some(planned), None) => format!("planned revision {planned}, nothing observed"),
        (None, Some(observed)) => format!("observed revision {observed}"),
        (None, None) => "nothing planned or observed".into(),
    }
}
