//! The groups in the editor: all of them in one table, as managers count them, and one of them open
//! with everything else that there is to say of it.

use leptos::prelude::*;
use model::edit::{Edit, Field, GroupField, VolumeField};
use model::group::Group;
use model::name::{GroupName, VolumeName};
use model::topology::Topology;
use model::value::UNKNOWN;

use super::fields::{act, cell, cell_choice, choice, lines, new, text, words};
use crate::data::Open;
use crate::fmt;
use crate::routes::{button, sent};

/// The categories, in the order of every table.
pub(super) const CATEGORIES: [&str; 3] = ["application", "infrastructure", "process"];

/// The groups.
pub(super) fn section(topology: &Topology, open: Option<&Open>) -> impl IntoView + use<> {
    let rows = topology
        .groups
        .keys()
        .map(|name| row(topology, name, open))
        .collect_view();
    let table = (!topology.groups.is_empty()).then(|| {
        view! {
            <div class="scroll" role="region" aria-label="Groups" tabindex="0">
                <table class="editor-groups">
                    <thead>
                        <tr>
                            <th scope="col">"Group"</th>
                            <th scope="col">"For"</th>
                            <th scope="col" class="num">"Min"</th>
                            <th scope="col" class="num">"Planned"</th>
                            <th scope="col" class="num">"Max"</th>
                            <th scope="col">"Flavor"</th>
                            <th scope="col" class="num">"Public"</th>
                            <th scope="col">
                                <span class="visually-hidden">"Take away"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
    });
    let details = match open {
        Some(Open::Group(name)) => topology
            .groups
            .iter()
            .find(|(group, _)| group.as_str() == name)
            .map(|(name, group)| details(topology, name, group)),
        Some(Open::Profile(_) | Open::Flavors) | None => None,
    };
    view! {
        <section aria-labelledby="groups-title">
            <h2 id="groups-title">{format!("Groups: {}", topology.groups.len())}</h2>
            {table}
            {new("add-group", "A new group", "app")}
            {details}
        </section>
    }
}

/// The flavors that a group may have.
fn flavors(topology: &Topology) -> Vec<(String, String)> {
    let known = topology.flavors.keys().map(ToString::to_string);
    std::iter::once(UNKNOWN.to_owned())
        .chain(known)
        .map(|name| (name.clone(), name))
        .collect()
}

fn row(topology: &Topology, name: &GroupName, open: Option<&Open>) -> impl IntoView + use<> {
    let field = |field| Field::Group(name.clone(), field);
    let is_open = matches!(open, Some(Open::Group(open)) if open == name.as_str());
    let opens = format!("{}{}", button::OPEN, Open::Group(name.to_string()));
    let label = |what: &str| format!("{what} of {name}");
    view! {
        <tr aria-current=is_open.then_some("true")>
            <th scope="row">
                <button
                    id=opens.clone()
                    type="submit"
                    name=sent::DO
                    value=opens
                    class="quiet compact"
                    aria-expanded=is_open.to_string()
                >
                    <code>{name.to_string()}</code>
                </button>
            </th>
            <td>
                {cell_choice(
                    topology,
                    &field(GroupField::Category),
                    label("Category"),
                    words(&CATEGORIES),
                )}
            </td>
            <td class="num">
                {cell(topology, &field(GroupField::Minimum), label("Minimum"), "editor-count", true)}
            </td>
            <td class="num">
                {cell(topology, &field(GroupField::Planned), label("Planned count"), "editor-count", true)}
            </td>
            <td class="num">
                {cell(topology, &field(GroupField::Maximum), label("Maximum"), "editor-count", true)}
            </td>
            <td>
                {cell_choice(topology, &field(GroupField::Flavor), label("Flavor"), flavors(topology))}
            </td>
            <td class="num">
                {cell(
                    topology,
                    &field(GroupField::PublicAddresses),
                    label("Public addresses"),
                    "editor-short",
                    false,
                )}
            </td>
            <td>
                {act(&Edit::RemoveGroup(name.clone()), "Remove", format!("Remove the group {name}"))}
            </td>
        </tr>
    }
}

/// Everything else that there is to say of a group.
fn details(topology: &Topology, name: &GroupName, group: &Group) -> impl IntoView + use<> {
    let field = |field| Field::Group(name.clone(), field);
    let title = format!("Group {name}");
    let on = [
        ("no", "no"),
        ("every", "every instance"),
        ("dealt", "dealt out, one each"),
    ];
    let on: Vec<(String, String)> = on
        .iter()
        .map(|(value, label)| ((*value).to_owned(), (*label).to_owned()))
        .collect();
    let profiles = topology
        .profiles
        .keys()
        .map(|profile| {
            let field = field(GroupField::Profile(profile.clone()));
            choice(topology, field, profile.to_string(), on.clone())
        })
        .collect_view();
    let profiles = if topology.profiles.is_empty() {
        view! { <p class="hint">"There are no profiles yet: add one below."</p> }.into_any()
    } else {
        profiles.into_any()
    };
    let others = topology
        .groups
        .keys()
        .filter(|other| *other != name)
        .map(|other| {
            let field = field(GroupField::DependsOn(other.clone()));
            let ways = [
                ("no", "no matter"),
                ("exists", "once it exists"),
                ("ready", "once it is ready"),
            ];
            let ways = ways
                .iter()
                .map(|(value, label)| ((*value).to_owned(), (*label).to_owned()))
                .collect();
            choice(topology, field, other.to_string(), ways)
        })
        .collect_view();
    let networks = topology
        .networks
        .keys()
        .map(|network| {
            view! {
                {choice(
                    topology,
                    field(GroupField::Network(network.clone())),
                    format!("On {network}"),
                    words(&["no", "yes"]),
                )}
                {group
                    .networks
                    .contains(network)
                    .then(|| {
                        text(
                            topology,
                            field(GroupField::Addresses(network.clone())),
                            "Its addresses there",
                            "chosen by the cloud",
                        )
                    })}
            }
        })
        .collect_view();
    let volumes = group
        .volumes
        .keys()
        .map(|volume| self::volume(topology, name, volume))
        .collect_view();
    let lives = words(&["live", "testing", "unfinished", "to-be-removed"]);
    view! {
        <div class="editor-open card" aria-labelledby="open-title" role="group">
            <h3 id="open-title">{title}</h3>
            <div class="editor-grid">
                {text(topology, field(GroupField::Name), "Name", "")}
                {text(topology, field(GroupField::Image), "Image", UNKNOWN)}
                {text(topology, field(GroupField::Placement), "Placement: any, spread, or a set’s name", "any")}
                {choice(topology, field(GroupField::Lifecycle), "Lifecycle".to_owned(), lives)}
                {lines(topology, &field(GroupField::Note), "Note")}
            </div>
            <fieldset>
                <legend>"Profiles"</legend>
                <div class="editor-grid">{profiles}</div>
            </fieldset>
            <fieldset>
                <legend>"It waits for"</legend>
                <div class="editor-grid">{others}</div>
            </fieldset>
            <fieldset>
                <legend>{fmt::capital("networks")}</legend>
                <div class="editor-grid">{networks}</div>
                {topology
                    .networks
                    .is_empty()
                    .then(|| view! { <p class="hint">"There are no networks yet: write them in the text."</p> })}
            </fieldset>
            <fieldset>
                <legend>"Volumes of each instance"</legend>
                {volumes}
                {new(&format!("add-volume:{name}"), "A new volume", "data")}
            </fieldset>
        </div>
    }
}

fn volume(topology: &Topology, group: &GroupName, volume: &VolumeName) -> impl IntoView + use<> {
    let field = |field| Field::Group(group.clone(), GroupField::Volume(volume.clone(), field));
    view! {
        <div class="editor-grid editor-volume">
            <p>
                <code>{volume.to_string()}</code>
                " "
                {act(
                    &Edit::RemoveVolume(group.clone(), volume.clone()),
                    "Remove",
                    format!("Remove the volume {volume}"),
                )}
            </p>
            {text(topology, field(VolumeField::Size), "Size", "50 GiB")}
            {text(topology, field(VolumeField::Type), "Type", "the cloud’s usual one")}
            {text(topology, field(VolumeField::Mount), "Mounted at", "/srv")}
            {text(topology, field(VolumeField::FileSystem), "File system", "xfs")}
        </div>
    }
}
