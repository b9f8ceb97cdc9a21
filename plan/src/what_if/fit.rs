//! What fits: needs held against what each cloud has left, the first limit that breaks, and the
//! largest numbers with which none does. Judged by [`crate::headroom`], as a proof judges.

use std::collections::BTreeMap;

use model::count::{MAX_COUNT, Sizing};
use model::name::{CloudName, GroupName};
use model::quota::{Quota, QuotaKind};
use serde::{Deserialize, Serialize};

use super::{Base, Ground, Worked};
use crate::amounts::Measure;
use crate::capacity::{BySizing, Taken, taken_by};
use crate::headroom::{Fit, Free, Need};
use crate::need::Choices;

/// Something that a cloud limits. A proof of a plan checks more: networks, ports, security groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limited {
    /// By a quota.
    Quota(QuotaKind),
    /// By how many public addresses its pool has left.
    AddressPool,
}

impl Limited {
    /// All that is looked at, in the order of every table.
    pub const ALL: [Self; 7] = [
        Self::Quota(QuotaKind::Instances),
        Self::Quota(QuotaKind::Vcpus),
        Self::Quota(QuotaKind::RamMib),
        Self::Quota(QuotaKind::Volumes),
        Self::Quota(QuotaKind::VolumeGib),
        Self::Quota(QuotaKind::FloatingIps),
        Self::AddressPool,
    ];
}

/// How much of each of [`Limited::ALL`] is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Amounts([Need; Limited::ALL.len()]);

impl Amounts {
    pub(super) fn of(taken: &Taken) -> Self {
        let amounts = crate::amounts::Amounts::of(taken);
        Self(Limited::ALL.map(|what| {
            let kind = match what {
                Limited::Quota(kind) => kind,
                Limited::AddressPool => QuotaKind::FloatingIps,
            };
            Measure::limited_by(kind).map_or(Need::default(), |measure| amounts.of_measure(measure))
        }))
    }

    pub(super) fn quotas(&self) -> impl Iterator<Item = (QuotaKind, Need)> {
        let each = Limited::ALL.into_iter().zip(self.0);
        each.filter_map(|(what, need)| match what {
            Limited::Quota(kind) => Some((kind, need)),
            Limited::AddressPool => None,
        })
    }

    fn each(self, other: Self, how: impl Fn(Need, Need) -> Need) -> Self {
        Self(std::array::from_fn(|at| how(self.0[at], other.0[at])))
    }

    fn and(self, other: Self) -> Self {
        self.each(other, Need::and)
    }

    fn times(self, by: u32) -> Self {
        Self(self.0.map(|need| need.times(by.into())))
    }
}

/// What a cloud has left of each of [`Limited::ALL`] for what is worked out.
type Left = [Free; Limited::ALL.len()];

fn left(ground: Option<&Ground>) -> Left {
    Limited::ALL.map(|what| {
        let Some(Ground {
            offers,
            reserved,
            standing,
        }) = ground
        else {
            return Free::Untold;
        };
        let of = |from: &BTreeMap<QuotaKind, u64>, kind| from.get(&kind).copied().unwrap_or(0);
        match what {
            Limited::Quota(kind) => {
                // What stands there and is worked out anew is not used by anybody else.
                let quota = offers.quotas.get(&kind).map(|quota| Quota {
                    limit: quota.limit,
                    used: quota.used.saturating_sub(of(standing, kind)),
                });
                Free::of(quota.as_ref()).without(of(reserved, kind))
            }
            Limited::AddressPool => {
                let kind = QuotaKind::FloatingIps;
                let ours = of(standing, kind);
                let free = offers.free_addresses;
                free.map_or(Free::Untold, |free| Free::Amount(free.saturating_add(ours)))
                    .without(of(reserved, kind))
            }
        }
    })
}

/// How a need at one sizing compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// How much is needed.
    pub need: Need,
    /// Whether it fits.
    pub fit: Fit,
}

/// One limit, and what is needed of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// The cloud; none where nobody said on which one an environment is.
    pub cloud: Option<CloudName>,
    /// What it limits.
    pub what: Limited,
    /// How much there is for what is worked out here, what stands already included.
    pub free: Free,
    /// How much of that stands already.
    pub standing: u64,
    /// What is needed.
    pub held: BySizing<Held>,
}

impl Limit {
    /// At a sizing; named counts are a plan.
    pub const fn at(&self, sizing: &Sizing) -> &Held {
        match sizing {
            Sizing::Min => &self.held.min,
            Sizing::Planned | Sizing::Explicit(_) => &self.held.planned,
            Sizing::Max => &self.held.max,
        }
    }
}

/// What all environments on a cloud take at a sizing, without one of them where one is named.
fn on_cloud(
    worked: &[Worked],
    cloud: Option<&CloudName>,
    pick: impl Fn(&BySizing<Taken>) -> Taken,
    without: Option<&Worked>,
) -> Amounts {
    let here = worked.iter().filter(|part| {
        part.topology.cloud.as_ref() == cloud && without.is_none_or(|not| not.part != part.part)
    });
    here.fold(Amounts::default(), |sum, part| {
        sum.and(Amounts::of(&pick(&part.one)).times(part.number))
    })
}

/// What is computed of each sizing, with what picks that out of three.
fn by_sizing<T>(of: impl Fn(&Sizing, fn(&BySizing<Taken>) -> Taken) -> T) -> BySizing<T> {
    BySizing {
        min: of(&Sizing::Min, |by| by.min),
        planned: of(&Sizing::Planned, |by| by.planned),
        max: of(&Sizing::Max, |by| by.max),
    }
}

