//! `console`: what an instance said last on its console.

use super::args::ConsoleArgs;
use super::error::CliError;
use super::output::{Out, complain};
use super::subject::{instance_of, stored_environment};
use super::{Done, Setup, open};

/// Carries the command out.
pub(super) async fn run(args: ConsoleArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let ConsoleArgs {
        environment,
        instance,
        lines,
        data,
    } = args;
    let installation = open(&data, setup).await?;
    let environment = stored_environment(&installation, &environment).await?;
    let engine = &installation.engine;
    let (_, topology) = engine.state(&environment, None).await?;
    let instance = instance_of(&topology, &instance)?;
    let console = engine.console(&environment, &instance, lines).await?;
    if let Some(at) = console.kept_at {
        complain(
            "note",
            format_args!(
                "it was taken away; this was kept at {}",
                at.format("%Y-%m-%d %H:%M UTC")
            ),
        );
    }
    out.text(&console.text);
    installation.close().await;
    Ok(Done::Yes)
}
