//! Environments as a whole: finding them, making one, taking over what a topology says of it, and
//! what becomes of one that was destroyed. Names and ids are given by whoever asks.

use chrono::{DateTime, Utc};
use engine::port::StoreError;
use engine::secret::InstallationSecret;
use model::environment::{Environment, Layer};
use model::id::{EnvironmentId, InstallationId, RevisionNumber};
use model::name::EnvironmentName;
use model::topology::Topology;
use sqlx::{AnyConnection, Row};

use crate::SqlStore;
use crate::clouds::assignments;
use crate::failure::Outcome;
use crate::pool::{End, Shown, transaction};
use crate::rows::{EnvironmentRow, all, micros, one, select_environments};

pub(crate) const LIVING: &str = select_environments!("WHERE destroyed_at IS NULL ORDER BY name");
pub(crate) const EVERY: &str = select_environments!("");
pub(crate) const NAMED: &str = select_environments!("WHERE name = $1 AND destroyed_at IS NULL");

impl SqlStore {
    pub(crate) async fn keep_installation(
        &self,
        offered: InstallationId,
    ) -> Result<InstallationId, StoreError> {
        transaction!(self, Shown::Nowhere, |tx| {
            sqlx::query(
                "INSERT INTO installation (one, id) VALUES (1, $1) ON CONFLICT (one) DO NOTHING",
            )
            .bind(offered.to_string())
            .execute(tx.on())
            .await?;
            let row = sqlx::query("SELECT id FROM installation WHERE one = 1")
                .fetch_one(tx.on())
                .await?;
            let id: String = row.try_get("id")?;
            End::Commit(id.parse().map_err(|why: _| StoreError::BadData {
                table: "installation",
                column: "id",
                row: "1".into(),
                why: format!("{why}"),
            })?)
        })
    }

    pub(crate) async fn keep_secret(
        &self,
        offered: &InstallationSecret,
    ) -> Result<InstallationSecret, StoreError> {
        transaction!(self, Shown::Nowhere, |tx| {
            sqlx::query("UPDATE installation SET secret = $1 WHERE one = 1 AND secret IS NULL")
                .bind(offered.expose())
                .execute(tx.on())
                .await?;
            let row = sqlx::query("SELECT secret FROM installation WHERE one = 1")
                .fetch_optional(tx.on())
                .await?;
            let secret: Option<String> = match row {
                Some(row) => row.try_get("secret")?,
                None => None,
            };
            let secret = secret.ok_or_else(|| {
                StoreError::Missing("installation yet: its id comes before its secret".into())
            })?;
            End::Commit(InstallationSecret::from_hex(&secret).map_err(|why| {
                StoreError::BadData {
                    table: "installation",
                    column: "secret",
                    row: "1".into(),
                    why: why.to_string(),
                }
            })?)
        })
    }

    pub(crate) async fn read_version(&self) -> Outcome<i64> {
        let row = sqlx::query("SELECT number FROM change_counter WHERE one = 1")
            .fetch_one(&self.readers)
            .await?;
        Ok(row.try_get("number")?)
    }

    pub(crate) async fn list_environments(
        &self,
        with_destroyed: bool,
    ) -> Outcome<Vec<Environment>> {
        let sql = if with_destroyed { EVERY } else { LIVING };
        let rows = sqlx::query(sql).fetch_all(&self.readers).await?;
        let mut environments = all::<EnvironmentRow, Environment>(&rows)?;
        if with_destroyed {
            // All rows are wanted, so an index would not help; the order needs no collation here.
            environments.sort_by(|a, b| {
                let gone = a.destroyed_at.is_some().cmp(&b.destroyed_at.is_some());
                let newest = b.destroyed_at.cmp(&a.destroyed_at);
                gone.then(newest).then_with(|| a.name.cmp(&b.name))
            });
        }
        Ok(environments)
    }

    pub(crate) async fn environment_named(
        &self,
        name: &EnvironmentName,
    ) -> Outcome<Option<Environment>> {
        let mut connection = self.readers.acquire().await?;
        named(&mut connection, name).await
    }

    pub(crate) async fn environment_with_id(
        &self,
        id: EnvironmentId,
    ) -> Outcome<Option<Environment>> {
        let mut connection = self.readers.acquire().await?;
        with_id(&mut connection, id).await
    }
}

/// The environment of a name that is not destroyed.
pub(crate) async fn named(
    on: &mut AnyConnection,
    name: &EnvironmentName,
) -> Outcome<Option<Environment>> {
    let row = sqlx::query(NAMED)
        .bind(name.as_str())
        .fetch_optional(on)
        .await?;
    Ok(one::<EnvironmentRow, _>(row.as_ref())?)
}

