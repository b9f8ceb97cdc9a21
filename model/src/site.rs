//! Sites: where clouds stand, what they offer, how far apart they are. Requirements are written as
//! capabilities, never as hardware.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::name::{CloudName, SiteName};

/// Something a site may offer and a profile may need.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Volumes that outlive an instance.
    BlockStorage,
    /// Snapshots of volumes or file systems.
    Snapshots,
    /// A local mirror of the distribution's packages.
    Mirror,
    /// A local time server.
    Ntp,
    /// A relay for outgoing mail.
    Relay,
    /// A virtual private network to other sites.
    Vpn,
    /// Access to an instance's console.
    Console,
    /// A shared file system between instances.
    SharedFiles,
}

impl Capability {
    /// The word for it, as in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::BlockStorage => "block-storage",
            Self::Snapshots => "snapshots",
            Self::Mirror => "mirror",
            Self::Ntp => "ntp",
            Self::Relay => "relay",
            Self::Vpn => "vpn",
            Self::Console => "console",
            Self::SharedFiles => "shared-files",
        }
    }
}

/// Whether a site offers a capability.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Offer {
    /// It does.
    Offered,
    /// It does not.
    Missing,
    /// The question is still open.
    #[default]
    Unknown,
}

/// Where clouds stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// What it is, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The clouds that stand there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clouds: Vec<CloudName>,
    /// What it offers; a capability not named is unknown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub offers: BTreeMap<Capability, Offer>,
    /// Round-trip time to other sites, in milliseconds.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub latency_ms: BTreeMap<SiteName, u32>,
}
