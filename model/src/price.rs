//! Price books: what a cloud's parts cost per hour from a day on, as people enter it. Prices are
//! whole millionths, never floats, so that a sum is the same on every machine. They are nobody's
//! property but the book's: no flavor and no topology holds one, or every change of price would
//! change every hash.

pub mod csv;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Add, AddAssign};
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::name::{FlavorName, SiteName, VolumeTypeName};

/// Millionths in one unit of a currency.
const MICRO: u64 = 1_000_000;
/// The highest price: a million an hour. Sums of prices can't overflow then.
const MOST: u64 = 1_000_000 * MICRO;
/// Hours in a month, as clouds' price lists count them: a year's 8,760 hours by twelve.
pub const HOURS_PER_MONTH: u32 = 730;

/// A price for an hour, in millionths of a currency's unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(u64);

impl Price {
    /// A price in millionths.
    pub fn micro(micro: u64) -> Result<Self, PriceError> {
        if micro > MOST {
            return Err(PriceError::TooMuch);
        }
        Ok(Self(micro))
    }

    /// The price of so many pieces.
    pub fn times(self, pieces: u64) -> Money {
        Money(u128::from(self.0) * u128::from(pieces))
    }

    /// The price of a share, rounded to the nearest millionth: of so many MiB where it is one for
    /// 1,024 of them.
    pub fn share(self, parts: u64, of: u64) -> Money {
        let of = u128::from(of.max(1));
        Money((u128::from(self.0) * u128::from(parts) + of / 2) / of)
    }
}

/// Why a text is no price.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// No decimal number.
    #[error("`{0}` is no price; write digits with a point before the fraction, as in `0.0315`")]
    Malformed(String),
    /// More digits than are kept.
    #[error("`{0}` has more than six decimals; prices are kept in millionths, so round it")]
    TooFine(String),
    /// A price that nobody pays.
    #[error("a price is at most a million per hour; is it meant for another unit?")]
    TooMuch,
}

impl FromStr for Price {
    type Err = PriceError;
    fn from_str(text: &str) -> Result<Self, PriceError> {
        let malformed = || PriceError::Malformed(text.chars().take(40).collect());
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(malformed()),
            Some(parts) => parts,
            None => (text, ""),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return Err(malformed());
        }
        let fine = fraction.trim_end_matches('0');
        if fine.len() > 6 {
            return Err(PriceError::TooFine(text.chars().take(40).collect()));
        }
        // Digits only, so that nothing but the size can be wrong.
        let whole: u64 = whole.parse().map_err(|_| PriceError::TooMuch)?;
        let fraction: u64 = format!("{fine:0<6}").parse().map_err(|_| malformed())?;
        let micro = whole.checked_mul(MICRO).ok_or(PriceError::TooMuch)?;
        Self::micro(micro.saturating_add(fraction))
    }
}

/// Writes millionths as people read them, at least two decimals, none for nothing.
fn decimal(f: &mut fmt::Formatter<'_>, micro: u128) -> fmt::Result {
    let (whole, part) = (micro / u128::from(MICRO), micro % u128::from(MICRO));
    let part = format!("{part:06}");
    let short = part.trim_end_matches('0');
    f.pad(&format!("{whole}.{short:0<2}"))
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal(f, self.0.into())
    }
}

impl Serialize for Price {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A sum of prices, in millionths of a currency's unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(u128);

impl Money {
    /// No money at all.
    pub const ZERO: Self = Self(0);

    /// How many millionths.
    pub const fn micro(self) -> u128 {
        self.0
    }

    /// So many times as much.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times.into()))
    }

    /// What is so much for an hour for a month of [`HOURS_PER_MONTH`].
    #[must_use]
    pub fn per_month(self) -> Self {
        self.times(HOURS_PER_MONTH.into())
    }

    /// In hundredths of the currency: half a one counts as one.
    pub const fn cents(self) -> u128 {
        const CENT: u128 = 10_000;
        self.0.saturating_add(CENT / 2) / CENT
    }

    /// To the cent, for people: half a cent counts as one. Less than that is not written as nothing.
    pub fn rounded(self) -> String {
        let cents = self.cents();
        if cents == 0 && self.0 > 0 {
            return "less than 0.01".to_owned();
        }
        format!("{}.{:02}", cents / 100, cents % 100)
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Self::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal(f, self.0)
    }
}

