//! Pages: rendered whole by the app, kept with gaps where that is allowed, filled in for each
//! answer. Of its request a page is told the address and the colours alone, so that no secret of a
//! header can get into one.

use std::sync::Arc;

use app::backend::BackendContext;
use app::data::{CompareData, EditData, Viewer};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use leptos::IntoView;
use leptos::context::provide_context;
use leptos::nonce::Nonce;
use leptos::prelude::{AnyView, IntoAny};

use super::backend::Reader;
use super::kept::{Address, Answer};
use super::template::{Filling, Template};
use super::trouble::{Failed, failed};
use super::who::{self, Who};
use super::{Web, answer, gate};

/// The largest page that is sent.
const LARGEST: usize = 256 << 20;

/// A page of the app.
pub(super) async fn page(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    request: Request,
) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return wrong_method(request).await;
    }
    if gate::is_api(request.uri().path()) {
        return answer::json_failure(&super::trouble::not_found("such address in the API"));
    }
    let asked = Asked::of(request.uri(), request.headers());
    match shown(&web, &who, &asked).await {
        Ok(answer) => send(&web, who.form_token(), &answer),
        Err(failure) => answer::bare_failure(&failure),
    }
}

/// What a page is told of its request.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    uri: Uri,
    theme: Option<&'static str>,
}

impl Asked {
    pub(super) fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        Self {
            uri: uri.clone(),
            theme: who::theme(headers),
        }
    }
}

/// The answer to a form where there is none.
pub(super) async fn wrong_method(request: Request) -> Response {
    let failure = failed(
        StatusCode::METHOD_NOT_ALLOWED,
        "This can’t be done here",
        format!("{} takes no {}.", request.uri().path(), request.method()),
        "Go to the page and use its buttons.",
    );
    if gate::is_api(request.uri().path()) {
        answer::json_failure(&failure)
    } else {
        answer::bare_failure(&failure)
    }
}

/// Whether a page may be kept: one that asks a cloud for what it shows may not.
fn is_kept(asked: &Uri) -> bool {
    let path = asked.path();
    let of_an_instance = path.starts_with("/environments/") && path.contains("/instances/");
    !path.ends_with("/copy") && !path.ends_with("/destroy") && !of_an_instance
}

/// The viewer of a page, with a gap for the form token.
fn viewer(web: &Web, who: &Who) -> Viewer {
    Viewer {
        name: who.name().map(ToOwned::to_owned),
        form_token: web.marks.form_token.clone(),
        now: web.engine.clock().now(),
    }
}

/// A page, as it was kept or made anew.
async fn shown(web: &Arc<Web>, who: &Who, asked: &Asked) -> Result<Arc<Answer>, Failed> {
    let viewer = viewer(web, who);
    let caches = web.caches.as_ref().filter(|_| is_kept(&asked.uri));
    let Some(caches) = caches else {
        return Ok(Arc::new(render(web, viewer, asked, shell(web)).await));
    };
    let state = web.state().await?;
    let monotonic = web.engine.clock().monotonic();
    let address = Address {
        name: viewer.name.clone(),
        theme: asked.theme,
        path: asked.uri.to_string(),
    };
    if let Some(answer) = caches.kept.get(&address, state, monotonic) {
        return Ok(answer);
    }
    let answer = Arc::new(render(web, viewer, asked, shell(web)).await);
    if answer.status == StatusCode::OK {
        caches.kept.put(address, state, monotonic, &answer);
    }
    Ok(answer)
}

/// A page for whoever is not known, never kept.
pub(super) async fn unsigned(web: &Arc<Web>, asked: &Asked) -> Response {
    let viewer = viewer(web, &Who::Nobody);
    let answer = render(web, viewer, asked, shell(web)).await;
    send(web, "", &answer)
}

/// The page that says why a form was refused.
pub(super) async fn refusal(
    web: &Arc<Web>,
    who: &Who,
    asked: &Asked,
    status: StatusCode,
    refusal: app::Refusal,
) -> Response {
    let options = web.leptos.clone();
    let view = move || app::refusal_page(options.clone(), refusal.clone());
    let mut answer = render(web, viewer(web, who), asked, view).await;
    answer.status = status;
    send(web, who.form_token(), &answer)
}

/// The editor as it is after a form of it.
pub(super) async fn edited(
    web: &Arc<Web>,
    who: &Who,
    asked: &Asked,
    status: StatusCode,
    data: EditData,
) -> Response {
    let options = web.leptos.clone();
    let view = move || app::edit_page(options.clone(), data.clone());
    let mut answer = render(web, viewer(web, who), asked, view).await;
    answer.status = status;
    send(web, who.form_token(), &answer)
}

/// The comparison after a form of it that brought a file which is none.
pub(super) async fn not_compared(
    web: &Arc<Web>,
    who: &Who,
    asked: &Asked,
    status: StatusCode,
    data: CompareData,
) -> Response {
    let options = web.leptos.clone();
    let view = move || app::compare_page(options.clone(), data.clone());
    let mut answer = render(web, viewer(web, who), asked, view).await;
    answer.status = status;
    send(web, who.form_token(), &answer)
}

/// The app's document.
fn shell(web: &Web) -> impl Fn() -> AnyView + Clone + Send + Sync + use<> {
    let options = web.leptos.clone();
    move || app::shell(options.clone()).into_any()
}

/// Renders a page.
async fn render<V: IntoView + 'static>(
    web: &Arc<Web>,
    viewer: Viewer,
    asked: &Asked,
    view: impl Fn() -> V + Clone + Send + Sync + 'static,
) -> Answer {
    let backend: BackendContext = Arc::new(Reader::new(web, &asked.uri));
    // The policy names the inline scripts by their hashes; a nonce that changes would say nothing.
    let nonce = Nonce::from_value("");
    let context = move || {
        provide_context(Arc::clone(&backend));
        provide_context(viewer.clone());
        provide_context(nonce.clone());
    };
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = asked.uri.clone();
    if let Some(theme) = asked.theme
        && let Ok(cookie) = HeaderValue::try_from(format!("theme={theme}"))
    {
        request.headers_mut().insert(header::COOKIE, cookie);
    }
    let response = leptos_axum::render_app_async_with_context(context, view)(request).await;
    let (parts, body) = response.into_parts();
    let (status, body) = match to_bytes(body, LARGEST).await {
        Ok(body) => (parts.status, body),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered whole");
            (StatusCode::INTERNAL_SERVER_ERROR, Bytes::new())
        }
    };
    let mut headers = HeaderMap::new();
    for (name, value) in &parts.headers {
        // The length is that of the filled page.
        if *name != header::CONTENT_LENGTH {
            headers.append(name, value.clone());
        }
    }
    Answer {
        status,
        headers,
        body: Template::new(body, &web.marks),
    }
}

/// Fills a page in and sends it.
fn send(web: &Web, form_token: &str, answer: &Answer) -> Response {
    let entropy = web.engine.entropy();
    let body = answer.body.fill(&Filling {
        form_token,
        key: &|| entropy.uuid().to_string(),
    });
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers.clone();
    response
}
