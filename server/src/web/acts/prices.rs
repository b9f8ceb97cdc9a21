//! The form that writes what things cost, and the same as a file.

use std::sync::Arc;

use app::routes::{self, PricesForm};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use engine::Ask;
use engine::writings::NewWriting;
use model::price::csv;

use super::{Answering, Back, Sent, sent};
use crate::web::trouble::{Failed, failed};
use crate::web::who::Who;
use crate::web::{Web, answer};

/// Writes what things cost.
pub(in crate::web) async fn prices(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    uri: Uri,
    headers: HeaderMap,
    form: Sent<PricesForm>,
) -> Response {
    let answering = Answering::new(web, who, &uri, &headers);
    let back = Back {
        to: routes::PRICES.to_owned(),
        what: "the prices",
    };
    let done = match sent(form) {
        Ok(form) => write(&answering, form).await,
        Err(error) => Err(error),
    };
    answering.answer(done, back).await
}

async fn write(answering: &Answering, form: PricesForm) -> Result<String, Failed> {
    let PricesForm {
        form_token: _,
        csv: text,
        reason,
    } = form;
    let request = answering.request(&reason, None)?;
    let books = if text.trim().is_empty() {
        None
    } else {
        let books = csv::read(&text).map_err(|problems| {
            failed(
                StatusCode::UNPROCESSABLE_ENTITY,
                "These are no prices",
                problems.to_string(),
                "Correct the rows that are named; nothing was stored.",
            )
        })?;
        (!books.is_empty()).then_some(books)
    };
    let ask = Ask::Write(NewWriting::Prices(books));
    answering.web.engine.submit(request, ask).await?;
    Ok(routes::PRICES.to_owned())
}

/// `GET /prices.csv`
pub(in crate::web) async fn prices_csv(State(web): State<Arc<Web>>) -> Response {
    match web.engine.prices().await {
        Ok(books) => answer::text_file("prices.csv", "text/csv", csv::write(&books)),
        Err(error) => answer::json_failure(&error.into()),
    }
}
