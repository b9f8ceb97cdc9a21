//! Who may carry out an environment's operations. A claim is one conditional update: of two who
//! come at once, one touches no row. The fence never goes down.

use engine::port::{Claim, OpenOperation, StoreError};
use model::id::{EnvironmentId, ExecutorId};
use sqlx::{AnyConnection, Row};

use crate::SqlStore;
use crate::failure::Outcome;
use crate::pool::{End, Shown, transaction};
use crate::rows::{OpenRow, all};

pub(crate) const OPEN: &str = "SELECT o.id AS operation, o.environment, e.fence, e.holder, \
     e.heartbeat FROM operations o CROSS JOIN executors e \
     WHERE o.open = 1 AND e.environment = o.environment ORDER BY o.number";

/// Makes sure that an environment can be claimed.
pub(crate) async fn prepare(on: &mut AnyConnection, environment: EnvironmentId) -> Outcome<()> {
    sqlx::query(
        "INSERT INTO executors (environment, fence, heartbeat) VALUES ($1, 0, 0) \
         ON CONFLICT (environment) DO NOTHING",
    )
    .bind(environment.to_string())
    .execute(on)
    .await?;
    Ok(())
}

/// The first thing that a write of whoever carries an operation out does: a sign of life that
/// touches no row where another has taken over.
pub(crate) async fn fence<'e>(
    on: impl sqlx::Executor<'e, Database = sqlx::Any>,
    claim: Claim,
) -> Outcome<()> {
    let Claim {
        environment,
        operation,
        fence,
    } = claim;
    let touched = sqlx::query(
        "UPDATE executors SET heartbeat = heartbeat + 1 WHERE environment = $1 AND fence = $2 \
         AND operation = $3 AND holder IS NOT NULL",
    )
    .bind(environment.to_string())
    .bind(fence)
    .bind(operation.to_string())
    .execute(on)
    .await?;
    if touched.rows_affected() == 0 {
        return Err(StoreError::Fenced.into());
    }
    Ok(())
}

/// Lets an environment go, unless another has taken over.
pub(crate) async fn let_go<'e>(
    on: impl sqlx::Executor<'e, Database = sqlx::Any>,
    claim: Claim,
) -> Outcome<()> {
    let Claim {
        environment,
        operation: _,
        fence,
    } = claim;
    sqlx::query("UPDATE executors SET holder = NULL WHERE environment = $1 AND fence = $2")
        .bind(environment.to_string())
        .bind(fence)
        .execute(on)
        .await?;
    Ok(())
}

impl SqlStore {
    pub(crate) async fn list_open(&self) -> Outcome<Vec<OpenOperation>> {
        let rows = sqlx::query(OPEN).fetch_all(&self.readers).await?;
        Ok(all::<OpenRow, _>(&rows)?)
    }

    pub(crate) async fn take(
        &self,
        seen: &OpenOperation,
        executor: ExecutorId,
    ) -> Result<Option<Claim>, StoreError> {
        let operation = seen.operation;
        transaction!(self, Shown::OnPages, |tx| {
            let rows = sqlx::query(
                "UPDATE executors SET fence = fence + 1, heartbeat = heartbeat + 1, \
                 operation = $1, holder = $2 WHERE fence = $3 AND heartbeat = $4 \
                 AND environment = (SELECT environment FROM operations WHERE id = $1 AND open = 1) \
                 RETURNING environment, fence",
            )
            .bind(operation.to_string())
            .bind(executor.to_string())
            .bind(seen.fence)
            .bind(seen.heartbeat)
            .fetch_all(tx.on())
            .await?;
            match rows.first() {
                None => End::Undo(None),
                Some(row) => {
                    let environment: String = row.try_get("environment")?;
                    let environment =
                        environment.parse().map_err(|why: _| StoreError::BadData {
                            table: "executors",
                            column: "environment",
                            row: environment.clone(),
                            why: format!("{why}"),
                        })?;
                    End::Commit(Some(Claim {
                        environment,
                        operation,
                        fence: row.try_get("fence")?,
                    }))
                }
            }
        })
    }

    pub(crate) async fn beat(&self, claim: Claim) -> Outcome<()> {
        fence(self.quick(), claim).await
    }

    pub(crate) async fn let_go(&self, claim: Claim) -> Outcome<()> {
        let_go(self.quick(), claim).await
    }
}
