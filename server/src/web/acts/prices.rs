//! The form that writes what things cost, and the same as a file.

use std::sync::Arc;

use app::routes::{self, PricesAsk, PricesForm, Query};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use engine::Ask;
use engine::writings::NewWriting;
use model::name::SiteName;
use model::price::csv;

use super::{Answering, Back, Sent, sent};
use crate::web::trouble::{Failed, bad_request, failed};
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
    let form = sent(form).and_then(|form| Ok((site_of(&form.site)?, form)));
    let ask = PricesAsk {
        site: form.as_ref().ok().and_then(|(site, _)| site.clone()),
    };
    let back = Back {
        to: ask.address(routes::PRICES),
        what: "the prices",
    };
    let done = match form {
        Ok((_, form)) => write(&answering, ask, form).await,
        Err(error) => Err(error),
    };
    answering.answer(done, back).await
}

/// The site that a form names.
fn site_of(text: &str) -> Result<Option<SiteName>, Failed> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let site = SiteName::new(text).map_err(|error| bad_request(error.to_string()))?;
    Ok(Some(site))
}

async fn write(answering: &Answering, ask: PricesAsk, form: PricesForm) -> Result<String, Failed> {
    let PricesForm {
        form_token: _,
        site: _,
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
    let back = ask.address(routes::PRICES);
    let site = ask.site;
    let ask = Ask::Write(NewWriting::Prices { site, books });
    answering.web.engine.submit(request, ask).await?;
    Ok(back)
}

/// `GET /prices.csv[?site=]`
pub(in crate::web) async fn prices_csv(State(web): State<Arc<Web>>, uri: Uri) -> Response {
    let file = async {
        let query = Query::parse(uri.query().unwrap_or_default());
        let PricesAsk { site } = PricesAsk::read(&query).map_err(bad_request)?;
        let prices = web.engine.prices().await?;
        let books = prices.written_for(site.as_ref());
        let name = match &site {
            None => "prices.csv".to_owned(),
            Some(site) => format!("prices-{site}.csv"),
        };
        Ok::<_, Failed>((name, csv::write(&books)))
    };
    match file.await {
        Ok((name, text)) => answer::text_file(&name, "text/csv", text),
        Err(failed) => answer::json_failure(&failed),
    }
}
