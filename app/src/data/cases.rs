//! What the pages of case studies show, and an environment beside them.

use chrono::{DateTime, Utc};
use model::case::CaseStudy;
use model::environment::Environment;
use model::name::LoadName;
use plan::capacity::EnvironmentCapacity;
use plan::nearest::Nearest;

use crate::routes::NearestAsk;

/// A case study with who imported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCase {
    /// What it says.
    pub study: CaseStudy,
    /// Who imported it last.
    pub by: String,
    /// When that was.
    pub at: DateTime<Utc>,
}

/// The list of case studies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CasesData {
    /// All of them, by name.
    pub cases: Vec<ShownCase>,
}

/// One case study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseData {
    /// Which.
    pub shown: ShownCase,
    /// What its topology takes.
    pub capacity: EnvironmentCapacity,
}

/// An environment beside the nearest that were measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearestData {
    /// Which environment.
    pub environment: Environment,
    /// What was asked.
    pub ask: NearestAsk,
    /// The nearest case studies, the nearest first.
    pub nearest: Vec<Nearest>,
    /// How many there were to choose from.
    pub known: usize,
    /// The loads that any of them was given.
    pub loads: Vec<LoadName>,
}
