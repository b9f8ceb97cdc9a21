//! Rows, and the one door from them to values of the domain: `TryFrom`. Nothing read from the
//! database gets around it, and whatever doesn't make sense is named by table, column and row.

mod clouds;
mod environments;
mod files;
mod instances_speak;
mod measures;
mod operations;
mod people;

pub(crate) use clouds::{
    AssignmentRow, CloudRow, CollectionRow, CollectorRow, HeldListRow, HeldVersionRow, KindRow,
    ObservedRow, RuleRow,
};
pub(crate) use environments::{
    EnvironmentRow, ItemRow, ListedRow, RecipeRow, RevisionRow, select_environments,
    select_revisions,
};
pub(crate) use files::FileRow;
pub(crate) use instances_speak::{ConsoleRow, ReportRow, select_reports};
pub(crate) use measures::{LastRow, LookRow, MeasuredRow, MountRow, NewRow};
pub(crate) use operations::{
    BindingRow, EventRow, JournalRow, OpenRow, OperationRow, PlanRow, ReservationRow,
    select_operations,
};
pub(crate) use people::{AuditRow, LeaseRow, TokenRow, WritingRow};

use std::fmt::Display;

use chrono::{DateTime, Utc};
use engine::port::StoreError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::de::value::{Error as WordError, StrDeserializer};
use sqlx::any::AnyRow;
use sqlx::{Row, ValueRef};

/// Declares row types: a table, the columns that name a row, and all columns with their types.
macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident of $table:literal by $($key:ident)/+ {
        $($column:ident: $type:ty,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name { $(pub(crate) $column: $type,)* }

        impl $name {
            const KEY: &[&'static str] = &[$(stringify!($key)),+];

            /// What this row is called.
            pub(crate) fn name(&self) -> String {
                [$(self.$key.to_string()),+].join("/")
            }

            /// Something is wrong in one of its columns.
            #[allow(dead_code)]
            pub(crate) fn bad(
                &self,
                column: &'static str,
                why: impl std::fmt::Display,
            ) -> engine::port::StoreError {
                engine::port::StoreError::BadData {
                    table: $table,
                    column,
                    row: self.name(),
                    why: why.to_string(),
                }
            }
        }

        impl TryFrom<&sqlx::any::AnyRow> for $name {
            type Error = engine::port::StoreError;
            fn try_from(row: &sqlx::any::AnyRow) -> Result<Self, Self::Error> {
                Ok(Self { $($column: $crate::rows::cell(
                    row, $table, Self::KEY, stringify!($column),
                )?,)* })
            }
        }
    )*};
}
use rows;

/// A cell of a row, or what is wrong with it.
fn cell<'r, T>(
    row: &'r AnyRow,
    table: &'static str,
    key: &[&'static str],
    column: &'static str,
) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Any> + sqlx::Type<sqlx::Any>,
{
    row.try_get(column).map_err(|error| {
        let name: Vec<String> = key.iter().map(|part| rough(row, part)).collect();
        StoreError::BadData {
            table,
            column,
            row: name.join("/"),
            why: match error {
                sqlx::Error::ColumnDecode { source, .. } => source.to_string(),
                other => other.to_string(),
            },
        }
    })
}

/// A cell of whatever type as text, to name a row that may be bad all over.
fn rough(row: &AnyRow, column: &str) -> String {
    match row.try_get_raw(column) {
        Ok(raw) if raw.is_null() => "null".into(),
        Ok(_) => row
            .try_get::<String, _>(column)
            .or_else(|_| {
                row.try_get::<i64, _>(column)
                    .map(|number| number.to_string())
            })
            .unwrap_or_else(|_| "?".into()),
        Err(_) => "?".into(),
    }
}

/// All rows as values.
pub(crate) fn all<R, T>(rows: &[AnyRow]) -> Result<Vec<T>, StoreError>
where
    R: for<'r> TryFrom<&'r AnyRow, Error = StoreError>,
    T: TryFrom<R, Error = StoreError>,
{
    rows.iter()
        .map(|row| T::try_from(R::try_from(row)?))
        .collect()
}

/// A row, where there is one, as a value.
pub(crate) fn one<R, T>(row: Option<&AnyRow>) -> Result<Option<T>, StoreError>
where
    R: for<'r> TryFrom<&'r AnyRow, Error = StoreError>,
    T: TryFrom<R, Error = StoreError>,
{
    row.map(|row| T::try_from(R::try_from(row)?)).transpose()
}

/// A time as it is stored: microseconds since 1970, UTC.
pub(crate) fn micros(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros()
}

fn time(micros: i64) -> Result<DateTime<Utc>, String> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| format!("{micros} is no time"))
}

/// A value of one of the domain's sets of words, by its word.
fn word<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, WordError> {
    T::deserialize(StrDeserializer::new(text))
}

fn json<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(text)
}

fn number<T: TryFrom<i64>>(number: i64) -> Result<T, String> {
    T::try_from(number).map_err(|_| format!("{number} is out of range"))
}

fn yes_or_no(number: i64) -> Result<bool, String> {
    match number {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(format!("{other} is neither 0 nor 1")),
    }
}

fn parsed<T: std::str::FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}
