//! The forms of capacity by date: to reserve, to withdraw, to set a target date.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::routes::{self, ReservationForm, TargetForm};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use engine::Ask;
use engine::writings::{NewTarget, NewWriting};
use model::name::{CloudName, EnvironmentName};
use model::quota::QuotaKind;
use plan::writings::{OfScenario, Reservation, Weekdays};

use super::{Answering, Back, Sent, sent};
use crate::web::Web;
use crate::web::backend::{Reader, day};
use crate::web::trouble::{Failed, bad_request};
use crate::web::who::Who;

/// The longest word on what a reservation or a target date is for, in characters.
const MAX_WORDS: usize = 300;

/// The most that can be reserved of anything: far above any cloud, low enough that sums are sums.
const MOST: u64 = 1 << 40;

fn back() -> Back {
    Back {
        to: routes::CAPACITY.to_owned(),
        what: "the capacity",
    }
}

/// Reserves something, or withdraws it.
pub(in crate::web) async fn reservation(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    uri: Uri,
    headers: HeaderMap,
    form: Sent<ReservationForm>,
) -> Response {
    let answering = Answering::new(web, who, &uri, &headers);
    let done = match sent(form) {
        Ok(form) => reserve(&answering, &uri, form).await,
        Err(error) => Err(error),
    };
    answering.answer(done, back()).await
}

async fn reserve(
    answering: &Answering,
    uri: &Uri,
    form: ReservationForm,
) -> Result<String, Failed> {
    let request = answering.request("", None)?;
    let engine = &answering.web.engine;
    let id = given(&form.id);
    if let Some(id) = &id {
        let there = engine.reservations().await?;
        if !there.iter().any(|(writing, _)| writing.key.name == *id) {
            return Err(bad_request(
                "The reservation is not there any more: somebody withdrew it.",
            ));
        }
    }
    let text = match given(&form.what) {
        Some(what) => Some(Box::new(read(answering, uri, what, &form).await?)),
        None if id.is_none() => {
            return Err(bad_request("A reservation says what it is for: write it."));
        }
        None => None,
    };
    let ask = Ask::Write(NewWriting::Reservation { id, text });
    engine.submit(request, ask).await?;
    Ok(format!("{}#reservations", routes::CAPACITY))
}

fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn short(text: String) -> Result<String, Failed> {
    if text.chars().count() > MAX_WORDS {
        return Err(bad_request(format!(
            "At most {MAX_WORDS} characters are kept here: put the rest into a note."
        )));
    }
    Ok(text)
}

async fn read(
    answering: &Answering,
    uri: &Uri,
    what: String,
    form: &ReservationForm,
) -> Result<Reservation, Failed> {
    let scenario = given(&form.question)
        .map(|text| question(&text))
        .transpose()?;
    let takes = match &scenario {
        Some(OfScenario { environment, name }) => {
            let reader = Reader::new(&answering.web, uri);
            let takes = reader.reserved_by(environment, name).await?;
            if takes.is_empty() {
                return Err(bad_request(format!(
                    "The question “{name}” takes nothing that is known beside what stands there already: name amounts instead."
                )));
            }
            takes
        }
        None => amounts(&Reader::new(&answering.web, uri), form).await?,
    };
    let week = given(&form.week).map_or(Ok(Weekdays::EVERY), |week| week.parse());
    Ok(Reservation {
        what: short(what)?,
        takes,
        scenario,
        from: day("From", &form.from).map_err(bad_request)?,
        until: day("Until", &form.until).map_err(bad_request)?,
        week: week.map_err(|error| bad_request(error.to_string()))?,
    })
}

/// The question that a form names.
fn question(text: &str) -> Result<OfScenario, Failed> {
    let named = text.split_once('/').and_then(|(environment, name)| {
        let environment = EnvironmentName::new(environment).ok()?;
        let name = name.to_owned();
        Some(OfScenario { environment, name })
    });
    named.ok_or_else(|| bad_request(format!("“{text}” is no question that was kept.")))
}

/// The amounts of a form, on the cloud that it names.
async fn amounts(
    reader: &Reader,
    form: &ReservationForm,
) -> Result<BTreeMap<CloudName, BTreeMap<QuotaKind, u64>>, Failed> {
    let wrong = || {
        bad_request(format!(
            "“{}” is no cloud that any environment is on: choose one.",
            form.cloud.trim()
        ))
    };
    let cloud = CloudName::new(form.cloud.trim()).map_err(|_| wrong())?;
    if !reader.has_capacity_of(&cloud).await? {
        return Err(wrong());
    }
    let fields = [
        (QuotaKind::Instances, "Instances", &form.instances, 1),
        (QuotaKind::Vcpus, "vCPU", &form.vcpus, 1),
        (QuotaKind::RamMib, "Memory", &form.ram_gib, 1024),
        (QuotaKind::Volumes, "Volumes", &form.volumes, 1),
        (QuotaKind::VolumeGib, "Volume storage", &form.volume_gib, 1),
        (
            QuotaKind::FloatingIps,
            "Public addresses",
            &form.public_addresses,
            1,
        ),
    ];
    let mut takes = BTreeMap::new();
    for (kind, name, text, unit) in fields {
        let Some(text) = given(text) else { continue };
        let amount: Option<u64> = text.parse().ok().filter(|amount| *amount < MOST / unit);
        let amount = amount.ok_or_else(|| {
            bad_request(format!(
                "{name}: “{text}” is no amount: give a whole number, in digits."
            ))
        })?;
        if amount > 0 {
            takes.insert(kind, amount * unit);
        }
    }
    Ok(BTreeMap::from([(cloud, takes)]))
}

/// Sets a target date, or takes it away.
pub(in crate::web) async fn target(
    State(web): State<Arc<Web>>,
    Extension(who): Extension<Who>,
    uri: Uri,
    headers: HeaderMap,
    form: Sent<TargetForm>,
) -> Response {
    let answering = Answering::new(web, who, &uri, &headers);
    let done = match sent(form) {
        Ok(form) => set(&answering, form).await,
        Err(error) => Err(error),
    };
    answering.answer(done, back()).await
}

async fn set(answering: &Answering, form: TargetForm) -> Result<String, Failed> {
    let TargetForm {
        form_token: _,
        environment,
        by,
        note,
    } = form;
    let request = answering.request("", None)?;
    let environment =
        EnvironmentName::new(environment.trim()).map_err(|error| bad_request(error.to_string()))?;
    let text = match given(&by) {
        None => None,
        Some(by) => Some(NewTarget {
            by: day("As planned by", &by).map_err(bad_request)?,
            note: given(&note).map(short).transpose()?,
        }),
    };
    let ask = Ask::Write(NewWriting::Target { environment, text });
    answering.web.engine.submit(request, ask).await?;
    Ok(format!("{}#targets", routes::CAPACITY))
}
