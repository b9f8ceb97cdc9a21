//! Where a page of instances ends: the last row's values in the list's order, as a text that can
//! stand in an address. It names a place in the order, never a row, so a page can be asked for after
//! the row it ended at is gone.

use engine::port::StoreError;
use model::environment::Layer;
use model::filter::{Direction, InstanceRow, InstanceSort};
use serde::{Deserialize, Serialize};

use super::Columns;

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

    /// As a text of digits and letters.
    pub(super) fn write(&self) -> Result<String, StoreError> {
        let json = serde_json::to_vec(self)
            .map_err(|error| StoreError::Database(format!("no cursor could be made: {error}")))?;
        Ok(json
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .filter_map(|half| char::from_digit(u32::from(half), 16))
            .collect())
    }

    /// Reads one back for a list in the same order.
    pub(super) fn read(
        text: &str,
        sort: InstanceSort,
        direction: Direction,
    ) -> Result<Self, StoreError> {
        let cursor = bytes(text)
            .and_then(|json| serde_json::from_slice::<Self>(&json).ok())
            .filter(|cursor| cursor.sort == sort && cursor.direction == direction)
            // No row has one, and PostgreSQL takes none.
            .filter(|cursor| {
                let texts = [&cursor.value, &cursor.environment, &cursor.group];
                texts.into_iter().all(|text| !text.contains('\0'))
            });
        cursor.ok_or_else(|| {
            let text: String = text.chars().take(40).collect();
            StoreError::Missing(format!(
                "page after `{text}` in this list: the address was cut off, or belongs to a list \
                 in another order; start again from the first page"
            ))
        })
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text
        .chars()
        .map(|digit| digit.to_digit(16))
        .collect::<Option<_>>()?;
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(high * 16 + low).ok(),
            _ => None,
        })
        .collect()
}
