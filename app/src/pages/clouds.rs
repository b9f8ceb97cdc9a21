//! The list of clouds: what each is, when it was last collected, what it holds, what is left.

use leptos::prelude::*;
use model::collection::{HeldKind, KindState, Owner, OwnerCounts};

use super::cloud::tally;
use crate::components::age;
use crate::components::badge::{Tone, badge};
use crate::components::empty::empty;
use crate::components::form;
use crate::components::frame::{Place, heading};
use crate::components::meter;
use crate::components::time;
use crate::components::unknown::unknown;
use crate::context::{Shown, page};
use crate::data::{CloudSummary, CloudsData};
use crate::fmt;
use crate::routes;

/// The page.
#[component]
pub(crate) fn CloudsPage() -> impl IntoView {
    page(|backend| async move {
        let data = backend.clouds().await?;
        Ok(Shown {
            title: "Clouds".to_owned(),
            place: Place::Clouds,
            view: draw(&data).into_any(),
        })
    })
}

/// How often clouds are collected, in words.
pub(crate) fn schedule(every: Option<chrono::Duration>) -> String {
    match every {
        Some(every) => format!("collected every {}", fmt::span(every.num_seconds())),
        None => "collected only when somebody asks".to_owned(),
    }
}

fn draw(data: &CloudsData) -> impl IntoView + use<> {
    let CloudsData { clouds, every } = data;
    let lead = format!("Clouds that somebody works with are {}.", schedule(*every));
    let meters = clouds
        .iter()
        .filter_map(|cloud| cloud.meters.as_ref())
        .map(meter::cloud)
        .collect_view();
    let any = clouds.iter().any(|cloud| cloud.meters.is_some());
    let table = if clouds.is_empty() {
        empty(
            "There are no clouds.",
            view! { "Describe one in " <code>"clouds.yaml"</code> "." },
        )
        .into_any()
    } else {
        let rows = clouds.iter().map(row).collect_view();
        view! {
            <div class="scroll" role="region" aria-label="Clouds" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Cloud"</th>
                            <th scope="col">"Collected"</th>
                            <th scope="col" class="num">
                                "Servers"
                            </th>
                            <th scope="col" class="num">
                                "Volumes"
                            </th>
                            <th scope="col" class="num">
                                "Networks"
                            </th>
                            <th scope="col">"Whose servers"</th>
                            <th scope="col">"Environments"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        {heading("Clouds", Some(lead.into_any()), ())}
        {table}
        {any
            .then(|| {
                view! {
                    <section aria-labelledby="quotas-title">
                        <h2 id="quotas-title">"Quotas"</h2>
                        <div class="cards">{meters}</div>
                    </section>
                }
            })}
    }
}

/// What is wrong or under way, in a badge or two.
pub(crate) fn standing(cloud: &CloudSummary) -> impl IntoView + use<> {
    let state = cloud.state.as_ref();
    let under_way = state
        .filter(|state| state.progress.is_some() || state.is_wanted())
        .map(|_| badge(Tone::Active, "collecting"));
    let trouble = state
        .and_then(|state| state.trouble.as_ref())
        .map(|trouble| {
            view! {
                <span title=trouble.why.clone()>{badge(Tone::Critical, "can’t be asked")}</span>
                " since "
                {time::relative(trouble.since)}
            }
        });
    let partial: Vec<&KindState> = state
        .map(|state| state.partial().collect())
        .unwrap_or_default();
    let partial = (!partial.is_empty()).then(|| {
        let kinds: Vec<&str> = partial.iter().map(|state| state.kind.many()).collect();
        let text = format!("could not read {}", kinds.join(", "));
        view! { {badge(Tone::Warning, "in part")} " " {text} }
    });
    view! {
        {under_way}
        {trouble}
        {partial}
    }
}

fn count(cloud: &CloudSummary, kind: HeldKind) -> AnyView {
    match tally(cloud, kind) {
        Some(all) => {
            view! { <a href=routes::held_all(&cloud.name, kind)>{fmt::number(all)}</a> }.into_any()
        }
        None => unknown("it was never read to its end"),
    }
}

/// How many are whose, in words: `9 ours, 4 foreign`.
pub(crate) fn shares(counts: OwnerCounts) -> String {
    let of = Owner::ALL
        .into_iter()
        .filter(|owner| counts.of(*owner) > 0)
        .map(|owner| format!("{} {owner}", fmt::number(counts.of(owner))));
    of.collect::<Vec<_>>().join(", ")
}

fn row(cloud: &CloudSummary) -> impl IntoView + use<> {
    let servers = cloud.counts.get(&HeldKind::Server).copied();
    let environments = cloud
        .environments
        .iter()
        .map(|name| {
            view! {
                <a class="line" href=routes::environment(name)>
                    {name.to_string()}
                </a>
            }
        })
        .collect_view();
    let never = cloud.state.is_none().then(|| {
        view! {
            <form method="post" action=routes::collect(&cloud.name)>
                {form::token()}
                {form::submit("Collect it", "", None)}
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row">
                <a href=routes::cloud(&cloud.name)>{cloud.name.to_string()}</a>
                <div class="muted about">{cloud.about.clone()}</div>
            </th>
            <td>
                <div class="nowrap">{age::when(cloud.age)}</div>
                {standing(cloud)}
                {never}
            </td>
            <td class="num">{count(cloud, HeldKind::Server)}</td>
            <td class="num">{count(cloud, HeldKind::Volume)}</td>
            <td class="num">{count(cloud, HeldKind::Network)}</td>
            <td>
                {match servers {
                    Some(servers) => {
                        let proposals = (servers.foreign > 0)
                            .then(|| {
                                view! {
                                    <a class="line" href=routes::groups(&cloud.name, 0)>
                                        "Say whose the foreign ones are"
                                    </a>
                                }
                            });
                        view! {
                            {shares(servers)}
                            {proposals}
                        }
                            .into_any()
                    }
                    None => unknown("no server was collected"),
                }}
            </td>
            <td>{environments}</td>
        </tr>
    }
}
