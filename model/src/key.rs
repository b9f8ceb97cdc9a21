//! Keys: what a resource of one environment is called, on every layer, in every revision and in
//! every mark. `instance/app[3]`, `volume/storage[1].data`.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::name::GroupName;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// The kinds of resources, in the order in which they come to be: a kind may refer to those
        /// above it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
        #[schemars(rename_all = "kebab-case")]
        pub enum ResourceKind {
            $($(#[$doc])* $name,)*
        }

        impl ResourceKind {
            /// All kinds, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// All kinds, as a set.
            pub fn every() -> std::collections::BTreeSet<Self> {
                Self::ALL.iter().copied().collect()
            }

            /// The word for it, as in keys, files and URLs.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }

        impl std::str::FromStr for ResourceKind {
            type Err = KeyError;
            fn from_str(text: &str) -> Result<Self, KeyError> {
                match text {
                    $($word => Ok(Self::$name),)*
                    other => Err(KeyError(other.to_owned())),
                }
            }
        }
    };
}

kinds! {
    /// A network.
    Network = "network",
    /// A network's range of addresses.
    Subnet = "subnet",
    /// A router to the external network.
    Router = "router",
    /// The connection of a router to a subnet; found through its parents.
    RouterInterface = "router-interface",
    /// Rules on who may reach what.
    SecurityGroup = "security-group",
    /// The rules of one security group, as one set; found through it.
    SecurityRules = "security-rules",
    /// Instances that stand on hosts of their own.
    ServerGroup = "server-group",
    /// What a volume held at one moment.
    VolumeSnapshot = "volume-snapshot",
    /// What lets its owner into instances.
    Keypair = "keypair",
    /// A disk that outlives an instance.
    Volume = "volume",
    /// An image made of an instance, for others to start from.
    Image = "image",
    /// One VM.
    Instance = "instance",
    /// A volume at an instance; found through its parents.
    VolumeAttachment = "volume-attachment",
    /// A public address.
    FloatingIp = "floating-ip",
}

impl fmt::Display for ResourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Serialize for ResourceKind {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for ResourceKind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A text that is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a resource's key: it is a kind and a name, as in `instance/app[3]`")]
pub struct KeyError(pub String);

/// What a resource of one environment is called.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Its kind.
    pub kind: ResourceKind,
    name: Arc<str>,
}

impl Key {
    /// A key of a kind and a name.
    pub fn new(kind: ResourceKind, name: &str) -> Self {
        Self {
            kind,
            name: name.into(),
        }
    }

    /// A key that shares its name with others.
    pub(crate) const fn shared(kind: ResourceKind, name: Arc<str>) -> Self {
        Self { kind, name }
    }

    /// The key of an instance: `instance/app[3]`.
    pub fn instance(group: &GroupName, ordinal: u32) -> Self {
        Self {
            kind: ResourceKind::Instance,
            name: numbered(group.as_str(), "[", ordinal, "]").into(),
        }
    }

    /// The key of the volume that an instance starts from, where it starts from one: named as the
    /// instance is, which no other volume can be.
    #[must_use]
    pub fn boot_volume(instance: &Self) -> Self {
        Self {
            kind: ResourceKind::Volume,
            name: Arc::clone(&instance.name),
        }
    }

    /// Whether it is that of a volume that an instance starts from.
    pub fn is_boot_volume(&self) -> bool {
        self.kind == ResourceKind::Volume && self.name.ends_with(']')
    }

    /// The name without the kind: `app[3]`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A text with a number in it. Made by the 100,000, so its length is foreseen.
pub(crate) fn numbered(before: &str, between: &str, number: u32, after: &str) -> String {
    /// Digits of the largest number.
    const DIGITS: usize = 10;
    let mut text = String::with_capacity(before.len() + between.len() + DIGITS + after.len());
    text.push_str(before);
    text.push_str(between);
    text.push_str(itoa::Buffer::new().format(number));
    text.push_str(after);
    text
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Key {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (kind, name) = text
            .split_once('/')
            .ok_or_else(|| KeyError(text.to_owned()))?;
        if name.is_empty() {
            return Err(KeyError(text.to_owned()));
        }
        Ok(Self::new(kind.parse()?, name))
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl JsonSchema for Key {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Key".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "examples": ["instance/app[3]"] })
    }
}
