//! Leases of temporary environments. When one ends is decided elsewhere.

use engine::port::{NewAudit, StoreError};
use model::act::Act;
use model::id::EnvironmentId;
use model::lease::Lease;
use sqlx::AnyConnection;

use crate::audit::Line;
use crate::failure::Outcome;
use crate::pool::{End, Shown, transaction};
use crate::rows::{LeaseRow, all, micros, one};
use crate::{SqlStore, audit, environments};

pub(crate) const ALL: &str = "SELECT environment, expires_at, latest, extensions FROM leases \
     ORDER BY expires_at, environment";
pub(crate) const LEASE: &str =
    "SELECT environment, expires_at, latest, extensions FROM leases WHERE environment = $1";

/// Sets a lease.
pub(crate) async fn upsert(on: &mut AnyConnection, lease: &Lease) -> Outcome<()> {
    let Lease {
        environment,
        expires_at,
        limit,
        extensions,
    } = lease;
    sqlx::query(
        "INSERT INTO leases (environment, expires_at, latest, extensions) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (environment) DO UPDATE SET \
         expires_at = excluded.expires_at, latest = excluded.latest, \
         extensions = excluded.extensions",
    )
    .bind(environment.to_string())
    .bind(micros(*expires_at))
    .bind(micros(*limit))
    .bind(i64::from(*extensions))
    .execute(on)
    .await?;
    Ok(())
}

impl SqlStore {
    pub(crate) async fn store_lease(
        &self,
        from: Option<&Lease>,
        lease: &Lease,
        act: &Act,
        why: &NewAudit,
    ) -> Result<(), StoreError> {
        let words = |lease: &Lease| format!("until {}", lease.expires_at.to_rfc3339());
        transaction!(self, Shown::OnPages, |tx| {
            let environment = environments::living(tx.on(), lease.environment).await?;
            let row = sqlx::query(LEASE)
                .bind(environment.id.to_string())
                .fetch_optional(tx.on())
                .await?;
            let before = one::<LeaseRow, Lease>(row.as_ref())?;
            // Whoever worked the new one out may have taken a while.
            if before.as_ref() != from {
                return Err(StoreError::Moved.into());
            }
            upsert(tx.on(), lease).await?;
            let line = Line {
                act,
                environment: Some((environment.id, &environment.name)),
                operation: None,
                before: Some(before.as_ref().map_or_else(|| "no lease".into(), words)),
                after: Some(words(lease)),
            };
            audit::add(&mut tx, why, line).await?;
            End::Commit(())
        })
    }

    pub(crate) async fn lease_of(&self, environment: EnvironmentId) -> Outcome<Option<Lease>> {
        let row = sqlx::query(LEASE)
            .bind(environment.to_string())
            .fetch_optional(&self.readers)
            .await?;
        Ok(one::<LeaseRow, _>(row.as_ref())?)
    }

    pub(crate) async fn list_leases(&self) -> Outcome<Vec<Lease>> {
        let rows = sqlx::query(ALL).fetch_all(&self.readers).await?;
        Ok(all::<LeaseRow, _>(&rows)?)
    }
}
