//! What happens in an operation, as it happens: a line of text for a person, a line of JSON for a
//! program.

use std::collections::BTreeSet;

use model::operation::{Event, Happening, Operation, Phase, StepState};

use super::args::Format;
use super::error::CliError;
use super::output::{Look, Out};

/// Prints what happens.
pub(super) struct Printer {
    out: Out,
    format: Format,
    /// The newest event's number.
    pub(super) last: u64,
    steps: u32,
    done: BTreeSet<u32>,
    done_before: u32,
}

impl Printer {
    pub(super) fn new(out: Out, format: Format) -> Self {
        Self {
            out,
            format,
            last: 0,
            steps: 0,
            done: BTreeSet::new(),
            done_before: 0,
        }
    }

    /// Tells what is begun.
    pub(super) fn begin(&self, operation: &Operation) {
        if self.format == Format::Json {
            return;
        }
        let what = format!("{}: {}", operation.environment_name, operation.act.words());
        let plan = operation.plan_hash.as_deref().unwrap_or_default();
        let plan: String = plan.chars().take(12).collect();
        self.out.text(&format!(
            "{} ({}; plan {plan})",
            self.out.paint(Look::Strong, what),
            operation.reason
        ));
    }

    /// Tells what happened.
    pub(super) fn event(&mut self, event: &Event) -> Result<(), CliError> {
        self.last = event.number;
        match self.format {
            Format::Json => self.out.json_line(event),
            Format::Text => {
                if let Some(line) = self.line(&event.what) {
                    self.out.text(&line);
                }
                Ok(())
            }
        }
    }

    /// What a person wants to know of it.
    fn line(&mut self, what: &Happening) -> Option<String> {
        let out = self.out;
        match what {
            Happening::Started { phase, steps, done } => {
                self.steps = *steps;
                self.done_before = *done;
                self.done.clear();
                let begun = match phase {
                    Phase::Forward => "steps",
                    Phase::Rollback => "steps back",
                };
                Some(match done {
                    0 => format!("  {steps} {begun}"),
                    done => format!("  {steps} {begun}, {done} of them done before"),
                })
            }
            Happening::Step {
                phase: _,
                step,
                key,
                verb,
                state,
            } => match state {
                StepState::Intended | StepState::Made { .. } => None,
                // Most machines are there in seconds, and take minutes inside.
                StepState::Running { .. } => Some(format!(
                    "  {}",
                    out.paint(Look::Faint, format_args!("{key} runs, and is to report"))
                )),
                StepState::Done { .. } => {
                    self.done.insert(*step);
                    let done = self.done_before as usize + self.done.len();
                    let width = self.steps.to_string().len();
                    let count = format!("[{done:>width$}/{}]", self.steps);
                    Some(format!("  {} {verb} {key}", out.paint(Look::Good, count)))
                }
                StepState::Failed { why } => Some(format!(
                    "  {}",
                    out.paint(Look::Warning, format_args!("{verb} {key} failed: {why}"))
                )),
            },
            Happening::Note { text } => Some(format!("  {}", out.paint(Look::Faint, text))),
            Happening::RollingBack { trouble } => Some(format!(
                "  {}",
                out.paint(Look::Bad, format_args!("going back: {}", trouble.what))
            )),
            Happening::Ended { state: _ } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::Colours;
    use model::key::{Key, ResourceKind};

    #[test]
    fn steps_are_counted_on_from_what_was_done_before() {
        let out = Out {
            colours: Colours::Off,
        };
        let mut printer = Printer::new(out, Format::Text);
        let started = Happening::Started {
            phase: Phase::Forward,
            steps: 12,
            done: 4,
        };
        assert_eq!(
            printer.line(&started).unwrap(),
            "  12 steps, 4 of them done before"
        );
        let mut step = |state| {
            printer.line(&Happening::Step {
                phase: Phase::Forward,
                step: 7,
                key: Key::new(ResourceKind::Network, "internal"),
                verb: "create".into(),
                state,
            })
        };
        assert_eq!(step(StepState::Intended), None);
        let done = || StepState::Done { id: None };
        assert_eq!(step(done()).unwrap(), "  [ 5/12] create network/internal");
        // Told twice, counted once.
        assert_eq!(step(done()).unwrap(), "  [ 5/12] create network/internal");
    }
}
