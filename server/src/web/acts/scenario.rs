//! The form that keeps a question of what if, or forgets it.

use std::sync::Arc;

use app::routes::{self, ScenarioForm};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use engine::Ask;
use engine::writings::NewWriting;
use model::name::EnvironmentName;
use plan::what_if::Scenario;
use plan::writings::KeptScenario;

use super::{Answering, Back, Named, Sent, dashboard, named, sent};
use crate::web::Web;
use crate::web::trouble::{Failed, bad_request};
use crate::web::who::Who;

/// The longest name of a question.
const MAX_NAME: usize = 60;

/// Keeps a question, or forgets it.
pub(in crate::web) async fn scenario(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    uri: Uri,
    headers: HeaderMap,
    name: Named,
    form: Sent<ScenarioForm>,
) -> Response {
    let answering = Answering::new(web, who, &uri, &headers);
    let name = match named(name) {
        Ok(name) => name,
        Err(error) => return answering.answer(Err(error), dashboard()).await,
    };
    let back = Back {
        to: routes::what_if(&name),
        what: "the question",
    };
    let done = match sent(form) {
        Ok(form) => keep(&answering, name, form).await,
        Err(error) => Err(error),
    };
    answering.answer(done, back).await
}

async fn keep(
    answering: &Answering,
    environment: EnvironmentName,
    form: ScenarioForm,
) -> Result<String, Failed> {
    let ScenarioForm {
        form_token: _,
        name,
        scenario,
        note,
    } = form;
    let request = answering.request("", None)?;
    let name = name.trim().to_owned();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(bad_request(format!(
            "A question that is kept has a name of 1 to {MAX_NAME} characters."
        )));
    }
    let text = if scenario.trim().is_empty() {
        None
    } else {
        let scenario: Scenario = scenario
            .parse()
            .map_err(|error| bad_request(format!("{error}.")))?;
        Some(KeptScenario {
            scenario,
            note: Some(note.trim().to_owned()).filter(|note| !note.is_empty()),
        })
    };
    let kept = text.is_some();
    let ask = Ask::Write(NewWriting::Scenario {
        environment: environment.clone(),
        name: name.clone(),
        text,
    });
    answering.web.engine.submit(request, ask).await?;
    Ok(if kept {
        routes::what_if_kept(&environment, &[&name])
    } else {
        routes::what_if(&environment)
    })
}
