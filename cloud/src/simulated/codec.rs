//! Between the rows of the file and what they mean. Rows become values here and nowhere else;
//! what does not make sense is named by table, column and row.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;

use chrono::DateTime;
use engine::port::Mark;
use model::flavor::Flavor;
use model::id::CloudId;
use model::key::Key;
use model::name::{FlavorName, ImageName, VolumeTypeName};
use model::unit::{Gib, Mib};
use plan::offers::QuotaKind;
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Row as _, query, query_as};

use super::calls::{Call, NewCall};
use super::faults::FaultState;
use super::file::FileError;
use super::world::{Pending, Row, World};

/// A mark as it stands in a metadata item or a description: no longer than either has room for.
pub(super) fn mark_text(mark: &Mark) -> String {
    let Mark {
        installation,
        environment,
        key,
        attempt,
    } = mark;
    format!("{installation} {environment} {attempt} {key}")
}

/// The mark in a text; none where it is no mark of anybody's.
fn mark_in(text: &str) -> Option<Mark> {
    let mut parts = text.splitn(4, ' ');
    Some(Mark {
        installation: parts.next()?.parse().ok()?,
        environment: parts.next()?.parse().ok()?,
        attempt: parts.next()?.parse().ok()?,
        key: parts.next()?.parse().ok()?,
    })
}

fn bad(
    table: &'static str,
    column: &'static str,
    row: impl Display,
    why: impl Display,
) -> FileError {
    FileError::BadData {
        table,
        column,
        row: row.to_string(),
        why: why.to_string(),
    }
}

fn parse<T: FromStr<Err: Display>>(
    table: &'static str,
    column: &'static str,
    row: impl Display,
    text: &str,
) -> Result<T, FileError> {
    text.parse().map_err(|error| bad(table, column, row, error))
}

fn from_json<T: DeserializeOwned>(
    table: &'static str,
    column: &'static str,
    row: impl Display,
    text: &str,
) -> Result<T, FileError> {
    serde_json::from_str(text).map_err(|error| bad(table, column, row, error))
}

fn whole<T: TryFrom<i64, Error: Display>>(
    table: &'static str,
    column: &'static str,
    row: impl Display,
    number: i64,
) -> Result<T, FileError> {
    T::try_from(number).map_err(|error| bad(table, column, row, error))
}

/// SQLite's integers are signed; nothing here comes near their end.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The number of changes so far.
pub(super) async fn version(connection: &mut SqliteConnection) -> Result<i64, FileError> {
    let (version,) = query_as("SELECT version FROM cloud WHERE only_row = 1")
        .fetch_one(connection)
        .await?;
    Ok(version)
}

/// Sets the number of changes so far.
pub(super) async fn set_version(
    connection: &mut SqliteConnection,
    version: i64,
) -> Result<(), FileError> {
    query("UPDATE cloud SET version = ?1 WHERE only_row = 1")
        .bind(version)
        .execute(connection)
        .await?;
    Ok(())
}

/// Reads everything.
pub(super) async fn load(connection: &mut SqliteConnection) -> Result<World, FileError> {
    let mut world = World::load(resources(connection).await?);
    world.flavors = flavors(connection).await?;
    world.images = images(connection).await?;
    world.volume_types = volume_types(connection).await?;
    world.quotas = quotas(connection).await?;
    world.faults = faults(connection).await?;
    Ok(world)
}

async fn resources(connection: &mut SqliteConnection) -> Result<Vec<Row>, FileError> {
    let rows =
        query("SELECT id, name, mark, body, created_at, ready_at, fault, gone_at FROM resources")
            .fetch_all(connection)
            .await?;
    let mut resources = Vec::with_capacity(rows.len());
    for row in rows {
        let id: String = row.try_get("id")?;
        let mark: Option<String> = row.try_get("mark")?;
        resources.push(Row {
            name: row.try_get("name")?,
            mark: mark.as_deref().and_then(mark_in),
            body: from_json("resources", "body", &id, row.try_get("body")?)?,
            created: row.try_get("created_at")?,
            ready: row.try_get("ready_at")?,
            fault: row.try_get("fault")?,
            gone: row.try_get("gone_at")?,
            id: CloudId::new(id),
        });
    }
    Ok(resources)
}

