//! The frame around every page: navigation at the left, the bar on top, and where the content is.

use leptos::prelude::*;
use leptos_meta::Title;

use super::form;
use super::icon::{Icon, icon};
use crate::context::{self, Shown};
use crate::data::Frame;
use crate::fmt;
use crate::islands::{Helpers, ThemeSwitch};
use crate::routes;

/// A place in the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The dashboard.
    Dashboard,
    /// Environments.
    Environments,
    /// The inventory.
    Instances,
    /// Clouds.
    Clouds,
    /// The comparison.
    Compare,
    /// Capacity by date.
    Capacity,
    /// What things cost.
    Prices,
    /// Case studies.
    Cases,
    /// Operations.
    Operations,
    /// The log of acts.
    Log,
    /// None of them.
    Elsewhere,
}

const PLACES: [(Place, &str, &str, Icon); 10] = [
    (
        Place::Dashboard,
        routes::DASHBOARD,
        "Dashboard",
        Icon::Dashboard,
    ),
    (
        Place::Environments,
        routes::ENVIRONMENTS,
        "Environments",
        Icon::Environments,
    ),
    (
        Place::Instances,
        routes::INSTANCES,
        "Instances",
        Icon::Instances,
    ),
    (Place::Clouds, routes::CLOUDS, "Clouds", Icon::Cloud),
    (Place::Compare, routes::COMPARE, "Compare", Icon::Compare),
    (
        Place::Capacity,
        routes::CAPACITY,
        "Capacity",
        Icon::Capacity,
    ),
    (Place::Prices, routes::PRICES, "Prices", Icon::Prices),
    (Place::Cases, routes::CASES, "Case studies", Icon::Cases),
    (
        Place::Operations,
        routes::OPERATIONS,
        "Operations",
        Icon::Operations,
    ),
    (Place::Log, routes::AUDIT, "Activity", Icon::Log),
];

/// Text as HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A page in its frame.
pub(crate) fn frame(data: &Frame, shown: Shown) -> impl IntoView + use<> {
    let Shown { title, place, view } = shown;
    view! {
        // What is written there is taken as it is.
        <Title text=escaped(&format!("{title} · Understudy")) />
        <a class="skip" href="#content">
            "Skip to the content"
        </a>
        <div class="frame">
            <div class="side">
                <a class="brand" href=routes::DASHBOARD>
                    {icon(Icon::Mark)}
                    <span>"Understudy"</span>
                </a>
                <nav class="nav-wide" aria-label="Main">
                    {links(place, data)}
                </nav>
                <details class="nav-narrow">
                    <summary>{icon(Icon::Menu)} "Menu"</summary>
                    <nav aria-label="Main">{links(place, data)}</nav>
                </details>
            </div>
            <header class="bar">{bar(data)}</header>
            <main id="content" class="content" tabindex="-1">
                {view}
            </main>
            {foot()}
        </div>
        <Helpers />
    }
}

fn links(current: Place, data: &Frame) -> impl IntoView + use<> {
    let running = data.running;
    view! {
        <ul>
            {PLACES
                .into_iter()
                .map(|(place, href, label, drawn)| {
                    let current = (place == current).then_some("page");
                    let count = (place == Place::Operations && running > 0)
                        .then(|| {
                            view! {
                                <span class="count" title="under way">
                                    {running}
                                    <span class="visually-hidden">" under way"</span>
                                </span>
                            }
                        });
                    view! {
                        <li>
                            <a href=href aria-current=current>
                                {icon(drawn)}
                                <span>{label}</span>
                                {count}
                            </a>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}

fn bar(data: &Frame) -> impl IntoView + use<> {
    let viewer = context::viewer();
    let environments = data.environments.clone();
    let alarms = data.alarms;
    view! {
        <details class="switcher">
            <summary>{icon(Icon::Environments)} <span>"Go to environment"</span></summary>
            <ul>
                {environments
                    .into_iter()
                    .map(|(name, kind)| {
                        view! {
                            <li>
                                <a href=routes::environment(&name)>
                                    <span>{name.to_string()}</span>
                                    {super::badge::kind(kind)}
                                </a>
                            </li>
                        }
                    })
                    .collect_view()}
                <li>
                    <a class="muted" href=routes::ENVIRONMENTS>
                        "All environments"
                    </a>
                </li>
            </ul>
        </details>
        <form class="search" role="search" method="get" action=routes::INSTANCES>
            <label class="visually-hidden" for="search">
                "Search instances"
            </label>
            {icon(Icon::Search)}
            <input
                id="search"
                type="search"
                name="q"
                placeholder="Search host, address, group, image"
                autocomplete="off"
                aria-keyshortcuts="/"
            />
        </form>
        <a class="alarms" class:alarms-none=move || alarms == 0 href=format!("{}#findings", routes::DASHBOARD)>
            {icon(Icon::Alarm)}
            <span>{fmt::counted(alarms.into(), "alarm", "alarms")}</span>
        </a>
        <ThemeSwitch />
        {viewer
            .name
            .map(|name| {
                view! {
                    <form class="who" method="post" action=routes::SIGN_OUT>
                        {form::token()}
                        <span class="who-name">{name}</span>
                        <button type="submit" class="quiet" title="Sign out">
                            {icon(Icon::SignOut)}
                            <span class="visually-hidden">"Sign out"</span>
                        </button>
                    </form>
                }
            })}
    }
}

/// What a printed page is dated by.
fn foot() -> impl IntoView {
    let now = context::viewer().now;
    let address = use_context::<http::request::Parts>()
        .map(|parts| parts.uri.to_string())
        .unwrap_or_default();
    view! {
        <footer class="print-only">
            <p>"Understudy · " {address} " · " {fmt::moment(now)}</p>
        </footer>
    }
}

/// A page's heading, with what can be done there at its right.
pub(crate) fn heading<A: IntoView + 'static>(
    title: impl Into<String>,
    lead: Option<AnyView>,
    actions: A,
) -> impl IntoView {
    view! {
        <div class="heading">
            <div>
                <h1>{title.into()}</h1>
                {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
            </div>
            <div class="actions">{actions}</div>
        </div>
    }
}
