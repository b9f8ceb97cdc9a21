//! What if: the environment that is looked at, with other counts and flavors, with temporary
//! environments beside it, with a secondary site. What it takes and costs at minimum, as planned and
//! at maximum, what is free, which limit breaks first, and how much fits. It only adds up: the
//! browser runs it at every move of a slider, the server runs the same and has the last word.

mod check;
mod fit;
mod given;
mod scenario;
mod words;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::count::Sizing;
use model::flavor::Flavor;
use model::name::{CloudName, FlavorName, GroupName};
use model::price::{Currency, PriceBook};
use model::quota::QuotaKind;
use model::topology::Topology;
use serde::{Deserialize, Serialize};

pub use fit::{Bound, Broken, Held, Largest, Limit, Limited};
pub use given::Given;
pub use scenario::{MAX_TEMPORARIES, Part, Scenario, ScenarioError, stack};

use crate::capacity::{BySizing, Taken, Totals, taken, times, together};
use crate::cost::{Cost, Figure, cost_of};
use crate::loss::{Aftermath, Ask, Places, lose};
use crate::need::Needs;
use crate::offers::Offers;
use fit::Amounts;

/// How much of a cloud's quotas something uses that stands there already.
pub type Standing = BTreeMap<QuotaKind, u64>;

/// What one cloud has to give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// What it offers.
    pub offers: Offers,
    /// What operations under way have reserved, and scenarios that reserve.
    pub reserved: BTreeMap<QuotaKind, u64>,
    /// What of its use is by the environments that are worked out anew here.
    pub standing: Standing,
}

/// How much of a cloud's quotas an environment that runs is known to use.
pub fn standing(topology: &Topology) -> Standing {
    let taken = taken(&Needs::of(topology), &Sizing::Planned, None);
    let amounts = Amounts::of(&taken);
    let known = amounts.quotas().map(|(kind, need)| (kind, need.known));
    known.filter(|(_, known)| *known > 0).collect()
}

/// What a what-if begins with.
#[derive(Clone, Copy, Debug)]
pub struct Base<'a> {
    /// The environment that is looked at.
    pub production: &'a Topology,
    /// One temporary environment, as a recipe derives it.
    pub temporary: Option<&'a Topology>,
    /// The secondary site's.
    pub secondary: Option<&'a Topology>,
    /// What their clouds have to give; of one that is missing nothing is known.
    pub clouds: &'a BTreeMap<CloudName, Ground>,
    /// What things cost.
    pub book: Option<&'a PriceBook>,
    /// Where production's instances stand.
    pub places: &'a Places,
}

impl<'a> Base<'a> {
    /// One of its environments.
    pub const fn topology(&self, part: Part) -> Option<&'a Topology> {
        match part {
            Part::Production => Some(self.production),
            Part::Temporary => self.temporary,
            Part::Secondary => self.secondary,
        }
    }

    fn ground(&self, topology: &Topology) -> Option<&'a Ground> {
        self.clouds.get(topology.cloud.as_ref()?)
    }

    fn offered(&self, topology: &Topology) -> Option<&'a BTreeMap<FlavorName, Flavor>> {
        self.ground(topology).map(|ground| &ground.offers.flavors)
    }

    fn knows(&self, topology: &Topology, flavor: &FlavorName) -> bool {
        let offered = self.offered(topology);
        topology.flavors.contains_key(flavor)
            || offered.is_some_and(|offered| offered.contains_key(flavor))
            || self
                .book
                .is_some_and(|book| book.flavors.contains_key(flavor))
    }
}

/// What it costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Costs {
    /// The first day of the price book.
    pub book: NaiveDate,
    /// The currency of every figure.
    pub currency: Currency,
    /// The environment that is looked at.
    pub production: BySizing<Cost>,
    /// One temporary environment, where one could be made.
    pub temporary: Option<BySizing<Cost>>,
    /// The secondary site, where there is one to look at.
    pub secondary: Option<BySizing<Cost>>,
    /// All that the scenario has.
    pub all: BySizing<Figure>,
}

/// What comes of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// How many temporary environments there are.
    pub number: u32,
    /// Whether the secondary site is there.
    pub with_secondary: bool,
    /// The environment that is looked at.
    pub production: BySizing<Totals>,
    /// One temporary environment, where one could be made.
    pub temporary: Option<BySizing<Totals>>,
    /// All temporary environments of the scenario.
    pub temporaries: BySizing<Totals>,
    /// The secondary site, where there is one to look at.
    pub secondary: Option<BySizing<Totals>>,
    /// All that the scenario has.
    pub all: BySizing<Totals>,
    /// What it costs; none without a price book.
    pub cost: Option<Costs>,
    /// What is needed and what is free, cloud by cloud.
    pub limits: Vec<Limit>,
    /// The first limit that breaks, from the minimum on; where several break there, the one that is
    /// overdrawn most.
    pub first: Option<Broken>,
    /// How many temporary environments fit, whatever the scenario has of them.
    pub most_temporaries: Option<BySizing<Largest>>,
    /// How many instances fit in each group with a chosen count, all others as they are.
    pub largest: BTreeMap<GroupName, BySizing<Largest>>,
    /// What still stands where something is lost, as planned.
    pub aftermath: Option<Aftermath>,
}

