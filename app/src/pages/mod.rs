//! The pages: each loads its data and draws it whole. A page decides nothing and changes nothing.

pub(crate) mod audit;
pub(crate) mod cloud;
pub(crate) mod clouds;
pub(crate) mod compare;
pub(crate) mod copy;
pub(crate) mod dashboard;
pub(crate) mod destroy;
pub(crate) mod edit;
pub(crate) mod environment;
pub(crate) mod environments;
pub(crate) mod error;
pub(crate) mod held;
pub(crate) mod instance;
pub(crate) mod instances;
pub(crate) mod notes;
pub(crate) mod offer;
pub(crate) mod operation;
pub(crate) mod operations;
pub(crate) mod prices;
pub(crate) mod proposals;
pub(crate) mod report;
pub(crate) mod runbook;
pub(crate) mod sign_in;
pub(crate) mod temporary;
pub(crate) mod thing;
pub(crate) mod what_if;
