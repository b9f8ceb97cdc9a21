//! Which services two topologies both have. Names are people's own, so that a service is known by the
//! software that it runs as well; which of both it was is told with each.

use std::collections::BTreeSet;

use model::name::ProfileName;
use model::profile::Category;
use serde::Serialize;

use super::side::{Runs, Side};

/// Why two services are taken for the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// They are called the same.
    Name,
    /// One runs, or is called, what the other runs.
    Software(String),
}

/// A service that both have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shared {
    /// What it is called in what is planned.
    pub planned: ProfileName,
    /// What it is called in what was measured.
    pub measured: ProfileName,
    /// What it is for in what is planned.
    pub category: Option<Category>,
    /// Why they are taken for the same.
    pub because: Because,
    /// On how many instances it is planned.
    pub planned_instances: u64,
    /// On how many instances it was measured.
    pub measured_instances: u64,
}

/// The services of two topologies.
pub(super) struct Matched {
    pub(super) shared: Vec<Shared>,
    pub(super) only_planned: Vec<ProfileName>,
    pub(super) only_measured: Vec<ProfileName>,
    /// How many of the measured ones have a counterpart.
    pub(super) measured_shared: u64,
    /// What the load was served by there, and is missing here: the measured application services, or
    /// all where there are none, that have no counterpart.
    pub(super) missing: Vec<ProfileName>,
}

/// What a service is on the other side.
fn counterpart<'t>(
    name: &ProfileName,
    runs: &Runs,
    other: &Side<'t>,
) -> Option<(&'t ProfileName, Because)> {
    if let Some((called, _)) = other.services.get_key_value(name) {
        return Some((called, Because::Name));
    }
    let words = std::iter::once(name.as_str()).chain(runs.software.iter().map(String::as_str));
    let mut known = words.filter_map(|word| Some((*other.known_by.get(word)?, word)));
    let (called, word) = known.next()?;
    Some((called, Because::Software(word.to_owned())))
}

pub(super) fn matched(planned: &Side<'_>, measured: &Side<'_>) -> Matched {
    let mut shared = Vec::new();
    let mut only_planned = Vec::new();
    for (name, runs) in &planned.services {
        match counterpart(name, runs, measured) {
            None => only_planned.push((*name).clone()),
            Some((called, because)) => shared.push(Shared {
                planned: (*name).clone(),
                measured: called.clone(),
                category: runs.category,
                because,
                planned_instances: runs.instances,
                measured_instances: measured.services.get(called).map_or(0, |it| it.instances),
            }),
        }
    }
    let alone: BTreeSet<&ProfileName> = measured
        .services
        .iter()
        .filter(|(name, runs)| counterpart(name, runs, planned).is_none())
        .map(|(name, _)| *name)
        .collect();
    let serves = |runs: &Runs| runs.category == Some(Category::Application);
    let any_serves = measured.services.values().any(serves);
    let bore = measured
        .services
        .iter()
        .filter(|(_, runs)| !any_serves || serves(runs));
    let missing = bore
        .filter(|(name, _)| alone.contains(*name))
        .map(|(name, _)| (*name).clone())
        .collect();
    Matched {
        shared,
        only_planned,
        measured_shared: measured.services.len().saturating_sub(alone.len()) as u64,
        only_measured: alone.into_iter().cloned().collect(),
        missing,
    }
}
