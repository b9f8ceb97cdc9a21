//! Environments, their states and totals, comparison, recipes.

use std::sync::Arc;

use app::routes::{EnvironmentAsk, Query};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use chrono::{DateTime, Utc};
use model::environment::{Environment, Layer, Revision};
use model::lease::Lease;
use model::name::EnvironmentName;
use model::operation::Operation;
use model::recipe::Recipe;
use model::topology::Topology;
use plan::capacity::{BySizing, Capacity, Totals};
use plan::finding::Finding;
use serde::Serialize;

use super::read;
use crate::web::Web;
use crate::web::backend::{Reader, Summary};
use crate::web::trouble::{Failed, bad_request, not_found};

type Named = Result<Path<EnvironmentName>, PathRejection>;

fn named(name: Named) -> Result<EnvironmentName, Failed> {
    name.map(|Path(name)| name)
        .map_err(|_| not_found("environment of that name"))
}

/// One environment in the list.
#[derive(Serialize)]
struct Listed {
    #[serde(flatten)]
    environment: Environment,
    cloud: Option<String>,
    totals: BySizing<Totals>,
    lease: Option<Lease>,
    /// The one under way, or the newest where it went wrong.
    operation: Option<Operation>,
    findings: Vec<Placed>,
    /// Whether what was seen of it is older than twice the time between two collections.
    stale: bool,
}

/// A finding with the layer that it is in.
#[derive(Serialize)]
struct Placed {
    layer: Layer,
    since: DateTime<Utc>,
    #[serde(flatten)]
    finding: Finding,
}

impl From<Summary> for Listed {
    fn from(summary: Summary) -> Self {
        let Summary { row, newest } = summary;
        Self {
            environment: row.environment,
            cloud: row.cloud,
            totals: row.totals,
            lease: row.lease,
            operation: row.operation,
            stale: row.observed.is_some_and(|age| age.stale),
            findings: newest
                .iter()
                .flat_map(|digest| {
                    digest.findings.iter().map(|finding| Placed {
                        layer: digest.revision.layer,
                        since: digest.revision.at,
                        finding: finding.clone(),
                    })
                })
                .collect(),
        }
    }
}

/// All environments that are not destroyed.
#[derive(Serialize)]
struct List {
    environments: Vec<Listed>,
}

/// `GET /environments`
pub(super) async fn list(State(web): State<Arc<Web>>, uri: Uri) -> Response {
    let reader = Reader::new(&web, &uri);
    let list = reader.summaries().await.map(|all| List {
        environments: all.into_iter().map(Listed::from).collect(),
    });
    read(list)
}

/// One environment with its revisions.
#[derive(Serialize)]
struct One {
    #[serde(flatten)]
    listed: Listed,
    revisions: Vec<Revision>,
}

/// `GET /environments/{name}`
pub(super) async fn one(State(web): State<Arc<Web>>, uri: Uri, name: Named) -> Response {
    let reader = Reader::new(&web, &uri);
    let one = async {
        let name = named(name)?;
        let environment = reader.environment_of(&name).await?;
        let revisions = reader.store().revisions(environment.id).await?;
        let summary = reader.summary(&environment).await?;
        Ok(One {
            listed: summary.into(),
            revisions,
        })
    };
    read(one.await)
}

/// A state.
#[derive(Serialize)]
struct StateBody {
    revision: Revision,
    topology: Topology,
}

/// `GET /environments/{name}/topology[?layer=&revision=]`
pub(super) async fn topology(State(web): State<Arc<Web>>, uri: Uri, name: Named) -> Response {
    read(state(&web, &uri, name).await)
}

async fn state(web: &Arc<Web>, uri: &Uri, name: Named) -> Result<StateBody, Failed> {
    let name = named(name)?;
    let query = Query::parse(uri.query().unwrap_or_default());
    let ask = EnvironmentAsk::read(&query).map_err(bad_request)?;
    let reader = Reader::new(web, uri);
    let environment = reader.environment_of(&name).await?;
    let (revision, topology) = reader.state_of(&environment, &ask).await?;
    Ok(StateBody { revision, topology })
}

/// `GET /environments/{name}/capacity[?layer=&revision=]`: as the command `capacity` prints it.
pub(super) async fn capacity(State(web): State<Arc<Web>>, uri: Uri, name: Named) -> Response {
    let capacity: Result<Capacity, Failed> = state(&web, &uri, name)
        .await
        .map(|state| plan::capacity::capacity([&state.topology]));
    read(capacity)
}

/// All recipes.
#[derive(Serialize)]
struct Recipes {
    recipes: Vec<Recipe>,
}

/// `GET /recipes`
pub(super) async fn recipes(State(web): State<Arc<Web>>) -> Response {
    let recipes = web.engine.store().recipes().await;
    read(
        recipes
            .map(|recipes| Recipes { recipes })
            .map_err(Failed::from),
    )
}
