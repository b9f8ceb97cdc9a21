//! The command line, run as people run it: a process of its own, with its exit status and what it
//! prints. Everything happens in folders of the test's own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "cli/broken.rs"]
mod broken;
#[path = "cli/calendar.rs"]
mod calendar;
#[path = "cli/capacity.rs"]
mod capacity;
#[path = "cli/case.rs"]
mod case;
#[path = "cli/cloud.rs"]
mod cloud;
#[path = "cli/collect.rs"]
mod collect;
#[path = "cli/data.rs"]
mod data;
#[path = "cli/diff.rs"]
mod diff;
#[path = "cli/instance.rs"]
mod instance;
#[path = "cli/judge.rs"]
mod judge;
#[path = "cli/plan.rs"]
mod plan;
#[path = "cli/power.rs"]
mod power;
#[path = "cli/program.rs"]
mod program;
#[path = "cli/serve.rs"]
mod serve;
#[path = "cli/stored.rs"]
mod stored;
#[path = "cli/up_down.rs"]
mod up_down;
