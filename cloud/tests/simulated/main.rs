//! The simulated cloud held against what a real one does.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod faults;
mod guests;
mod lab;
mod marks;
mod order;
mod persistence;
mod power;
mod refusals;
mod storage;
mod times;
