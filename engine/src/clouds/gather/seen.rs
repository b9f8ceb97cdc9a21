//! What went by on the pages of a kind. Of each thing no more is kept than a number.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use model::id::CloudId;

/// The ids that were on the pages of a kind, as one number each.
#[derive(Default)]
pub(super) struct Seen(HashSet<u64>);

impl Seen {
    fn number(id: &CloudId) -> u64 {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        hasher.finish()
    }

    pub(super) fn add(&mut self, id: &CloudId) {
        self.0.insert(Self::number(id));
    }

    pub(super) fn has(&self, id: &CloudId) -> bool {
        self.0.contains(&Self::number(id))
    }
}
