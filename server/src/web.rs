//! The web side: pages, forms, JSON, progress, over one engine.
//!
//! The road of a request: [`gate`] finds out who asks and turns away whoever may not, before
//! anything is rendered, unless it is an instance that reports ([`phone_home`]) or a host that tells what it
//! measures ([`measure`]); pages and reads of
//! the API come from the store through [`backend`], or from [`kept`] where nothing was written since;
//! forms go to [`engine::Engine::submit`] and nowhere else. Nothing here calls a cloud, except through the engine's previews, its consoles and its
//! question about quotas; nothing here changes anything but tokens and the files that people bring to be
//! compared ([`engine::files`]).

mod acts;
mod answer;
mod api;
mod backend;
mod clicks;
mod events;
mod form_token;
mod gate;
mod headers;
mod headroom;
mod kept;
mod log;
mod measure;
mod origin;
mod pages;
mod phone_home;
mod sign_in;
mod template;
mod trouble;
mod version;
mod who;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use engine::Engine;
use leptos::config::LeptosOptions;
use model::operation::Trouble;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use app::routes;

/// How the web side works.
#[derive(Clone, Copy, Debug)]
pub struct WebOptions {
    /// Whether answers and tokens are remembered. Without, everything is the same, only slower.
    pub caches: bool,
    /// Whether browsers may send the session's cookie over HTTPS alone; set where the server is
    /// only reached so.
    pub secure_cookies: bool,
}

impl Default for WebOptions {
    fn default() -> Self {
        Self {
            caches: true,
            secure_cookies: false,
        }
    }
}

/// What is remembered from one request to the next; nothing that could not be asked for again.
#[derive(Debug, Default)]
struct Caches {
    kept: kept::Kept,
    found: who::Found,
    digests: backend::Digests,
    states: backend::KeptStates,
}

/// Everything that the handlers share.
struct Web {
    engine: Arc<Engine>,
    options: WebOptions,
    leptos: LeptosOptions,
    marks: template::Marks,
    versions: version::Versions,
    /// None where nothing may be remembered.
    caches: Option<Caches>,
    headroom: Arc<headroom::Headroom>,
    proofs: backend::Proofs,
    clicks: clicks::Clicks,
}

impl Web {
    /// What everything is made of that is shown now; asked before anything is read.
    async fn state(&self) -> Result<kept::State, engine::port::StoreError> {
        Ok(kept::State {
            version: self.versions.now(&self.engine).await?,
            headroom: self.headroom.generation(),
        })
    }
}

/// The whole web side over an engine, to be served at the root of a host.
pub fn router(engine: Arc<Engine>, options: WebOptions) -> Router {
    // Sets up what rendering needs beneath, once for the process.
    let _routes = leptos_axum::generate_route_list(app::App);
    let leptos = LeptosOptions::builder()
        .output_name("app")
        .site_pkg_dir(crate::assets::pkg_dir())
        .env(leptos::config::Env::PROD)
        .build();
    // Hashes and our own words always fit into a header.
    let policy = HeaderValue::try_from(app::policy::content_security_policy(&leptos))
        .unwrap_or(HeaderValue::from_static("default-src 'self'"));
    let web = Arc::new(Web {
        leptos,
        marks: template::Marks::new(&engine.entropy().secret()),
        versions: version::Versions::default(),
        caches: options.caches.then(Caches::default),
        headroom: headroom::Headroom::begin(&engine),
        proofs: backend::Proofs::default(),
        clicks: clicks::Clicks::default(),
        engine,
        options,
    });
    let gated = Router::new()
        .route(routes::SIGN_IN, get(sign_in::show).post(sign_in::submit))
        .route(routes::SIGN_OUT, post(sign_in::leave))
        .route(routes::COPIES, post(acts::copy))
        .route(routes::DESTROY, get(pages::page).post(acts::destroy))
        .route(routes::EXTEND, post(acts::extend))
        .route(routes::POWER, post(acts::power))
        .route(routes::RESUME, post(acts::resume))
        .route(routes::FETCH_KEY, post(acts::fetch_key))
        .route(routes::COLLECT, post(acts::collect))
        .route(routes::ASSIGN, post(acts::assign))
        .route(routes::UNASSIGN, post(acts::unassign))
        .route(
            routes::EDIT,
            get(pages::page)
                .post(acts::edit)
                .layer(DefaultBodyLimit::max(gate::LARGEST_EDIT)),
        )
        .route(
            routes::COMPARE,
            get(pages::page)
                .post(acts::compare)
                .layer(DefaultBodyLimit::max(gate::LARGEST_COMPARE)),
        )
        .route(routes::EXPLAIN, post(acts::explain))
        .route(routes::RESERVATIONS, post(acts::reservation))
        .route(routes::TARGETS, post(acts::target))
        .route(routes::PRICES, get(pages::page).post(acts::prices))
        .route(routes::CASES, get(pages::page).post(acts::case))
        .route(routes::CASE_REMOVE, post(acts::case_remove))
        .route(routes::CASE_FILE, get(acts::case_file))
        .route(routes::WHAT_IF, get(pages::page).post(acts::scenario))
        .route(routes::PRICES_CSV, get(acts::prices_csv))
        .route(routes::NOTES, get(pages::page).post(acts::note))
        .route(routes::EVENTS, get(events::events))
        .merge(api::files())
        .nest("/api/v1", api::router(&web))
        .fallback(pages::page)
        .method_not_allowed_fallback(pages::wrong_method)
        .layer(from_fn_with_state(Arc::clone(&web), gate::gate));
    Router::new()
        .route("/health", get(health))
        .nest(routes::PHONE_HOME, phone_home::router())
        .nest(routes::COLLECTD, measure::router())
        .merge(crate::assets::router())
        .merge(gated)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(from_fn_with_state(policy, headers::put))
        .layer(from_fn(log::requests))
        .with_state(web)
}

/// For whoever watches over the server: it answers, and so does its store.
async fn health(
    axum::extract::State(web): axum::extract::State<Arc<Web>>,
) -> (StatusCode, &'static str) {
    match web.engine.store().version().await {
        Ok(_) => (StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::warn!(%error, "the store does not answer");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the store does not answer\n",
            )
        }
    }
}

/// The answer where our own code gave up.
fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> axum::response::Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&'static str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = text, "a request could not be answered");
    answer::bare_failure(&trouble::Failed {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        trouble: Trouble {
            what: "The page can’t be shown".into(),
            why: "Understudy made a mistake; the log has the details.".into(),
            todo: "Try again; if it stays so, report it.".into(),
        },
    })
}
