//! Networks of an environment, named sources of traffic, and the external nodes it is connected to.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::name::{DnsName, GroupName, ServiceName, SourceName};
use crate::value::Value;

/// A network with one subnet; with `public`, a router connects it to the cloud's external network,
/// without which no instance on it can have a public address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The subnet's range: `10.20.0.0/24`.
    #[serde(deserialize_with = "range")]
    #[schemars(with = "String")]
    pub cidr: IpNet,
    /// Whether it is routed to the cloud's external network.
    #[serde(default = "yes")]
    pub routed: bool,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

fn yes() -> bool {
    true
}

fn range<'de, D: Deserializer<'de>>(from: D) -> Result<IpNet, D::Error> {
    let text = String::deserialize(from)?;
    parse_range(&text, "`10.20.0.0/24`").map_err(de::Error::custom)
}

fn parse_range(text: &str, example: &str) -> Result<IpNet, String> {
    let text = text.trim();
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(60).collect();
        format!("`{shown}` is not an address range; write it as in {example}")
    })
}

/// A named source of traffic: who may reach a port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The ranges it comes from; unknown where nobody wrote them down.
    #[serde(default)]
    pub ranges: Value<Ranges>,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Address ranges: in a file a list, or a text with commas between them, which is how they are
/// written back.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ranges(pub Vec<IpNet>);

impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&texts.join(", "))
    }
}

impl Serialize for Ranges {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ranges {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Ranges;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("address ranges, as in `192.0.2.0/24, 2001:db8::/32`, or `unknown`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Ranges, E> {
                // What an empty list is written as.
                if text.is_empty() {
                    return Ok(Ranges::default());
                }
                text.split(',')
                    .map(|part| parse_range(part, "`192.0.2.0/24`").map_err(E::custom))
                    .collect::<Result<_, _>>()
                    .map(Ranges)
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Ranges, A::Error> {
                let mut ranges = Vec::new();
                while let Some(part) = seq.next_element::<String>()? {
                    ranges.push(parse_range(&part, "`192.0.2.0/24`").map_err(de::Error::custom)?);
                }
                Ok(Ranges(ranges))
            }
        }
        from.deserialize_any(Visitor)
    }
}

impl JsonSchema for Ranges {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Ranges".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "address ranges, as a list or with commas between them",
            "oneOf": [
                { "type": "string", "examples": ["192.0.2.0/24, 2001:db8::/32"] },
                { "type": "array", "items": { "type": "string" } },
            ],
        })
    }
}

/// Who may reach a port: `anywhere`, `environment` (its own instances), `group:db`, or a named
/// source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// The whole internet.
    Anywhere,
    /// Every instance of the same environment.
    Environment,
    /// The instances of one group.
    Group(GroupName),
    /// One of the topology's `sources`.
    Source(SourceName),
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anywhere => f.write_str("anywhere"),
            Self::Environment => f.write_str("environment"),
            Self::Group(group) => write!(f, "group:{group}"),
            Self::Source(source) => source.fmt(f),
        }
    }
}

impl std::str::FromStr for Reach {
    type Err = crate::name::NameError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "anywhere" => Ok(Self::Anywhere),
            "environment" => Ok(Self::Environment),
            text => match text.strip_prefix("group:") {
                Some(group) => GroupName::new(group).map(Self::Group),
                None => SourceName::new(text).map(Self::Source),
            },
        }
    }
}

impl Serialize for Reach {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reach {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Reach {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Reach".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "`anywhere`, `environment`, `group:NAME`, or the name of one of `sources`",
        })
    }
}

/// A CDN, a provider's shelter, a monitored service: named, connected, never touched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalNode {
    /// What it is, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Its DNS names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<DnsName>,
    /// Its addresses, where they are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub addresses: Vec<IpAddr>,
    /// The groups that it sends traffic to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reaches: Vec<GroupName>,
    /// The groups that it receives data from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reached_by: Vec<GroupName>,
    /// The services that it provides to the environment: a database, a relay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provides: Vec<ServiceName>,
}
