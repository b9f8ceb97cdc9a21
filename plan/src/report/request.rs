//! The request to a provider: what an environment needs of a site, as figures and as capabilities,
//! and what is still to be asked. It never says what hardware that takes.

use std::collections::{BTreeMap, BTreeSet};

use model::count::Sizing;
use model::data::BootFrom;
use model::name::{FlavorName, GroupName, SiteName, VolumeTypeName};
use model::site::{Capability, Offer, Site};
use model::topology::Topology;
use model::value::Value;

use super::capability::{needed_by_words, offer_words, offered, question, words};
use super::current::stated;
use super::figures::{self, takes};
use super::table::{Cell, Column, Figure, Report, Row, RowKind, Table, Unit};
use crate::capacity::{BySizing, totals, totals_of, totals_of_volumes};
use crate::need::Needs;

/// The request to the site that the environment is planned for. `today` is what runs, where something
/// does: a measure where sizes are not planned yet.
pub fn request(topology: &Topology, today: Option<&Topology>) -> Report {
    let site = topology.site.as_ref();
    let known = site.and_then(|name| topology.sites.get(name));
    request_to(topology, today, site, known)
}

/// The request to a site, of which something may be known.
pub fn request_to(
    topology: &Topology,
    today: Option<&Topology>,
    name: Option<&SiteName>,
    site: Option<&Site>,
) -> Report {
    let to = name.map_or_else(|| "a site".to_owned(), ToString::to_string);
    let mut notes: Vec<String> = topology.note.iter().cloned().collect();
    if let Some(note) = site.and_then(|site| site.note.as_ref()) {
        notes.push(format!("{to}: {note}"));
    }
    let mut tables = vec![needed(topology)];
    if !topology.declared.is_empty() {
        tables.push(stated(topology));
    }
    tables.extend(today.map(runs_today));
    tables.push(flavors(topology));
    tables.extend(volume_types(topology));
    tables.extend(capabilities(topology, site));
    tables.extend(networks(topology));
    tables.extend(questions(topology, site));
    tables.extend(unsettled(topology));
    Report {
        title: format!("{}: request to {to}", topology.environment),
        notes,
        tables,
    }
}

fn needed(topology: &Topology) -> Table {
    // Each sizing for itself, so that what is not known is told with each.
    let at = Sizing::REPORTED.map(|sizing| {
        let totals = totals(topology, &sizing, None);
        figures::cells(&BySizing::of(|_| totals))
    });
    let rows = figures::columns()
        .into_iter()
        .enumerate()
        .map(|(place, column)| {
            let mut cells = vec![Cell::text(column.name)];
            cells.extend(at.iter().filter_map(|cells| cells.get(place)).cloned());
            Row::new(RowKind::Plain, cells)
        })
        .collect();
    let columns = vec![
        Column::words("What"),
        Column::numbers("Minimum"),
        Column::numbers("Planned"),
        Column::numbers("Maximum"),
    ];
    Table::new("What is needed", columns, rows)
}

/// What runs today, as a measure.
fn runs_today(today: &Topology) -> Table {
    let mut cells = vec![Cell::text(today.environment.as_str())];
    cells.extend(figures::cells(&takes(today)));
    let columns = std::iter::once(Column::words("Environment")).chain(figures::columns());
    Table::new(
        "What runs today",
        columns.collect(),
        vec![Row::new(RowKind::Plain, cells)],
    )
}

