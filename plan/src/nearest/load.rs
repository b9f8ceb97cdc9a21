//! What a load that was measured says of a plan. Scaled linearly by what grew least: which is a hint,
//! since nothing scales linearly for ever. Nothing is scaled from what broke, from what nobody said
//! held, from what served its load with something that the plan doesn't have, or by a figure that isn't
//! wholly known.

use std::cmp::Ordering;

use model::case::{CaseStudy, Outcome, Quantity};
use model::name::LoadName;
use model::unit::Hundredths;
use serde::Serialize;

use super::Loads;
use super::services::Matched;
use super::size::{Figure, Tier, times_words};

/// By which figures a load is scaled: storage and numbers of instances bear none by themselves.
const BEARING: [Figure; 2] = [Figure::Vcpus, Figure::RamMib];

/// What a measured load says of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Here {
    /// Scaled linearly it would be so much: a hint, not a measurement.
    Scaled {
        /// So much.
        to: Quantity,
        /// By so many times.
        times: Hundredths,
        /// What has grown least and so decides: `vCPU of application`.
        by: String,
    },
    /// Nothing.
    Nothing {
        /// Why.
        why: String,
    },
}

/// How a load that the plan is to bear stands to the one that was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fit {
    /// It is no more than what was held, on no less than what held it.
    AsMeasured,
    /// It is no more than what was held, scaled linearly.
    IfLinear,
    /// It is more than that.
    Beyond,
}

impl Fit {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::AsMeasured => "no more than was held, on no less",
            Self::IfLinear => "within, if it scales linearly",
            Self::Beyond => "more than scaled linearly",
        }
    }
}

/// A load that was given, and the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Load {
    /// Its name.
    pub name: LoadName,
    /// How much was given.
    pub measured: Quantity,
    /// How much the plan is to bear, where somebody said so in the same kind of unit.
    pub planned: Option<Quantity>,
    /// What it says of the plan.
    pub here: Here,
    /// How the plan's load stands to it, where both can be said.
    pub fit: Option<Fit>,
}

/// What a load is scaled by: so many of so many, and what that is.
struct Least {
    here: u64,
    there: u64,
    by: String,
}

impl Least {
    fn is_smaller_than(&self, other: &Self) -> bool {
        u128::from(self.here) * u128::from(other.there)
            < u128::from(other.here) * u128::from(self.there)
    }
}

/// What of the plan has grown least, where all of it that bears a load is known.
fn least(tiers: &[Tier]) -> Result<Least, String> {
    let mut least: Option<Least> = None;
    for tier in tiers.iter().filter(|tier| tier.category.is_some()) {
        for compared in BEARING.into_iter().filter_map(|what| tier.figure(what)) {
            let by = format!("{} of {tier}", compared.what.words());
            let Some((here, there)) = compared.exact() else {
                return Err(format!("the {by} isn't wholly known"));
            };
            if there == 0 {
                continue;
            }
            if here == 0 {
                return Err(format!("there is no {by} here, and was there"));
            }
            let this = Least { here, there, by };
            if least
                .as_ref()
                .is_none_or(|least| this.is_smaller_than(least))
            {
                least = Some(this);
            }
        }
    }
    least.ok_or_else(|| "nothing that bears a load is known there".to_owned())
}

/// What a measured load can be scaled by at all.
fn basis(case: &CaseStudy, tiers: &[Tier], services: &Matched) -> Result<Least, String> {
    match case.seen.outcome {
        Some(Outcome::Held) => {}
        Some(Outcome::Broke) => return Err("it broke there".to_owned()),
        None => return Err("its source doesn't say that it held".to_owned()),
    }
    same_kind(services)?;
    least(tiers)
}

/// Whether what served the load there is here too.
fn same_kind(services: &Matched) -> Result<(), String> {
    if services.measured_shared == 0 {
        return Err("both have no service in common".to_owned());
    }
    if services.missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = services.missing.iter().map(AsRef::as_ref).collect();
    Err(format!(
        "what served it there isn't here: {}",
        names.join(", ")
    ))
}

