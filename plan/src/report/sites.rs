//! One plan held against several sites: capability by capability, quota by quota, with the price where
//! somebody knows it, and what does not fit. It judges what is told of a site and asks nobody.

use std::collections::BTreeMap;

use model::count::Sizing;
use model::flavor::Flavor;
use model::name::{CloudName, FlavorName, SiteName};
use model::price::PriceBook;
use model::quota::{Quota, QuotaKind};
use model::site::{Capability, Offer, Site};
use model::topology::Topology;
use serde::{Deserialize, Serialize};

use super::capability::{needed_by_words, offer_words, offered, words};
use super::figures::{self, takes};
use super::table::{Cell, Column, Figure, Report, Row, RowKind, Table, Unit};
use crate::capacity::{BySizing, Totals};
use crate::cost::cost;
use crate::offers::Offers;

/// What is known of a site.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// Its name.
    pub name: &'a SiteName,
    /// What it offers.
    pub site: &'a Site,
    /// What a cloud there told of itself, where one did.
    pub told: Option<Told<'a>>,
}

/// What a cloud told of itself.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Which cloud.
    pub cloud: &'a CloudName,
    /// Its flavors and quotas; a quota that is missing is unknown, and so are flavors where there is none.
    pub offers: &'a Offers,
}

impl<'a> Held<'a> {
    fn quota(&self, kind: QuotaKind) -> Option<&'a Quota> {
        self.told?.offers.quotas.get(&kind)
    }

    fn flavors(&self) -> Option<&'a BTreeMap<FlavorName, Flavor>> {
        let flavors = &self.told?.offers.flavors;
        (!flavors.is_empty()).then_some(flavors)
    }

    /// What people should know of where the figures are from.
    fn notes(&self) -> Vec<String> {
        let said = self.site.note.as_ref();
        let said = said.map(|note| format!("{}: {note}", self.name));
        let told = self.told.map(|Told { cloud, offers }| {
            format!(
                "{}: quotas and flavors are those of the cloud {cloud}, as collected at {}.",
                self.name,
                offers.at.format("%Y-%m-%d %H:%M UTC")
            )
        });
        said.into_iter().chain(told).collect()
    }
}

/// What an environment costs at a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// A month, in hundredths of the currency.
    pub hundredths: u64,
    /// The currency's code: `EUR`.
    pub currency: String,
    /// How many items have no price, and so are missing in it.
    pub unpriced: u64,
    /// Whose prices these are, and since when, in words.
    pub basis: String,
}

impl Price {
    /// By a price book of somebody; none where nothing has a price.
    pub fn by(book: &PriceBook, whose: &str, topology: &Topology, sizing: &Sizing) -> Option<Self> {
        let cost = cost(topology, sizing, book);
        let month = cost.total.per_month()?;
        Some(Self {
            hundredths: month.cents().try_into().unwrap_or(u64::MAX),
            currency: book.currency.code().to_owned(),
            unpriced: cost.total.of - cost.total.priced,
            basis: format!("{whose}, from {}", book.from),
        })
    }
}

/// Whoever knows prices. None where nothing has one.
pub trait Prices {
    /// What an environment costs a month at a site, at a sizing.
    fn price(&self, site: &SiteName, topology: &Topology, sizing: &Sizing) -> Option<Price>;
}

impl<F: Fn(&SiteName, &Topology, &Sizing) -> Option<Price>> Prices for F {
    fn price(&self, site: &SiteName, topology: &Topology, sizing: &Sizing) -> Option<Price> {
        self(site, topology, sizing)
    }
}

