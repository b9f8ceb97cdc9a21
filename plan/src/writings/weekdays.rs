//! The days of the week on which something is used: a window that comes again every week. It knows
//! days, no hours: capacity is counted by the day.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The words for the days, Monday first.
const WORDS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// All days.
const ALL: u8 = 0b111_1111;

/// Some days of the week, one at least; written `mon,wed`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Weekdays(u8);

/// Why a text names no days.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDay {
    /// A word that is no day.
    #[error("`{0}` is no day of the week: use mon, tue, wed, thu, fri, sat or sun")]
    Word(String),
    /// No day at all.
    #[error(
        "no day of the week is named: name one at least, as in `mon,wed`, or leave it out for all"
    )]
    Nothing,
}

impl Weekdays {
    /// Every day.
    pub const EVERY: Self = Self(ALL);

    /// Whether it is every day.
    pub const fn is_every(&self) -> bool {
        self.0 == ALL
    }

    /// Whether a date is on one of them.
    pub fn has(self, date: NaiveDate) -> bool {
        let day = date.weekday().num_days_from_monday();
        self.0 & (1 << day) != 0
    }

    /// Each day's word with whether it is among them, Monday first.
    pub fn each(self) -> [(&'static str, bool); 7] {
        let mut day = 0;
        WORDS.map(|word| {
            let has = self.0 & (1 << day) != 0;
            day += 1;
            (word, has)
        })
    }
}

impl Default for Weekdays {
    fn default() -> Self {
        Self::EVERY
    }
}

impl fmt::Display for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.each().into_iter().filter(|(_, has)| *has);
        let words: Vec<&str> = days.map(|(word, _)| word).collect();
        f.write_str(&words.join(","))
    }
}

impl fmt::Debug for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Weekdays({self})")
    }
}

impl FromStr for Weekdays {
    type Err = NoDay;
    fn from_str(text: &str) -> Result<Self, NoDay> {
        let mut days = 0;
        let words = text.split([',', ' ']).filter(|word| !word.is_empty());
        for word in words {
            let lower = word.to_ascii_lowercase();
            let day = WORDS.iter().position(|known| *known == lower);
            let day = day.ok_or_else(|| NoDay::Word(word.chars().take(20).collect()))?;
            days |= 1 << day;
        }
        if days == 0 {
            return Err(NoDay::Nothing);
        }
        Ok(Self(days))
    }
}

impl Serialize for Weekdays {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Weekdays {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(de::Error::custom)
    }
}
