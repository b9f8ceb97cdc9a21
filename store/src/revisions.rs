//! Revisions: storing a state of a layer as versions of its items, and reading any of them back.
//! A state with nothing new writes nothing, and a version that was written is never altered; only
//! its end is added.

use std::collections::{BTreeMap, HashMap};

use data_encoding::HEXLOWER;
use engine::port::{Imported, NewAudit, NewEnvironment, NewRevision, Onto, StoreError};
use model::act::Act;
use model::environment::{Environment, Layer, Revision};
use model::id::{EnvironmentId, RevisionNumber};
use model::topology::Topology;
use model::topology::items::{Item, ItemKey};
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, Row};

use crate::audit::Line;
use crate::batch::{self, Cell};
use crate::failure::Outcome;
use crate::pool::{End, Shown, transaction};
use crate::rows::{ItemRow, RevisionRow, all, micros, one, select_revisions};
use crate::{SqlStore, audit, environments, instances, leases};

pub(crate) const NEWEST: &str =
    select_revisions!("WHERE environment = $1 AND layer = $2 ORDER BY number DESC LIMIT 1");
pub(crate) const OF_ENVIRONMENT: &str =
    select_revisions!("WHERE environment = $1 ORDER BY at DESC, layer DESC, number DESC");
pub(crate) const ITEMS: &str = "SELECT environment, layer, kind, name, from_rev, body \
     FROM item_versions WHERE environment = $1 AND layer = $2 AND from_rev <= $3 \
     AND (to_rev IS NULL OR to_rev > $3)";
pub(crate) const CURRENT_ITEMS: &str = "SELECT kind, name, hash FROM item_versions \
     WHERE environment = $1 AND layer = $2 AND to_rev IS NULL";

/// A state of a layer, ready to be compared with what is stored and written.
pub(crate) struct Prepared {
    topology: Topology,
    layer: Layer,
    source: String,
    at: chrono::DateTime<chrono::Utc>,
    items: Vec<PreparedItem>,
    instances: Vec<instances::Prepared>,
    content_hash: String,
}

impl Prepared {
    /// The state itself.
    pub(crate) const fn topology(&self) -> &Topology {
        &self.topology
    }
}

struct PreparedItem {
    key: ItemKey,
    hash: String,
    body: String,
}

/// SHA-256 in hexadecimal.
pub(crate) fn hash(text: &str) -> String {
    hex(Sha256::new_with_prefix(text))
}

pub(crate) fn hex(digest: Sha256) -> String {
    HEXLOWER.encode(&digest.finalize())
}

/// Everything about a state that can be worked out before a transaction holds others up.
pub(crate) fn prepare(revision: NewRevision) -> Outcome<Prepared> {
    let NewRevision {
        topology,
        layer,
        records,
        source,
        at,
    } = revision;
    let mut whole = Sha256::new();
    let mut items = Vec::new();
    for (key, item) in topology.items() {
        let body = plan::canonical::canonical(&item)?;
        let hash = hash(&body);
        whole.update(key.kind.word());
        whole.update([0]);
        whole.update(&key.name);
        whole.update([0]);
        whole.update(&hash);
        items.push(PreparedItem { key, hash, body });
    }
    Ok(Prepared {
        instances: instances::prepare(&records)?,
        topology,
        layer,
        source,
        at,
        items,
        content_hash: hex(whole),
    })
}

/// What came of storing a state in an environment.
pub(crate) enum Stored {
    /// It is a new revision, and the environment follows it.
    New(Environment, Revision),
    /// It is the same as the newest one.
    Same(Revision),
}

/// Stores a state as the newest revision of an environment, unless it is the same.
pub(crate) async fn store(
    on: &mut AnyConnection,
    environment: &Environment,
    state: &Prepared,
) -> Outcome<Stored> {
    let newest = newest(on, environment.id, state.layer).await?;
    let number = match newest {
        Some(newest) if newest.content_hash == state.content_hash => {
            return Ok(Stored::Same(newest));
        }
        Some(newest) => RevisionNumber(newest.number.0 + 1),
        None => RevisionNumber(1),
    };
    let revision = Revision {
        environment: environment.id,
        layer: state.layer,
        number,
        at: state.at,
        source: state.source.clone(),
        content_hash: state.content_hash.clone(),
    };
    insert(on, &revision).await?;
    write_items(on, &revision, &state.items).await?;
    instances::write(on, environment, &revision, &state.instances).await?;
    let after = environments::follows(environment, &state.topology, state.layer, number, state.at);
    environments::update(on, &after).await?;
    Ok(Stored::New(after, revision))
}

async fn newest(
    on: &mut AnyConnection,
    environment: EnvironmentId,
    layer: Layer,
) -> Outcome<Option<Revision>> {
    let row = sqlx::query(NEWEST)
        .bind(environment.to_string())
        .bind(layer.word())
        .fetch_optional(on)
        .await?;
    Ok(one::<RevisionRow, _>(row.as_ref())?)
}

