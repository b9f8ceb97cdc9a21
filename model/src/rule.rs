//! The rules that look for things worth knowing, by their words, and how people mute them. What the
//! rules look at is in the crate `plan`; their words are here, because files name them.

use std::fmt;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $title:literal;)*) => {
        /// A rule that looks for one sort of thing worth knowing.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
            JsonSchema,
        )]
        #[serde(rename_all = "kebab-case")]
        pub enum Rule { $($(#[$doc])* $name,)* }

        impl Rule {
            /// All of them, in the order of every list.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word for it, as in files and URLs.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What it looks for, in a few words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

rules! {
    /// One instance that others hang on.
    SinglePointOfFailure = "single-point-of-failure", "Single point of failure";
    /// A cluster of two, which has no majority once one is gone.
    NoMajority = "no-majority", "Cluster that can't form a majority";
    /// A cluster that may split into two equal halves.
    EvenCluster = "even-cluster", "Cluster of even size";
    /// A cluster that can't shut out a member that it lost sight of.
    NotFenced = "not-fenced", "Clustered without fencing";
    /// A cluster at two sites, with nobody at a third one to decide.
    NoThirdSite = "no-third-site", "Clustered over two sites without a third";
    /// Instances alike that may all be on one host.
    AntiAffinityMissing = "anti-affinity-missing", "Anti-affinity missing";
    /// A service that is needed and that nobody provides.
    DependencyUnmet = "dependency-unmet", "Dependency nobody provides";
    /// Profiles of one instance that get into each other's way.
    ProfilesCollide = "profiles-collide", "Profiles that collide";
    /// A capability that is needed and that the site doesn't offer.
    CapabilityMissing = "capability-missing", "Capability the site doesn't offer";
    /// A way that is longer than what needs it bears.
    LatencyTooHigh = "latency-too-high", "Latency between groups too high";
    /// Several series of operating systems side by side.
    MixedReleases = "mixed-releases", "Several OS releases";
    /// A series that the environment doesn't allow.
    ReleaseNotAllowed = "release-not-allowed", "OS release not allowed";
    /// A release that gets no more fixes.
    ReleaseOutOfSupport = "release-out-of-support", "OS release out of support";
    /// A release that doesn't exist as it is stated.
    NoSuchRelease = "no-such-release", "OS release that doesn't exist";
    /// All mounts of a storage group on one of its members.
    MountsOnOneMember = "mounts-on-one-member", "All mounts on one member";
    /// Something that was begun, tried or given up, and is still there.
    LifecycleOpen = "lifecycle-open", "Lifecycle left open";
    /// A file system without room.
    FullFileSystem = "full-file-system", "File system full";
    /// A file system that will have no room.
    FillingFileSystem = "filling-file-system", "File system soon full";
    /// Instances larger than what they do.
    Oversized = "oversized", "Oversized";
    /// Instances smaller than what they do.
    Undersized = "undersized", "Undersized";
    /// Something open to the world that the world can't reach.
    PublicAddressMissing = "public-address-missing", "Public address missing";
    /// A public address behind which nothing is open.
    PublicAddressNotNeeded = "public-address-not-needed", "Public address not needed";
    /// A total stated in a document that the model contradicts.
    DeclaredTotal = "declared-total", "Declared total contradicted";
    /// What is shown was true too long ago.
    StaleData = "stale-data", "Stale data";
    /// A DNS name in two environments.
    NameUsedTwice = "name-used-twice", "Name used twice";
    /// A public address or a range in two environments.
    AddressUsedTwice = "address-used-twice", "Address used twice";
    /// A quota that the cloud doesn't tell.
    QuotaUnknown = "quota-unknown", "Quota unknown";
    /// A price that nobody knows.
    PriceUnknown = "price-unknown", "Price unknown";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl std::str::FromStr for Rule {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().copied();
        known
            .clone()
            .find(|rule| rule.word() == text)
            .ok_or_else(|| {
                let words: Vec<&str> = known.map(Self::word).collect();
                let shown: String = text.chars().take(60).collect();
                format!("`{shown}` is no rule: use one of {}", words.join(", "))
            })
    }
}

/// What a rule finds is not told, for a reason and, better, for a time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mute {
    /// The rule.
    pub rule: Rule,
    /// Only of this subject, as the finding names it; of all unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Why it is not to be told.
    pub reason: String,
    /// The last day that this holds; for good unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
}

impl Mute {
    /// Whether it still holds on a day.
    pub fn holds(&self, today: NaiveDate) -> bool {
        self.until.is_none_or(|until| today <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_files() {
        for rule in Rule::ALL {
            let json = serde_json::to_value(rule).unwrap();
            assert_eq!(json, rule.word());
            assert_eq!(rule.word().parse(), Ok(*rule));
        }
        let error = "spof".parse::<Rule>().unwrap_err();
        assert!(error.contains("single-point-of-failure"), "{error}");
    }

    #[test]
    fn a_mute_holds_through_its_last_day() {
        let day = |n| NaiveDate::from_ymd_opt(2014, 9, n).unwrap();
        let mut mute = Mute {
            rule: Rule::Oversized,
            subject: None,
            reason: "sized for the launch".into(),
            until: Some(day(2)),
        };
        assert!(mute.holds(day(2)) && !mute.holds(day(3)));
        mute.until = None;
        assert!(mute.holds(day(30)));
    }
}
