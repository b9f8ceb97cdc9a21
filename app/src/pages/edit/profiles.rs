//! The profiles and the flavors in the editor: all by name, one profile open at a time.

use leptos::prelude::*;
use model::edit::{Edit, Field, FlavorField, ProfileField};
use model::name::{FlavorName, ProfileName};
use model::topology::Topology;

use super::fields::{act, cell, choice, new, text, words};
use super::groups::CATEGORIES;
use crate::data::Open;
use crate::routes::{button, sent};

/// The profiles.
pub(super) fn section(topology: &Topology, open: Option<&Open>) -> impl IntoView + use<> {
    let names = topology
        .profiles
        .keys()
        .map(|name| {
            let is_open = matches!(open, Some(Open::Profile(open)) if open == name.as_str());
            let opens = format!("{}{}", button::OPEN, Open::Profile(name.to_string()));
            view! {
                <li>
                    <button
                        id=opens.clone()
                        type="submit"
                        name=sent::DO
                        value=opens
                        class="compact"
                        aria-expanded=is_open.to_string()
                    >
                        <code>{name.to_string()}</code>
                    </button>
                </li>
            }
        })
        .collect_view();
    let details = match open {
        Some(Open::Profile(name)) => topology
            .profiles
            .keys()
            .find(|profile| profile.as_str() == name)
            .map(|name| details(topology, name)),
        Some(Open::Group(_) | Open::Flavors) | None => None,
    };
    view! {
        <section aria-labelledby="profiles-title">
            <h2 id="profiles-title">{format!("Profiles: {}", topology.profiles.len())}</h2>
            <ul class="editor-names">{names}</ul>
            {new("add-profile", "A new profile", "wordpress")}
            {details}
        </section>
    }
}

fn details(topology: &Topology, name: &ProfileName) -> impl IntoView + use<> {
    let field = |field| Field::Profile(name.clone(), field);
    view! {
        <div class="editor-open card" aria-labelledby="open-profile-title" role="group">
            <h3 id="open-profile-title">
                {format!("Profile {name} ")}
                {act(&Edit::RemoveProfile(name.clone()), "Remove", format!("Remove the profile {name}"))}
            </h3>
            <div class="editor-grid">
                {text(topology, field(ProfileField::Name), "Name", "")}
                {choice(topology, field(ProfileField::Category), "Category".to_owned(), words(&CATEGORIES))}
                {choice(topology, field(ProfileField::Common), "On every group".to_owned(), words(&["no", "yes"]))}
                {text(topology, field(ProfileField::Software), "Software", "MySQL 5.1, Apache 2.2")}
                {text(topology, field(ProfileField::Hosts), "Virtual hosts", "docs.example.org")}
                {text(topology, field(ProfileField::Provides), "Provides", "mysql")}
                {text(topology, field(ProfileField::Needs), "Needs", "memcached, shared-files")}
            </div>
        </div>
    }
}

/// The flavors.
pub(super) fn flavors(topology: &Topology, open: Option<&Open>) -> impl IntoView + use<> {
    let is_open = matches!(open, Some(Open::Flavors));
    let opens = format!("{}{}", button::OPEN, Open::Flavors);
    let title = format!("Flavors: {}", topology.flavors.len());
    let rows = topology
        .flavors
        .keys()
        .map(|name| flavor(topology, name))
        .collect_view();
    let details = is_open.then(|| {
        view! {
            <div class="scroll" role="region" aria-label="Flavors" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Flavor"</th>
                            <th scope="col" class="num">"vCPU"</th>
                            <th scope="col" class="num">"RAM"</th>
                            <th scope="col" class="num">"Disk"</th>
                            <th scope="col">
                                <span class="visually-hidden">"Take away"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {new("add-flavor", "A new flavor", "m1.medium")}
        }
    });
    view! {
        <section aria-labelledby="flavors-title">
            <h2 id="flavors-title">{title}</h2>
            {(!is_open)
                .then(|| {
                    view! {
                        <button id=opens.clone() type="submit" name=sent::DO value=opens class="compact">
                            "Show them"
                        </button>
                    }
                })}
            {details}
        </section>
    }
}

fn flavor(topology: &Topology, name: &FlavorName) -> impl IntoView + use<> {
    let field = |field| Field::Flavor(name.clone(), field);
    let label = |what: &str| format!("{what} of {name}");
    view! {
        <tr>
            <th scope="row">
                <code>{name.to_string()}</code>
            </th>
            <td class="num">{cell(topology, &field(FlavorField::Vcpus), label("vCPU"), "editor-count", true)}</td>
            <td class="num">{cell(topology, &field(FlavorField::Ram), label("Memory"), "editor-short", false)}</td>
            <td class="num">{cell(topology, &field(FlavorField::Disk), label("Disk"), "editor-short", false)}</td>
            <td>
                {act(&Edit::RemoveFlavor(name.clone()), "Remove", format!("Remove the flavor {name}"))}
            </td>
        </tr>
    }
}
