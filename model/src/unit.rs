//! Sizes with their unit. A GiB is 1,073,741,824 bytes and a GB is 1,000,000,000: OpenStack's
//! flavors and volumes are in GiB and its memory in MiB, whatever its documents call them, so
//! decimal units are refused with a sentence instead of being rounded in silence.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::as_text::AsText;

/// Why a text is not a size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    /// A decimal unit where a binary one is meant.
    #[error(
        "`{0}` is in a decimal unit (GB is 10^9 bytes), and OpenStack counts in GiB and MiB; write `{1}`"
    )]
    Decimal(String, String),
    /// Not a number with a unit.
    #[error("`{0}` is not a size; write a number and its unit, as in `8 GiB` or `512 MiB`")]
    Malformed(String),
    /// A size that is no whole number of the unit kept.
    #[error("`{0}` is not a whole number of GiB, as flavors and volumes need; write one")]
    Fraction(String),
}

/// Parses to MiB × 1024 (KiB), rounding a decimal fraction to the nearest KiB.
fn parse_kib(text: &str) -> Result<u64, SizeError> {
    let malformed = || SizeError::Malformed(text.chars().take(40).collect());
    let text = text.trim();
    let split = text
        .find(|c: char| c.is_ascii_alphabetic())
        .ok_or_else(malformed)?;
    let (number, unit) = (text[..split].trim(), text[split..].trim());
    let factor: u64 = match unit {
        "KiB" => 1,
        "MiB" => 1 << 10,
        "GiB" => 1 << 20,
        "TiB" => 1 << 30,
        "KB" | "kB" | "MB" | "GB" | "TB" => {
            let right = format!("{number} {}iB", &unit[..1].to_uppercase());
            return Err(SizeError::Decimal(text.into(), right));
        }
        _ => return Err(malformed()),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.len() > 6 || (fraction.is_empty() && number.contains('.')) {
        return Err(malformed());
    }
    let digits = |s: &str| -> Result<u64, SizeError> {
        if s.is_empty() || !s.bytes().all(|b| b.is_ascii_digit()) {
            return Err(malformed());
        }
        s.parse().map_err(|_| malformed())
    };
    let scale = 10_u64.pow(u32::try_from(fraction.len()).map_err(|_| malformed())?);
    let part = if fraction.is_empty() {
        0
    } else {
        digits(fraction)?
    };
    let whole = digits(whole)?.checked_mul(factor).ok_or_else(malformed)?;
    let part = (part * factor + scale / 2) / scale;
    whole
        .checked_add(part)
        .filter(|kib| *kib < 1 << 50)
        .ok_or_else(malformed)
}

/// An amount of data in KiB (2^10 bytes).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kib(pub u64);

/// Memory or disk space in MiB (2^20 bytes).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mib(pub u64);

/// Disk space in GiB (2^30 bytes).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gib(pub u64);

impl std::str::FromStr for Kib {
    type Err = SizeError;
    fn from_str(text: &str) -> Result<Self, SizeError> {
        parse_kib(text).map(Self)
    }
}

impl std::str::FromStr for Mib {
    type Err = SizeError;
    fn from_str(text: &str) -> Result<Self, SizeError> {
        parse_kib(text).map(|kib| Self((kib + 512) >> 10))
    }
}

impl std::str::FromStr for Gib {
    type Err = SizeError;
    fn from_str(text: &str) -> Result<Self, SizeError> {
        let kib = parse_kib(text)?;
        if kib % (1 << 20) == 0 {
            Ok(Self(kib >> 20))
        } else {
            Err(SizeError::Fraction(text.into()))
        }
    }
}

impl fmt::Display for Kib {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 >= 1024 && self.0.is_multiple_of(1024) {
            Mib(self.0 / 1024).fmt(f)
        } else {
            write!(f, "{} KiB", self.0)
        }
    }
}

impl fmt::Display for Mib {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 >= 1024 && self.0.is_multiple_of(1024) {
            write!(f, "{} GiB", self.0 / 1024)
        } else {
            write!(f, "{} MiB", self.0)
        }
    }
}

impl fmt::Display for Gib {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} GiB", self.0)
    }
}

macro_rules! size_serde {
    ($($name:ident, $example:literal;)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_str(AsText::new(concat!("a size with its unit, as in `", $example, "`")))
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "pattern": "^[0-9]+(\\.[0-9]{1,6})? ?(KiB|MiB|GiB|TiB)$",
                    "examples": [$example],
                })
            }
        }
    )*};
}

size_serde! {
    Mib, "8 GiB";
    Gib, "240 GiB";
}

/// Hundredths, for figures that people write with two decimals (a load average of 0.42): kept as
/// a whole number, so that nothing canonical holds a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hundredths(pub u32);

impl fmt::Display for Hundredths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl std::str::FromStr for Hundredths {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is not a number with at most two decimals; write it as in `0.42`");
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit()) && !s.is_empty();
        if !digits(whole) || !digits(part) || part.len() > 2 || whole.len() > 7 {
            return Err(wrong());
        }
        let whole: u32 = whole.parse().map_err(|_| wrong())?;
        let value: u32 = part.parse().map_err(|_| wrong())?;
        let part = if part.len() == 1 { value * 10 } else { value };
        Ok(Self(whole * 100 + part))
    }
}

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hundredths {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Hundredths;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number with at most two decimals, as in 0.42")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Hundredths, E> {
                text.parse().map_err(E::custom)
            }
            fn visit_u64<E: de::Error>(self, n: u64) -> Result<Hundredths, E> {
                n.to_string().parse().map_err(E::custom)
            }
            fn visit_i64<E: de::Error>(self, n: i64) -> Result<Hundredths, E> {
                n.to_string().parse().map_err(E::custom)
            }
            fn visit_f64<E: de::Error>(self, n: f64) -> Result<Hundredths, E> {
                n.to_string().parse().map_err(E::custom)
            }
        }
        from.deserialize_any(Visitor)
    }
}

impl JsonSchema for Hundredths {
    fn schema_name() -> Cow<'static, str> {
        "Hundredths".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["number", "string"], "description": "a number with at most two decimals" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_units_are_refused_with_the_right_one() {
        let error = "8 GB".parse::<Gib>().unwrap_err().to_string();
        assert!(error.contains("write `8 GiB`"), "{error}");
        assert_eq!("8 GiB".parse::<Mib>(), Ok(Mib(8192)));
        assert_eq!("9.9 GiB".parse::<Mib>(), Ok(Mib(10138)));
        assert_eq!(
            "1.5 GiB".parse::<Gib>(),
            Err(SizeError::Fraction("1.5 GiB".into()))
        );
        assert!("GiB".parse::<Gib>().is_err());
        assert!("99999999999999999999 GiB".parse::<Gib>().is_err());
    }

    #[test]
    fn sizes_and_hundredths_print_as_they_parse() {
        for mib in [0, 1, 1023, 1024, 1536, 10138] {
            assert_eq!(Mib(mib).to_string().parse(), Ok(Mib(mib)));
        }
        for n in [0, 1, 10, 42, 100, 12345] {
            assert_eq!(Hundredths(n).to_string().parse(), Ok(Hundredths(n)));
        }
        assert!("0.123".parse::<Hundredths>().is_err());
    }
}
