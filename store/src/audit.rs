//! The log of acts. Lines are added in the transaction of the act itself, and never altered.

use engine::port::{NewAudit, StoreError};
use model::act::{Act, AuditEntry};
use model::id::{EnvironmentId, OperationId};
use model::name::EnvironmentName;

use crate::failure::Outcome;
use crate::pool::{End, Shown, Tx, transaction};
use crate::rows::{AuditRow, all, micros, one};
use crate::{SqlStore, environments};

pub(crate) const NEWEST: &str = "SELECT number, at, actor, reason, act, environment_name, \
     operation, before, after FROM audit ORDER BY number DESC LIMIT $1";
pub(crate) const NEWEST_OF: &str = "SELECT number, at, actor, reason, act, environment_name, \
     operation, before, after FROM audit WHERE environment = $1 ORDER BY number DESC LIMIT $2";

pub(crate) const FIRST_OF: &str = "SELECT number, at, actor, reason, act, environment_name, \
     operation, before, after FROM audit WHERE environment = $1 ORDER BY number LIMIT 1";

/// What a line says beside who, why and when.
pub(crate) struct Line<'a> {
    pub(crate) act: &'a Act,
    pub(crate) environment: Option<(EnvironmentId, &'a EnvironmentName)>,
    pub(crate) operation: Option<OperationId>,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

/// Adds a line; a transaction has one at most, which takes its number.
pub(crate) async fn add(tx: &mut Tx, why: &NewAudit, line: Line<'_>) -> Outcome<()> {
    let NewAudit { actor, reason, at } = why;
    let Line {
        act,
        environment,
        operation,
        before,
        after,
    } = line;
    let (id, name) = environment.unzip();
    sqlx::query(
        "INSERT INTO audit (number, at, actor, reason, act, environment, environment_name, \
         operation, before, after) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(tx.number)
    .bind(micros(*at))
    .bind(plan::canonical::canonical(actor)?)
    .bind(reason.as_str())
    .bind(plan::canonical::canonical(act)?)
    .bind(id.map(|id| id.to_string()))
    .bind(name.map(|name| name.as_str().to_owned()))
    .bind(operation.map(|id| id.to_string()))
    .bind(before)
    .bind(after)
    .execute(tx.on())
    .await?;
    Ok(())
}

impl SqlStore {
    /// A line for an act that changes nothing else.
    pub(crate) async fn log_only(
        &self,
        environment: EnvironmentId,
        act: &Act,
        why: &NewAudit,
    ) -> Result<(), StoreError> {
        transaction!(self, Shown::OnPages, |tx| {
            let environment = environments::living(tx.on(), environment).await?;
            let line = Line {
                act,
                environment: Some((environment.id, &environment.name)),
                operation: None,
                before: None,
                after: None,
            };
            add(&mut tx, why, line).await?;
            End::Commit(())
        })
    }

    /// The line that an environment came with.
    pub(crate) async fn first_line(
        &self,
        environment: EnvironmentId,
    ) -> Outcome<Option<AuditEntry>> {
        let row = sqlx::query(FIRST_OF)
            .bind(environment.to_string())
            .fetch_optional(&self.readers)
            .await?;
        Ok(one::<AuditRow, _>(row.as_ref())?)
    }

    pub(crate) async fn read_audit(
        &self,
        environment: Option<EnvironmentId>,
        limit: u32,
    ) -> Outcome<Vec<AuditEntry>> {
        let query = match environment {
            None => sqlx::query(NEWEST).bind(i64::from(limit)),
            Some(id) => sqlx::query(NEWEST_OF)
                .bind(id.to_string())
                .bind(i64::from(limit)),
        };
        let rows = query.fetch_all(&self.readers).await?;
        Ok(all::<AuditRow, _>(&rows)?)
    }
}
