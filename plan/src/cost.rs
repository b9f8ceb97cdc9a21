//! What an environment costs by a price book, per hour and per month of 730 hours. What has no
//! price is counted and named with the reason, and never taken for free.

pub mod spell;

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use model::count::Sizing;
use model::name::{FlavorName, GroupName, VolumeTypeName};
use model::price::{Currency, HOURS_PER_MONTH, Money, PriceBook};
use model::profile::Category;
use model::topology::Topology;
use model::unit::Gib;
use serde::{Deserialize, Serialize};

use crate::need::{GroupNeed, Needs, Size, VolumeNeed};

/// A sum, and how much of what there is went into it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What the priced items cost per hour; none where there are items and none has a price.
    pub per_hour: Option<Money>,
    /// How many items have a price.
    pub priced: u64,
    /// How many items there are: instances, volumes, public addresses. Of an instance of which
    /// nobody said whether it has a public address, that counts as an item without a price.
    pub of: u64,
}

impl Figure {
    /// Nothing, which is known to cost nothing.
    pub const NOTHING: Self = Self {
        per_hour: Some(Money::ZERO),
        priced: 0,
        of: 0,
    };

    /// What it costs in a month of 730 hours.
    pub fn per_month(&self) -> Option<Money> {
        self.per_hour.map(Money::per_month)
    }

    /// Whether every item has a price.
    pub fn is_whole(&self) -> bool {
        self.priced == self.of
    }

    /// This and another.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let (priced, of) = (self.priced + other.priced, self.of + other.of);
        let known: Money = [self.per_hour, other.per_hour].into_iter().flatten().sum();
        Self {
            per_hour: (priced > 0 || of == 0).then_some(known),
            priced,
            of,
        }
    }

    /// So many of the same.
    #[must_use]
    pub fn times(&self, number: u32) -> Self {
        if number == 0 {
            return Self::NOTHING;
        }
        Self {
            per_hour: self.per_hour.map(|money| money.times(number.into())),
            priced: self.priced.saturating_mul(number.into()),
            of: self.of.saturating_mul(number.into()),
        }
    }

    fn add(&mut self, pieces: u64, price: Option<Money>) {
        let one = Self {
            per_hour: price.map(|price| price.times(pieces)),
            priced: if price.is_some() { pieces } else { 0 },
            of: pieces,
        };
        *self = self.and(&one);
    }

    /// The figure in words: `0.42 EUR per hour, 306.60 EUR per month of 730 hours; 12 of 14 items
    /// priced`.
    pub fn sentence(&self, currency: Currency) -> String {
        let Self { priced, of, .. } = self;
        let items = format!("{priced} of {of} items priced");
        match (self.per_hour, self.per_month()) {
            (Some(hour), Some(month)) => format!(
                "{hour} {currency} per hour, {} {currency} per month of {HOURS_PER_MONTH} hours; {items}",
                month.rounded()
            ),
            _ => format!("cost not known; {items}"),
        }
    }
}

/// What sort of item has no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    /// An instance.
    Instance,
    /// A volume.
    Volume,
    /// A public address.
    PublicAddress,
}

impl Item {
    const fn words(self, several: bool) -> &'static str {
        match (self, several) {
            (Self::Instance, false) => "instance",
            (Self::Instance, true) => "instances",
            (Self::Volume, false) => "volume",
            (Self::Volume, true) => "volumes",
            (Self::PublicAddress, false) => "public address",
            (Self::PublicAddress, true) => "public addresses",
        }
    }
}

/// Why something has no price.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unpriced {
    /// Nobody said of which flavor the instances are.
    FlavorUnknown,
    /// The book has no price for the flavor, and nobody said how large it is.
    FlavorUndefined(FlavorName),
    /// The book has neither a price for the flavor nor one for each of its parts.
    Flavor(FlavorName),
    /// Nobody said how large the volume is.
    SizeUnknown,
    /// The book has no price for volumes of any type, and nobody said of which type this one is.
    Volume,
    /// The book has neither a price for volumes of the type nor one for volumes of any type.
    VolumeType(VolumeTypeName),
    /// Nobody said how many public addresses there are.
    AddressesUnknown,
    /// The book has no price for public addresses.
    Address,
}

impl fmt::Display for Unpriced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FlavorUnknown => f.write_str("the flavor is not known"),
            Self::FlavorUndefined(name) => write!(
                f,
                "the price book has no flavor `{name}`, and its size is not known"
            ),
            Self::Flavor(name) => write!(
                f,
                "the price book has no flavor `{name}`, and not all of vCPU, RAM and disk"
            ),
            Self::SizeUnknown => f.write_str("the size is not known"),
            Self::Volume => f.write_str("the price book has no price for volumes of any type"),
            Self::VolumeType(name) => write!(
                f,
                "the price book has no price for volumes of type `{name}` nor for those of any type"
            ),
            Self::AddressesUnknown => f.write_str("how many there are is not known"),
            Self::Address => f.write_str("the price book has no price for public addresses"),
        }
    }
}

