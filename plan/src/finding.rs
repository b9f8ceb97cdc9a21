//! Findings: things worth knowing about a topology, each with its evidence, its likely effect and
//! a remedy. One rule a file; a rule says nothing where nothing is so.

mod declared_totals;
mod full_file_systems;
mod mixed_releases;

use model::topology::Topology;
use serde::{Deserialize, Serialize};

/// How urgent a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something fails now or soon.
    Critical,
    /// Something is wrong and nothing fails yet.
    Warning,
    /// Worth knowing.
    Hint,
}

impl Severity {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Hint => "hint",
        }
    }
}

/// One thing worth knowing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule that found it.
    pub rule: String,
    /// How urgent it is.
    pub severity: Severity,
    /// What it is about: `backup[1]`, `infrastructure`.
    pub subject: String,
    /// What is so, in a sentence.
    pub what: String,
    /// What that rests on.
    pub evidence: String,
    /// Its likely effect.
    pub effect: String,
    /// What to do.
    pub remedy: String,
}

/// All findings about a topology, the most urgent first.
pub fn findings(topology: &Topology) -> Vec<Finding> {
    let mut all = Vec::new();
    full_file_systems::find(topology, &mut all);
    declared_totals::find(topology, &mut all);
    mixed_releases::find(topology, &mut all);
    all.sort_by(|a, b| {
        (a.severity, &a.rule, &a.subject, &a.what).cmp(&(b.severity, &b.rule, &b.subject, &b.what))
    });
    all
}
