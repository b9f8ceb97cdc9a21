//! Why two states differ: every difference is classed, so that what nobody can account for comes
//! first. It judges what a comparison says and compares nothing itself. What a person said of a
//! difference holds until its values change.

mod noted;
mod rules;

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use model::diff::{ChangeRow, DiffReport};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use noted::Decided;
pub use rules::Relation;

/// What a difference is put down to; the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Nobody said why.
    Unexplained,
    /// It was meant to be the same and has become different.
    Drift,
    /// More or fewer, larger or smaller, and otherwise the same.
    Scaled,
    /// A recipe, a plan or a note says so.
    Intended,
}

impl Class {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Unexplained, Self::Drift, Self::Scaled, Self::Intended];

    /// The word for it, as in URLs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unexplained => "unexplained",
            Self::Drift => "drift",
            Self::Scaled => "scaled",
            Self::Intended => "intended",
        }
    }
}

impl std::str::FromStr for Class {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|class| class.word() == text);
        found.ok_or_else(|| {
            format!(
                "`{text}` is no class of differences: use unexplained, drift, scaled or intended"
            )
        })
    }
}

/// A class with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// What the difference is put down to.
    pub class: Class,
    /// Why, in a few words.
    pub why: String,
    /// Whether a person said so.
    pub said: bool,
}

/// Which values a difference has, so that what was said of it holds only for these.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

/// How many hexadecimal digits of a SHA-256 tell differences apart.
const DIGITS: usize = 32;

impl Fingerprint {
    /// Of a difference.
    pub fn of(row: &ChangeRow) -> Self {
        let ChangeRow {
            kind,
            key,
            change,
            fields,
        } = row;
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            // The length first, so that no two different lists of texts read the same.
            hash.update(text.len().to_be_bytes());
            hash.update(text);
        };
        for text in [kind.as_str(), key, change.word()] {
            add(text);
        }
        for field in fields {
            add(&field.field);
            add(&field.before.to_string());
            add(&field.after.to_string());
        }
        let mut hex = HEXLOWER.encode(&hash.finalize());
        hex.truncate(DIGITS);
        Self(hex)
    }

    /// As it is stored and sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Fingerprint {
    /// One that was stored or sent; one that was made up fits nothing.
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// What people said of differences.
pub type Said = BTreeMap<Fingerprint, (Class, String)>;

/// Classes all differences of a report, in its order. `decided` are the notes about both environments
/// that decide something.
pub fn explained(
    report: &DiffReport,
    relation: &Relation,
    said: &Said,
    decided: &[Decided],
) -> Vec<Explained> {
    report
        .changes
        .iter()
        // Nobody has said anything of most comparisons, and fingerprints take time.
        .map(|row| {
            match (!said.is_empty())
                .then(|| said.get(&Fingerprint::of(row)))
                .flatten()
            {
                Some((class, reason)) => Explained {
                    class: *class,
                    why: reason.clone(),
                    said: true,
                },
                None => rules::explain(row, report, relation, decided),
            }
        })
        .collect()
}
