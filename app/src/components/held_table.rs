//! The table of what a cloud holds of a kind, with headers that sort.

use leptos::prelude::*;
use model::collection::{Body, HeldFilter, HeldKind, HeldRow, HeldSort, Owner};
use model::id::CloudId;
use model::name::CloudName;

use super::badge::{self, Tone};
use super::unknown::{or_unknown, unknown};
use super::{sort, time};
use crate::routes;

/// What such a thing is asked for after its name.
const fn detail_label(kind: HeldKind) -> Option<&'static str> {
    Some(match kind {
        HeldKind::Server => "Flavor",
        HeldKind::Volume | HeldKind::Snapshot | HeldKind::Flavor => "Size",
        HeldKind::Network => "Who may use it",
        HeldKind::Subnet => "Range",
        HeldKind::Port => "Belongs to a",
        HeldKind::SecurityGroup => "Rules",
        HeldKind::ServerGroup => "Policy",
        HeldKind::Keypair => "Fingerprint",
        HeldKind::Image => "Visibility",
        HeldKind::Quota => "Used",
        HeldKind::AvailabilityZone => "Of",
        HeldKind::Hypervisor => "Sort",
        HeldKind::Project | HeldKind::Router | HeldKind::FloatingIp => return None,
    })
}

/// The word for whose something is, with what that means.
pub(crate) fn owner(owner: Owner) -> impl IntoView {
    let tone = match owner {
        Owner::Ours => Tone::Ok,
        Owner::Assigned => Tone::Active,
        Owner::Foreign | Owner::Shared => Tone::Neutral,
        Owner::Elsewhere => Tone::Warning,
    };
    view! { <span title=owner.meaning()>{badge::badge(tone, owner.word())}</span> }
}

/// Whose a thing is, and which instance of which environment.
pub(crate) fn whose(row: &HeldRow) -> impl IntoView + use<> {
    let environment = row.environment.clone().map(|name| {
        let instance = row
            .instance
            .as_ref()
            .map(|(group, ordinal)| view! { " " <code>{format!("{group}[{ordinal}]")}</code> });
        view! {
            <div class="nowrap">
                <a href=routes::environment(&name)>{name.to_string()}</a>
                {instance}
            </div>
        }
    });
    view! {
        {owner(row.owner)}
        {environment}
    }
}

/// The status of a thing: in the cloud's word, why it failed, since when it isn't seen.
pub(crate) fn status(row: &HeldRow) -> AnyView {
    let word = row.held.status().filter(|word| !word.is_empty());
    let Some(word) = word else {
        return unknown("such a thing has no status");
    };
    let (fault, unseen) = match &row.held.body {
        Body::Server(server) => (server.fault.clone(), server.unseen_since),
        _ => (None, None),
    };
    let word = match &row.held.body {
        Body::Server(_) => badge::status(word).into_any(),
        _ => word.to_owned().into_any(),
    };
    view! {
        {word}
        {unseen
            .map(|since| {
                view! {
                    <div class="nowrap">
                        {badge::badge(Tone::Warning, "not seen")}
                        " since "
                        {time::relative(since)}
                    </div>
                }
            })}
        {fault.map(|fault| view! { <div class="hint fault">{fault}</div> })}
    }
    .into_any()
}

fn header(filter: Option<&HeldFilter>, label: &'static str, by: HeldSort) -> AnyView {
    let Some(filter) = filter else {
        return view! { <th scope="col">{label}</th> }.into_any();
    };
    let current = (filter.sort == by).then_some(filter.direction);
    sort::header(label, current, |direction| {
        routes::held(&HeldFilter {
            sort: by,
            direction,
            after: None,
            ..filter.clone()
        })
    })
}

/// The columns that not every table has.
#[derive(Clone, Copy)]
struct Columns<'a> {
    /// Whose a thing is.
    owner: bool,
    /// Its project, by these names.
    projects: Option<&'a [(CloudId, String)]>,
    /// When it came to be.
    created: bool,
}

/// A table of things of one kind; sorted by links where a filter is given. Projects are named by
/// `projects`, and shown where there is more than one.
pub(crate) fn table(
    cloud: &CloudName,
    kind: HeldKind,
    rows: &[HeldRow],
    filter: Option<&HeldFilter>,
    projects: &[(CloudId, String)],
) -> impl IntoView + use<> {
    let with_projects = projects.len() > 1;
    let with_owner = !matches!(
        kind,
        HeldKind::Project
            | HeldKind::Flavor
            | HeldKind::Image
            | HeldKind::Quota
            | HeldKind::AvailabilityZone
            | HeldKind::Hypervisor
    );
    // What clouds keep no time of.
    let with_created = !matches!(
        kind,
        HeldKind::Project
            | HeldKind::ServerGroup
            | HeldKind::Keypair
            | HeldKind::Flavor
            | HeldKind::Quota
            | HeldKind::AvailabilityZone
            | HeldKind::Hypervisor
    );
    let columns = Columns {
        owner: with_owner,
        projects: with_projects.then_some(projects),
        created: with_created,
    };
    let rows = rows
        .iter()
        .map(|row| self::row(cloud, kind, row, columns))
        .collect_view();
    view! {
        <div class="scroll" role="region" aria-label=kind.many() tabindex="0">
            <table class="held">
                <caption class="visually-hidden">{kind.many()}</caption>
                <thead>
                    <tr>
                        {header(filter, "Name", HeldSort::Name)}
                        {header(filter, "Status", HeldSort::Status)}
                        {detail_label(kind).map(|label| header(filter, label, HeldSort::Detail))}
                        {(kind == HeldKind::Server).then(|| view! { <th scope="col">"Addresses"</th> })}
                        {with_owner.then(|| header(filter, "Whose", HeldSort::Place))}
                        {with_projects.then(|| header(filter, "Project", HeldSort::Project))}
                        {with_created.then(|| view! { <th scope="col">"Created"</th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(
    cloud: &CloudName,
    kind: HeldKind,
    row: &HeldRow,
    columns: Columns<'_>,
) -> impl IntoView + use<> {
    let Columns {
        owner: with_owner,
        projects,
        created: with_created,
    } = columns;
    let held = &row.held;
    let name = held.label();
    let addresses = match &held.body {
        Body::Server(server) => Some(
            server
                .addresses
                .iter()
                .map(|one| view! { <code class="line">{one.address.to_string()}</code> })
                .collect_view(),
        ),
        _ => None,
    };
    let project = projects.map(|projects| {
        let known = held.project.as_ref().map(|id| {
            let known = projects.iter().find(|(known, _)| known == id);
            known.map_or_else(|| id.to_string(), |(_, name)| name.clone())
        });
        view! { <td>{or_unknown(known, "it belongs to no project")}</td> }
    });
    view! {
        <tr>
            <th scope="row">
                <a href=routes::thing(cloud, kind, &held.id)>{name}</a>
            </th>
            <td>{status(row)}</td>
            {detail_label(kind)
                .map(|_| {
                    let detail = held.detail().filter(|detail| !detail.is_empty());
                    view! { <td>{or_unknown(detail, "the cloud does not tell")}</td> }
                })}
            {addresses.map(|addresses| view! { <td>{addresses}</td> })}
            {with_owner.then(|| view! { <td>{whose(row)}</td> })}
            {project}
            {with_created
                .then(|| {
                    view! {
                        <td class="nowrap">
                            {or_unknown(
                                held.created_at.map(time::relative),
                                "the cloud does not tell",
                            )}
                        </td>
                    }
                })}
        </tr>
    }
}
