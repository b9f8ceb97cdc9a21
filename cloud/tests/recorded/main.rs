//! The driver for OpenStack on what a real cloud answered: recordings of a copy of the WebPlatform
//! coming up and going, and of a copy with data, see `README.md` beside this. No cloud is needed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod copy;
mod data;
mod doctor;
mod odd;
mod played;
mod recorder;
mod rules;
