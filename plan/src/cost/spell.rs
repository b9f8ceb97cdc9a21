//! What something costs over some hours: each of them by the book that holds on the day on which it
//! begins, because prices change while something is lent. From when on is for whoever asks to say.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use model::count::Sizing;
use model::price::{Currency, Money, PriceBook, PriceBooks};
use model::topology::Topology;

use super::cost_of;
use crate::need::Needs;

/// A cost over some hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spell {
    /// How many hours.
    pub hours: u32,
    /// What the items cost that have a price, by currency.
    pub sums: BTreeMap<Currency, Money>,
    /// How many items have a price: the fewest that had one at any time.
    pub priced: u64,
    /// How many items there are.
    pub of: u64,
    /// The first days of the books that it was worked out by.
    pub books: Vec<NaiveDate>,
}

impl Spell {
    /// The sum in words: `4.32 EUR`; none where nothing has a price.
    pub fn amount(&self) -> Option<String> {
        if self.priced == 0 && self.of > 0 {
            return None;
        }
        let sums = self.sums.iter();
        let sums: Vec<String> = sums
            .map(|(currency, sum)| format!("{} {currency}", sum.rounded()))
            .collect();
        Some(sums.join(" and "))
    }

    /// What the sum rests on: `prices of 2026-01-01; 12 of 14 items priced`.
    pub fn basis(&self) -> String {
        let days: Vec<String> = self.books.iter().map(ToString::to_string).collect();
        format!(
            "prices of {}; {} of {} items priced",
            days.join(" and "),
            self.priced,
            self.of
        )
    }

    /// Whether every item had a price all the time.
    pub fn is_whole(&self) -> bool {
        self.priced == self.of
    }
}

/// What an environment costs from a time on for so many hours; none where no book holds then.
pub fn over(
    topology: &Topology,
    sizing: &Sizing,
    books: &PriceBooks,
    from: DateTime<Utc>,
    hours: u32,
) -> Option<Spell> {
    let first = books.on(from.date_naive())?;
    let later = books.iter().filter(|book| book.from > first.from);
    let books: Vec<&PriceBook> = std::iter::once(first).chain(later).collect();
    let needs = Needs::of(topology);
    let mut spell: Option<Spell> = None;
    let mut begins = 0;
    for (index, book) in books.iter().enumerate() {
        let next = books.get(index + 1);
        let ends = next.map_or(hours, |next| hours.min(begun_before(from, next.from)));
        let lasts = ends.saturating_sub(begins);
        begins = ends;
        // The one that holds at the beginning counts even for no hour at all.
        if lasts == 0 && index > 0 {
            continue;
        }
        let total = cost_of(&needs, sizing, book).total;
        let spell = spell.get_or_insert_with(|| Spell {
            hours,
            sums: BTreeMap::new(),
            priced: total.priced,
            of: total.of,
            books: Vec::new(),
        });
        spell.priced = spell.priced.min(total.priced);
        spell.books.push(book.from);
        if let Some(hour) = total.per_hour {
            *spell.sums.entry(book.currency).or_default() += hour.times(lasts.into());
        }
    }
    spell
}

/// How many of the hours from a time on begin before a day does.
fn begun_before(from: DateTime<Utc>, day: NaiveDate) -> u32 {
    let left = (day.and_time(NaiveTime::MIN).and_utc() - from).num_seconds();
    let left = u64::try_from(left).unwrap_or(0);
    u32::try_from(left.div_ceil(3600)).unwrap_or(u32::MAX)
}