pub(super) fn limits(base: &Base, worked: &[Worked]) -> Vec<Limit> {
    let mut clouds: Vec<Option<&CloudName>> = Vec::new();
    for part in worked.iter().filter(|part| part.number > 0) {
        let cloud = part.topology.cloud.as_ref();
        if !clouds.contains(&cloud) {
            clouds.push(cloud);
        }
    }
    let mut limits = Vec::new();
    for cloud in clouds {
        let ground = cloud.and_then(|cloud| base.clouds.get(cloud));
        let left = left(ground);
        let needs = by_sizing(|_, pick| on_cloud(worked, cloud, pick, None));
        for (at, what) in Limited::ALL.into_iter().enumerate() {
            let free = left[at];
            let kind = match what {
                Limited::Quota(kind) => kind,
                Limited::AddressPool => QuotaKind::FloatingIps,
            };
            let standing = ground.and_then(|ground| ground.standing.get(&kind));
            limits.push(Limit {
                cloud: cloud.cloned(),
                what,
                free,
                standing: standing.copied().unwrap_or(0),
                held: needs.map(|amounts| Held {
                    need: amounts.0[at],
                    fit: free.holds(amounts.0[at]),
                }),
            });
        }
    }
    limits
}

/// A limit that breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// At which sizing.
    pub sizing: Sizing,
    /// On which cloud.
    pub cloud: Option<CloudName>,
    /// Which limit.
    pub what: Limited,
    /// How much is missing.
    pub short: u64,
}

pub(super) fn first(limits: &[Limit]) -> Option<Broken> {
    Sizing::REPORTED.into_iter().find_map(|sizing| {
        let mut worst: Option<(u128, u128, &Limit, u64)> = None;
        for limit in limits {
            let Held { need, fit } = limit.at(&sizing);
            let (Fit::Short(short), Some(free)) = (*fit, limit.free.amount()) else {
                continue;
            };
            let (need, free) = (u128::from(need.known), u128::from(free));
            // The larger share of what is free, compared without dividing.
            if worst.is_none_or(|(other, of, ..)| need * of > other * free) {
                worst = Some((need, free, limit, short));
            }
        }
        worst.map(|(_, _, limit, short)| Broken {
            sizing,
            cloud: limit.cloud.clone(),
            what: limit.what,
            short,
        })
    })
}

/// How many of something there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// Something is short even without any.
    NotEvenNone,
    /// So many fit, and one more doesn't.
    Number(u32),
    /// Nothing that is known limits it.
    NoLimit,
}

/// The largest number with which nothing that is known is short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Largest {
    /// How many.
    pub bound: Bound,
    /// What breaks with one more.
    pub limit: Option<Limited>,
    /// What could not be judged, so that fewer may fit.
    pub unjudged: Vec<Limited>,
}

/// What is short of a need, first of the table.
fn short(left: &Left, amounts: Amounts) -> Option<Limited> {
    let each = Limited::ALL.into_iter().zip(left).zip(amounts.0);
    each.filter(|((_, free), need)| matches!(free.holds(*need), Fit::Short(_)))
        .map(|((what, _), _)| what)
        .next()
}

/// Finds the largest number by halving: needs never shrink when there is more.
fn search(left: &Left, most: u32, need: impl Fn(u32) -> Amounts) -> Largest {
    let unjudged = {
        let one = need(1);
        let each = Limited::ALL.into_iter().zip(left).zip(one.0);
        each.filter(|((_, free), need)| {
            // What is known may hide how much is not.
            let unknown = need.unknown > 0 && !matches!(free, Free::Unlimited);
            unknown || matches!(free.holds(*need), Fit::Unknown(_))
        })
        .map(|((what, _), _)| what)
        .collect()
    };
    let found = |bound, limit| Largest {
        bound,
        limit,
        unjudged,
    };
    if let Some(limit) = short(left, need(0)) {
        return found(Bound::NotEvenNone, Some(limit));
    }
    if short(left, need(most)).is_none() {
        return found(Bound::NoLimit, None);
    }
    let (mut fits, mut breaks) = (0, most);
    while breaks - fits > 1 {
        let middle = fits + (breaks - fits) / 2;
        if short(left, need(middle)).is_some() {
            breaks = middle;
        } else {
            fits = middle;
        }
    }
    found(Bound::Number(fits), short(left, need(breaks)))
}

pub(super) fn most_temporaries(
    base: &Base,
    worked: &[Worked],
    temporary: &Worked,
) -> BySizing<Largest> {
    let cloud = temporary.topology.cloud.as_ref();
    let left = left(base.ground(temporary.topology));
    by_sizing(|_, pick| {
        let rest = on_cloud(worked, cloud, pick, Some(temporary));
        let one = Amounts::of(&pick(&temporary.one));
        search(&left, super::MAX_TEMPORARIES, |number| {
            rest.and(one.times(number))
        })
    })
}

pub(super) fn largest(
    base: &Base,
    worked: &[Worked],
    production: &Worked,
    choices: &Choices,
) -> BTreeMap<GroupName, BySizing<Largest>> {
    let cloud = production.topology.cloud.as_ref();
    let left = left(base.ground(production.topology));
    let all = by_sizing(|_, pick| on_cloud(worked, cloud, pick, None));
    let chosen = choices.counts.keys();
    chosen
        .filter_map(|name| {
            let group = production.needs.group(name)?;
            let of = |sizing: &Sizing, count| Amounts::of(&taken_by(group, sizing, count));
            let largest = |sizing: &Sizing, all: Amounts| {
                let rest = all.each(of(sizing, group.count(sizing)), Need::without);
                search(&left, MAX_COUNT, |count| rest.and(of(sizing, count)))
            };
            let by = BySizing {
                min: largest(&Sizing::Min, all.min),
                planned: largest(&Sizing::Planned, all.planned),
                max: largest(&Sizing::Max, all.max),
            };
            Some((name.clone(), by))
        })
        .collect()
}
