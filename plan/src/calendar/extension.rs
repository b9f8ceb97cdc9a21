//! The proof of a longer lease: whether what an environment takes still fits on each day until its new
//! end, beside all that is reserved and planned for those days.

use chrono::{Days, NaiveDate};
use model::name::EnvironmentName;

use super::{Ask, Calendar, Figure, MOST_DAYS, Stands, Tenant, calendar};
use crate::amounts::Measure;
use crate::headroom::{Fit, Need};
use crate::proof::{Check, Verdict};

/// The tightest day of one measure.
struct Worst {
    on: NaiveDate,
    figure: Figure,
}

/// Checks that an environment can stay until a day. Only days from its present end on are looked at:
/// until then it has its room. Of a measure that it takes nothing of, nothing is checked.
pub fn extension(ask: &Ask, environment: &EnvironmentName, until: NaiveDate) -> Vec<Check> {
    let is_it = |tenant: &&Tenant| tenant.environment == *environment;
    let Some(tenant) = ask.tenants.iter().find(is_it) else {
        return Vec::new();
    };
    // Its present last day counts whole: it has its room there.
    let next = |day: NaiveDate| day.checked_add_days(Days::new(1)).unwrap_or(day);
    let from = tenant.until.map_or(ask.today, next).max(ask.today);
    if until < from {
        return Vec::new();
    }
    let longer = Tenant {
        until: Some(until),
        ..tenant.clone()
    };
    let amounts = match longer.on(until, ask.today) {
        Stands::Changed(amounts) => amounts,
        Stands::AsNow | Stands::Gone => longer.now,
    };
    let others = ask.tenants.iter().filter(|tenant| !is_it(tenant));
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
            Some(check(measure, need, &worst, until))
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

fn check(measure: Measure, need: Need, worst: &Worst, until: NaiveDate) -> Check {
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
            let day_before = on.checked_sub_days(Days::new(1));
            let earlier =
                day_before.map_or_else(String::new, |day| format!("until {day} at most, "));
            let why = format!(
                "on {on} {} too few{reserved}. Extend it {earlier}withdraw what is reserved, or ask \
                 for a larger quota",
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
        what: format!("{} until {until}", measure.words()),
        need: Some(need.known),
        free,
        verdict,
        why,
    }
}
