//! Amounts as people measure them: counts, rates, times, shares, sizes, flows. Each is a whole number
//! in a unit of its own, so that two of a kind compare exactly and nothing canonical holds a float. A
//! rate keeps the unit that it was written by, so that it reads as in its source.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::unit::{Kib, SizeError};

/// The largest number that is believed, in whatever unit: a million of millions.
const MOST: u64 = 1_000_000_000_000;

/// Why a text is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// No number with a unit that is known.
    #[error(
        "`{0}` is no amount; write it as in `30000`, `166/min`, `500 ms`, `45%`, `400 KiB` or \
         `80 MiB/s`"
    )]
    Malformed(String),
    /// More digits behind the point than are kept.
    #[error("`{0}` has more decimals than are kept; round it, as in `16.667/min`")]
    TooFine(String),
    /// A count with a fraction.
    #[error("`{0}` is no whole number; write one, or a unit behind it, as in `8.5/s`")]
    Fraction(String),
    /// More than anybody measures.
    #[error("`{0}` is more than anybody measures; is it meant in another unit?")]
    TooMuch(String),
    /// More than all.
    #[error("`{0}` is more than all; a share is 100% at most")]
    MoreThanAll(String),
    /// A size in a decimal unit.
    #[error(transparent)]
    Size(SizeError),
}

/// By what something is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Per {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
}

impl Per {
    const ALL: [Self; 4] = [Self::Second, Self::Minute, Self::Hour, Self::Day];

    const fn word(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "h",
            Self::Day => "d",
        }
    }

    const fn in_a_day(self) -> u64 {
        match self {
            Self::Second => 86_400,
            Self::Minute => 1_440,
            Self::Hour => 24,
            Self::Day => 1,
        }
    }
}

/// How often something happens: thousandths of a time, by a unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// In thousandths.
    pub thousandths: u64,
    /// By what.
    pub per: Per,
}

impl Rate {
    /// In thousandths a day.
    pub fn a_day(self) -> u128 {
        u128::from(self.thousandths) * u128::from(self.per.in_a_day())
    }
}

/// How much data moves: KiB, by a unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Flow {
    /// How much.
    pub size: Kib,
    /// By what.
    pub per: Per,
}

/// A span of time, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

/// A part of all, in hundredths of a percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u16);

impl Share {
    /// All of it.
    const ALL: u16 = 10_000;

    /// So many hundredths of a percent, where that is no more than all.
    pub fn hundredths(hundredths: u16) -> Option<Self> {
        (hundredths <= Self::ALL).then_some(Self(hundredths))
    }
}

/// An amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// How many: `30000`.
    Count(u64),
    /// How often: `166/min`.
    Rate(Rate),
    /// How long: `500 ms`.
    Time(Time),
    /// Which part: `45%`.
    Share(Share),
    /// How much data: `400 KiB`.
    Size(Kib),
    /// How much data in a time: `80 MiB/s`.
    Flow(Flow),
}

/// Of which kind an amount is: only those of one kind compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum QuantityKind {
    Count,
    Rate,
    Time,
    Share,
    Size,
    Flow,
}

impl QuantityKind {
    /// The word for it, with its article.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Count => "a count",
            Self::Rate => "a rate",
            Self::Time => "a time",
            Self::Share => "a share",
            Self::Size => "a size",
            Self::Flow => "a flow of data",
        }
    }
}

impl Quantity {
    /// Of which kind it is.
    pub const fn kind(self) -> QuantityKind {
        match self {
            Self::Count(_) => QuantityKind::Count,
            Self::Rate(_) => QuantityKind::Rate,
            Self::Time(_) => QuantityKind::Time,
            Self::Share(_) => QuantityKind::Share,
            Self::Size(_) => QuantityKind::Size,
            Self::Flow(_) => QuantityKind::Flow,
        }
    }

    /// In the smallest unit of its kind: one, a thousandth a day, a microsecond, a hundredth of a
    /// percent, a KiB, a KiB a day.
    pub fn base(self) -> u128 {
        match self {
            Self::Count(count) => count.into(),
            Self::Rate(rate) => rate.a_day(),
            Self::Time(Time(micros)) => micros.into(),
            Self::Share(Share(hundredths)) => hundredths.into(),
            Self::Size(Kib(kib)) => kib.into(),
            Self::Flow(Flow { size, per }) => u128::from(size.0) * u128::from(per.in_a_day()),
        }
    }

    /// Less, as much or more, where both are of one kind.
    pub fn compare(self, other: Self) -> Option<Ordering> {
        (self.kind() == other.kind()).then(|| self.base().cmp(&other.base()))
    }

