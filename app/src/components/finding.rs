//! Findings: what, where, since when, its likely effect, what to do.

use leptos::prelude::*;
use model::filter::InstanceFilter;
use plan::finding::{Finding, Muted, Severity};

use super::badge;
use super::time;
use crate::data::PlacedFinding;
use crate::routes;

/// Where the subject of a finding is shown: an instance in the inventory, everything else on the
/// environment's page.
fn link(placed: &PlacedFinding) -> String {
    let subject = &placed.finding.subject;
    match subject.split_once('[').map(|(group, _)| group.parse()) {
        Some(Ok(group)) => routes::instances(&InstanceFilter {
            environment: Some(placed.environment.clone()),
            layer: Some(placed.layer),
            group: Some(group),
            ..InstanceFilter::default()
        }),
        Some(Err(_)) | None => routes::environment_layer(&placed.environment, placed.layer),
    }
}

/// One finding. Its environment is named where the page shows several.
fn one(placed: &PlacedFinding, named: bool) -> impl IntoView + use<> {
    let href = link(placed);
    let PlacedFinding {
        finding,
        environment,
        layer: _,
        since,
    } = placed.clone();
    let Finding {
        rule: _,
        severity,
        subject,
        what,
        evidence,
        effect,
        remedy,
    } = finding;
    let itself = subject == environment.as_str();
    view! {
        <li class=format!("finding finding-{}", severity.word())>
            <div class="finding-head">
                {badge::severity(severity)} <p class="finding-what">{what}</p>
                <p class="finding-where">
                    <a href=href>
                        {named.then(|| environment.to_string())}
                        {(named && !itself).then_some(" · ")}
                        {(!(named && itself)).then(|| view! { <code>{subject}</code> })}
                    </a>
                    {since.map(|at| view! { <span class="muted">" known " {time::relative(at)}</span> })}
                </p>
            </div>
            <dl class="facts">
                <div>
                    <dt>"Evidence"</dt>
                    <dd>{evidence}</dd>
                </div>
                <div>
                    <dt>"Likely effect"</dt>
                    <dd>{effect}</dd>
                </div>
                <div>
                    <dt>"What to do"</dt>
                    <dd>{remedy}</dd>
                </div>
            </dl>
        </li>
    }
}

/// A list of findings: the first of them open to the eye, the others folded with their count.
pub(crate) fn list(findings: &[PlacedFinding], named: bool, shown: usize) -> AnyView {
    let (first, rest) = findings.split_at(shown.min(findings.len()));
    let first = first
        .iter()
        .map(|finding| one(finding, named))
        .collect_view();
    let more = (!rest.is_empty()).then(|| {
        let summary = format!("{} more: {}", rest.len(), counts(rest));
        let rest = rest
            .iter()
            .map(|finding| one(finding, named))
            .collect_view();
        view! {
            <details class="more">
                <summary>{summary}</summary>
                <ul class="findings">{rest}</ul>
            </details>
        }
    });
    view! {
        <ul class="findings">{first}</ul>
        {more}
    }
    .into_any()
}

/// What isn't told, folded: with whoever's reason, and until when.
pub(crate) fn muted(muted: &[Muted]) -> Option<impl IntoView + use<>> {
    if muted.is_empty() {
        return None;
    }
    let lines = muted
        .iter()
        .map(|Muted { finding, mute }| {
            let until = mute
                .until
                .map_or_else(|| "for good".to_owned(), |day| format!("until {day}"));
            view! {
                <li>
                    <code>{finding.subject.clone()}</code>
                    ": "
                    {finding.what.clone()}
                    " "
                    <span class="muted">
                        {format!("muted {until}: {} (rule {})", mute.reason, mute.rule.word())}
                    </span>
                </li>
            }
        })
        .collect_view();
    Some(view! {
        <details class="more">
            <summary>{format!("{} muted", muted.len())}</summary>
            <ul class="tight">{lines}</ul>
        </details>
    })
}

/// How many there are of each severity: `2 critical, 1 hint`.
pub(crate) fn counts(findings: &[PlacedFinding]) -> String {
    [Severity::Critical, Severity::Warning, Severity::Hint]
        .into_iter()
        .filter_map(|severity| {
            let n = findings
                .iter()
                .filter(|placed| placed.finding.severity == severity)
                .count();
            (n > 0).then(|| {
                let plural = if n > 1 && severity != Severity::Critical {
                    "s"
                } else {
                    ""
                };
                format!("{n} {}{plural}", severity.word())
            })
        })
        .collect::<Vec<_>>()
        .join(", ")
}