/// As text: no reader makes a float of it.
impl Serialize for Money {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let wrong = || de::Error::custom(format!("`{text}` is no amount of money"));
        let (whole, part) = text.split_once('.').ok_or_else(wrong)?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(part) || part.len() > 6 {
            return Err(wrong());
        }
        let whole: u128 = whole.parse().map_err(|_| wrong())?;
        let part: u128 = format!("{part:0<6}").parse().map_err(|_| wrong())?;
        let micro = whole.checked_mul(MICRO.into()).ok_or_else(wrong)?;
        Ok(Self(micro.saturating_add(part)))
    }
}

/// A currency by its ISO 4217 code: `EUR`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The code as text.
    pub fn code(&self) -> &str {
        // Three ASCII letters are always text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Currency {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(format!(
                "`{}` is no currency; write its code of three capitals, as in `EUR`",
                text.chars().take(40).collect::<String>()
            )),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// What things cost per hour, from a day on. What isn't in it has no price, which is not a price of
/// nothing: that is written as 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceBook {
    /// The first day that it holds on; until that of the next one.
    pub from: NaiveDate,
    /// The currency of every price in it.
    pub currency: Currency,
    /// Flavors by name, disk and all.
    #[serde(default)]
    pub flavors: BTreeMap<FlavorName, Price>,
    /// One vCPU of a flavor that is not named.
    #[serde(default)]
    pub vcpu: Option<Price>,
    /// One GiB of its memory.
    #[serde(default)]
    pub ram_gib: Option<Price>,
    /// One GiB of its disk.
    #[serde(default)]
    pub disk_gib: Option<Price>,
    /// One GiB of a volume, by its type.
    #[serde(default)]
    pub volumes: BTreeMap<VolumeTypeName, Price>,
    /// One GiB of a volume of any type that is not named.
    #[serde(default)]
    pub any_volume: Option<Price>,
    /// One public address.
    #[serde(default)]
    pub address: Option<Price>,
}

impl PriceBook {
    /// A book without a price.
    pub fn new(from: NaiveDate, currency: Currency) -> Self {
        Self {
            from,
            currency,
            flavors: BTreeMap::new(),
            vcpu: None,
            ram_gib: None,
            disk_gib: None,
            volumes: BTreeMap::new(),
            any_volume: None,
            address: None,
        }
    }

    /// One GiB of a volume of a type, or of one of which nobody said the type.
    pub fn volume_gib(&self, of_type: Option<&VolumeTypeName>) -> Option<Price> {
        let named = of_type.and_then(|name| self.volumes.get(name));
        named.copied().or(self.any_volume)
    }
}

/// Several price books, one for each day on which prices changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<PriceBook>", into = "Vec<PriceBook>")]
pub struct PriceBooks(BTreeMap<NaiveDate, PriceBook>);

impl PriceBooks {
    /// Adds a book, and gives back the one of the same day that it replaces.
    pub fn insert(&mut self, book: PriceBook) -> Option<PriceBook> {
        self.0.insert(book.from, book)
    }

    /// The one that holds on a day; none before the first.
    pub fn on(&self, day: NaiveDate) -> Option<&PriceBook> {
        self.0.range(..=day).next_back().map(|(_, book)| book)
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &PriceBook> {
        self.0.values()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// All that is written down of prices: what things cost anywhere, and what they cost at each site that has
/// prices of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prices {
    /// What holds where a site has none of its own, and for what is at no site.
    pub anywhere: PriceBooks,
    /// What holds at a site, and nothing beside it.
    pub at_sites: BTreeMap<SiteName, PriceBooks>,
}

impl Prices {
    /// What was written down for a site itself, or for anywhere; no books where nothing was.
    pub fn written_for(&self, site: Option<&SiteName>) -> PriceBooks {
        match site {
            None => self.anywhere.clone(),
            Some(site) => self.at_sites.get(site).cloned().unwrap_or_default(),
        }
    }

    /// What things cost at a site: by its own books where it has any, else by those for anywhere.
    pub fn at(&self, site: Option<&SiteName>) -> &PriceBooks {
        let own = site.and_then(|site| self.at_sites.get(site));
        own.unwrap_or(&self.anywhere)
    }
}

impl FromIterator<PriceBook> for PriceBooks {
    fn from_iter<I: IntoIterator<Item = PriceBook>>(books: I) -> Self {
        Self(books.into_iter().map(|book| (book.from, book)).collect())
    }
}

impl From<Vec<PriceBook>> for PriceBooks {
    fn from(books: Vec<PriceBook>) -> Self {
        books.into_iter().collect()
    }
}

impl From<PriceBooks> for Vec<PriceBook> {
    fn from(books: PriceBooks) -> Self {
        books.0.into_values().collect()
    }
}
