//! Meters: used, reserved, free and limit, as text and as a bar. The bar is a picture of the text
//! beside it and is hidden from screen readers.

use leptos::prelude::*;

use super::unknown::{known, unknown};
use crate::data::{CloudMeters, Known, Meter, MeterLimit};
use crate::fmt;
use plan::offers::QuotaKind;

/// The bar is drawn on this many units.
const WIDTH: u64 = 1000;
/// From this share on a quota is nearly used up.
const NEARLY: u64 = 750;

/// A share of the bar.
fn share(part: u64, whole: u64) -> u64 {
    if whole == 0 {
        return 0;
    }
    (part.min(whole) * WIDTH) / whole
}

fn amount(what: QuotaKind, n: u64) -> String {
    match what {
        QuotaKind::RamMib => fmt::mib(n),
        QuotaKind::VolumeGib => fmt::gib(n),
        _ => fmt::number(n),
    }
}

/// The name without its unit, because each amount has it.
fn name(what: QuotaKind) -> String {
    let words = what.words();
    fmt::capital(words.split(" (").next().unwrap_or(words))
}

fn head() -> impl IntoView {
    view! {
                    <thead>
                        <tr>
                            <th scope="col">"Quota"</th>
                            <th scope="col" class="meter-col">
                                <span class="visually-hidden">"Share"</span>
                            </th>
                            <th scope="col" class="num">"Used"</th>
                            <th scope="col" class="num">"Reserved"</th>
                            <th scope="col" class="num">"Free"</th>
                            <th scope="col" class="num">"Limit"</th>
                        </tr>
                    </thead>
    }
}

/// Whether a quota is always in sight: those that copies usually break first, and any that is
/// nearly used up.
fn in_sight(meter: &Meter) -> bool {
    let usual = match meter.what {
        QuotaKind::Instances
        | QuotaKind::Vcpus
        | QuotaKind::RamMib
        | QuotaKind::VolumeGib
        | QuotaKind::FloatingIps => true,
        QuotaKind::Volumes
        | QuotaKind::Snapshots
        | QuotaKind::Networks
        | QuotaKind::Subnets
        | QuotaKind::Routers
        | QuotaKind::SecurityGroups
        | QuotaKind::SecurityRules
        | QuotaKind::ServerGroups
        | QuotaKind::Keypairs
        | QuotaKind::Ports => false,
    };
    let nearly_used_up = match (&meter.limit, &meter.used) {
        (MeterLimit::Limited(limit), Known::Is(used)) => {
            share(used + meter.reserved, *limit) >= NEARLY
        }
        (MeterLimit::Limited(_), Known::Not { why: _ })
        | (MeterLimit::Unlimited | MeterLimit::Unknown { why: _ }, _) => false,
    };
    usual || nearly_used_up
}

/// All meters of one cloud.
pub(crate) fn cloud(cloud: &CloudMeters) -> impl IntoView + use<> {
    let CloudMeters {
        cloud,
        asked_at,
        stale,
        meters,
    } = cloud.clone();
    let (first, rest): (Vec<&Meter>, Vec<&Meter>) =
        meters.iter().partition(|meter| in_sight(meter));
    let asked = match asked_at {
        Known::Is(at) => view! { "asked " {super::time::relative(at)} }.into_any(),
        Known::Not { why } => view! { "never asked: " {why} }.into_any(),
    };
    view! {
        <section class="card" aria-label=format!("Headroom of {cloud}")>
            <div class="card-head">
                <h3>{cloud.to_string()}</h3>
                <p class="muted">
                    {asked}
                    {stale
                        .then(|| {
                            view! {
                                " "
                                {super::badge::badge(super::badge::Tone::Warning, "stale")}
                            }
                        })}
                </p>
            </div>
            <div class="scroll" role="region" aria-label="Quotas" tabindex="0">
                <table class="meters">
                    {head()}
                    <tbody>{first.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
            {(!rest.is_empty())
                .then(|| {
                    let summary = format!("{} more quotas", rest.len());
                    let rest = rest.into_iter().map(row).collect_view();
                    view! {
                        <details>
                            <summary>{summary}</summary>
                            <div class="scroll" role="region" aria-label="More quotas" tabindex="0">
                                <table class="meters">
                                    {head()}
                                    <tbody>{rest}</tbody>
                                </table>
                            </div>
                        </details>
                    }
                })}
        </section>
    }
}

fn row(meter: &Meter) -> impl IntoView + use<> {
    let Meter {
        what,
        used,
        reserved,
        limit,
    } = meter.clone();
    let (limit_text, free, bar) = match (&limit, used.known()) {
        (MeterLimit::Limited(limit), Some(used)) => {
            let free = limit.saturating_sub(*used).saturating_sub(reserved);
            (
                amount(what, *limit).into_any(),
                amount(what, free).into_any(),
                Some((*used, reserved, *limit)),
            )
        }
        (MeterLimit::Limited(limit), None) => (
            amount(what, *limit).into_any(),
            unknown("what is used is not known"),
            None,
        ),
        (MeterLimit::Unlimited, _) => ("no limit".into_any(), "no limit".into_any(), None),
        (MeterLimit::Unknown { why }, _) => (unknown(why), unknown(why), None),
    };
    let reserved_text = if reserved == 0 {
        "0".to_owned()
    } else {
        amount(what, reserved)
    };
    view! {
        <tr>
            <th scope="row">{name(what)}</th>
            <td class="meter-col">{bar.map(|(used, reserved, limit)| picture(used, reserved, limit))}</td>
            <td class="num">{known(&used, |used| amount(what, *used))}</td>
            <td class="num">{reserved_text}</td>
            <td class="num strong">{free}</td>
            <td class="num">{limit_text}</td>
        </tr>
    }
}

/// The bar itself: used solid, reserved hatched.
pub(crate) fn picture(used: u64, reserved: u64, limit: u64) -> impl IntoView {
    let used_share = share(used, limit);
    let reserved_share = share(reserved, limit).min(WIDTH - used_share);
    let tone = match share(used + reserved, limit) {
        0..NEARLY => "meter",
        NEARLY..900 => "meter meter-warning",
        _ => "meter meter-critical",
    };
    view! {
        <svg class=tone viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
            <rect class="meter-all" x="0" y="0" width="1000" height="10"></rect>
            <rect class="meter-used" x="0" y="0" width=used_share height="10"></rect>
            <rect
                class="meter-reserved"
                x=used_share
                y="0"
                width=reserved_share
                height="10"
            ></rect>
        </svg>
    }
}
