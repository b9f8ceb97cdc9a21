//! `case`: case studies, in files and stored, and environments held against them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use engine::Ask;
use engine::writings::{NamedCase, NewWriting};
use model::case::{CaseStudy, Outcome};
use model::file::{case_elsewhere, case_study, write_case};
use model::name::CaseName;
use plan::nearest::{Asked, Loads, nearest};
use plan::report;
use serde::Serialize;

use super::args::{CaseCommand, Format, NearestArgs, ReportForm, ReportOut};
use super::error::CliError;
use super::output::Out;
use super::report::print;
use super::sizing::sizing;
use super::subject::Sources;
use super::table::{Side, Table};
use super::up_down::request;
use super::{Done, Setup, open};
use crate::installation::{Installation, read_file};

/// A case study of the list.
#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    study: CaseStudy,
    by: String,
    at: DateTime<Utc>,
}

/// The list as JSON.
#[derive(Serialize)]
struct List {
    cases: Vec<Listed>,
}

impl From<NamedCase> for Listed {
    fn from((writing, study): NamedCase) -> Self {
        Self {
            study,
            by: writing.by.to_string(),
            at: writing.at,
        }
    }
}

/// Carries the command out.
pub(super) async fn run(command: CaseCommand, setup: Setup, out: Out) -> Result<Done, CliError> {
    match command {
        CaseCommand::Import {
            files,
            reason,
            data,
        } => {
            // Everything is read and checked before the first is stored.
            let mut sources = Sources::new(data.clone(), setup.clone());
            let studies = read_all(&mut sources, &files).await?;
            sources.close().await;
            let installation = open(&data, setup).await?;
            let mut told = String::new();
            for study in studies {
                let name = study.case.clone();
                let text = Some(Box::new(study));
                write(&installation, name.clone(), text, reason.clone()).await?;
                // Writing to a string does not fail.
                let _ = writeln!(told, "{name}");
            }
            installation.close().await;
            out.text(&told);
        }
        CaseCommand::List { format, data } => {
            let installation = open(&data, setup).await?;
            let cases = installation.engine.cases().await?;
            installation.close().await;
            let cases: Vec<Listed> = cases.into_iter().map(Listed::from).collect();
            match format.format {
                Format::Json => out.json(&List { cases })?,
                Format::Text => out.text(&list(&cases, out)),
            }
        }
        CaseCommand::Show { name, format, data } => {
            let installation = open(&data, setup).await?;
            let found = one(&installation, &name).await;
            installation.close().await;
            let listed = found?;
            match format.format {
                Format::Json => out.json(&listed)?,
                Format::Text => out.text(&write_case(&listed.study)),
            }
        }
        CaseCommand::Remove {
            names,
            reason,
            data,
        } => {
            let installation = open(&data, setup).await?;
            for name in &names {
                one(&installation, name).await?;
            }
            for name in names {
                write(&installation, name, None, reason.clone()).await?;
            }
            installation.close().await;
            out.text("taken away\n");
        }
        CaseCommand::Nearest(args) => told_of(*args, setup, out).await?,
    }
    Ok(Done::Yes)
}

async fn told_of(args: NearestArgs, setup: Setup, out: Out) -> Result<(), CliError> {
    let NearestArgs {
        subject,
        load,
        cases,
        most,
        sizing: named,
        out: ReportOut { format, data },
    } = args;
    let mut sources = Sources::new(data, setup);
    let topology = sources.topology(&subject).await?;
    let studies = if cases.is_empty() {
        sources.cases().await?
    } else {
        read_all(&mut sources, &cases).await?
    };
    sources.close().await;
    let sizing = sizing(named.sizing, [&topology])?;
    let mut all = Loads::default();
    for load in load {
        all.extend(load);
    }
    let asked = Asked {
        topology: &topology,
        sizing: &sizing,
        load: &all,
    };
    let found = nearest(&asked, &studies, most);
    match format {
        ReportForm::Json => out.json(&found)?,
        ReportForm::Markdown | ReportForm::Mediawiki | ReportForm::Csv => {
            let told = report::nearest(&topology.environment, &found, studies.len());
            print(&told, format, out)?;
        }
    }
    Ok(())
}

/// The case studies of files, all of them right and none there twice.
async fn read_all(sources: &mut Sources, files: &[PathBuf]) -> Result<Vec<CaseStudy>, CliError> {
    let mut seen: BTreeMap<CaseName, &Path> = BTreeMap::new();
    let mut studies = Vec::new();
    for file in files {
        let study = read(sources, file).await?;
        if let Some(other) = seen.insert(study.case.clone(), file) {
            return Err(CliError::usage(format!(
                "{}: it holds the case study {}, and so does {}: leave one of them out",
                file.display(),
                study.case,
                other.display()
            )));
        }
        studies.push(study);
    }
    Ok(studies)
}

/// The case study of a file, with its topology from where the file says that it is.
async fn read(sources: &mut Sources, file: &Path) -> Result<CaseStudy, CliError> {
    let bytes = read_file(file)?;
    let name = file.display().to_string();
    let elsewhere = match case_elsewhere(&name, &bytes)? {
        None => None,
        Some(other) => {
            let beside = file.parent().map_or_else(PathBuf::new, Path::to_owned);
            let beside = beside.join(&other);
            let subject = if beside.is_file() {
                beside.display().to_string()
            } else {
                other
            };
            let found = sources.topology(&subject).await;
            Some(found.map_err(|error| CliError::usage(format!("{name}: topology: {error}")))?)
        }
    };
    Ok(case_study(&name, &bytes, elsewhere)?)
}

async fn one(installation: &Installation, name: &CaseName) -> Result<Listed, CliError> {
    let cases = installation.engine.cases().await?;
    let found = cases.into_iter().find(|(_, study)| study.case == *name);
    found.map(Listed::from).ok_or_else(|| {
        CliError::usage(format!(
            "there is no case study `{name}`: `understudy case list` lists them"
        ))
    })
}

/// Stores a case study or takes one away.
async fn write(
    installation: &Installation,
    name: CaseName,
    text: Option<Box<CaseStudy>>,
    reason: Option<String>,
) -> Result<(), CliError> {
    let ask = Ask::Write(NewWriting::Case { name, text });
    installation.engine.submit(request(reason), ask).await?;
    Ok(())
}

fn list(cases: &[Listed], out: Out) -> String {
    if cases.is_empty() {
        return "There are none yet: understudy case import FILE…\n".to_owned();
    }
    let mut table = Table::new([
        ("case", Side::Left),
        ("what", Side::Left),
        ("outcome", Side::Left),
        ("given", Side::Left),
        ("by", Side::Left),
    ]);
    for Listed { study, .. } in cases {
        let given = study.given.iter();
        let given: Vec<String> = given.map(|(name, it)| format!("{name} {it}")).collect();
        table.row([
            study.case.to_string(),
            study.title.clone(),
            study.seen.outcome.map_or("", Outcome::word).to_owned(),
            given.join(", "),
            study.source.by.clone(),
        ]);
    }
    table.print("", out.colours)
}
