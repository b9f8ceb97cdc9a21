//! Acts: what somebody asks for. Every change of anything enters as one of these, with who asked
//! and why.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::assignment::Selection;
use crate::environment::Layer;
use crate::id::{EnvironmentId, RevisionNumber, TokenId};
use crate::key::Key;
use crate::name::{CloudName, EnvironmentName, KeypairName, RecipeName};
use crate::resource::Power;
use crate::writing::WritingKey;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "kebab-case")]
pub enum Actor {
    /// Someone who signed in.
    Person {
        /// What they are called.
        name: String,
    },
    /// A program with a token.
    Token {
        /// Which token.
        id: TokenId,
        /// What the token is called.
        name: String,
    },
    /// Someone at the command line of the machine.
    CommandLine,
    /// Understudy itself, because a time has come.
    Schedule,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person { name } => f.write_str(name),
            Self::Token { id: _, name } => write!(f, "token {name}"),
            Self::CommandLine => f.write_str("command line"),
            Self::Schedule => f.write_str("schedule"),
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Act {
    /// A topology becomes the newest revision of an environment, which is made if it is new.
    Import {
        /// The environment's name.
        environment: EnvironmentName,
        /// Planned or observed.
        layer: Layer,
        /// The revision that it became.
        revision: RevisionNumber,
    },
    /// An environment is planned anew, as somebody edited it. Nothing runs yet.
    Edit {
        /// The environment's name.
        environment: EnvironmentName,
        /// The planned revision that was edited; none where there was no plan.
        from: Option<RevisionNumber>,
    },
    /// A recipe is stored.
    ImportRecipe {
        /// The recipe's name.
        recipe: RecipeName,
    },
    /// A temporary environment is planned from another by a recipe. Nothing runs yet.
    Derive {
        /// Where it is derived from.
        source: EnvironmentId,
        /// Which layer of the source.
        layer: Layer,
        /// Which revision of the source.
        revision: RevisionNumber,
        /// By which recipe.
        recipe: RecipeName,
        /// The new environment's name.
        name: EnvironmentName,
    },
    /// What is planned is brought up: what is there is compared with it, and the difference
    /// carried out.
    BringUp {
        /// Which environment.
        environment: EnvironmentId,
        /// The planned revision that it is brought to.
        revision: RevisionNumber,
        /// When a temporary environment goes again.
        expires_at: Option<DateTime<Utc>>,
    },
    /// Everything that an environment has in the cloud is taken away.
    TakeDown {
        /// Which environment.
        environment: EnvironmentId,
    },
    /// Instances are stopped or started, and planned so.
    SetPower {
        /// Of which environment.
        environment: EnvironmentId,
        /// Which, by their keys.
        instances: BTreeSet<Key>,
        /// What they are to be.
        power: Power,
    },
    /// A temporary environment lives longer.
    Extend {
        /// Which environment.
        environment: EnvironmentId,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// A cloud is looked at anew.
    Collect {
        /// Which.
        cloud: CloudName,
    },
    /// Foreign servers are said to belong to an environment. Nothing is done to them.
    Assign {
        /// Of which cloud.
        cloud: CloudName,
        /// Which.
        servers: Selection,
        /// To which environment.
        environment: EnvironmentName,
    },
    /// What was said of foreign servers is taken back.
    Unassign {
        /// Of which cloud.
        cloud: CloudName,
        /// Which.
        servers: Selection,
    },
    /// Something is written beside the states: a note, a price book.
    Write {
        /// What.
        key: WritingKey,
    },
    /// What was written is taken away.
    Erase {
        /// What.
        key: WritingKey,
    },
    /// A stopped operation is taken up again.
    Resume {
        /// Which environment.
        environment: EnvironmentId,
        /// The operation that stopped.
        operation: crate::id::OperationId,
    },
    /// Somebody is given the private half of a keypair that Understudy made.
    FetchKey {
        /// Of which environment.
        environment: EnvironmentId,
        /// Which keypair.
        keypair: KeypairName,
    },
}

impl Act {
    /// The words for it, as a log shows them.
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Import { .. } => "import",
            Self::Edit { .. } => "edit",
            Self::ImportRecipe { .. } => "import recipe",
            Self::Derive { .. } => "derive copy",
            Self::BringUp { .. } => "bring up",
            Self::TakeDown { .. } => "take down",
            Self::SetPower { power, .. } => power.verb(),
            Self::Extend { .. } => "extend",
            Self::Collect { .. } => "collect",
            Self::Assign { .. } => "assign",
            Self::Unassign { .. } => "take assignment back",
            Self::Write { .. } => "write",
            Self::Erase { .. } => "erase",
            Self::Resume { .. } => "resume",
            Self::FetchKey { .. } => "fetch private key",
        }
    }

    /// The reason that is filled in where nobody gives one.
    pub fn default_reason(&self) -> String {
        match self {
            Self::Import {
                environment, layer, ..
            } => format!("{layer} state of {environment}"),
            Self::Edit { environment, from } => match from {
                Some(from) => format!("plan of {environment}, from revision {from}"),
                None => format!("a first plan of {environment}"),
            },
            Self::ImportRecipe { recipe } => format!("recipe {recipe}"),
            Self::Derive { recipe, name, .. } => format!("copy {name} by recipe {recipe}"),
            Self::BringUp { .. } => "bring what is planned up".into(),
            Self::TakeDown { .. } => "no longer needed".into(),
            Self::SetPower {
                instances, power, ..
            } => {
                let names: Vec<&str> = instances.iter().map(Key::name).collect();
                format!("{} {}", power.verb(), names.join(", "))
            }
            Self::Extend { .. } => "needed for longer".into(),
            Self::Collect { cloud } => format!("a new look at {cloud}"),
            Self::Assign {
                cloud: _,
                servers,
                environment,
            } => format!("{servers} belong to {environment}"),
            Self::Unassign { cloud: _, servers } => {
                format!("{servers} belong to no environment that we know")
            }
            Self::Write { key } => key.to_string(),
            Self::Erase { key } => format!("{key} no longer holds"),
            Self::Resume { .. } => "try again".into(),
            Self::FetchKey { keypair, .. } => format!("private key of {keypair}"),
        }
    }
}

/// One line of the append-only log of acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// Why.
    pub reason: String,
    /// What.
    pub act: Act,
    /// Of which environment, by the name it had.
    pub environment: Option<EnvironmentName>,
    /// The operation that carried it out, where one did.
    pub operation: Option<crate::id::OperationId>,
    /// The state before, in a few words.
    pub before: Option<String>,
    /// The state after, in a few words.
    pub after: Option<String>,
}
