//! `cloud`: which clouds are configured, what a credential can and can't do on one, what one held
//! when it was last collected. It only reads, and shows nothing of a credential but whose it is.

mod assign;
mod show;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use cloud::openstack::config::{Configured, Described, looked_in};
use cloud::openstack::doctor::{Report, Verdict};
use cloud::openstack::recording;
use engine::port::Clock;
use model::name::{CloudName, EnvironmentName};
use serde::Serialize;

use super::args::{CloudCommand, DoctorArgs, Format, ListArgs};
use super::error::CliError;
use super::output::{Look, Out};
use super::table::{Side, Table};
use super::{Done, Setup, open, recorded};
use crate::installation::{SIMULATED_CLOUD, SystemClock};

/// Carries the command out.
pub(super) async fn run(command: CloudCommand, setup: Setup, out: Out) -> Result<Done, CliError> {
    match command {
        CloudCommand::List(args) => list(args, setup, out).await,
        CloudCommand::Doctor(args) => doctor(args, setup, out).await,
        CloudCommand::Show(args) => show::run(args, setup, out).await,
        CloudCommand::Groups(args) => assign::groups(args, setup, out).await,
        CloudCommand::Assign(args) => assign::assign(args, setup, out).await,
        CloudCommand::Unassign(args) => assign::unassign(args, setup, out).await,
    }
}

/// One cloud of the list.
#[derive(Serialize)]
struct Listed {
    name: CloudName,
    described_in: String,
    auth_url: Option<String>,
    project: Option<String>,
    region: Option<String>,
    environments: BTreeSet<EnvironmentName>,
}

/// The list as JSON.
#[derive(Serialize)]
struct List {
    clouds: Vec<Listed>,
    /// Clouds that are described and can't be used, each with the reason.
    unusable: Vec<String>,
    /// Clouds that environments are on and that nothing describes.
    unknown: BTreeMap<CloudName, BTreeSet<EnvironmentName>>,
}

async fn list(args: ListArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let ListArgs { format, data } = args;
    let configured = Configured::read()?;
    let installation = open(&data, setup).await?;
    let mut in_use = installation.clouds_in_use().await?;
    installation.close().await;
    let mut clouds = Vec::new();
    if let Ok(name) = CloudName::new(SIMULATED_CLOUD) {
        clouds.push(Listed {
            environments: in_use.remove(&name).unwrap_or_default(),
            name,
            described_in: "always there, in the data folder".to_owned(),
            auth_url: None,
            project: None,
            region: None,
        });
    }
    for described in configured.described() {
        let Described {
            name,
            origin,
            auth_url,
            project,
            region,
        } = described;
        // Ours goes before another of its name, which is then never asked anything.
        if name.as_str() == SIMULATED_CLOUD {
            continue;
        }
        clouds.push(Listed {
            environments: in_use.remove(&name).unwrap_or_default(),
            name,
            described_in: origin.to_string(),
            auth_url,
            project,
            region,
        });
    }
    let list = List {
        clouds,
        unusable: configured
            .unusable()
            .iter()
            .map(ToString::to_string)
            .collect(),
        unknown: in_use,
    };
    match format.format {
        Format::Json => out.json(&list)?,
        Format::Text => out.text(&list_text(&list, out)),
    }
    Ok(Done::Yes)
}

fn joined(environments: &BTreeSet<EnvironmentName>) -> String {
    let names: Vec<&str> = environments.iter().map(EnvironmentName::as_str).collect();
    names.join(", ")
}

fn list_text(list: &List, out: Out) -> String {
    let mut table = Table::new([
        ("cloud", Side::Left),
        ("project", Side::Left),
        ("region", Side::Left),
        ("environments", Side::Left),
        ("described in", Side::Left),
    ]);
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    for cloud in &list.clouds {
        let environments = match cloud.environments.len() {
            0 => "–".to_owned(),
            _ => joined(&cloud.environments),
        };
        table.row([
            cloud.name.to_string(),
            or_dash(&cloud.project),
            or_dash(&cloud.region),
            environments,
            cloud.described_in.clone(),
        ]);
    }
    let mut text = table.print("", out.colours);
    // Writing to a string does not fail.
    for error in &list.unusable {
        let _ = writeln!(text, "{}", out.paint(Look::Warning, error));
    }
    for (cloud, environments) in &list.unknown {
        let told = format!(
            "{} says `cloud: {cloud}`, which nothing describes: {}",
            joined(environments),
            looked_in()
        );
        let _ = writeln!(text, "{}", out.paint(Look::Warning, told));
    }
    if list.clouds.len() == 1 {
        let _ = writeln!(text, "No OpenStack cloud: {}.", looked_in());
    }
    text
}

