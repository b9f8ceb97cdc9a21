//! What people said of foreign servers. It is written whole, with what follows from it and its line
//! in the log, or not at all; and only by who has seen what was said before.

use std::collections::BTreeMap;

use engine::port::{Belongs, NewAssignments, StoreError};
use model::assignment::{Assignment, StandingRule};
use model::collection::{Owner, Place};
use model::id::{CloudId, EnvironmentId};
use model::name::CloudName;
use plan::grouping::Candidate;
use serde::Deserialize;
use sqlx::{AnyConnection, Row};

use super::places;
use crate::SqlStore;
use crate::audit::{self, Line};
use crate::batch::{self, Cell};
use crate::failure::{Failure, Outcome};
use crate::pool::{End, Shown, transaction};
use crate::revisions::{self, Prepared};
use crate::rows::{AssignmentRow, RuleRow, all, micros};
use crate::{environments, operations};

pub(crate) const NUMBER: &str = "SELECT assigned FROM clouds WHERE name = $1";
pub(crate) const OF_CLOUD: &str = "SELECT cloud, server, environment, group_name, ordinal, said, \
     since FROM assignments WHERE cloud = $1";
pub(crate) const RULES: &str = "SELECT cloud, rule, environment, group_name, since \
     FROM assignment_rules WHERE cloud = $1 ORDER BY rule";
pub(crate) const FOREIGN: &str = "SELECT id, name, project, body FROM held_versions \
     WHERE cloud = $1 AND kind = 'server' AND owner = $2 AND to_rev IS NULL ORDER BY name, id";

/// As much of a server as proposals go by.
#[derive(Deserialize)]
struct Labels {
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    #[serde(default)]
    tags: std::collections::BTreeSet<String>,
}

/// Writes what is said of one server, where something is.
async fn put(
    on: &mut AnyConnection,
    cloud: &CloudName,
    server: &CloudId,
    place: Option<&Place>,
    said: &str,
    since: i64,
) -> Outcome<()> {
    let (cloud, server) = (Cell::from(cloud.as_str()), Cell::from(server.as_str()));
    if let Some(Place {
        environment,
        group,
        ordinal,
    }) = place
    {
        let row = [
            cloud,
            server,
            environment.to_string().into(),
            group.as_str().into(),
            i64::from(*ordinal).into(),
            said.into(),
            since.into(),
        ];
        let sql = "INSERT INTO assignments (cloud, server, environment, group_name, ordinal, said, \
                   since) VALUES";
        batch::insert(on, sql, "", vec![row]).await?;
    } else {
        let row = [cloud, server, said.into(), since.into()];
        let sql = "INSERT INTO assignments (cloud, server, said, since) VALUES";
        batch::insert(on, sql, "", vec![row]).await?;
    }
    Ok(())
}

/// An observed state that follows, ready to be written.
struct Follows {
    environment: EnvironmentId,
    state: Prepared,
}

impl SqlStore {
    pub(crate) async fn number_of_assignments(&self, cloud: &CloudName) -> Outcome<i64> {
        let row = sqlx::query(NUMBER)
            .bind(cloud.as_str().to_owned())
            .fetch_optional(&self.readers)
            .await?;
        match row {
            Some(row) => Ok(row.try_get("assigned")?),
            None => Err(StoreError::Missing(format!("collection of {cloud} yet")).into()),
        }
    }

    pub(crate) async fn list_assignments(
        &self,
        cloud: &CloudName,
    ) -> Outcome<BTreeMap<CloudId, Assignment>> {
        let rows = sqlx::query(OF_CLOUD)
            .bind(cloud.as_str().to_owned())
            .fetch_all(&self.readers)
            .await?;
        let all = all::<AssignmentRow, Assignment>(&rows)?;
        Ok(all
            .into_iter()
            .map(|assignment| (assignment.server.clone(), assignment))
            .collect())
    }

    pub(crate) async fn list_rules(&self, cloud: &CloudName) -> Outcome<Vec<StandingRule>> {
        let rows = sqlx::query(RULES)
            .bind(cloud.as_str().to_owned())
            .fetch_all(&self.readers)
            .await?;
        Ok(all::<RuleRow, StandingRule>(&rows)?)
    }

