//! Which servers a person means, and what was said of them so far. Only those that nobody made
//! through us can be meant.

use std::collections::{BTreeMap, BTreeSet};

use model::assignment::{Assignment, Said, Selection};
use model::collection::{HeldKind, HeldRow, Owner};
use model::id::CloudId;
use model::name::CloudName;
use plan::grouping::Candidate;

use crate::port::StoreError;
use crate::{Engine, EngineError};

/// Servers that something is about to be said of.
pub(super) struct Meant {
    pub(super) candidates: Vec<Candidate>,
    /// What was said of them so far.
    pub(super) before: BTreeMap<CloudId, Assignment>,
}

impl Engine {
    /// The servers that a selection is about.
    pub(super) async fn meant(
        &self,
        cloud: &CloudName,
        servers: &Selection,
    ) -> Result<Meant, EngineError> {
        let said = self.store().assignments(cloud).await?;
        let candidates = match servers {
            Selection::Servers(ids) => {
                let rows = self
                    .store()
                    .held_by_id(cloud, HeldKind::Server, ids)
                    .await?;
                let there: BTreeSet<&CloudId> = rows.iter().map(|row| &row.held.id).collect();
                if let Some(missing) = ids.iter().find(|id| !there.contains(id)) {
                    return Err(StoreError::Missing(format!(
                        "server {missing} in {cloud}, as it was last collected"
                    ))
                    .into());
                }
                if let Some(row) = rows.iter().find(|row| !may_be_assigned(row.owner)) {
                    return Err(EngineError::NotForeign {
                        server: row.held.name.clone(),
                        owner: row.owner,
                    });
                }
                rows.into_iter().map(candidate).collect()
            }
            Selection::Prefix(_) | Selection::Project(_) => {
                let rule = servers.rule();
                let is_meant = |name: &str, project: Option<&CloudId>| {
                    rule.as_ref()
                        .is_some_and(|rule| rule.is_about(name, project))
                };
                // A person's word on a server goes before any rule.
                let by_rules: BTreeSet<CloudId> = said
                    .iter()
                    .filter(|(_, one)| Some(&one.said) == rule.clone().map(Said::Rule).as_ref())
                    .map(|(id, _)| id.clone())
                    .collect();
                let mut candidates = self.store().foreign_servers(cloud).await?;
                candidates.retain(|server| !said.contains_key(&server.id));
                let again = self
                    .store()
                    .held_by_id(cloud, HeldKind::Server, &by_rules)
                    .await?;
                candidates.extend(again.into_iter().map(candidate));
                candidates.retain(|server| is_meant(&server.name, server.project.as_ref()));
                candidates
            }
        };
        let ids: BTreeSet<&CloudId> = candidates.iter().map(|server| &server.id).collect();
        let before = said.into_iter().filter(|(id, _)| ids.contains(id));
        Ok(Meant {
            before: before.collect(),
            candidates,
        })
    }
}

/// Whether a person may say where a server belongs.
const fn may_be_assigned(owner: Owner) -> bool {
    match owner {
        Owner::Foreign | Owner::Assigned => true,
        Owner::Ours | Owner::Elsewhere | Owner::Shared => false,
    }
}

pub(super) fn candidate(row: HeldRow) -> Candidate {
    let (metadata, tags) = match row.held.body {
        model::collection::Body::Server(server) => (server.metadata, server.tags),
        _ => (BTreeMap::new(), BTreeSet::new()),
    };
    Candidate {
        id: row.held.id,
        name: row.held.name,
        project: row.held.project,
        metadata,
        tags,
    }
}
