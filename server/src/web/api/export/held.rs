//! What a cloud holds of a kind as a file.

use std::fmt;

use async_trait::async_trait;
use engine::port::{Store, StoreError};
use model::collection::{Body, HeldFilter, HeldRow};
use model::filter::{MAX_PAGE_ROWS, Page};

use super::cells::{cell, end, joined, maybe};
use super::{Format, List, csv, json};

pub(super) const CSV: Format<HeldRow> = csv(
    "kind,id,name,project,status,detail,whose,environment,group,ordinal,created_at,addresses,\
     metadata,tags,fault,not_seen_since\r\n",
    csv_row,
);

pub(super) const JSON: Format<HeldRow> = json();

#[async_trait]
impl List for HeldFilter {
    type Row = HeldRow;

    fn from(&self, after: Option<String>) -> Self {
        Self {
            after,
            limit: Some(MAX_PAGE_ROWS),
            ..self.clone()
        }
    }

    async fn page(&self, store: &dyn Store) -> Result<Page<HeldRow>, StoreError> {
        store.held(self).await
    }
}

fn csv_row(row: &HeldRow, text: &mut String) {
    let HeldRow {
        owner,
        environment,
        instance,
        held,
    } = row;
    let server = match &held.body {
        Body::Server(server) => Some(server),
        _ => None,
    };
    let addresses = server
        .into_iter()
        .flat_map(|server| server.addresses.iter())
        .map(|one| one.address);
    let metadata = server
        .into_iter()
        .flat_map(|server| server.metadata.iter())
        .map(|(key, value)| fmt::from_fn(move |f| write!(f, "{key}={value}")));
    let tags = server.into_iter().flat_map(|server| server.tags.iter());
    cell(text, held.kind());
    cell(text, &held.id);
    cell(text, &held.name);
    maybe(text, held.project.as_ref());
    maybe(text, held.status());
    maybe(text, held.detail());
    cell(text, owner);
    maybe(text, environment.as_ref());
    maybe(text, instance.as_ref().map(|(group, _)| group));
    maybe(text, instance.as_ref().map(|(_, ordinal)| ordinal));
    maybe(text, held.created_at.map(|at| at.to_rfc3339()));
    cell(text, joined(addresses));
    cell(text, joined(metadata));
    cell(text, joined(tags));
    maybe(text, server.and_then(|server| server.fault.as_ref()));
    maybe(
        text,
        server
            .and_then(|server| server.unseen_since)
            .map(|at| at.to_rfc3339()),
    );
    end(text);
}
