//! The data of another environment: where in the cloud what a copy takes along is. Only what was
//! found there by its mark or its stored id counts; a name never does.

use std::collections::BTreeMap;

use model::id::CloudId;
use model::key::Key;
use model::topology::Topology;
use model::unit::Gib;
use model::value::Value;

/// What an environment has in the cloud that data can be taken from, by key.
pub type Holdings = BTreeMap<Key, Held>;

/// A volume, or an instance's disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// What the cloud calls it.
    pub id: CloudId,
    /// How large it is, where that is known.
    pub size: Option<Gib>,
}

/// Whether a topology has data of another environment.
pub fn is_taken_along(topology: &Topology) -> bool {
    topology.groups.values().any(|group| group.data.is_some())
}

/// Writes into a copy what the cloud calls what its data come from. What was not found stays
/// unknown, which keeps it from being built.
pub fn locate(topology: &mut Topology, holdings: &Holdings) {
    for data in topology
        .groups
        .values_mut()
        .filter_map(|group| group.data.as_mut())
    {
        for origin in data.origins_mut() {
            if let Some(Held { id, size }) = holdings.get(&origin.of) {
                origin.id = Value::Fixed(id.clone());
                if let Some(size) = size {
                    origin.size = Value::Fixed(*size);
                }
            }
        }
    }
}

/// A copy as its recipe derives it, before anything was looked for in the cloud.
#[must_use]
pub fn not_located(mut topology: Topology) -> Topology {
    for data in topology
        .groups
        .values_mut()
        .filter_map(|group| group.data.as_mut())
    {
        for origin in data.origins_mut() {
            origin.id = Value::Unknown;
            if origin.of.kind == model::key::ResourceKind::Volume {
                origin.size = Value::Unknown;
            }
        }
    }
    topology
}
