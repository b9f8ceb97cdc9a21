//! The server: configuration, routes, sign-in, command line, and the wiring of all rooms.

pub mod assets;
pub mod cli;
pub mod installation;
pub mod web;
