//! The dashboard, in the order of an incident: alarms, headroom, environments, what expires soon,
//! what was done.

use leptos::prelude::*;
use model::lease::Lease;
use model::name::EnvironmentName;

use super::environments;
use crate::components::empty::empty;
use crate::components::finding;
use crate::components::frame::{Place, heading};
use crate::components::log;
use crate::components::meter;
use crate::components::time;
use crate::context::{self, Shown, page};
use crate::data::Dashboard;
use crate::islands::Countdown;
use crate::routes;

/// How many findings are open to the eye.
const SHOWN_FINDINGS: usize = 4;

/// The page.
#[component]
pub(crate) fn DashboardPage() -> impl IntoView {
    page(|backend| async move {
        let data = backend.dashboard().await?;
        Ok(Shown {
            title: "Dashboard".to_owned(),
            place: Place::Dashboard,
            view: draw(&data).into_any(),
        })
    })
}

fn draw(data: &Dashboard) -> impl IntoView + use<> {
    let Dashboard {
        findings,
        clouds,
        environments: rows,
        activity,
    } = data;
    let mut expiring: Vec<(EnvironmentName, Lease)> = rows
        .iter()
        .filter_map(|row| Some((row.environment.name.clone(), row.lease.clone()?)))
        .collect();
    expiring.sort_by_key(|(_, lease)| lease.expires_at);
    let findings_title = if findings.is_empty() {
        "Findings".to_owned()
    } else {
        format!("Findings: {}", finding::counts(findings))
    };
    view! {
        {heading("Dashboard", None, ())}
        <section id="findings" aria-labelledby="findings-title">
            <h2 id="findings-title">{findings_title}</h2>
            {if findings.is_empty() {
                empty("Nothing is known to be wrong.", "Findings appear here as soon as data contradicts itself, a disk is full, or a limit is near.")
                    .into_any()
            } else {
                finding::list(findings, true, SHOWN_FINDINGS)
            }}
        </section>
        <section aria-labelledby="headroom-title">
            <h2 id="headroom-title">"Headroom"</h2>
            {if clouds.is_empty() {
                empty("No cloud is connected.", "Name one in an environment’s file as its cloud.").into_any()
            } else {
                clouds.iter().map(meter::cloud).collect_view().into_any()
            }}
        </section>
        <section aria-labelledby="environments-title">
            <h2 id="environments-title">"Environments"</h2>
            {environments::table(rows)}
        </section>
        <section aria-labelledby="expiring-title">
            <h2 id="expiring-title">"Expiring soon"</h2>
            {if expiring.is_empty() {
                empty("Nothing expires.", "A temporary copy appears here with the time it has left.").into_any()
            } else {
                expiring.into_iter().map(lease).collect_view().into_any()
            }}
        </section>
        <section aria-labelledby="activity-title">
            <h2 id="activity-title">"Activity"</h2>
            {if activity.is_empty() {
                empty("Nobody has done anything yet.", "Every act appears here with who, when and why.").into_any()
            } else {
                view! {
                    {log::table(activity)}
                    <p>
                        <a href=routes::AUDIT>"All activity"</a>
                    </p>
                }
                    .into_any()
            }}
        </section>
    }
}

fn lease((name, lease): (EnvironmentName, Lease)) -> impl IntoView {
    let now = context::viewer().now;
    view! {
        <p class="lease-line">
            <a href=routes::environment(&name)>{name.to_string()}</a>
            " "
            <Countdown until=lease.expires_at.timestamp_millis() now=now.timestamp_millis() />
            <span class="muted">" goes " {time::absolute(lease.expires_at)}</span>
        </p>
    }
}
