//! The document around every page, and which page is at which address.

use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::{MetaTags, Stylesheet, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::backend::PageError;
use crate::components::frame;
use crate::context::{Shown, page};
use crate::data::{CompareData, EditData, Frame};
use crate::islands::theme_of_request;
use crate::pages::audit::AuditPage;
use crate::pages::calendar::CapacityPage;
use crate::pages::case::CasePage;
use crate::pages::cases::CasesPage;
use crate::pages::cloud::CloudPage;
use crate::pages::clouds::CloudsPage;
use crate::pages::compare::{self, ComparePage};
use crate::pages::copy::CopyPage;
use crate::pages::dashboard::DashboardPage;
use crate::pages::destroy::DestroyPage;
use crate::pages::edit::{self, EditPage};
use crate::pages::environment::EnvironmentPage;
use crate::pages::environments::EnvironmentsPage;
use crate::pages::error::{self, Refusal};
use crate::pages::held::HeldPage;
use crate::pages::instance::InstancePage;
use crate::pages::instances::InstancesPage;
use crate::pages::nearest::NearestPage;
use crate::pages::notes::NotesPage;
use crate::pages::operation::OperationPage;
use crate::pages::operations::OperationsPage;
use crate::pages::prices::PricesPage;
use crate::pages::proposals::GroupsPage;
use crate::pages::report::ReportPage;
use crate::pages::runbook::RunbookPage;
use crate::pages::sign_in::SignInPage;
use crate::pages::thing::ThingPage;
use crate::pages::what_if::WhatIfPage;

/// The document around every page. Provide a [`crate::backend::BackendContext`] and a
/// [`crate::data::Viewer`] in the context.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    document(options, || view! { <App /> }.into_any())
}

/// The document around anything.
fn document(options: LeptosOptions, body: impl FnOnce() -> AnyView) -> impl IntoView {
    provide_meta_context();
    let css = format!("/{}/app.css", options.site_pkg_dir);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme_of_request()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="referrer" content="same-origin" />
                // No request for an icon that isn't there.
                <link rel="icon" href="data:," />
                <HydrationScripts options islands=true />
                <Stylesheet id="app" href=css />
                <MetaTags />
            </head>
            <body>{body()}</body>
        </html>
    }
}

/// The page that answers a form that was refused. Use it as a handler's view:
/// `leptos_axum::render_app_async_with_context(context, move || app::refusal_page(options, refusal))`,
/// with the same context as pages have, and set the answer's status.
pub fn refusal_page(options: LeptosOptions, refusal: Refusal) -> impl IntoView {
    answered(options, move || error::refusal(&refusal))
}

/// The editor as it is after a form of it: the same page with what came of the form.
pub fn edit_page(options: LeptosOptions, data: EditData) -> impl IntoView {
    answered(options, move || edit::shown(&data))
}

/// The comparison as it is after a form of it that brought a file which is none.
pub fn compare_page(options: LeptosOptions, data: CompareData) -> impl IntoView {
    answered(options, move || compare::shown(&data))
}

/// A page that answers a form, in the frame that every page has.
fn answered(
    options: LeptosOptions,
    shown: impl FnOnce() -> Shown + Send + 'static,
) -> impl IntoView {
    document(options, move || {
        Suspend::new(async move {
            let backend = use_context::<crate::backend::BackendContext>();
            let frame = match backend {
                Some(backend) => backend.frame().await.unwrap_or_default(),
                None => Frame::default(),
            };
            frame::frame(&frame, shown())
        })
        .into_any()
    })
}

/// The whole application: a page for each address.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=DashboardPage ssr=SsrMode::Async />
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
                <Route path=path!("/edit") view=EditPage ssr=SsrMode::Async />
                <Route path=path!("/environments") view=EnvironmentsPage ssr=SsrMode::Async />
                <Route path=path!("/environments/:name") view=EnvironmentPage ssr=SsrMode::Async />
                <Route path=path!("/environments/:name/copy") view=CopyPage ssr=SsrMode::Async />
                <Route path=path!("/environments/:name/notes") view=NotesPage ssr=SsrMode::Async />
                <Route
                    path=path!("/environments/:name/what-if")
                    view=WhatIfPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=path!("/environments/:name/nearest")
                    view=NearestPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=path!("/environments/:name/runbook")
                    view=RunbookPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=path!("/environments/:name/reports")
                    view=ReportPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=path!("/environments/:name/destroy")
                    view=DestroyPage
                    ssr=SsrMode::Async
                />
                <Route
                    path=path!("/environments/:name/instances/:group/:ordinal")
                    view=InstancePage
                    ssr=SsrMode::Async
                />
                <Route path=path!("/instances") view=InstancesPage ssr=SsrMode::Async />
                <Route path=path!("/clouds") view=CloudsPage ssr=SsrMode::Async />
                <Route path=path!("/clouds/:cloud") view=CloudPage ssr=SsrMode::Async />
                <Route path=path!("/clouds/:cloud/groups") view=GroupsPage ssr=SsrMode::Async />
                <Route path=path!("/clouds/:cloud/:kind") view=HeldPage ssr=SsrMode::Async />
                <Route path=path!("/clouds/:cloud/:kind/thing") view=ThingPage ssr=SsrMode::Async />
                <Route path=path!("/compare") view=ComparePage ssr=SsrMode::Async />
                <Route path=path!("/capacity") view=CapacityPage ssr=SsrMode::Async />
                <Route path=path!("/cases") view=CasesPage ssr=SsrMode::Async />
                <Route path=path!("/cases/:name") view=CasePage ssr=SsrMode::Async />
                <Route path=path!("/prices") view=PricesPage ssr=SsrMode::Async />
                <Route path=path!("/operations") view=OperationsPage ssr=SsrMode::Async />
                <Route path=path!("/operations/:id") view=OperationPage ssr=SsrMode::Async />
                <Route path=path!("/audit") view=AuditPage ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}

/// The page at an address where nothing is.
#[component]
fn NotFound() -> impl IntoView {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(http::StatusCode::NOT_FOUND);
    }
    page(|_| async { Err(PageError::NotFound("page at this address".to_owned())) })
}
