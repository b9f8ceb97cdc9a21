//! The rooms of one environment: what there is to see and to do about it, the same on each of its
//! pages.

use leptos::prelude::*;
use model::name::EnvironmentName;

use crate::routes;

/// A room of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    /// What it is.
    Overview,
    /// What it would take otherwise.
    WhatIf,
    /// Beside what was measured.
    Nearest,
    /// The order of operations.
    Runbook,
    /// Tables to print and to send.
    Reports,
    /// Notes and decisions.
    Notes,
}

impl Room {
    const ALL: [Self; 6] = [
        Self::Overview,
        Self::WhatIf,
        Self::Nearest,
        Self::Runbook,
        Self::Reports,
        Self::Notes,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::WhatIf => "What if",
            Self::Nearest => "Measured",
            Self::Runbook => "Runbook",
            Self::Reports => "Reports",
            Self::Notes => "Notes",
        }
    }

    fn address(self, name: &EnvironmentName) -> String {
        match self {
            Self::Overview => routes::environment(name),
            Self::WhatIf => routes::what_if(name),
            Self::Nearest => routes::nearest(name),
            Self::Runbook => routes::runbook(name),
            Self::Reports => routes::reports(name),
            Self::Notes => routes::notes(name),
        }
    }
}

/// The way from room to room.
pub(crate) fn rooms(name: &EnvironmentName, here: Room) -> impl IntoView + use<> {
    let links = Room::ALL
        .map(|room| {
            let current = (room == here).then_some("page");
            view! {
                <a href=room.address(name) aria-current=current>
                    {room.word()}
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="tabs" aria-label=format!("Rooms of {name}")>
            {links}
        </nav>
    }
}
