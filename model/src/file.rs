//! Environment files and recipe files: YAML that people write, read with errors that say where and
//! what would be right, and written back without loss.

use crate::recipe::Recipe;
use crate::topology::Topology;

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    /// An environment file: it has `environment:`.
    Environment(Box<Topology>),
    /// A recipe file: it has `recipe:`.
    Recipe(Box<Recipe>),
}
