//! Whether something fits: a need, parts of which may not be known, held against what is free. The
//! proof of a plan and a what-if judge by this alone, so that they can't disagree.

use serde::{Deserialize, Serialize};

use crate::offers::Quota;

/// How much of something is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// How much is known to be needed.
    pub known: u64,
    /// Of how many instances it isn't known how much they need.
    pub unknown: u64,
}

impl Need {
    /// A need of which all is known.
    pub const fn known(known: u64) -> Self {
        Self { known, unknown: 0 }
    }

    /// So many times as much.
    #[must_use]
    pub const fn times(self, by: u64) -> Self {
        Self {
            known: self.known.saturating_mul(by),
            unknown: self.unknown.saturating_mul(by),
        }
    }

    /// With another.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            known: self.known.saturating_add(other.known),
            unknown: self.unknown.saturating_add(other.unknown),
        }
    }

    /// Without a part of it.
    #[must_use]
    pub const fn without(self, part: Self) -> Self {
        Self {
            known: self.known.saturating_sub(part.known),
            unknown: self.unknown.saturating_sub(part.unknown),
        }
    }
}

/// What a cloud tells of how much is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Free {
    /// Nothing.
    Untold,
    /// There is no limit.
    Unlimited,
    /// So much.
    Amount(u64),
}

impl Free {
    /// What a quota leaves.
    pub fn of(quota: Option<&Quota>) -> Self {
        match quota.map(|quota| quota.free()) {
            None => Self::Untold,
            Some(None) => Self::Unlimited,
            Some(Some(free)) => Self::Amount(free),
        }
    }

    /// What is left when so much is taken.
    #[must_use]
    pub const fn without(self, taken: u64) -> Self {
        match self {
            Self::Untold | Self::Unlimited => self,
            Self::Amount(free) => Self::Amount(free.saturating_sub(taken)),
        }
    }

    /// How much, where there is a limit and the cloud tells.
    pub const fn amount(self) -> Option<u64> {
        match self {
            Self::Untold | Self::Unlimited => None,
            Self::Amount(free) => Some(free),
        }
    }

    /// Whether a need fits. What is known of it may already be too much; nothing always fits.
    pub const fn holds(self, need: Need) -> Fit {
        match self {
            Self::Untold if need.known > 0 || need.unknown > 0 => Fit::Unknown(Unjudged::Untold),
            Self::Amount(free) if need.known > free => Fit::Short(need.known - free),
            Self::Amount(_) if need.unknown > 0 => Fit::Unknown(Unjudged::Needs(need.unknown)),
            Self::Untold | Self::Unlimited | Self::Amount(_) => Fit::Fits,
        }
    }
}

/// Whether something fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// It does.
    Fits,
    /// It doesn't, by so much; more where parts of the need are not known.
    Short(u64),
    /// That can't be told.
    Unknown(Unjudged),
}

/// Why it can't be told whether something fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unjudged {
    /// Nobody told how much is free.
    Untold,
    /// It isn't known how much so many instances need.
    Needs(u64),
}
