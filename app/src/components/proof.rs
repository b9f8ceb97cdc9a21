//! The proof of a plan: what was checked against the cloud, and what could not be.

use leptos::prelude::*;
use plan::proof::{Check, Proof, Verdict};

use super::badge::{Tone, badge};
use super::time;
use super::trouble::refused;
use super::unknown::{or_unknown, unknown};
use crate::data::Known;
use crate::fmt;

/// A check's amount; what is counted in MiB or GiB says so in its name.
fn amount(what: &str, n: u64) -> String {
    if what.ends_with("(MiB)") {
        fmt::mib(n)
    } else if what.ends_with("(GiB)") {
        fmt::gib(n)
    } else {
        fmt::number(n)
    }
}

fn name(what: &str) -> String {
    let short = what
        .strip_suffix(" (MiB)")
        .or_else(|| what.strip_suffix(" (GiB)"))
        .unwrap_or(what);
    fmt::capital(short)
}

/// The verdict as a badge: `12 checks passed, 2 not checked`.
pub(crate) fn verdict(proof: &Known<Proof>) -> AnyView {
    let proof = match proof {
        Known::Is(proof) => proof,
        Known::Not { why } => {
            return view! { {badge(Tone::Warning, "no proof")} " " <span class="muted">{why.clone()}</span> }
                .into_any();
        }
    };
    let count = |verdict: Verdict| {
        proof
            .checks
            .iter()
            .filter(|check| check.verdict == verdict)
            .count()
    };
    let (failed, open) = (count(Verdict::Failed), count(Verdict::Unknown));
    let shown = if failed > 0 {
        badge(Tone::Critical, format!("does not fit: {failed} failed")).into_any()
    } else {
        badge(Tone::Ok, "fits").into_any()
    };
    view! {
        {shown}
        " "
        <span class="muted">
            {format!("{} checks passed", count(Verdict::Passed))}
            {(open > 0).then(|| format!(", {open} could not be checked"))}
        </span>
    }
    .into_any()
}

/// All checks as a table.
pub(crate) fn table(proof: &Known<Proof>) -> AnyView {
    let Proof {
        plan_hash,
        at,
        checks,
    } = match proof {
        Known::Is(proof) => proof.clone(),
        Known::Not { why } => return refused(why).into_any(),
    };
    view! {
        <div class="scroll" role="region" aria-label="Proof" tabindex="0">
            <table class="proof">
                <thead>
                    <tr>
                        <th scope="col">"Check"</th>
                        <th scope="col" class="num">
                            "Needed"
                        </th>
                        <th scope="col" class="num">
                            "Free"
                        </th>
                        <th scope="col">"Verdict"</th>
                    </tr>
                </thead>
                <tbody>{checks.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
        <p class="muted">
            "Asked " {time::both(at)} " for plan " <code>{fmt::short_hash(&plan_hash)}</code>
            ". It is asked again when you start."
        </p>
    }
    .into_any()
}

fn row(check: Check) -> impl IntoView {
    let Check {
        what,
        need,
        free,
        verdict,
        why,
    } = check;
    let shown = match verdict {
        Verdict::Passed => badge(Tone::Ok, "passed").into_any(),
        Verdict::Failed => badge(Tone::Critical, "failed").into_any(),
        Verdict::Unknown => badge(Tone::Warning, "not checked").into_any(),
    };
    let free = match (need, free, verdict) {
        (_, Some(free), _) => amount(&what, free).into_any(),
        (None, None, _) => ().into_any(),
        (Some(_), None, Verdict::Passed) => "no limit".into_any(),
        (Some(_), None, Verdict::Failed | Verdict::Unknown) => {
            unknown(why.as_deref().unwrap_or("the cloud did not tell"))
        }
    };
    let need = match need {
        Some(need) => or_unknown(Some(amount(&what, need)), ""),
        None => ().into_any(),
    };
    view! {
        <tr>
            <th scope="row">{name(&what)}</th>
            <td class="num">{need}</td>
            <td class="num">{free}</td>
            <td>{shown} {why.map(|why| view! { " " <span class="muted">{why}</span> })}</td>
        </tr>
    }
}
