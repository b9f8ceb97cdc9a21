//! Progress in words: the same on the server, which draws it, and in the browser, which moves it.

use model::operation::{Happening, Phase, StepState};

/// How far a step is, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepWord {
    /// Nothing was done yet.
    Waiting,
    /// The call is being made.
    Working,
    /// The cloud has taken it.
    Settling,
    /// The cloud says that it runs; it has not reported itself.
    Running,
    /// It is as it was asked for.
    Done,
    /// The attempt came to nothing.
    Failed,
}

impl StepWord {
    /// The word for a state; none: nobody has begun.
    pub(crate) const fn of(state: Option<&StepState>) -> Self {
        match state {
            None => Self::Waiting,
            Some(StepState::Intended) => Self::Working,
            Some(StepState::Made { .. }) => Self::Settling,
            Some(StepState::Running { .. }) => Self::Running,
            Some(StepState::Done { .. }) => Self::Done,
            Some(StepState::Failed { .. }) => Self::Failed,
        }
    }

    /// The word.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Working => "working",
            Self::Settling => "getting ready",
            Self::Running => "running, no report yet",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// The glyph beside it.
    pub(crate) const fn glyph(self) -> &'static str {
        match self {
            Self::Waiting => "○",
            Self::Working => "◔",
            Self::Settling => "◑",
            Self::Running => "◕",
            Self::Done => "✓",
            Self::Failed => "✕",
        }
    }
}

/// What a step's row is called in the page.
pub(crate) fn step_id(phase: Phase, step: u32) -> String {
    format!("{}-{step}", phase.word())
}

/// What happened, in a sentence.
pub(crate) fn sentence(what: &Happening) -> String {
    match what {
        Happening::Started { phase, steps, done } => {
            let direction = match phase {
                Phase::Forward => "Begun",
                Phase::Rollback => "Begun to take back",
            };
            if *done == 0 {
                format!("{direction}: {steps} steps.")
            } else {
                format!("{direction}: {done} of {steps} steps were done before.")
            }
        }
        Happening::Step {
            phase: _,
            step: _,
            key,
            verb,
            state,
        } => match state {
            StepState::Failed { why } => format!("{verb} {key}: failed: {why}"),
            StepState::Intended
            | StepState::Made { .. }
            | StepState::Running { .. }
            | StepState::Done { .. } => {
                format!("{verb} {key}: {}", StepWord::of(Some(state)).word())
            }
        },
        Happening::Note { text } => text.clone(),
        Happening::RollingBack { trouble } => format!("Rolling back. {trouble}"),
        Happening::Ended { state } => format!("Ended: {}.", state.word()),
    }
}