/// Holds a plan against sites.
pub fn sites(topology: &Topology, held: &[Held<'_>], prices: &impl Prices) -> Report {
    let mut misfits = Vec::new();
    let mut tables = vec![quotas(topology, held, &mut misfits)];
    tables.extend(capabilities(topology, held, &mut misfits));
    tables.extend(flavors(topology, held, &mut misfits));
    let mut bases = Vec::new();
    tables.push(costs(topology, held, prices, &mut bases));
    let rows: Vec<Row> = misfits
        .into_iter()
        .map(|(site, what, why)| {
            let cells = vec![Cell::text(site.as_str()), Cell::text(what), Cell::text(why)];
            Row::new(RowKind::Plain, cells)
        })
        .collect();
    let mut notes: Vec<String> = held.iter().flat_map(Held::notes).collect();
    notes.extend(bases);
    if rows.is_empty() {
        notes.push("Nothing that is known speaks against any of them; what is unknown may.".into());
    } else {
        let columns = ["Site", "What", "Why"].map(Column::words);
        tables.push(Table::new("What does not fit", columns.into(), rows));
    }
    let names: Vec<&str> = held.iter().map(|held| held.name.as_str()).collect();
    Report {
        title: format!("{} at {}", topology.environment, names.join(" and ")),
        notes,
        tables,
    }
}

/// Which site, what, and why it does not fit.
type Misfit<'a> = (&'a SiteName, String, String);

fn heads(first: &[&str], held: &[Held<'_>], what: &str) -> Vec<Column> {
    let sites = held
        .iter()
        .map(|held| Column::words(format!("{}{what}", held.name)));
    first
        .iter()
        .copied()
        .map(Column::words)
        .chain(sites)
        .collect()
}

/// Picks what is needed.
type Needs = fn(&BySizing<Totals>) -> Cell;

/// The quotas that capacity has a figure for.
fn quotas<'a>(topology: &Topology, held: &[Held<'a>], misfits: &mut Vec<Misfit<'a>>) -> Table {
    let all = takes(topology);
    let kinds: [(QuotaKind, Needs); 5] = [
        (QuotaKind::Instances, figures::instances),
        (QuotaKind::Vcpus, figures::vcpus),
        (QuotaKind::RamMib, figures::ram_mib),
        (QuotaKind::VolumeGib, figures::volumes),
        (QuotaKind::FloatingIps, figures::public_addresses),
    ];
    let mut rows = Vec::new();
    for (kind, needs) in kinds {
        let needed = needs(&all);
        let shown = match kind {
            QuotaKind::RamMib => figures::ram(&all),
            _ => needed.clone(),
        };
        let mut cells = vec![Cell::text(named(kind)), shown];
        for held in held {
            let Some(quota) = held.quota(kind) else {
                cells.push(Cell::unknown("its quota was not told"));
                continue;
            };
            let Some(free) = quota.free() else {
                cells.push(Cell::text("fits: no limit"));
                continue;
            };
            let judged = fits(&needed, free);
            if judged.misfit {
                misfits.push((held.name, named(kind).to_owned(), judged.words.clone()));
            }
            cells.push(Cell::text(judged.words));
        }
        rows.push(Row::new(RowKind::Plain, cells));
    }
    let mut columns = heads(&["Quota", "Needed"], held, "");
    if let Some(needed) = columns.get_mut(1) {
        *needed = Column::numbers("Needed");
    }
    Table::new("Quotas", columns, rows)
}

fn named(kind: QuotaKind) -> &'static str {
    match kind {
        QuotaKind::RamMib => "RAM",
        QuotaKind::VolumeGib => "volume storage",
        other => other.words(),
    }
}

struct Judged {
    words: String,
    misfit: bool,
}

/// How a need stands to what is free.
fn fits(needed: &Cell, free: u64) -> Judged {
    let judged = |words: String, misfit| Judged { words, misfit };
    let Some(figure) = needed.figure() else {
        return judged("unknown: what is needed is not known".into(), false);
    };
    let unit = match needed {
        Cell::Amount { unit, figure: _ } => format!(" {unit}"),
        Cell::Nothing | Cell::Text { .. } | Cell::Count { .. } | Cell::Unknown { .. } => {
            String::new()
        }
    };
    let (min, planned, max) = (figure.min, figure.planned, figure.max);
    if min > free {
        return judged(
            format!("does not fit: {free}{unit} free, {min}{unit} needed at the least"),
            true,
        );
    }
    if planned > free {
        return judged(
            format!("fits at the minimum only: {free}{unit} free, {planned}{unit} planned"),
            true,
        );
    }
    if max > free {
        return judged(
            format!("fits as planned, not at the maximum: {free}{unit} free, {max}{unit} needed"),
            true,
        );
    }
    if figure.unknown.max > 0 {
        return judged(
            format!("what is known fits: {free}{unit} free; the rest is unknown"),
            false,
        );
    }
    judged(format!("fits: {free}{unit} free"), false)
}

