//! `report`: tables for managers and for providers, in the form that whoever gets them reads.

use std::collections::BTreeMap;
use std::path::PathBuf;

use engine::around::Around;
use model::name::SiteName;
use model::price::PriceBooks;
use model::site::Site;
use model::topology::Topology;
use plan::report::{
    Report, Usage, csv, current, estimate, markdown, mediawiki, open, request_to, usage,
};
use plan::writings::Note;

use super::args::{ReportCommand, ReportForm, ReportOut};
use super::error::CliError;
use super::output::Out;
use super::prices;
use super::subject::Sources;
use super::{Done, Setup};

/// Carries the command out.
pub(super) async fn run(command: ReportCommand, setup: Setup, to: Out) -> Result<Done, CliError> {
    let (report, form) = match command {
        ReportCommand::Usage {
            current,
            future,
            temporary,
            out: ReportOut { format, data },
        } => {
            let mut sources = Sources::new(data, setup);
            let current = optional(&mut sources, current.as_deref()).await?;
            let future = optional(&mut sources, future.as_deref()).await?;
            let temporary = all(&mut sources, &temporary).await?;
            sources.close().await;
            if current.is_none() && future.is_none() {
                return Err(CliError::usage(
                    "name what runs today with --current, what is planned with --future, or both"
                        .to_owned(),
                ));
            }
            let temporary: Vec<&Topology> = temporary.iter().collect();
            let report = usage(&Usage {
                current: current.as_ref(),
                future: future.as_ref(),
                temporary: &temporary,
            });
            (report, format)
        }
        ReportCommand::Summary {
            subject,
            out: ReportOut { format, data },
        } => {
            let mut sources = Sources::new(data, setup);
            let topology = sources.topology(&subject).await?;
            sources.close().await;
            (current(&topology), format)
        }
        ReportCommand::Estimate {
            subjects,
            out: ReportOut { format, data },
        } => {
            let mut sources = Sources::new(data, setup);
            let topologies = all(&mut sources, &subjects).await?;
            sources.close().await;
            let topologies: Vec<&Topology> = topologies.iter().collect();
            (estimate(&topologies), format)
        }
        ReportCommand::Request {
            subject,
            today,
            site,
            out: ReportOut { format, data },
        } => {
            let mut sources = Sources::new(data, setup);
            let topology = sources.topology(&subject).await?;
            let today = optional(&mut sources, today.as_deref()).await?;
            sources.close().await;
            let name = site.or_else(|| topology.site.clone());
            let site = name.as_ref().and_then(|name| topology.sites.get(name));
            (
                request_to(&topology, today.as_ref(), name.as_ref(), site),
                format,
            )
        }
        ReportCommand::Open {
            environment,
            out: ReportOut { format, data },
        } => {
            let installation = super::open(&data, setup).await?;
            let engine = &installation.engine;
            let environment = engine.environment(&environment).await?;
            let notes = engine.notes(environment.id).await?;
            installation.close().await;
            let notes: Vec<Note> = notes.into_iter().map(|(_, note)| note).collect();
            (open(&environment.name, &notes), format)
        }
        ReportCommand::Sites {
            subject,
            site,
            prices: files,
            out: ReportOut { format, data },
        } => {
            let mut sources = Sources::new(data, setup);
            let topology = sources.topology(&subject).await?;
            let around = sources.around(&subject, prices::day(None)).await?;
            sources.close().await;
            (at_sites(&topology, around, site, &files)?, format)
        }
    };
    print(&report, form, to)?;
    Ok(Done::Yes)
}

async fn optional(
    sources: &mut Sources,
    subject: Option<&str>,
) -> Result<Option<Topology>, CliError> {
    match subject {
        Some(subject) => sources.topology(subject).await.map(Some),
        None => Ok(None),
    }
}

async fn all(sources: &mut Sources, subjects: &[String]) -> Result<Vec<Topology>, CliError> {
    let mut topologies = Vec::new();
    for subject in subjects {
        topologies.push(sources.topology(subject).await?);
    }
    Ok(topologies)
}

/// A plan at the sites that are named, or at all that it knows.
fn at_sites(
    topology: &Topology,
    mut around: Around,
    named: Vec<SiteName>,
    files: &[String],
) -> Result<Report, CliError> {
    let named = if named.is_empty() {
        topology.sites.keys().cloned().collect()
    } else {
        named
    };
    let mut known: Vec<(&SiteName, &Site)> = Vec::new();
    for name in &named {
        let site = topology.sites.get(name).ok_or_else(|| {
            let names: Vec<&str> = topology.sites.keys().map(AsRef::as_ref).collect();
            CliError::usage(format!(
                "{} names no site `{name}`: it names {}",
                topology.environment,
                names.join(", ")
            ))
        })?;
        known.push((name, site));
    }
    for (site, books) in books_of(files)? {
        around.price_at(site, books);
    }
    Ok(around.held_against(topology, &known))
}

/// Price books by site, as they are typed: `provider=prices.csv`.
fn books_of(files: &[String]) -> Result<BTreeMap<SiteName, PriceBooks>, CliError> {
    files
        .iter()
        .map(|text| {
            let (site, file) = text.split_once('=').ok_or_else(|| {
                CliError::usage(format!(
                    "`{text}`: write the site and its file, as in provider=prices.csv"
                ))
            })?;
            let site = SiteName::new(site).map_err(|error| CliError::usage(error.to_string()))?;
            Ok((site, prices::read(&PathBuf::from(file))?))
        })
        .collect()
}

/// Prints a report in a form.
pub(super) fn print(report: &Report, form: ReportForm, out: Out) -> Result<(), CliError> {
    match form {
        ReportForm::Markdown => out.text(&markdown::render(report)),
        ReportForm::Mediawiki => out.text(&mediawiki::render(report)),
        ReportForm::Csv => out.text(&csv::report(report)),
        ReportForm::Json => out.json(report)?,
    }
    Ok(())
}
