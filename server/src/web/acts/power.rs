//! The form that stops or starts an instance.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::routes::{self, PowerForm};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use engine::Ask;
use model::key::{Key, ResourceKind};
use model::name::EnvironmentName;

use super::{Answering, Back, Named, Sent, dashboard, followed, named, sent};
use crate::web::Web;
use crate::web::trouble::Failed;
use crate::web::who::Who;

/// Stops or starts an instance.
pub(in crate::web) async fn power(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    uri: Uri,
    headers: HeaderMap,
    name: Named,
    form: Sent<PowerForm>,
) -> Response {
    let answering = Answering::new(web, who, &uri, &headers);
    let name = match named(name) {
        Ok(name) => name,
        Err(error) => return answering.answer(Err(error), dashboard()).await,
    };
    let back = Back {
        to: routes::environment(&name),
        what: "the environment",
    };
    let done = match sent(form) {
        Ok(form) => set_power(&answering, name, form).await,
        Err(error) => Err(error),
    };
    answering.answer(done, back).await
}

async fn set_power(
    answering: &Answering,
    environment: EnvironmentName,
    form: PowerForm,
) -> Result<String, Failed> {
    let PowerForm {
        form_token: _,
        instance,
        power,
        reason,
    } = form;
    let request = answering.request(&reason, None)?;
    let ask = Ask::SetPower {
        environment: environment.clone(),
        instances: BTreeSet::from([Key::new(ResourceKind::Instance, instance.trim())]),
        power,
    };
    let outcome = answering.web.engine.submit(request, ask).await?;
    Ok(followed(&outcome, &environment))
}
