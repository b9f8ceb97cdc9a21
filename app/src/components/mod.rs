//! What pages are made of: plain functions from data to HTML on native elements. They know no
//! backend and hold no state; what moves is an island.

pub(crate) mod age;
pub(crate) mod assign;
pub(crate) mod badge;
pub(crate) mod capacity;
pub(crate) mod change;
pub(crate) mod empty;
pub(crate) mod fidelity;
pub(crate) mod finding;
pub(crate) mod form;
pub(crate) mod frame;
pub(crate) mod groups;
pub(crate) mod held_table;
pub(crate) mod icon;
pub(crate) mod instance_table;
pub(crate) mod keys;
pub(crate) mod log;
pub(crate) mod measured;
pub(crate) mod meter;
pub(crate) mod pager;
pub(crate) mod proof;
pub(crate) mod rooms;
pub(crate) mod sort;
pub(crate) mod standing;
pub(crate) mod time;
pub(crate) mod timeline;
pub(crate) mod trouble;
pub(crate) mod unknown;
