//! The table of instances: the inventory's with headers that sort, and a plain one elsewhere.

use leptos::prelude::*;
use model::environment::Layer;
use model::filter::{InstanceFilter, InstanceRow, InstanceSort};
use model::profile::Lifecycle;
use model::resource::Power;
use model::unit::{Gib, Mib};

use super::badge;
use super::standing;
use super::unknown::{fixed, or_unknown, unknown};
use super::{form, sort, time};
use crate::data::PowerOffer;
use crate::fmt;
use crate::routes;

/// Which columns a table has, and whether they sort.
#[derive(Clone, Copy)]
pub(crate) enum Columns<'a> {
    /// Of all environments, sorted by links.
    Inventory(&'a InstanceFilter),
    /// Of one layer of one environment; with buttons where its instances can be stopped and
    /// started.
    OneEnvironment(Layer, Option<&'a PowerOffer>),
}

impl Columns<'_> {
    const fn many(self) -> bool {
        match self {
            Self::Inventory(_) => true,
            Self::OneEnvironment(..) => false,
        }
    }

    /// Stopping and starting them, where that makes sense here.
    const fn power(&self) -> Option<&PowerOffer> {
        match self {
            Self::Inventory(_) => None,
            Self::OneEnvironment(_, power) => *power,
        }
    }

    /// Whether anything observed can be in it.
    const fn observed(self) -> bool {
        match self {
            Self::Inventory(_) | Self::OneEnvironment(Layer::Observed, _) => true,
            Self::OneEnvironment(Layer::Planned, _) => false,
        }
    }
}

fn header(columns: Columns<'_>, label: &'static str, by: InstanceSort) -> AnyView {
    let Columns::Inventory(filter) = columns else {
        return view! { <th scope="col">{label}</th> }.into_any();
    };
    let current = (filter.sort == by).then_some(filter.direction);
    sort::header(label, current, |direction| {
        routes::instances(&InstanceFilter {
            sort: by,
            direction,
            after: None,
            ..filter.clone()
        })
    })
}