fn capabilities<'a>(
    topology: &Topology,
    held: &[Held<'a>],
    misfits: &mut Vec<Misfit<'a>>,
) -> Option<Table> {
    let needed = topology
        .profiles
        .values()
        .flat_map(|profile| profile.capabilities.iter().copied());
    let named = held
        .iter()
        .flat_map(|held| held.site.offers.keys().copied());
    let all: std::collections::BTreeSet<Capability> = needed.chain(named).collect();
    let mut rows = Vec::new();
    for capability in all {
        let needing = needed_by_words(topology, capability);
        let mut cells = vec![
            Cell::text(words(capability)),
            if needing.is_empty() {
                Cell::Nothing
            } else {
                Cell::text(needing.clone())
            },
        ];
        for held in held {
            let offer = offered(Some(held.site), capability);
            cells.push(match offer {
                Offer::Unknown => Cell::unknown(""),
                Offer::Offered | Offer::Missing => Cell::text(offer_words(offer)),
            });
            if offer == Offer::Missing && !needing.is_empty() {
                let why = format!("not offered, and needed by {needing}");
                misfits.push((held.name, words(capability).to_owned(), why));
            }
        }
        rows.push(Row::new(RowKind::Plain, cells));
    }
    let columns = heads(&["Capability", "Needed by"], held, "");
    (!rows.is_empty()).then(|| Table::new("Capabilities", columns, rows))
}

/// Whether each flavor in use is there, and as large.
fn flavors<'a>(
    topology: &Topology,
    held: &[Held<'a>],
    misfits: &mut Vec<Misfit<'a>>,
) -> Option<Table> {
    let used: std::collections::BTreeSet<&FlavorName> = topology
        .groups
        .values()
        .filter(|group| group.count.max() > 0)
        .filter_map(|group| group.flavor.fixed())
        .collect();
    let mut rows = Vec::new();
    for name in used {
        let mut cells = vec![Cell::text(name.as_str())];
        for held in held {
            let Some(flavors) = held.flavors() else {
                cells.push(Cell::unknown("its flavors were not told"));
                continue;
            };
            cells.push(match (flavors.get(name), topology.flavors.get(name)) {
                (Some(there), Some(wanted)) if there == wanted => Cell::text("offered"),
                (Some(there), _) => Cell::text(format!(
                    "offered with {} vCPUs, {}, {}",
                    there.vcpus, there.ram, there.disk
                )),
                (None, _) => {
                    let why = "no flavor of that name".to_owned();
                    misfits.push((held.name, format!("flavor {name}"), why.clone()));
                    Cell::text(why)
                }
            });
        }
        rows.push(Row::new(RowKind::Plain, cells));
    }
    (!rows.is_empty()).then(|| Table::new("Flavors", heads(&["Flavor"], held, ""), rows))
}

/// What it costs at each site, and by whose prices, in words.
fn costs(
    topology: &Topology,
    held: &[Held<'_>],
    prices: &impl Prices,
    bases: &mut Vec<String>,
) -> Table {
    let rows = Sizing::REPORTED
        .iter()
        .map(|sizing| {
            let mut cells = vec![Cell::text(match sizing {
                Sizing::Min => "Minimum",
                Sizing::Planned | Sizing::Explicit(_) => "Planned",
                Sizing::Max => "Maximum",
            })];
            cells.extend(held.iter().map(|held| {
                let Some(price) = prices.price(held.name, topology, sizing) else {
                    return Cell::unknown("no price is known");
                };
                if *sizing == Sizing::Planned {
                    bases.push(format!("{}: priced by {}.", held.name, price.basis));
                }
                let mut figure = Figure::exactly(price.hundredths);
                figure.unknown.min = price.unpriced;
                figure.unknown.max = price.unpriced;
                Cell::Amount {
                    figure,
                    unit: Unit::Money(price.currency),
                }
            }));
            Row::new(RowKind::Plain, cells)
        })
        .collect();
    let mut columns = heads(&["Price a month"], held, "");
    for column in columns.iter_mut().skip(1) {
        *column = Column::numbers(column.name.clone());
    }
    Table::new("Prices", columns, rows)
}
