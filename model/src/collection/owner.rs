//! Whose a thing is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::held::Held;
use crate::id::{EnvironmentId, InstallationId};
use crate::name::GroupName;

/// Whose a thing in a cloud is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// Ours: it carries the mark of this installation. Only this is ever changed or taken away.
    Ours,
    /// A person said which environment it belongs to. It stays foreign to every act.
    Assigned,
    /// Nobody said whose it is.
    Foreign,
    /// Another installation of Understudy made it.
    Elsewhere,
    /// Everybody's: images, flavors, what leads out of the cloud. A reference, owned by nobody.
    Shared,
}

impl Owner {
    /// Whose a thing is by itself, whatever a person says of it.
    pub fn of(held: &Held, installation: InstallationId) -> Self {
        match &held.mark {
            Some(mark) if mark.installation == installation => Self::Ours,
            Some(_) => Self::Elsewhere,
            None if held.is_shared() => Self::Shared,
            None => Self::Foreign,
        }
    }

    /// All of them, in the order of every table.
    pub const ALL: [Self; 5] = [
        Self::Ours,
        Self::Assigned,
        Self::Foreign,
        Self::Elsewhere,
        Self::Shared,
    ];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Assigned => "assigned",
            Self::Foreign => "foreign",
            Self::Elsewhere => "elsewhere",
            Self::Shared => "shared",
        }
    }

    /// What it means, in a sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Ours => "made by Understudy, and carries its mark",
            Self::Assigned => "somebody said which environment it belongs to; it is never touched",
            Self::Foreign => "nobody said whose it is; it is never touched",
            Self::Elsewhere => "made by another installation of Understudy; it is never touched",
            Self::Shared => "there for every project: a reference, owned by nobody",
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl std::str::FromStr for Owner {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|owner| owner.word() == text)
            .ok_or_else(|| {
                let words = Self::ALL.map(Self::word).join(", ");
                format!("`{text}` says not whose it is: use one of {words}")
            })
    }
}

/// Which instance of an environment a server is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Of which environment.
    pub environment: EnvironmentId,
    /// Of which group of it.
    pub group: GroupName,
    /// Its number in the group.
    pub ordinal: u32,
}

/// How many things of a kind there are, by whose they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerCounts {
    /// Ours.
    pub ours: u64,
    /// Assigned to an environment.
    pub assigned: u64,
    /// Nobody's.
    pub foreign: u64,
    /// Another installation's.
    pub elsewhere: u64,
    /// Everybody's.
    pub shared: u64,
}

impl OwnerCounts {
    /// How many of one owner.
    pub const fn of(&self, owner: Owner) -> u64 {
        match owner {
            Owner::Ours => self.ours,
            Owner::Assigned => self.assigned,
            Owner::Foreign => self.foreign,
            Owner::Elsewhere => self.elsewhere,
            Owner::Shared => self.shared,
        }
    }

    /// Sets how many of one owner.
    pub const fn set(&mut self, owner: Owner, count: u64) {
        let place = match owner {
            Owner::Ours => &mut self.ours,
            Owner::Assigned => &mut self.assigned,
            Owner::Foreign => &mut self.foreign,
            Owner::Elsewhere => &mut self.elsewhere,
            Owner::Shared => &mut self.shared,
        };
        *place = count;
    }

    /// How many in all.
    pub const fn all(&self) -> u64 {
        self.ours + self.assigned + self.foreign + self.elsewhere + self.shared
    }
}
