//! The groups of a topology as a table.

use leptos::prelude::*;
use model::data::BootFrom;
use model::group::{Group, Placement, Readiness};
use model::name::GroupName;
use model::profile::{Category, Lifecycle};
use model::topology::Topology;
use model::value::Value;

use super::unknown::{fixed, unknown};
use crate::fmt;
use crate::routes;

/// One row for each group, by name.
pub(crate) fn table(topology: &Topology) -> impl IntoView + use<> {
    let categories = Category::ALL
        .into_iter()
        .filter_map(|category| {
            let rows: Vec<_> = topology
                .groups
                .iter()
                .filter(|(_, group)| group.category == category)
                .map(|(name, group)| row(topology, name, group))
                .collect();
            (!rows.is_empty()).then(|| {
                view! {
                    <tbody>
                        <tr class="band">
                            <th scope="rowgroup" colspan="7">
                                {fmt::capital(category.word())}
                            </th>
                        </tr>
                        {rows}
                    </tbody>
                }
            })
        })
        .collect_view();
    let common = (!topology.common.profiles.is_empty()).then(|| {
        let names = topology
            .common
            .profiles
            .iter()
            .map(|profile| view! { <code>{profile.to_string()}</code> " " })
            .collect_view();
        view! { <p class="muted">"Every group also has " {names}</p> }
    });
    view! {
        <div class="scroll" role="region" aria-label="Groups" tabindex="0">
            <table class="groups">
                <thead>
                    <tr>
                        <th scope="col">"Group"</th>
                        <th scope="col" class="num">
                            "Count"
                        </th>
                        <th scope="col">"Flavor, image"</th>
                        <th scope="col">"Profiles"</th>
                        <th scope="col" class="num">
                            "Public"
                        </th>
                        <th scope="col">"Volumes, mounts"</th>
                        <th scope="col">"Needs"</th>
                    </tr>
                </thead>
                {categories}
            </table>
        </div>
        {common}
    }
}

fn row(topology: &Topology, name: &GroupName, group: &Group) -> impl IntoView + use<> {
    let lifecycle = (group.lifecycle != Lifecycle::Live)
        .then(|| view! { " " <span class="kind">{group.lifecycle.word()}</span> });
    let was = (!group.was.is_empty()).then(|| {
        let was: Vec<String> = group.was.iter().map(ToString::to_string).collect();
        view! { <div class="muted">"was " {was.join(", ")}</div> }
    });
    let note = group
        .note
        .clone()
        .map(|note| view! { <div class="hint">{note}</div> });
    let mut profiles: Vec<AnyView> = group
        .profiles
        .iter()
        .map(|profile| view! { <code>{profile.to_string()}</code> " " }.into_any())
        .collect();
    profiles.extend(group.spread.iter().map(|profile| {
        view! {
            <code>{profile.to_string()}</code>
            <span class="muted">" (one instance) "</span>
        }
        .into_any()
    }));
    if profiles.is_empty() {
        profiles.push(if topology.common.profiles.is_empty() {
            unknown("nobody said what it does")
        } else {
            view! { <span class="muted">"the common ones"</span> }.into_any()
        });
    }
    let flavor = group
        .flavor
        .fixed()
        .and_then(|flavor| topology.flavors.get(flavor))
        .map(|flavor| {
            view! {
                <div class="muted nowrap">
                    {format!("{} vCPU, {}, {}", flavor.vcpus, flavor.ram, flavor.disk)}
                </div>
            }
        });
    let public = match &group.public_addresses.count {
        Value::Fixed(count) => count.to_string().into_any(),
        Value::AssignedByCloud | Value::Unknown => {
            unknown("nobody said how many public addresses it has")
        }
    };
    let boot = match &group.boot {
        BootFrom::Disk => None,
        BootFrom::Volume(Value::Fixed(size)) => Some(format!("boots from a volume of {size}")),
        BootFrom::Volume(Value::AssignedByCloud | Value::Unknown) => {
            Some("boots from a volume".to_owned())
        }
    };
    let boot = boot.map(|boot| view! { <div class="muted">{boot}</div> });
    let named: Vec<String> = group
        .addresses
        .iter()
        .map(|(network, addresses)| {
            let addresses: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            format!("{network}: {}", addresses.join(", "))
        })
        .collect();
    let named = (!named.is_empty()).then(|| view! { <div class="muted">{named.join("; ")}</div> });
    let stopped: Vec<String> = group.stopped.iter().map(ToString::to_string).collect();
    let stopped = (!stopped.is_empty())
        .then(|| view! { <div class="muted">"stopped: " {stopped.join(", ")}</div> });
    let hidden = (group.public_addresses.advertised == Some(false))
        .then(|| view! { <div class="muted">"not in DNS"</div> });
    let mut disks: Vec<AnyView> = group
        .volumes
        .iter()
        .map(|(volume, is)| {
            let mount = is.mount.clone().map(|mount| format!(" at {mount}"));
            let of_type = is
                .volume_type
                .as_ref()
                .map(|name| format!(" of type {name}"));
            let from = is.from.as_ref().map(|source| format!(" from {source}"));
            let has_source = is.from.is_some() || group.data.is_some();
            let size = match &is.size {
                Value::Fixed(size) => size.to_string().into_any(),
                Value::AssignedByCloud | Value::Unknown if has_source => {
                    view! { <span class="muted">"as large as its source"</span> }.into_any()
                }
                Value::AssignedByCloud | Value::Unknown => unknown("nobody said how large it is"),
            };
            view! {
                <div>
                    <code>{volume.to_string()}</code>
                    " "
                    {size}
                    {of_type}
                    {mount}
                    {from}
                </div>
            }
            .into_any()
        })
        .collect();
    if let Some(data) = &group.data {
        let source = data.environment.clone();
        disks.push(
            view! {
                <div>
                    "data of "
                    <a href=routes::environment(&source)>{source.to_string()}</a>
                </div>
            }
            .into_any(),
        );
    }
    disks.extend(group.mounts.iter().map(|mount| {
        let server = match mount.ordinal {
            Some(ordinal) => format!("{}[{ordinal}]", mount.from),
            None => mount.from.to_string(),
        };
        view! {
            <div class="muted">
                <code class="path">{mount.mount.clone()}</code>
                " from "
                {server}
            </div>
        }
        .into_any()
    }));
    let mut needs: Vec<String> = group
        .depends_on
        .iter()
        .map(|(other, readiness)| match readiness {
            Readiness::Exists => other.to_string(),
            Readiness::Ready => format!("{other} ready"),
        })
        .collect();
    match &group.placement {
        Placement::Any => {}
        Placement::Spread => needs.push("a host for each".to_owned()),
        Placement::SpreadWith(set) => needs.push(format!("a host for each in {set}")),
    }
    if let Some(replicates) = &group.replicates {
        needs.push(format!("follows {}", replicates.environment));
    }
    view! {
        <tr>
            <th scope="row">
                <code>{name.to_string()}</code>
                {lifecycle}
                {was}
                {note}
            </th>
            <td class="num nowrap">{group.count.to_string()} {stopped}</td>
            <td>
                {fixed(&group.flavor, "nobody said which flavor")}
                {flavor}
                <div class="muted">"image " {fixed(&group.image, "nobody said which image")}</div>
                {boot}
                {named}
            </td>
            <td class="wide-cell">{profiles}</td>
            <td class="num">{public} {hidden}</td>
            <td>{disks}</td>
            <td>{needs.join(", ")}</td>
        </tr>
    }
}
