//! Forms: each becomes one act for the engine and is answered by a redirect, or by the key that was
//! asked for. One that is refused is answered by a page that says why, with the way back to what was
//! typed.

mod capacity;
mod cases;
mod clouds;
mod compare;
mod edit;
mod explain;
mod notes;
mod power;
mod prices;
mod scenario;

use std::sync::Arc;

use app::Refusal;
use app::routes::{self, CopyForm, DestroyForm, ExtendForm, PlainForm};
use axum::extract::rejection::{ExtensionRejection, FormRejection, PathRejection};
use axum::extract::{Extension, Form, FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use chrono::Duration;
use engine::keypair::PrivateKey;
use engine::port::StoreError;
use engine::preview::CopyOrder;
use engine::{Ask, EngineError, Outcome, Request};
use model::act::Act;
use model::id::OperationId;
use model::name::{EnvironmentName, KeypairName};

use super::pages::Asked;
use super::trouble::{Failed, bad_request, failed};
use super::who::Who;
use super::{Web, answer, pages};

pub(super) use capacity::{reservation, target};
pub(super) use cases::{case, case_file, case_remove};
pub(super) use clouds::{assign, collect, unassign};
pub(super) use compare::compare;
pub(super) use edit::edit;
pub(super) use explain::explain;
pub(super) use notes::note;
pub(super) use power::power;
pub(super) use prices::{prices, prices_csv};
pub(super) use scenario::scenario;

/// For how long after an environment was asked for the same person's form for it counts as the
/// same click.
const SAME_CLICK: Duration = Duration::seconds(60);

/// What a refused form goes back to.
struct Back {
    to: String,
    what: &'static str,
}

/// One form being answered.
pub(super) struct Answering {
    web: Arc<Web>,
    who: Who,
    asked: Asked,
}

/// Every handler of a form begins with this.
impl FromRequestParts<Arc<Web>> for Answering {
    type Rejection = ExtensionRejection;

    async fn from_request_parts(
        parts: &mut Parts,
        web: &Arc<Web>,
    ) -> Result<Self, ExtensionRejection> {
        let Extension(who) = Extension::<Who>::from_request_parts(parts, web).await?;
        Ok(Self::new(Arc::clone(web), who, &parts.uri, &parts.headers))
    }
}

impl Answering {
    fn new(web: Arc<Web>, who: Who, uri: &Uri, headers: &HeaderMap) -> Self {
        Self {
            web,
            who,
            asked: Asked::of(uri, headers),
        }
    }

    fn request(&self, reason: &str, key: Option<String>) -> Result<Request, Failed> {
        let actor = self.who.actor().ok_or_else(|| {
            failed(
                StatusCode::UNAUTHORIZED,
                "You are not signed in",
                "Every act has somebody who asked for it.",
                "Sign in and try again.",
            )
        })?;
        Ok(Request {
            actor,
            reason: Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty()),
            idempotency_key: key,
        })
    }

    async fn answer(&self, done: Result<String, Failed>, back: Back) -> Response {
        match done {
            Ok(to) => answer::see_other(&to),
            Err(Failed { status, trouble }) => {
                let refusal = Refusal {
                    trouble,
                    back: back.to,
                    back_to: back.what.to_owned(),
                };
                pages::refusal(&self.web, &self.who, &self.asked, status, refusal).await
            }
        }
    }
}

/// Where to look at what came of an act: at the operation, or at the environment.
fn followed(outcome: &Outcome, environment: &EnvironmentName) -> String {
    let operation = outcome.queued().map(routes::operation);
    operation.unwrap_or_else(|| routes::environment(environment))
}

type Named = Result<Path<EnvironmentName>, PathRejection>;
type Sent<F> = Result<Form<F>, FormRejection>;

fn named(name: Named) -> Result<EnvironmentName, Failed> {
    name.map(|Path(name)| name)
        .map_err(|_| super::trouble::not_found("environment of that name"))
}

fn sent<F>(form: Sent<F>) -> Result<F, Failed> {
    form.map(|Form(form)| form)
        .map_err(|error| bad_request(error.body_text()))
}

/// What a form about an environment begins with: which one, what was sent, and where a refusal goes back to.
fn begin<F>(
    name: Named,
    form: Sent<F>,
    back: impl FnOnce(&EnvironmentName) -> Back,
) -> (Back, Result<(EnvironmentName, F), Failed>) {
    match named(name) {
        Ok(name) => (back(&name), sent(form).map(|form| (name, form))),
        Err(error) => (dashboard(), Err(error)),
    }
}

