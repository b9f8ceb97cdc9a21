//! One timeline of a cloud's capacity: what is used, reserved and free on each day from today on, as
//! leases end, plans take effect and reservations hold. It only adds up what is known today; whether
//! something fits is judged by [`crate::headroom`], as everywhere.
//!
//! A day counts whole: what ends on a day still takes its room on it, what begins on a day takes it
//! from the morning on.

mod extension;
mod words;

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use model::lease::Lease;
use model::name::EnvironmentName;
use model::quota::QuotaKind;
use serde::{Deserialize, Serialize};

use crate::amounts::{Amounts, Measure};
use crate::capacity::Taken;
use crate::headroom::{Fit, Free, Need};
use crate::offers::Quota;
use crate::writings::{Target, Weekdays};

pub use extension::{arrival, extension};

/// How many days a calendar has at most.
pub const MOST_DAYS: u16 = 731;

/// An environment on the cloud, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Which.
    pub environment: EnvironmentName,
    /// What it has there now.
    pub now: Amounts,
    /// The last day on which it is there, where it has a lease.
    pub until: Option<NaiveDate>,
    /// What it will have from a day on, where that is planned.
    pub then: Option<Then>,
}

/// What an environment will have from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Then {
    /// The day.
    pub on: NaiveDate,
    /// What it will have.
    pub amounts: Amounts,
}

/// What is known of an environment that may be on a cloud.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What it was seen to have there. What somebody wrote down of it is not seen: nobody knows whether the
    /// cloud counts it.
    pub observed: Option<&'a Taken>,
    /// What was made of it so far, where it is coming up: that much the cloud counts already.
    pub made: Amounts,
    /// What it is planned to have.
    pub planned: Option<&'a Taken>,
    /// Its lease.
    pub lease: Option<&'a Lease>,
    /// By when it is to be as planned.
    pub target: Option<&'a Target>,
}

impl Tenant {
    /// What an environment takes. A plan without a date takes nothing yet, unless a lease says that
    /// it is coming up.
    pub fn of(environment: EnvironmentName, today: NaiveDate, known: Known) -> Self {
        let Known {
            observed,
            made,
            planned,
            lease,
            target,
        } = known;
        let on = match target {
            Some(target) => Some(target.by),
            None => lease.filter(|_| observed.is_none()).map(|_| today),
        };
        Self {
            environment,
            now: observed.map_or(made, Amounts::of),
            until: lease.map(|lease| lease.expires_at.date_naive()),
            then: on.zip(planned).map(|(on, planned)| Then {
                on,
                amounts: Amounts::of(planned),
            }),
        }
    }

    /// Whether there is nothing to count, now or later.
    pub fn is_nothing(&self) -> bool {
        let then = self.then.is_none_or(|then| then.amounts.is_nothing());
        self.now.is_nothing() && then
    }

    /// How it stands on a day. What should have ended before today is being taken away today.
    fn on(&self, date: NaiveDate, today: NaiveDate) -> Stands {
        if self.until.is_some_and(|until| date > until.max(today)) {
            return Stands::Gone;
        }
        match self.then {
            Some(then) if then.on <= date => Stands::Changed(then.amounts),
            Some(_) | None => Stands::AsNow,
        }
    }
}

/// How an environment stands on a day.
enum Stands {
    /// As it is now.
    AsNow,
    /// As it is planned.
    Changed(Amounts),
    /// It is gone.
    Gone,
}

/// Something that is kept free from a day to a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// What for.
    pub what: String,
    /// How much.
    pub amounts: Amounts,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
    /// On which days of the week.
    pub week: Weekdays,
}

impl Booking {
    /// Whether it holds on a day.
    pub fn holds(&self, date: NaiveDate) -> bool {
        (self.from..=self.until).contains(&date) && self.week.has(date)
    }
}

/// What a calendar is made of.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// What the cloud told of its quotas; of one that is missing nothing is known.
    pub quotas: &'a BTreeMap<QuotaKind, Quota>,
    /// The environments on it.
    pub tenants: &'a [Tenant],
    /// What is kept free.
    pub bookings: &'a [Booking],
    /// The first day.
    pub today: NaiveDate,
    /// How many days, the first included; between 1 and [`MOST_DAYS`].
    pub days: u16,
}

/// A measure on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What stands there, or is planned to.
    pub used: Need,
    /// What is kept free for something.
    pub reserved: Need,
    /// What is left: the limit without what is known to be used and reserved.
    pub free: Free,
    /// Whether it all fits.
    pub fit: Fit,
}

/// Days on end that are alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first of them.
    pub from: NaiveDate,
    /// The last of them.
    pub until: NaiveDate,
    /// Every measure.
    pub figures: BTreeMap<Measure, Figure>,
}

/// Something that begins or ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Event {
    /// On which day.
    pub on: NaiveDate,
    /// What.
    pub what: Happens,
    /// Of which environment, or for what.
    pub of: String,
}

/// What begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Happens {
    /// A plan should have been reality by now.
    PlanOverdue,
    /// A plan is to be reality.
    PlanDue,
    /// A reservation begins.
    ReservationBegins,
    /// The last day of a reservation.
    ReservationEnds,
    /// The last day of a lease.
    LeaseEnds,
}

/// The first day on which something doesn't fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Short {
    /// The day.
    pub on: NaiveDate,
    /// What doesn't, and by how much.
    pub by: BTreeMap<Measure, u64>,
}

