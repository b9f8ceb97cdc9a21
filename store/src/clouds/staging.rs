//! The pages of a collection under way: what is new of each waits here for the end of the collection,
//! so that no page is held in memory once the next has come.

use std::collections::{BTreeMap, HashMap};

use engine::port::{CollectorClaim, Staged, StagedRow, StoreError};
use model::collection::{Body, Held, HeldKind, Progress};
use model::id::CloudId;
use model::name::CloudName;
use sqlx::{AnyConnection, Row};

use crate::SqlStore;
use crate::batch::{self, Cell};
use crate::collectors;
use crate::failure::{Failure, Outcome};
use crate::pool::{End, Shown, transaction};
use crate::revisions::hash;

pub(crate) const IDS: &str = "SELECT id FROM held_versions WHERE cloud = $1 AND kind = $2 \
     AND to_rev IS NULL AND id > $3 ORDER BY id LIMIT $4";
pub(crate) const HASHES: &str = "SELECT id, hash FROM held_versions WHERE cloud = $1 AND kind = $2 \
     AND to_rev IS NULL AND id IN";

/// A thing as it will be stored.
struct Prepared {
    id: String,
    hash: String,
    cells: [Cell; COLUMNS],
}

const COLUMNS: usize = 16;

/// What the search box looks in, each on a line of its own so that nothing is found across two.
fn search_text(held: &Held) -> String {
    let mut lines = vec![held.name.clone(), held.id.to_string()];
    match &held.body {
        Body::Server(server) => {
            let addresses = server.addresses.iter();
            lines.extend(addresses.map(|address| address.address.to_string()));
            let metadata = server.metadata.iter();
            lines.extend(metadata.map(|(key, value)| format!("{key}={value}")));
            lines.extend(server.tags.iter().cloned());
            let others = [&server.keypair, &server.zone, &server.hypervisor];
            lines.extend(others.into_iter().flatten().cloned());
        }
        Body::Volume(volume) => {
            let metadata = volume.metadata.iter();
            lines.extend(metadata.map(|(key, value)| format!("{key}={value}")));
        }
        Body::Port(port) => {
            let addresses = port.addresses.iter();
            lines.extend(addresses.map(|address| address.address.to_string()));
            lines.extend(port.mac.clone());
        }
        Body::FloatingIp(address) => lines.push(address.address.to_string()),
        Body::Subnet(subnet) => lines.push(subnet.cidr.to_string()),
        Body::Project(_)
        | Body::Snapshot(_)
        | Body::Network(_)
        | Body::Router(_)
        | Body::SecurityGroup(_)
        | Body::ServerGroup(_)
        | Body::Keypair(_)
        | Body::Flavor(_)
        | Body::Image(_)
        | Body::Quota(_)
        | Body::AvailabilityZone(_)
        | Body::Hypervisor(_) => {}
    }
    // A name may hold anything.
    let line = |line: &String| line.replace(['\n', '\0'], " ");
    let lines: Vec<String> = lines.iter().map(line).collect();
    lines.join("\n").to_lowercase()
}

/// A text that both databases keep: PostgreSQL takes no zero.
fn clean(text: &str) -> String {
    text.replace('\0', " ")
}

fn prepare(cloud: &CloudName, row: &StagedRow) -> Outcome<Prepared> {
    let StagedRow {
        held,
        owner,
        environment,
        instance,
    } = row;
    let body = plan::canonical::canonical(held)?;
    let hash = hash(&body);
    let id = held.id.as_str().to_owned();
    let text = |text: Option<&str>| Cell::Text(clean(text.unwrap_or_default()));
    let there: i64 = 0;
    let (group, ordinal) = match instance {
        Some((group, ordinal)) => (group.as_str(), i64::from(*ordinal)),
        None => ("", 0),
    };
    Ok(Prepared {
        cells: [
            cloud.as_str().into(),
            held.kind().word().into(),
            id.as_str().into(),
            there.into(),
            text(Some(&held.name)),
            text(held.status()),
            text(held.detail().as_deref()),
            text(held.project.as_ref().map(CloudId::as_str)),
            text(held.parent().map(CloudId::as_str)),
            search_text(held).into(),
            hash.as_str().into(),
            // Escaped in JSON, a zero is no zero.
            body.into(),
            owner.word().into(),
            environment
                .map(|id| id.to_string())
                .unwrap_or_default()
                .into(),
            group.into(),
            ordinal.into(),
        ],
        id,
        hash,
    })
}

