//! `plan`: the ordered steps from one environment to another. Nothing is carried out.

use std::fmt::Write as _;

use model::count::Sizing;
use model::resolved::{Resolved, resolve};
use plan::Plan;
use plan::buildable::{Obstacle, obstacles};
use plan::steps::{Inverse, Need, StepAct, Until};
use serde::Serialize;

use super::args::{Format, PlanArgs};
use super::error::CliError;
use super::output::{Look, Out};
use super::sizing::sizing;
use super::subject::Sources;
use super::table::{Side, Table};
use super::{Done, Setup};

/// What is printed as JSON: the plan, and what keeps it from being carried out.
#[derive(Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    obstacles: &'a [Obstacle],
}

/// Carries the command out.
pub(super) async fn run(args: PlanArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let PlanArgs {
        from,
        to,
        sizing: named,
        format,
        data,
    } = args;
    let mut sources = Sources::new(data, setup);
    let before = sources.topology_or_nothing(&from).await?;
    let after = sources.topology_or_nothing(&to).await?;
    sources.close().await;
    let sizing = sizing(named.sizing, before.iter().chain(&after))?;
    let resolved = |topology: &Option<_>| match topology {
        Some(topology) => resolve(topology, &sizing),
        None => Resolved::default(),
    };
    let plan = plan::plan(&resolved(&before), &resolved(&after))?;
    let obstacles = after.as_ref().map(obstacles).unwrap_or_default();
    match format.format {
        Format::Json => out.json(&Printed {
            plan: &plan,
            obstacles: &obstacles,
        })?,
        Format::Text => out.text(&text(&from, &to, &sizing, &plan, &obstacles, out)),
    }
    Ok(Done::Yes)
}

fn text(
    from: &str,
    to: &str,
    sizing: &Sizing,
    plan: &Plan,
    obstacles: &[Obstacle],
    out: Out,
) -> String {
    let mut text = String::new();
    let heading = out.paint(Look::Strong, format_args!("{from} → {to}"));
    // Writing to a string does not fail.
    if plan.steps.is_empty() {
        let _ = writeln!(text, "{heading}: nothing to do");
    } else {
        let steps = plan.steps.len();
        let _ = writeln!(text, "{heading} ({sizing}): {steps} steps\n");
        text.push_str(&steps_of(plan, out));
    }
    let _ = writeln!(text, "\nplan {}", plan.hash);
    if !obstacles.is_empty() {
        let heading = out.paint(Look::Warning, "It can't be carried out yet:");
        let _ = writeln!(text, "\n{heading}");
        for obstacle in obstacles {
            let _ = writeln!(text, "  {obstacle}");
        }
    }
    text
}

fn steps_of(plan: &Plan, out: Out) -> String {
    let mut table = Table::new([
        ("step", Side::Right),
        ("act", Side::Left),
        ("resource", Side::Left),
        ("after", Side::Left),
        ("taken back by", Side::Left),
    ]);
    for (number, step) in (1_usize..).zip(&plan.steps) {
        let look = match step.act {
            StepAct::Create { .. } => Look::Good,
            StepAct::Update { .. } => Look::Warning,
            StepAct::Delete { .. } => Look::Bad,
        };
        let cells = [
            number.to_string(),
            step.act.verb().to_owned(),
            step.key.to_string(),
            after(&step.needs),
            inverse(&step.act, &step.inverse),
        ];
        table.looking(look, cells);
    }
    table.print("  ", out.colours)
}

/// What a step waits for: `1, 4 ready`.
fn after(needs: &[Need]) -> String {
    let needs: Vec<String> = needs
        .iter()
        .map(|need| match need.until {
            Until::Exists => (need.step + 1).to_string(),
            Until::Running => format!("{} running", need.step + 1),
            Until::Ready => format!("{} ready", need.step + 1),
        })
        .collect();
    needs.join(", ")
}

fn inverse(act: &StepAct, inverse: &Inverse) -> String {
    match (inverse, act) {
        (Inverse::Opposite, StepAct::Create { .. }) => "delete".to_owned(),
        (Inverse::Opposite, StepAct::Update { .. }) => "change back".to_owned(),
        (Inverse::Opposite, StepAct::Delete { .. }) => "create".to_owned(),
        (Inverse::Impossible { why }, _) => format!("nothing: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_are_told_by_the_numbers_that_are_shown() {
        let need = |step, until| Need { step, until };
        assert_eq!(
            after(&[need(0, Until::Exists), need(3, Until::Ready)]),
            "1, 4 ready"
        );
        assert_eq!(after(&[]), "");
    }
}
