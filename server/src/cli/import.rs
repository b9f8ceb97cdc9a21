//! `import`: stores files, all of them or none.

use std::fmt::Write as _;

use super::args::ImportArgs;
use super::error::CliError;
use super::output::Out;
use super::{Done, Setup, open_with};
use crate::installation::{Batch, Beginning, Stored};

/// Carries the command out.
pub(super) async fn run(args: ImportArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let ImportArgs {
        files,
        reason,
        data,
    } = args;
    // Everything is read and checked before a data folder is even made.
    let mut batch = Batch::default();
    for file in &files {
        batch.add_file(file)?;
    }
    // Whoever begins with files of their own does not want the example beside them.
    let installation = open_with(&data, Beginning::Nothing, setup).await?;
    let stored = installation.import(batch, reason).await?;
    installation.close().await;
    let mut text = String::new();
    for stored in stored {
        // Writing to a string does not fail.
        let _ = match stored {
            Stored::State(imported) => writeln!(
                text,
                "{}: {} revision {}{}",
                imported.environment.name,
                imported.revision.layer,
                imported.revision.number,
                if imported.changed {
                    ""
                } else {
                    ", as it was before"
                }
            ),
            Stored::Recipe(recipe) => writeln!(text, "{recipe}: recipe"),
        };
    }
    out.text(&text);
    Ok(Done::Yes)
}
