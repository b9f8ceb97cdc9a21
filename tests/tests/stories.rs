//! Stories on the simulated cloud: what people do, from end to end, and everything that may go
//! wrong meanwhile. Each ends with the same question: is what is there what was asked for, and is
//! nothing left behind, made twice, or touched that is not ours?
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "stories/assigning.rs"]
mod assigning;
#[path = "stories/awaited.rs"]
mod awaited;
#[path = "stories/collecting.rs"]
mod collecting;
#[path = "stories/data.rs"]
mod data;
#[path = "stories/down_cell.rs"]
mod down_cell;
#[path = "stories/faults.rs"]
mod faults;
#[path = "stories/happy.rs"]
mod happy;
#[path = "stories/kill.rs"]
mod kill;
#[path = "stories/late.rs"]
mod late;
#[path = "stories/lease.rs"]
mod lease;
#[path = "stories/pairs.rs"]
mod pairs;
#[path = "stories/power.rs"]
mod power;
#[path = "stories/reports.rs"]
mod reports;
#[path = "stories/takeover.rs"]
mod takeover;
#[path = "stories/template.rs"]
mod template;
#[path = "stories/verdict.rs"]
mod verdict;
