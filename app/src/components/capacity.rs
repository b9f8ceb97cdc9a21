//! Totals: what something takes, at its minimum, as planned and at its maximum.

use leptos::prelude::*;
use model::profile::Category;
use plan::capacity::{BySizing, EnvironmentCapacity, Totals};

use super::unknown::unknown;
use crate::fmt;

/// A figure of a total.
#[derive(Clone, Copy)]
struct Figure {
    known: Option<u64>,
    missing: u64,
    unit: fn(u64) -> String,
    what: &'static str,
}

/// How a figure is taken out of a total.
type Of = fn(&Totals) -> Figure;

const FIGURES: [(&str, Of); 6] = [
    ("Instances", |totals| Figure {
        known: Some(totals.instances),
        missing: 0,
        unit: fmt::number,
        what: "instances",
    }),
    ("vCPU", |totals| Figure {
        known: totals.vcpus,
        missing: totals.unknown.vcpus,
        unit: fmt::number,
        what: "vCPUs",
    }),
    ("RAM", |totals| Figure {
        known: totals.ram_mib,
        missing: totals.unknown.ram_mib,
        unit: fmt::mib,
        what: "memory",
    }),
    ("Flavor disk", |totals| Figure {
        known: totals.disk_gib,
        missing: totals.unknown.disk_gib,
        unit: fmt::gib,
        what: "flavor's disk",
    }),
    ("Volumes", |totals| Figure {
        known: totals.volume_gib,
        missing: totals.unknown.volume_gib,
        unit: fmt::gib,
        what: "volume's size",
    }),
    ("Public addresses", |totals| Figure {
        known: totals.public_addresses,
        missing: totals.unknown.public_addresses,
        unit: fmt::number,
        what: "number of public addresses",
    }),
];

/// One figure: the sum of what is known, and of how many instances it isn't.
fn figure(figure: Figure) -> AnyView {
    let Figure {
        known,
        missing,
        unit,
        what,
    } = figure;
    let why = format!(
        "the {what} of {} {} not known",
        fmt::counted(missing, "instance", "instances"),
        if missing == 1 { "is" } else { "are" },
    );
    match known {
        None => unknown(&why),
        Some(sum) if missing == 0 => unit(sum).into_any(),
        Some(sum) => view! {
            {unit(sum)}
            <span class="missing" title=why>
                {format!(" + {missing} unknown")}
            </span>
        }
        .into_any(),
    }
}

/// Minimum to maximum as one text: `14–19`, or one number where both are the same.
fn span(sized: &BySizing<Totals>, of: Of) -> AnyView {
    let (min, planned, max) = (of(&sized.min), of(&sized.planned), of(&sized.max));
    match (min.known, max.known) {
        (Some(low), Some(high)) if low != high => {
            let unit = min.unit;
            let (low, high) = (unit(low), unit(high));
            // A unit that both share is said once.
            let low = match (low.split_once(' '), high.split_once(' ')) {
                (Some((number, a)), Some((_, b))) if a == b => number.to_owned(),
                _ => low,
            };
            view! {
                {low}
                "–"
                {high}
                {(max.missing > 0)
                    .then(|| {
                        view! { <span class="missing">{format!(" + {} unknown", max.missing)}</span> }
                    })}
            }
            .into_any()
        }
        _ => figure(planned),
    }
}

/// The totals in a row of tiles.
pub(crate) fn tiles(sized: &BySizing<Totals>) -> impl IntoView + use<> {
    view! {
        <dl class="tiles">
            {FIGURES
                .into_iter()
                .map(|(label, of)| {
                    view! {
                        <div>
                            <dt>{label}</dt>
                            <dd>{span(sized, of)}</dd>
                        </div>
                    }
                })
                .collect_view()}
        </dl>
    }
}