pub(super) fn loads(
    asked: &Loads,
    case: &CaseStudy,
    tiers: &[Tier],
    services: &Matched,
) -> Vec<Load> {
    let basis = basis(case, tiers, services);
    let given = case.given.iter();
    given
        .map(|(name, measured)| {
            let planned = asked.0.get(name).copied();
            let planned = planned.filter(|planned| planned.kind() == measured.kind());
            let (here, fit) = match &basis {
                Err(why) => (Here::Nothing { why: why.clone() }, None),
                Ok(least) => scaled(*measured, planned, least),
            };
            Load {
                name: name.clone(),
                measured: *measured,
                planned,
                here,
                fit,
            }
        })
        .collect()
}

fn scaled(measured: Quantity, planned: Option<Quantity>, least: &Least) -> (Here, Option<Fit>) {
    let Least { here, there, by } = least;
    let Some(to) = measured.scaled(*here, *there) else {
        let why = format!("{} doesn't grow with a system", measured.kind().words());
        return (Here::Nothing { why }, None);
    };
    let times = u128::from(*here) * 100 / u128::from(*there).max(1);
    let fit = planned.map(|planned| {
        let is_within = |bound: Quantity| planned.compare(bound).is_some_and(Ordering::is_le);
        if is_within(measured) && here >= there {
            Fit::AsMeasured
        } else if is_within(to) {
            Fit::IfLinear
        } else {
            Fit::Beyond
        }
    });
    let here = Here::Scaled {
        to,
        times: Hundredths(u32::try_from(times).unwrap_or(u32::MAX)),
        by: by.clone(),
    };
    (here, fit)
}

/// What speaks against the plan.
pub(super) fn warnings(
    asked: &Loads,
    case: &CaseStudy,
    tiers: &[Tier],
    services: &Matched,
    loads: &[Load],
) -> Vec<String> {
    let mut warnings = Vec::new();
    if case.seen.outcome == Some(Outcome::Broke)
        && same_kind(services).is_ok()
        && is_no_larger(tiers)
    {
        let as_much = |load: &&Load| match load.planned {
            Some(planned) => planned.compare(load.measured).is_some_and(Ordering::is_ge),
            // What nobody said may be as much.
            None => !asked.0.contains_key(&load.name),
        };
        let broke: Vec<String> = loads
            .iter()
            .filter(as_much)
            .map(|load| format!("{} {}", load.name, load.measured))
            .collect();
        if !broke.is_empty() {
            warnings.push(format!(
                "the plan is no larger than this one, which did not hold {}",
                broke.join(", ")
            ));
        }
    }
    for load in loads.iter().filter(|load| load.fit == Some(Fit::Beyond)) {
        if let (Some(planned), Here::Scaled { to, times, by }) = (load.planned, &load.here) {
            warnings.push(format!(
                "{} {planned} is more than was held there: {}, which comes to {to} here, scaled \
                 linearly by {} the {by}",
                load.name,
                load.measured,
                times_words(*times)
            ));
        }
    }
    warnings
}

/// Whether the plan has no more of anything that bears a load, as far as both are known.
fn is_no_larger(tiers: &[Tier]) -> bool {
    let mut compared = tiers
        .iter()
        .filter(|tier| tier.category.is_some())
        .flat_map(|tier| BEARING.into_iter().filter_map(|what| tier.figure(what)))
        .filter_map(super::Compared::exact)
        .peekable();
    compared.peek().is_some() && compared.all(|(here, there)| here <= there)
}

/// Loads that can't be compared, and why.
pub(super) fn incomparable(asked: &Loads, case: &CaseStudy) -> Vec<String> {
    let mut told = Vec::new();
    for (name, wanted) in &asked.0 {
        match case.given.get(name) {
            None => told.push(format!("{name}: it was not given there")),
            Some(given) if given.kind() != wanted.kind() => told.push(format!(
                "{name}: {} here, {} there",
                wanted.kind().words(),
                given.kind().words()
            )),
            Some(_) => {}
        }
    }
    told
}
