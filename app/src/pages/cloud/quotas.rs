//! A cloud's quotas over time.

use leptos::prelude::*;
use model::quota::{Quota, QuotaKind};

use crate::components::time;
use crate::data::QuotaChange;
use crate::fmt;

fn amount(what: QuotaKind, quota: Quota) -> String {
    let n = |n: u64| match what {
        QuotaKind::RamMib => fmt::mib(n),
        QuotaKind::VolumeGib => fmt::gib(n),
        _ => fmt::number(n),
    };
    match quota.limit {
        Some(limit) => format!("{} of {}", n(quota.used), n(limit)),
        None => format!("{}, no limit", n(quota.used)),
    }
}

/// Quotas over time: what changed.
pub(super) fn changes(quotas: &[QuotaChange]) -> Option<AnyView> {
    let changed: Vec<&QuotaChange> = quotas.iter().filter(|one| one.before.is_some()).collect();
    if changed.is_empty() {
        return None;
    }
    let rows = changed
        .iter()
        .map(|change| {
            let what = change.what;
            let before = change.before.map(|before| amount(what, before));
            view! {
                <tr>
                    <th scope="row">{time::both(change.at)}</th>
                    <td>{fmt::capital(what.words())}</td>
                    <td>{before} " → " {amount(what, change.after)}</td>
                </tr>
            }
        })
        .collect_view();
    Some(
        view! {
            <details>
                <summary>{format!("Over time: {}", fmt::counted(
                    changed.len().try_into().unwrap_or(u64::MAX),
                    "change",
                    "changes",
                ))}</summary>
                <div class="scroll" role="region" aria-label="Quotas over time" tabindex="0">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"Seen"</th>
                                <th scope="col">"Quota"</th>
                                <th scope="col">"Used of limit"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        }
        .into_any(),
    )
}