/// A cloud's capacity by date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// The first day.
    pub today: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
    /// What the cloud lets there be; untold or unlimited where it is so.
    pub limits: BTreeMap<Measure, Free>,
    /// All days, those that are alike together.
    pub spans: Vec<Span>,
    /// What begins and ends, by date.
    pub events: Vec<Event>,
    /// The first day on which something doesn't fit.
    pub short: Option<Short>,
}

/// Works a calendar out.
pub fn calendar(ask: &Ask) -> Calendar {
    let days = ask.days.clamp(1, MOST_DAYS);
    let limits: BTreeMap<Measure, Free> = Measure::ALL
        .into_iter()
        .map(|measure| (measure, limit(ask, measure)))
        .collect();
    // What the cloud counts as used and we know no environment of.
    let now = sum(ask.tenants.iter().map(|tenant| tenant.now));
    let mut spans: Vec<Span> = Vec::new();
    let mut until = ask.today;
    for date in ask.today.iter_days().take(days.into()) {
        until = date;
        let figures = day(ask, &limits, &now, date);
        match spans.last_mut() {
            Some(span) if span.figures == figures => span.until = date,
            _ => spans.push(Span {
                from: date,
                until: date,
                figures,
            }),
        }
    }
    let short = spans.iter().find_map(short);
    Calendar {
        today: ask.today,
        until,
        events: events(ask, until),
        limits,
        spans,
        short,
    }
}

fn sum(amounts: impl Iterator<Item = Amounts>) -> Amounts {
    amounts.fold(Amounts::default(), |sum, amounts| sum.and(&amounts))
}

fn quota(ask: &Ask, measure: Measure) -> Option<Quota> {
    ask.quotas.get(&measure.quota()?).copied()
}

/// All that there may be.
fn limit(ask: &Ask, measure: Measure) -> Free {
    let whole = quota(ask, measure).map(|quota| Quota { used: 0, ..quota });
    Free::of(whole.as_ref())
}

fn day(
    ask: &Ask,
    limits: &BTreeMap<Measure, Free>,
    now: &Amounts,
    date: NaiveDate,
) -> BTreeMap<Measure, Figure> {
    let holding = ask.bookings.iter().filter(|booking| booking.holds(date));
    let reserved = sum(holding.map(|booking| booking.amounts));
    let each = limits.iter().map(|(measure, limit)| {
        let used = used(ask, *measure, now.of_measure(*measure), date);
        let reserved = reserved.of_measure(*measure);
        let need = used.and(reserved);
        let figure = Figure {
            used,
            reserved,
            free: limit.without(need.known),
            fit: limit.holds(need),
        };
        (*measure, figure)
    });
    each.collect()
}

/// What is used on a day. Where the cloud told what is used now, that holds what nobody told the size
/// of, too: it is unknown again only once that changes or goes, for then nobody knows how much comes
/// free.
fn used(ask: &Ask, measure: Measure, now: Need, date: NaiveDate) -> Need {
    let told = quota(ask, measure).map(|quota| quota.used);
    let mut used = Need::known(told.map_or(0, |told| told.saturating_sub(now.known)));
    for tenant in ask.tenants {
        let before = tenant.now.of_measure(measure);
        let unknown = |counted: u64| if told.is_some() { counted } else { 0 };
        let part = match tenant.on(date, ask.today) {
            Stands::AsNow if told.is_some() => Need::known(before.known),
            Stands::AsNow => before,
            Stands::Changed(then) => {
                let then = then.of_measure(measure);
                Need {
                    unknown: then.unknown.saturating_add(unknown(before.unknown)),
                    ..then
                }
            }
            Stands::Gone => Need {
                known: 0,
                unknown: unknown(before.unknown),
            },
        };
        used = used.and(part);
    }
    used
}

fn short(span: &Span) -> Option<Short> {
    let by: BTreeMap<Measure, u64> = span
        .figures
        .iter()
        .filter_map(|(measure, figure)| match figure.fit {
            Fit::Short(by) => Some((*measure, by)),
            Fit::Fits | Fit::Unknown(_) => None,
        })
        .collect();
    (!by.is_empty()).then_some(Short { on: span.from, by })
}

fn events(ask: &Ask, until: NaiveDate) -> Vec<Event> {
    let mut events = Vec::new();
    let mut add = |on: NaiveDate, what, of: String| {
        if (ask.today..=until).contains(&on) {
            events.push(Event { on, what, of });
        }
    };
    for tenant in ask.tenants {
        let name = || tenant.environment.to_string();
        if let Some(until) = tenant.until {
            add(until.max(ask.today), Happens::LeaseEnds, name());
        }
        match tenant.then {
            Some(then) if then.on < ask.today => add(ask.today, Happens::PlanOverdue, name()),
            Some(then) => add(then.on, Happens::PlanDue, name()),
            None => {}
        }
    }
    for booking in ask.bookings {
        add(
            booking.from,
            Happens::ReservationBegins,
            booking.what.clone(),
        );
        add(
            booking.until,
            Happens::ReservationEnds,
            booking.what.clone(),
        );
    }
    events.sort();
    events
}

impl Calendar {
    /// The day that a number of days after the first one is, where the calendar goes so far.
    pub fn date(&self, after: u64) -> Option<NaiveDate> {
        let date = self.today.checked_add_days(Days::new(after))?;
        (date <= self.until).then_some(date)
    }

    /// How a day is.
    pub fn on(&self, date: NaiveDate) -> Option<&Span> {
        let mut spans = self.spans.iter();
        spans.find(|span| (span.from..=span.until).contains(&date))
    }
}
