//! Comparing and planning, without any input or output.

use std::time::Instant;

use model::count::Sizing;
use model::diff::diff_resolved;
use model::resolved::resolve;
use model::value::Value;

use crate::data::environment;
use crate::table::{Table, median, time};

/// Instances on each side.
const INSTANCES: u32 = 100_000;

/// Measures the diff of two large topologies, one in a hundred instances changed.
pub fn run(table: &mut Table) {
    let before = environment("large", INSTANCES);
    let mut after = before.clone();
    for (number, group) in after.groups.values_mut().enumerate() {
        if number % 100 == 0 {
            group.flavor = Value::Fixed(before.flavors.keys().last().unwrap().clone());
        }
    }
    let (before, after) = (
        resolve(&before, &Sizing::Planned),
        resolve(&after, &Sizing::Planned),
    );
    let mut changes = 0;
    let times = (0..15)
        .map(|_| {
            let start = Instant::now();
            changes = diff_resolved(&before, &after).changes.len();
            start.elapsed()
        })
        .collect();
    table.add(
        format!("diff of two topologies of {INSTANCES} instances ({changes} differ)"),
        time(median(times)),
        "50 ms",
    );
}
