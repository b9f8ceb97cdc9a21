//! What instances say themselves: which of them are asked to report, what they reported, and what
//! was kept of their consoles. Tokens are derived elsewhere; none is in here.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use engine::port::{Asked, AwaitedReport, KeptConsole, Said, StoreError};
use model::id::EnvironmentId;
use model::key::Key;
use sqlx::AnyConnection;

use crate::SqlStore;
use crate::failure::Outcome;
use crate::pool::{End, Shown, transaction};
use crate::rows::{ConsoleRow, ReportRow, all, micros, one, select_reports};

pub(crate) const OF_ENVIRONMENT: &str = select_reports!("WHERE environment = $1");
pub(crate) const OF_INSTANCE: &str = select_reports!("WHERE environment = $1 AND instance = $2");
pub(crate) const CONSOLE: &str = "SELECT environment, instance, at, text FROM consoles \
     WHERE environment = $1 AND instance = $2";

impl SqlStore {
    pub(crate) async fn list_reports(
        &self,
        environment: EnvironmentId,
    ) -> Outcome<BTreeMap<Key, AwaitedReport>> {
        let rows = sqlx::query(OF_ENVIRONMENT)
            .bind(environment.to_string())
            .fetch_all(&self.readers)
            .await?;
        let pairs = all::<ReportRow, (Key, AwaitedReport)>(&rows)?;
        Ok(pairs.into_iter().collect())
    }

    pub(crate) async fn report_of(
        &self,
        environment: EnvironmentId,
        instance: &Key,
    ) -> Outcome<Option<AwaitedReport>> {
        let row = sqlx::query(OF_INSTANCE)
            .bind(environment.to_string())
            .bind(instance.to_string())
            .fetch_optional(&self.readers)
            .await?;
        let pair = one::<ReportRow, (Key, AwaitedReport)>(row.as_ref())?;
        Ok(pair.map(|(_, report)| report))
    }

    /// One statement decides whether a report is the first: of two that come at once one is.
    pub(crate) async fn store_report(
        &self,
        environment: EnvironmentId,
        instance: &Key,
        asked: &Asked,
        at: DateTime<Utc>,
        said: &Said,
    ) -> Result<bool, StoreError> {
        let Asked {
            operation,
            phase,
            attempt,
        } = asked;
        transaction!(self, Shown::OnPages, |tx| {
            let touched = sqlx::query(
                "UPDATE reports SET reported_at = $6, said = $7 WHERE environment = $1 \
                 AND instance = $2 AND operation = $3 AND phase = $4 AND attempt = $5 \
                 AND reported_at IS NULL",
            )
            .bind(environment.to_string())
            .bind(instance.to_string())
            .bind(operation.to_string())
            .bind(phase.word())
            .bind(i64::from(*attempt))
            .bind(micros(at))
            .bind(plan::canonical::canonical(said)?)
            .execute(tx.on())
            .await?;
            if touched.rows_affected() == 1 {
                End::Commit(true)
            } else {
                End::Undo(false)
            }
        })
    }

    pub(crate) async fn console_of(
        &self,
        environment: EnvironmentId,
        instance: &Key,
    ) -> Outcome<Option<KeptConsole>> {
        let row = sqlx::query(CONSOLE)
            .bind(environment.to_string())
            .bind(instance.to_string())
            .fetch_optional(&self.readers)
            .await?;
        Ok(one::<ConsoleRow, _>(row.as_ref())?)
    }
}

/// Asks instances to report, or nobody any more under their keys. One that is asked the same again
/// may have reported already, which stays.
pub(crate) async fn ask(
    on: &mut AnyConnection,
    environment: EnvironmentId,
    at: DateTime<Utc>,
    asked: &[(Key, Option<Asked>)],
) -> Outcome<()> {
    for (key, asked) in asked {
        let Some(Asked {
            operation,
            phase,
            attempt,
        }) = asked
        else {
            forget(on, environment, key).await?;
            continue;
        };
        sqlx::query(
            "INSERT INTO reports (environment, instance, operation, phase, attempt, asked_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (environment, instance) DO UPDATE SET \
             reported_at = CASE WHEN reports.operation = excluded.operation \
             AND reports.phase = excluded.phase AND reports.attempt = excluded.attempt \
             THEN reports.reported_at END, \
             said = CASE WHEN reports.operation = excluded.operation \
             AND reports.phase = excluded.phase AND reports.attempt = excluded.attempt \
             THEN reports.said END, \
             operation = excluded.operation, phase = excluded.phase, attempt = excluded.attempt, \
             asked_at = excluded.asked_at",
        )
        .bind(environment.to_string())
        .bind(key.to_string())
        .bind(operation.to_string())
        .bind(phase.word())
        .bind(i64::from(*attempt))
        .bind(micros(at))
        .execute(&mut *on)
        .await?;
    }
    Ok(())
}

/// Nobody is expected to report under a key any more.
pub(crate) async fn forget(
    on: &mut AnyConnection,
    environment: EnvironmentId,
    key: &Key,
) -> Outcome<()> {
    sqlx::query("DELETE FROM reports WHERE environment = $1 AND instance = $2")
        .bind(environment.to_string())
        .bind(key.to_string())
        .execute(on)
        .await?;
    Ok(())
}

/// Keeps consoles, in place of what was kept before.
pub(crate) async fn keep(
    on: &mut AnyConnection,
    environment: EnvironmentId,
    consoles: &[(Key, KeptConsole)],
) -> Outcome<()> {
    for (key, KeptConsole { at, text }) in consoles {
        sqlx::query(
            "INSERT INTO consoles (environment, instance, at, text) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (environment, instance) DO UPDATE SET at = excluded.at, \
             text = excluded.text",
        )
        .bind(environment.to_string())
        .bind(key.to_string())
        .bind(micros(*at))
        .bind(text.as_str())
        .execute(&mut *on)
        .await?;
    }
    Ok(())
}
