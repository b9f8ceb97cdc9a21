//! What people write beside the states of environments: why two of them differ, notes and decisions,
//! scenarios, prices. Each is one text under a key, replaced as a whole, with a line in the log for
//! each change. What they say is known by whoever reads them; here they are only named.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::act::Actor;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $words:literal;)*) => {
        /// The kinds of writings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum WritingKind { $($(#[$doc])* $name,)* }

        impl WritingKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The word for it, as it is stored.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The words for it, for people.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }

        impl std::str::FromStr for WritingKind {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$name),)*
                    other => Err(format!("`{other}` is no kind of writing")),
                }
            }
        }
    };
}

kinds! {
    /// Why two states differ in one thing; about two environments, named by the difference.
    Explanation = "explanation", "explanation of a difference";
    /// A note or a decision; about an environment, named by an id.
    Note = "note", "note";
    /// A question of what if; about an environment, named by a person.
    Scenario = "scenario", "scenario";
    /// What things cost from a day on; about nothing, named by the site that it is for, if any.
    PriceBook = "price-book", "price book";
    /// By when an environment is to be as planned; about an environment.
    Target = "target", "target date";
    /// What is kept free on a cloud from a day to a day; about nothing, named by an id.
    Reservation = "reservation", "reservation";
    /// A topology with what was measured of it; about nothing, named by itself.
    CaseStudy = "case-study", "case study";
}

/// Where a writing is found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WritingKey {
    /// Its kind.
    pub kind: WritingKind,
    /// What it is about: ids of environments, or nothing.
    pub about: String,
    /// Its name among those of its kind about the same.
    pub name: String,
}

impl fmt::Display for WritingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.words(), self.name)
    }
}

/// Something that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writing {
    /// Where it is found.
    pub key: WritingKey,
    /// What it says, as JSON.
    pub text: String,
    /// Since when it says so.
    pub at: DateTime<Utc>,
    /// Who wrote it.
    pub by: Actor,
}
