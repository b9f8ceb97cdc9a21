//! The form that chooses what is compared. Files that come with it are kept for a while under what they
//! say, and the answer leads to an address that names them; nothing else is stored. One that is no
//! topology is kept nowhere: the page comes back with what is wrong, and with the text.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::data::{Brought, CompareData, WhichSide};
use app::routes::{self, CompareAsk, FILE, Query, SIDE_FILE, SIDE_TEXT};
use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use engine::files::{FileHash, KeptFile, LARGEST};
use model::file::{self, Document, FileError, Mark};

use super::{Answering, Back};
use crate::web::backend::Reader;
use crate::web::trouble::{Failed, bad_request, failed};
use crate::web::who::Who;
use crate::web::{Web, answer, pages};

/// What a pasted text is called.
const PASTED: &str = "pasted text";

/// Leads to the comparison of what was chosen.
pub(in crate::web) async fn compare(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    uri: Uri,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let reader = Reader::new(&web, &uri);
    let answering = Answering::new(web, who, &uri, &headers);
    let done = match form {
        Ok(form) => done(&answering, &reader, form).await,
        Err(error) => Err(bad_request(error.body_text())),
    };
    match done {
        Ok(Done::Asked(ask)) => answer::see_other(&ask.address()),
        Ok(Done::Refused(data)) => {
            let Answering { web, who, asked } = &answering;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            pages::not_compared(web, who, asked, status, *data).await
        }
        Err(failed) => {
            let back = Back {
                to: routes::COMPARE.to_owned(),
                what: "the comparison",
            };
            answering.answer(Err(failed), back).await
        }
    }
}

/// What came of the form.
enum Done {
    /// There is an address for what is asked.
    Asked(CompareAsk),
    /// A file that was brought is no topology.
    Refused(Box<CompareData>),
}

/// What the form holds.
#[derive(Default)]
struct Filled {
    fields: Vec<(String, String)>,
    /// A file of each side, with its name; those that are empty were not chosen.
    files: BTreeMap<WhichSide, (String, Bytes)>,
}

async fn read(mut form: Multipart) -> Result<Filled, Failed> {
    let broken = |error: axum::extract::multipart::MultipartError| {
        failed(
            error.status(),
            "Nothing was compared",
            error.body_text(),
            "Send it again; what is too large is compared on the command line: `understudy diff A B`.",
        )
    };
    let mut filled = Filled::default();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let side = |prefix: &str| WhichSide::of_word(name.strip_prefix(prefix)?);
        let (of_file, of_text) = (side(SIDE_FILE), side(SIDE_TEXT));
        let file_name = field.file_name().map(ToOwned::to_owned);
        let bytes = field.bytes().await.map_err(broken)?;
        match (of_file, of_text) {
            (Some(side), _) if !bytes.is_empty() => {
                let name = file_name.unwrap_or_default();
                filled.files.insert(side, (name, bytes));
            }
            (None, Some(side)) if !bytes.trim_ascii().is_empty() => {
                // A file goes before a text.
                let pasted = || (PASTED.to_owned(), bytes);
                filled.files.entry(side).or_insert_with(pasted);
            }
            (Some(_), _) | (_, Some(_)) => {}
            (None, None) => {
                let text = String::from_utf8_lossy(&bytes).trim().to_owned();
                filled.fields.push((name, text));
            }
        }
    }
    Ok(filled)
}

async fn done(answering: &Answering, reader: &Reader, form: Multipart) -> Result<Done, Failed> {
    // Whoever brings a file is somebody.
    answering.request("", None)?;
    let Filled { fields, files } = read(form).await?;
    let query = Query::of(fields);
    let mut ask = CompareAsk::read(&query).map_err(bad_request)?;
    let engine = &answering.web.engine;
    let mut refused = Vec::new();
    for (side, (name, bytes)) in files {
        match taken(&name, &bytes, engine.clock().now()) {
            Ok(file) => {
                engine.keep_file(&file).await?;
                let place = match side {
                    WhichSide::A => &mut ask.a,
                    WhichSide::B => &mut ask.b,
                    WhichSide::C => &mut ask.c,
                };
                *place = Some(named(&file.hash));
            }
            Err(problems) => refused.push(Brought {
                side,
                text: if bytes.len() > LARGEST {
                    String::new()
                } else {
                    String::from_utf8_lossy(&bytes).into_owned()
                },
                name: if name.is_empty() {
                    "a file".to_owned()
                } else {
                    name
                },
                problems,
            }),
        }
    }
    if refused.is_empty() {
        return Ok(Done::Asked(ask));
    }
    Ok(Done::Refused(Box::new(CompareData {
        choices: reader.choices().await?,
        ask,
        outcome: None,
        brought: refused,
    })))
}

/// How an address names a file.
fn named(hash: &FileHash) -> String {
    format!("{FILE}{hash}")
}

/// A file that can be compared, or all that is wrong with it.
fn taken(
    name: &str,
    bytes: &[u8],
    now: chrono::DateTime<chrono::Utc>,
) -> Result<KeptFile, Vec<FileError>> {
    let whole = |message: String| {
        vec![FileError {
            file: name.to_owned(),
            mark: Mark::START,
            field: String::new(),
            message,
        }]
    };
    if bytes.len() > LARGEST {
        let error = engine::files::NotTaken::TooLarge(bytes.len());
        return Err(whole(error.to_string()));
    }
    match file::parse_all(name, bytes)? {
        Document::Environment(_) => {}
        Document::Recipe(_) => return Err(vec![file::not_an_environment(name)]),
    }
    let text = String::from_utf8_lossy(bytes).into_owned();
    KeptFile::new(name, text, now).map_err(|error| whole(error.to_string()))
}
