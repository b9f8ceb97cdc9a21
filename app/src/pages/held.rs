//! What a cloud holds of a kind, filtered, sorted and paged by the address.

use leptos::prelude::*;
use model::collection::{HeldFilter, HeldKind, HeldSort, Owner};
use model::filter::Direction;

use super::cloud::{Part, head, kind_standing, tally};
use crate::components::age;
use crate::components::empty::empty;
use crate::components::form::{choices, field, hidden, select};
use crate::components::frame::Place;
use crate::components::held_table;
use crate::components::icon::{Icon, icon};
use crate::components::pager::pager;
use crate::context::{Shown, page, path, query, readable};
use crate::data::HeldData;
use crate::fmt;
use crate::islands::LiveFilter;
use crate::routes;

/// The page.
#[component]
pub(crate) fn HeldPage() -> impl IntoView {
    page(|backend| async move {
        let cloud = path("cloud", "cloud")?;
        let kind: HeldKind = path("kind", "kind")?;
        let filter = readable(routes::held_filter(cloud, kind, &query()))?;
        let data = backend.held(&filter).await?;
        Ok(Shown {
            title: format!("{} of {}", fmt::capital(kind.many()), data.cloud.name),
            place: Place::Clouds,
            view: draw(&data).into_any(),
        })
    })
}

fn draw(data: &HeldData) -> impl IntoView + use<> {
    let filter = &data.filter;
    let exports = view! {
        <a class="button" download="held.csv" href=routes::held_export(routes::HELD_CSV, filter)>
            {icon(Icon::Download)}
            "CSV"
        </a>
        <a class="button" download="held.json" href=routes::held_export(routes::HELD_JSON, filter)>
            {icon(Icon::Download)}
            "JSON"
        </a>
    };
    view! {
        {head(
            &data.cloud,
            Some(filter.kind.many()),
            Part::Kind(filter.kind),
            exports.into_any(),
        )}
        {filters(data)}
        <LiveFilter />
        <div id="results">{results(data)}</div>
    }
}

fn results(data: &HeldData) -> AnyView {
    let HeldData {
        cloud,
        filter,
        page,
        facets,
        kind,
        age: read,
    } = data;
    let all = cloud
        .counts
        .get(&filter.kind)
        .copied()
        .unwrap_or_default()
        .all();
    let standing = match (read, kind) {
        (Some(read), Some(state)) if !state.is_partial() => {
            view! { "read " {age::age(*read)} }.into_any()
        }
        (_, state) => view! { "read " {kind_standing(state.as_ref())} }.into_any(),
    };
    let many = filter.kind.many();
    let count = view! {
        <div class="result-count" role="status">
            {fmt::number(page.total)}
            " "
            {if page.total == all {
                many.to_owned()
            } else {
                format!("of {} {many}", fmt::number(all))
            }}
            ", "
            {standing}
        </div>
    };
    let body = if page.rows.is_empty() && tally(cloud, filter.kind).is_none() {
        empty(
            &format!("Nobody knows whether there are any {many}."),
            "They were never read to their end.",
        )
        .into_any()
    } else if page.rows.is_empty() && all == 0 {
        empty(
            &format!("There are no {many}."),
            "None were there when it was last collected.",
        )
        .into_any()
    } else if page.rows.is_empty() {
        let everything = routes::held_all(&cloud.name, filter.kind);
        empty(
            &format!("None of the {many} match."),
            view! {
                "Take a filter away, or "
                <a href=everything>"see all of them"</a>
            },
        )
        .into_any()
    } else {
        let begun = |after: Option<String>| {
            routes::held(&HeldFilter {
                after,
                ..filter.clone()
            })
        };
        let first = filter.after.is_some().then(|| begun(None));
        let next = page.next.clone().map(|next| begun(Some(next)));
        view! {
            {held_table::table(
                &cloud.name,
                filter.kind,
                &page.rows,
                Some(filter),
                &facets.projects,
            )}
            {pager(page.rows.len(), page.total, (many, many), first, next)}
        }
        .into_any()
    };
    view! {
        {count}
        {body}
    }
    .into_any()
}

fn filters(data: &HeldData) -> impl IntoView + use<> {
    let HeldFilter {
        cloud,
        kind,
        owner,
        environment,
        status,
        detail,
        project,
        q,
        sort,
        direction,
        after: _,
        limit,
    } = data.filter.clone();
    let facets = data.facets.clone();
    let action = routes::held_all(&cloud, kind);
    let owners = Owner::ALL.map(|owner| owner.word().to_owned());
    let environments = data.cloud.environments.iter().map(ToString::to_string);
    let projects = std::iter::once((String::new(), "all".to_owned())).chain(
        facets
            .projects
            .iter()
            .map(|(id, name)| (id.to_string(), name.clone())),
    );
    let detail_label = match kind {
        HeldKind::Server => "Flavor",
        HeldKind::Port => "Belongs to a",
        _ => "Sort",
    };
    let clear = action.clone();
    view! {
        <form id="filter" class="filter" method="get" action=action>
            {field(
                "filter-q",
                "Contains",
                None,
                view! {
                    <input
                        id="filter-q"
                        type="search"
                        name="q"
                        value=q.unwrap_or_default()
                        placeholder="name, id, address, metadata, tag"
                        autocomplete="off"
                    />
                },
            )}
            {field(
                "filter-owner",
                "Whose",
                None,
                select("filter-owner", "owner", owner.map(Owner::word), choices("all", owners)),
            )}
            {field(
                "filter-environment",
                "Environment",
                None,
                select(
                    "filter-environment",
                    "environment",
                    environment.as_ref().map(AsRef::as_ref),
                    choices("all", environments),
                ),
            )}
            {field(
                "filter-status",
                "Status",
                None,
                select(
                    "filter-status",
                    "status",
                    status.as_deref(),
                    choices("all", facets.statuses),
                ),
            )}
            {(!facets.details.is_empty())
                .then(|| {
                    field(
                        "filter-detail",
                        detail_label,
                        None,
                        select(
                            "filter-detail",
                            "detail",
                            detail.as_deref(),
                            choices("all", facets.details),
                        ),
                    )
                })}
            {(facets.projects.len() > 1)
                .then(|| {
                    field(
                        "filter-project",
                        "Project",
                        None,
                        select(
                            "filter-project",
                            "project",
                            project.as_ref().map(model::id::CloudId::as_str),
                            projects.collect(),
                        ),
                    )
                })}
            {(sort != HeldSort::Name).then(|| hidden("sort", sort.word()))}
            {(direction == Direction::Descending).then(|| hidden("direction", "descending"))}
            {limit.map(|limit| hidden("limit", limit.to_string()))}
            <div class="filter-actions">
                <button type="submit">"Filter"</button>
                <a class="button quiet" href=clear>
                    "Clear"
                </a>
            </div>
        </form>
    }
}
