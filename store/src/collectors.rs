//! Who collects a cloud. A claim is one conditional update: of two who come at once, one touches no
//! row. The fence never goes down, and a write that names an old one changes nothing.

use engine::port::{CollectorClaim, CollectorSeen, StoreError};
use model::collection::Progress;
use model::id::ExecutorId;

use crate::SqlStore;
use crate::failure::Outcome;
use crate::pool::{End, Shown, transaction};
use crate::rows::{CollectorRow, all, micros};

pub(crate) const ALL: &str = "SELECT name, next_at, wanted_at, wanted_by, fence, holder, heartbeat \
     FROM clouds ORDER BY name";

/// The first thing that a write of whoever collects a cloud does: a sign of life that touches no row
/// where another has taken over.
pub(crate) async fn fence<'e>(
    on: impl sqlx::Executor<'e, Database = sqlx::Any>,
    claim: &CollectorClaim,
) -> Outcome<()> {
    let CollectorClaim { cloud, fence } = claim;
    let touched = sqlx::query(
        "UPDATE clouds SET heartbeat = heartbeat + 1 WHERE name = $1 AND fence = $2 \
         AND holder IS NOT NULL",
    )
    .bind(cloud.as_str().to_owned())
    .bind(*fence)
    .execute(on)
    .await?;
    if touched.rows_affected() == 0 {
        return Err(StoreError::Fenced.into());
    }
    Ok(())
}

impl SqlStore {
    pub(crate) async fn list_collectors(&self) -> Outcome<Vec<CollectorSeen>> {
        let rows = sqlx::query(ALL).fetch_all(&self.readers).await?;
        Ok(all::<CollectorRow, _>(&rows)?)
    }

    pub(crate) async fn take_cloud(
        &self,
        seen: &CollectorSeen,
        executor: ExecutorId,
        progress: &Progress,
    ) -> Result<Option<CollectorClaim>, StoreError> {
        let text = plan::canonical::canonical(progress)
            .map_err(|why| StoreError::Database(why.to_string()))?;
        transaction!(self, Shown::OnPages, |tx| {
            // Whoever wants it after this moment is not served by a look that has begun.
            let touched = sqlx::query(
                "UPDATE clouds SET fence = fence + 1, heartbeat = heartbeat + 1, holder = $1, \
                 progress = $2, wanted_at = NULL, wanted_by = NULL \
                 WHERE name = $3 AND fence = $4 AND heartbeat = $5",
            )
            .bind(executor.to_string())
            .bind(text.as_str())
            .bind(seen.cloud.as_str())
            .bind(seen.fence)
            .bind(seen.heartbeat)
            .execute(tx.on())
            .await?;
            if touched.rows_affected() == 0 {
                End::Undo(None)
            } else {
                sqlx::query("DELETE FROM held_staged WHERE cloud = $1")
                    .bind(seen.cloud.as_str())
                    .execute(tx.on())
                    .await?;
                End::Commit(Some(CollectorClaim {
                    cloud: seen.cloud.clone(),
                    fence: seen.fence + 1,
                }))
            }
        })
    }

    pub(crate) async fn beat_cloud(&self, claim: &CollectorClaim) -> Outcome<()> {
        fence(self.quick(), claim).await
    }

    pub(crate) async fn release(&self, claim: &CollectorClaim) -> Result<(), StoreError> {
        transaction!(self, Shown::OnPages, |tx| {
            fence(tx.on(), claim).await?;
            sqlx::query("UPDATE clouds SET progress = NULL, holder = NULL WHERE name = $1")
                .bind(claim.cloud.as_str())
                .execute(tx.on())
                .await?;
            End::Commit(())
        })
    }

    /// Throws what was staged away and lets a cloud go.
    pub(crate) async fn abandon(
        &self,
        claim: &CollectorClaim,
        trouble: &model::collection::Trouble,
        next_at: Option<chrono::DateTime<chrono::Utc>>,
    ) -> Result<(), StoreError> {
        let trouble = plan::canonical::canonical(trouble)
            .map_err(|why| StoreError::Database(why.to_string()))?;
        transaction!(self, Shown::OnPages, |tx| {
            fence(tx.on(), claim).await?;
            sqlx::query("DELETE FROM held_staged WHERE cloud = $1")
                .bind(claim.cloud.as_str())
                .execute(tx.on())
                .await?;
            sqlx::query(
                "UPDATE clouds SET trouble = $2, next_at = $3, progress = NULL, holder = NULL \
                 WHERE name = $1",
            )
            .bind(claim.cloud.as_str())
            .bind(trouble.as_str())
            .bind(next_at.map(micros))
            .execute(tx.on())
            .await?;
            End::Commit(())
        })
    }
}
