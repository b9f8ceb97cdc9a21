//! Runbooks and reports, from what is stored. Nothing is asked of a cloud.

use std::sync::Arc;

use app::data::{ReportData, RunbookData};
use app::routes::{CompareSizing, EnvironmentAsk, ReportAsk, ReportKind, RunbookAsk};
use engine::around::Around;
use futures::future::try_join;
use model::count::Sizing;
use model::environment::Environment;
use model::name::EnvironmentName;
use model::operation::Trouble;
use model::resolved::Resolved;
use model::topology::Topology;
use plan::report::{Report, Usage, current, estimate, open, request, usage};
use plan::runbook::{
    Purpose, Runbook, RunbookError, change, set_up, switch_back, switch_over, take_down, upgrade,
};
use plan::state::State;
use plan::writings::Note;

use super::{Failed, Reader};

impl Reader {
    pub(in crate::web) async fn read_runbook(
        &self,
        name: &EnvironmentName,
        ask: &RunbookAsk,
    ) -> Result<RunbookData, Failed> {
        let other = async {
            match &ask.with {
                Some(name) => self.resolved_named(name, ask.sizing).await.map(Some),
                None => Ok(None),
            }
        };
        let (first, other) = try_join(self.resolved_named(name, ask.sizing), other).await?;
        let sizing = ask.sizing.sizing();
        let other = other.as_ref().map(|other| other.state(&sizing));
        Ok(RunbookData {
            outcome: runbook(&first.state(&sizing), other.as_ref(), ask.purpose),
            others: self.others(name).await?,
            environment: first.environment,
            ask: ask.clone(),
        })
    }

    /// An environment with its newest state, and what that resolves to.
    async fn resolved_named(
        &self,
        name: &EnvironmentName,
        sizing: CompareSizing,
    ) -> Result<Standing, Failed> {
        let environment = self.environment_of(name).await?;
        let newest = EnvironmentAsk::default();
        let (revision, topology) = self.state_of(&environment, &newest).await?;
        let topology = Arc::new(topology);
        let resolved = self.resolved(Some(&revision), &topology, sizing).await?;
        Ok(Standing {
            environment,
            topology,
            resolved,
        })
    }

    pub(in crate::web) async fn read_report(
        &self,
        name: &EnvironmentName,
        ask: &ReportAsk,
    ) -> Result<ReportData, Failed> {
        let (environment, topology) = self.state_named(name).await?;
        let with = self.state_of_other(ask.with.as_ref()).await?;
        let temporary = self.state_of_other(ask.temporary.as_ref()).await?;
        let notes = match ask.kind {
            ReportKind::Open => self.engine().notes(environment.id).await?,
            ReportKind::Summary
            | ReportKind::Usage
            | ReportKind::Estimate
            | ReportKind::Request
            | ReportKind::Sites => Vec::new(),
        };
        let notes: Vec<Note> = notes.into_iter().map(|(_, note)| note).collect();
        let told = Told {
            topology: &topology,
            with: with.as_ref(),
            temporary: temporary.as_ref(),
            notes: &notes,
            around: self.around().await?,
        };
        Ok(ReportData {
            report: report(&told, ask.kind),
            others: self.others(name).await?,
            environment,
            ask: ask.clone(),
        })
    }

    /// An environment with its newest state: as planned, or as observed where nothing is planned.
    pub(in crate::web) async fn state_named(
        &self,
        name: &EnvironmentName,
    ) -> Result<(Environment, Topology), Failed> {
        let environment = self.environment_of(name).await?;
        let (_, topology) = self
            .state_of(&environment, &EnvironmentAsk::default())
            .await?;
        Ok((environment, topology))
    }

    async fn state_of_other(
        &self,
        name: Option<&EnvironmentName>,
    ) -> Result<Option<Topology>, Failed> {
        match name {
            None => Ok(None),
            Some(name) => Ok(Some(self.state_named(name).await?.1)),
        }
    }

    /// The names of the other environments.
    async fn others(&self, name: &EnvironmentName) -> Result<Vec<EnvironmentName>, Failed> {
        let all = self.environments().await?.iter();
        let names = all.map(|environment| environment.name.clone());
        Ok(names.filter(|other| other != name).collect())
    }
}

/// An environment with its newest state, and what that resolves to.
struct Standing {
    environment: Environment,
    topology: Arc<Topology>,
    resolved: Arc<Resolved>,
}

impl Standing {
    fn state<'s>(&'s self, sizing: &'s Sizing) -> State<'s> {
        State::known(&self.topology, sizing, Arc::clone(&self.resolved))
    }
}

fn runbook(
    state: &State<'_>,
    other: Option<&State<'_>>,
    purpose: Purpose,
) -> Result<Runbook, Trouble> {
    let two = |make: fn(&State<'_>, &State<'_>) -> Result<Runbook, RunbookError>| match other {
        Some(other) => make(state, other).map_err(|error| trouble(&error.to_string())),
        None => Err(trouble(
            "this one is about two environments, and only one is named",
        )),
    };
    let one =
        |made: Result<Runbook, RunbookError>| made.map_err(|error| trouble(&error.to_string()));
    match purpose {
        Purpose::SetUp => one(set_up(state)),
        Purpose::TakeDown => one(take_down(state)),
        Purpose::Upgrade => {
            let followers: Vec<&Topology> = other.into_iter().map(State::topology).collect();
            one(upgrade(state, &followers))
        }
        Purpose::Change => two(change),
        Purpose::SwitchOver => two(switch_over),
        Purpose::SwitchBack => two(switch_back),
    }
}

fn trouble(why: &str) -> Trouble {
    Trouble {
        what: "There is no runbook for this".into(),
        why: why.to_owned(),
        todo: "Choose another purpose, or the other environment that it is about.".into(),
    }
}

/// What a report is made of.
struct Told<'a> {
    topology: &'a Topology,
    with: Option<&'a Topology>,
    temporary: Option<&'a Topology>,
    notes: &'a [Note],
    around: &'a Around,
}

fn report(told: &Told<'_>, kind: ReportKind) -> Report {
    let Told {
        topology,
        with,
        temporary,
        notes,
        around,
    } = *told;
    match kind {
        ReportKind::Open => open(&topology.environment, notes),
        ReportKind::Summary => current(topology),
        ReportKind::Usage => {
            let temporary: Vec<&Topology> = temporary.into_iter().collect();
            // With nothing to come, what is there is what is planned.
            let (today, future) = match with {
                Some(future) => (Some(topology), Some(future)),
                None => (None, Some(topology)),
            };
            usage(&Usage {
                current: today,
                future,
                temporary: &temporary,
            })
        }
        ReportKind::Estimate => {
            let all: Vec<&Topology> = [Some(topology), with, temporary]
                .into_iter()
                .flatten()
                .collect();
            estimate(&all)
        }
        ReportKind::Request => request(topology, with),
        ReportKind::Sites => {
            let named: Vec<_> = topology.sites.iter().collect();
            around.held_against(topology, &named)
        }
    }
}
