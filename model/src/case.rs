//! Case studies: a topology together with what was measured of it. What was given to it (a load, in
//! numbers with their units) and what was seen (how it answered, how busy it was, whether it held) are
//! kept as their source has them: a figure that the source doesn't tell is left out, never guessed.
//! Nothing here compares or judges.

mod quantity;
mod written;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::name::{CaseName, GroupName, LoadName};
use crate::topology::Topology;

pub use quantity::{Flow, Per, Quantity, QuantityError, QuantityKind, Rate, Share, Time};

/// Where the figures of a case study are from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Who measured: a team, a company.
    pub by: String,
    /// What was measured, or where it is written down: a test's name, a document and its heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// Where it can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The day of the measurement, or else of what tells of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
}

/// Whether a system bore what it was given.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It did.
    Held,
    /// It did not.
    Broke,
}

impl Outcome {
    /// The word for it, as in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Broke => "broke",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A percentile, in tenths of a percent: `p50`, `p99`, `p99.9`. So many of all answers took no longer
/// than is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percentile(u16);

impl Percentile {
    /// So many tenths of a percent, where that is more than none and less than all.
    pub fn tenths(tenths: u16) -> Option<Self> {
        (1..1000).contains(&tenths).then_some(Self(tenths))
    }
}

impl fmt::Display for Percentile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match (self.0 / 10, self.0 % 10) {
            (whole, 0) => format!("p{whole}"),
            (whole, tenth) => format!("p{whole}.{tenth}"),
        };
        f.pad(&text)
    }
}

impl std::str::FromStr for Percentile {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let read = || {
            let number = text.strip_prefix('p')?;
            let (whole, tenth) = number.split_once('.').unwrap_or((number, "0"));
            let fits = digits(whole) && digits(tenth) && whole.len() <= 2 && tenth.len() == 1;
            let (whole, tenth): (u16, u16) = (whole.parse().ok()?, tenth.parse().ok()?);
            fits.then(|| Self::tenths(whole * 10 + tenth)).flatten()
        };
        read().ok_or_else(|| {
            let short: String = text.chars().take(40).collect();
            format!("`{short}` is no percentile; write it as in `p50`, `p99` or `p99.9`")
        })
    }
}

impl Serialize for Percentile {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Percentile {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Percentile {
    fn schema_name() -> Cow<'static, str> {
        "Percentile".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^p[0-9]{1,2}(\\.[0-9])?$" })
    }
}

/// How long answers took, by percentile.
pub type Response = BTreeMap<Percentile, Time>;

/// How busy the instances of a group were, in the mean of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Used {
    /// How much of all processors' time was not idle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<Share>,
    /// How much of the memory was in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Share>,
    /// How many reads and writes of disks there were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub io: Option<Rate>,
    /// What else was measured of them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub figures: BTreeMap<LoadName, Quantity>,
}

impl Used {
    /// All that is told, each with its name, in one order.
    pub fn figures(&self) -> Vec<(String, Quantity)> {
        let Self {
            cpu,
            memory,
            io,
            figures,
        } = self;
        let named = [
            ("cpu", cpu.map(Quantity::Share)),
            ("memory", memory.map(Quantity::Share)),
            ("io", io.map(Quantity::Rate)),
        ];
        let named = named
            .into_iter()
            .filter_map(|(name, told)| Some((name.to_owned(), told?)));
        let others = figures.iter().map(|(name, told)| (name.to_string(), *told));
        named.chain(others).collect()
    }
}

/// What was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Whether it held; left out where the source doesn't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// How long answers took, by what was asked for: `api: { p50: 500 ms }`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub response: BTreeMap<LoadName, Response>,
    /// What else was measured of the whole: `events: 10000/s`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub figures: BTreeMap<LoadName, Quantity>,
    /// How busy groups were.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<GroupName, Used>,
    /// Anything worth knowing of it: what the source says of how it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A case study. `T` is its topology, or where that is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case<T> {
    /// Its name.
    pub case: CaseName,
    /// What it is, in a line.
    pub title: String,
    /// Where its figures are from.
    pub source: Source,
    /// What it was given, by name: `client-runs: 166/min`, `users: 30000`.
    pub given: BTreeMap<LoadName, Quantity>,
    /// What was seen.
    pub seen: Seen,
    /// What it was measured on.
    pub topology: T,
}

/// A case study with its topology.
pub type CaseStudy = Case<Topology>;

/// A case study as a file has it.
pub type CaseFile = Case<Stated>;

impl<T> Case<T> {
    /// The same with another topology.
    pub fn with<U>(self, topology: U) -> Case<U> {
        let Self {
            case,
            title,
            source,
            given,
            seen,
            topology: _,
        } = self;
        Case {
            case,
            title,
            source,
            given,
            seen,
            topology,
        }
    }
}

/// A topology in a case file: written there, or named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stated {
    /// It is written there, as in an environment file.
    Here(Box<Topology>),
    /// It is elsewhere: in a file, named as seen from this one, or a stored environment's.
    Elsewhere(String),
}

impl Serialize for Stated {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Here(topology) => topology.serialize(to),
            Self::Elsewhere(name) => to.serialize_str(name),
        }
    }
}

impl<'de> Deserialize<'de> for Stated {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Stated;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a topology as in an environment file, or the file or stored environment \
                     that has it",
                )
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Stated, E> {
                Ok(Stated::Elsewhere(text.to_owned()))
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Stated, A::Error> {
                let from = de::value::MapAccessDeserializer::new(map);
                Topology::deserialize(from).map(|topology| Stated::Here(Box::new(topology)))
            }
        }
        from.deserialize_any(Visitor)
    }
}

impl JsonSchema for Stated {
    fn schema_name() -> Cow<'static, str> {
        "Stated".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let topology = generator.subschema_for::<Topology>();
        json_schema!({ "oneOf": [topology, {
            "type": "string",
            "description": "a file, named as seen from this one, or a stored environment",
        }] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_print_as_they_parse() {
        for text in ["p1", "p50", "p99", "p99.9", "p0.1"] {
            let read: Percentile = text.parse().unwrap();
            assert_eq!(read.to_string(), text);
        }
        for wrong in [
            "50", "p", "p0", "p100", "p99.99", "P50", "p-1", "p+1", "p 5",
        ] {
            let error = wrong.parse::<Percentile>().unwrap_err();
            assert!(error.contains("`p99.9`"), "{error}");
        }
    }
}
