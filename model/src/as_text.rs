//! Amounts that stand in files as a text with its unit: read from the text, and from a bare number too, so
//! that one without a unit is told what it lacks in the amount's own words. It knows no amount.

use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de;

/// Reads what stands as a text.
pub(crate) struct AsText<T> {
    expected: &'static str,
    of: PhantomData<T>,
}

impl<T> AsText<T> {
    /// One that says what it expects: `a size with its unit, as in …`.
    pub(crate) const fn new(expected: &'static str) -> Self {
        Self {
            expected,
            of: PhantomData,
        }
    }
}

impl<T: FromStr<Err: Display>> de::Visitor<'_> for AsText<T> {
    type Value = T;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
    fn visit_u64<E: de::Error>(self, n: u64) -> Result<T, E> {
        self.visit_str(&n.to_string())
    }
    fn visit_f64<E: de::Error>(self, n: f64) -> Result<T, E> {
        self.visit_str(&n.to_string())
    }
}
