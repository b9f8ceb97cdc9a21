//! The forms that bring a case study in and take one away, and the same as a file.

use std::sync::Arc;

use app::routes::{self, CaseForm, CaseRemoveForm};
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use engine::Ask;
use engine::writings::NewWriting;
use model::file::{FileError, case_elsewhere, case_study, write_case};
use model::name::{CaseName, EnvironmentName};

use super::{Answering, Back, Sent, sent};
use crate::web::backend::Reader;
use crate::web::trouble::{Failed, failed, not_found};
use crate::web::who::Who;
use crate::web::{Web, answer};

/// What the text of the form is called in errors.
const TEXT: &str = "case.yaml";

type Case = Result<Path<CaseName>, PathRejection>;

fn named(name: Case) -> Result<CaseName, Failed> {
    name.map(|Path(name)| name)
        .map_err(|_| not_found("case study of that name"))
}

fn back() -> Back {
    Back {
        to: routes::CASES.to_owned(),
        what: "the case studies",
    }
}

/// Brings a case study in.
pub(in crate::web) async fn case(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    uri: Uri,
    headers: HeaderMap,
    form: Sent<CaseForm>,
) -> Response {
    let answering = Answering::new(web, who, &uri, &headers);
    let done = match sent(form) {
        Ok(form) => bring_in(&answering, &uri, form).await,
        Err(error) => Err(error),
    };
    answering.answer(done, back()).await
}

fn refused(error: &FileError) -> Failed {
    failed(
        StatusCode::UNPROCESSABLE_ENTITY,
        "This is no case study",
        error.to_string(),
        "Correct the line that is named; nothing was stored.",
    )
}

async fn bring_in(answering: &Answering, uri: &Uri, form: CaseForm) -> Result<String, Failed> {
    let CaseForm {
        form_token: _,
        text,
        reason,
    } = form;
    let request = answering.request(&reason, None)?;
    let bytes = text.as_bytes();
    let elsewhere = case_elsewhere(TEXT, bytes).map_err(|error| refused(&error))?;
    // A page reads no files: what is named is an environment that is kept here, or nothing.
    let named = elsewhere.and_then(|name| EnvironmentName::new(&name).ok());
    let topology = match named {
        None => None,
        Some(name) => {
            let reader = Reader::new(&answering.web, uri);
            Some(reader.state_named(&name).await?.1)
        }
    };
    let study = case_study(TEXT, bytes, topology).map_err(|error| refused(&error))?;
    let name = study.case.clone();
    let ask = Ask::Write(NewWriting::Case {
        name: name.clone(),
        text: Some(Box::new(study)),
    });
    answering.web.engine.submit(request, ask).await?;
    Ok(routes::case(&name))
}

/// Takes a case study away.
pub(in crate::web) async fn case_remove(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    uri: Uri,
    headers: HeaderMap,
    name: Case,
    form: Sent<CaseRemoveForm>,
) -> Response {
    let answering = Answering::new(web, who, &uri, &headers);
    let done = async {
        let name = named(name)?;
        let CaseRemoveForm {
            form_token: _,
            reason,
        } = sent(form)?;
        let request = answering.request(&reason, None)?;
        let ask = Ask::Write(NewWriting::Case { name, text: None });
        answering.web.engine.submit(request, ask).await?;
        Ok(routes::CASES.to_owned())
    };
    let done = done.await;
    answering.answer(done, back()).await
}

/// `GET /cases/{name}/case.yaml`
pub(in crate::web) async fn case_file(
    State(web): State<Arc<Web>>,
    uri: Uri,
    name: Case,
) -> Response {
    let found = async {
        let name = named(name)?;
        let data = Reader::new(&web, &uri).read_case(&name).await?;
        Ok::<_, Failed>(data.shown.study)
    };
    match found.await {
        Ok(study) => {
            let file = format!("{}.yaml", study.case);
            answer::text_file(&file, "application/yaml", write_case(&study))
        }
        Err(error) => answer::json_failure(&error),
    }
}