fn dashboard() -> Back {
    Back {
        to: routes::DASHBOARD.to_owned(),
        what: "the dashboard",
    }
}

/// Starts a copy.
pub(super) async fn copy(answering: Answering, name: Named, form: Sent<CopyForm>) -> Response {
    let source = match named(name) {
        Ok(source) => source,
        Err(error) => return answering.answer(Err(error), dashboard()).await,
    };
    let form = match sent(form) {
        Ok(form) => form,
        Err(error) => {
            let back = Back {
                to: routes::copy_preview(&source),
                what: "the preview",
            };
            return answering.answer(Err(error), back).await;
        }
    };
    // What was typed is in the address of the preview.
    let back = Back {
        to: preview_of(&source, &form),
        what: "the preview",
    };
    let led = answering.web.clicks.of(&form.idempotency_key);
    let mut led = led.lock().await;
    if let Some(to) = &*led {
        return answer::see_other(to);
    }
    let done = start_copy(&answering, source, form).await;
    if let Ok(to) = &done {
        *led = Some(to.clone());
    }
    answering.answer(done, back).await
}

/// The preview with what a form holds.
fn preview_of(source: &EnvironmentName, form: &CopyForm) -> String {
    let CopyForm {
        form_token: _,
        recipe,
        name,
        hours,
        reason,
        plan_hash: _,
        idempotency_key: _,
    } = form;
    let parameters = [
        ("recipe", recipe.to_string()),
        ("name", name.clone()),
        ("hours", hours.to_string()),
        ("reason", reason.clone()),
    ];
    let query: Vec<String> = parameters
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", super::gate::encoded(value)))
        .collect();
    format!("{}?{}", routes::copy_preview(source), query.join("&"))
}

async fn start_copy(
    answering: &Answering,
    source: EnvironmentName,
    form: CopyForm,
) -> Result<String, Failed> {
    let CopyForm {
        form_token: _,
        recipe,
        name,
        hours,
        reason,
        plan_hash,
        idempotency_key,
    } = form;
    let engine = &answering.web.engine;
    let name = EnvironmentName::new(name.trim()).map_err(|error| {
        failed(
            StatusCode::UNPROCESSABLE_ENTITY,
            "The copy can’t be called so",
            format!("“{}” is not {}.", error.text, error.what),
            format!("{}.", super::trouble::capital(error.rule)),
        )
    })?;
    let request = answering.request(&reason, Some(idempotency_key))?;
    if let Some(there) = engine.store().environment(&name).await? {
        // Another's environment must not be taken for the copy that was asked for here.
        let newest = engine.store().operations(Some(there.id), 1).await?;
        let same_click = newest.first().is_some_and(|operation| {
            operation.actor == request.actor
                && engine.clock().now() - operation.submitted_at < SAME_CLICK
        });
        if !same_click {
            return Err(StoreError::NameTaken(name).into());
        }
    }
    let ask = Ask::Copy {
        order: CopyOrder {
            source,
            revision: None,
            recipe,
            name: name.clone(),
            hours: Some(hours),
        },
        seen: Some(plan_hash).filter(|hash| !hash.is_empty()),
    };
    if let Outcome::NothingToDo(_) = engine.submit(request, ask).await? {
        return Err(StoreError::NameTaken(name).into());
    }
    Ok(routes::environment(&name))
}

/// Takes an environment down.
pub(super) async fn destroy(
    answering: Answering,
    name: Named,
    form: Sent<DestroyForm>,
) -> Response {
    let name = match named(name) {
        Ok(name) => name,
        Err(error) => return answering.answer(Err(error), dashboard()).await,
    };
    let mut back = Back {
        to: routes::destroy(&name),
        what: "the question",
    };
    let done = match sent(form) {
        Ok(form) => {
            let reason = form.reason.trim();
            if !reason.is_empty() {
                back.to = format!("{}?reason={}", back.to, super::gate::encoded(reason));
            }
            take_down(&answering, name, form).await
        }
        Err(error) => Err(error),
    };
    answering.answer(done, back).await
}

