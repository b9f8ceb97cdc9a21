//! The proof of a lease: whether what an environment takes fits on each day until its end, beside all that
//! is reserved and planned for those days. One that is new and one that is to be longer are proved alike.

use chrono::{Days, NaiveDate};
use model::name::EnvironmentName;

use super::{Ask, Calendar, Figure, MOST_DAYS, Stands, Tenant, Then, calendar};
use crate::amounts::{Amounts, Measure};
use crate::headroom::{Fit, Need};
use crate::proof::{Check, Verdict};

/// The tightest day of one measure.
struct Worst {
    on: NaiveDate,
    figure: Figure,
}

/// The days that are looked at, and what would be right where they are too many.
struct Stay {
    from: NaiveDate,
    until: NaiveDate,
    /// The earliest day on which it can end.
    earliest: NaiveDate,
    /// What an earlier end is asked for with: `Extend it until … at most`.
    earlier: (&'static str, &'static str),
}

/// Checks that an environment can stay until a day. Only days from its present end on are looked at:
/// until then it has its room. Of a measure that it takes nothing of, nothing is checked.
pub fn extension(ask: &Ask, environment: &EnvironmentName, until: NaiveDate) -> Vec<Check> {
    let Some(tenant) = of(ask, environment) else {
        return Vec::new();
    };
    // Its present last day counts whole: it has its room there.
    let next = |day: NaiveDate| day.checked_add_days(Days::new(1)).unwrap_or(day);
    let from = tenant.until.map_or(ask.today, next).max(ask.today);
    let stay = Stay {
        from,
        until,
        // It ends no earlier than it does now, so that the day before the first one is still fine.
        earliest: from.checked_sub_days(Days::new(1)).unwrap_or(from),
        earlier: ("Extend it until", "at most"),
    };
    checks(ask, tenant.clone(), &stay)
}

/// Checks that an environment can come up today with what it takes, and stay until a day. What of it is
/// there already counts once. Of a measure whose quota is not told here, nothing is checked: what a plan
/// takes more of is.
pub fn arrival(
    ask: &Ask,
    environment: &EnvironmentName,
    takes: Amounts,
    until: NaiveDate,
) -> Vec<Check> {
    let there = of(ask, environment);
    let tenant = Tenant {
        environment: environment.clone(),
        now: there.map(|tenant| tenant.now).unwrap_or_default(),
        until: Some(until),
        then: Some(Then {
            on: ask.today,
            amounts: takes,
        }),
    };
    let stay = Stay {
        from: ask.today,
        until,
        earliest: ask.today,
        earlier: ("Let it end on", "at the latest"),
    };
    let mut checks = checks(ask, tenant, &stay);
    let told = |check: &Check| {
        let mut measures = Measure::ALL.into_iter().filter(|measure| {
            let quota = measure.quota();
            quota.is_some_and(|kind| ask.quotas.contains_key(&kind))
        });
        measures.any(|measure| check.what == what(measure, until))
    };
    checks.retain(told);
    checks
}

fn of<'a>(ask: &'a Ask, environment: &EnvironmentName) -> Option<&'a Tenant> {
    let mut tenants = ask.tenants.iter();
    tenants.find(|tenant| tenant.environment == *environment)
}

fn checks(ask: &Ask, tenant: Tenant, stay: &Stay) -> Vec<Check> {
    let Stay { from, until, .. } = *stay;
    if until < from {
        return Vec::new();
    }
    let longer = Tenant {
        until: Some(until),
        ..tenant
    };
    let amounts = match longer.on(until, ask.today) {
        Stands::Changed(amounts) => amounts,
        Stands::AsNow | Stands::Gone => longer.now,
    };
    let others = ask.tenants.iter();
    let others = others.filter(|other| other.environment != longer.environment);
    let mut tenants: Vec<Tenant> = others.cloned().collect();
    tenants.push(longer);
    let days = (until - ask.today).num_days().saturating_add(1);
    let calendar = calendar(&Ask {
        tenants: &tenants,
        days: u16::try_from(days).unwrap_or(MOST_DAYS),
        ..*ask
    });
    amounts
        .iter()
        .filter(|(measure, need)| measure.quota().is_some() && *need != Need::default())
        .filter_map(|(measure, need)| {
            let worst = worst(&calendar, measure, from)?;
            Some(check(measure, need, &worst, stay))
        })
        .collect()
}

/// The day on which most is missing, or else least is free; the first of several.
fn worst(calendar: &Calendar, measure: Measure, from: NaiveDate) -> Option<Worst> {
    let rank = |figure: &Figure| match figure.fit {
        Fit::Short(by) => (0, u64::MAX - by),
        Fit::Unknown(_) => (1, 0),
        Fit::Fits => (2, figure.free.amount().unwrap_or(u64::MAX)),
    };
    let spans = calendar.spans.iter().filter(|span| span.until >= from);
    let days = spans.filter_map(|span| {
        Some(Worst {
            on: span.from.max(from),
            figure: *span.figures.get(&measure)?,
        })
    });
    days.min_by_key(|worst| rank(&worst.figure))
}

/// What a check is called.
fn what(measure: Measure, until: NaiveDate) -> String {
    format!("{} until {until}", measure.words())
}

fn check(measure: Measure, need: Need, worst: &Worst, stay: &Stay) -> Check {
    let Worst { on, figure } = worst;
    // What it has itself is used by nobody else.
    let left = figure.free.amount();
    let free = left.map(|left| left.saturating_add(need.known));
    let (verdict, free, why) = match figure.fit {
        Fit::Fits => (Verdict::Passed, free, None),
        Fit::Unknown(why) => (Verdict::Unknown, free, Some(why.words())),
        Fit::Short(by) => {
            let reserved = match figure.reserved.known {
                0 => String::new(),
                taken => format!(", with {} reserved", measure.amount(taken)),
            };
            let (begin, end) = stay.earlier;
            let day_before = on.checked_sub_days(Days::new(1));
            // Whoever comes today can't end yesterday.
            let earlier = day_before.filter(|day| *day >= stay.earliest);
            let way_out = earlier.map_or_else(
                || "Withdraw".to_owned(),
                |day| format!("{begin} {day} {end}, withdraw"),
            );
            let why = format!(
                "on {on} {} too few{reserved}. {way_out} what is reserved, or ask for a larger quota",
                measure.amount(by)
            );
            (
                Verdict::Failed,
                Some(need.known.saturating_sub(by)),
                Some(why),
            )
        }
    };
    Check {
        what: what(measure, stay.until),
        need: Some(need.known),
        free,
        verdict,
        why,
    }
}