/// A table of instances.
pub(crate) fn table(rows: &[InstanceRow], columns: Columns<'_>) -> impl IntoView + use<> {
    let many = columns.many();
    let rows = rows
        .iter()
        .map(|instance| row(instance, columns))
        .collect_view();
    let where_is = many.then(|| view! { <th scope="col">"Environment"</th> });
    view! {
        <div class="scroll" role="region" aria-label="Instances" tabindex="0">
            <table class="instances">
                <caption class="visually-hidden">"Instances"</caption>
                <thead>
                    <tr>
                        {header(columns, "Instance", InstanceSort::Key)}
                        {where_is}
                        {header(columns, "Host name", InstanceSort::HostName)}
                        {columns
                            .observed()
                            .then(|| header(columns, "Status", InstanceSort::Status))}
                        {header(columns, "Flavor", InstanceSort::Flavor)}
                        <th scope="col" class="num">
                            "vCPU"
                        </th>
                        <th scope="col" class="num">
                            "RAM"
                        </th>
                        <th scope="col" class="num">
                            "Disk"
                        </th>
                        {columns
                            .observed()
                            .then(|| view! { <th scope="col">"Addresses"</th> })}
                        <th scope="col">"System"</th>
                        {(columns.observed() && !many)
                            .then(|| view! { <th scope="col">"Load"</th> })}
                        {columns
                            .observed()
                            .then(|| view! { <th scope="col">"Fullest disk"</th> })}
                        {columns
                            .power()
                            .map(|_| {
                                view! {
                                    <th scope="col">
                                        <span class="visually-hidden">"Stop or start"</span>
                                    </th>
                                }
                            })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {columns
            .power()
            .and_then(|power| power.refused.clone())
            .map(|why| view! { <p class="hint refused" id=WHY_NOT>{why}</p> })}
    }
}

/// The id of the sentence that says why no instance can be stopped or started.
const WHY_NOT: &str = "power-refused";

/// The button that stops an instance that runs, and starts one that is stopped.
fn power(instance: &InstanceRow, offer: &PowerOffer) -> impl IntoView + use<> {
    let wanted = match instance.record.power {
        Power::Running => Power::Stopped,
        Power::Stopped => Power::Running,
    };
    let name = instance.record.name();
    let label = fmt::capital(wanted.verb());
    let what = format!("{label} {name}");
    let refused = offer.refused.is_some();
    view! {
        <td class="num">
            <form method="post" action=routes::power(&instance.environment)>
                {form::token()}
                {form::hidden("instance", name)}
                {form::hidden("power", wanted.word())}
                <button
                    type="submit"
                    class="compact"
                    aria-label=what
                    disabled=refused
                    aria-describedby=refused.then_some(WHY_NOT)
                >
                    {label}
                </button>
            </form>
        </td>
    }
}

const NO_FLAVOR: &str = "the flavor is not known";

fn row(instance: &InstanceRow, columns: Columns<'_>) -> impl IntoView + use<> {
    let InstanceRow {
        environment,
        kind: _,
        layer,
        record,
    } = instance;
    let layer = *layer;
    let facts = &record.facts;
    let not_collected = match layer {
        Layer::Planned => "it is planned: nothing was observed of it",
        Layer::Observed => "the source does not say",
    };
    let lifecycle = (record.lifecycle != Lifecycle::Live)
        .then(|| view! { <span class="kind">{record.lifecycle.word()}</span> });
    let role = record
        .role
        .map(|role| view! { <span class="kind">{role.word()}</span> });
    let stopped = (record.power == Power::Stopped)
        .then(|| view! { <span class="kind">{record.power.word()}</span> });
    let where_is = columns.many().then(|| {
        view! {
            <td class="nowrap">
                <a href=routes::environment_layer(environment, layer)>{environment.to_string()}</a>
                <div class="muted">{layer.word()}</div>
            </td>
        }
    });
    let addresses: Vec<String> = facts
        .public_addresses
        .iter()
        .chain(&facts.addresses)
        .map(ToString::to_string)
        .collect();
    let addresses = if addresses.is_empty() {
        unknown(not_collected)
    } else {
        addresses
            .into_iter()
            .map(|address| view! { <code class="line">{address}</code> })
            .collect_view()
            .into_any()
    };
    let fullest = facts
        .file_systems
        .iter()
        .max_by_key(|system| system.used_percent);
    let fullest = match fullest {
        None => unknown(not_collected),
        Some(system) => {
            let class = match system.used_percent {
                95.. => "full full-critical",
                85..95 => "full full-warning",
                _ => "full",
            };
            view! {
                <span class=class>{format!("{}%", system.used_percent)}</span>
                " "
                <code class="muted">{system.mount.clone()}</code>
            }
            .into_any()
        }
    };
    view! {
        <tr>
            <th scope="row">
                <a href=routes::instance(environment, &record.group, record.ordinal)>
                    <code>{record.name()}</code>
                </a>
                " "
                {role}
                {lifecycle}
                {stopped}
            </th>
            {where_is}
            <td>
                <code>{record.host_name.clone()}</code>
            </td>
            {columns
                .observed()
                .then(|| {
                    view! {
                        <td>
                            {or_unknown(facts.standing().map(standing::short), not_collected)}
                            {facts
                                .unseen_since
                                .map(|since| {
                                    view! {
                                        <div class="nowrap">
                                            {badge::badge(badge::Tone::Warning, "not seen")}
                                            " since "
                                            {time::relative(since)}
                                        </div>
                                    }
                                })}
                            {facts
                                .fault
                                .clone()
                                .map(|fault| view! { <div class="hint fault">{fault}</div> })}
                        </td>
                    }
                })}
            <td>{fixed(&record.flavor, "nobody said which flavor")}</td>
            <td class="num">{or_unknown(record.vcpus, NO_FLAVOR)}</td>
            <td class="num">{or_unknown(record.ram.map(|Mib(n)| fmt::mib(n)), NO_FLAVOR)}</td>
            <td class="num">{or_unknown(record.disk.map(|Gib(n)| fmt::gib(n)), NO_FLAVOR)}</td>
            {columns.observed().then(|| view! { <td>{addresses}</td> })}
            <td class="system">
                {match record.os() {
                    Some(os) => os.to_string().into_any(),
                    None => fixed(&record.image, not_collected),
                }}
            </td>
            {(columns.observed() && !columns.many())
                .then(|| {
                    view! {
                        <td class="nowrap">
                            {or_unknown(facts.load.map(|load| load.to_string()), not_collected)}
                        </td>
                    }
                })}
            {columns.observed().then(|| view! { <td class="nowrap">{fullest}</td> })}
            {columns.power().map(|offer| power(instance, offer))}
        </tr>
    }
}
