//! Where a page of instances ends: the last row's values in the list's order.

use engine::port::StoreError;
use model::environment::Layer;
use model::filter::{Direction, InstanceRow, InstanceSort};
use serde::{Deserialize, Serialize};

use super::Columns;
use crate::select::{read_place, write_place};

/// A place in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// The order that the place is in.
    #[serde(rename = "s")]
    sort: InstanceSort,
    #[serde(rename = "d")]
    direction: Direction,
    /// The value of the column sorted by; '' where that is the key.
    #[serde(rename = "v")]
    pub(super) value: String,
    #[serde(rename = "e")]
    pub(super) environment: String,
    #[serde(rename = "l")]
    pub(super) layer: Layer,
    #[serde(rename = "g")]
    pub(super) group: String,
    #[serde(rename = "o")]
    pub(super) ordinal: u32,
}

impl Cursor {
    /// The place of a row.
    pub(super) fn at(row: &InstanceRow, sort: InstanceSort, direction: Direction) -> Self {
        let columns = Columns::of(&row.record);
        Self {
            sort,
            direction,
            value: match sort {
                InstanceSort::Key => String::new(),
                InstanceSort::HostName => columns.host_name,
                InstanceSort::Flavor => columns.flavor,
                InstanceSort::Status => columns.status,
            },
            environment: row.environment.as_str().to_owned(),
            layer: row.layer,
            group: row.record.group.as_str().to_owned(),
            ordinal: row.record.ordinal,
        }
    }

    /// As a text.
    pub(super) fn write(&self) -> Result<String, StoreError> {
        write_place(self)
    }

    /// Reads one back for a list in the same order.
    pub(super) fn read(
        text: &str,
        sort: InstanceSort,
        direction: Direction,
    ) -> Result<Self, StoreError> {
        read_place(text, |cursor: &Self| {
            let texts = [&cursor.value, &cursor.environment, &cursor.group];
            // No row has one with a zero, and PostgreSQL takes none.
            cursor.sort == sort
                && cursor.direction == direction
                && texts.into_iter().all(|text| !text.contains('\0'))
        })
    }
}
