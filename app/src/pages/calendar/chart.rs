//! A picture of one measure over the days: used below, reserved on top, the limit as a line. It is
//! hidden from who can't see it: the table has the same figures.

use leptos::prelude::*;
use plan::amounts::Measure;
use plan::calendar::Calendar;

use crate::fmt;

/// The picture is drawn on so many units.
const WIDTH: u64 = 1000;
/// As high as this.
const HEIGHT: u64 = 120;

/// The chart of a measure; none where there is nothing of it and no limit.
pub(super) fn of(calendar: &Calendar, measure: Measure) -> Option<AnyView> {
    let steps = steps(calendar, measure);
    let limit = calendar.limits.get(&measure).and_then(|free| free.amount());
    let highest = steps.iter().map(|step| step.used + step.reserved).max()?;
    let top = highest.max(limit.unwrap_or(0));
    if top == 0 || (highest == 0 && limit.is_none()) {
        return None;
    }
    // A little air above.
    let top = top + top / 10 + 1;
    let used = area(&steps, top, |_| 0, |step| step.used);
    let reserved = area(
        &steps,
        top,
        |step| step.used,
        |step| step.used + step.reserved,
    );
    let line = limit.map(|limit| {
        let y = height(limit, top);
        view! { <line class="chart-limit" x1="0" x2=WIDTH y1=y y2=y></line> }
    });
    let caption = match limit {
        Some(limit) => format!("limit {}", measure.amount(limit)),
        None => "no limit is told".to_owned(),
    };
    let over = limit.is_some_and(|limit| highest > limit);
    let class = if over { "chart chart-over" } else { "chart" };
    Some(
        view! {
            <figure class=class>
                <figcaption>
                    {fmt::capital(measure.words())} " " <span class="muted">{caption}</span>
                </figcaption>
                <svg
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    preserveAspectRatio="none"
                    aria-hidden="true"
                >
                    <path class="chart-used" d=used></path>
                    {(!reserved.is_empty())
                        .then(|| view! { <path class="chart-reserved" d=reserved></path> })}
                    {line}
                </svg>
                <p class="chart-days muted" aria-hidden="true">
                    <span>{calendar.today.to_string()}</span>
                    <span>{calendar.until.to_string()}</span>
                </p>
            </figure>
        }
        .into_any(),
    )
}

/// Days on end that are alike, by their place in the picture.
struct Step {
    from: u64,
    until: u64,
    used: u64,
    reserved: u64,
}

fn steps(calendar: &Calendar, measure: Measure) -> Vec<Step> {
    let day = |date: chrono::NaiveDate| (date - calendar.today).num_days().unsigned_abs();
    let days = (day(calendar.until) + 1).max(1);
    let place = |day: u64| day * WIDTH / days;
    let spans = calendar.spans.iter();
    spans
        .filter_map(|span| {
            let figure = span.figures.get(&measure)?;
            Some(Step {
                from: place(day(span.from)),
                until: place(day(span.until) + 1),
                used: figure.used.known,
                reserved: figure.reserved.known,
            })
        })
        .collect()
}

/// How far from above an amount is drawn.
fn height(amount: u64, top: u64) -> u64 {
    let share = u128::from(amount) * u128::from(HEIGHT) / u128::from(top.max(1));
    HEIGHT.saturating_sub(u64::try_from(share).unwrap_or(HEIGHT))
}

/// The steps between two amounts, as a path.
fn area(
    steps: &[Step],
    top: u64,
    low: impl Fn(&Step) -> u64,
    high: impl Fn(&Step) -> u64,
) -> String {
    let boxes = steps.iter().filter_map(|step| {
        let (low, high) = (height(low(step), top), height(high(step), top));
        (low != high).then(|| format!("M{} {low}V{high}H{}V{low}Z", step.from, step.until))
    });
    boxes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_as_high_as_its_amount() {
        let steps = [
            Step {
                from: 0,
                until: 500,
                used: 50,
                reserved: 0,
            },
            Step {
                from: 500,
                until: 1000,
                used: 50,
                reserved: 25,
            },
        ];
        let used = area(&steps, 100, |_| 0, |step| step.used);
        assert_eq!(used, "M0 120V60H500V120ZM500 120V60H1000V120Z");
        let reserved = area(&steps, 100, |s| s.used, |s| s.used + s.reserved);
        assert_eq!(reserved, "M500 60V30H1000V60Z");
        assert_eq!(height(u64::MAX, 1), 0);
    }
}
