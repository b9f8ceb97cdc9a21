//! What happens to each resource that doesn't stay as it is: the difference, with what the cloud can't
//! change in place made anew, and what is drawn along by that. It decides no order.

use std::collections::HashMap;

use model::diff::Delta;
use model::key::Key;
use model::resolved::Resolved;
use model::resource::{Bond, Resource};
use model::settled::Settled;

use super::PlanError;

/// What happens to one resource.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate<'a> {
    /// It comes.
    Create(&'a Resource),
    /// It goes.
    Delete(&'a Resource),
    /// It stays itself: as it is, and as it will be.
    Update(&'a Resource, &'a Resource),
    /// It goes and comes anew.
    Replace(&'a Resource, &'a Resource),
}

impl<'a> Fate<'a> {
    /// What is there before, and after.
    pub(super) const fn sides(self) -> (Option<&'a Resource>, Option<&'a Resource>) {
        match self {
            Self::Create(after) => (None, Some(after)),
            Self::Delete(before) => (Some(before), None),
            Self::Update(before, after) | Self::Replace(before, after) => {
                (Some(before), Some(after))
            }
        }
    }

    /// Whether something comes that was not there.
    pub(super) const fn comes(self) -> bool {
        matches!(self, Self::Create(_) | Self::Replace(..))
    }

    /// Whether what is there goes.
    pub(super) const fn goes(self) -> bool {
        matches!(self, Self::Delete(_) | Self::Replace(..))
    }
}

/// A resource that doesn't stay as it is, by its place among all that don't, in the order of keys.
pub(super) type Place = u32;

/// What happens to each resource that doesn't stay as it is, in the order of keys. They are known by
/// their place in it: comparing the keys of 100,000 again and again would take most of the time.
pub(super) struct Fates<'a> {
    all: Vec<(&'a Key, Fate<'a>)>,
    places: HashMap<&'a Key, Place>,
}

impl<'a> Fates<'a> {
    /// Works them out.
    pub(super) fn of(observed: &'a Resolved, target: &'a Settled<'_>) -> Result<Self, PlanError> {
        let all: Vec<(&'a Key, Fate<'a>)> = target
            .diff_from(observed)
            .changes
            .into_iter()
            .map(|change| {
                let fate = match change.delta {
                    Delta::Added(resource) => Fate::Create(resource),
                    Delta::Removed(resource) => Fate::Delete(resource),
                    Delta::Changed {
                        before,
                        after,
                        fields: _,
                    } => {
                        if before.changes_in_place(after) {
                            Fate::Update(before, after)
                        } else {
                            Fate::Replace(before, after)
                        }
                    }
                };
                (change.key, fate)
            })
            .collect();
        for (key, resource) in target.iter() {
            for (other, bond) in resource.bonds() {
                if bond != Bond::Told && target.get(&other).is_none() {
                    return Err(PlanError::Dangling(key.clone(), other));
                }
            }
        }
        let mut fates = Self::placed(all);
        while fates.draw_along(observed, target) {}
        Ok(fates)
    }

    /// In the order of keys.
    fn placed(all: Vec<(&'a Key, Fate<'a>)>) -> Self {
        let places = (0..).zip(&all).map(|(place, (key, _))| (*key, place));
        Self {
            places: places.collect(),
            all,
        }
    }

    /// A resource that is made anew draws along what is part of it or needs it; what only refers to
    /// it is set again. Keys come in the order of kinds, and no kind hangs on a later one, so a few
    /// passes are enough; each pass only ever adds. Whether there is to be another.
    fn draw_along(&mut self, observed: &'a Resolved, target: &'a Settled<'_>) -> bool {
        if !self
            .iter()
            .any(|(_, fate)| matches!(fate, Fate::Replace(..)))
        {
            return false;
        }
        let mut drawn: HashMap<&'a Key, Fate<'a>> = HashMap::new();
        for (key, after) in target.iter() {
            let Some((key, before)) = observed.resources.get_key_value(key) else {
                continue;
            };
            let known = self.get(key);
            if matches!(known, Some(Fate::Replace(..))) {
                continue;
            }
            for (other, bond) in after.bonds().into_iter().chain(before.bonds()) {
                let fate = match (self.get(&other), bond) {
                    (Some(Fate::Replace(..)), Bond::Part | Bond::Needs) => {
                        Fate::Replace(before, after)
                    }
                    (Some(Fate::Replace(..)), Bond::Refers) if known.is_none() => {
                        Fate::Update(before, after)
                    }
                    _ => continue,
                };
                drawn.insert(key, fate);
                if matches!(fate, Fate::Replace(..)) {
                    break;
                }
            }
        }
        if drawn.is_empty() {
            return false;
        }
        for (key, fate) in &mut self.all {
            if let Some(drawn) = drawn.remove(*key) {
                *fate = drawn;
            }
        }
        let mut all = std::mem::take(&mut self.all);
        all.extend(drawn);
        all.sort_unstable_by_key(|(key, _)| *key);
        *self = Self::placed(all);
        true
    }

    /// How many they are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// All, in the order of keys.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a Key, Fate<'a>)> + '_ {
        self.all.iter().copied()
    }

    /// All with their places.
    pub(super) fn placed_all(&self) -> impl Iterator<Item = (Place, &'a Key, Fate<'a>)> + '_ {
        (0..)
            .zip(self.iter())
            .map(|(place, (key, fate))| (place, key, fate))
    }

    /// What happens to a resource, where it doesn't stay as it is.
    pub(super) fn get(&self, key: &Key) -> Option<Fate<'a>> {
        Some(self.find(key)?.1)
    }

    /// The same, with its place.
    pub(super) fn find(&self, key: &Key) -> Option<(Place, Fate<'a>)> {
        let place = *self.places.get(key)?;
        let (_, fate) = self.all.get(place as usize)?;
        Some((place, *fate))
    }

    /// The one at a place.
    pub(super) fn at(&self, place: Place) -> Option<(&'a Key, Fate<'a>)> {
        self.all.get(place as usize).copied()
    }
}
