//! The mark: what tells a resource of ours from everybody else's. Drivers know where it stands in a
//! cloud; nothing without one is ever changed or taken away.

use serde::{Deserialize, Serialize};

use crate::id::{EnvironmentId, InstallationId};
use crate::key::Key;

/// What makes a resource ours. It goes into the create body, so that no moment exists in which a
/// resource of ours is unmarked, and holds only what never changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// Whose.
    pub installation: InstallationId,
    /// Of which environment.
    pub environment: EnvironmentId,
    /// Which resource of it.
    pub key: Key,
    /// Which attempt at it, counting from 1.
    pub attempt: u32,
}