    pub(crate) async fn list_foreign(&self, cloud: &CloudName) -> Outcome<Vec<Candidate>> {
        let rows = sqlx::query(FOREIGN)
            .bind(cloud.as_str().to_owned())
            .bind(Owner::Foreign.word())
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let id: String = row.try_get("id")?;
                let body: String = row.try_get("body")?;
                let Labels { metadata, tags } =
                    serde_json::from_str(&body).map_err(|why| StoreError::BadData {
                        table: "held_versions",
                        column: "body",
                        row: format!("{cloud}/server/{id}"),
                        why: why.to_string(),
                    })?;
                let project: String = row.try_get("project")?;
                Ok(Candidate {
                    id: CloudId::new(id),
                    name: row.try_get("name")?,
                    project: (!project.is_empty()).then(|| CloudId::new(project)),
                    metadata,
                    tags,
                })
            })
            .collect()
    }

    pub(crate) async fn put_assignments(&self, new: NewAssignments) -> Result<(), StoreError> {
        let NewAssignments {
            cloud,
            seen,
            make,
            rule,
            drop_rule,
            servers,
            said,
            observed,
            act,
            environment,
            before,
            after,
            audit,
        } = new;
        let text = |value: Result<String, plan::canonical::NoCanonicalForm>| {
            value.map_err(|why| StoreError::Database(why.to_string()))
        };
        let said = text(plan::canonical::canonical(&said))?;
        let since = micros(audit.at);
        let rule = match rule {
            Some(standing) => Some((text(plan::canonical::canonical(&standing.rule))?, standing)),
            None => None,
        };
        let drop_rule = match drop_rule {
            Some(rule) => Some(text(plan::canonical::canonical(&rule))?),
            None => None,
        };
        let make = match make {
            Some((made, state)) => Some((
                made,
                revisions::prepare(*state).map_err(Failure::into_store)?,
            )),
            None => None,
        };
        let mut follow = Vec::new();
        for (environment, state) in observed {
            let state = revisions::prepare(state).map_err(Failure::into_store)?;
            follow.push(Follows { environment, state });
        }
        transaction!(self, Shown::OnPages, |tx| {
            let touched = sqlx::query(
                "UPDATE clouds SET assigned = assigned + 1 WHERE name = $1 AND assigned = $2",
            )
            .bind(cloud.as_str())
            .bind(seen)
            .execute(tx.on())
            .await?;
            if touched.rows_affected() == 0 {
                return Err(StoreError::Moved.into());
            }
            let homes = servers.values().filter_map(|belongs| match belongs {
                Belongs::At(place) => Some(place.environment),
                Belongs::Nowhere | Belongs::Unsaid => None,
            });
            let homes: std::collections::BTreeSet<EnvironmentId> = homes.collect();
            if let Some((made, state)) = &make {
                let (id, topology) = (made.id, state.topology());
                if environments::named(tx.on(), &topology.environment)
                    .await?
                    .is_some()
                {
                    return Err(StoreError::Moved.into());
                }
                let new = environments::made(id, topology, audit.at);
                environments::insert(tx.on(), &new).await?;
                revisions::store(tx.on(), &new, state).await?;
            }
            for id in &homes {
                let home = environments::living(tx.on(), *id).await?;
                operations::none_open(tx.on(), &home).await?;
            }
            for Follows { environment, state } in &follow {
                let known = environments::living(tx.on(), *environment).await?;
                revisions::store(tx.on(), &known, state).await?;
            }
            if let Some((text, standing)) = &rule {
                sqlx::query(
                    "INSERT INTO assignment_rules (cloud, rule, environment, group_name, since) \
                     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (cloud, rule) DO UPDATE SET \
                     environment = excluded.environment, group_name = excluded.group_name, \
                     since = excluded.since",
                )
                .bind(cloud.as_str())
                .bind(text.as_str())
                .bind(standing.environment.to_string())
                .bind(
                    standing
                        .group
                        .as_ref()
                        .map(|group| group.as_str().to_owned()),
                )
                .bind(since)
                .execute(tx.on())
                .await?;
            }
            if let Some(text) = &drop_rule {
                sqlx::query("DELETE FROM assignment_rules WHERE cloud = $1 AND rule = $2")
                    .bind(cloud.as_str())
                    .bind(text.as_str())
                    .execute(tx.on())
                    .await?;
            }
            // All are taken away first: two may change places.
            let ids = servers.keys().map(|id| id.as_str().into()).collect();
            batch::for_each_in(
                tx.on(),
                "DELETE FROM assignments WHERE cloud = $1 AND server IN",
                &[cloud.as_str().into()],
                ids,
            )
            .await?;
            for (server, belongs) in &servers {
                match belongs {
                    Belongs::At(place) => {
                        put(tx.on(), &cloud, server, Some(place), &said, since).await?;
                    }
                    Belongs::Nowhere => put(tx.on(), &cloud, server, None, &said, since).await?,
                    Belongs::Unsaid => {}
                }
            }
            places::follow(tx.on(), &cloud).await?;
            let line = Line {
                act: &act,
                environment: environment.as_ref().map(|(id, name)| (*id, name)),
                operation: None,
                before: Some(before.clone()),
                after: Some(after.clone()),
            };
            audit::add(&mut tx, &audit, line).await?;
            End::Commit(())
        })
    }
}

/// What people said of an environment's servers goes with the environment.
pub(crate) async fn forget(on: &mut AnyConnection, environment: EnvironmentId) -> Outcome<()> {
    let id = environment.to_string();
    let rows = sqlx::query("SELECT DISTINCT cloud FROM assignments WHERE environment = $1")
        .bind(id.clone())
        .fetch_all(&mut *on)
        .await?;
    for sql in [
        "DELETE FROM assignments WHERE environment = $1",
        "DELETE FROM assignment_rules WHERE environment = $1",
    ] {
        sqlx::query(sql).bind(id.clone()).execute(&mut *on).await?;
    }
    for row in rows {
        let cloud: String = row.try_get("cloud")?;
        let bad = |why: model::name::NameError| StoreError::BadData {
            table: "assignments",
            column: "cloud",
            row: cloud.clone(),
            why: why.to_string(),
        };
        let cloud = CloudName::new(&cloud).map_err(bad)?;
        sqlx::query("UPDATE clouds SET assigned = assigned + 1 WHERE name = $1")
            .bind(cloud.as_str().to_owned())
            .execute(&mut *on)
            .await?;
        places::follow(on, &cloud).await?;
    }
    Ok(())
}
