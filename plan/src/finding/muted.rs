//! What people don't want to be told, kept apart from what is told. Nothing is dropped: who asks
//! sees what is muted, by whom it was said why, and until when.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Finding, Mute};

/// A finding that is not told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Muted {
    /// The finding.
    pub finding: Finding,
    /// What mutes it.
    pub mute: Mute,
}

/// Findings, told and not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sorted {
    /// Those that are told, in their order.
    pub told: Vec<Finding>,
    /// Those that are muted, in theirs.
    pub muted: Vec<Muted>,
}

/// Takes out what is muted on a day. Of several mutes of one finding the one that holds longest
/// counts; one that has expired mutes no more.
pub fn sorted(findings: Vec<Finding>, mutes: &[Mute], today: NaiveDate) -> Sorted {
    let mut sorted = Sorted::default();
    for finding in findings {
        let of_it = mutes.iter().filter(|mute| {
            let subject = mute.subject.as_ref();
            mute.rule == finding.rule
                && subject.is_none_or(|subject| *subject == finding.subject)
                && mute.holds(today)
        });
        match of_it.max_by_key(|mute| mute.until.unwrap_or(NaiveDate::MAX)) {
            Some(mute) => sorted.muted.push(Muted {
                finding,
                mute: mute.clone(),
            }),
            None => sorted.told.push(finding),
        }
    }
    sorted
}
