//! `cloud show`: what a cloud held when it was last collected.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::collection::{
    Body, CloudState, HeldFilter, HeldKind, HeldRow, Owner, OwnerCounts, QuotaUse, is_stale,
};
use model::filter::MAX_PAGE_ROWS;
use model::name::CloudName;
use serde::Serialize;

use crate::cli::args::{Format, ShowCloudArgs};
use crate::cli::error::CliError;
use crate::cli::output::{Look, Out};
use crate::cli::table::{Side, Table};
use crate::cli::{Done, Setup, open};
use crate::installation::Installation;

/// Carries the command out.
pub(super) async fn run(args: ShowCloudArgs, setup: Setup, out: Out) -> Result<Done, CliError> {
    let ShowCloudArgs {
        cloud,
        kind,
        owner,
        contains,
        format,
        data,
    } = args;
    let installation = open(&data, setup).await?;
    let state = state_of(&installation, &cloud).await?;
    let done = match kind {
        Some(kind) => {
            let filter = HeldFilter {
                owner,
                q: contains,
                limit: Some(MAX_PAGE_ROWS),
                ..HeldFilter::all(cloud, kind)
            };
            list(&installation, filter, out, format.format).await
        }
        None => whole(&installation, &state, out, format.format).await,
    };
    installation.close().await;
    done
}

/// How a cloud stands that was collected at least once.
pub(super) async fn state_of(
    installation: &Installation,
    cloud: &CloudName,
) -> Result<CloudState, CliError> {
    let state = installation.engine.store().cloud(cloud).await?;
    state.ok_or_else(|| {
        CliError::usage(format!(
            "nothing of {cloud} is known: `understudy collect {cloud}` reads what it holds"
        ))
    })
}

/// Everything of a filter, as JSON.
#[derive(Serialize)]
struct Listed {
    total: usize,
    rows: Vec<HeldRow>,
}

async fn list(
    installation: &Installation,
    mut filter: HeldFilter,
    out: Out,
    format: Format,
) -> Result<Done, CliError> {
    let mut rows = Vec::new();
    loop {
        let page = installation.engine.store().held(&filter).await?;
        rows.extend(page.rows);
        match page.next {
            Some(next) => filter.after = Some(next),
            None => break,
        }
    }
    match format {
        Format::Json => out.json(&Listed {
            total: rows.len(),
            rows,
        })?,
        Format::Text => {
            let mut table = Table::new([
                ("name", Side::Left),
                ("status", Side::Left),
                ("", Side::Left),
                ("whose", Side::Left),
                ("id", Side::Left),
            ]);
            for row in &rows {
                table.row([
                    row.held.name.clone(),
                    status(row),
                    row.held.detail().unwrap_or_default(),
                    whose(row),
                    row.held.id.to_string(),
                ]);
            }
            out.text(&table.print("", out.colours));
            out.text(&format!("{} {}", rows.len(), filter.kind.many()));
        }
    }
    Ok(Done::Yes)
}

/// A status, and since when it is of before.
fn status(row: &HeldRow) -> String {
    let status = row.held.status().unwrap_or_default();
    match &row.held.body {
        Body::Server(server) => match server.unseen_since {
            Some(since) => format!(
                "{status}, not seen since {}",
                since.format("%Y-%m-%d %H:%M UTC")
            ),
            None => status.to_owned(),
        },
        _ => status.to_owned(),
    }
}

fn whose(row: &HeldRow) -> String {
    match (&row.environment, &row.instance) {
        (Some(environment), Some((group, ordinal))) => {
            format!("{}: {environment} {group}[{ordinal}]", row.owner)
        }
        (Some(environment), None) => format!("{}: {environment}", row.owner),
        (None, _) => row.owner.to_string(),
    }
}

