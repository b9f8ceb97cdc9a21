//! Collections: what one cloud held at one time, whole, whoever made it. An environment's observed
//! state is its part of that, by our mark or by a person's word.
//!
//! Everything here is as the cloud tells it, references as the cloud's own ids. What changes at
//! every look without meaning anything (loads, free disk) has no place in it, or no collection would
//! ever be the same as the one before.

mod bodies;
mod held;
mod kind;
mod list;
mod owner;
mod state;

pub use bodies::{
    AddressKind, AvailabilityZone, FloatingIp, Hypervisor, Image, Keypair, Network, Port,
    PortAddress, Project, QuotaUse, Router, SecurityGroup, SecurityRule, SeenFlavor, Server,
    ServerAddress, ServerGroup, Snapshot, Subnet, Volume, VolumeAt,
};
pub use held::{Body, Held};
pub use kind::HeldKind;
pub use list::{HeldFacets, HeldFilter, HeldRow, HeldSort, HeldVersion};
pub use owner::{Owner, OwnerCounts, Place};
pub use state::{CloudState, KindState, Outcome, Progress, Reach, Trouble, is_stale};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::RevisionNumber;
use crate::name::CloudName;

/// One immutable collection. One that is the same as the one before is not kept: that it was looked
/// is, with the cloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Of which cloud.
    pub cloud: CloudName,
    /// Counting from 1.
    pub number: RevisionNumber,
    /// When it was begun.
    pub at: DateTime<Utc>,
    /// What made somebody look: "schedule", "asked for by Ada".
    pub source: String,
    /// SHA-256 over the kinds, ids and contents of everything in it.
    pub content_hash: String,
}
