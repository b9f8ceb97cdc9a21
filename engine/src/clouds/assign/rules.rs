//! What a rule that a person made says of servers that have come since.

use std::collections::BTreeMap;

use model::act::{Act, Actor};
use model::assignment::{Rule, Said, Selection, StandingRule};
use model::collection::Place;
use model::name::CloudName;
use plan::placing::place;

use super::meant::Meant;
use super::{Home, belongs};
use crate::clouds::observe::Changes;
use crate::port::NewAssignments;
use crate::{Engine, EngineError, Request};

impl Engine {
    /// Assigns what has come since by the rules that people made.
    pub(in crate::clouds) async fn assign_by_rules(
        &self,
        cloud: &CloudName,
    ) -> Result<(), EngineError> {
        let mut rules = self.store().rules(cloud).await?;
        // Prefixes before projects, and longer ones before shorter.
        rules.sort_by(|a, b| b.rule.cmp(&a.rule));
        rules.sort_by_key(|rule| match &rule.rule {
            Rule::Prefix(prefix) => std::cmp::Reverse(Some(prefix.len())),
            Rule::Project(_) => std::cmp::Reverse(None),
        });
        for standing in rules {
            if let Err(error) = self.assign_by_rule(cloud, &standing).await {
                tracing::warn!(%cloud, rule = %standing.rule, %error, "a rule could not assign");
            }
        }
        Ok(())
    }

    async fn assign_by_rule(
        &self,
        cloud: &CloudName,
        standing: &StandingRule,
    ) -> Result<(), EngineError> {
        let seen = self.store().assignments_number(cloud).await?;
        let said = self.store().assignments(cloud).await?;
        let mut candidates = self.store().foreign_servers(cloud).await?;
        candidates.retain(|server| {
            !said.contains_key(&server.id)
                && standing
                    .rule
                    .is_about(&server.name, server.project.as_ref())
                && (standing.group.is_some() || plan::grouping::guess(server).is_some())
        });
        if candidates.is_empty() {
            return Ok(());
        }
        let environment = self.store().environment_by_id(standing.environment).await?;
        let Some(environment) = environment.filter(|one| one.destroyed_at.is_none()) else {
            return Ok(());
        };
        let taken = self.taken(environment.id, cloud, &candidates).await?;
        let places = place(&candidates, standing.group.as_ref(), None, &taken)?;
        let changes: Changes = places
            .into_iter()
            .map(|(id, (group, ordinal))| {
                let place = Place {
                    environment: environment.id,
                    group,
                    ordinal,
                };
                (id, Some(place))
            })
            .collect();
        let act = Act::Assign {
            cloud: cloud.clone(),
            servers: Selection::Servers(changes.keys().cloned().collect()),
            environment: environment.name.clone(),
        };
        let request = Request {
            reason: Some(format!("by the rule {}", standing.rule)),
            ..Request::by(Actor::Schedule)
        };
        let meant = Meant {
            candidates,
            before: BTreeMap::new(),
        };
        let (before, after) = self
            .in_words(&meant, &changes, Some(&environment), None)
            .await?;
        let new = NewAssignments {
            cloud: cloud.clone(),
            seen,
            make: None,
            rule: None,
            drop_rule: None,
            servers: belongs(&changes),
            said: Said::Rule(standing.rule.clone()),
            observed: Vec::new(),
            audit: self.audit(&request, &act),
            act,
            environment: Some((environment.id, environment.name.clone())),
            before,
            after,
        };
        let home = Home {
            environment,
            is_new: false,
        };
        self.write_assignments(new, &meant, &changes, Some(home))
            .await
    }
}