/// A whole cloud, as JSON.
#[derive(Serialize)]
struct Whole<'s> {
    #[serde(flatten)]
    state: &'s CloudState,
    stale: bool,
    counts: &'s BTreeMap<HeldKind, OwnerCounts>,
    quotas: Vec<QuotaUse>,
}

async fn whole(
    installation: &Installation,
    state: &CloudState,
    out: Out,
    format: Format,
) -> Result<Done, CliError> {
    let store = installation.engine.store();
    let counts = store.held_counts(&state.name).await?;
    let all = HeldFilter {
        limit: Some(MAX_PAGE_ROWS),
        ..HeldFilter::all(state.name.clone(), HeldKind::Quota)
    };
    let quotas: Vec<QuotaUse> = store
        .held(&all)
        .await?
        .rows
        .into_iter()
        .filter_map(|row| match row.held.body {
            Body::Quota(quota) => Some(quota),
            _ => None,
        })
        .collect();
    let now = installation.engine.clock().now();
    let every = installation.engine.collects_every();
    let every = every.and_then(|every| chrono::Duration::from_std(every).ok());
    let stale = state
        .looked_at
        .is_some_and(|looked_at| is_stale(looked_at, every, now));
    match format {
        Format::Json => out.json(&Whole {
            state,
            stale,
            counts: &counts,
            quotas,
        })?,
        Format::Text => out.text(&whole_text(state, &counts, &quotas, out)),
    }
    Ok(Done::Yes)
}

fn whole_text(
    state: &CloudState,
    counts: &BTreeMap<HeldKind, OwnerCounts>,
    quotas: &[QuotaUse],
    out: Out,
) -> String {
    let mut text = String::new();
    let when = match (state.looked_at, &state.newest) {
        (Some(at), Some(newest)) => format!(
            "{}, collected {}; collection {} since {}",
            state.name,
            at.format("%Y-%m-%d %H:%M UTC"),
            newest.number,
            newest.at.format("%Y-%m-%d %H:%M UTC")
        ),
        _ => format!("{}, never collected to the end", state.name),
    };
    // Writing to a string does not fail.
    let _ = writeln!(text, "{}", out.paint(Look::Strong, when));
    if let Some(trouble) = &state.trouble {
        let told = format!(
            "could not be asked since {}: {}",
            trouble.since.format("%Y-%m-%d %H:%M UTC"),
            trouble.why
        );
        let _ = writeln!(text, "{}", out.paint(Look::Warning, told));
    }
    let mut table = Table::new([
        ("kind", Side::Left),
        ("all", Side::Right),
        ("ours", Side::Right),
        ("assigned", Side::Right),
        ("foreign", Side::Right),
        ("elsewhere", Side::Right),
        ("shared", Side::Right),
    ]);
    for kind in HeldKind::ALL {
        let counts = counts.get(kind).copied().unwrap_or_default();
        if counts.all() > 0 {
            let mut cells = vec![kind.many().to_owned(), counts.all().to_string()];
            cells.extend(Owner::ALL.map(|owner| counts.of(owner).to_string()));
            table.row(cells);
        }
    }
    text.push_str(&table.print("", out.colours));
    for kind in state.partial() {
        if let Some(trouble) = kind.outcome.trouble() {
            let told = format!(
                "{}: {}: {}",
                kind.kind.many(),
                kind.outcome.word(),
                trouble.why
            );
            let _ = writeln!(text, "{}", out.paint(Look::Warning, told));
        }
    }
    let mut table = Table::new([
        ("quota", Side::Left),
        ("used", Side::Right),
        ("free", Side::Right),
        ("limit", Side::Right),
    ]);
    for QuotaUse { what, quota } in quotas {
        let or_none = |n: Option<u64>| n.map_or_else(|| "no limit".to_owned(), |n| n.to_string());
        table.row([
            what.words().to_owned(),
            quota.used.to_string(),
            or_none(quota.free()),
            or_none(quota.limit),
        ]);
    }
    text.push_str(&table.print("", out.colours));
    text
}