async fn insert(on: &mut AnyConnection, revision: &Revision) -> Outcome<()> {
    let Revision {
        environment,
        layer,
        number,
        at,
        source,
        content_hash,
    } = revision;
    sqlx::query(
        "INSERT INTO revisions (environment, layer, number, at, source, content_hash) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(environment.to_string())
    .bind(layer.word())
    .bind(i64::from(number.0))
    .bind(micros(*at))
    .bind(source.as_str())
    .bind(content_hash.as_str())
    .execute(on)
    .await?;
    Ok(())
}

/// Ends the versions of items that changed or went, and adds one for each that changed or came.
async fn write_items(
    on: &mut AnyConnection,
    revision: &Revision,
    items: &[PreparedItem],
) -> Outcome<()> {
    let environment = revision.environment.to_string();
    let layer = revision.layer.word();
    let number = i64::from(revision.number.0);
    let mut stored: HashMap<(String, String), String> = HashMap::new();
    let rows = sqlx::query(CURRENT_ITEMS)
        .bind(&*environment)
        .bind(layer)
        .fetch_all(&mut *on)
        .await?;
    for row in rows {
        stored.insert((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?);
    }
    let mut new = Vec::new();
    let mut ended: BTreeMap<String, Vec<Cell>> = BTreeMap::new();
    for PreparedItem { key, hash, body } in items {
        let kind = key.kind.word().to_owned();
        match stored.remove(&(kind.clone(), key.name.clone())) {
            Some(same) if same == *hash => continue,
            Some(_changed) => ended
                .entry(kind.clone())
                .or_default()
                .push(key.name.as_str().into()),
            None => {}
        }
        new.push([
            environment.as_str().into(),
            layer.into(),
            kind.into(),
            key.name.as_str().into(),
            number.into(),
            hash.as_str().into(),
            body.as_str().into(),
        ]);
    }
    for (kind, name) in stored.into_keys() {
        ended.entry(kind).or_default().push(name.into());
    }
    for (kind, names) in ended {
        batch::for_each_in(
            on,
            "UPDATE item_versions SET to_rev = $1 WHERE environment = $2 AND layer = $3 \
             AND kind = $4 AND to_rev IS NULL AND name IN",
            &[
                number.into(),
                environment.as_str().into(),
                layer.into(),
                kind.into(),
            ],
            names,
        )
        .await?;
    }
    batch::insert(
        on,
        "INSERT INTO item_versions (environment, layer, kind, name, from_rev, hash, body) VALUES",
        "",
        new,
    )
    .await?;
    Ok(())
}

impl SqlStore {
    pub(crate) async fn store_revision(
        &self,
        new: NewEnvironment,
        onto: Onto,
        revision: NewRevision,
        act: Option<Act>,
        audit: NewAudit,
    ) -> Result<Imported, StoreError> {
        let state = prepare(revision)?;
        let name = &state.topology.environment;
        transaction!(self, Shown::OnPages, |tx| {
            let found = environments::named(tx.on(), name).await?;
            let is_new = found.is_none();
            let environment = match found {
                Some(_) if onto == Onto::Nothing => {
                    return Err(StoreError::NameTaken(name.clone()).into());
                }
                Some(environment) => environment,
                None => {
                    let made = environments::made(new.id, &state.topology, state.at);
                    environments::insert(tx.on(), &made).await?;
                    if let Some(lease) = &new.lease {
                        leases::upsert(tx.on(), lease).await?;
                    }
                    made
                }
            };
            if let Onto::Newest(from) = onto {
                let there = newest(tx.on(), environment.id, state.layer).await?;
                if there.map(|revision| revision.number) != from {
                    return Err(StoreError::Moved.into());
                }
            }
            match store(tx.on(), &environment, &state).await? {
                Stored::Same(revision) => End::Undo(Imported {
                    environment,
                    revision,
                    changed: false,
                }),
                Stored::New(after, revision) => {
                    let act = act.clone().unwrap_or_else(|| Act::Import {
                        environment: name.clone(),
                        layer: revision.layer,
                        revision: revision.number,
                    });
                    let before = match revision.number {
                        _ if is_new => "no such environment".to_owned(),
                        RevisionNumber(1) => format!("nothing {}", revision.layer),
                        RevisionNumber(number) => {
                            format!("{} revision {}", revision.layer, number - 1)
                        }
                    };
                    let line = Line {
                        act: &act,
                        environment: Some((after.id, &after.name)),
                        operation: None,
                        before: Some(before),
                        after: Some(format!("{} revision {}", revision.layer, revision.number)),
                    };
                    audit::add(&mut tx, &audit, line).await?;
                    End::Commit(Imported {
                        environment: after,
                        revision,
                        changed: true,
                    })
                }
            }
        })
    }

    pub(crate) async fn read_revision(
        &self,
        environment: EnvironmentId,
        layer: Layer,
        number: Option<RevisionNumber>,
    ) -> Outcome<Option<(Revision, Topology)>> {
        let mut connection = self.readers.acquire().await?;
        let revision = match number {
            None => newest(&mut connection, environment, layer).await?,
            Some(number) => {
                let row = sqlx::query(select_revisions!(
                    "WHERE environment = $1 AND layer = $2 AND number = $3"
                ))
                .bind(environment.to_string())
                .bind(layer.word())
                .bind(i64::from(number.0))
                .fetch_optional(&mut *connection)
                .await?;
                one::<RevisionRow, _>(row.as_ref())?
            }
        };
        let Some(revision) = revision else {
            return Ok(None);
        };
        // No transaction around the two: what a revision was never changes.
        let rows = sqlx::query(ITEMS)
            .bind(environment.to_string())
            .bind(layer.word())
            .bind(i64::from(revision.number.0))
            .fetch_all(&mut *connection)
            .await?;
        let items: BTreeMap<ItemKey, Item> = all::<ItemRow, (ItemKey, Item)>(&rows)?
            .into_iter()
            .collect();
        let topology = Topology::from_items(items).map_err(|why| StoreError::BadData {
            table: "item_versions",
            column: "body",
            row: format!("{environment}/{layer} of revision {}", revision.number),
            why: why.to_string(),
        })?;
        Ok(Some((revision, topology)))
    }

    pub(crate) async fn list_revisions(
        &self,
        environment: EnvironmentId,
    ) -> Outcome<Vec<Revision>> {
        let rows = sqlx::query(OF_ENVIRONMENT)
            .bind(environment.to_string())
            .fetch_all(&self.readers)
            .await?;
        Ok(all::<RevisionRow, _>(&rows)?)
    }
}
