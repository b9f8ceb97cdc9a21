//! The log of acts.

use leptos::prelude::*;

use crate::components::empty::empty;
use crate::components::frame::{Place, heading};
use crate::components::log;
use crate::context::{Shown, page, query, readable};
use crate::data::AuditData;
use crate::routes;

/// The page.
#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    page(|backend| async move {
        let environment = readable(query().value("environment"))?;
        let AuditData {
            environment,
            entries,
        } = backend.audit(environment.as_ref()).await?;
        let lead = environment.map(|name| {
            view! {
                "Of "
                <a href=routes::environment(&name)>{name.to_string()}</a>
                " only. "
                <a href=routes::AUDIT>"All activity"</a>
            }
            .into_any()
        });
        let body = if entries.is_empty() {
            empty(
                "Nobody has done anything yet.",
                "Every act appears here with who, when and why.",
            )
            .into_any()
        } else {
            log::table(&entries).into_any()
        };
        Ok(Shown {
            title: "Activity".to_owned(),
            place: Place::Log,
            view: view! {
                {heading("Activity", lead, ())}
                {body}
            }
            .into_any(),
        })
    })
}
