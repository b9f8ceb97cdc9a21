//! Flavors: the size of an instance, as OpenStack offers it. Prices are in the price book, never
//! here, or every change of price would change every hash.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::unit::{Gib, Mib};

/// The size of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flavor {
    /// Virtual processors.
    pub vcpus: u32,
    /// Memory.
    pub ram: Mib,
    /// Disk that comes with the flavor (root and ephemeral together); volumes are apart.
    pub disk: Gib,
}