async fn flavors(
    connection: &mut SqliteConnection,
) -> Result<BTreeMap<FlavorName, Flavor>, FileError> {
    let rows: Vec<(String, i64, i64, i64)> =
        query_as("SELECT name, vcpus, ram_mib, disk_gib FROM flavors")
            .fetch_all(connection)
            .await?;
    rows.into_iter()
        .map(|(name, vcpus, ram, disk)| {
            let flavor = Flavor {
                vcpus: whole("flavors", "vcpus", &name, vcpus)?,
                ram: Mib(whole("flavors", "ram_mib", &name, ram)?),
                disk: Gib(whole("flavors", "disk_gib", &name, disk)?),
            };
            Ok((parse("flavors", "name", &name, &name)?, flavor))
        })
        .collect()
}

async fn images(connection: &mut SqliteConnection) -> Result<BTreeSet<ImageName>, FileError> {
    let rows: Vec<(String,)> = query_as("SELECT name FROM images")
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|(name,)| parse("images", "name", &name, &name))
        .collect()
}

async fn volume_types(
    connection: &mut SqliteConnection,
) -> Result<BTreeSet<VolumeTypeName>, FileError> {
    let rows: Vec<(String,)> = query_as("SELECT name FROM volume_types")
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|(name,)| parse("volume_types", "name", &name, &name))
        .collect()
}

/// A quota's kind as in its own serialisation.
fn kind_text(kind: QuotaKind) -> Result<String, FileError> {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(text)) => Ok(text),
        other => Err(bad("quotas", "kind", kind, format!("{other:?}"))),
    }
}

async fn quotas(
    connection: &mut SqliteConnection,
) -> Result<BTreeMap<QuotaKind, Option<u64>>, FileError> {
    let rows: Vec<(String, Option<i64>)> = query_as("SELECT kind, maximum FROM quotas")
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|(kind, maximum)| {
            let maximum = maximum
                .map(|maximum| whole("quotas", "maximum", &kind, maximum))
                .transpose()?;
            let parsed = serde_json::from_value(kind.clone().into())
                .map_err(|error| bad("quotas", "kind", kind, error))?;
            Ok((parsed, maximum))
        })
        .collect()
}

async fn faults(connection: &mut SqliteConnection) -> Result<Vec<FaultState>, FileError> {
    let rows: Vec<(i64, String, i64, i64)> =
        query_as("SELECT number, fault, seen, remaining FROM faults ORDER BY number")
            .fetch_all(connection)
            .await?;
    rows.into_iter()
        .map(|(number, fault, seen, remaining)| {
            Ok(FaultState {
                number: whole("faults", "number", number, number)?,
                fault: from_json("faults", "fault", number, &fault)?,
                seen: whole("faults", "seen", number, seen)?,
                remaining: whole("faults", "remaining", number, remaining)?,
            })
        })
        .collect()
}

/// The calls after a number.
pub(super) async fn calls(
    connection: &mut SqliteConnection,
    after: u64,
) -> Result<Vec<Call>, FileError> {
    let rows = query(
        "SELECT number, at, verb, kind, key, id, outcome, words FROM calls
         WHERE number > ?1 ORDER BY number",
    )
    .bind(signed(after))
    .fetch_all(connection)
    .await?;
    let mut calls = Vec::with_capacity(rows.len());
    for row in rows {
        let number: i64 = row.try_get("number")?;
        let at: i64 = row.try_get("at")?;
        let key: Option<String> = row.try_get("key")?;
        let id: Option<String> = row.try_get("id")?;
        calls.push(Call {
            number: whole("calls", "number", number, number)?,
            at: DateTime::from_timestamp_millis(at)
                .ok_or_else(|| bad("calls", "at", number, "no time"))?,
            verb: parse("calls", "verb", number, row.try_get("verb")?)?,
            kind: parse("calls", "kind", number, row.try_get("kind")?)?,
            key: key
                .map(|key| parse::<Key>("calls", "key", number, &key))
                .transpose()?,
            id: id.map(CloudId::new),
            outcome: parse("calls", "outcome", number, row.try_get("outcome")?)?,
            words: row.try_get("words")?,
        });
    }
    Ok(calls)
}

