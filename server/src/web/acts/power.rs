//! The form that stops or starts an instance.

use app::routes::{self, PowerForm};
use axum::response::Response;
use engine::Ask;
use model::key::{Key, ResourceKind};
use model::name::EnvironmentName;
use std::collections::BTreeSet;

use super::{Answering, Back, Named, Sent, begin, followed};
use crate::web::trouble::Failed;

/// Stops or starts an instance.
pub(in crate::web) async fn power(
    answering: Answering,
    name: Named,
    form: Sent<PowerForm>,
) -> Response {
    let (back, begun) = begin(name, form, |name| Back {
        to: routes::environment(name),
        what: "the environment",
    });
    let done = match begun {
        Ok((name, form)) => set_power(&answering, name, form).await,
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
