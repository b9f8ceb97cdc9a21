//! Notes and decisions, as a document's lists of what is to be analysed and of what is to be asked.

use chrono::NaiveDate;
use model::writing::WritingKind;
use serde::{Deserialize, Serialize};

use super::Says;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $what:literal { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// All of them, the most urgent first.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The word for it, as in forms.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    other => {
                        let words = [$($word),*].join(", ");
                        Err(format!(concat!("`{}` is no ", $what, ": use one of {}"), other, words))
                    }
                }
            }
        }
    };
}

words! {
    /// How far a note has come.
    NoteState: "state of a note" {
        /// Nobody has decided.
        Open = "open",
        /// It is so.
        Decided = "decided",
        /// It is not to be.
        Rejected = "rejected",
    }
}

words! {
    /// How soon it matters.
    Priority: "priority" {
        /// Before anything else.
        High = "high",
        /// As it comes.
        Normal = "normal",
        /// When there is time.
        Low = "low",
    }
}

words! {
    /// How much work it is.
    Effort: "effort" {
        /// Hours.
        Small = "small",
        /// Days.
        Medium = "medium",
        /// Weeks.
        Large = "large",
    }
}

words! {
    /// How much it is wanted.
    Want: "want" {
        /// It has to be.
        Needed = "needed",
        /// It would be nice to have.
        NiceToHave = "nice-to-have",
        /// It is a question to somebody else.
        Question = "question",
    }
}

/// A note about an environment or something in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// What of the environment it is about: `group/db`; the environment itself where none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What it says.
    pub text: String,
    /// How far it has come.
    pub state: NoteState,
    /// What was decided, or why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// How much it is wanted.
    pub want: Want,
    /// How soon it matters.
    pub priority: Priority,
    /// How much work it is, where somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
    /// Where it is tracked: an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The day since which it is there.
    pub since: NaiveDate,
}

impl Says for Note {
    const KIND: WritingKind = WritingKind::Note;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_word_is_told_the_right_ones() {
        let error = "urgent".parse::<Priority>().unwrap_err();
        assert_eq!(
            error,
            "`urgent` is no priority: use one of high, normal, low"
        );
    }
}
