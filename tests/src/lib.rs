//! What all tests share: a PostgreSQL, an OpenStack and a browser of their own, and worlds for stories.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc)]

pub mod browser;
pub mod machines;
pub mod monitors;
pub mod openstack;
pub mod otherwise;
pub mod postgres;
pub mod program;
pub mod setup;
pub mod shop;
pub mod world;