/// Some items without a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Whose.
    pub group: GroupName,
    /// What they are.
    pub item: Item,
    /// How many.
    pub count: u64,
    /// Why they have none.
    pub why: Unpriced,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            group,
            item,
            count,
            why,
        } = self;
        if *why == Unpriced::AddressesUnknown {
            let instances = Item::Instance.words(*count != 1);
            return write!(
                f,
                "public addresses of {count} {instances} of `{group}`: {why}"
            );
        }
        write!(f, "{count} {} of `{group}`: {why}", item.words(*count != 1))
    }
}

/// What an environment costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// The first day of the book that it was worked out by.
    pub book: NaiveDate,
    /// The currency of every figure.
    pub currency: Currency,
    /// In all.
    pub total: Figure,
    /// By category; all three are there.
    pub categories: BTreeMap<Category, Figure>,
    /// By group.
    pub groups: BTreeMap<GroupName, Figure>,
    /// What has no price, and why.
    pub unpriced: Vec<Missing>,
}

/// What an environment costs at a sizing.
pub fn cost(topology: &Topology, sizing: &Sizing, book: &PriceBook) -> Cost {
    cost_of(&Needs::of(topology), sizing, book)
}

/// What groups cost at a sizing.
pub fn cost_of(needs: &Needs, sizing: &Sizing, book: &PriceBook) -> Cost {
    let mut cost = Cost {
        book: book.from,
        currency: book.currency,
        total: Figure::NOTHING,
        categories: Category::ALL.map(|it| (it, Figure::NOTHING)).into(),
        groups: BTreeMap::new(),
        unpriced: Vec::new(),
    };
    for group in &needs.groups {
        let figure = group_cost(group, sizing, book, &mut cost.unpriced);
        cost.total = cost.total.and(&figure);
        if let Some(category) = cost.categories.get_mut(&group.group.category) {
            *category = category.and(&figure);
        }
        cost.groups.insert(group.name.clone(), figure);
    }
    cost
}

fn group_cost(
    group: &GroupNeed,
    sizing: &Sizing,
    book: &PriceBook,
    unpriced: &mut Vec<Missing>,
) -> Figure {
    let mut figure = Figure::NOTHING;
    let mut add = |item, pieces: u64, price: Result<Money, Unpriced>| {
        if pieces == 0 {
            return;
        }
        match price {
            Ok(price) => figure.add(pieces, Some(price)),
            Err(why) => {
                figure.add(pieces, None);
                let of_group = unpriced.iter_mut().rev();
                let same = of_group
                    .take_while(|missing| missing.group == *group.name)
                    .find(|missing| missing.item == item && missing.why == why);
                match same {
                    Some(missing) => missing.count += pieces,
                    None => unpriced.push(Missing {
                        group: group.name.clone(),
                        item,
                        count: pieces,
                        why,
                    }),
                }
            }
        }
    };
    let count = group.count(sizing);
    let has_disk = group.group.boot.is_disk();
    for (size, instances) in group.sizes(count) {
        add(Item::Instance, instances, instance(size, has_disk, book));
    }
    for need in &group.volumes {
        add(Item::Volume, count.into(), volume(*need, book));
    }
    match group.addresses(sizing, count) {
        Some(addresses) => {
            let price = book.address.map(|price| price.times(1));
            let price = price.ok_or(Unpriced::Address);
            add(Item::PublicAddress, addresses.into(), price);
        }
        None => add(
            Item::PublicAddress,
            count.into(),
            Err(Unpriced::AddressesUnknown),
        ),
    }
    figure
}

/// One instance an hour: by its flavor's name, else by all that the flavor has. Who boots from a volume
/// doesn't use the flavor's disk.
pub fn instance(size: Size, has_disk: bool, book: &PriceBook) -> Result<Money, Unpriced> {
    let name = size.name.ok_or(Unpriced::FlavorUnknown)?;
    if let Some(price) = book.flavors.get(name) {
        return Ok(price.times(1));
    }
    let flavor = size
        .flavor
        .ok_or_else(|| Unpriced::FlavorUndefined(name.clone()))?;
    let disk = if has_disk { flavor.disk } else { Gib(0) };
    let part = |needed: bool, price: Option<Money>| match price {
        Some(price) => Ok(price),
        None if needed => Err(Unpriced::Flavor(name.clone())),
        None => Ok(Money::ZERO),
    };
    let vcpus = book.vcpu.map(|price| price.times(flavor.vcpus.into()));
    let ram = book.ram_gib.map(|price| price.share(flavor.ram.0, 1024));
    let gib = book.disk_gib.map(|price| price.times(disk.0));
    Ok(part(flavor.vcpus > 0, vcpus)? + part(flavor.ram.0 > 0, ram)? + part(disk.0 > 0, gib)?)
}

/// One volume: by its type's price, else by that for any type.
fn volume(need: VolumeNeed, book: &PriceBook) -> Result<Money, Unpriced> {
    let VolumeNeed { size, of_type } = need;
    let size = size.ok_or(Unpriced::SizeUnknown)?;
    let price = book.volume_gib(of_type).ok_or_else(|| match of_type {
        Some(name) => Unpriced::VolumeType(name.clone()),
        None => Unpriced::Volume,
    })?;
    Ok(price.times(size.0))
}
