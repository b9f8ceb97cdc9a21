//! How samples become fewer with age: one a minute at first, then one figure an hour, then one a day,
//! each with how many samples it is of, the least, the most and the sum. Rolling up an hour's figures
//! gives what rolling up its samples gives.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Metric, Reading};

/// The time that one figure is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// A minute: what was measured first in it, as it was.
    Minute,
    /// An hour.
    Hour,
    /// A day, in UTC.
    Day,
}

impl Span {
    /// All, the shortest first.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// How long it is, in seconds.
    pub const fn seconds(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::Day => 86_400,
        }
    }

    /// The span of so many seconds.
    pub fn of_seconds(seconds: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|span| span.seconds() == seconds)
    }

    /// How long figures of this span are kept: two days of minutes, forty days of hours (findings want
    /// weeks), two years of days.
    pub const fn kept(self) -> TimeDelta {
        TimeDelta::days(match self {
            Self::Minute => 2,
            Self::Hour => 40,
            Self::Day => 731,
        })
    }

    /// When the span began that a time is in.
    pub fn start(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let seconds = at.timestamp();
        let start = seconds - seconds.rem_euclid(self.seconds());
        DateTime::from_timestamp(start, 0).unwrap_or(at)
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }
}

/// What the samples of some time come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Of how many samples, at least one.
    pub count: u64,
    /// The smallest.
    pub min: u64,
    /// The largest.
    pub max: u64,
    /// All of them together.
    pub sum: u64,
}

impl Figures {
    /// Those of one sample.
    pub const fn of(value: u64) -> Self {
        Self {
            count: 1,
            min: value,
            max: value,
            sum: value,
        }
    }

    /// Those of both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            sum: self.sum.saturating_add(other.sum),
        }
    }

    /// The mean, rounded down.
    pub fn mean(self) -> u64 {
        self.sum / self.count.max(1)
    }
}

/// Figures of one metric over one span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rolled {
    /// When the span began.
    pub from: DateTime<Utc>,
    /// Of what.
    pub metric: Metric,
    /// The figures.
    pub figures: Figures,
}

/// One sample for each minute and metric: the earliest of it. Monitors send one every few seconds, and
/// nothing that is shown or judged is finer than a minute.
pub fn by_minute(readings: impl IntoIterator<Item = Reading>) -> Vec<Rolled> {
    let mut first: BTreeMap<(DateTime<Utc>, Metric), (DateTime<Utc>, u64)> = BTreeMap::new();
    for Reading { at, metric, value } in readings {
        let key = (Span::Minute.start(at), metric);
        let known = first.entry(key).or_insert((at, value));
        if (at, value) < *known {
            *known = (at, value);
        }
    }
    let all = first.into_iter();
    all.map(|((from, metric), (_, value))| Rolled {
        from,
        metric,
        figures: Figures::of(value),
    })
    .collect()
}

/// The figures of longer spans, of those of shorter ones; ordered by time and metric.
pub fn roll_up<'a>(shorter: impl IntoIterator<Item = &'a Rolled>, span: Span) -> Vec<Rolled> {
    let mut longer: BTreeMap<(DateTime<Utc>, &Metric), Figures> = BTreeMap::new();
    for Rolled {
        from,
        metric,
        figures,
    } in shorter
    {
        longer
            .entry((span.start(*from), metric))
            .and_modify(|known| *known = known.with(*figures))
            .or_insert(*figures);
    }
    let all = longer.into_iter();
    all.map(|((from, metric), figures)| Rolled {
        from,
        metric: metric.clone(),
        figures,
    })
    .collect()
}