async fn take_down(
    answering: &Answering,
    name: EnvironmentName,
    form: DestroyForm,
) -> Result<String, Failed> {
    let DestroyForm {
        form_token: _,
        confirm,
        reason,
    } = form;
    if confirm.trim() != name.as_str() {
        return Err(failed(
            StatusCode::UNPROCESSABLE_ENTITY,
            format!("{name} was not destroyed"),
            format!(
                "To confirm, its name is typed; “{}” was typed.",
                confirm.trim()
            ),
            format!("Type {name}, or keep it."),
        ));
    }
    let engine = &answering.web.engine;
    let request = answering.request(&reason, None)?;
    let ask = Ask::TakeDown {
        environment: name.clone(),
    };
    match engine.submit(request, ask).await {
        Ok(outcome) => Ok(followed(&outcome, &name)),
        Err(EngineError::Store(StoreError::Busy {
            environment,
            operation,
        })) => {
            // Pressed twice: what was asked for is under way.
            match engine.store().operation(operation).await? {
                Some(open) if matches!(open.act, Act::TakeDown { .. }) => {
                    Ok(routes::operation(operation))
                }
                _ => Err(StoreError::Busy {
                    environment,
                    operation,
                }
                .into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// Lets a temporary environment live longer.
pub(super) async fn extend(answering: Answering, name: Named, form: Sent<ExtendForm>) -> Response {
    let (back, begun) = begin(name, form, |name| Back {
        to: routes::environment(name),
        what: "the environment",
    });
    let done = match begun {
        Ok((name, form)) => lengthen(&answering, name, form).await,
        Err(error) => Err(error),
    };
    answering.answer(done, back).await
}

async fn lengthen(
    answering: &Answering,
    name: EnvironmentName,
    form: ExtendForm,
) -> Result<String, Failed> {
    let ExtendForm {
        form_token: _,
        hours,
        reason,
    } = form;
    let engine = &answering.web.engine;
    let environment = engine.environment(&name).await?;
    let lease = engine.store().lease(environment.id).await?;
    let from = lease.map_or(engine.clock().now(), |lease| lease.expires_at);
    // A number of hours that leads out of the calendar leads out of any lease as well.
    let until = Duration::try_hours(i64::from(hours))
        .and_then(|longer| from.checked_add_signed(longer))
        .ok_or_else(|| bad_request(format!("{hours} hours are more than any lease allows.")))?;
    let request = answering.request(&reason, None)?;
    let ask = Ask::Extend {
        environment: name.clone(),
        until,
    };
    engine.submit(request, ask).await?;
    Ok(routes::environment(&name))
}

/// Gives the private half of a keypair, as a file.
pub(super) async fn fetch_key(
    answering: Answering,
    named: Result<Path<(EnvironmentName, KeypairName)>, PathRejection>,
    form: Sent<PlainForm>,
) -> Response {
    let Ok(Path((name, keypair))) = named else {
        let error = super::trouble::not_found("such keypair");
        return answering.answer(Err(error), dashboard()).await;
    };
    let back = Back {
        to: routes::environment(&name),
        what: "the environment",
    };
    let file = format!("{name}-{keypair}");
    let fetched = match sent(form) {
        Ok(PlainForm { form_token: _ }) => key_of(&answering, name, keypair).await,
        Err(error) => Err(error),
    };
    match fetched {
        Ok(Some(key)) => answer::secret_file(&file, key.expose().to_owned()),
        Ok(None) => answering.answer(Ok(back.to.clone()), back).await,
        Err(error) => answering.answer(Err(error), back).await,
    }
}

async fn key_of(
    answering: &Answering,
    environment: EnvironmentName,
    keypair: KeypairName,
) -> Result<Option<PrivateKey>, Failed> {
    let request = answering.request("", None)?;
    let ask = Ask::FetchKey {
        environment,
        keypair,
    };
    let outcome = answering.web.engine.submit(request, ask).await?;
    Ok(if let Outcome::Key(key) = outcome {
        Some(key)
    } else {
        None
    })
}

/// Takes a stopped operation up again.
pub(super) async fn resume(
    answering: Answering,
    id: Result<Path<OperationId>, PathRejection>,
    form: Sent<PlainForm>,
) -> Response {
    let Ok(Path(id)) = id else {
        let error = super::trouble::not_found("such operation");
        return answering.answer(Err(error), dashboard()).await;
    };
    let back = Back {
        to: routes::operation(id),
        what: "the operation",
    };
    let done = match sent(form) {
        Ok(PlainForm { form_token: _ }) => again(&answering, id).await,
        Err(error) => Err(error),
    };
    answering.answer(done, back).await
}

async fn again(answering: &Answering, id: OperationId) -> Result<String, Failed> {
    let request = answering.request("", None)?;
    let engine = &answering.web.engine;
    engine.submit(request, Ask::Resume(id)).await?;
    Ok(routes::operation(id))
}
