//! What may be lost, as many at once as one likes: hosts and zones that instances are known to stand
//! in, sites, members of groups.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use model::group::Group;
use plan::loss::{Loss, Place};

use crate::data::WhatIfData;
use crate::fmt;

/// Up to how many groups each member may be chosen; of more, those that differ from the others.
const FEW_GROUPS: usize = 50;
/// How many members of a group are offered at most.
const MEMBERS: usize = 9;

/// The choices.
pub(super) fn choices(data: &WhatIfData) -> impl IntoView + use<> {
    let lost = &data.worked.scenario.lost;
    let mut offered: BTreeMap<Loss, String> = BTreeMap::new();
    offered.insert(Loss::AnyHost, Loss::AnyHost.words());
    offered.extend(sites(data));
    offered.extend(places(data));
    let members = members(data);
    // What an address names is there, whoever may have thought of it.
    for loss in lost {
        if !offered.contains_key(loss) && !members.contains_key(loss) {
            offered.insert(loss.clone(), loss.words());
        }
    }
    let open = members.keys().any(|loss| lost.contains(loss));
    let at_large = offered
        .into_iter()
        .map(|(loss, label)| choice(data, &loss, label))
        .collect_view();
    let members = (!members.is_empty()).then(|| {
        let members = members
            .into_iter()
            .map(|(loss, label)| choice(data, &loss, label))
            .collect_view();
        view! {
            <details open=open>
                <summary>"Members of groups"</summary>
                <div class="losses">{members}</div>
            </details>
        }
    });
    view! {
        <fieldset>
            <legend>"What is lost, all of it at once"</legend>
            <div class="losses">{at_large}</div>
            {members}
        </fieldset>
    }
}

fn choice(data: &WhatIfData, loss: &Loss, label: String) -> impl IntoView + use<> {
    let lost = data.worked.scenario.lost.contains(loss);
    // What a kept question loses is lost as long as it is asked.
    let kept = lost && !data.worked.own.lost.contains(loss);
    view! {
        <label class="inline">
            <input
                type="checkbox"
                name="lost"
                value=loss.to_string()
                checked=lost
                disabled=kept
            />
            " "
            {label}
            {kept.then(|| view! { <span class="muted">" (by a kept question)"</span> })}
        </label>
    }
}

fn sites(data: &WhatIfData) -> BTreeMap<Loss, String> {
    let topology = &data.ground.given.production;
    let known = topology.site.iter().chain(topology.sites.keys());
    known
        .map(|site| Loss::Site(site.clone()))
        .map(|loss| (loss.clone(), loss.words()))
        .collect()
}

/// The hosts and zones of which it is known that something stands there.
fn places(data: &WhatIfData) -> BTreeMap<Loss, String> {
    let mut found: BTreeMap<Loss, u64> = BTreeMap::new();
    for Place { host, zone } in data.ground.given.places.values() {
        let host = host.clone().map(Loss::Host);
        let zone = zone.clone().map(Loss::Zone);
        for loss in host.into_iter().chain(zone) {
            *found.entry(loss).or_default() += 1;
        }
    }
    let found = found.into_iter();
    found
        .map(|(loss, number)| {
            let instances = fmt::counted(number, "instance", "instances");
            let label = format!("{}, {instances}", loss.words());
            (loss, label)
        })
        .collect()
}

/// Members of groups. Where there are many groups, members that are alike are offered once.
fn members(data: &WhatIfData) -> BTreeMap<Loss, String> {
    let topology = &data.ground.given.production;
    let few = topology.groups.len() <= FEW_GROUPS;
    let mut members = BTreeMap::new();
    for (name, group) in &topology.groups {
        let most = if few { MEMBERS } else { differ(group) };
        let ordinals = group.ordinals(group.count.planned());
        let lost = data
            .worked
            .scenario
            .lost
            .iter()
            .filter_map(|loss| match loss {
                Loss::Member(of, ordinal) if of == name => Some(*ordinal),
                _ => None,
            });
        let ordinals: BTreeSet<u32> = ordinals.into_iter().take(most).chain(lost).collect();
        for ordinal in ordinals {
            let loss = Loss::Member(name.clone(), ordinal);
            let label = match group.roles.get(&ordinal) {
                Some(role) => format!("{}, {}", loss.words(), role.word()),
                None => loss.words(),
            };
            members.insert(loss, label);
        }
    }
    members
}

/// How many first members of a group may differ from each other: in their roles, or in the profiles
/// that are dealt over them.
fn differ(group: &Group) -> usize {
    group.roles.len().max(group.spread.len()).clamp(1, MEMBERS)
}
