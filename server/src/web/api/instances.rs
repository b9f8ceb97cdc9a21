//! The inventory, page by page.

use std::sync::Arc;

use app::routes::{self, Query};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use model::filter::InstanceFilter;

use super::read;
use crate::web::Web;
use crate::web::backend::page_error;
use crate::web::trouble::{Failed, bad_request};

/// The filter in an address: the same as the page's.
pub(super) fn filter(uri: &Uri) -> Result<InstanceFilter, Failed> {
    let query = Query::parse(uri.query().unwrap_or_default());
    routes::instance_filter(&query).map_err(bad_request)
}

/// `GET /instances?…`: `{"rows":[…],"total":n,"next":…}`; `next` goes into `after`.
pub(super) async fn page(State(web): State<Arc<Web>>, uri: Uri) -> Response {
    let page = async {
        let filter = filter(&uri)?;
        web.engine
            .store()
            .instances(&filter)
            .await
            .map_err(page_error)
    };
    read(page.await)
}
