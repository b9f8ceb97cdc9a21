//! How far a measured topology is from a planned one: four parts with weights that are told, each from
//! nothing to one. In whole millionths, so that it is the same on every machine, rounded up, so that
//! what differs is never at no distance.
//!
//! Two amounts are apart by their difference as a part of the larger one: 0 where they are equal, ½ where
//! one is twice the other, towards 1 where one is many times the other. Where only one of them is known
//! they count as half apart; where neither is, they don't count.

use std::fmt::Write as _;

use model::case::CaseStudy;
use serde::Serialize;

use super::Loads;
use super::services::Matched;
use super::side::Side;
use super::size::{Compared, Tier, times_words};

/// A distance, in millionths: from nothing to a million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Distance(pub u32);

/// As far as can be.
const WHOLE: u128 = 1_000_000;

impl Distance {
    /// None at all.
    pub const NONE: Self = Self(0);
    /// Half as far as can be: nobody knows.
    const HALF: Self = Self(500_000);

    /// A part of a whole, rounded up.
    fn part(part: u128, of: u128) -> Self {
        let millionths = part.saturating_mul(WHOLE).div_ceil(of.max(1)).min(WHOLE);
        Self(u32::try_from(millionths).unwrap_or(u32::MAX))
    }

    /// Of two amounts.
    pub(super) fn between(a: u128, b: u128) -> Self {
        Self::part(a.abs_diff(b), a.max(b))
    }

    fn mean(all: &[Self]) -> Self {
        let sum: u64 = all.iter().map(|one| u64::from(one.0)).sum();
        let mean = sum.div_ceil((all.len() as u64).max(1));
        Self(u32::try_from(mean).unwrap_or(u32::MAX))
    }
}

impl std::fmt::Display for Distance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What is there is not shown as nothing.
        let thousandths = self.0.div_ceil(1000);
        f.pad(&format!("{}.{:03}", thousandths / 1000, thousandths % 1000))
    }
}

/// What a part is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartKind {
    /// Which services run.
    Services,
    /// How much there is, category by category.
    Size,
    /// How many clusters there are.
    Clusters,
    /// Which load is to be borne; only where somebody said.
    Load,
}

impl PartKind {
    /// How much it counts.
    pub const fn weight(self) -> u32 {
        match self {
            Self::Services | Self::Size => 4,
            Self::Load => 2,
            Self::Clusters => 1,
        }
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Size => "size",
            Self::Clusters => "clusters",
            Self::Load => "load",
        }
    }
}

/// A part of a distance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What it is about.
    pub what: PartKind,
    /// How much it counts.
    pub weight: u32,
    /// How far it is.
    pub distance: Distance,
    /// How that comes about.
    pub why: String,
}

impl Part {
    fn new(what: PartKind, distance: Distance, why: String) -> Self {
        Self {
            what,
            weight: what.weight(),
            distance,
            why,
        }
    }
}

/// The mean of parts by their weights.
pub(super) fn sum(parts: &[Part]) -> Distance {
    let of = |pick: fn(&Part) -> u64| parts.iter().map(pick).sum::<u64>();
    let far = of(|part| u64::from(part.weight) * u64::from(part.distance.0));
    let mean = far.div_ceil(of(|part| u64::from(part.weight)).max(1));
    Distance(u32::try_from(mean).unwrap_or(u32::MAX))
}

pub(super) fn parts(
    planned: &Side<'_>,
    measured: &Side<'_>,
    services: &Matched,
    tiers: &[Tier],
    asked: &Loads,
    case: &CaseStudy,
) -> Vec<Part> {
    let mut parts = vec![
        self::services(planned, measured, services),
        size(tiers),
        clusters(planned, measured),
    ];
    if !asked.0.is_empty() {
        parts.push(self::load(asked, case));
    }
    parts
}

/// Those without a counterpart, of all.
fn services(planned: &Side<'_>, measured: &Side<'_>, matched: &Matched) -> Part {
    let (here, there) = (
        planned.services.len() as u64,
        measured.services.len() as u64,
    );
    let shared = matched.shared.len() as u64;
    let alone = here.saturating_sub(shared) + there.saturating_sub(matched.measured_shared);
    let why = format!(
        "{shared} of {here} services here run there, {} of {there} there run here",
        matched.measured_shared
    );
    Part::new(
        PartKind::Services,
        Distance::part(alone.into(), (here + there).into()),
        why,
    )
}

/// The mean of all figures of all categories.
fn size(tiers: &[Tier]) -> Part {
    let figures = tiers
        .iter()
        .filter(|tier| tier.category.is_some())
        .flat_map(|tier| tier.figures.iter().map(move |compared| (tier, compared)));
    let mut all = Vec::new();
    let mut halves = 0;
    let mut farthest: Option<(Distance, &Tier, &Compared)> = None;
    for (tier, compared) in figures {
        if let Some((here, there)) = compared.exact() {
            let distance = Distance::between(here.into(), there.into());
            if farthest.is_none_or(|(far, _, _)| distance > far) {
                farthest = Some((distance, tier, compared));
            }
            all.push(distance);
        } else if (compared.planned.unknown == 0) != (compared.measured.unknown == 0) {
            halves += 1;
            all.push(Distance::HALF);
        }
    }
    let mut why = format!("the mean of {} figures", all.len());
    if let Some((distance, tier, compared)) = farthest
        && distance > Distance::NONE
    {
        // Writing to a string does not fail.
        let _ = write!(why, "; {} of {tier} is farthest", compared.what.words());
        if let Some(times) = compared.times {
            let _ = write!(why, ", {}", times_words(times));
        }
    }
    if halves > 0 {
        let _ = write!(why, "; {halves} known of one side only count as half");
    }
    Part::new(PartKind::Size, Distance::mean(&all), why)
}

fn clusters(planned: &Side<'_>, measured: &Side<'_>) -> Part {
    let (here, there) = (
        planned.clusters.len() as u64,
        measured.clusters.len() as u64,
    );
    let why = format!("{here} here, {there} there");
    Part::new(
        PartKind::Clusters,
        Distance::between(here.into(), there.into()),
        why,
    )
}

/// The mean of all loads that somebody plans for.
fn load(asked: &Loads, case: &CaseStudy) -> Part {
    let mut told = Vec::new();
    let mut all = Vec::new();
    for (name, wanted) in &asked.0 {
        let given = case.given.get(name);
        match given.filter(|given| given.kind() == wanted.kind()) {
            None => {
                told.push(format!("{name} was not given there and counts as half"));
                all.push(Distance::HALF);
            }
            Some(given) => {
                told.push(format!("{name} {wanted} here, {given} there"));
                all.push(Distance::between(wanted.base(), given.base()));
            }
        }
    }
    Part::new(PartKind::Load, Distance::mean(&all), told.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_a_part_of_the_larger() {
        for (a, b, text) in [
            (0, 0, "0.000"),
            (7, 7, "0.000"),
            (1, 2, "0.500"),
            (2, 1, "0.500"),
            (1, 10, "0.900"),
            (0, 5, "1.000"),
            (u128::from(u64::MAX), u128::from(u64::MAX) - 1, "0.001"),
        ] {
            let distance = Distance::between(a, b);
            assert_eq!(distance.to_string(), text, "{a} {b}");
            assert_eq!(distance == Distance::NONE, a == b);
        }
    }
}
