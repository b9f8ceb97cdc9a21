//! What can be said about topologies without touching anything: sizing and totals, copies by
//! recipe with what they can't prove, the ordered plan, the judgement of a proof.
//!
//! This crate is pure: no clock, no randomness, no input or output. The same input gives the same
//! plan and the same hash on every machine, in the browser too.

pub mod offers;
pub mod steps;

pub use steps::Plan;