fn to_json<T: serde::Serialize>(
    table: &'static str,
    column: &'static str,
    row: impl Display,
    value: &T,
) -> Result<String, FileError> {
    serde_json::to_string(value).map_err(|error| bad(table, column, row, error))
}

/// Writes one change.
pub(super) async fn store(
    connection: &mut SqliteConnection,
    change: &Pending,
) -> Result<(), FileError> {
    match change {
        Pending::Put(row) => {
            let Row {
                id,
                name,
                mark,
                body,
                created,
                ready,
                fault,
                gone,
            } = row.as_ref();
            query(
                "INSERT INTO resources
                   (id, kind, name, mark, body, created_at, ready_at, fault, gone_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (id) DO UPDATE SET
                   name = excluded.name, mark = excluded.mark, body = excluded.body,
                   ready_at = excluded.ready_at, fault = excluded.fault,
                   gone_at = excluded.gone_at",
            )
            .bind(id.as_str())
            .bind(body.kind().word())
            .bind(name)
            .bind(mark.as_ref().map(mark_text))
            .bind(to_json("resources", "body", id, body)?)
            .bind(created)
            .bind(ready)
            .bind(fault)
            .bind(gone)
        }
        Pending::Remove(id) => query("DELETE FROM resources WHERE id = ?1").bind(id.as_str()),
        Pending::Flavor(name, Flavor { vcpus, ram, disk }) => query(
            "INSERT INTO flavors (name, vcpus, ram_mib, disk_gib) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (name) DO UPDATE SET
               vcpus = excluded.vcpus, ram_mib = excluded.ram_mib, disk_gib = excluded.disk_gib",
        )
        .bind(name.as_str())
        .bind(*vcpus)
        .bind(signed(ram.0))
        .bind(signed(disk.0)),
        Pending::Image(name) => {
            query("INSERT INTO images (name) VALUES (?1) ON CONFLICT (name) DO NOTHING")
                .bind(name.as_str())
        }
        Pending::VolumeType(name) => {
            query("INSERT INTO volume_types (name) VALUES (?1) ON CONFLICT (name) DO NOTHING")
                .bind(name.as_str())
        }
        Pending::Quota(kind, maximum) => query(
            "INSERT INTO quotas (kind, maximum) VALUES (?1, ?2)
             ON CONFLICT (kind) DO UPDATE SET maximum = excluded.maximum",
        )
        .bind(kind_text(*kind)?)
        .bind(maximum.map(signed)),
        Pending::Fault(FaultState {
            number,
            fault,
            seen,
            remaining,
        }) => query(
            "INSERT INTO faults (number, fault, seen, remaining) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (number) DO UPDATE SET
               seen = excluded.seen, remaining = excluded.remaining",
        )
        .bind(signed(*number))
        .bind(to_json("faults", "fault", number, fault)?)
        .bind(*seen)
        .bind(*remaining),
        Pending::ClearFaults => query("DELETE FROM faults"),
        Pending::Call(NewCall {
            at,
            verb,
            kind,
            key,
            id,
            outcome,
            words,
        }) => query(
            "INSERT INTO calls (at, verb, kind, key, id, outcome, words)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(at)
        .bind(verb.word())
        .bind(kind.word())
        .bind(key.as_ref().map(ToString::to_string))
        .bind(id.as_ref().map(CloudId::as_str))
        .bind(outcome.word())
        .bind(words),
    }
    .execute(connection)
    .await?;
    Ok(())
}
