//! The form that keeps a question of what if, or forgets it.

use app::routes::{self, ScenarioForm};
use axum::response::Response;
use engine::Ask;
use engine::writings::NewWriting;
use model::name::EnvironmentName;
use plan::what_if::Scenario;
use plan::writings::KeptScenario;

use super::{Answering, Back, Named, Sent, begin};
use crate::web::trouble::{Failed, bad_request};

/// The longest name of a question.
const MAX_NAME: usize = 60;

/// Keeps a question, or forgets it.
pub(in crate::web) async fn scenario(
    answering: Answering,
    name: Named,
    form: Sent<ScenarioForm>,
) -> Response {
    let (back, begun) = begin(name, form, |name| Back {
        to: routes::what_if(name),
        what: "the question",
    });
    let done = match begun {
        Ok((name, form)) => keep(&answering, name, form).await,
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
