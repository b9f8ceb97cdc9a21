//! From capacity to cells. It picks figures and sums nothing.

use model::count::Sizing;
use model::topology::Topology;

use super::table::{Cell, Column, Figure, Span, Unit, span_of_instances};
use crate::capacity::{BySizing, Totals, totals};

/// Picks one figure of totals, and of how many instances it is not known.
type Pick = fn(&Totals) -> (Option<u64>, u64);

/// What an environment takes at each sizing.
pub(super) fn takes(topology: &Topology) -> BySizing<Totals> {
    BySizing::of(|sizing: &Sizing| totals(topology, sizing, None))
}

/// A figure of totals; unknown where it is not known of any instance.
fn figure(totals: &BySizing<Totals>, pick: Pick) -> Result<Figure, String> {
    let BySizing { min, planned, max } = totals;
    let (known, missing) = pick(max);
    let unknown = Span {
        min: pick(min).1,
        max: missing,
    };
    let Some(known) = known else {
        return Err(span_of_instances(unknown));
    };
    Ok(Figure {
        min: pick(min).0.unwrap_or(0),
        planned: pick(planned).0.unwrap_or(0),
        max: known,
        unknown,
    })
}

fn count(totals: &BySizing<Totals>, pick: Pick) -> Cell {
    match figure(totals, pick) {
        Ok(figure) => Cell::Count { figure },
        Err(why) => Cell::Unknown { why },
    }
}

fn amount(totals: &BySizing<Totals>, pick: Pick, unit: Unit) -> Cell {
    match figure(totals, pick) {
        Ok(figure) => Cell::Amount { figure, unit },
        Err(why) => Cell::Unknown { why },
    }
}

pub(super) fn instances(totals: &BySizing<Totals>) -> Cell {
    count(totals, |totals| (Some(totals.instances), 0))
}

pub(super) fn vcpus(totals: &BySizing<Totals>) -> Cell {
    count(totals, |totals| (totals.vcpus, totals.unknown.vcpus))
}

/// Memory in MiB, as quotas count it.
pub(super) fn ram_mib(totals: &BySizing<Totals>) -> Cell {
    amount(
        totals,
        |totals| (totals.ram_mib, totals.unknown.ram_mib),
        Unit::Mib,
    )
}

/// Memory in GiB where that is a whole number, else in MiB.
pub(super) fn ram(totals: &BySizing<Totals>) -> Cell {
    match ram_mib(totals) {
        Cell::Amount { figure, unit: _ }
            if [figure.min, figure.planned, figure.max]
                .iter()
                .all(|mib| mib.is_multiple_of(1024)) =>
        {
            let figure = Figure {
                min: figure.min / 1024,
                planned: figure.planned / 1024,
                max: figure.max / 1024,
                unknown: figure.unknown,
            };
            Cell::Amount {
                figure,
                unit: Unit::Gib,
            }
        }
        other => other,
    }
}

pub(super) fn disk(totals: &BySizing<Totals>) -> Cell {
    amount(
        totals,
        |totals| (totals.disk_gib, totals.unknown.disk_gib),
        Unit::Gib,
    )
}

pub(super) fn volumes(totals: &BySizing<Totals>) -> Cell {
    amount(
        totals,
        |totals| (totals.volume_gib, totals.unknown.volume_gib),
        Unit::Gib,
    )
}

pub(super) fn public_addresses(totals: &BySizing<Totals>) -> Cell {
    count(totals, |totals| {
        (totals.public_addresses, totals.unknown.public_addresses)
    })
}

/// The columns of [`cells`].
pub(super) fn columns() -> [Column; 6] {
    [
        "Instances",
        "vCPUs",
        "RAM",
        "Disk of flavors",
        "Volumes",
        "Public addresses",
    ]
    .map(Column::numbers)
}

/// All that something takes, in the order of [`columns`].
pub(super) fn cells(totals: &BySizing<Totals>) -> [Cell; 6] {
    [
        instances(totals),
        vcpus(totals),
        ram(totals),
        disk(totals),
        volumes(totals),
        public_addresses(totals),
    ]
}
