//! The web side over HTTP: a real store, the simulated cloud without delays, the engine at work.
//! The files mirror the addresses that they ask for; nothing here looks past an answer's bytes,
//! except to set the world up.
#![allow(clippy::unwrap_used)]

#[path = "web/harness.rs"]
mod harness;

#[path = "web/api.rs"]
mod api;
#[path = "web/assigning.rs"]
mod assigning;
#[path = "web/caches.rs"]
mod caches;
#[path = "web/capacity.rs"]
mod capacity;
#[path = "web/cases.rs"]
mod cases;
#[path = "web/clouds.rs"]
mod clouds;
#[path = "web/compare.rs"]
mod compare;
#[path = "web/compare_files.rs"]
mod compare_files;
#[path = "web/edit.rs"]
mod edit;
#[path = "web/environments.rs"]
mod environments;
#[path = "web/forms.rs"]
mod forms;
#[path = "web/instance.rs"]
mod instance;
#[path = "web/instances.rs"]
mod instances;
#[path = "web/keys.rs"]
mod keys;
#[path = "web/measured.rs"]
mod measured;
#[path = "web/notes.rs"]
mod notes;
#[path = "web/operations.rs"]
mod operations;
#[path = "web/pages.rs"]
mod pages;
#[path = "web/phone_home.rs"]
mod phone_home;
#[path = "web/power.rs"]
mod power;
#[path = "web/prices.rs"]
mod prices;
#[path = "web/sign_in.rs"]
mod sign_in;
#[path = "web/tells.rs"]
mod tells;
#[path = "web/what_if.rs"]
mod what_if;
