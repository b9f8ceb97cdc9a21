//! A calendar in sentences: what happens on a day, and when something first doesn't fit.

use super::{Calendar, Happens, Short};
use crate::headroom::{Fit, Unjudged};
use crate::proof::Verdict;

impl Happens {
    /// The words for it, behind the name of what it happens to.
    pub const fn words(self) -> &'static str {
        match self {
            Self::PlanOverdue => "plan is overdue, and counted from today on",
            Self::PlanDue => "plan takes effect",
            Self::ReservationBegins => "reservation begins",
            Self::ReservationEnds => "reservation ends with this day",
            Self::LeaseEnds => "lease ends",
        }
    }
}

impl Short {
    /// `on 2026-05-01, 4 vCPU and 2 GiB memory too few`.
    pub fn sentence(&self) -> String {
        let Self { on, by } = self;
        let missing: Vec<String> = by
            .iter()
            .map(|(measure, amount)| format!("{} {}", measure.amount(*amount), measure.words()))
            .collect();
        let missing = match missing.as_slice() {
            [] => "nothing".to_owned(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        };
        format!("on {on}, {missing} too few")
    }
}

impl Calendar {
    /// Whether everything fits on each day. What no cloud has a quota for is not judged.
    pub fn verdict(&self) -> Verdict {
        if self.short.is_some() {
            return Verdict::Failed;
        }
        let figures = self.spans.iter().flat_map(|span| &span.figures);
        let mut limited = figures.filter(|(measure, _)| measure.quota().is_some());
        if limited.any(|(_, figure)| matches!(figure.fit, Fit::Unknown(_))) {
            Verdict::Unknown
        } else {
            Verdict::Passed
        }
    }

    /// The whole calendar in a sentence.
    pub fn sentence(&self) -> String {
        let until = self.until;
        match (self.verdict(), &self.short) {
            (Verdict::Failed, Some(short)) => format!("does not fit: {}", short.sentence()),
            (Verdict::Passed, None) => format!("everything fits until {until}"),
            (Verdict::Failed | Verdict::Passed | Verdict::Unknown, _) => {
                format!("nothing that is known is too few until {until}; not all is known")
            }
        }
    }
}

impl Unjudged {
    /// Why it can't be told.
    pub fn words(self) -> String {
        match self {
            Self::Untold => "the cloud does not tell its limit".to_owned(),
            Self::Needs(1) => "how much 1 instance takes is not known".to_owned(),
            Self::Needs(instances) => format!("how much {instances} instances take is not known"),
        }
    }
}
