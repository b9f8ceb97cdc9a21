//! The server: routes, sign-in, configuration, and the wiring of all rooms.

pub mod assets;
