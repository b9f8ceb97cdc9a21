//! A planned topology held against those that were measured: which come nearest, how much larger or
//! smaller it is than each, and what that lets one say of its load. A distance is made of parts that
//! are all told; it sorts, and proves nothing. What a load would become is scaled linearly, which is a
//! hint and says so; nothing is said where what was measured is not the same kind of thing, where a
//! figure isn't known, or where its source doesn't say that it held.

mod distance;
mod load;
mod services;
mod side;
mod size;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use model::case::{CaseStudy, Outcome, Quantity};
use model::count::Sizing;
use model::name::{CaseName, GroupName, LoadName, ProfileName};
use model::topology::Topology;
use serde::Serialize;

pub use distance::{Distance, Part, PartKind};
pub use load::{Fit, Here, Load};
pub use services::{Because, Shared};
pub use size::{Compared, Figure, Tier, times_words};

use side::Side;

/// How many are told of unless asked.
pub const USUAL: usize = 3;

/// Loads by name, as they are typed: `client-runs=300/min, users=3000`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loads(pub BTreeMap<LoadName, Quantity>);

/// Why a text is no load.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no load: {why}; write it as in `client-runs=300/min`")]
pub struct WrongLoad {
    /// What was typed.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

impl Loads {
    /// Takes in others, which have the last word.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }
}

impl FromStr for Loads {
    type Err = WrongLoad;
    fn from_str(text: &str) -> Result<Self, WrongLoad> {
        let mut loads = BTreeMap::new();
        let each = text.split(',').map(str::trim);
        for text in each.filter(|text| !text.is_empty()) {
            let wrong = |why: String| WrongLoad {
                text: text.chars().take(80).collect(),
                why,
            };
            let (name, amount) = text
                .split_once('=')
                .ok_or_else(|| wrong("it has no `=`".to_owned()))?;
            let name = LoadName::new(name.trim()).map_err(|error| wrong(error.to_string()))?;
            let amount = amount.trim().parse();
            let amount: Quantity =
                amount.map_err(|error: model::case::QuantityError| wrong(error.to_string()))?;
            if loads.insert(name, amount).is_some() {
                return Err(wrong("it is there twice".to_owned()));
            }
        }
        Ok(Self(loads))
    }
}

impl fmt::Display for Loads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for (name, amount) in &self.0 {
            write!(f, "{between}{name}={amount}")?;
            between = ", ";
        }
        Ok(())
    }
}

/// What is held against the measured ones.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What is planned.
    pub topology: &'a Topology,
    /// At which sizing.
    pub sizing: &'a Sizing,
    /// The load that it is to bear, as far as anybody said.
    pub load: &'a Loads,
}

/// The groups that are clusters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Clusters {
    /// Of what is planned.
    pub planned: Vec<GroupName>,
    /// Of what was measured.
    pub measured: Vec<GroupName>,
}

/// One case study beside what is planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Nearest {
    /// Which.
    pub case: CaseName,
    /// What it is.
    pub title: String,
    /// Whether it held, where its source says so.
    pub outcome: Option<Outcome>,
    /// How far it is: the mean of the parts by their weights.
    pub distance: Distance,
    /// What the distance is made of.
    pub parts: Vec<Part>,
    /// The services that both have.
    pub shared: Vec<Shared>,
    /// The services that only the planned one has.
    pub only_planned: Vec<ProfileName>,
    /// The services that only the measured one has.
    pub only_measured: Vec<ProfileName>,
    /// How large both are: the categories that either has, then all in all.
    pub tiers: Vec<Tier>,
    /// Their clusters.
    pub clusters: Clusters,
    /// What the measured one was given, and what that says of the planned one.
    pub loads: Vec<Load>,
    /// What speaks against the plan, in a sentence each.
    pub warnings: Vec<String>,
    /// What can't be compared and why, in a sentence each.
    pub incomparable: Vec<String>,
}

/// The nearest of the case studies, the nearest first; those that are equally near by their names.
pub fn nearest<'c>(
    asked: &Asked<'_>,
    cases: impl IntoIterator<Item = &'c CaseStudy>,
    most: usize,
) -> Vec<Nearest> {
    let planned = Side::of(asked.topology, asked.sizing);
    let mut all: Vec<Nearest> = cases
        .into_iter()
        .map(|case| held_against(&planned, asked.load, case))
        .collect();
    all.sort_by(|a, b| (a.distance, &a.case).cmp(&(b.distance, &b.case)));
    all.truncate(most);
    all
}

fn held_against(planned: &Side<'_>, asked: &Loads, case: &CaseStudy) -> Nearest {
    let measured = Side::of(&case.topology, &Sizing::Planned);
    let services = services::matched(planned, &measured);
    let tiers = size::tiers(planned, &measured);
    let loads = load::loads(asked, case, &tiers, &services);
    let parts = distance::parts(planned, &measured, &services, &tiers, asked, case);
    let mut incomparable = size::incomparable(&tiers);
    incomparable.extend(load::incomparable(asked, case));
    let names = |side: &Side<'_>| side.clusters.iter().map(|name| (*name).clone()).collect();
    Nearest {
        case: case.case.clone(),
        title: case.title.clone(),
        outcome: case.seen.outcome,
        distance: distance::sum(&parts),
        warnings: load::warnings(asked, case, &tiers, &services, &loads),
        parts,
        shared: services.shared,
        only_planned: services.only_planned,
        only_measured: services.only_measured,
        tiers,
        clusters: Clusters {
            planned: names(planned),
            measured: names(&measured),
        },
        loads,
        incomparable,
    }
}
