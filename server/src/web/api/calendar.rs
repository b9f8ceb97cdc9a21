//! Capacity by date: what the page shows, as JSON.

use std::sync::Arc;

use app::data::{CapacityData, CloudCalendar, Growth, ShownReservation, ShownTarget};
use app::routes::{CapacityAsk, Query};
use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use model::id::RevisionNumber;
use model::name::{CloudName, EnvironmentName};
use plan::amounts::Measure;
use plan::calendar::Calendar;
use plan::forecast::{Band, Forecast, Point, Reached};
use plan::progress::Progress;
use plan::writings::{Reservation, Target};
use serde::Serialize;

use super::read;
use crate::web::Web;
use crate::web::backend::Reader;
use crate::web::trouble::bad_request;

/// Capacity by date.
#[derive(Serialize)]
struct Body {
    /// None where no environment is on any cloud.
    cloud: Option<CloudName>,
    /// When the cloud last told of its quotas.
    asked_at: Option<DateTime<Utc>>,
    /// In a sentence.
    verdict: Option<String>,
    calendar: Option<Calendar>,
    growth: Vec<Grown>,
    reservations: Vec<Reserved>,
    targets: Vec<Planned>,
}

/// Where growth leads.
#[derive(Serialize)]
struct Grown {
    measure: Measure,
    points: Vec<Point>,
    #[serde(flatten)]
    forecast: Forecast,
    /// At the end of what is shown; none where there is no line.
    at_the_end: Option<Band>,
    limit: Option<u64>,
    reached: Option<Reached>,
    until: NaiveDate,
}

impl From<Growth> for Grown {
    fn from(growth: Growth) -> Self {
        let Growth {
            measure,
            points,
            forecast,
            limit,
            reached,
            until,
        } = growth;
        let at_the_end = match &forecast {
            Forecast::Line(trend) => Some(trend.on(until)),
            Forecast::TooLittle { .. } => None,
        };
        Self {
            measure,
            points,
            forecast,
            at_the_end,
            limit,
            reached,
            until,
        }
    }
}

/// A reservation.
#[derive(Serialize)]
struct Reserved {
    id: String,
    by: String,
    #[serde(flatten)]
    reservation: Reservation,
}

/// A plan with a target date.
#[derive(Serialize)]
struct Planned {
    environment: EnvironmentName,
    #[serde(flatten)]
    target: Target,
    observed: Option<RevisionNumber>,
    overdue: bool,
    progress: Option<Progress>,
}

impl From<CapacityData> for Body {
    fn from(data: CapacityData) -> Self {
        let CapacityData {
            ask: _,
            clouds: _,
            shown,
            reservations,
            targets,
            planned: _,
            questions: _,
        } = data;
        let reservations = reservations.into_iter().map(
            |ShownReservation {
                 id,
                 reservation,
                 by,
             }| Reserved {
                id,
                by,
                reservation,
            },
        );
        let targets = targets.into_iter().map(
            |ShownTarget {
                 environment,
                 target,
                 progress,
                 observed,
                 overdue,
             }| Planned {
                environment,
                target,
                observed,
                overdue,
                progress,
            },
        );
        let mut body = Self {
            cloud: None,
            asked_at: None,
            verdict: None,
            calendar: None,
            growth: Vec::new(),
            reservations: reservations.collect(),
            targets: targets.collect(),
        };
        if let Some(CloudCalendar {
            cloud,
            asked,
            calendar,
            growth,
        }) = shown
        {
            body.cloud = Some(cloud);
            body.asked_at = asked.map(|asked| asked.at);
            body.verdict = Some(calendar.sentence());
            body.calendar = Some(calendar);
            body.growth = growth.into_iter().map(Grown::from).collect();
        }
        body
    }
}

/// `GET /capacity[?cloud=&days=]`
pub(super) async fn capacity(State(web): State<Arc<Web>>, uri: Uri) -> Response {
    let query = Query::parse(uri.query().unwrap_or_default());
    let body = async {
        let ask = CapacityAsk::read(&query).map_err(bad_request)?;
        let reader = Reader::new(&web, &uri);
        Ok(Body::from(reader.read_capacity(&ask).await?))
    };
    read(body.await)
}
