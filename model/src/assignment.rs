//! Assignments: which instance of which environment a foreign server is, as a person said. They are
//! a person's word: no collection ever changes one, and none makes a server ours.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::collection::Place;
use crate::environment::EnvironmentKind;
use crate::id::{CloudId, EnvironmentId};
use crate::name::{CloudName, EnvironmentName, GroupName};

/// Which servers of a cloud are meant. What names no server holds for those to come as well.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "by", content = "which", rename_all = "kebab-case")]
pub enum Selection {
    /// These, by id.
    Servers(BTreeSet<CloudId>),
    /// Every foreign server whose name begins so.
    Prefix(String),
    /// Every foreign server of a project, by its id.
    Project(CloudId),
}

impl Selection {
    /// The rule that goes on to hold, where it is one.
    pub fn rule(&self) -> Option<Rule> {
        match self {
            Self::Servers(_) => None,
            Self::Prefix(prefix) => Some(Rule::Prefix(prefix.clone())),
            Self::Project(project) => Some(Rule::Project(project.clone())),
        }
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Servers(ids) if ids.len() == 1 => f.write_str("one server"),
            Self::Servers(ids) => write!(f, "{} servers", ids.len()),
            Self::Prefix(prefix) => write!(f, "servers named {prefix}…"),
            Self::Project(project) => write!(f, "servers of project {project}"),
        }
    }
}

/// What goes on to assign servers, those to come as well.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "by", content = "which", rename_all = "kebab-case")]
pub enum Rule {
    /// A project's servers.
    Project(CloudId),
    /// Servers whose name begins so: goes before the project, and a longer one before a shorter.
    Prefix(String),
}

impl Rule {
    /// Whether it is about a server of this name and project.
    pub fn is_about(&self, name: &str, project: Option<&CloudId>) -> bool {
        match self {
            Self::Prefix(prefix) => name.starts_with(prefix.as_str()),
            Self::Project(wanted) => project == Some(wanted),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix(prefix) => write!(f, "name prefix {prefix}"),
            Self::Project(project) => write!(f, "project {project}"),
        }
    }
}

/// A rule as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingRule {
    /// What it is about.
    pub rule: Rule,
    /// To which environment it assigns.
    pub environment: EnvironmentId,
    /// To which group; to the one proposed for each server where none is named.
    pub group: Option<GroupName>,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Who said where a server belongs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "said-by", rename_all = "kebab-case")]
pub enum Said {
    /// A person, of this very server: no rule goes before that.
    Person,
    /// A rule that a person made.
    Rule(Rule),
}

/// Where one server belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Which server.
    pub server: CloudId,
    /// Which instance it is; none where a person said that it belongs to no environment, whatever a
    /// rule says.
    pub place: Option<Place>,
    /// Who said so.
    #[serde(flatten)]
    pub said: Said,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// A wish to assign servers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// On which cloud.
    pub cloud: CloudName,
    /// Which servers.
    pub servers: Selection,
    /// To which environment, by name; it is made where there is none.
    pub environment: EnvironmentName,
    /// What the environment is for where it has to be made.
    pub kind: Option<EnvironmentKind>,
    /// To which group; to the one proposed for each server where none is named.
    pub group: Option<GroupName>,
    /// Which number in the group it gets, where it is one server.
    pub ordinal: Option<u32>,
}
