//! What people write beside states. The store keeps texts under keys; what they say is no matter here.

use engine::port::{NewAudit, StoreError};
use model::act::Act;
use model::id::EnvironmentId;
use model::writing::{Writing, WritingKey, WritingKind};

use crate::audit::Line;
use crate::failure::Outcome;
use crate::pool::{End, Shown, transaction};
use crate::rows::{WritingRow, all, micros, one};
use crate::{SqlStore, audit, environments};

pub(crate) const ONE: &str = "SELECT kind, about, name, text, at, actor FROM writings \
     WHERE kind = $1 AND about = $2 AND name = $3";
pub(crate) const ABOUT: &str = "SELECT kind, about, name, text, at, actor FROM writings \
     WHERE kind = $1 AND about = $2 ORDER BY kind, about, name";
pub(crate) const OF_KIND: &str = "SELECT kind, about, name, text, at, actor FROM writings \
     WHERE kind = $1 ORDER BY kind, about, name";

impl SqlStore {
    /// Writes a text or takes one away; one that is there already, word for word, changes nothing.
    pub(crate) async fn store_writing(
        &self,
        key: &WritingKey,
        text: Option<&str>,
        environment: Option<EnvironmentId>,
        act: &Act,
        why: &NewAudit,
    ) -> Result<(), StoreError> {
        let WritingKey { kind, about, name } = key;
        transaction!(self, Shown::OnPages, |tx| {
            let row = sqlx::query(ONE)
                .bind(kind.word())
                .bind(about.as_str())
                .bind(name.as_str())
                .fetch_optional(tx.on())
                .await?;
            let before: Option<Writing> = one::<WritingRow, _>(row.as_ref())?;
            if before.as_ref().map(|before| before.text.as_str()) == text {
                End::Undo(())
            } else {
                let environment = match environment {
                    Some(id) => Some(environments::living(tx.on(), id).await?),
                    None => None,
                };
                match text {
                    Some(text) => {
                        sqlx::query(
                            "INSERT INTO writings (kind, about, name, text, at, actor) \
                             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (kind, about, name) \
                             DO UPDATE SET text = excluded.text, at = excluded.at, \
                             actor = excluded.actor",
                        )
                        .bind(kind.word())
                        .bind(about.as_str())
                        .bind(name.as_str())
                        .bind(text)
                        .bind(micros(why.at))
                        .bind(plan::canonical::canonical(&why.actor)?)
                        .execute(tx.on())
                        .await?;
                    }
                    None => {
                        sqlx::query(
                            "DELETE FROM writings WHERE kind = $1 AND about = $2 AND name = $3",
                        )
                        .bind(kind.word())
                        .bind(about.as_str())
                        .bind(name.as_str())
                        .execute(tx.on())
                        .await?;
                    }
                }
                let line = Line {
                    act,
                    environment: environment
                        .as_ref()
                        .map(|environment| (environment.id, &environment.name)),
                    operation: None,
                    before: Some(before.map_or_else(|| "nothing".into(), |before| before.text)),
                    after: Some(text.unwrap_or("nothing").to_owned()),
                };
                audit::add(&mut tx, why, line).await?;
                End::Commit(())
            }
        })
    }

    pub(crate) async fn writings_about(
        &self,
        kind: WritingKind,
        about: Option<&str>,
    ) -> Outcome<Vec<Writing>> {
        let query = match about {
            Some(about) => sqlx::query(ABOUT).bind(kind.word()).bind(about.to_owned()),
            None => sqlx::query(OF_KIND).bind(kind.word()),
        };
        let rows = query.fetch_all(&self.readers).await?;
        Ok(all::<WritingRow, _>(&rows)?)
    }
}
