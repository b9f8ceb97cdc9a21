//! What only a temporary environment has: where it comes from, how far it is, how to reach it, how
//! long it lives.

use app::data::{Access, Extension, Progress, TemporaryData};
use chrono::{DateTime, Duration, Utc};
use model::act::Act;
use model::count::Sizing;
use model::environment::{Environment, EnvironmentKind, Layer};
use model::id::{OperationId, RevisionNumber};
use model::lease::Lease;
use model::name::{EnvironmentName, RecipeName};
use model::operation::{Operation, OperationState, Phase, StepState};
use model::topology::Topology;
use plan::copy::Fidelity;
use plan::cost::spell::{Spell, over};

use super::copy::{in_words, no_prices};
use super::operations::Standing;
use super::{Failed, Reader};

/// By how many hours a lease can be extended with one click.
const EXTENSIONS: [u32; 4] = [1, 4, 8, 24];

/// Where a copy comes from.
#[derive(Default)]
struct Origin {
    source: Option<EnvironmentName>,
    recipe: Option<RecipeName>,
    fidelity: Vec<Fidelity>,
}

impl Reader {
    pub(super) async fn temporary(
        &self,
        environment: &Environment,
        operations: &[Operation],
        progress: Option<Progress>,
    ) -> Result<TemporaryData, Failed> {
        let lease = self.store().lease(environment.id).await?;
        let Origin {
            source,
            recipe,
            fidelity,
        } = self.origin(environment).await?;
        let access = match environment.observed {
            Some(_) if environment.destroyed_at.is_none() => {
                let state = self
                    .store()
                    .revision(environment.id, Layer::Observed, None)
                    .await?;
                // Some may have reported since they were looked at.
                let reports = self.engine().reports(environment.id).await?;
                state.map_or_else(Vec::new, |(_, mut topology)| {
                    reports.tell(&mut topology);
                    access(&topology)
                })
            }
            _ => Vec::new(),
        };
        let destroy_refused = if environment.protected {
            Some("It is protected: nobody can change it through Understudy.".to_owned())
        } else {
            operations
                .iter()
                .find(|operation| operation.state.is_open())
                .map(|operation| {
                    format!(
                        "It is being changed right now ({}): wait until that ends.",
                        operation.act.words()
                    )
                })
        };
        let planned = match (&lease, environment.planned) {
            (Some(_), Some(_)) => {
                let store = self.store();
                store.revision(environment.id, Layer::Planned, None).await?
            }
            (_, None) | (None, _) => None,
        };
        let prices = self.engine().prices().await?;
        let costs = |from, hours| {
            let (_, topology) = planned.as_ref()?;
            let books = prices.at(topology.site.as_ref());
            over(topology, &Sizing::Planned, books, from, hours)
        };
        let extensions = match &lease {
            Some(lease) => {
                let until = EXTENSIONS.map(|hours| until(lease, hours));
                let refused = self.why_not_until(environment, &until).await?;
                extensions(lease, costs, refused)
            }
            None => Vec::new(),
        };
        Ok(TemporaryData {
            extensions,
            lease,
            source,
            recipe,
            progress,
            access,
            fidelity,
            destroy_refused,
        })
    }

    /// How far the operation is that a temporary environment's page shows.
    pub(super) async fn progress_of(
        &self,
        environment: &Environment,
        operations: &[Operation],
    ) -> Result<Option<Progress>, Failed> {
        let open = operations
            .iter()
            .find(|operation| operation.state.is_open());
        match open.or(operations.first()) {
            Some(operation) if environment.kind == EnvironmentKind::Temporary => {
                self.progress(operation.id).await.map(Some)
            }
            Some(_) | None => Ok(None),
        }
    }

    /// Where it comes from, as the log of acts tells it.
    async fn origin(&self, environment: &Environment) -> Result<Origin, Failed> {
        let origin = self.store().origin(environment.id).await?;
        let Some(Act::Derive {
            source,
            layer,
            revision,
            recipe,
            name: _,
        }) = origin.map(|line| line.act)
        else {
            return Ok(Origin::default());
        };
        let name = self
            .store()
            .environment_by_id(source)
            .await?
            .map(|source| source.name);
        let state = self.store().revision(source, layer, Some(revision)).await?;
        let known = self.store().recipe(&recipe).await?;
        let first = self
            .store()
            .revision(environment.id, Layer::Planned, Some(RevisionNumber(1)))
            .await?;
        // A recipe can be replaced: what it says now is only told where it still gives this copy.
        let fidelity = match (state, known, first) {
            (Some((_, source)), Some(known), Some((_, first))) => {
                plan::copy::derive(&source, &known, environment.name.clone())
                    .ok()
                    .filter(|copy| copy.topology == plan::data::not_located(first))
                    .map_or_else(Vec::new, |copy| copy.fidelity)
            }
            _ => Vec::new(),
        };
        Ok(Origin {
            source: name,
            recipe: Some(recipe),
            fidelity,
        })
    }

    /// How far an operation is.
    pub(in crate::web) async fn progress(&self, id: OperationId) -> Result<Progress, Failed> {
        let Standing {
            operation,
            journal,
            events,
        } = self.standing(id).await?;
        let phase = match &operation.state {
            OperationState::Running { phase, .. } | OperationState::Stopped { phase, .. } => *phase,
            OperationState::RolledBack { .. } => Phase::Rollback,
            OperationState::Planned
            | OperationState::AwaitingApproval
            | OperationState::Queued
            | OperationState::Done { .. } => Phase::Forward,
        };
        let plan = self.store().plan(operation.id, phase).await?;
        let done = journal
            .iter()
            .filter(|entry| entry.phase == phase && matches!(entry.state, StepState::Done { .. }))
            .count();
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Progress {
            operation,
            done: narrow(done),
            steps: narrow(plan.map_or(0, |plan| plan.steps.len())),
            last_event: events.last().map_or(0, |event| event.number),
        })
    }
}

fn until(lease: &Lease, hours: u32) -> DateTime<Utc> {
    lease.expires_at + Duration::hours(i64::from(hours))
}

/// The choices of extending, each with why its proof fails, where it does.
fn extensions(
    lease: &Lease,
    costs: impl Fn(DateTime<Utc>, u32) -> Option<Spell>,
    refused: Vec<Option<String>>,
) -> Vec<Extension> {
    EXTENSIONS
        .into_iter()
        .zip(refused)
        .map(|(hours, refused)| {
            let until = until(lease, hours);
            Extension {
                hours,
                until,
                refused: (until > lease.limit)
                    .then(|| {
                        format!(
                            "it may live until {} at most",
                            lease.limit.format("%Y-%m-%d %H:%M UTC")
                        )
                    })
                    .or(refused),
                // By the prices that will hold then.
                cost: costs(lease.expires_at, hours)
                    .map_or_else(no_prices, |spell| in_words(&spell)),
            }
        })
        .collect()
}

/// How to reach each instance.
fn access(observed: &Topology) -> Vec<Access> {
    let mut all = Vec::new();
    for (name, group) in &observed.groups {
        let hosts: Vec<_> = observed
            .profiles_of(group)
            .into_iter()
            .filter_map(|profile| observed.profiles.get(profile))
            .flat_map(|profile| profile.hosts.iter().cloned())
            .collect();
        for (ordinal, facts) in &group.instances {
            all.push(Access {
                instance: format!("{name}[{ordinal}]"),
                group: name.clone(),
                ordinal: *ordinal,
                status: facts.status.clone(),
                report: facts.report,
                public: facts.public_addresses.clone(),
                private: facts.addresses.clone(),
                hosts: hosts.clone(),
            });
        }
    }
    all
}
