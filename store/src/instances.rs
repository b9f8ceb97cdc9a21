//! The inventory: one row per version of an instance, with what lists are filtered and sorted by in
//! columns of its own. This half writes; [`list`] reads, and never computes what is not in a row.

mod cursor;
mod list;

use std::collections::{BTreeMap, HashMap};

use model::environment::{Environment, Revision};
use model::filter::InstanceRecord;
use sqlx::{AnyConnection, Row};

use crate::batch::{self, Cell};
use crate::failure::Outcome;
use crate::revisions::hash;

pub(crate) const CURRENT: &str = "SELECT group_name, ordinal, hash FROM instance_versions \
     WHERE environment = $1 AND layer = $2 AND to_rev IS NULL";

/// An instance as it is stored.
pub(crate) struct Prepared {
    group: String,
    ordinal: i64,
    columns: Columns,
    search: String,
    hash: String,
    body: String,
}

/// The columns that repeat what is in the body; '' stands for what is not known.
struct Columns {
    host_name: String,
    category: &'static str,
    flavor: String,
    status: String,
}

impl Columns {
    fn of(record: &InstanceRecord) -> Self {
        Self {
            host_name: record.host_name.clone(),
            category: record.category.word(),
            flavor: record
                .flavor
                .fixed()
                .map(|name| name.as_str().to_owned())
                .unwrap_or_default(),
            status: record.facts.status.clone().unwrap_or_default(),
        }
    }
}

/// What the search box looks in, each on a line of its own so that nothing is found across two.
fn search_text(record: &InstanceRecord) -> String {
    let mut text = format!("{}\n{}", record.host_name, record.name());
    let addresses = record.facts.addresses.iter();
    for address in addresses.chain(&record.facts.public_addresses) {
        text.push('\n');
        text.push_str(&address.to_string());
    }
    if let Some(image) = record.image.fixed() {
        text.push('\n');
        text.push_str(image.as_str());
    }
    if let Some(os) = record.os() {
        text.push('\n');
        text.push_str(os.stated());
    }
    text.to_lowercase()
}

/// The records of a state as they will be stored.
pub(crate) fn prepare(records: &[InstanceRecord]) -> Outcome<Vec<Prepared>> {
    records
        .iter()
        .map(|record| {
            let body = plan::canonical::canonical(record)?;
            Ok(Prepared {
                group: record.group.as_str().to_owned(),
                ordinal: i64::from(record.ordinal),
                columns: Columns::of(record),
                search: search_text(record),
                hash: hash(&body),
                body,
            })
        })
        .collect()
}

/// Ends the versions of instances that changed or went, and adds one for each that changed or came.
pub(crate) async fn write(
    on: &mut AnyConnection,
    environment: &Environment,
    revision: &Revision,
    instances: &[Prepared],
) -> Outcome<()> {
    let id = revision.environment.to_string();
    let layer = revision.layer.word();
    let number = i64::from(revision.number.0);
    let mut stored: HashMap<(String, i64), String> = HashMap::new();
    let rows = sqlx::query(CURRENT)
        .bind(&*id)
        .bind(layer)
        .fetch_all(&mut *on)
        .await?;
    for row in rows {
        stored.insert((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?);
    }
    let mut new = Vec::new();
    let mut ended: BTreeMap<String, Vec<Cell>> = BTreeMap::new();
    for instance in instances {
        let Prepared {
            group,
            ordinal,
            columns,
            search,
            hash,
            body,
        } = instance;
        match stored.remove(&(group.clone(), *ordinal)) {
            Some(same) if same == *hash => continue,
            Some(_changed) => ended
                .entry(group.clone())
                .or_default()
                .push((*ordinal).into()),
            None => {}
        }
        let listed: i64 = 1;
        new.push([
            id.as_str().into(),
            layer.into(),
            group.as_str().into(),
            (*ordinal).into(),
            number.into(),
            listed.into(),
            environment.name.as_str().into(),
            columns.host_name.as_str().into(),
            columns.category.into(),
            columns.flavor.as_str().into(),
            columns.status.as_str().into(),
            search.as_str().into(),
            hash.as_str().into(),
            body.as_str().into(),
        ]);
    }
    for (group, ordinal) in stored.into_keys() {
        ended.entry(group).or_default().push(ordinal.into());
    }
    for (group, ordinals) in ended {
        batch::for_each_in(
            on,
            "UPDATE instance_versions SET to_rev = $1, listed = 0 WHERE environment = $2 \
             AND layer = $3 AND group_name = $4 AND to_rev IS NULL AND ordinal IN",
            &[
                number.into(),
                id.as_str().into(),
                layer.into(),
                group.into(),
            ],
            ordinals,
        )
        .await?;
    }
    batch::insert(
        on,
        "INSERT INTO instance_versions (environment, layer, group_name, ordinal, from_rev, \
         listed, environment_name, host_name, category, flavor, status, search, hash, body) VALUES",
        "",
        new,
    )
    .await?;
    Ok(())
}
