//! The form of a what-if: a slider with a number for each group, how many temporary environments,
//! whether there is a secondary site, what is lost. It is sent as an address.

use leptos::prelude::*;
use model::count::Count;
use model::name::GroupName;
use plan::what_if::{MAX_TEMPORARIES, Scenario};

use crate::data::WhatIfData;
use crate::routes;

/// How far beyond a range a slider goes.
const ROOM: u32 = 4;

/// The form.
pub(super) fn form(data: &WhatIfData) -> impl IntoView + use<> {
    let WhatIfData {
        environment,
        topology,
        scenario,
        recipe,
        secondary,
        asked: _,
        kept: _,
        outcome: _,
    } = data;
    let groups = topology
        .groups
        .iter()
        .map(|(name, group)| count(name, group.count, scenario))
        .collect_view();
    let temporaries = scenario.temporaries.unwrap_or(0);
    let temporary = recipe.as_ref().map(|recipe| {
        view! {
            <label>
                {format!("Temporary environments ({recipe})")}
                <input
                    type="number"
                    name="temporary"
                    min="0"
                    max=MAX_TEMPORARIES.to_string()
                    value=temporaries.to_string()
                />
            </label>
        }
    });
    let with = scenario.with_secondary.unwrap_or(false);
    let secondary = secondary.as_ref().map(|secondary| {
        view! {
            <label>
                {format!("Secondary site ({secondary})")}
                <select name="secondary">
                    <option value="no" selected=!with>
                        "without it"
                    </option>
                    <option value="yes" selected=with>
                        "with it"
                    </option>
                </select>
            </label>
        }
    });
    let lost = scenario
        .lost
        .iter()
        .next()
        .map(ToString::to_string)
        .unwrap_or_default();
    let losses = losses(data)
        .into_iter()
        .map(|(value, label)| {
            let selected = value == lost;
            view! {
                <option value=value selected=selected>
                    {label}
                </option>
            }
        })
        .collect_view();
    view! {
        <form class="what-if" method="get" action=routes::what_if(&environment.name)>
            <fieldset>
                <legend>"How many instances are planned"</legend>
                <div class="counts">{groups}</div>
            </fieldset>
            <div class="counts">
                {temporary} {secondary} <label>
                    "Lost"
                    <select name="lost">
                        <option value="">"nothing"</option>
                        {losses}
                    </select>
                </label>
            </div>
            <div class="filter-actions">
                <button type="submit" class="primary">
                    "Work it out"
                </button>
                <a class="button quiet" href=routes::what_if(&environment.name)>
                    "As it is planned"
                </a>
            </div>
        </form>
    }
}

fn count(name: &GroupName, written: Count, scenario: &Scenario) -> impl IntoView + use<> {
    let chosen = scenario.production.counts.get(name).copied();
    let value = chosen.unwrap_or(written.planned());
    let most = written.max().max(value).saturating_add(ROOM);
    let hint = format!("planned {written}");
    view! {
        <label>
            <span>
                <code>{name.to_string()}</code>
                " "
                <span class="muted">{hint}</span>
            </span>
            <input
                type="number"
                name=format!("count.{name}")
                min="0"
                max=most.max(1000).to_string()
                value=value.to_string()
                class:changed=chosen.is_some()
            />
        </label>
    }
}

/// What can be lost: one member of each group, a host, the site.
fn losses(data: &WhatIfData) -> Vec<(String, String)> {
    let members = data.topology.groups.iter().filter_map(|(name, group)| {
        let first = group.ordinals(group.count.planned()).into_iter().next()?;
        Some((
            format!("member.{name}.{first}"),
            format!("one member of {name}"),
        ))
    });
    let host = ("any-host".to_owned(), "any one host".to_owned());
    let site = data
        .topology
        .site
        .as_ref()
        .map(|site| (format!("site.{site}"), format!("the site {site}")));
    members.chain([host]).chain(site).collect()
}
