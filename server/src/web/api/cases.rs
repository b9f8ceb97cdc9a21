//! Case studies, and environments held against them, as JSON.

use std::sync::Arc;

use app::data::{NearestData, ShownCase};
use app::routes::{NearestAsk, Query};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use chrono::{DateTime, Utc};
use model::case::CaseStudy;
use model::name::{CaseName, EnvironmentName};
use plan::nearest::Nearest;
use serde::Serialize;

use super::read;
use crate::web::Web;
use crate::web::backend::Reader;
use crate::web::trouble::{bad_request, not_found};

/// A case study with who imported it.
#[derive(Serialize)]
struct One {
    #[serde(flatten)]
    study: CaseStudy,
    by: String,
    at: DateTime<Utc>,
}

impl From<ShownCase> for One {
    fn from(shown: ShownCase) -> Self {
        let ShownCase { study, by, at } = shown;
        Self { study, by, at }
    }
}

/// All of them, by name.
#[derive(Serialize)]
struct List {
    cases: Vec<One>,
}

/// `GET /cases`
pub(super) async fn list(State(web): State<Arc<Web>>, uri: Uri) -> Response {
    let data = Reader::new(&web, &uri).read_cases().await;
    read(data.map(|data| List {
        cases: data.cases.into_iter().map(One::from).collect(),
    }))
}

/// `GET /cases/{name}`
pub(super) async fn one(
    State(web): State<Arc<Web>>,
    uri: Uri,
    name: Result<Path<CaseName>, PathRejection>,
) -> Response {
    let one = async {
        let Path(name) = name.map_err(|_| not_found("case study of that name"))?;
        let data = Reader::new(&web, &uri).read_case(&name).await?;
        Ok(One::from(data.shown))
    };
    read(one.await)
}

/// An environment beside the nearest that were measured.
#[derive(Serialize)]
struct Beside {
    environment: EnvironmentName,
    sizing: &'static str,
    /// As it was asked.
    load: String,
    /// How many case studies there were to choose from.
    known: usize,
    nearest: Vec<Nearest>,
}

/// `GET /environments/{name}/nearest?load=users=3000&sizing=planned`
pub(super) async fn nearest(
    State(web): State<Arc<Web>>,
    uri: Uri,
    name: Result<Path<EnvironmentName>, PathRejection>,
) -> Response {
    let beside = async {
        let Path(name) = name.map_err(|_| not_found("environment of that name"))?;
        let query = Query::parse(uri.query().unwrap_or_default());
        let ask = NearestAsk::read(&query).map_err(bad_request)?;
        let data = Reader::new(&web, &uri).read_nearest(&name, &ask).await?;
        let NearestData {
            environment,
            ask,
            nearest,
            known,
            loads: _,
        } = data;
        Ok(Beside {
            environment: environment.name,
            sizing: ask.sizing.word(),
            load: ask.load.to_string(),
            known,
            nearest,
        })
    };
    read(beside.await)
}
