//! How amounts stand in files: a count as a number, all others as a text with their unit. What is wrong
//! with one is told in the words of [`super::quantity`].

use std::borrow::Cow;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::quantity::{Quantity, Rate, Share, Time, short};
use crate::as_text::AsText;

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => to.serialize_u64(*count),
            other => to.collect_str(other),
        }
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AsText::new(
            "an amount, as in `30000`, `166/min` or `500 ms`",
        ))
    }
}

impl JsonSchema for Quantity {
    fn schema_name() -> Cow<'static, str> {
        "Quantity".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["integer", "string"], "examples": [
            30000, "166/min", "500 ms", "45%", "400 KiB", "80 MiB/s",
        ] })
    }
}

/// Kinds of amounts that stand by themselves where no other makes sense.
macro_rules! of_one_kind {
    ($($name:ident, $what:literal, $example:literal;)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text.parse::<Quantity>() {
                    Ok(Quantity::$name(it)) => Ok(it),
                    Ok(other) => Err(format!(
                        concat!("`{}` is {}, and {} is wanted; write it as in `{}`"),
                        short(text), other.kind().words(), $what, $example
                    )),
                    Err(error) => Err(error.to_string()),
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_any(AsText::new(concat!($what, ", as in `", $example, "`")))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "examples": [$example] })
            }
        }
    )*};
}

of_one_kind! {
    Time, "a time", "500 ms";
    Share, "a share", "45%";
    Rate, "a rate", "3000/s";
}
