//! The end of a collection: what was staged becomes one revision of what the cloud holds, in one
//! transaction and inside the database, however much it is. Where nothing was staged there is no
//! new revision: the cloud only remembers that it was looked at.

use engine::port::{CollectorClaim, NewPublication, Published, StoreError};
use model::collection::Collection;
use model::id::RevisionNumber;
use model::name::CloudName;
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, Row};

use super::places;
use crate::SqlStore;
use crate::collectors;
use crate::failure::Outcome;
use crate::pool::{End, Shown, transaction};
use crate::revisions::hex;
use crate::rows::{CollectionRow, micros, one};

pub(crate) const CONTENT: &str = "SELECT kind, id, hash FROM held_versions WHERE cloud = $1 \
     AND to_rev IS NULL AND (kind, id) > ($2, $3) ORDER BY kind, id LIMIT $4";

/// How many rows are hashed at once.
const AT_ONCE: i64 = 250;

/// The hash of everything that a cloud holds now.
async fn content_hash(on: &mut AnyConnection, cloud: &CloudName) -> Outcome<String> {
    let mut whole = Sha256::new();
    let (mut kind, mut id) = (String::new(), String::new());
    loop {
        let rows = sqlx::query(CONTENT)
            .bind(cloud.as_str().to_owned())
            .bind(kind.clone())
            .bind(id.clone())
            .bind(AT_ONCE)
            .fetch_all(&mut *on)
            .await?;
        for row in &rows {
            kind = row.try_get("kind")?;
            id = row.try_get("id")?;
            let hash: String = row.try_get("hash")?;
            for part in [&kind, &id, &hash] {
                whole.update(part);
                whole.update([0]);
            }
        }
        if rows.is_empty() {
            return Ok(hex(whole));
        }
    }
}

async fn newest(on: &mut AnyConnection, cloud: &CloudName) -> Outcome<Option<Collection>> {
    let row = sqlx::query(super::OF_CLOUD)
        .bind(cloud.as_str().to_owned())
        .bind(1_i64)
        .fetch_optional(on)
        .await?;
    Ok(one::<CollectionRow, _>(row.as_ref())?)
}

/// Ends the versions of what changed or went, and adds one for what changed or came.
async fn take_over(on: &mut AnyConnection, cloud: &CloudName, number: i64) -> Outcome<()> {
    for sql in [
        "UPDATE held_versions SET to_rev = $2 WHERE cloud = $1 AND to_rev IS NULL \
         AND EXISTS (SELECT 1 FROM held_staged s WHERE s.cloud = $1 \
         AND s.kind = held_versions.kind AND s.id = held_versions.id)",
        "INSERT INTO held_versions (cloud, kind, id, from_rev, name, status, detail, project, \
         parent, search, hash, body, owner, environment, environment_name, group_name, ordinal) \
         SELECT s.cloud, s.kind, s.id, $2, s.name, s.status, s.detail, s.project, s.parent, \
         s.search, s.hash, s.body, s.owner, s.environment, COALESCE(e.name, ''), s.group_name, \
         s.ordinal FROM held_staged s LEFT JOIN environments e ON e.id = s.environment \
         WHERE s.cloud = $1 AND s.gone = 0",
        // What was said of a server goes with it.
        "DELETE FROM assignments WHERE cloud = $1 AND server IN (SELECT s.id FROM held_staged s \
         WHERE s.cloud = $1 AND s.kind = 'server' AND s.gone = 1 AND $2 > 0)",
    ] {
        sqlx::query(sql)
            .bind(cloud.as_str().to_owned())
            .bind(number)
            .execute(&mut *on)
            .await?;
    }
    places::follow(on, cloud).await
}

impl SqlStore {
    pub(crate) async fn put_collection(
        &self,
        claim: &CollectorClaim,
        publication: &NewPublication,
    ) -> Result<Published, StoreError> {
        let cloud = &claim.cloud;
        let NewPublication {
            at,
            source,
            kinds,
            next_at,
        } = publication;
        let mut outcomes = Vec::new();
        for state in kinds {
            let text = plan::canonical::canonical(&state.outcome)
                .map_err(|why| StoreError::Database(why.to_string()))?;
            outcomes.push((state.kind, state.read_at.map(micros), text));
        }
        transaction!(self, Shown::OnPages, |tx| {
            collectors::fence(tx.on(), claim).await?;
            let before = newest(tx.on(), cloud).await?;
            let staged: i64 =
                sqlx::query("SELECT COUNT(*) AS staged FROM held_staged WHERE cloud = $1")
                    .bind(cloud.as_str())
                    .fetch_one(tx.on())
                    .await?
                    .try_get("staged")?;
            let newest = if staged == 0 {
                before.clone()
            } else {
                let number = before.as_ref().map_or(1, |before| before.number.0 + 1);
                take_over(tx.on(), cloud, i64::from(number)).await?;
                let made = Collection {
                    cloud: cloud.clone(),
                    number: RevisionNumber(number),
                    at: *at,
                    source: source.clone(),
                    content_hash: content_hash(tx.on(), cloud).await?,
                };
                sqlx::query(
                    "INSERT INTO collections (cloud, number, at, source, content_hash) \
                     VALUES ($1, $2, $3, $4, $5)",
                )
                .bind(cloud.as_str())
                .bind(i64::from(number))
                .bind(micros(*at))
                .bind(source.as_str())
                .bind(made.content_hash.as_str())
                .execute(tx.on())
                .await?;
                sqlx::query("DELETE FROM held_staged WHERE cloud = $1")
                    .bind(cloud.as_str())
                    .execute(tx.on())
                    .await?;
                Some(made)
            };
            for (kind, read_at, outcome) in &outcomes {
                sqlx::query(
                    "INSERT INTO collected_kinds (cloud, kind, read_at, outcome) \
                     VALUES ($1, $2, $3, $4) ON CONFLICT (cloud, kind) DO UPDATE SET \
                     read_at = excluded.read_at, outcome = excluded.outcome",
                )
                .bind(cloud.as_str())
                .bind(kind.word())
                .bind(*read_at)
                .bind(outcome.as_str())
                .execute(tx.on())
                .await?;
            }
            sqlx::query(
                "UPDATE clouds SET newest = $2, looked_at = $3, next_at = $4, trouble = NULL \
                 WHERE name = $1",
            )
            .bind(cloud.as_str())
            .bind(newest.as_ref().map(|newest| i64::from(newest.number.0)))
            .bind(micros(*at))
            .bind(next_at.map(micros))
            .execute(tx.on())
            .await?;
            End::Commit(Published {
                changed: newest != before,
                newest,
            })
        })
    }
}
