//! Two or three states compared: what is stored, named in the address, or files that come with the
//! question. A question keeps nothing.

use std::sync::Arc;

use app::data::{Age, CompareOrigin, CompareSide, Comparison, Third};
use app::routes::{CompareAsk, CompareBy, CompareSizing, Query};
use axum::extract::rejection::JsonRejection;
use axum::extract::{Json, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use chrono::{DateTime, Utc};
use model::diff::{DiffReport, ThreeRow};
use model::environment::{EnvironmentKind, Layer};
use model::file::{self, Document, FileError};
use model::id::RevisionNumber;
use model::name::EnvironmentName;
use plan::capacity::Totals;
use plan::explain::Explained;
use serde::{Deserialize, Serialize};

use super::read;
use crate::web::backend::{Given, Question, Reader, compared};
use crate::web::trouble::{Failed, bad_request, failed};
use crate::web::{Web, answer};

/// One side of a comparison.
#[derive(Serialize)]
struct Side {
    environment: EnvironmentName,
    kind: EnvironmentKind,
    #[serde(flatten)]
    origin: Origin,
    totals: Totals,
}

/// Where it is from.
#[derive(Serialize)]
#[serde(untagged)]
enum Origin {
    Stored {
        layer: Layer,
        revision: RevisionNumber,
        at: DateTime<Utc>,
        /// When what was seen of it was last true, where it was seen.
        observed_at: Option<DateTime<Utc>>,
        stale: bool,
    },
    File {
        file: String,
        /// Until when it is kept, where it is.
        until: Option<DateTime<Utc>>,
    },
}

impl From<CompareSide> for Side {
    fn from(side: CompareSide) -> Self {
        let CompareSide {
            environment,
            kind,
            origin,
            capacity: _,
            totals,
        } = side;
        let origin = match origin {
            CompareOrigin::Stored {
                layer,
                revision,
                at,
                observed,
            } => Origin::Stored {
                layer,
                revision,
                at,
                observed_at: observed.map(|age: Age| age.at),
                stale: observed.is_some_and(|age| age.stale),
            },
            CompareOrigin::File { name, until } => Origin::File { file: name, until },
        };
        Self {
            environment,
            kind,
            origin,
            totals,
        }
    }
}

/// A comparison: what the command `diff` prints, with both sides.
#[derive(Serialize)]
struct Compared {
    a: Side,
    b: Side,
    #[serde(flatten)]
    report: DiffReport,
    /// What each change is put down to, in their order.
    explained: Vec<Explained>,
    #[serde(flatten)]
    third: Option<ComparedThird>,
}

/// A third state, held against the first as well.
#[derive(Serialize)]
struct ComparedThird {
    c: Side,
    /// What isn't the same in all three.
    rows: Vec<ThreeRow>,
}

impl From<Comparison> for Compared {
    fn from(comparison: Comparison) -> Self {
        let Comparison {
            a,
            b,
            report,
            explained,
            third,
        } = comparison;
        Self {
            a: a.into(),
            b: b.into(),
            report,
            explained,
            third: third.map(|Third { side, rows }| ComparedThird {
                c: side.into(),
                rows,
            }),
        }
    }
}

/// `GET /compare?a=&b=[&c=][&by=group|instance|profile][&sizing=min|planned|max]`
pub(super) async fn named(State(web): State<Arc<Web>>, uri: Uri) -> Response {
    let query = Query::parse(uri.query().unwrap_or_default());
    let done = async {
        let ask = CompareAsk::read(&query).map_err(bad_request)?;
        let reader = Reader::new(&web, &uri);
        let comparison = compared(&reader, &Question::of(&ask)?).await?;
        Ok(Compared::from(comparison))
    };
    read(done.await)
}

/// One side of a question: `{"name": "production-2014@2"}`, or `{"file": "environment: …"}`.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Asked {
    Name(String),
    File(String),
}

/// A question.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    a: Asked,
    b: Asked,
    #[serde(default)]
    c: Option<Asked>,
    #[serde(default)]
    by: Option<String>,
    #[serde(default)]
    sizing: Option<String>,
}

/// What is wrong at one place of a file.
#[derive(Serialize)]
struct Problem {
    /// Which side: `a`, `b` or `c`.
    side: &'static str,
    /// From 1 on.
    line: u32,
    /// From 1 on.
    column: u32,
    field: String,
    message: String,
}

/// Why a question has no answer: the error, and all that is wrong with its files.
#[derive(Serialize)]
struct Refused<'a> {
    error: &'a model::operation::Trouble,
    problems: Vec<Problem>,
}

/// `POST /compare` of `{"a": {"name": …}, "b": {"file": …}[, "c": …][, "by": …][, "sizing": …]}`
pub(super) async fn asked(
    State(web): State<Arc<Web>>,
    uri: Uri,
    body: Result<Json<Body>, JsonRejection>,
) -> Response {
    let question = body
        .map_err(|error| Failed {
            status: error.status(),
            ..bad_request(error.body_text())
        })
        .and_then(|Json(body)| question(body));
    let (question, problems) = match question {
        Ok(read) => read,
        Err(error) => return answer::json_failure(&error),
    };
    if !problems.is_empty() {
        let error = failed(
            StatusCode::UNPROCESSABLE_ENTITY,
            "This can’t be compared",
            "A file is no topology: `problems` says where and what would be right.",
            "Mend the file and ask again.",
        );
        let mut response = answer::json(&Refused {
            error: &error.trouble,
            problems,
        });
        *response.status_mut() = error.status;
        return response;
    }
    let reader = Reader::new(&web, &uri);
    read(compared(&reader, &question).await.map(Compared::from))
}

/// What is asked, and all that is wrong with its files; a file that can't be read stands in it as a name
/// of nothing.
fn question(body: Body) -> Result<(Question, Vec<Problem>), Failed> {
    let Body {
        a,
        b,
        c,
        by,
        sizing,
    } = body;
    let mut problems = Vec::new();
    let mut given = |side: &'static str, asked: Asked| match asked {
        Asked::Name(name) => Given::Named(name),
        Asked::File(text) => match topology(side, &text) {
            Ok(topology) => Given::File(topology.into()),
            Err(errors) => {
                problems.extend(errors.into_iter().map(|error| problem(side, error)));
                Given::Named(String::new())
            }
        },
    };
    let by: Option<CompareBy> = word("by", by)?;
    let sizing: Option<CompareSizing> = word("sizing", sizing)?;
    let question = Question {
        a: given("a", a),
        b: given("b", b),
        c: c.map(|c| given("c", c)),
        by: by.unwrap_or_default(),
        sizing: sizing.unwrap_or_default(),
    };
    Ok((question, problems))
}

fn word<T: std::str::FromStr<Err = String>>(
    name: &str,
    text: Option<String>,
) -> Result<Option<T>, Failed> {
    let parsed = text.map(|text| text.parse()).transpose();
    parsed.map_err(|error: String| bad_request(format!("{name}: {error}")))
}

fn topology(side: &str, text: &str) -> Result<Box<model::topology::Topology>, Vec<FileError>> {
    match file::parse_all(side, text.as_bytes())? {
        Document::Environment(topology) => Ok(topology),
        Document::Recipe(_) => Err(vec![file::not_an_environment(side)]),
    }
}

fn problem(side: &'static str, error: FileError) -> Problem {
    let FileError {
        file: _,
        mark,
        field,
        message,
    } = error;
    Problem {
        side,
        line: mark.line,
        column: mark.column,
        field,
        message,
    }
}
