//! Profiles: something instances do.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::name::{DnsName, ProfileName, ServiceName};
use crate::network::Reach;
use crate::site::Capability;

/// What a group or a profile is for: the three rows of every capacity table.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Serves users.
    Application,
    /// Serves the other instances.
    Infrastructure,
    /// Works on its own, in the background.
    Process,
}

impl Category {
    /// All of them, in the order of every table.
    pub const ALL: [Self; 3] = [Self::Application, Self::Infrastructure, Self::Process];

    /// The word for it, as in files and URLs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Infrastructure => "infrastructure",
            Self::Process => "process",
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl std::str::FromStr for Category {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|category| category.word() == text)
            .ok_or_else(|| {
                format!("`{text}` is no category: use application, infrastructure or process")
            })
    }
}

/// Whether something is in use.
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
#[serde(rename_all = "kebab-case")]
pub enum Lifecycle {
    /// In use.
    #[default]
    Live,
    /// Being tried out.
    Testing,
    /// Begun and not working yet.
    Unfinished,
    /// To be taken away.
    ToBeRemoved,
}

impl Lifecycle {
    /// The word for it, as in files and URLs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Testing => "testing",
            Self::Unfinished => "unfinished",
            Self::ToBeRemoved => "to-be-removed",
        }
    }
}

impl fmt::Display for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The transport of a port.
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
pub enum Protocol {
    /// TCP.
    #[default]
    Tcp,
    /// UDP.
    Udp,
    /// ICMP; its port is 0.
    Icmp,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Icmp => "icmp",
        })
    }
}

/// A port that a profile listens on, and who may reach it.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Port {
    /// The port's number.
    pub port: u16,
    /// Its transport; TCP unless given.
    #[serde(default)]
    pub protocol: Protocol,
    /// Who may reach it.
    pub from: Vec<Reach>,
}

/// A parameter's value: a text, or a placeholder for a secret that the executor derives.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(
    untagged,
    expecting = "a parameter is a text, or `{ secret: what it is for }`; put numbers in quotes"
)]
pub enum Parameter {
    /// A text, as written.
    Text(String),
    /// Never a secret itself: what it is for. The executor derives the secret.
    Secret {
        /// What the secret is for: `mysql root password`.
        secret: String,
    },
}

/// Something instances do: software, names, ports, what it provides and what it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What it is for.
    pub category: Category,
    /// The software, with its version where known: `MySQL 5.1`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub software: Vec<String>,
    /// Its virtual hosts and other DNS names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<DnsName>,
    /// The ports it listens on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Port>,
    /// The services it provides to others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provides: Vec<ServiceName>,
    /// The services it needs from others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<ServiceName>,
    /// What it needs of the site.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<Capability>,
    /// Its parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Parameter>,
    /// What an instance that has it runs once, when it first starts: shell commands, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first_boot: Vec<String>,
    /// Whether it is in use.
    #[serde(default)]
    pub lifecycle: Lifecycle,
    /// The name it had before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub was: Vec<ProfileName>,
    /// Anything worth knowing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
