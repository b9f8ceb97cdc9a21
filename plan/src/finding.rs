//! Findings: things worth knowing about an environment, each with its evidence, its likely effect
//! and a remedy. One rule a file; a rule says nothing where nothing is so, and nothing where what it
//! would rest on is unknown, unless that itself is worth knowing.

mod address_used_twice;
mod anti_affinity_missing;
mod beside;
mod capability_missing;
pub(crate) mod cluster;
mod declared_total;
mod dependency_unmet;
mod even_cluster;
mod filling_file_system;
mod full_file_system;
mod latency_too_high;
mod lifecycle_open;
mod measured;
mod mixed_releases;
mod mounts_on_one_member;
mod muted;
mod name_used_twice;
mod no_majority;
mod no_such_release;
mod no_third_site;
mod not_fenced;
mod oversized;
mod price_unknown;
mod profiles_collide;
mod public_address_missing;
mod public_address_not_needed;
mod quota_unknown;
mod release_not_allowed;
mod release_out_of_support;
mod single_point_of_failure;
mod sizing;
mod stale_data;
mod undersized;
mod words;

use chrono::NaiveDate;
use model::price::PriceBook;
use model::topology::Topology;
use serde::{Deserialize, Serialize};

pub use beside::beside;
pub use measured::{History, Measured, Room, Sample, history};
pub use model::rule::{Mute, Rule};
pub use muted::{Muted, Sorted, sorted};

use crate::offers::Offers;

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
    pub rule: Rule,
    /// How urgent it is.
    pub severity: Severity,
    /// What it is about: `backup`, `infrastructure`, the environment.
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

impl Finding {
    /// What stays the same for as long as the same thing is wrong with the same subject, whatever
    /// the figures are by then: what a mute goes by.
    pub fn fingerprint(&self) -> String {
        format!("{}:{}", self.rule, self.subject)
    }
}

/// An environment and what else is known around it. Only the topology and the day are needed: what
/// is left out is unknown, and the rules that rest on it are silent.
#[derive(Clone, Debug)]
pub struct Surroundings<'a> {
    /// The environment.
    pub topology: &'a Topology,
    /// The day for which it is judged.
    pub today: NaiveDate,
    /// The day on which what was observed of it was last true.
    pub collected: Option<NaiveDate>,
    /// The other environments, each as planned or, where that isn't known, as observed. The one that
    /// is judged may be among them, it is passed over.
    pub others: &'a [&'a Topology],
    /// What its cloud offers.
    pub offers: Option<&'a Offers>,
    /// What things cost where it is, where anybody wrote that down.
    pub prices: Option<&'a PriceBook>,
    /// What was measured of its instances over time.
    pub history: Option<&'a History>,
}

impl<'a> Surroundings<'a> {
    /// An environment of which nothing else is known.
    pub const fn of(topology: &'a Topology, today: NaiveDate) -> Self {
        Self {
            topology,
            today,
            collected: None,
            others: &[],
            offers: None,
            prices: None,
            history: None,
        }
    }

    /// The other environments, without the one that is judged.
    fn others(&self) -> impl Iterator<Item = &'a Topology> {
        let own = &self.topology.environment;
        let others = self.others.iter().copied();
        others.filter(move |other| other.environment != *own)
    }
}

/// All findings about an environment, the most urgent first.
pub fn findings(around: &Surroundings<'_>) -> Vec<Finding> {
    let mut all = Vec::new();
    for rule in Rule::ALL {
        look(*rule, around, &mut all);
    }
    all.sort_by(|a, b| {
        (a.severity, a.rule, &a.subject, &a.what).cmp(&(b.severity, b.rule, &b.subject, &b.what))
    });
    all
}

fn look(rule: Rule, around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let find = match rule {
        Rule::SinglePointOfFailure => single_point_of_failure::find,
        Rule::NoMajority => no_majority::find,
        Rule::EvenCluster => even_cluster::find,
        Rule::NotFenced => not_fenced::find,
        Rule::NoThirdSite => no_third_site::find,
        Rule::AntiAffinityMissing => anti_affinity_missing::find,
        Rule::DependencyUnmet => dependency_unmet::find,
        Rule::ProfilesCollide => profiles_collide::find,
        Rule::CapabilityMissing => capability_missing::find,
        Rule::LatencyTooHigh => latency_too_high::find,
        Rule::MixedReleases => mixed_releases::find,
        Rule::ReleaseNotAllowed => release_not_allowed::find,
        Rule::ReleaseOutOfSupport => release_out_of_support::find,
        Rule::NoSuchRelease => no_such_release::find,
        Rule::MountsOnOneMember => mounts_on_one_member::find,
        Rule::LifecycleOpen => lifecycle_open::find,
        Rule::FullFileSystem => full_file_system::find,
        Rule::FillingFileSystem => filling_file_system::find,
        Rule::Oversized => oversized::find,
        Rule::Undersized => undersized::find,
        Rule::PublicAddressMissing => public_address_missing::find,
        Rule::PublicAddressNotNeeded => public_address_not_needed::find,
        Rule::DeclaredTotal => declared_total::find,
        Rule::StaleData => stale_data::find,
        Rule::NameUsedTwice => name_used_twice::find,
        Rule::AddressUsedTwice => address_used_twice::find,
        Rule::QuotaUnknown => quota_unknown::find,
        Rule::PriceUnknown => price_unknown::find,
    };
    find(around, into);
}
