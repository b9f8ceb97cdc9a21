//! The inventory: every instance of every environment, filtered, sorted and paged by the address.

use leptos::prelude::*;
use model::environment::Layer;
use model::filter::{Direction, InstanceFilter, InstanceSort};
use model::profile::Category;

use crate::components::age;
use crate::components::empty::empty;
use crate::components::form::{choices, field, hidden, select};
use crate::components::frame::{Place, heading};
use crate::components::icon::{Icon, icon};
use crate::components::instance_table::{Columns, table};
use crate::components::pager::pager;
use crate::components::time;
use crate::context::{Shown, page, query, readable};
use crate::data::{Age, InstancesData};
use crate::fmt;
use crate::islands::LiveFilter;
use crate::routes;

/// The page.
#[component]
pub(crate) fn InstancesPage() -> impl IntoView {
    page(|backend| async move {
        let filter = readable(routes::instance_filter(&query()))?;
        let data = backend.instances(&filter).await?;
        Ok(Shown {
            title: "Instances".to_owned(),
            place: Place::Instances,
            view: draw(&data).into_any(),
        })
    })
}

fn draw(data: &InstancesData) -> impl IntoView + use<> {
    let filter = &data.filter;
    let lead = data.observed.map(|Age { at, stale }| {
        view! {
            "What is observed was last true "
            {time::both(at)}
            {stale.then(age::flag)}
        }
        .into_any()
    });
    let exports = view! {
        <a class="button" download="instances.csv" href=routes::export(routes::INSTANCES_CSV, filter)>
            {icon(Icon::Download)}
            "CSV"
        </a>
        <a class="button" download="instances.json" href=routes::export(routes::INSTANCES_JSON, filter)>
            {icon(Icon::Download)}
            "JSON"
        </a>
    };
    view! {
        {heading("Instances", lead, exports)}
        {filters(data)}
        <LiveFilter />
        <div id="results">{results(data)}</div>
    }
}

fn results(data: &InstancesData) -> AnyView {
    let InstancesData {
        filter,
        page,
        all,
        facets: _,
        observed: _,
    } = data;
    let count = view! {
        <p class="result-count" role="status">
            {fmt::counted(page.total, "instance matches", "instances match")}
            {(page.total != *all).then(|| format!(" of {}", fmt::number(*all)))}
        </p>
    };
    let begun = |after: Option<String>| {
        routes::instances(&InstanceFilter {
            after,
            ..filter.clone()
        })
    };
    let first = filter.after.is_some().then(|| begun(None));
    let next = page.next.clone().map(|next| begun(Some(next)));
    let body = if page.rows.is_empty() && *all == 0 {
        empty(
            "There are no instances yet.",
            view! { "Bring in an environment from its file: " <code>"understudy import FILE…"</code> },
        )
        .into_any()
    } else if page.rows.is_empty() {
        empty(
            "No instance matches.",
            view! {
                "Take a filter away, or "
                <a href=routes::INSTANCES>"see all of them"</a>
            },
        )
        .into_any()
    } else {
        view! {
            {table(&page.rows, Columns::Inventory(filter))}
            {pager(page.rows.len(), page.total, ("instance", "instances"), first, next)}
        }
        .into_any()
    };
    view! {
        {count}
        {body}
    }
    .into_any()
}

fn filters(data: &InstancesData) -> impl IntoView + use<> {
    let InstanceFilter {
        environment,
        layer,
        group,
        category,
        flavor,
        status,
        q,
        sort,
        direction,
        after: _,
        limit,
    } = data.filter.clone();
    let facets = data.facets.clone();
    let layers = [Layer::Planned, Layer::Observed].map(|layer| layer.word().to_owned());
    let categories = Category::ALL.map(|category| category.word().to_owned());
    let names = |names: Vec<String>| names;
    view! {
        <form id="filter" class="filter" method="get" action=routes::INSTANCES>
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
                        placeholder="host, group, address, image, system"
                        autocomplete="off"
                    />
                },
            )}
            {field(
                "filter-environment",
                "Environment",
                None,
                select(
                    "filter-environment",
                    "environment",
                    environment.as_ref().map(AsRef::as_ref),
                    choices("all", facets.environments.iter().map(ToString::to_string)),
                ),
            )}
            {field(
                "filter-layer",
                "Layer",
                None,
                select("filter-layer", "layer", layer.map(Layer::word), choices("both", layers)),
            )}
            {field(
                "filter-group",
                "Group",
                None,
                select(
                    "filter-group",
                    "group",
                    group.as_ref().map(AsRef::as_ref),
                    choices("all", facets.groups.iter().map(ToString::to_string)),
                ),
            )}
            {field(
                "filter-category",
                "Category",
                None,
                select(
                    "filter-category",
                    "category",
                    category.map(Category::word),
                    choices("all", categories),
                ),
            )}
            {field(
                "filter-flavor",
                "Flavor",
                None,
                select(
                    "filter-flavor",
                    "flavor",
                    flavor.as_ref().map(AsRef::as_ref),
                    choices("all", facets.flavors.iter().map(ToString::to_string)),
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
                    choices("all", names(facets.statuses)),
                ),
            )}
            {(sort != InstanceSort::Key).then(|| hidden("sort", routes::sort_word(sort)))}
            {(direction == Direction::Descending).then(|| hidden("direction", "descending"))}
            {limit.map(|limit| hidden("limit", limit.to_string()))}
            <div class="filter-actions">
                <button type="submit">"Filter"</button>
                <a class="button quiet" href=routes::INSTANCES>
                    "Clear"
                </a>
            </div>
        </form>
    }
}
