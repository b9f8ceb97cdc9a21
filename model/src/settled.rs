//! A wanted state as it is settled on what is there: what the cloud has chosen stays. It borrows the
//! state and holds only what is another, for of 100,000 resources most are as they were wanted.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::diff::{Diff, diff_sorted};
use crate::key::Key;
use crate::resolved::{Order, Resolved};
use crate::resource::Resource;

/// A wanted state with what the cloud has already chosen taken over.
#[derive(Clone, Debug)]
pub struct Settled<'w> {
    wanted: &'w Resolved,
    chosen: BTreeMap<&'w Key, Resource>,
}

impl<'w> Settled<'w> {
    /// Settles a state on another: one pass over both.
    pub(crate) fn new(wanted: &'w Resolved, observed: &Resolved) -> Self {
        let mut there = observed.resources.iter().peekable();
        let mut chosen = Vec::new();
        for (key, resource) in &wanted.resources {
            while there.next_if(|(other, _)| *other < key).is_some() {}
            if let Some((_, observed)) = there.next_if(|(other, _)| *other == key)
                && let Cow::Owned(settled) = resource.settled_on(observed)
            {
                chosen.push((key, settled));
            }
        }
        Self {
            wanted,
            chosen: chosen.into_iter().collect(),
        }
    }

    /// The state that was wanted, with what the cloud chooses left open.
    pub const fn wanted(&self) -> &'w Resolved {
        self.wanted
    }

    /// The declared order between groups.
    pub const fn order(&self) -> &'w Order {
        &self.wanted.order
    }

    /// A resource with its key.
    pub fn get(&self, key: &Key) -> Option<(&'w Key, &Resource)> {
        let (key, wanted) = self.wanted.resources.get_key_value(key)?;
        Some((key, self.chosen.get(key).unwrap_or(wanted)))
    }

    /// All resources, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&'w Key, &Resource)> {
        let mut chosen = self.chosen.iter().peekable();
        self.wanted.resources.iter().map(move |(key, wanted)| {
            let settled = chosen.next_if(|(other, _)| **other == key);
            (key, settled.map_or(wanted, |(_, settled)| settled))
        })
    }

    /// How it differs from what is there.
    pub fn diff_from<'s>(&'s self, observed: &'s Resolved) -> Diff<'s, Key, Resource> {
        diff_sorted(observed.resources.iter(), self.iter())
    }

    /// It as a state of its own.
    pub fn resolved(&self) -> Resolved {
        let resources = self.iter();
        Resolved {
            resources: resources
                .map(|(key, resource)| (key.clone(), resource.clone()))
                .collect(),
            order: self.order().clone(),
        }
    }
}
