//! What all tests share: a PostgreSQL and a browser of their own.

pub mod browser;
pub mod postgres;