/// Several totals one below the other, each as a range.
pub(crate) fn parts(parts: Vec<(String, BySizing<Totals>)>) -> impl IntoView {
    let head = FIGURES
        .map(|(label, _)| {
            view! {
                <th scope="col" class="num">
                    {label}
                </th>
            }
        })
        .collect_view();
    let rows = parts
        .into_iter()
        .map(|(what, totals)| {
            let cells = FIGURES
                .map(|(_, of)| view! { <td class="num">{span(&totals, of)}</td> })
                .collect_view();
            view! {
                <tr>
                    <th scope="row">{what}</th>
                    {cells}
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="scroll" role="region" aria-label="What it takes" tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"What"</th>
                        {head}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// Instances in one cell of a list: `14–19`.
pub(crate) fn instances(sized: &BySizing<Totals>) -> AnyView {
    span(sized, FIGURES[0].1)
}

/// Virtual processors in one cell of a list.
pub(crate) fn vcpus(sized: &BySizing<Totals>) -> AnyView {
    span(sized, FIGURES[1].1)
}

/// Memory in one cell of a list.
pub(crate) fn ram(sized: &BySizing<Totals>) -> AnyView {
    span(sized, FIGURES[2].1)
}

fn same_at_all(sized: &BySizing<Totals>) -> bool {
    let BySizing { min, planned, max } = sized;
    min == planned && planned == max
}

fn row(label: &str, sizing: Option<&'static str>, totals: &Totals, span: usize) -> AnyView {
    let cells = FIGURES
        .into_iter()
        .map(|(_, of)| view! { <td class="num">{figure(of(totals))}</td> })
        .collect_view();
    let head = (span > 0).then(|| {
        view! {
            <th scope="rowgroup" rowspan=span.to_string()>
                {label.to_owned()}
            </th>
        }
    });
    view! {
        <tr>
            {head} {sizing.map(|sizing| view! { <th scope="row" class="sizing">{sizing}</th> })} {cells}
        </tr>
    }
    .into_any()
}

fn rows(label: &str, sized: &BySizing<Totals>, with_sizing: bool) -> AnyView {
    let BySizing { min, planned, max } = sized;
    if !with_sizing {
        return row(label, None, planned, 1);
    }
    if same_at_all(sized) {
        return row(label, Some("exact"), planned, 1);
    }
    // A planned count that is the maximum is said in one row with it.
    if planned == max {
        return (
            row(label, Some("minimum"), min, 2),
            row(label, Some("planned, maximum"), max, 0),
        )
            .into_any();
    }
    if planned == min {
        return (
            row(label, Some("minimum, planned"), min, 2),
            row(label, Some("maximum"), max, 0),
        )
            .into_any();
    }
    (
        row(label, Some("minimum"), min, 3),
        row(label, Some("planned"), planned, 0),
        row(label, Some("maximum"), max, 0),
    )
        .into_any()
}

/// The totals by category as a table, the sum last.
pub(crate) fn table(capacity: &EnvironmentCapacity) -> impl IntoView + use<> {
    let with_sizing = !same_at_all(&capacity.totals);
    let categories = Category::ALL
        .into_iter()
        .filter_map(|category| {
            capacity.categories.get(&category).map(|sized| {
                view! { <tbody>{rows(&fmt::capital(category.word()), sized, with_sizing)}</tbody> }
            })
        })
        .collect_view();
    let total = rows("Total", &capacity.totals, with_sizing);
    view! {
        <div class="scroll" role="region" aria-label="Capacity" tabindex="0">
            <table class="capacity">
                <caption class="visually-hidden">"Capacity by category"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Category"</th>
                        {with_sizing.then(|| view! { <th scope="col">"Sizing"</th> })}
                        {FIGURES
                            .into_iter()
                            .map(|(label, _)| {
                                view! {
                                    <th scope="col" class="num">
                                        {label}
                                    </th>
                                }
                            })
                            .collect_view()}
                    </tr>
                </thead>
                {categories}
                <tbody class="sum">{total}</tbody>
            </table>
        </div>
    }
}

/// Two totals side by side, figure by figure, with the difference.
pub(crate) fn versus(
    labels: (&str, &str),
    before: &Totals,
    after: &Totals,
) -> impl IntoView + use<> {
    let (a, b) = (labels.0.to_owned(), labels.1.to_owned());
    view! {
        <div class="scroll" role="region" aria-label="Totals compared" tabindex="0">
            <table class="capacity versus">
                <caption class="visually-hidden">"Totals, before and after"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Total"</th>
                        <th scope="col" class="num">
                            {a}
                        </th>
                        <th scope="col" class="num">
                            {b}
                        </th>
                        <th scope="col" class="num">
                            "Difference"
                        </th>
                    </tr>
                </thead>
                <tbody>
                    {FIGURES
                        .into_iter()
                        .map(|(label, of)| {
                            let (before, after) = (of(before), of(after));
                            view! {
                                <tr>
                                    <th scope="row">{label}</th>
                                    <td class="num">{figure(before)}</td>
                                    <td class="num">{figure(after)}</td>
                                    <td class="num strong">{difference(before, after)}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}

fn difference(before: Figure, after: Figure) -> AnyView {
    let unit = before.unit;
    match (before.known, after.known) {
        (Some(a), Some(b)) if before.missing == 0 && after.missing == 0 => {
            let text = match a.cmp(&b) {
                std::cmp::Ordering::Equal => "same".to_owned(),
                std::cmp::Ordering::Less => format!("+{}", unit(b - a)),
                std::cmp::Ordering::Greater => format!("−{}", unit(a - b)),
            };
            text.into_any()
        }
        _ => unknown("one side is not fully known"),
    }
}