    /// `by` `of`-ths of it, rounded down, where it is something that there can be more of; a span of
    /// time, a share or the size of one thing is not.
    pub fn scaled(self, by: u64, of: u64) -> Option<Self> {
        let of = u128::from(of);
        let part = |n: u64| {
            let scaled = (u128::from(n) * u128::from(by)).checked_div(of)?;
            u64::try_from(scaled).ok()
        };
        match self {
            Self::Count(count) => part(count).map(Self::Count),
            Self::Rate(Rate { thousandths, per }) => {
                let thousandths = part(thousandths)?;
                Some(Self::Rate(Rate { thousandths, per }))
            }
            Self::Flow(Flow { size, per }) => {
                let size = Kib(part(size.0)?);
                Some(Self::Flow(Flow { size, per }))
            }
            Self::Time(_) | Self::Share(_) | Self::Size(_) => None,
        }
    }
}

/// As much of a text as a sentence shows.
pub(super) fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// A decimal number as a whole one of parts, `decimals` digits behind the point: of `1.5` with 3 it
/// makes 1500.
fn parts(number: &str, decimals: usize, text: &str) -> Result<u64, QuantityError> {
    let malformed = || QuantityError::Malformed(short(text));
    let (whole, fraction) = match number.split_once('.') {
        Some((_, "")) => return Err(malformed()),
        Some(parts) => parts,
        None => (number, ""),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return Err(malformed());
    }
    let fine = fraction.trim_end_matches('0');
    if fine.len() > decimals {
        return Err(QuantityError::TooFine(short(text)));
    }
    let too_much = || QuantityError::TooMuch(short(text));
    let whole: u64 = whole.parse().map_err(|_| too_much())?;
    if whole > MOST {
        return Err(too_much());
    }
    let padded = format!("{fine:0<decimals$}");
    let fraction: u64 = if padded.is_empty() {
        0
    } else {
        padded.parse().map_err(|_| malformed())?
    };
    let scale = (0..decimals).fold(1_u64, |scale, _| scale * 10);
    let whole = whole.checked_mul(scale).ok_or_else(too_much)?;
    Ok(whole.saturating_add(fraction))
}

/// Parts of a whole as a decimal number, without zeros at its end.
fn decimal(parts: u64, decimals: usize) -> String {
    let scale = (0..decimals).fold(1_u64, |scale, _| scale * 10);
    let (whole, fraction) = (parts / scale, parts % scale);
    if fraction == 0 {
        return whole.to_string();
    }
    let fraction = format!("{fraction:0>decimals$}");
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}

/// The number that a text begins with, and what stands behind it.
fn unit_of(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.strip_prefix(' ').unwrap_or(unit))
}

fn size(text: &str, whole: &str) -> Result<Kib, QuantityError> {
    let (number, unit) = unit_of(text);
    let kib: u128 = match unit {
        "KiB" => 1,
        "MiB" => 1 << 10,
        "GiB" => 1 << 20,
        "TiB" => 1 << 30,
        _ => {
            return Err(match text.parse::<Kib>() {
                Err(decimal @ SizeError::Decimal(..)) => QuantityError::Size(decimal),
                _ => QuantityError::Malformed(short(whole)),
            });
        }
    };
    let millionths = u128::from(parts(number, 6, whole)?) * kib;
    if !millionths.is_multiple_of(1_000_000) {
        return Err(QuantityError::TooFine(short(whole)));
    }
    let size = u64::try_from(millionths / 1_000_000).ok();
    let size = size.filter(|size| *size <= MOST);
    size.map(Kib)
        .ok_or_else(|| QuantityError::TooMuch(short(whole)))
}

/// A second, in microseconds.
const SECOND: u64 = 1_000_000;

