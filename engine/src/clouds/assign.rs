//! What people say of foreign servers: which instance of which environment each is. It is kept until
//! a person takes it back, and makes no server ours: nothing that doesn't carry our mark is ever
//! changed or taken away.

mod meant;
mod rules;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use model::act::Act;
use model::assignment::{Assignment, Said, Selection, StandingRule, Wish};
use model::collection::{HeldKind, Owner, Place};
use model::environment::{Environment, EnvironmentKind};
use model::id::{CloudId, EnvironmentId};
use model::name::{CloudName, EnvironmentName, GroupName};
use plan::grouping::Candidate;
use plan::placing::{Taken, place};

use super::observe::Changes;
use crate::port::{Belongs, NewAssignments, NewEnvironment, StoreError};
use crate::{Engine, EngineError, Outcome, Request};
use meant::{Meant, candidate};

/// How often an assignment is worked out anew where another was written meanwhile.
const TRIES: u32 = 40;

/// An environment that servers are assigned to, made where there is none.
struct Home {
    environment: Environment,
    is_new: bool,
}

impl Engine {
    /// Assigns servers to an environment, as a person says.
    pub(crate) async fn assign(
        &self,
        request: &Request,
        wish: Wish,
    ) -> Result<Outcome, EngineError> {
        let mut tries = 0;
        loop {
            match self.try_to_assign(request, &wish).await {
                Err(EngineError::Store(StoreError::Moved)) if tries < TRIES => tries += 1,
                done => return done,
            }
        }
    }

    /// Takes back what was said of servers.
    pub(crate) async fn unassign(
        &self,
        request: &Request,
        cloud: CloudName,
        servers: Selection,
    ) -> Result<Outcome, EngineError> {
        let mut tries = 0;
        loop {
            match self.try_to_unassign(request, &cloud, &servers).await {
                Err(EngineError::Store(StoreError::Moved)) if tries < TRIES => tries += 1,
                done => return done,
            }
        }
    }

    async fn try_to_assign(&self, request: &Request, wish: &Wish) -> Result<Outcome, EngineError> {
        let Wish {
            cloud,
            servers,
            environment,
            kind,
            group,
            ordinal,
        } = wish;
        let seen = self.store().assignments_number(cloud).await?;
        let meant = self.meant(cloud, servers).await?;
        let home = self.home(environment, *kind).await?;
        let taken = self
            .taken(home.environment.id, cloud, &meant.candidates)
            .await?;
        let places = place(&meant.candidates, group.as_ref(), *ordinal, &taken)?;
        let changes: Changes = places
            .into_iter()
            .map(|(id, (group, ordinal))| {
                let place = Place {
                    environment: home.environment.id,
                    group,
                    ordinal,
                };
                (id, Some(place))
            })
            .collect();
        let act = Act::Assign {
            cloud: cloud.clone(),
            servers: servers.clone(),
            environment: environment.clone(),
        };
        let audit = self.audit(request, &act);
        let rule = servers.rule();
        let standing = rule.clone().map(|rule| StandingRule {
            rule,
            environment: home.environment.id,
            group: group.clone(),
            since: audit.at,
        });
        let (before, after) = self
            .in_words(&meant, &changes, Some(&home.environment), standing.as_ref())
            .await?;
        let assigned = changes.len();
        let new = NewAssignments {
            cloud: cloud.clone(),
            seen,
            make: None,
            rule: standing,
            drop_rule: None,
            servers: belongs(&changes),
            said: rule.map_or(Said::Person, Said::Rule),
            observed: Vec::new(),
            act,
            environment: Some((home.environment.id, environment.clone())),
            before,
            after,
            audit,
        };
        self.write_assignments(new, &meant, &changes, Some(home))
            .await?;
        Ok(Outcome::Assigned {
            environment: environment.clone(),
            servers: assigned,
        })
    }

    async fn try_to_unassign(
        &self,
        request: &Request,
        cloud: &CloudName,
        servers: &Selection,
    ) -> Result<Outcome, EngineError> {
        let seen = self.store().assignments_number(cloud).await?;
        let said = self.store().assignments(cloud).await?;
        let rule = servers.rule();
        let before: BTreeMap<CloudId, Assignment> = match (servers, &rule) {
            (Selection::Servers(ids), _) => {
                let of = said.into_iter().filter(|(id, _)| ids.contains(id));
                of.collect()
            }
            (_, Some(rule)) => {
                let by = Said::Rule(rule.clone());
                let of = said.into_iter().filter(|(_, one)| one.said == by);
                of.collect()
            }
            (_, None) => BTreeMap::new(),
        };
        let stands = match &rule {
            None => false,
            Some(rule) => {
                let rules = self.store().rules(cloud).await?;
                rules.iter().any(|standing| standing.rule == *rule)
            }
        };
        if before.is_empty() && !stands {
            return Err(EngineError::NothingAssigned(servers.to_string()));
        }
        let ids: BTreeSet<CloudId> = before.keys().cloned().collect();
        let rows = self
            .store()
            .held_by_id(cloud, HeldKind::Server, &ids)
            .await?;
        let changes: Changes = ids.iter().map(|id| (id.clone(), None)).collect();
        // What a rule said of a server it would say again: a person's word goes before it.
        let servers_after = before
            .iter()
            .map(|(id, assignment)| {
                let belongs = match (&assignment.said, &rule) {
                    (Said::Rule(_), None) => Belongs::Nowhere,
                    (Said::Rule(_) | Said::Person, _) => Belongs::Unsaid,
                };
                (id.clone(), belongs)
            })
            .collect();
        let act = Act::Unassign {
            cloud: cloud.clone(),
            servers: servers.clone(),
        };
        let meant = Meant {
            candidates: rows.into_iter().map(candidate).collect(),
            before,
        };
        let (before, after) = self.in_words(&meant, &changes, None, None).await?;
        let environment = self.environment_before(&meant).await?;
        let new = NewAssignments {
            cloud: cloud.clone(),
            seen,
            make: None,
            rule: None,
            drop_rule: rule,
            servers: servers_after,
            said: Said::Person,
            observed: Vec::new(),
            audit: self.audit(request, &act),
            act,
            environment,
            before,
            after,
        };
        let taken_back = changes.len();
        self.write_assignments(new, &meant, &changes, None).await?;
        Ok(Outcome::Unassigned {
            servers: taken_back,
        })
    }