/// An environment, destroyed or not.
pub(crate) async fn with_id(
    on: &mut AnyConnection,
    id: EnvironmentId,
) -> Outcome<Option<Environment>> {
    let row = sqlx::query(select_environments!("WHERE id = $1"))
        .bind(id.to_string())
        .fetch_optional(on)
        .await?;
    Ok(one::<EnvironmentRow, _>(row.as_ref())?)
}

/// An environment that an act is about: there, and not destroyed.
pub(crate) async fn living(on: &mut AnyConnection, id: EnvironmentId) -> Outcome<Environment> {
    match with_id(on, id).await? {
        Some(environment) if environment.destroyed_at.is_none() => Ok(environment),
        Some(gone) => Err(StoreError::Missing(format!(
            "environment `{}` any more: it was destroyed",
            gone.name
        ))
        .into()),
        None => Err(StoreError::Missing(format!("environment with the id {id}")).into()),
    }
}

/// A new environment with nothing in it yet, as the topology describes it.
pub(crate) fn made(id: EnvironmentId, topology: &Topology, at: DateTime<Utc>) -> Environment {
    Environment {
        id,
        name: topology.environment.clone(),
        kind: topology.kind,
        protected: topology.protected,
        owner: topology.owner.clone(),
        created_at: at,
        planned: None,
        observed: None,
        observed_at: None,
        destroyed_at: None,
    }
}

/// Writes a new environment.
pub(crate) async fn insert(on: &mut AnyConnection, environment: &Environment) -> Outcome<()> {
    sqlx::query(
        "INSERT INTO environments (id, name, kind, protected, owner, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(environment.id.to_string())
    .bind(environment.name.as_str())
    .bind(environment.kind.word())
    .bind(i64::from(environment.protected))
    .bind(environment.owner.clone())
    .bind(micros(environment.created_at))
    .execute(on)
    .await?;
    Ok(())
}

/// The environment after a layer came to a new revision. What it is called, what it is for and
/// whether it is protected follow what a person planned; what was observed has a say only where
/// nobody planned anything.
pub(crate) fn follows(
    before: &Environment,
    topology: &Topology,
    layer: Layer,
    number: RevisionNumber,
    at: DateTime<Utc>,
) -> Environment {
    let mut after = before.clone();
    match layer {
        Layer::Planned => after.planned = Some(number),
        Layer::Observed => {
            after.observed = Some(number);
            after.observed_at = Some(at);
        }
    }
    let speaks = match layer {
        Layer::Planned => true,
        Layer::Observed => before.planned.is_none(),
    };
    if speaks {
        after.kind = topology.kind;
        after.protected = topology.protected;
        after.owner.clone_from(&topology.owner);
    }
    after
}

/// Writes what may change of an environment.
pub(crate) async fn update(on: &mut AnyConnection, environment: &Environment) -> Outcome<()> {
    let revision = |number: Option<RevisionNumber>| number.map(|number| i64::from(number.0));
    sqlx::query(
        "UPDATE environments SET kind = $2, protected = $3, owner = $4, planned = $5, \
         observed = $6, observed_at = $7 WHERE id = $1",
    )
    .bind(environment.id.to_string())
    .bind(environment.kind.word())
    .bind(i64::from(environment.protected))
    .bind(environment.owner.clone())
    .bind(revision(environment.planned))
    .bind(revision(environment.observed))
    .bind(environment.observed_at.map(micros))
    .execute(on)
    .await?;
    Ok(())
}

/// Sets an environment to destroyed: its name is free, it is in no list of instances, its lease, its
/// bindings, what its instances said and what people said of its servers are gone. Its revisions,
/// operations and log stay.
pub(crate) async fn destroy(
    on: &mut AnyConnection,
    id: EnvironmentId,
    at: DateTime<Utc>,
) -> Outcome<()> {
    let text = id.to_string();
    sqlx::query("UPDATE environments SET destroyed_at = $2 WHERE id = $1 AND destroyed_at IS NULL")
        .bind(&*text)
        .bind(micros(at))
        .execute(&mut *on)
        .await?;
    for sql in [
        "UPDATE instance_versions SET listed = 0 WHERE environment = $1 AND to_rev IS NULL",
        "DELETE FROM leases WHERE environment = $1",
        "DELETE FROM bindings WHERE environment = $1",
        "DELETE FROM reports WHERE environment = $1",
        "DELETE FROM consoles WHERE environment = $1",
    ] {
        sqlx::query(sql).bind(&*text).execute(&mut *on).await?;
    }
    assignments::forget(on, id).await
}
