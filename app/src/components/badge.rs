//! Badges: a state as glyph, word and colour, so that none of them carries it alone.

use leptos::prelude::*;
use model::environment::EnvironmentKind;
use model::operation::OperationState;
use plan::finding::Severity;

/// The colour of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As it should be.
    Ok,
    /// Being worked on.
    Active,
    /// Worth a look.
    Warning,
    /// Broken.
    Critical,
    /// Neither good nor bad.
    Neutral,
}

impl Tone {
    /// Its class.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Ok => "badge tone-ok",
            Self::Active => "badge tone-active",
            Self::Warning => "badge tone-warning",
            Self::Critical => "badge tone-critical",
            Self::Neutral => "badge tone-neutral",
        }
    }

    /// Its glyph.
    pub(crate) const fn glyph(self) -> &'static str {
        match self {
            Self::Ok => "✓",
            Self::Active => "●",
            Self::Warning => "!",
            Self::Critical => "✕",
            Self::Neutral => "○",
        }
    }
}

/// A state with its word.
pub(crate) fn badge<W: Into<String>>(tone: Tone, word: W) -> impl IntoView + use<W> {
    view! {
        <span class=tone.class()>
            <span class="badge-glyph" aria-hidden="true">{tone.glyph()}</span>
            {word.into()}
        </span>
    }
}

/// What an environment is for.
pub(crate) fn kind(kind: EnvironmentKind) -> impl IntoView {
    view! { <span class=format!("kind kind-{kind}")>{kind.word()}</span> }
}

/// How urgent a finding is.
pub(crate) fn severity(severity: Severity) -> impl IntoView {
    let tone = match severity {
        Severity::Critical => Tone::Critical,
        Severity::Warning => Tone::Warning,
        Severity::Hint => Tone::Neutral,
    };
    badge(tone, severity.word())
}

/// Where an operation stands.
pub(crate) fn operation(state: &OperationState) -> impl IntoView + use<> {
    badge(operation_tone(state), state.word())
}

/// The colour of where an operation stands.
pub(crate) fn operation_tone(state: &OperationState) -> Tone {
    match state {
        OperationState::Planned | OperationState::AwaitingApproval => Tone::Neutral,
        OperationState::Queued | OperationState::Running { trouble: None, .. } => Tone::Active,
        OperationState::Running {
            trouble: Some(_), ..
        }
        | OperationState::RolledBack { .. } => Tone::Warning,
        OperationState::Done { .. } => Tone::Ok,
        OperationState::Stopped { .. } => Tone::Critical,
    }
}

/// An instance's status in the cloud's word.
pub(crate) fn status(status: &str) -> impl IntoView + use<> {
    let tone = match status {
        "ACTIVE" => Tone::Ok,
        "BUILD" | "REBOOT" | "RESIZE" | "REBUILD" | "MIGRATING" => Tone::Active,
        "ERROR" | "DELETED" => Tone::Critical,
        "UNKNOWN" | "VERIFY_RESIZE" => Tone::Warning,
        _ => Tone::Neutral,
    };
    badge(tone, status.to_owned())
}
