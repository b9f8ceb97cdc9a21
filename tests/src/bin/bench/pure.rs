//! Comparing and planning, without any input or output.

use std::time::{Duration, Instant};

use model::count::Sizing;
use model::diff::diff_resolved;
use model::resolved::{Resolved, resolve};
use plan::plan;

use crate::data::{altered, environment};
use crate::table::{Table, median, time};

/// Instances on each side.
const INSTANCES: u32 = 100_000;

/// Measures the diff of two large topologies, one in a hundred groups changed, and what is planned of
/// that and of making one of them from nothing.
pub fn run(table: &mut Table) {
    let before = environment("large", INSTANCES);
    let after = altered(&before, "large");
    let (before, after) = (
        resolve(&before, &Sizing::Planned),
        resolve(&after, &Sizing::Planned),
    );
    let changes = diff_resolved(&before, &after).changes.len();
    let times = measured(|| diff_resolved(&before, &after));
    table.add(
        format!("diff of two topologies of {INSTANCES} instances ({changes} differ)"),
        time(median(times)),
        "50 ms",
    );
    let nothing = Resolved::default();
    for (what, from) in [
        ("one from the other", &before),
        ("one from nothing", &nothing),
    ] {
        let steps = plan(from, &after).unwrap().steps.len();
        table.add(
            format!("plan of {INSTANCES} instances, {what} ({steps} steps)"),
            time(median(measured(|| plan(from, &after)))),
            "1 s",
        );
    }
}

/// How long something takes, each time anew; what comes of it is thrown away outside of that.
fn measured<T>(make: impl Fn() -> T) -> Vec<Duration> {
    (0..15)
        .map(|_| {
            let begun = Instant::now();
            let made = std::hint::black_box(make());
            let took = begun.elapsed();
            drop(made);
            took
        })
        .collect()
}
