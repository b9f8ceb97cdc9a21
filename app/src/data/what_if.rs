//! What the page of a what-if shows.

use model::environment::Environment;
use model::operation::Trouble;
use model::topology::Topology;
use plan::what_if::{Outcome, Scenario};

use super::Age;

/// A question of what if about an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhatIfData {
    /// Which environment.
    pub environment: Environment,
    /// Its state that the question begins with.
    pub topology: Topology,
    /// What is asked.
    pub scenario: Scenario,
    /// What one temporary environment is made by, where one could be.
    pub recipe: Option<String>,
    /// What follows it at another site, where something does.
    pub secondary: Option<String>,
    /// When the cloud said last what it has, where it did.
    pub asked: Option<Age>,
    /// Questions that were kept, each with what is worth knowing of it.
    pub kept: Vec<(String, Option<String>)>,
    /// What comes of it, or why it can't be worked out.
    pub outcome: Result<Box<Outcome>, Trouble>,
}
