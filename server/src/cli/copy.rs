//! `copy`: plans a copy by a recipe, tells how true it would be to its source, and brings it up
//! where that is asked for too.

use std::fmt::Write as _;

use engine::preview::{CopyOrder, CopyPreview};
use engine::{Ask, Outcome};
use model::environment::Environment;
use model::lease::Lease;
use model::recipe::Recipe;
use plan::buildable::Obstacle;
use plan::copy::{Fidelity, Kept};
use plan::proof::{Proof, Verdict};
use serde::Serialize;

use super::args::{CopyArgs, Format};
use super::duration::Lifetime;
use super::error::CliError;
use super::follow::Workplace;
use super::output::{Look, Out};
use super::subject::{StoredName, recipe_in_file, stored_environment, stored_recipe};
use super::table::{Side, Table};
use super::up_down::request;
use super::{Done, Setup};
use crate::installation::Installation;

/// What is printed as JSON.
#[derive(Serialize)]
struct Printed<'a> {
    environment: &'a Environment,
    lease: &'a Option<Lease>,
    plan_hash: Option<&'a str>,
    proof: Option<&'a Proof>,
    obstacles: &'a [Obstacle],
    fidelity: &'a [Fidelity],
}

/// Carries the command out.
pub(super) async fn run(args: CopyArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let CopyArgs {
        source,
        recipe,
        name,
        up,
        expires,
        reason,
        format,
        data,
    } = args;
    // A recipe that is no recipe is found before a data folder is even made.
    let in_file = recipe_in_file(&recipe)?;
    let source = StoredName::parse(&source)?;
    let hours = expires.map(hours).transpose()?;
    if source.layer.is_some() {
        return Err(CliError::usage(
            "a copy is made of the planned state where there is one, else of the observed one: \
             leave the layer out",
        ));
    }
    let workplace = Workplace::open(&data, setup, out, format.format).await?;
    let installation = &workplace.installation;
    stored_environment(installation, &source.name).await?;
    let recipe = match in_file {
        Some(recipe) => {
            keep(installation, &recipe).await?;
            recipe
        }
        None => stored_recipe(installation, &recipe).await?,
    };
    let order = CopyOrder {
        source: source.name,
        revision: source.revision,
        recipe: recipe.recipe,
        name,
        hours,
    };
    let engine = &installation.engine;
    let preview = engine.preview_copy(&order).await?;
    if up {
        if format.format == Format::Text {
            out.text(&text(&order, &preview, out));
        }
        let ask = Ask::Copy { order, seen: None };
        let outcome = engine.submit(request(reason), ask).await?;
        return workplace.follow(outcome).await;
    }
    let Outcome::Stored(stored) = engine
        .submit(request(reason), Ask::Derive(order.clone()))
        .await?
    else {
        return Ok(Done::No);
    };
    let lease = engine.store().lease(stored.environment.id).await?;
    match format.format {
        Format::Json => out.json(&Printed {
            environment: &stored.environment,
            lease: &lease,
            plan_hash: preview
                .preview
                .as_ref()
                .map(|preview| preview.plan.hash.as_str()),
            proof: preview.preview.as_ref().map(|preview| &preview.proof),
            obstacles: &preview.obstacles,
            fidelity: &preview.fidelity,
        })?,
        Format::Text => {
            let mut text = text(&order, &preview, out);
            // Writing to a string does not fail.
            if let Some(lease) = lease {
                let _ = writeln!(
                    text,
                    "\nIts lease ends at {}; {} at the latest.",
                    lease.expires_at.format("%Y-%m-%d %H:%M UTC"),
                    lease.limit.format("%Y-%m-%d %H:%M UTC")
                );
            }
            let _ = writeln!(
                text,
                "It is planned, and nothing runs yet: understudy up {}",
                order.name
            );
            out.text(&text);
        }
    }
    installation.close().await;
    Ok(Done::Yes)
}

/// Whole hours, as recipes count.
fn hours(expires: Lifetime) -> Result<u32, CliError> {
    let minutes = expires.length().num_minutes();
    if minutes % 60 != 0 {
        return Err(CliError::usage(
            "a copy lives for whole hours: write them as in `8h` or `2d`",
        ));
    }
    u32::try_from(minutes / 60).map_err(|_| CliError::usage("that is too long"))
}

/// Stores a recipe that came from a file, unless it is stored already.
async fn keep(installation: &Installation, recipe: &Recipe) -> Result<(), CliError> {
    let stored = installation.engine.store().recipe(&recipe.recipe).await?;
    if stored.as_ref() != Some(recipe) {
        installation.import_recipe(recipe.clone()).await?;
    }
    Ok(())
}

fn text(order: &CopyOrder, preview: &CopyPreview, out: Out) -> String {
    let mut text = String::new();
    let heading = out.paint(Look::Strong, &order.name);
    let _ = writeln!(
        text,
        "{heading}: {} revision {} by recipe {}\n",
        order.source, preview.source.number, order.recipe
    );
    let mut table = Table::new([
        ("group", Side::Left),
        ("in the copy", Side::Left),
        ("what a test on the copy can't prove", Side::Left),
    ]);
    for fidelity in &preview.fidelity {
        table.row([
            fidelity.group.to_string(),
            kept(fidelity),
            fidelity.cannot_prove.join("; "),
        ]);
    }
    text.push_str(&table.print("  ", out.colours));
    if let Some(ready) = &preview.preview {
        let _ = writeln!(
            text,
            "\n{} steps, plan {}",
            ready.plan.steps.len(),
            ready.plan.hash
        );
        let failed = ready
            .proof
            .checks
            .iter()
            .filter(|check| check.verdict == Verdict::Failed);
        for check in failed {
            let why = check.why.as_deref().unwrap_or_default();
            let line = format!("does not fit: {}: {why}", check.what);
            let _ = writeln!(text, "  {}", out.paint(Look::Bad, line));
        }
    }
    for obstacle in &preview.obstacles {
        let line = format!("can't be built yet: {obstacle}");
        let _ = writeln!(text, "  {}", out.paint(Look::Warning, line));
    }
    text
}

fn kept(fidelity: &Fidelity) -> String {
    let word = fidelity.kept.word();
    let into = match &fidelity.into {
        Some(into) if *into != fidelity.group => format!(" as {into}"),
        Some(_) | None => String::new(),
    };
    match &fidelity.kept {
        Kept::Kept => format!("{word}{into}"),
        Kept::Shrunk { from, to } => format!("{word}{into}, {from} → {to}"),
        Kept::Merged { with } => {
            let with: Vec<String> = with.iter().map(ToString::to_string).collect();
            format!("{word}{into} with {}", with.join(", "))
        }
        Kept::Omitted { reason } => format!("{word}: {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_lives_for_whole_hours() {
        assert_eq!(hours("2d".parse().unwrap()).unwrap(), 48);
        assert!(hours("90m".parse().unwrap()).is_err());
    }
}
