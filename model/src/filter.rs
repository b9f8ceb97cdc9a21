//! Lists: what can be filtered, sorted and paged, and the rows that come out. The pages, the API
//! and the command line use the same filters.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::environment::{EnvironmentKind, Layer};
use crate::facts::{InstanceFacts, OsRelease};
use crate::group::Role;
use crate::name::{EnvironmentName, FlavorName, GroupName, ImageName, ProfileName};
use crate::profile::{Category, Lifecycle};
use crate::resource::Power;
use crate::unit::{Gib, Mib};
use crate::value::Value;

/// One page of a list, with what is needed to ask for the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// How many rows match on all pages.
    pub total: u64,
    /// What to pass as `after` for the next page; none on the last.
    pub next: Option<String>,
}

/// By what a list of instances is sorted; the key breaks ties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstanceSort {
    /// Environment, layer, group and ordinal.
    #[default]
    Key,
    /// Host name.
    HostName,
    /// Flavor's name.
    Flavor,
    /// Status.
    Status,
}

/// Which way a list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Smallest first.
    #[default]
    Ascending,
    /// Largest first.
    Descending,
}

/// The number of rows of a page unless asked otherwise.
pub const PAGE_ROWS: u32 = 50;
/// The largest page.
pub const MAX_PAGE_ROWS: u32 = 1000;

/// Which instances; whatever is not set doesn't narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InstanceFilter {
    /// Of one environment.
    pub environment: Option<EnvironmentName>,
    /// Planned or observed.
    pub layer: Option<Layer>,
    /// Of one group.
    pub group: Option<GroupName>,
    /// Of one category.
    pub category: Option<Category>,
    /// Of one flavor.
    pub flavor: Option<FlavorName>,
    /// With this status.
    pub status: Option<String>,
    /// With this text in host name, group, address, image or operating system.
    pub q: Option<String>,
    /// Sorted by.
    pub sort: InstanceSort,
    /// Sorted which way.
    pub direction: Direction,
    /// From after this: a page's `next`.
    pub after: Option<String>,
    /// How many rows; [`PAGE_ROWS`] unless given, at most [`MAX_PAGE_ROWS`].
    pub limit: Option<u32>,
}

/// One instance, as lists show it and the inventory stores it. Belongs to one layer of one
/// environment; a planned one stands for one place of a group at its planned count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceRow {
    /// Its environment.
    pub environment: EnvironmentName,
    /// The environment's kind.
    pub kind: EnvironmentKind,
    /// Planned or observed.
    pub layer: Layer,
    /// What it is.
    #[serde(flatten)]
    pub record: InstanceRecord,
}

/// What is known of one instance, without whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceRecord {
    /// Its group.
    pub group: GroupName,
    /// Its number in the group.
    pub ordinal: u32,
    /// Its host name.
    pub host_name: String,
    /// Its group's category.
    pub category: Category,
    /// Its group's lifecycle.
    pub lifecycle: Lifecycle,
    /// Its size's name.
    pub flavor: Value<FlavorName>,
    /// Virtual processors, where the flavor is known.
    pub vcpus: Option<u32>,
    /// Memory, where the flavor is known.
    pub ram: Option<Mib>,
    /// The flavor's disk, where it is known.
    pub disk: Option<Gib>,
    /// What it starts from.
    pub image: Value<ImageName>,
    /// Whether it runs, or is to run.
    #[serde(default)]
    pub power: Power,
    /// What it does.
    pub profiles: Vec<ProfileName>,
    /// What it is to the others of its group.
    pub role: Option<Role>,
    /// What was observed of it.
    pub facts: InstanceFacts,
}

impl InstanceRecord {
    /// Its name within the environment: `app[3]`.
    pub fn name(&self) -> String {
        format!("{}[{}]", self.group, self.ordinal)
    }

    /// The first address that is known, public ones last.
    pub fn address(&self) -> Option<IpAddr> {
        self.facts
            .addresses
            .first()
            .or(self.facts.public_addresses.first())
            .copied()
    }

    /// The operating system's release, where it is known.
    pub fn os(&self) -> Option<&OsRelease> {
        self.facts.os.as_ref()
    }
}

/// The instance records of a topology at its planned sizing: the inventory of one revision.
pub fn instance_records(topology: &crate::Topology) -> Vec<InstanceRecord> {
    let resolved = crate::resolved::resolve(topology, &crate::count::Sizing::Planned);
    resolved
        .instances()
        .filter_map(|(_, instance)| {
            let group = topology.groups.get(&instance.group)?;
            let flavor = instance
                .flavor
                .fixed()
                .and_then(|name| topology.flavors.get(name));
            Some(InstanceRecord {
                group: instance.group.clone(),
                ordinal: instance.ordinal,
                host_name: instance.host_name.clone(),
                category: group.category,
                lifecycle: group.lifecycle,
                flavor: instance.flavor.clone(),
                vcpus: flavor.map(|flavor| flavor.vcpus),
                ram: flavor.map(|flavor| flavor.ram),
                disk: flavor.map(|flavor| flavor.disk),
                image: group.image.clone(),
                power: instance.power,
                profiles: instance.profiles.iter().cloned().collect(),
                role: instance.role,
                facts: group
                    .instances
                    .get(&instance.ordinal)
                    .cloned()
                    .unwrap_or_default(),
            })
        })
        .collect()
}
