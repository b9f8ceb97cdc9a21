//! What was measured of an instance.

use std::sync::Arc;

use app::routes::Query;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;
use chrono::{DateTime, Utc};
use engine::measure::poll::{Looked, MonitorState};
use model::measure::{Figures, Metric, Reading, Rolled, Span};
use model::name::{EnvironmentName, GroupName};
use serde::Serialize;

use super::read;
use crate::web::Web;
use crate::web::backend::Reader;
use crate::web::trouble::{bad_request, not_found};

type Named = Result<Path<(EnvironmentName, GroupName, u32)>, PathRejection>;

/// What is measured, and in which unit its figures are.
#[derive(Serialize)]
struct What {
    metric: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mount: Option<String>,
    unit: &'static str,
}

impl From<&Metric> for What {
    fn from(metric: &Metric) -> Self {
        let (word, mount) = metric.parts();
        Self {
            metric: word,
            mount: mount.map(ToString::to_string),
            unit: match metric {
                Metric::Load1 | Metric::Load5 | Metric::Load15 => "hundredths",
                Metric::CpuBusy => "hundredths of a percent",
                Metric::MemoryUsed
                | Metric::MemoryTotal
                | Metric::DiskUsed(_)
                | Metric::DiskAvailable(_)
                | Metric::DiskReserved(_) => "MiB",
            },
        }
    }
}

/// What came last of a metric.
#[derive(Serialize)]
struct Last {
    #[serde(flatten)]
    what: What,
    at: DateTime<Utc>,
    value: u64,
}

/// How a metric was over some time.
#[derive(Serialize)]
struct Was {
    #[serde(flatten)]
    what: What,
    from: DateTime<Utc>,
    samples: u64,
    min: u64,
    max: u64,
    mean: u64,
}

#[derive(Serialize)]
struct Answer {
    last: Vec<Last>,
    span: &'static str,
    figures: Vec<Was>,
}

/// `GET /environments/{name}/measured/{group}/{ordinal}[?span=minute|hour|day]`: what came last, and
/// figures of three hours, a week or a year.
pub(super) async fn one(State(web): State<Arc<Web>>, uri: Uri, named: Named) -> Response {
    let answer = async {
        let Path((name, group, ordinal)) = named.map_err(|_| not_found("instance of that name"))?;
        let query = Query::parse(uri.query().unwrap_or_default());
        let word = query.get("span").unwrap_or(Span::Hour.word());
        let span = Span::ALL
            .into_iter()
            .find(|span| span.word() == word)
            .ok_or_else(|| bad_request("“span” is one of minute, hour and day."))?;
        let reader = Reader::new(&web, &uri);
        let measured = reader.measured(&name, &group, ordinal, span).await?;
        Ok(Answer {
            last: measured.last.iter().map(last).collect(),
            span: span.word(),
            figures: measured.figures.iter().map(was).collect(),
        })
    };
    read(answer.await)
}

fn last(reading: &Reading) -> Last {
    let Reading { at, metric, value } = reading;
    Last {
        what: metric.into(),
        at: *at,
        value: *value,
    }
}

fn was(rolled: &Rolled) -> Was {
    let Rolled {
        from,
        metric,
        figures,
    } = rolled;
    let Figures {
        count,
        min,
        max,
        sum: _,
    } = figures;
    Was {
        what: metric.into(),
        from: *from,
        samples: *count,
        min: *min,
        max: *max,
        mean: figures.mean(),
    }
}

/// A monitor that is asked, and what came of the newest look.
#[derive(Serialize)]
struct Monitor {
    name: String,
    at: DateTime<Utc>,
    #[serde(flatten)]
    looked: Looked,
}

#[derive(Serialize)]
struct Monitors {
    monitors: Vec<Monitor>,
}

/// `GET /monitors`: which monitors are asked, and which of their targets are no instance.
pub(super) async fn monitors(State(web): State<Arc<Web>>) -> Response {
    let looks = web.engine.store().looks().await;
    let answer = looks.map(|looks| Monitors {
        monitors: looks
            .into_iter()
            .map(|MonitorState { name, at, looked }| Monitor { name, at, looked })
            .collect(),
    });
    read(answer.map_err(Into::into))
}
