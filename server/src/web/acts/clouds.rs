//! The forms of clouds: have one collected, say whose its servers are, take that back. None of them
//! does anything in a cloud.

use std::sync::Arc;

use app::routes::{self, AssignForm, FormPage, PlainForm, Query, UnassignForm};
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use engine::Ask;
use model::assignment::Selection;
use model::collection::HeldKind;
use model::name::CloudName;

use super::{Answering, Back, Sent, sent};
use crate::web::Web;
use crate::web::trouble::{Failed, bad_request, not_found};
use crate::web::who::Who;

type Named = Result<Path<CloudName>, PathRejection>;

fn named(name: Named) -> Result<CloudName, Failed> {
    name.map(|Path(name)| name)
        .map_err(|_| not_found("cloud of that name"))
}

fn clouds() -> Back {
    Back {
        to: routes::CLOUDS.to_owned(),
        what: "the clouds",
    }
}

/// Has a cloud collected.
pub(in crate::web) async fn collect(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    uri: Uri,
    headers: HeaderMap,
    name: Named,
    form: Sent<PlainForm>,
) -> Response {
    let answering = Answering::new(web, who, &uri, &headers);
    let name = match named(name) {
        Ok(name) => name,
        Err(error) => return answering.answer(Err(error), clouds()).await,
    };
    let back = Back {
        to: routes::cloud(&name),
        what: "the cloud",
    };
    let done = async {
        let PlainForm { form_token: _ } = sent(form)?;
        let ask = Ask::Collect {
            cloud: name.clone(),
        };
        let request = answering.request("", None)?;
        answering.web.engine.submit(request, ask).await?;
        Ok(routes::cloud(&name))
    };
    let done = done.await;
    answering.answer(done, back).await
}

/// The page that a form was on, to which its answer leads.
fn page(cloud: &CloudName, from: FormPage, servers: Option<&Selection>) -> Back {
    let only = match (from, servers) {
        (FormPage::Server, Some(Selection::Servers(ids))) => ids.first(),
        (FormPage::Server | FormPage::Groups, _) => None,
    };
    match only {
        Some(id) => Back {
            to: routes::thing(cloud, HeldKind::Server, id),
            what: "the server",
        },
        None => Back {
            to: routes::groups(cloud, 0),
            what: "the proposed groups",
        },
    }
}

/// Says which environment servers belong to.
pub(in crate::web) async fn assign(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    uri: Uri,
    headers: HeaderMap,
    name: Named,
    body: String,
) -> Response {
    let answering = Answering::new(web, who, &uri, &headers);
    let name = match named(name) {
        Ok(name) => name,
        Err(error) => return answering.answer(Err(error), clouds()).await,
    };
    let form = match AssignForm::read(name.clone(), &Query::parse(&body)) {
        Ok(form) => form,
        Err(why) => {
            let back = page(&name, FormPage::Groups, None);
            return answering
                .answer(Err(bad_request(sentence(&why))), back)
                .await;
        }
    };
    let AssignForm { wish, reason, from } = form;
    let back = page(&name, from, Some(&wish.servers));
    let done = submit(&answering, &reason, Ask::Assign(wish), &back).await;
    answering.answer(done, back).await
}

/// Takes back what was said of servers.
pub(in crate::web) async fn unassign(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    uri: Uri,
    headers: HeaderMap,
    name: Named,
    body: String,
) -> Response {
    let answering = Answering::new(web, who, &uri, &headers);
    let name = match named(name) {
        Ok(name) => name,
        Err(error) => return answering.answer(Err(error), clouds()).await,
    };
    let form = match UnassignForm::read(&Query::parse(&body)) {
        Ok(form) => form,
        Err(why) => {
            let back = page(&name, FormPage::Groups, None);
            return answering
                .answer(Err(bad_request(sentence(&why))), back)
                .await;
        }
    };
    let UnassignForm {
        servers,
        reason,
        from,
    } = form;
    let back = page(&name, from, Some(&servers));
    let ask = Ask::Unassign {
        cloud: name,
        servers,
    };
    let done = submit(&answering, &reason, ask, &back).await;
    answering.answer(done, back).await
}

async fn submit(
    answering: &Answering,
    reason: &str,
    ask: Ask,
    back: &Back,
) -> Result<String, Failed> {
    let request = answering.request(reason, None)?;
    answering.web.engine.submit(request, ask).await?;
    Ok(back.to.clone())
}

/// What is wrong with a form, as a sentence.
fn sentence(why: &str) -> String {
    crate::web::trouble::capital(why)
}
