//! A value that may not be known. Unknown is unknown, never zero and never empty.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What is known of a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value<T> {
    /// Someone wrote it, or it was observed.
    Fixed(T),
    /// The cloud will choose it; known once it did.
    AssignedByCloud,
    /// Nobody said.
    #[default]
    Unknown,
}

/// How [`Value::Unknown`] is written in files.
pub const UNKNOWN: &str = "unknown";
/// How [`Value::AssignedByCloud`] is written in files.
pub const ASSIGNED: &str = "assigned";

impl<T> Value<T> {
    /// The value where it is fixed.
    pub fn fixed(&self) -> Option<&T> {
        match self {
            Self::Fixed(value) => Some(value),
            Self::AssignedByCloud | Self::Unknown => None,
        }
    }

    /// Whether nobody said.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether this is open and the other is not, so that it is taken over.
    pub const fn is_left_to(&self, observed: &Self) -> bool {
        match (self, observed) {
            (Self::AssignedByCloud | Self::Unknown, Self::Fixed(_)) => true,
            (Self::Fixed(_), _) | (_, Self::AssignedByCloud | Self::Unknown) => false,
        }
    }
}

impl<T: Clone> Value<T> {
    /// This value, or what was observed where this one leaves it open: how a plan takes over what
    /// the cloud has already chosen.
    #[must_use]
    pub fn settled_on(&self, observed: &Self) -> Self {
        match self {
            Self::Fixed(_) => self.clone(),
            Self::AssignedByCloud | Self::Unknown => match observed {
                Self::Fixed(value) => Self::Fixed(value.clone()),
                Self::AssignedByCloud | Self::Unknown => self.clone(),
            },
        }
    }
}

impl<T: fmt::Display> fmt::Display for Value<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(value) => value.fmt(f),
            Self::AssignedByCloud => f.pad(ASSIGNED),
            Self::Unknown => f.pad(UNKNOWN),
        }
    }
}

impl<T: Serialize> Serialize for Value<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Fixed(value) => value.serialize(to),
            Self::AssignedByCloud => to.serialize_str(ASSIGNED),
            Self::Unknown => to.serialize_str(UNKNOWN),
        }
    }
}

/// Values are read from a scalar, a list or a map: the two words first, anything else is the value's own.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Value<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = Value<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value, `unknown` or `assigned`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Value<T>, E> {
                match text {
                    UNKNOWN => Ok(Value::Unknown),
                    ASSIGNED => Ok(Value::AssignedByCloud),
                    text => T::deserialize(de::value::StrDeserializer::new(text)).map(Value::Fixed),
                }
            }
            fn visit_u64<E: de::Error>(self, n: u64) -> Result<Value<T>, E> {
                T::deserialize(de::value::U64Deserializer::new(n)).map(Value::Fixed)
            }
            fn visit_i64<E: de::Error>(self, n: i64) -> Result<Value<T>, E> {
                T::deserialize(de::value::I64Deserializer::new(n)).map(Value::Fixed)
            }
            fn visit_f64<E: de::Error>(self, n: f64) -> Result<Value<T>, E> {
                T::deserialize(de::value::F64Deserializer::new(n)).map(Value::Fixed)
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, seq: A) -> Result<Value<T>, A::Error> {
                T::deserialize(de::value::SeqAccessDeserializer::new(seq)).map(Value::Fixed)
            }
            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Value<T>, A::Error> {
                T::deserialize(de::value::MapAccessDeserializer::new(map)).map(Value::Fixed)
            }
        }
        from.deserialize_any(Visitor(std::marker::PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Value<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("ValueOf{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let inner = generator.subschema_for::<T>();
        schemars::json_schema!({ "anyOf": [{ "enum": [UNKNOWN, ASSIGNED] }, inner] })
    }
}
