//! A topology at one sizing, with what it resolves to: what comparisons and runbooks are about. It is
//! resolved where that is first needed, and not again where somebody has done it before; 100,000 instances
//! take a tenth of a second. It reads and keeps nothing by itself.

use std::sync::{Arc, OnceLock};

use model::count::Sizing;
use model::resolved::{Resolved, resolve};
use model::topology::Topology;

/// A topology at one sizing.
#[derive(Clone, Debug)]
pub struct State<'t> {
    topology: &'t Topology,
    sizing: &'t Sizing,
    resolved: OnceLock<Arc<Resolved>>,
}

impl<'t> State<'t> {
    /// A topology at a sizing.
    pub const fn new(topology: &'t Topology, sizing: &'t Sizing) -> Self {
        Self {
            topology,
            sizing,
            resolved: OnceLock::new(),
        }
    }

    /// The same, where it is known what it resolves to at this sizing.
    pub fn known(topology: &'t Topology, sizing: &'t Sizing, resolved: Arc<Resolved>) -> Self {
        Self {
            topology,
            sizing,
            resolved: OnceLock::from(resolved),
        }
    }

    /// As people wrote it.
    pub const fn topology(&self) -> &'t Topology {
        self.topology
    }

    /// Which number of each range is meant.
    pub const fn sizing(&self) -> &'t Sizing {
        self.sizing
    }

    /// What it resolves to.
    pub fn resolved(&self) -> &Resolved {
        let resolved = || Arc::new(resolve(self.topology, self.sizing));
        self.resolved.get_or_init(resolved)
    }
}
