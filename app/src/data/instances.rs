//! What the inventory shows.

use model::filter::{InstanceFilter, InstanceRow, Page};
use model::name::{EnvironmentName, FlavorName, GroupName};

use super::Age;

/// A page of the inventory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstancesData {
    /// The filter that was asked for.
    pub filter: InstanceFilter,
    /// The rows and what comes after them.
    pub page: Page<InstanceRow>,
    /// How many instances there are without any filter: tells "none yet" from "no match".
    pub all: u64,
    /// What can be chosen in the filters.
    pub facets: InstanceFacets,
    /// When the oldest observed data in it was last true.
    pub observed: Option<Age>,
}

/// What the filters of the inventory offer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceFacets {
    /// Environments, by name.
    pub environments: Vec<EnvironmentName>,
    /// Groups, by name; of the chosen environment where one is chosen.
    pub groups: Vec<GroupName>,
    /// Flavors, by name.
    pub flavors: Vec<FlavorName>,
    /// Statuses in the cloud's words.
    pub statuses: Vec<String>,
}
