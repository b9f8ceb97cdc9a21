//! The form that says what a difference is put down to.

use std::sync::Arc;

use app::data::CompareOrigin;
use app::routes::{self, CompareAsk, ExplainForm, Query};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use engine::Ask;
use engine::writings::NewWriting;
use plan::explain::Fingerprint;
use plan::writings::{Between, Explanation};

use super::{Answering, Back, Sent, sent};
use crate::web::Web;
use crate::web::backend::{Question, Reader, compared};
use crate::web::trouble::{Failed, bad_request, failed};
use crate::web::who::Who;

/// Says what a difference is put down to.
pub(in crate::web) async fn explain(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    uri: Uri,
    headers: HeaderMap,
    form: Sent<ExplainForm>,
) -> Response {
    let reader = Reader::new(&web, &uri);
    let answering = Answering::new(web, who, &uri, &headers);
    let mut back = Back {
        to: routes::COMPARE.to_owned(),
        what: "the comparison",
    };
    let form = match sent(form) {
        Ok(form) => form,
        Err(error) => return answering.answer(Err(error), back).await,
    };
    // Read and written anew, so that it can lead nowhere else.
    let ask = match CompareAsk::read(&Query::parse(&form.comparison)).map_err(bad_request) {
        Ok(ask) => ask,
        Err(error) => return answering.answer(Err(error), back).await,
    };
    back.to = ask.address();
    let done = say(&answering, &reader, &ask, form).await;
    answering.answer(done, back).await
}

async fn say(
    answering: &Answering,
    reader: &Reader,
    ask: &CompareAsk,
    form: ExplainForm,
) -> Result<String, Failed> {
    let ExplainForm {
        form_token: _,
        comparison: _,
        fingerprint,
        class,
        reason,
    } = form;
    let (class, reason) = (class.trim(), reason.trim());
    let request = answering.request(reason, None)?;
    let shown = compared(reader, &Question::of(ask)?).await?;
    for side in [&shown.a, &shown.b] {
        if let CompareOrigin::File { name, .. } = &side.origin {
            return Err(bad_request(format!(
                "Nothing can be said of {name}: what is said is kept for two environments. Bring it in first."
            )));
        }
    }
    let fingerprint = Fingerprint::from(fingerprint);
    let mut rows = shown.report.changes.iter();
    let row = rows.find(|row| Fingerprint::of(row) == fingerprint);
    let row = row.ok_or_else(|| {
        failed(
            StatusCode::CONFLICT,
            "The difference is another by now",
            "What it was said of has changed since the page was shown.",
            "Look at the comparison again.",
        )
    })?;
    let text = if class.is_empty() {
        None
    } else if reason.is_empty() {
        return Err(bad_request(
            "Say why: whoever reads it later knows no more than what stands there.",
        ));
    } else {
        Some(Explanation {
            class: class.parse().map_err(bad_request)?,
            reason: reason.to_owned(),
            what: format!("{} {} {}", row.change, row.kind, row.key),
        })
    };
    let ask_engine = Ask::Write(NewWriting::Explanation {
        between: Between {
            a: shown.a.environment,
            b: shown.b.environment,
        },
        fingerprint,
        text,
    });
    answering.web.engine.submit(request, ask_engine).await?;
    Ok(ask.address())
}
