//! Runbooks, reports and what was measured beside an environment as files: for a wiki, a spreadsheet, a program;
//! and what a what-if is worked out from, for the browser.

use std::sync::Arc;

use app::routes::{NearestAsk, Query, ReportAsk, RunbookAsk};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use model::name::EnvironmentName;
use plan::report::{self, Report, csv, markdown, mediawiki};
use plan::runbook;

use crate::web::Web;
use crate::web::answer;
use crate::web::backend::Reader;
use crate::web::trouble::{Failed, bad_request, failed, not_found};

/// The files that there are of every environment.
pub(in crate::web) const FILES: [&str; 11] = [
    "runbook.md",
    "runbook.json",
    "reports.md",
    "reports.wiki",
    "reports.csv",
    "reports.json",
    "what-if.json",
    "nearest.md",
    "nearest.wiki",
    "nearest.csv",
    "nearest.json",
];

/// `GET /environments/{name}/{file}` for each of [`FILES`], by the parameters of the page.
pub(in crate::web) async fn told(
    State(web): State<Arc<Web>>,
    named: Result<Path<EnvironmentName>, PathRejection>,
    uri: Uri,
) -> Response {
    let Ok(Path(name)) = named else {
        return answer::json_failure(&not_found("environment of that name"));
    };
    let file = uri.path().rsplit('/').next().unwrap_or_default().to_owned();
    let reader = Reader::new(&web, &uri);
    let query = Query::parse(uri.query().unwrap_or_default());
    match text(&reader, &name, &file, &query).await {
        Ok(told) => told,
        Err(error) => answer::json_failure(&error),
    }
}

async fn text(
    reader: &Reader,
    name: &EnvironmentName,
    file: &str,
    query: &Query,
) -> Result<Response, Failed> {
    let (what, ending) = file.split_once('.').unwrap_or((file, ""));
    let saved = format!("{name}-{file}");
    match (what, ending) {
        ("runbook", "md" | "json") => {
            let ask = RunbookAsk::read(query).map_err(bad_request)?;
            let book = reader.read_runbook(name, &ask).await?.outcome;
            let book = book.map_err(|trouble| {
                failed(
                    axum::http::StatusCode::UNPROCESSABLE_ENTITY,
                    trouble.what,
                    trouble.why,
                    trouble.todo,
                )
            })?;
            Ok(match ending {
                "json" => answer::json(&book),
                _ => answer::text_file(&saved, "text/markdown", runbook::markdown::render(&book)),
            })
        }
        ("reports", "md" | "wiki" | "csv" | "json") => {
            let ask = ReportAsk::read(query).map_err(bad_request)?;
            let report = reader.read_report(name, &ask).await?.report;
            Ok(match ending {
                "json" => answer::json(&report),
                _ => written(&report, &saved, ending),
            })
        }
        ("nearest", "md" | "wiki" | "csv" | "json") => {
            let ask = NearestAsk::read(query).map_err(bad_request)?;
            let data = reader.read_nearest(name, &ask).await?;
            let told = report::nearest(name, &data.nearest, data.known);
            Ok(match ending {
                "json" => answer::json(&data.nearest),
                _ => written(&told, &saved, ending),
            })
        }
        ("what-if", "json") => Ok(answer::json(&reader.read_what_if_ground(name).await?)),
        _ => Err(not_found("file at this address")),
    }
}

/// A report in the form that an ending stands for.
fn written(report: &Report, saved: &str, ending: &str) -> Response {
    match ending {
        "csv" => answer::text_file(saved, "text/csv", csv::report(report)),
        "wiki" => answer::text_file(saved, "text/plain", mediawiki::render(report)),
        _ => answer::text_file(saved, "text/markdown", markdown::render(report)),
    }
}
