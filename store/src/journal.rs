//! What whoever carries an operation out writes: the steps' states, what resources are called, what
//! happened, and how it ended. All of it or nothing, and nothing once another has taken over.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::port::{Claim, EnvironmentChange, JournalWrite, StoreError};
use model::id::{CloudId, EnvironmentId, OperationId};
use model::key::Key;
use model::operation::{Event, JournalEntry, Phase};
use sqlx::{AnyConnection, Row};

use crate::batch::{self, Cell};
use crate::failure::{Failure, Outcome};
use crate::pool::{End, Shown, transaction};
use crate::revisions::{Prepared, Stored};
use crate::rows::{BindingRow, all, micros};
use crate::{SqlStore, environments, executors, instances_speak, operations, revisions};

pub(crate) const BINDINGS: &str =
    "SELECT environment, key, cloud_id FROM bindings WHERE environment = $1";

/// What changes about the environment, ready to be written.
enum Change {
    Observed(Box<Prepared>, DateTime<Utc>),
    Destroyed(DateTime<Utc>),
}

impl SqlStore {
    pub(crate) async fn write_journal(
        &self,
        claim: Claim,
        at: DateTime<Utc>,
        write: JournalWrite,
    ) -> Result<(), StoreError> {
        let JournalWrite {
            entries,
            bindings,
            events,
            asked,
            consoles,
            state,
            rollback,
            environment,
        } = write;
        let changes: Vec<Change> = environment
            .into_iter()
            .map(|change| match change {
                EnvironmentChange::Observed(revision) => {
                    let at = revision.at;
                    let state = revisions::prepare(*revision)?;
                    Ok(Change::Observed(Box::new(state), at))
                }
                EnvironmentChange::Destroyed(at) => Ok(Change::Destroyed(at)),
            })
            .collect::<Outcome<_>>()
            .map_err(Failure::into_store)?;
        transaction!(self, Shown::OnPages, |tx| {
            executors::fence(tx.on(), claim).await?;
            put_entries(tx.on(), claim.operation, &entries).await?;
            put_bindings(tx.on(), claim.environment, &bindings).await?;
            instances_speak::ask(tx.on(), claim.environment, at, &asked).await?;
            instances_speak::keep(tx.on(), claim.environment, &consoles).await?;
            put_events(tx.on(), claim.operation, &events).await?;
            if let Some(plan) = &rollback {
                operations::put_plan(tx.on(), claim.operation, Phase::Rollback, plan).await?;
            }
            for change in &changes {
                put_change(tx.on(), claim.environment, change).await?;
            }
            if let Some(state) = &state {
                operations::set_state(tx.on(), claim.operation, state, micros(at)).await?;
                if !state.is_open() {
                    executors::let_go(tx.on(), claim).await?;
                }
            }
            End::Commit(())
        })
    }

    pub(crate) async fn read_bindings(
        &self,
        environment: EnvironmentId,
    ) -> Outcome<BTreeMap<Key, CloudId>> {
        let rows = sqlx::query(BINDINGS)
            .bind(environment.to_string())
            .fetch_all(&self.readers)
            .await?;
        let pairs = all::<BindingRow, (Key, CloudId)>(&rows)?;
        Ok(pairs.into_iter().collect())
    }
}

async fn put_entries(
    on: &mut AnyConnection,
    operation: OperationId,
    entries: &[JournalEntry],
) -> Outcome<()> {
    // Of several words on one step the last one counts; one statement can't say two.
    let newest: BTreeMap<(Phase, u32), &JournalEntry> = entries
        .iter()
        .map(|entry| ((entry.phase, entry.step), entry))
        .collect();
    let mut rows = Vec::new();
    for entry in newest.into_values() {
        let JournalEntry {
            phase,
            step,
            attempt,
            state,
            since,
            at,
        } = entry;
        rows.push([
            operation.to_string().into(),
            phase.word().into(),
            i64::from(*step).into(),
            i64::from(*attempt).into(),
            plan::canonical::canonical(state)?.into(),
            micros(*since).into(),
            micros(*at).into(),
        ]);
    }
    batch::insert(
        on,
        "INSERT INTO journal (operation, phase, step, attempt, state, since, at) VALUES",
        "ON CONFLICT (operation, phase, step) DO UPDATE SET attempt = excluded.attempt, \
         state = excluded.state, at = excluded.at, since = CASE \
         WHEN journal.attempt = excluded.attempt THEN journal.since ELSE excluded.since END",
        rows,
    )
    .await?;
    Ok(())
}

async fn put_bindings(
    on: &mut AnyConnection,
    environment: EnvironmentId,
    bindings: &[(Key, Option<CloudId>)],
) -> Outcome<()> {
    let environment = environment.to_string();
    let newest: BTreeMap<&Key, &Option<CloudId>> =
        bindings.iter().map(|(key, id)| (key, id)).collect();
    let mut known = Vec::new();
    let mut gone = Vec::new();
    for (key, id) in newest {
        match id {
            Some(id) => known.push([
                environment.as_str().into(),
                key.to_string().into(),
                id.as_str().into(),
            ]),
            None => gone.push(key),
        }
    }
    batch::insert(
        on,
        "INSERT INTO bindings (environment, key, cloud_id) VALUES",
        "ON CONFLICT (environment, key) DO UPDATE SET cloud_id = excluded.cloud_id",
        known,
    )
    .await?;
    let gone = || gone.iter().map(|key| Cell::Text(key.to_string())).collect();
    for sql in [
        "DELETE FROM bindings WHERE environment = $1 AND key IN",
        "DELETE FROM reports WHERE environment = $1 AND instance IN",
    ] {
        batch::for_each_in(on, sql, &[environment.as_str().into()], gone()).await?;
    }
    Ok(())
}

/// Adds events, numbered on from the operation's last.
async fn put_events(
    on: &mut AnyConnection,
    operation: OperationId,
    events: &[Event],
) -> Outcome<()> {
    if events.is_empty() {
        return Ok(());
    }
    let row =
        sqlx::query("SELECT COALESCE(MAX(number), 0) AS last FROM events WHERE operation = $1")
            .bind(operation.to_string())
            .fetch_one(&mut *on)
            .await?;
    let mut number: i64 = row.try_get("last")?;
    let mut rows = Vec::new();
    for Event {
        number: _,
        at,
        what,
    } in events
    {
        number += 1;
        rows.push([
            operation.to_string().into(),
            number.into(),
            micros(*at).into(),
            plan::canonical::canonical(what)?.into(),
        ]);
    }
    batch::insert(
        on,
        "INSERT INTO events (operation, number, at, what) VALUES",
        "",
        rows,
    )
    .await?;
    Ok(())
}

async fn put_change(on: &mut AnyConnection, id: EnvironmentId, change: &Change) -> Outcome<()> {
    match change {
        Change::Destroyed(at) => environments::destroy(on, id, *at).await,
        Change::Observed(state, at) => {
            let environment = environments::living(on, id).await?;
            match revisions::store(on, &environment, state).await? {
                Stored::New(_, _) => Ok(()),
                // Nothing new was found, which makes what is known true for longer.
                Stored::Same(_) => {
                    let mut after = environment;
                    after.observed_at = Some(*at);
                    environments::update(on, &after).await
                }
            }
        }
    }
}
