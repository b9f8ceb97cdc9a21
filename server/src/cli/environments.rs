//! `environments`: the list of what is stored.

use model::environment::Environment;
use model::lease::Lease;
use serde::Serialize;

use super::args::{Format, ListArgs};
use super::error::CliError;
use super::output::Out;
use super::table::{Side, Table};
use super::{Done, Setup, open};

/// One environment of the list.
#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    environment: Environment,
    lease: Option<Lease>,
}

/// The list as JSON.
#[derive(Serialize)]
struct List {
    environments: Vec<Listed>,
}

/// Carries the command out.
pub(super) async fn run(args: ListArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let ListArgs { format, data } = args;
    let installation = open(&data, setup).await?;
    let store = installation.engine.store();
    let leases = store.leases().await?;
    let environments: Vec<Listed> = store
        .environments(false)
        .await?
        .into_iter()
        .map(|environment| Listed {
            lease: leases
                .iter()
                .find(|lease| lease.environment == environment.id)
                .cloned(),
            environment,
        })
        .collect();
    installation.close().await;
    match format.format {
        Format::Json => out.json(&List { environments })?,
        Format::Text => out.text(&text(&environments, out)),
    }
    Ok(Done::Yes)
}

fn text(environments: &[Listed], out: Out) -> String {
    if environments.is_empty() {
        return "None is stored yet: understudy import FILE…\n".to_owned();
    }
    let mut table = Table::new([
        ("environment", Side::Left),
        ("kind", Side::Left),
        ("planned", Side::Right),
        ("observed", Side::Right),
        ("protected", Side::Left),
        ("expires", Side::Left),
    ]);
    let revision = |number: Option<_>| match number {
        Some(number) => format!("revision {number}"),
        None => String::new(),
    };
    for Listed { environment, lease } in environments {
        table.row([
            environment.name.to_string(),
            environment.kind.to_string(),
            revision(environment.planned),
            revision(environment.observed),
            if environment.protected { "yes" } else { "no" }.to_owned(),
            lease.as_ref().map_or_else(String::new, |lease| {
                lease.expires_at.format("%Y-%m-%d %H:%M UTC").to_string()
            }),
        ]);
    }
    table.print("", out.colours)
}
