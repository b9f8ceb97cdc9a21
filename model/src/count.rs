//! How many: a number, or a range with the number that is planned; and the sizing that makes one
//! number of each range.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};

use crate::name::GroupName;

/// The largest count of one group: far above any real one, low enough that sums can't overflow.
pub const MAX_COUNT: u32 = 1_000_000;

/// A number of things, as a range. `min ≤ planned ≤ max` always holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Count {
    min: u32,
    planned: u32,
    max: u32,
}

impl Count {
    /// Exactly `n`.
    pub const fn exactly(n: u32) -> Self {
        Self {
            min: n,
            planned: n,
            max: n,
        }
    }

    /// A range; planned is the maximum unless given.
    pub fn range(min: u32, planned: Option<u32>, max: u32) -> Result<Self, String> {
        let planned = planned.unwrap_or(max);
        if min > max {
            return Err(format!(
                "the range is upside down: min {min} is more than max {max}; write the smaller one as min"
            ));
        }
        if planned < min || planned > max {
            return Err(format!(
                "planned {planned} is outside of min {min} to max {max}; plan a number between them"
            ));
        }
        if max > MAX_COUNT {
            return Err(format!(
                "{max} is more than a group may have; write {MAX_COUNT} or less"
            ));
        }
        Ok(Self { min, planned, max })
    }

    /// The smallest number.
    pub const fn min(self) -> u32 {
        self.min
    }
    /// The number planned for.
    pub const fn planned(self) -> u32 {
        self.planned
    }
    /// The largest number.
    pub const fn max(self) -> u32 {
        self.max
    }
    /// Whether there is nothing to choose.
    pub const fn is_exact(self) -> bool {
        self.min == self.max
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { min, planned, max } = *self;
        if min == max {
            write!(f, "{min}")
        } else if planned == max {
            write!(f, "{min}–{max}")
        } else {
            write!(f, "{min}–{max} (planned {planned})")
        }
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self { min, planned, max } = *self;
        if min == max {
            return to.serialize_u32(min);
        }
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("min", &min)?;
        if planned != max {
            map.serialize_entry("planned", &planned)?;
        }
        map.serialize_entry("max", &max)?;
        map.end()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    min: u32,
    planned: Option<u32>,
    max: u32,
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Count;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, or a range as in `{ min: 2, max: 4 }`")
            }
            fn visit_u64<E: de::Error>(self, n: u64) -> Result<Count, E> {
                let n = u32::try_from(n).unwrap_or(u32::MAX);
                Count::range(n, None, n).map_err(E::custom)
            }
            fn visit_i64<E: de::Error>(self, n: i64) -> Result<Count, E> {
                match u64::try_from(n) {
                    Ok(n) => self.visit_u64(n),
                    Err(_) => Err(E::custom(format!(
                        "{n} is less than nothing; a count is 0 or more"
                    ))),
                }
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Count, A::Error> {
                let Range { min, planned, max } =
                    Range::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Count::range(min, planned, max).map_err(de::Error::custom)
            }
        }
        from.deserialize_any(Visitor)
    }
}

impl JsonSchema for Count {
    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let number = json_schema!({ "type": "integer", "minimum": 0, "maximum": MAX_COUNT });
        json_schema!({ "oneOf": [number, {
            "type": "object",
            "properties": { "min": number, "planned": number, "max": number },
            "required": ["min", "max"],
            "additionalProperties": false,
            "description": "planned is the maximum unless given",
        }] })
    }
}

/// Which number of each range is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sizing {
    /// The smallest of each range.
    Min,
    /// The planned number of each range.
    Planned,
    /// The largest of each range.
    Max,
    /// The named counts; groups not named are as planned.
    Explicit(BTreeMap<GroupName, u32>),
}

impl Sizing {
    /// The three sizings that every report shows, smallest first.
    pub const REPORTED: [Self; 3] = [Self::Min, Self::Planned, Self::Max];

    /// The number that this sizing takes of a range of a group.
    pub fn of(&self, group: &GroupName, count: Count) -> u32 {
        match self {
            Self::Min => count.min,
            Self::Planned => count.planned,
            Self::Max => count.max,
            Self::Explicit(counts) => counts.get(group).copied().unwrap_or(count.planned),
        }
    }
}

impl fmt::Display for Sizing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Min => "min",
            Self::Planned => "planned",
            Self::Max => "max",
            Self::Explicit(_) => "explicit",
        })
    }
}

impl std::str::FromStr for Sizing {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "min" | "minimum" => Ok(Self::Min),
            "planned" => Ok(Self::Planned),
            "max" | "maximum" => Ok(Self::Max),
            other => Err(format!("`{other}` is no sizing: use min, planned or max")),
        }
    }
}
