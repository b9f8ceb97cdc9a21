//! The forms of capacity: reserve, withdraw, set a target date. All work without JavaScript.

use leptos::prelude::*;
use plan::amounts::{Amounts, Measure};
use plan::writings::Reservation;

use crate::components::empty::empty;
use crate::components::form::{self, choices, pick};
use crate::data::{CapacityData, ShownReservation};
use crate::routes;

/// What is reserved, and the form that reserves.
pub(super) fn reservations(data: &CapacityData) -> impl IntoView + use<> {
    let list = if data.reservations.is_empty() {
        empty(
            "Nothing is reserved.",
            "What is reserved counts as taken on its days, here and when a lease is extended.",
        )
        .into_any()
    } else {
        let rows = data.reservations.iter().map(row).collect_view();
        view! {
            <div class="scroll" role="region" aria-label="Reservations" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"What for"</th>
                            <th scope="col">"Days"</th>
                            <th scope="col">"How much"</th>
                            <th scope="col">"By"</th>
                            <th scope="col">
                                <span class="visually-hidden">"Withdraw"</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section id="reservations" aria-labelledby="reservations-title">
            <h2 id="reservations-title">"Reservations"</h2>
            {list}
            <details>
                <summary>"Reserve"</summary>
                {reserve(data)}
            </details>
        </section>
    }
}

fn row(shown: &ShownReservation) -> impl IntoView + use<> {
    let ShownReservation {
        id,
        reservation,
        by,
    } = shown.clone();
    let Reservation {
        what,
        takes,
        scenario,
        from,
        until,
        week,
    } = reservation;
    let days = if week.is_every() {
        format!("{from} to {until}")
    } else {
        format!(
            "{from} to {until}, on {}",
            week.to_string().replace(',', ", ")
        )
    };
    let takes: Vec<String> = takes
        .iter()
        .map(|(cloud, amounts)| format!("{cloud}: {}", told(&Amounts::of_quotas(amounts))))
        .collect();
    let scenario = scenario.map(|of| {
        let href = routes::what_if_kept(&of.environment, &[&of.name]);
        view! {
            <br />
            <span class="muted">
                "as " <a href=href>{of.name.clone()}</a> " of " {of.environment.to_string()}
                " took it when this was written"
            </span>
        }
    });
    let label = format!("Withdraw {what}");
    view! {
        <tr>
            <th scope="row">{what}</th>
            <td>{days}</td>
            <td>{takes.join("; ")} {scenario}</td>
            <td>{by}</td>
            <td>
                <form method="post" action=routes::RESERVATIONS>
                    {form::token()}
                    {form::hidden("id", id)}
                    <button type="submit" aria-label=label>
                        "Withdraw"
                    </button>
                </form>
            </td>
        </tr>
    }
}

/// Amounts in words: `8 vCPU, 16 GiB memory`.
fn told(amounts: &Amounts) -> String {
    let some = amounts.iter().filter(|(_, need)| need.known > 0);
    let words: Vec<String> = some
        .map(|(measure, need)| format!("{} {}", measure.amount(need.known), measure.words()))
        .collect();
    words.join(", ")
}

fn reserve(data: &CapacityData) -> impl IntoView + use<> {
    let cloud = data.shown.as_ref().map(|shown| shown.cloud.to_string());
    let clouds = data
        .clouds
        .iter()
        .map(|cloud| (cloud.to_string(), cloud.to_string()))
        .collect();
    let questions = (!data.questions.is_empty()).then(|| {
        let mut all = choices("the amounts below", []);
        all.extend(data.questions.iter().map(|(environment, name)| {
            let value = routes::question(environment, name);
            (value, format!("{name}, of {environment}"))
        }));
        view! { <label>"As much as this question takes" {pick("question", None, all)}</label> }
    });
    let fields = [
        ("instances", Measure::Instances, ""),
        ("vcpus", Measure::Vcpus, ""),
        ("ram_gib", Measure::RamMib, " in GiB"),
        ("volumes", Measure::Volumes, ""),
        ("volume_gib", Measure::VolumeGib, " in GiB"),
        ("public_addresses", Measure::PublicAddresses, ""),
    ];
    let fields = fields
        .map(|(name, measure, unit)| {
            let label = format!("{}{unit}", crate::fmt::capital(measure.words()));
            view! {
                <label>{label} <input name=name inputmode="numeric" pattern="[0-9]*" /></label>
            }
        })
        .collect_view();
    view! {
        <form method="post" action=routes::RESERVATIONS class="note-form">
            {form::token()}
            <label class="wide">
                "What for" <input name="what" required=true maxlength="200" />
            </label>
            <label>"From" <input name="from" type="date" required=true /></label>
            <label>"Until, that day included" <input name="until" type="date" required=true /></label>
            <label>
                "On which days of the week"
                <input name="week" placeholder="every day, or as in: mon, wed" />
            </label>
            {questions}
            <label>"Cloud" {pick("cloud", cloud.as_deref(), clouds)}</label>
            {fields}
            <div class="actions wide">
                <button type="submit" class="primary">
                    "Reserve"
                </button>
            </div>
        </form>
    }
}

/// The form that sets a target date.
pub(super) fn target(data: &CapacityData) -> Option<AnyView> {
    if data.planned.is_empty() {
        return None;
    }
    let names = data
        .planned
        .iter()
        .map(|name| (name.to_string(), name.to_string()))
        .collect();
    Some(
        view! {
            <form method="post" action=routes::TARGETS class="note-form">
                {form::token()}
                <label>"Environment" {pick("environment", None, names)}</label>
                <label>
                    "As planned by (empty: no date any more)" <input name="by" type="date" />
                </label>
                <label>"Note" <input name="note" maxlength="300" /></label>
                <div class="actions wide">
                    <button type="submit">"Set the date"</button>
                </div>
            </form>
        }
        .into_any(),
    )
}
