//! `cloud groups`, `cloud assign` and `cloud unassign`: which environment foreign servers belong to.

use engine::{Ask, Outcome};
use model::assignment::Wish;
use plan::grouping::{Proposal, propose};
use serde::Serialize;

use super::show::state_of;
use crate::cli::args::{AssignArgs, Format, GroupsArgs, UnassignArgs};
use crate::cli::error::CliError;
use crate::cli::output::Out;
use crate::cli::table::{Side, Table};
use crate::cli::up_down::request;
use crate::cli::{Done, Setup, open};

/// What looks like a group, as JSON.
#[derive(Serialize)]
struct Groups {
    groups: Vec<Proposal>,
}

/// Carries `groups` out.
pub(super) async fn groups(args: GroupsArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let GroupsArgs {
        cloud,
        format,
        data,
    } = args;
    let installation = open(&data, setup).await?;
    state_of(&installation, &cloud).await?;
    let servers = installation.engine.store().foreign_servers(&cloud).await?;
    let groups = propose(&servers);
    match format.format {
        Format::Json => out.json(&Groups { groups })?,
        Format::Text => {
            let mut table = Table::new([
                ("group", Side::Left),
                ("servers", Side::Right),
                ("environment", Side::Left),
                ("told", Side::Left),
                ("for example", Side::Left),
            ]);
            for group in &groups {
                let reasons: Vec<String> =
                    group.reasons().iter().map(ToString::to_string).collect();
                let example = group.members.first();
                table.row([
                    group.group.to_string(),
                    group.members.len().to_string(),
                    group
                        .environment
                        .as_ref()
                        .map_or_else(|| "–".to_owned(), ToString::to_string),
                    reasons.join(", "),
                    example.map_or_else(String::new, |one| one.name.clone()),
                ]);
            }
            out.text(&table.print("", out.colours));
            let told: usize = groups.iter().map(|group| group.members.len()).sum();
            out.text(&format!(
                "{told} of {} servers that nobody assigned look like a group.",
                servers.len()
            ));
        }
    }
    installation.close().await;
    Ok(Done::Yes)
}

/// Carries `assign` out.
pub(super) async fn assign(args: AssignArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let AssignArgs {
        cloud,
        servers,
        environment,
        kind,
        group,
        ordinal,
        reason,
        data,
    } = args;
    let installation = open(&data, setup).await?;
    let wish = Wish {
        cloud,
        servers: servers.selection(),
        environment,
        kind,
        group,
        ordinal,
    };
    let engine = &installation.engine;
    let outcome = engine.submit(request(reason), Ask::Assign(wish)).await?;
    if let Outcome::Assigned {
        environment,
        servers,
    } = outcome
    {
        let what = if servers == 1 { "server" } else { "servers" };
        out.text(&format!("{servers} {what} of {environment}."));
    }
    installation.close().await;
    Ok(Done::Yes)
}

/// Carries `unassign` out.
pub(super) async fn unassign(args: UnassignArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let UnassignArgs {
        cloud,
        servers,
        reason,
        data,
    } = args;
    let installation = open(&data, setup).await?;
    let ask = Ask::Unassign {
        cloud,
        servers: servers.selection(),
    };
    let outcome = installation.engine.submit(request(reason), ask).await?;
    if let Outcome::Unassigned { servers } = outcome {
        let what = if servers == 1 {
            "server is"
        } else {
            "servers are"
        };
        out.text(&format!("{servers} {what} nobody's again."));
    }
    installation.close().await;
    Ok(Done::Yes)
}
