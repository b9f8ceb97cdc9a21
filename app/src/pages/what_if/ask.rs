//! The form of a what-if: a slider with a number for each group and for temporary environments,
//! whether there is a secondary site, what is lost. It is sent as an address. Sliders have no name: they
//! move the number beside them, and are only there where scripts run.

use std::collections::BTreeSet;

use leptos::prelude::*;
use model::count::{Count, MAX_COUNT};
use model::name::GroupName;
use plan::what_if::{MAX_TEMPORARIES, Scenario};

use super::lost;
use crate::components::form::{hidden, options};
use crate::data::WhatIfData;
use crate::routes;

/// How far beyond a range a slider goes.
const ROOM: u32 = 4;
/// How many temporary environments a slider goes to.
const MANY: u32 = 10;

/// The form.
pub(super) fn form(data: &WhatIfData) -> impl IntoView + use<> {
    let WhatIfData {
        environment,
        ground,
        recipe,
        kept: _,
        stacked,
        worked,
    } = data;
    let topology = &ground.given.production;
    let scenario = &worked.scenario;
    let groups = topology
        .groups
        .iter()
        .map(|(name, group)| count(name, group.count, scenario))
        .collect_view();
    let temporaries = scenario.temporaries.unwrap_or(0);
    let temporary = recipe.as_ref().map(|recipe| {
        pair(Pair {
            name: "temporary".to_owned(),
            label: format!("Temporary environments ({recipe})").into_any(),
            called: "Temporary environments".to_owned(),
            value: temporaries,
            slides_to: temporaries.saturating_add(ROOM).max(MANY),
            most: MAX_TEMPORARIES,
            changed: false,
        })
    });
    let with = scenario.with_secondary.unwrap_or(false);
    let secondary = ground.given.secondary.as_ref().map(|secondary| {
        let chosen = if with { "yes" } else { "no" };
        let choices = [("no", "without it"), ("yes", "with it")]
            .map(|(value, label)| (value.to_owned(), label.to_owned()));
        view! {
            <label>
                {format!("Secondary site ({})", secondary.environment)}
                <select name="secondary">{options(Some(chosen), choices.to_vec())}</select>
            </label>
        }
    });
    let stacked = stacked
        .iter()
        .map(|name| hidden(routes::KEPT, name.clone()))
        .collect_view();
    view! {
        <form
            class="what-if"
            id="what-if"
            method="get"
            action=routes::what_if(&environment.name)
            autocomplete="off"
        >
            {stacked}
            {without_a_field(data)}
            <fieldset>
                <legend>"How many instances are planned"</legend>
                <div class="counts">{groups}</div>
            </fieldset>
            <div class="counts">{temporary} {secondary}</div>
            {lost::choices(data)}
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

/// What is asked and has no field of its own goes along, or the form would drop it.
fn without_a_field(data: &WhatIfData) -> impl IntoView + use<> {
    let given = &data.ground.given;
    let mut fields: BTreeSet<String> = given.production.groups.keys().map(field).collect();
    fields.insert("lost".to_owned());
    if data.recipe.is_some() {
        fields.insert("temporary".to_owned());
    }
    if given.secondary.is_some() {
        fields.insert("secondary".to_owned());
    }
    let own = data.worked.own.pairs().into_iter();
    own.filter(|(name, _)| !fields.contains(name))
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view()
}

/// The parameter of a group's count.
fn field(group: &GroupName) -> String {
    format!("count.{group}")
}

fn count(name: &GroupName, written: Count, scenario: &Scenario) -> impl IntoView + use<> {
    let chosen = scenario.production.counts.get(name).copied();
    let value = chosen.unwrap_or(written.planned());
    let hint = format!("planned {written}");
    let label = view! {
        <code>{name.to_string()}</code>
        " "
        <span class="muted">{hint}</span>
    };
    pair(Pair {
        name: field(name),
        label: label.into_any(),
        called: name.to_string(),
        value,
        slides_to: written.max().max(value).saturating_add(ROOM),
        most: MAX_COUNT,
        changed: chosen.is_some(),
    })
}

/// A number with its slider.
struct Pair {
    /// The parameter.
    name: String,
    /// What stands above them.
    label: AnyView,
    /// What the slider is called for those who don't see where it is.
    called: String,
    value: u32,
    /// How far the slider goes.
    slides_to: u32,
    /// The largest number.
    most: u32,
    /// Whether it is otherwise than planned.
    changed: bool,
}

fn pair(pair: Pair) -> impl IntoView {
    let Pair {
        name,
        label,
        called,
        value,
        slides_to,
        most,
        changed,
    } = pair;
    view! {
        <div class="pair">
            <label for=name.clone()>{label}</label>
            <input
                type="range"
                class="needs-script"
                min="0"
                max=slides_to.to_string()
                value=value.to_string()
                aria-label=format!("{called}, as a slider")
            />
            <input
                type="number"
                id=name.clone()
                name=name
                min="0"
                max=most.to_string()
                value=value.to_string()
                class:changed=changed
            />
        </div>
    }
}