    /// Adds the observed states that follow, and writes everything at once.
    async fn write_assignments(
        &self,
        mut new: NewAssignments,
        meant: &Meant,
        changes: &Changes,
        home: Option<Home>,
    ) -> Result<(), EngineError> {
        let at = new.audit.at;
        let cloud = new.cloud.clone();
        let with = Some((&cloud, changes));
        // Those that lose a server.
        let home_id = home.as_ref().map(|home| home.environment.id);
        let losing: BTreeSet<EnvironmentId> = meant
            .before
            .values()
            .filter_map(|assignment| Some(assignment.place.as_ref()?.environment))
            .filter(|id| Some(*id) != home_id)
            .collect();
        for id in losing {
            if let Some(environment) = self.store().environment_by_id(id).await? {
                let state = self.observed_state(&environment, with, &cloud, at).await?;
                new.observed.push((id, state));
            }
        }
        if let Some(Home {
            environment,
            is_new,
        }) = home
        {
            let state = self.observed_state(&environment, with, &cloud, at).await?;
            if is_new {
                let made = NewEnvironment {
                    id: environment.id,
                    lease: None,
                };
                new.make = Some((made, Box::new(state)));
            } else if !changes.is_empty() {
                new.observed.push((environment.id, state));
            }
        }
        self.store().assign(new).await?;
        self.uses(&cloud);
        Ok(())
    }

    /// The environment of a name, or one to be made.
    async fn home(
        &self,
        name: &EnvironmentName,
        kind: Option<EnvironmentKind>,
    ) -> Result<Home, EngineError> {
        if let Some(environment) = self.store().environment(name).await? {
            return Ok(Home {
                environment,
                is_new: false,
            });
        }
        let Some(kind) = kind else {
            return Err(EngineError::NoEnvironment(name.to_string()));
        };
        Ok(Home {
            environment: Environment {
                id: EnvironmentId::from_uuid(self.entropy().uuid()),
                name: name.clone(),
                kind,
                // What was there before us and serves the public is not to be changed by accident.
                protected: kind == EnvironmentKind::Production,
                owner: None,
                created_at: self.clock().now(),
                planned: None,
                observed: None,
                observed_at: None,
                destroyed_at: None,
            },
            is_new: true,
        })
    }

    /// The places of an environment that others stand at.
    async fn taken(
        &self,
        environment: EnvironmentId,
        cloud: &CloudName,
        moving: &[Candidate],
    ) -> Result<Taken, EngineError> {
        let moving: BTreeSet<&CloudId> = moving.iter().map(|server| &server.id).collect();
        let servers = self.store().servers_of(environment).await?;
        Ok(servers
            .into_iter()
            .filter(|server| server.cloud != *cloud || !moving.contains(&server.held.id))
            .map(|server| server.instance)
            .collect())
    }

    /// The environment that all servers belonged to, where it was one.
    async fn environment_before(
        &self,
        meant: &Meant,
    ) -> Result<Option<(EnvironmentId, EnvironmentName)>, EngineError> {
        let of: BTreeSet<EnvironmentId> = meant
            .before
            .values()
            .filter_map(|assignment| Some(assignment.place.as_ref()?.environment))
            .collect();
        let (Some(id), 1) = (of.first(), of.len()) else {
            return Ok(None);
        };
        let environment = self.store().environment_by_id(*id).await?;
        Ok(environment.map(|environment| (environment.id, environment.name)))
    }

    /// The foreign servers that stand where something is to be made, as `web-3 (app[3])`.
    pub(crate) async fn foreign_at(
        &self,
        environment: EnvironmentId,
        wanted: impl Fn(&(GroupName, u32)) -> bool,
    ) -> Result<Vec<String>, EngineError> {
        let mut servers = self.store().servers_of(environment).await?;
        servers.retain(|server| server.owner == Owner::Assigned && wanted(&server.instance));
        servers.sort_by(|a, b| a.instance.cmp(&b.instance));
        Ok(servers
            .into_iter()
            .map(|server| {
                let (group, ordinal) = server.instance;
                format!("{} ({group}[{ordinal}])", server.held.name)
            })
            .collect())
    }
}

fn belongs(changes: &Changes) -> BTreeMap<CloudId, Belongs> {
    changes
        .iter()
        .map(|(id, place)| {
            let belongs = place.clone().map_or(Belongs::Nowhere, Belongs::At);
            (id.clone(), belongs)
        })
        .collect()
}
