//! The domain: what an environment is, as data. Ids, units, resources, [`Topology`] (as people
//! write it), [`Resolved`] (at one sizing), environment files, the diff of both layers, and the
//! acts, operations, events and leases that the engine works with.
//!
//! This crate is pure: no clock, no randomness, no input or output, no other member of the
//! workspace. It compiles for wasm, so that the browser and the server run the same code.

pub mod act;
mod as_text;
pub mod assignment;
pub mod case;
pub mod collection;
pub mod count;
pub mod data;
pub mod diff;
pub mod edit;
pub mod environment;
pub mod facts;
pub mod file;
pub mod filter;
pub mod first_boot;
pub mod flavor;
pub mod group;
pub mod id;
pub mod key;
pub mod keypair;
pub mod lease;
pub mod link;
pub mod mark;
pub mod measure;
pub mod merge;
pub mod name;
pub mod network;
pub mod operation;
pub mod price;
pub mod profile;
pub mod quota;
pub mod recipe;
pub mod resolved;
pub mod resource;
pub mod rule;
pub mod settled;
pub mod site;
pub mod token;
pub mod topology;
pub mod unit;
pub mod value;
pub mod writing;

pub use resolved::Resolved;
pub use topology::Topology;
