//! The record of every call that asked for a change, with its effect: what tests hold against the
//! steps foretold, and what proves that nothing was made twice.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use serde::{Deserialize, Serialize};

use super::world::Millis;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$item])* $variant,)* }

        impl $name {
            /// The word for it.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    other => Err(format!("`{other}` is none of: {}", [$($word),*].join(", "))),
                }
            }
        }
    };
}

words! {
    /// What is asked of the cloud.
    Verb {
        /// [`engine::port::Cloud::create`].
        Create = "create",
        /// [`engine::port::Cloud::update`].
        Update = "update",
        /// [`engine::port::Cloud::delete`].
        Delete = "delete",
        /// [`engine::port::Cloud::list`].
        List = "list",
        /// [`engine::port::Cloud::get`].
        Get = "get",
        /// [`engine::port::Cloud::page`].
        Page = "page",
        /// [`engine::port::Cloud::offers`].
        Offers = "offers",
        /// [`engine::port::Cloud::console`].
        Console = "console",
    }
}

words! {
    /// What came of a call that asked for a change.
    Outcome {
        /// It took effect and was answered.
        Done = "done",
        /// It took effect and the answer was lost, or was an error.
        DoneUnanswered = "done-unanswered",
        /// What it asked for was so already.
        AlreadySo = "already-so",
        /// Nothing happened.
        Nothing = "nothing",
    }
}

/// A call that asked for a change, as the cloud recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Counts up from 1, in the order in which the cloud took them.
    pub number: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Create, update or delete.
    pub verb: Verb,
    /// Of what.
    pub kind: ResourceKind,
    /// Of which key; none where it was about something unmarked or unknown.
    pub key: Option<Key>,
    /// What the cloud calls it; none where nothing came of a create.
    pub id: Option<CloudId>,
    /// What came of it.
    pub outcome: Outcome,
    /// The cloud's words where nothing or an error came of it.
    pub words: String,
}

/// A call before it has its number.
#[derive(Clone, Debug)]
pub(super) struct NewCall {
    pub at: Millis,
    pub verb: Verb,
    pub kind: ResourceKind,
    pub key: Option<Key>,
    pub id: Option<CloudId>,
    pub outcome: Outcome,
    pub words: String,
}
