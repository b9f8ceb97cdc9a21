//! Operations with their progress, and the log of acts.

use std::sync::Arc;

use app::data::OperationData;
use app::routes::Query;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use model::act::AuditEntry;
use model::id::OperationId;
use model::name::EnvironmentName;
use model::operation::{Event, JournalEntry, Operation, Phase};
use plan::Plan;
use serde::Serialize;

use super::read;
use crate::web::Web;
use crate::web::backend::Reader;
use crate::web::trouble::{Failed, bad_request, not_found};

/// How many entries are sent unless asked otherwise, and at most.
const USUAL: u32 = 100;
const MOST: u32 = 1000;

/// `environment` and `limit` of an address.
async fn narrowed(
    reader: &Reader,
    uri: &Uri,
) -> Result<(Option<model::id::EnvironmentId>, u32), Failed> {
    let query = Query::parse(uri.query().unwrap_or_default());
    let name: Option<EnvironmentName> = query.value("environment").map_err(bad_request)?;
    let limit: Option<u32> = query.number("limit").map_err(bad_request)?;
    let environment = match name {
        Some(name) => Some(reader.environment_of(&name).await?.id),
        None => None,
    };
    Ok((environment, limit.unwrap_or(USUAL).min(MOST)))
}

/// The newest operations.
#[derive(Serialize)]
struct Operations {
    operations: Vec<Operation>,
}

/// `GET /operations[?environment=&limit=]`
pub(super) async fn list(State(web): State<Arc<Web>>, uri: Uri) -> Response {
    let reader = Reader::new(&web, &uri);
    let list = async {
        let (environment, limit) = narrowed(&reader, &uri).await?;
        let operations = reader.store().operations(environment, limit).await?;
        Ok(Operations { operations })
    };
    read(list.await)
}

/// A plan of an operation.
#[derive(Serialize)]
struct PhasePlan {
    phase: Phase,
    #[serde(flatten)]
    plan: Plan,
}

/// One operation with its progress.
#[derive(Serialize)]
struct One {
    operation: Operation,
    plans: Vec<PhasePlan>,
    journal: Vec<JournalEntry>,
    events: Vec<Event>,
}

/// `GET /operations/{id}`
pub(super) async fn one(
    State(web): State<Arc<Web>>,
    uri: Uri,
    id: Result<Path<OperationId>, PathRejection>,
) -> Response {
    let reader = Reader::new(&web, &uri);
    let one = async {
        let Path(id) = id.map_err(|_| not_found("such operation"))?;
        let OperationData {
            operation,
            plans,
            journal,
            events,
            resume_refused: _,
        } = reader.read_operation(id).await?;
        Ok(One {
            operation,
            plans: plans
                .into_iter()
                .map(|(phase, plan)| PhasePlan { phase, plan })
                .collect(),
            journal,
            events,
        })
    };
    read(one.await)
}

/// The newest lines of the log of acts.
#[derive(Serialize)]
struct Audit {
    entries: Vec<AuditEntry>,
}

/// `GET /audit[?environment=&limit=]`
pub(super) async fn audit(State(web): State<Arc<Web>>, uri: Uri) -> Response {
    let reader = Reader::new(&web, &uri);
    let list = async {
        let (environment, limit) = narrowed(&reader, &uri).await?;
        let entries = reader.store().audit(environment, limit).await?;
        Ok(Audit { entries })
    };
    read(list.await)
}
