//! What can be said about topologies without touching anything: sizing and totals, copies by
//! recipe with what they can't prove, the ordered plan, the judgement of a proof, findings,
//! reports, and the runbook for people.
//!
//! This crate is pure: no clock, no randomness, no input or output. The same input gives the same
//! plan and the same hash on every machine, in the browser too.

pub mod amounts;
pub mod buildable;
pub mod calendar;
pub mod canonical;
pub mod capacity;
pub mod collectd;
pub mod comparison;
pub mod copy;
pub mod cost;
pub mod data;
pub mod declared;
pub mod explain;
pub mod finding;
pub mod forecast;
pub mod grouping;
pub mod headroom;
pub mod loss;
pub mod markdown;
pub mod nearest;
pub mod need;
pub mod observed;
pub mod offers;
pub mod placing;
pub mod planner;
pub mod progress;
pub mod proof;
pub mod releases;
pub mod report;
pub mod runbook;
pub mod services;
pub mod sizes;
pub mod state;
pub mod steps;
pub mod user_data;
pub mod what_if;
pub mod writings;

pub use planner::{plan, plan_with};
pub use steps::Plan;