async fn doctor(args: DoctorArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let DoctorArgs {
        name,
        format,
        record,
    } = args;
    if name == SIMULATED_CLOUD {
        return Err(CliError::usage(
            "the simulated cloud needs no credential: there is nothing to look at; \
             `understudy cloud list` names the others",
        ));
    }
    let options = recorded(&record, setup.openstack);
    if let Some(folder) = &options.record {
        recording::prepare(folder)?;
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let configured = Configured::read()?;
    let cloud = CloudName::new(&name)
        .ok()
        .and_then(|name| configured.open_one(&name, &options, &clock))
        .ok_or_else(|| CliError::usage(unknown(&name, &configured)))?;
    let report = cloud.examine().await;
    match format.format {
        Format::Json => out.json(&Told::of(&report))?,
        Format::Text => out.text(&report_text(&report, out)),
    }
    Ok(match report.verdict() {
        Verdict::Ok | Verdict::Limited => Done::Yes,
        Verdict::Missing => Done::No,
    })
}

/// The report as JSON.
#[derive(Serialize)]
struct Told<'r> {
    verdict: Verdict,
    #[serde(flatten)]
    report: &'r Report,
}

impl<'r> Told<'r> {
    fn of(report: &'r Report) -> Self {
        Self {
            verdict: report.verdict(),
            report,
        }
    }
}

fn unknown(name: &str, configured: &Configured) -> String {
    let known: Vec<&str> = configured.names().map(CloudName::as_str).collect();
    let known = if known.is_empty() {
        "none is known".to_owned()
    } else {
        format!("known are {}", known.join(", "))
    };
    format!(
        "there is no cloud called `{name}`: {known}; {}",
        looked_in()
    )
}

const fn look(verdict: Verdict) -> Look {
    match verdict {
        Verdict::Ok => Look::Good,
        Verdict::Limited => Look::Warning,
        Verdict::Missing => Look::Bad,
    }
}

/// One line for what is as it should be; why it matters and what to do below what is not.
fn report_text(report: &Report, out: Out) -> String {
    let widest = report
        .checks
        .iter()
        .map(|check| check.about.to_string().chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for check in &report.checks {
        let verdict = out.paint(
            look(check.verdict),
            format_args!("{:<7}", check.verdict.word()),
        );
        let about = check.about.to_string();
        // Writing to a string does not fail.
        let _ = writeln!(text, "{verdict}  {about:<widest$}  {}", check.found);
        if check.verdict != Verdict::Ok {
            let indent = " ".repeat(widest + 11);
            let why = out.paint(Look::Faint, format_args!("why it matters: {}", check.why));
            let _ = writeln!(text, "{indent}{why}");
            if let Some(remedy) = &check.remedy {
                let _ = writeln!(text, "{indent}what to do: {remedy}");
            }
        }
    }
    let count = |verdict| {
        let of = report
            .checks
            .iter()
            .filter(|check| check.verdict == verdict);
        of.count()
    };
    let sum = match report.verdict() {
        Verdict::Missing => format!(
            "Understudy can't work on {}: {} missing, {} limited.",
            report.cloud,
            count(Verdict::Missing),
            count(Verdict::Limited)
        ),
        Verdict::Limited => format!(
            "Understudy can work on {}; {} limited.",
            report.cloud,
            count(Verdict::Limited)
        ),
        Verdict::Ok => format!("Understudy can work on {}.", report.cloud),
    };
    let _ = writeln!(text, "{}", out.paint(Look::Strong, sum));
    text
}
