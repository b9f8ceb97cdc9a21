//! `notes`: notes and decisions about stored environments.

use engine::writings::NewWriting;
use engine::{Ask, Outcome};
use model::name::EnvironmentName;
use plan::writings::{Note, NoteState, is_link};
use serde::Serialize;

use super::args::{Format, NotesCommand, WriteArgs};
use super::error::CliError;
use super::output::Out;
use super::table::{Side, Table};
use super::up_down::request;
use super::{Done, Setup, open};
use crate::installation::Installation;

/// A note of the list.
#[derive(Serialize)]
struct Listed {
    id: String,
    #[serde(flatten)]
    note: Note,
    by: String,
    at: chrono::DateTime<chrono::Utc>,
}

/// The list as JSON.
#[derive(Serialize)]
struct List {
    notes: Vec<Listed>,
}

/// Carries the command out.
pub(super) async fn run(command: NotesCommand, setup: Setup, out: Out) -> Result<Done, CliError> {
    match command {
        NotesCommand::List {
            environment,
            format,
            data,
        } => {
            let installation = open(&data, setup).await?;
            let notes = all(&installation, &environment).await?;
            installation.close().await;
            match format.format {
                Format::Json => out.json(&List { notes })?,
                Format::Text => out.text(&text(&notes, out)),
            }
        }
        NotesCommand::Write(args) => {
            let WriteArgs {
                environment,
                text,
                about,
                want,
                priority,
                effort,
                link,
                data,
            } = *args;
            if text.trim().is_empty() {
                return Err(CliError::usage(
                    "a note says something: write what".to_owned(),
                ));
            }
            if let Some(link) = link.as_deref().filter(|link| !is_link(link)) {
                return Err(CliError::usage(format!(
                    "`{link}` is no address: write it whole, as in https://tracker.example.org/issues/39"
                )));
            }
            let installation = open(&data, setup).await?;
            let note = Note {
                about,
                text: text.trim().to_owned(),
                state: NoteState::Open,
                outcome: None,
                want,
                priority,
                effort,
                link,
                since: installation.engine.clock().now().date_naive(),
            };
            let id = write(&installation, environment, None, Some(note)).await?;
            installation.close().await;
            out.text(&format!("{id}\n"));
        }
        NotesCommand::Decide {
            environment,
            id,
            outcome,
            state,
            data,
        } => {
            let installation = open(&data, setup).await?;
            let there = one(&installation, &environment, &id).await?;
            let note = Note {
                state,
                outcome: Some(outcome.trim().to_owned()).filter(|text| !text.is_empty()),
                ..there
            };
            write(&installation, environment, Some(id), Some(note)).await?;
            installation.close().await;
            out.text(&format!("{}\n", state.word()));
        }
        NotesCommand::Erase {
            environment,
            id,
            data,
        } => {
            let installation = open(&data, setup).await?;
            one(&installation, &environment, &id).await?;
            write(&installation, environment, Some(id), None).await?;
            installation.close().await;
            out.text("taken away\n");
        }
    }
    Ok(Done::Yes)
}

/// The notes about an environment, in the order in which they are shown.
async fn all(
    installation: &Installation,
    environment: &EnvironmentName,
) -> Result<Vec<Listed>, CliError> {
    let engine = &installation.engine;
    let environment = engine.environment(environment).await?;
    let notes = engine.notes(environment.id).await?.into_iter();
    let notes = notes.map(|(writing, note)| Listed {
        id: writing.key.name,
        note,
        by: writing.by.to_string(),
        at: writing.at,
    });
    Ok(notes.collect())
}

async fn one(
    installation: &Installation,
    environment: &EnvironmentName,
    id: &str,
) -> Result<Note, CliError> {
    let notes = all(installation, environment).await?;
    let found = notes.into_iter().find(|listed| listed.id == id);
    found.map(|listed| listed.note).ok_or_else(|| {
        CliError::usage(format!(
            "{environment} has no note `{id}`: `understudy notes list {environment}` lists them"
        ))
    })
}

/// Writes a note or takes it away; the name that it is changed by.
async fn write(
    installation: &Installation,
    environment: EnvironmentName,
    id: Option<String>,
    text: Option<Note>,
) -> Result<String, CliError> {
    let ask = Ask::Write(NewWriting::Note {
        environment,
        id: id.clone(),
        text: text.map(Box::new),
    });
    let outcome = installation.engine.submit(request(None), ask).await?;
    Ok(if let Outcome::Written(key) = outcome {
        key.name
    } else {
        // A note is written at once, and nothing else comes of it.
        id.unwrap_or_default()
    })
}

fn text(notes: &[Listed], out: Out) -> String {
    if notes.is_empty() {
        return "Nobody has written anything yet: understudy notes write ENVIRONMENT TEXT\n"
            .to_owned();
    }
    let mut table = Table::new([
        ("id", Side::Left),
        ("state", Side::Left),
        ("priority", Side::Left),
        ("about", Side::Left),
        ("what", Side::Left),
    ]);
    for Listed { id, note, .. } in notes {
        let outcome = note.outcome.as_ref();
        let outcome = outcome.map_or_else(String::new, |outcome| format!(" → {outcome}"));
        table.row([
            id.clone(),
            note.state.word().to_owned(),
            note.priority.word().to_owned(),
            note.about.clone().unwrap_or_default(),
            format!("{}{outcome}", note.text.replace('\n', " ")),
        ]);
    }
    table.print("", out.colours)
}
