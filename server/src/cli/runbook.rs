//! `runbook`: the order of operations, for people.

use model::topology::Topology;
use plan::runbook::{
    Purpose, Runbook, change, markdown, set_up, switch_back, switch_over, take_down, upgrade,
};
use plan::state::State;

use super::args::{Markup, RunbookArgs};
use super::error::CliError;
use super::output::Out;
use super::sizing::sizing;
use super::subject::Sources;
use super::{Done, Setup};

/// Carries the command out.
pub(super) async fn run(args: RunbookArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let RunbookArgs {
        purpose,
        subject,
        others,
        sizing: named,
        format,
        data,
    } = args;
    let mut sources = Sources::new(data, setup);
    let first = sources.topology(&subject).await?;
    let mut rest = Vec::new();
    for other in &others {
        rest.push(sources.topology(other).await?);
    }
    sources.close().await;
    let sizing = sizing(named.sizing, std::iter::once(&first).chain(&rest))?;
    let first = State::new(&first, &sizing);
    let at = |topology| State::new(topology, &sizing);
    let rest: Vec<&Topology> = rest.iter().collect();
    let book: Runbook = match (purpose, rest.as_slice()) {
        (Purpose::SetUp, []) => set_up(&first)?,
        (Purpose::TakeDown, []) => take_down(&first)?,
        (Purpose::Upgrade, followers) => upgrade(&first, followers)?,
        (Purpose::Change, [after]) => change(&first, &at(after))?,
        (Purpose::SwitchOver, [secondary]) => switch_over(&first, &at(secondary))?,
        (Purpose::SwitchBack, [secondary]) => switch_back(&first, &at(secondary))?,
        (
            Purpose::SetUp
            | Purpose::TakeDown
            | Purpose::Change
            | Purpose::SwitchOver
            | Purpose::SwitchBack,
            _,
        ) => return Err(CliError::usage(wanted(purpose, rest.len()))),
    };
    match format {
        Markup::Markdown => out.text(&markdown::render(&book)),
        Markup::Json => out.json(&book)?,
    }
    Ok(Done::Yes)
}

/// What a purpose wants to be told of.
fn wanted(purpose: Purpose, others: usize) -> String {
    let word = purpose.word();
    let what = match purpose {
        Purpose::SetUp | Purpose::TakeDown => {
            return format!("`{word}` is about one environment: leave out all but the first");
        }
        Purpose::Upgrade => "those that follow it",
        Purpose::Change => "what it changes into",
        Purpose::SwitchOver | Purpose::SwitchBack => "its secondary environment",
    };
    format!(
        "`{word}` is about two environments, and {} are named: name the first, then {what}",
        others + 1
    )
}
