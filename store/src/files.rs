//! Files that somebody brought to be compared, for as long as they are kept. How long and how many is for
//! whoever keeps them to say.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use engine::files::{FileHash, KeptFile};
use engine::port::{Files, StoreError};

use crate::SqlStore;
use crate::failure::Outcome;
use crate::pool::{End, Shown, transaction};
use crate::rows::{FileRow, micros, one};

pub(crate) const FIND: &str =
    "SELECT hash, name, text, at FROM compared_files WHERE hash = $1 AND at >= $2";
const KEEP: &str = "INSERT INTO compared_files (hash, name, text, at) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (hash) DO UPDATE SET name = excluded.name, at = excluded.at";
pub(crate) const OLD: &str = "DELETE FROM compared_files WHERE at < $1";
const TOO_MANY: &str = "DELETE FROM compared_files WHERE hash NOT IN \
     (SELECT hash FROM compared_files ORDER BY at DESC, hash LIMIT $1)";

impl SqlStore {
    async fn store_file(
        &self,
        file: &KeptFile,
        since: DateTime<Utc>,
        most: u32,
    ) -> Result<(), StoreError> {
        let KeptFile {
            hash,
            name,
            text,
            at,
        } = file;
        transaction!(self, Shown::OnPages, |tx| {
            sqlx::query(KEEP)
                .bind(hash.as_str())
                .bind(name.as_str())
                .bind(text.as_str())
                .bind(micros(*at))
                .execute(tx.on())
                .await?;
            sqlx::query(OLD)
                .bind(micros(since))
                .execute(tx.on())
                .await?;
            sqlx::query(TOO_MANY)
                .bind(i64::from(most))
                .execute(tx.on())
                .await?;
            End::Commit(())
        })
    }

    async fn find_file(&self, hash: &FileHash, since: DateTime<Utc>) -> Outcome<Option<KeptFile>> {
        let row = sqlx::query(FIND)
            .bind(hash.as_str())
            .bind(micros(since))
            .fetch_optional(&self.readers)
            .await?;
        Ok(one::<FileRow, _>(row.as_ref())?)
    }
}

#[async_trait]
impl Files for SqlStore {
    async fn keep_file(
        &self,
        file: &KeptFile,
        since: DateTime<Utc>,
        most: u32,
    ) -> Result<(), StoreError> {
        self.store_file(file, since, most).await
    }

    async fn kept_file(
        &self,
        hash: &FileHash,
        since: DateTime<Utc>,
    ) -> Result<Option<KeptFile>, StoreError> {
        Ok(self.find_file(hash, since).await?)
    }
}