/// How many instances of which size; those of unknown size by group.
fn flavors(topology: &Topology) -> Table {
    let mut groups: BTreeMap<Option<&FlavorName>, BTreeSet<&GroupName>> = BTreeMap::new();
    for (name, group) in &topology.groups {
        groups.entry(group.flavor.fixed()).or_default().insert(name);
    }
    let rows = groups
        .into_iter()
        .map(|(flavor, groups)| {
            let of =
                BySizing::of(|sizing| totals_of(topology, sizing, |name, _| groups.contains(name)));
            let names: Vec<&str> = groups.iter().map(|name| name.as_str()).collect();
            let size = flavor.and_then(|name| topology.flavors.get(name));
            let mut cells = vec![match flavor {
                Some(name) => Cell::text(name.as_str()),
                None => Cell::unknown(""),
            }];
            match size {
                Some(size) => cells.extend([
                    Cell::Count {
                        figure: Figure::exactly(size.vcpus.into()),
                    },
                    Cell::text(size.ram.to_string()),
                    Cell::Amount {
                        figure: Figure::exactly(size.disk.0),
                        unit: Unit::Gib,
                    },
                ]),
                None => cells.extend([Cell::unknown(""), Cell::unknown(""), Cell::unknown("")]),
            }
            cells.extend([figures::instances(&of), Cell::text(names.join(", "))]);
            Row::new(RowKind::Plain, cells)
        })
        .collect();
    let columns = vec![
        Column::words("Flavor"),
        Column::numbers("vCPUs"),
        Column::numbers("RAM"),
        Column::numbers("Disk"),
        Column::numbers("Instances"),
        Column::words("Groups"),
    ];
    Table::new("Sizes of instances", columns, rows)
}

/// How much volume storage of each type, where anybody said one.
fn volume_types(topology: &Topology) -> Option<Table> {
    let needs = Needs::of(topology);
    let mut types: BTreeMap<Option<&VolumeTypeName>, BTreeSet<&GroupName>> = BTreeMap::new();
    for need in &needs.groups {
        for volume in &need.volumes {
            types.entry(volume.of_type).or_default().insert(need.name);
        }
    }
    types.keys().flatten().next()?;
    let rows = types
        .into_iter()
        .map(|(of_type, groups)| {
            let of = BySizing::of(|sizing| totals_of_volumes(&needs, sizing, of_type));
            let names: Vec<&str> = groups.iter().map(|name| name.as_str()).collect();
            let name = match of_type {
                Some(name) => Cell::text(name.as_str()),
                None => Cell::text("any"),
            };
            Row::new(
                RowKind::Plain,
                vec![name, figures::volumes(&of), Cell::text(names.join(", "))],
            )
        })
        .collect();
    let columns = vec![
        Column::words("Type"),
        Column::numbers("Size"),
        Column::words("Groups"),
    ];
    Some(Table::new("Types of volumes", columns, rows))
}

/// The capabilities that somebody needs or that the site was asked for.
fn asked(topology: &Topology, site: Option<&Site>) -> BTreeSet<Capability> {
    let needed = topology
        .profiles
        .values()
        .flat_map(|profile| profile.capabilities.iter().copied())
        .filter(|capability| !needed_by_words(topology, *capability).is_empty());
    let named = site
        .into_iter()
        .flat_map(|site| site.offers.keys().copied());
    needed.chain(named).collect()
}

fn capabilities(topology: &Topology, site: Option<&Site>) -> Option<Table> {
    let rows: Vec<Row> = asked(topology, site)
        .into_iter()
        .map(|capability| {
            let needing = needed_by_words(topology, capability);
            let offer = match offered(site, capability) {
                Offer::Unknown => Cell::unknown(""),
                offer @ (Offer::Offered | Offer::Missing) => Cell::text(offer_words(offer)),
            };
            let needing = if needing.is_empty() {
                Cell::text("no profile")
            } else {
                Cell::text(needing)
            };
            Row::new(
                RowKind::Plain,
                vec![Cell::text(words(capability)), needing, offer],
            )
        })
        .collect();
    let columns = vec![
        Column::words("Capability"),
        Column::words("Needed by"),
        Column::words("At the site"),
    ];
    (!rows.is_empty()).then(|| Table::new("Capabilities", columns, rows))
}

