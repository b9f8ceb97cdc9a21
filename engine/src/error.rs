//! Why an act was not taken: what happened, why, and what to do.

use model::collection::Owner;
use model::key::Key;
use model::name::{CloudName, EnvironmentName, RecipeName};
use plan::buildable::Obstacle;
use plan::copy::CopyError;
use plan::placing::PlaceError;
use plan::planner::PlanError;
use plan::proof::Proof;
use plan::writings::WrongReservation;

use crate::port::{CloudError, StoreError};

/// Why an act was not taken.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No environment has this name.
    #[error("there is no environment called `{0}`: see the list of environments")]
    NoEnvironment(String),
    /// No recipe has this name.
    #[error("there is no recipe called `{0}`: import its file first")]
    NoRecipe(RecipeName),
    /// The environment has nothing planned.
    #[error("{0} has no {1} state: import a file with one first")]
    NoState(EnvironmentName, &'static str),
    /// The environment is on no cloud.
    #[error("{0} is on no cloud: name one as `cloud:` in its file")]
    OnNoCloud(EnvironmentName),
    /// A cloud that nobody configured.
    #[error("there is no cloud called `{name}`: the known ones are {known}")]
    NoCloud {
        /// Its name.
        name: CloudName,
        /// Those that are known.
        known: String,
    },
    /// The environment has no such instance.
    #[error("{0} has no instance `{name}`: name one that it has, as in `app[2]`", name = .1.name())]
    NoInstance(EnvironmentName, Key),
    /// The instance is planned, and not in the cloud.
    #[error("{name} of {0} is not in the cloud, so it can be neither started nor stopped: bring {0} up first", name = .1.name())]
    NotThere(EnvironmentName, Key),
    /// The environment is protected.
    #[error("{0} is protected: nobody can change it through Understudy until approvals exist")]
    Protected(EnvironmentName),
    /// Something is missing to build it.
    #[error("{environment} can't be built yet: {}", .obstacles.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    NotBuildable {
        /// What can't be built.
        environment: EnvironmentName,
        /// What is missing.
        obstacles: Vec<Obstacle>,
    },
    /// The proof failed.
    #[error("the plan does not fit: {}", failures(.0))]
    ProofFailed(Box<Proof>),
    /// An expiry out of bounds.
    #[error("{0}")]
    Lease(String),
    /// A reservation that makes no sense.
    #[error(transparent)]
    Reservation(#[from] WrongReservation),
    /// What was seen before the click is no longer so.
    #[error(
        "reality has changed since the preview (plan {seen} was shown, it would be {now} now): look at it again"
    )]
    PreviewOutdated {
        /// The hash that was shown.
        seen: String,
        /// The hash of the plan as it is now.
        now: String,
    },
    /// A key can't be given out; why, and what to do.
    #[error("{0}")]
    NoKey(String),
    /// There is no console to read.
    #[error(
        "there is no console of {} in {environment}: it is not in the cloud, and none was kept when it was taken away", .instance.name()
    )]
    NoConsole {
        /// The environment.
        environment: EnvironmentName,
        /// The instance.
        instance: Key,
    },
    /// Servers that Understudy didn't make stand where something is to be made.
    #[error(
        "{environment} can't be brought up: {} there and not made by Understudy, which changes and removes only what it made; it would make each a second time. Take the assignment back, or plan without them", are(.servers))]
    ForeignServers {
        /// Of which environment.
        environment: EnvironmentName,
        /// Which.
        servers: Vec<String>,
    },
    /// A server that belongs to somebody already.
    #[error("{server} can't be assigned: it is {}", .owner.meaning())]
    NotForeign {
        /// Which.
        server: String,
        /// Whose it is.
        owner: Owner,
    },
    /// Servers can't be placed as they are asked to be.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// There is nothing to take back.
    #[error("nothing was said of {0}: there is nothing to take back")]
    NothingAssigned(String),
    /// The operation is not one that can be taken up again.
    #[error("this operation is {0}: only a stopped one can be taken up again")]
    NotStopped(&'static str),
    /// No copy can be derived.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// No plan can be made.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A mistake of ours: nothing that an instance could be told.
    #[error(transparent)]
    NotRendered(#[from] plan::user_data::NotRendered),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The cloud did not answer.
    #[error("the cloud could not be asked: {0}")]
    Cloud(#[from] CloudError),
}

fn failures(proof: &Proof) -> String {
    let failed = proof
        .checks
        .iter()
        .filter(|check| check.verdict == plan::proof::Verdict::Failed);
    let texts: Vec<String> = failed
        .map(|check| match &check.why {
            Some(why) => format!("{}: {why}", check.what),
            None => check.what.clone(),
        })
        .collect();
    texts.join("; ")
}

/// `a (app[1]), b (app[2]) are`.
fn are(names: &[String]) -> String {
    let verb = if names.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", names.join(", "))
}
