//! Lists as files: every page of a filter, one after the other, sent as it is read. What goes wrong
//! before the first byte is an error with its status; later, the file breaks off.

mod cells;
mod held;
mod instances;
mod tells;

use std::sync::Arc;

use app::routes::Query;
use async_trait::async_trait;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use engine::port::{Store, StoreError};
use futures::{StreamExt, stream};
use model::collection::HeldFilter;
use model::filter::Page;
use serde::Serialize;
use tokio::task::JoinHandle;

use super::clouds::Named;
use crate::web::backend::page_error;
use crate::web::trouble::{Failed, bad_request};
use crate::web::{Web, answer};
pub(in crate::web) use tells::{FILES, told};

/// A list that can be read page by page.
#[async_trait]
trait List: Clone + Send + Sync + 'static {
    /// What it is a list of.
    type Row: Serialize + Send;

    /// The same list from a place on, in the largest pages.
    fn from(&self, after: Option<String>) -> Self;

    /// A page of it.
    async fn page(&self, store: &dyn Store) -> Result<Page<Self::Row>, StoreError>;
}

/// How a file is written.
struct Format<R> {
    content_type: &'static str,
    /// What its name ends with.
    extension: &'static str,
    head: &'static str,
    row: fn(&R, &mut String),
    /// Between two rows.
    between: &'static str,
    foot: &'static str,
}

const fn csv<R>(head: &'static str, row: fn(&R, &mut String)) -> Format<R> {
    Format {
        content_type: "text/csv; charset=utf-8",
        extension: "csv",
        head,
        row,
        between: "",
        foot: "",
    }
}

const fn json<R: Serialize>() -> Format<R> {
    Format {
        content_type: "application/json",
        extension: "json",
        head: "[",
        row: json_row,
        between: ",\n",
        foot: "]\n",
    }
}

/// `GET /instances.csv?…`
pub(super) async fn instances_csv(State(web): State<Arc<Web>>, uri: Uri) -> Response {
    let list = super::instances::filter(&uri);
    export(web, list, "instances", &instances::CSV).await
}

/// `GET /instances.json?…`
pub(super) async fn instances_json(State(web): State<Arc<Web>>, uri: Uri) -> Response {
    let list = super::instances::filter(&uri);
    export(web, list, "instances", &instances::JSON).await
}

/// `GET /clouds/{cloud}/held.csv?kind=…`
pub(super) async fn held_csv(State(web): State<Arc<Web>>, uri: Uri, cloud: Named) -> Response {
    let (list, name) = held(&web, &uri, cloud).await;
    export(web, list, &name, &held::CSV).await
}

/// `GET /clouds/{cloud}/held.json?kind=…`
pub(super) async fn held_json(State(web): State<Arc<Web>>, uri: Uri, cloud: Named) -> Response {
    let (list, name) = held(&web, &uri, cloud).await;
    export(web, list, &name, &held::JSON).await
}

/// The filter of a cloud's list, and what its file is called.
async fn held(web: &Arc<Web>, uri: &Uri, cloud: Named) -> (Result<HeldFilter, Failed>, String) {
    let read = async {
        let query = Query::parse(uri.query().unwrap_or_default());
        let kind = query
            .value("kind")
            .map_err(bad_request)?
            .ok_or_else(|| bad_request("Name the kind to list, as in ?kind=server."))?;
        super::clouds::filter(web, uri, cloud, kind).await
    };
    let filter = read.await;
    let name = filter
        .as_ref()
        .map(|filter| format!("{}-{}", filter.cloud, filter.kind));
    let name = name.unwrap_or_default();
    (filter, name)
}

async fn export<L: List>(
    web: Arc<Web>,
    list: Result<L, Failed>,
    name: &str,
    format: &'static Format<L::Row>,
) -> Response {
    let begun = async { begin(web, list?, name, format).await };
    match begun.await {
        Ok(response) => response,
        Err(failed) => answer::json_failure(&failed),
    }
}

async fn begin<L: List>(
    web: Arc<Web>,
    list: L,
    name: &str,
    format: &'static Format<L::Row>,
) -> Result<Response, Failed> {
    let list = list.from(None);
    let first = list.page(web.engine.store()).await.map_err(page_error)?;
    let mut text = format.head.to_owned();
    let ahead = read_ahead(&web, &list, first.next.clone());
    write(format, &first, "", &mut text);
    let begun = stream::once(async move { Ok::<_, StoreError>(Bytes::from(text)) });
    let rest = stream::try_unfold(ahead, move |ahead| {
        let (web, list) = (Arc::clone(&web), list.clone());
        async move {
            let Some(ahead) = ahead else {
                return Ok(None);
            };
            let page = ahead
                .await
                .map_err(|error| StoreError::Database(error.to_string()))??;
            let ahead = read_ahead(&web, &list, page.next.clone());
            let mut text = String::new();
            write(format, &page, format.between, &mut text);
            Ok::<_, StoreError>(Some((Bytes::from(text), ahead)))
        }
    });
    let disposition = format!("attachment; filename=\"{name}.{}\"", format.extension);
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(format.content_type),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::try_from(disposition).unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    let body = Body::from_stream(begun.chain(rest));
    Ok((headers, body).into_response())
}

/// A page that is on its way.
type Ahead<R> = JoinHandle<Result<Page<R>, StoreError>>;

/// Begins to read the page behind a place while the one before is written and sent.
fn read_ahead<L: List>(web: &Arc<Web>, list: &L, after: Option<String>) -> Option<Ahead<L::Row>> {
    let list = list.from(Some(after?));
    let web = Arc::clone(web);
    Some(tokio::spawn(
        async move { list.page(web.engine.store()).await },
    ))
}

/// Writes a page's rows, and what comes behind the last one.
fn write<R>(format: &Format<R>, page: &Page<R>, first: &str, text: &mut String) {
    let mut between = first;
    for row in &page.rows {
        text.push_str(between);
        (format.row)(row, text);
        between = format.between;
    }
    if page.next.is_none() {
        text.push_str(format.foot);
    }
}

fn json_row<R: Serialize>(row: &R, text: &mut String) {
    match serde_json::to_string(row) {
        Ok(json) => text.push_str(&json),
        Err(error) => {
            tracing::error!(%error, "a row can't be written as JSON");
            text.push_str("null");
        }
    }
}
