//! The store on both databases: each test's body runs once on SQLite and once on PostgreSQL, and
//! must not be able to tell which.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "store/harness.rs"]
mod harness;

#[path = "store/assignments.rs"]
mod assignments;
#[path = "store/clouds.rs"]
mod clouds;
#[path = "store/environments.rs"]
mod environments;
#[path = "store/executors.rs"]
mod executors;
#[path = "store/files.rs"]
mod files;
#[path = "store/instances.rs"]
mod instances;
#[path = "store/instances_speak.rs"]
mod instances_speak;
#[path = "store/measures.rs"]
mod measures;
#[path = "store/opening.rs"]
mod opening;
#[path = "store/operations.rs"]
mod operations;
#[path = "store/people.rs"]
mod people;
#[path = "store/revisions.rs"]
mod revisions;
#[path = "store/writings.rs"]
mod writings;
