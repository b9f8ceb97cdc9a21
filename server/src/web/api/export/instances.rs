//! The inventory as a file.

use std::fmt::{self, Display};

use async_trait::async_trait;
use engine::port::{Store, StoreError};
use model::filter::{InstanceFilter, InstanceRow, MAX_PAGE_ROWS, Page};
use model::value::Value;

use super::cells::{cell, end, joined, maybe};
use super::{Format, List, csv, json};

pub(super) const CSV: Format<InstanceRow> = csv(
    "environment,kind,layer,instance,group,ordinal,host_name,category,lifecycle,status,\
     power,flavor,vcpus,ram_mib,disk_gib,image,profiles,role,addresses,public_addresses,os,\
     load_1,load_5,load_15,file_systems\r\n",
    csv_row,
);

pub(super) const JSON: Format<InstanceRow> = json();

#[async_trait]
impl List for InstanceFilter {
    type Row = InstanceRow;

    fn from(&self, after: Option<String>) -> Self {
        Self {
            after,
            limit: Some(MAX_PAGE_ROWS),
            ..self.clone()
        }
    }

    async fn page(&self, store: &dyn Store) -> Result<Page<InstanceRow>, StoreError> {
        store.instances(self).await
    }
}

fn csv_row(row: &InstanceRow, text: &mut String) {
    let InstanceRow {
        environment,
        kind,
        layer,
        record,
    } = row;
    let facts = &record.facts;
    let load = |index: usize| facts.load.map(|load| load.0[index]);
    let file_systems = facts
        .file_systems
        .iter()
        .map(|system| fmt::from_fn(|f| write!(f, "{} {}%", system.mount, system.used_percent)));
    cell(text, environment);
    cell(text, kind);
    cell(text, layer);
    cell(text, record.name());
    cell(text, &record.group);
    cell(text, record.ordinal);
    cell(text, &record.host_name);
    cell(text, record.category);
    cell(text, record.lifecycle.word());
    maybe(text, facts.status.as_ref());
    cell(text, record.power);
    maybe(text, value(&record.flavor));
    maybe(text, record.vcpus);
    maybe(text, record.ram.map(|ram| ram.0));
    maybe(text, record.disk.map(|disk| disk.0));
    maybe(text, value(&record.image));
    cell(text, joined(&record.profiles));
    maybe(text, record.role.map(model::group::Role::word));
    cell(text, joined(&facts.addresses));
    cell(text, joined(&facts.public_addresses));
    maybe(text, facts.os.as_ref());
    maybe(text, load(0));
    maybe(text, load(1));
    maybe(text, load(2));
    cell(text, joined(file_systems));
    end(text);
}

/// What is fixed; what is unknown is an empty cell, never a zero.
fn value<T: Display>(value: &Value<T>) -> Option<String> {
    match value {
        Value::Fixed(value) => Some(value.to_string()),
        Value::AssignedByCloud => Some("assigned by cloud".to_owned()),
        Value::Unknown => None,
    }
}