fn networks(topology: &Topology) -> Option<Table> {
    let networks = topology.networks.iter().map(|(name, network)| {
        let routed = if network.routed {
            "network, with public addresses"
        } else {
            "network, internal only"
        };
        vec![
            Cell::text(name.as_str()),
            Cell::text(routed),
            Cell::text(network.cidr.to_string()),
            network.note.clone().map_or(Cell::Nothing, Cell::text),
        ]
    });
    let external = topology.external.iter().map(|(name, node)| {
        let list = |groups: &[GroupName]| {
            let names: Vec<&str> = groups.iter().map(GroupName::as_str).collect();
            names.join(", ")
        };
        let mut ways = Vec::new();
        if !node.reaches.is_empty() {
            ways.push(format!("sends to {}", list(&node.reaches)));
        }
        if !node.reached_by.is_empty() {
            ways.push(format!("receives from {}", list(&node.reached_by)));
        }
        vec![
            Cell::text(name.as_str()),
            Cell::text("external node"),
            Cell::text(ways.join("; ")),
            node.note.clone().map_or(Cell::Nothing, Cell::text),
        ]
    });
    let rows: Vec<Row> = networks
        .chain(external)
        .map(|cells| Row::new(RowKind::Plain, cells))
        .collect();
    let columns = vec![
        Column::words("Name"),
        Column::words("What"),
        Column::words("Range or way"),
        Column::words("Remark"),
    ];
    (!rows.is_empty()).then(|| Table::new("Networks and connections", columns, rows))
}

/// What the provider is asked: a table of questions, numbered.
fn questions(topology: &Topology, site: Option<&Site>) -> Option<Table> {
    let open = asked(topology, site)
        .into_iter()
        .filter(|capability| offered(site, *capability) == Offer::Unknown);
    let mut questions: Vec<(String, String)> = open
        .map(|capability| {
            let needing = needed_by_words(topology, capability);
            let why = if needing.is_empty() {
                "no profile says that it needs it".to_owned()
            } else {
                format!("needed by {needing}")
            };
            (question(capability).to_owned(), why)
        })
        .collect();
    if let Some(followed) = &topology.replicates
        && site.is_none_or(|site| site.latency_ms.is_empty())
    {
        questions.push((
            format!(
                "What is the round-trip time to the site of {}?",
                followed.environment
            ),
            "this environment replicates it".to_owned(),
        ));
    }
    numbered("Open questions to the site", questions)
}

/// What the environment's own people have not said yet, with what they did say of it.
fn unsettled(topology: &Topology) -> Option<Table> {
    let mut questions = Vec::new();
    for (name, group) in topology
        .groups
        .iter()
        .filter(|(_, group)| group.count.max() > 0)
    {
        let remark = || group.note.clone().unwrap_or_default();
        match &group.flavor {
            Value::Fixed(flavor) if topology.flavors.contains_key(flavor) => {}
            Value::Fixed(flavor) => questions.push((
                format!("How large is the flavor {flavor} of {name}?"),
                remark(),
            )),
            Value::AssignedByCloud | Value::Unknown => {
                questions.push((format!("Which flavor has {name}?"), remark()));
            }
        }
        for (volume, spec) in &group.volumes {
            if spec.size.fixed().is_none() && spec.from.is_none() {
                questions.push((
                    format!("How large is the volume {volume} of {name}?"),
                    spec.note.clone().unwrap_or_default(),
                ));
            }
        }
        match &group.boot {
            BootFrom::Volume(Value::Unknown) => questions.push((
                format!("How large is the volume that {name} boots from?"),
                String::new(),
            )),
            BootFrom::Disk | BootFrom::Volume(Value::Fixed(_) | Value::AssignedByCloud) => {}
        }
        if group.public_addresses.count.fixed().is_none() {
            questions.push((
                format!("How many public addresses has {name}?"),
                String::new(),
            ));
        }
    }
    for (name, source) in &topology.sources {
        if source.ranges.fixed().is_none() {
            let remark = source.note.clone().unwrap_or_default();
            questions.push((format!("From which addresses does {name} come?"), remark));
        }
    }
    numbered("Not settled on our side", questions)
}

fn numbered(caption: &str, questions: Vec<(String, String)>) -> Option<Table> {
    let rows: Vec<Row> = (1_u64..)
        .zip(questions)
        .map(|(number, (question, remark))| {
            let remark = if remark.is_empty() {
                Cell::Nothing
            } else {
                Cell::text(remark)
            };
            let number = Cell::Count {
                figure: Figure::exactly(number),
            };
            Row::new(RowKind::Plain, vec![number, Cell::text(question), remark])
        })
        .collect();
    let columns = vec![
        Column::numbers("No."),
        Column::words("Question"),
        Column::words("Remark"),
    ];
    (!rows.is_empty()).then(|| Table::new(caption, columns, rows))
}
