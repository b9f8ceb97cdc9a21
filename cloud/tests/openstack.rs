//! The driver for OpenStack on what a real cloud answered: recordings of a copy of the WebPlatform
//! coming up and going, see `openstack/README.md`. No cloud is needed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "openstack/copy.rs"]
mod copy;
#[path = "openstack/doctor.rs"]
mod doctor;
#[path = "openstack/odd.rs"]
mod odd;
#[path = "openstack/played.rs"]
mod played;
#[path = "openstack/recorder.rs"]
mod recorder;