/// A thing that is gone.
fn gone(cloud: &CloudName, kind: HeldKind, id: &CloudId) -> [Cell; COLUMNS] {
    let nothing = || Cell::from("");
    let (is_gone, none): (i64, i64) = (1, 0);
    [
        cloud.as_str().into(),
        kind.word().into(),
        id.as_str().into(),
        is_gone.into(),
        nothing(),
        nothing(),
        nothing(),
        nothing(),
        nothing(),
        nothing(),
        nothing(),
        nothing(),
        nothing(),
        nothing(),
        nothing(),
        none.into(),
    ]
}

/// The things of a page that are not as they were.
async fn new_of(
    on: &mut AnyConnection,
    cloud: &CloudName,
    kind: HeldKind,
    page: &BTreeMap<String, Prepared>,
) -> Outcome<Vec<[Cell; COLUMNS]>> {
    let ids = page.keys().map(|id| id.as_str().into()).collect();
    let fixed = [cloud.as_str().into(), kind.word().into()];
    let mut known: HashMap<String, String> = HashMap::new();
    for row in batch::select_in(on, HASHES, &fixed, ids).await? {
        known.insert(row.try_get(0)?, row.try_get(1)?);
    }
    Ok(page
        .values()
        .filter(|row| known.get(&row.id) != Some(&row.hash))
        .map(|row| row.cells.clone())
        .collect())
}

impl SqlStore {
    pub(crate) async fn put_staged(
        &self,
        claim: &CollectorClaim,
        page: Staged,
        progress: &Progress,
    ) -> Result<(), StoreError> {
        let cloud = &claim.cloud;
        let progress = plan::canonical::canonical(progress)
            .map_err(|why| StoreError::Database(why.to_string()))?;
        let (kind, there, gone): (_, BTreeMap<String, Prepared>, _) = match &page {
            Staged::There(rows) => {
                // One that stands on a page twice is kept once.
                let rows: Outcome<BTreeMap<_, _>> = rows
                    .iter()
                    .map(|row| prepare(cloud, row).map(|row| (row.id.clone(), row)))
                    .collect();
                let kind = match &page {
                    Staged::There(rows) => rows.first().map(|row| row.held.kind()),
                    Staged::Gone(kind, _) => Some(*kind),
                };
                (kind, rows.map_err(Failure::into_store)?, Vec::new())
            }
            Staged::Gone(kind, ids) => {
                let gone = ids.iter().map(|id| gone(cloud, *kind, id)).collect();
                (Some(*kind), BTreeMap::new(), gone)
            }
        };
        transaction!(self, Shown::OnPages, |tx| {
            collectors::fence(tx.on(), claim).await?;
            let mut new = gone.clone();
            if let Some(kind) = kind {
                new.extend(new_of(tx.on(), cloud, kind, &there).await?);
            }
            batch::insert(
                tx.on(),
                "INSERT INTO held_staged (cloud, kind, id, gone, name, status, detail, project, \
                 parent, search, hash, body, owner, environment, group_name, ordinal) VALUES",
                "ON CONFLICT (cloud, kind, id) DO UPDATE SET gone = excluded.gone, \
                 name = excluded.name, status = excluded.status, detail = excluded.detail, \
                 project = excluded.project, parent = excluded.parent, search = excluded.search, \
                 hash = excluded.hash, body = excluded.body, owner = excluded.owner, \
                 environment = excluded.environment, group_name = excluded.group_name, \
                 ordinal = excluded.ordinal",
                new,
            )
            .await?;
            sqlx::query("UPDATE clouds SET progress = $2 WHERE name = $1")
                .bind(cloud.as_str())
                .bind(progress.as_str())
                .execute(tx.on())
                .await?;
            End::Commit(())
        })
    }

    pub(crate) async fn ids_after(
        &self,
        cloud: &CloudName,
        kind: HeldKind,
        after: Option<&CloudId>,
        limit: u32,
    ) -> Outcome<Vec<CloudId>> {
        let rows = sqlx::query(IDS)
            .bind(cloud.as_str().to_owned())
            .bind(kind.word())
            .bind(after.map(CloudId::as_str).unwrap_or_default().to_owned())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| Ok(CloudId::new(row.try_get::<String, _>("id")?)))
            .collect()
    }
}