/// Units of time, in microseconds, the longest first.
const TIMES: [(&str, u64); 7] = [
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("min", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("µs", 1),
    ("us", 1),
];

impl FromStr for Quantity {
    type Err = QuantityError;
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let malformed = || QuantityError::Malformed(short(text));
        if let Some((amount, per)) = text.rsplit_once('/') {
            let per = Per::ALL.into_iter().find(|known| known.word() == per);
            let per = per.ok_or_else(malformed)?;
            return if unit_of(amount).1.is_empty() && !amount.ends_with(' ') {
                let thousandths = parts(amount, 3, text)?;
                Ok(Self::Rate(Rate { thousandths, per }))
            } else {
                let size = size(amount, text)?;
                Ok(Self::Flow(Flow { size, per }))
            };
        }
        if let Some(number) = text.strip_suffix('%') {
            let hundredths = parts(number, 2, text)?;
            let share = u16::try_from(hundredths).ok().and_then(Share::hundredths);
            let share = share.ok_or_else(|| QuantityError::MoreThanAll(short(text)))?;
            return Ok(Self::Share(share));
        }
        let (number, unit) = unit_of(text);
        if unit.is_empty() {
            return match parts(number, 0, text) {
                Ok(count) if !text.ends_with(' ') => Ok(Self::Count(count)),
                Err(QuantityError::TooFine(text)) => Err(QuantityError::Fraction(text)),
                Ok(_) => Err(malformed()),
                Err(error) => Err(error),
            };
        }
        match TIMES.iter().find(|(word, _)| *word == unit) {
            Some((_, micros)) => {
                let millionths = u128::from(parts(number, 6, text)?) * u128::from(*micros);
                if !millionths.is_multiple_of(1_000_000) {
                    return Err(QuantityError::TooFine(short(text)));
                }
                let time = u64::try_from(millionths / 1_000_000).ok();
                let time = time.filter(|time| *time <= MOST * 1_000);
                let time = time.ok_or_else(|| QuantityError::TooMuch(short(text)))?;
                Ok(Self::Time(Time(time)))
            }
            None => size(text, text).map(Self::Size),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { thousandths, per } = *self;
        f.pad(&format!("{}/{}", decimal(thousandths, 3), per.word()))
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { size, per } = self;
        f.pad(&format!("{size}/{}", per.word()))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // In whole units from seconds on where it is so many of one, or else with a fraction.
        let whole =
            |micros: u64| micros >= SECOND && self.0 >= micros && self.0.is_multiple_of(micros);
        let text = match TIMES.iter().find(|(_, micros)| whole(*micros)) {
            Some((word, micros)) => format!("{} {word}", self.0 / micros),
            None if self.0 >= SECOND => format!("{} s", decimal(self.0, 6)),
            None if self.0 >= 1_000 => format!("{} ms", decimal(self.0, 3)),
            None => format!("{} µs", self.0),
        };
        f.pad(&text)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}%", decimal(self.0.into(), 2)))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => f.pad(&count.to_string()),
            Self::Rate(rate) => rate.fmt(f),
            Self::Time(time) => time.fmt(f),
            Self::Share(share) => share.fmt(f),
            Self::Size(size) => f.pad(&size.to_string()),
            Self::Flow(flow) => flow.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_print_as_they_parse() {
        for text in [
            "0",
            "30000",
            "166/min",
            "16.667/min",
            "0.5/s",
            "3/h",
            "12/d",
            "0 µs",
            "7 µs",
            "1.5 ms",
            "500 ms",
            "1.5 s",
            "90 s",
            "30 min",
            "2 h",
            "30 d",
            "45%",
            "45.25%",
            "100%",
            "400 KiB",
            "1 MiB",
            "80 MiB/s",
            "3 GiB/h",
        ] {
            let read: Quantity = text.parse().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(read.to_string(), text);
        }
        for (written, same) in [
            ("8.0", "8"),
            ("8.50/s", "8.5/s"),
            ("1500 ms", "1.5 s"),
            ("60 s", "1 min"),
            ("500ms", "500 ms"),
            ("7 us", "7 µs"),
            ("0.5 MiB", "512 KiB"),
        ] {
            let (written, same): (Quantity, Quantity) =
                (written.parse().unwrap(), same.parse().unwrap());
            assert_eq!(written, same);
        }
    }

    #[test]
    fn what_is_no_amount_is_told_what_would_be() {
        for (wrong, part) in [
            ("", "is no amount"),
            ("many", "is no amount"),
            ("-3", "is no amount"),
            ("3 ", "is no amount"),
            ("30,000", "is no amount"),
            ("8/week", "is no amount"),
            ("8 /s", "is no amount"),
            ("/s", "is no amount"),
            ("5.", "is no amount"),
            (".5/s", "is no amount"),
            ("8.5", "is no whole number"),
            ("0.0001/s", "more decimals"),
            ("0.5 µs", "more decimals"),
            ("0.3 KiB", "more decimals"),
            ("101%", "more than all"),
            ("400 KB", "write `400 KiB`"),
            ("9000000000000", "more than anybody"),
            ("99999999999999999999999/s", "more than anybody"),
            ("9000000 d", "more than anybody"),
            ("9000000000 TiB", "more than anybody"),
        ] {
            let error = wrong.parse::<Quantity>().unwrap_err().to_string();
            assert!(error.contains(part), "{wrong}: {error}");
        }
        let error = "30".parse::<Time>().unwrap_err();
        assert!(
            error.contains("is a count, and a time is wanted"),
            "{error}"
        );
    }

    #[test]
    fn only_amounts_of_one_kind_compare() {
        let of = |text: &str| text.parse::<Quantity>().unwrap();
        assert_eq!(of("60/min").compare(of("1/s")), Some(Ordering::Equal));
        assert_eq!(of("2/s").compare(of("119/min")), Some(Ordering::Greater));
        assert_eq!(of("60").compare(of("60/s")), None);
        assert_eq!(of("166/min").scaled(2, 1), Some(of("332/min")));
        assert_eq!(of("10").scaled(1, 3), Some(of("3")));
        assert_eq!(of("10").scaled(1, 0), None);
        assert_eq!(of("10 s").scaled(2, 1), None);
    }
}
