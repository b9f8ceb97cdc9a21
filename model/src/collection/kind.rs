//! The kinds of what is collected.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $many:literal;)*) => {
        /// A kind of what a cloud holds, in the order in which kinds are read and shown.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum HeldKind {
            $($(#[$doc])* $name,)*
        }

        impl HeldKind {
            /// All kinds, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word for one, as in addresses and in the store.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The word for several.
            pub const fn many(self) -> &'static str {
                match self { $(Self::$name => $many,)* }
            }
        }

        impl std::str::FromStr for HeldKind {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$name),)*
                    other => Err(format!(
                        "`{other}` is no kind: use one of {}",
                        [$($word),*].join(", ")
                    )),
                }
            }
        }
    };
}

kinds! {
    /// A project; read first, because it tells how far the credential reaches.
    Project = "project", "projects";
    /// A server.
    Server = "server", "servers";
    /// A flavor.
    Flavor = "flavor", "flavors";
    /// An image.
    Image = "image", "images";
    /// A volume.
    Volume = "volume", "volumes";
    /// A snapshot of a volume.
    Snapshot = "snapshot", "snapshots";
    /// A network.
    Network = "network", "networks";
    /// A network's range of addresses.
    Subnet = "subnet", "subnets";
    /// A router.
    Router = "router", "routers";
    /// A port.
    Port = "port", "ports";
    /// A public address.
    FloatingIp = "floating-ip", "public addresses";
    /// A security group with its rules.
    SecurityGroup = "security-group", "security groups";
    /// A server group.
    ServerGroup = "server-group", "server groups";
    /// A keypair.
    Keypair = "keypair", "keypairs";
    /// A quota with what is used of it.
    Quota = "quota", "quotas";
    /// An availability zone.
    AvailabilityZone = "availability-zone", "availability zones";
    /// A hypervisor.
    Hypervisor = "hypervisor", "hypervisors";
}

impl HeldKind {
    /// What only administrators are told of, as a rule: a cloud that keeps it to itself is as whole
    /// as one that doesn't.
    pub const fn is_for_administrators(self) -> bool {
        matches!(self, Self::Project | Self::Hypervisor)
    }
}

impl fmt::Display for HeldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Serialize for HeldKind {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for HeldKind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(de::Error::custom)
    }
}