/// One environment of a what-if while it is worked out.
struct Worked<'a> {
    part: Part,
    topology: &'a Topology,
    needs: Needs<'a>,
    /// How often it is there.
    number: u32,
    /// What one of it takes.
    one: BySizing<Taken>,
}

impl Worked<'_> {
    fn totals(&self) -> BySizing<Totals> {
        self.one.map(|taken| taken.totals)
    }
}

/// Works a scenario out.
pub fn what_if(base: &Base, scenario: &Scenario) -> Result<Outcome, ScenarioError> {
    scenario.check(base)?;
    let number = scenario.temporaries.unwrap_or(0);
    let with_secondary = scenario.with_secondary.unwrap_or(false);
    let worked: Vec<Worked> = Part::ALL
        .into_iter()
        .filter_map(|part| {
            let topology = base.topology(part)?;
            let offered = base.offered(topology);
            let needs = Needs::with(topology, scenario.choices(part), offered);
            let one = BySizing::of(|sizing| taken(&needs, sizing, None));
            Some(Worked {
                part,
                topology,
                needs,
                number: match part {
                    Part::Production => 1,
                    Part::Temporary => number,
                    Part::Secondary => u32::from(with_secondary),
                },
                one,
            })
        })
        .collect();
    let of = |part| worked.iter().find(|worked| worked.part == part);
    let totals = |part| of(part).map(Worked::totals);
    let nothing = times(&BySizing::default(), 0);
    let there = |part| {
        of(part).map_or(nothing, |worked: &Worked| {
            times(&worked.totals(), worked.number)
        })
    };
    let limits = fit::limits(base, &worked);
    Ok(Outcome {
        number,
        with_secondary,
        production: there(Part::Production),
        temporary: totals(Part::Temporary),
        temporaries: there(Part::Temporary),
        secondary: totals(Part::Secondary),
        all: all(&worked),
        cost: base.book.map(|book| costs(book, &worked)),
        first: fit::first(&limits),
        limits,
        most_temporaries: of(Part::Temporary)
            .map(|temporary| fit::most_temporaries(base, &worked, temporary)),
        largest: match of(Part::Production) {
            Some(production) => fit::largest(base, &worked, production, &scenario.production),
            None => BTreeMap::new(),
        },
        aftermath: (!scenario.lost.is_empty()).then(|| aftermath(base, scenario, with_secondary)),
    })
}

/// All that is there. What isn't there is left out, or its nothing would make a sum look known.
fn all(worked: &[Worked]) -> BySizing<Totals> {
    worked
        .iter()
        .filter(|part| part.number > 0)
        .map(|part| times(&part.totals(), part.number))
        .reduce(|sum, part| together(&sum, &part))
        .unwrap_or_else(|| times(&BySizing::default(), 0))
}

fn costs(book: &PriceBook, worked: &[Worked]) -> Costs {
    let nothing = BySizing::of(|_| Figure::NOTHING);
    let mut costs = Costs {
        book: book.from,
        currency: book.currency,
        production: BySizing::of(|sizing| cost_of(&Needs { groups: vec![] }, sizing, book)),
        temporary: None,
        secondary: None,
        all: nothing,
    };
    for part in worked {
        let cost = BySizing::of(|sizing| cost_of(&part.needs, sizing, book));
        let sum = |all: &Figure, cost: &Cost| all.and(&cost.total.times(part.number));
        costs.all = BySizing {
            min: sum(&costs.all.min, &cost.min),
            planned: sum(&costs.all.planned, &cost.planned),
            max: sum(&costs.all.max, &cost.max),
        };
        match part.part {
            Part::Production => costs.production = cost,
            Part::Temporary => costs.temporary = Some(cost),
            Part::Secondary => costs.secondary = Some(cost),
        }
    }
    costs
}

fn aftermath(base: &Base, scenario: &Scenario, with_secondary: bool) -> Aftermath {
    let others: Vec<&Topology> = base
        .secondary
        .filter(|_| with_secondary)
        .into_iter()
        .collect();
    lose(&Ask {
        topology: base.production,
        sizing: &Sizing::Planned,
        choices: &scenario.production,
        losses: &scenario.lost,
        places: base.places,
        others: &others,
    })
}

impl Outcome {
    /// What a scenario that reserves takes of each cloud's quotas at a sizing, beside what stands
    /// there already. Only what is known can be reserved.
    pub fn reservation(&self, sizing: &Sizing) -> Vec<(CloudName, BTreeMap<QuotaKind, u64>)> {
        let mut all: BTreeMap<&CloudName, BTreeMap<QuotaKind, u64>> = BTreeMap::new();
        for limit in &self.limits {
            let (Some(cloud), Limited::Quota(kind)) = (&limit.cloud, limit.what) else {
                continue;
            };
            let more = limit.at(sizing).need.known.saturating_sub(limit.standing);
            if more > 0 {
                all.entry(cloud).or_default().insert(kind, more);
            }
        }
        let named = all.into_iter();
        named.map(|(cloud, kinds)| (cloud.clone(), kinds)).collect()
    }
}
