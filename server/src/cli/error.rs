//! Why a command came to nothing: one sentence or more for people. Every one of them ends in exit
//! status 2.

use engine::EngineError;
use engine::port::StoreError;
use model::file::FileError;

use crate::assets::FrontMissing;
use crate::installation::InstallationError;

/// Why a command came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    /// What was typed makes no sense; what would.
    #[error("{0}")]
    Usage(String),
    /// A file doesn't say what it should.
    #[error(transparent)]
    File(#[from] FileError),
    /// The data can't be used.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// An act was not taken.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No copy can be derived.
    #[error(transparent)]
    Copy(#[from] plan::copy::CopyError),
    /// No plan can be made.
    #[error(transparent)]
    Plan(#[from] plan::planner::PlanError),
    /// There is no runbook for it.
    #[error(transparent)]
    Runbook(#[from] plan::runbook::RunbookError),
    /// The configured clouds can't be read.
    #[error(transparent)]
    Clouds(#[from] cloud::openstack::config::ConfigError),
    /// Nothing can be recorded.
    #[error(transparent)]
    Recording(#[from] cloud::openstack::recording::RecordingError),
    /// This binary can't serve.
    #[error(transparent)]
    Front(#[from] FrontMissing),
    /// A mistake of ours: a value that does not become JSON.
    #[error("the answer could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl CliError {
    pub(super) fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }
}
