//! How large two topologies are beside each other, category by category and in all. A figure of which
//! a part isn't known has no ratio.

use std::fmt;

use model::profile::Category;
use model::unit::{Gib, Hundredths, Mib};
use serde::Serialize;

use super::side::Side;
use crate::capacity::Totals;
use crate::headroom::Need;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// How many instances.
    Instances,
    /// Virtual processors.
    Vcpus,
    /// Memory, in MiB.
    RamMib,
    /// Disks of flavors and volumes together, in GiB.
    StorageGib,
}

impl Figure {
    /// All of them, in the order of every table.
    pub const ALL: [Self; 4] = [Self::Instances, Self::Vcpus, Self::RamMib, Self::StorageGib];

    /// What it is called.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::Vcpus => "vCPU",
            Self::RamMib => "memory",
            Self::StorageGib => "storage",
        }
    }

    /// An amount of it, for people.
    pub fn shown(self, amount: Need) -> String {
        let Need { known, unknown } = amount;
        let amount = match self {
            Self::Instances | Self::Vcpus => known.to_string(),
            Self::RamMib => Mib(known).to_string(),
            Self::StorageGib => Gib(known).to_string(),
        };
        let instances = match unknown {
            0 => return amount,
            1 => "1 instance".to_owned(),
            unknown => format!("{unknown} instances"),
        };
        // Nothing that is known is not shown as nothing.
        match known {
            0 => format!("unknown for {instances}"),
            _ => format!("{amount}, unknown for {instances}"),
        }
    }

    fn of(self, totals: &Totals) -> Need {
        let of = |known: Option<u64>, unknown| Need {
            known: known.unwrap_or(0),
            unknown,
        };
        let Totals {
            instances,
            vcpus,
            ram_mib,
            disk_gib,
            volume_gib,
            public_addresses: _,
            unknown,
        } = totals;
        match self {
            Self::Instances => Need::known(*instances),
            Self::Vcpus => of(*vcpus, unknown.vcpus),
            Self::RamMib => of(*ram_mib, unknown.ram_mib),
            // Of an instance both may be unknown.
            Self::StorageGib => Need {
                known: disk_gib
                    .unwrap_or(0)
                    .saturating_add(volume_gib.unwrap_or(0)),
                unknown: unknown.disk_gib.max(unknown.volume_gib),
            },
        }
    }
}

/// One figure of both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Which.
    pub what: Figure,
    /// Of what is planned.
    pub planned: Need,
    /// Of what was measured.
    pub measured: Need,
    /// How many times the measured one the planned one has; none where either isn't wholly known, or
    /// the measured one has nothing of it.
    pub times: Option<Hundredths>,
}

impl Compared {
    fn of(what: Figure, planned: &Totals, measured: &Totals) -> Self {
        let mut compared = Self {
            what,
            planned: what.of(planned),
            measured: what.of(measured),
            times: None,
        };
        compared.times = compared.exact().and_then(|(planned, measured)| {
            let (planned, measured) = (u128::from(planned), u128::from(measured));
            let hundredths = (planned * 100 + measured / 2).checked_div(measured)?;
            Some(Hundredths(u32::try_from(hundredths).unwrap_or(u32::MAX)))
        });
        compared
    }

    /// Both, where both are wholly known.
    pub fn exact(&self) -> Option<(u64, u64)> {
        let known = self.planned.unknown == 0 && self.measured.unknown == 0;
        known.then_some((self.planned.known, self.measured.known))
    }

    /// In a few words: `2.0× the vCPU`.
    pub fn sentence(&self) -> Option<String> {
        let times = self.times?;
        Some(format!("{} the {}", times_words(times), self.what.words()))
    }
}

/// How many times, as people write it: `2.0×`, `0.25×`.
pub fn times_words(times: Hundredths) -> String {
    let text = times.to_string();
    format!("{}×", text.strip_suffix('0').unwrap_or(&text))
}

/// The figures of one category, or of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tier {
    /// Which category; none for all in all.
    pub category: Option<Category>,
    /// Its figures, one for each of [`Figure::ALL`].
    pub figures: Vec<Compared>,
}

impl Tier {
    fn of(category: Option<Category>, planned: &Totals, measured: &Totals) -> Self {
        let figures = Figure::ALL.map(|what| Compared::of(what, planned, measured));
        Self {
            category,
            figures: figures.into(),
        }
    }

    /// What it is called.
    pub fn words(&self) -> &'static str {
        self.category.map_or("in all", Category::word)
    }

    /// One of its figures.
    pub fn figure(&self, what: Figure) -> Option<&Compared> {
        self.figures.iter().find(|compared| compared.what == what)
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

/// The categories in which either has instances, then all in all.
pub(super) fn tiers(planned: &Side<'_>, measured: &Side<'_>) -> Vec<Tier> {
    let both = planned.categories.iter().zip(&measured.categories);
    let categories = both
        .filter(|((_, a), (_, b))| a.instances > 0 || b.instances > 0)
        .map(|((category, a), (_, b))| Tier::of(Some(*category), a, b));
    let all = Tier::of(None, &planned.all, &measured.all);
    categories.chain(std::iter::once(all)).collect()
}

/// The figures of categories that can't be compared, and why.
pub(super) fn incomparable(tiers: &[Tier]) -> Vec<String> {
    let mut told = Vec::new();
    for tier in tiers.iter().filter(|tier| tier.category.is_some()) {
        for compared in &tier.figures {
            let what = format!("{} of {tier}", compared.what.words());
            let of = |amount: Need, place: &str| {
                let instances = match amount.unknown {
                    0 => return None,
                    1 => "1 instance".to_owned(),
                    number => format!("{number} instances"),
                };
                Some(format!("not known of {instances} {place}"))
            };
            let parts = [of(compared.planned, "here"), of(compared.measured, "there")];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            if !parts.is_empty() {
                told.push(format!("{what}: {}", parts.join(" and ")));
            }
        }
    }
    told
}
