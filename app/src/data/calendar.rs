//! What the page of capacity by date shows.

use chrono::NaiveDate;
use model::id::RevisionNumber;
use model::name::{CloudName, EnvironmentName};
use plan::amounts::Measure;
use plan::calendar::Calendar;
use plan::forecast::{Forecast, Point, Reached};
use plan::progress::Progress;
use plan::writings::{Reservation, Target};

use super::Age;
use crate::routes::CapacityAsk;

/// Capacity by date.
#[derive(Clone, Debug, PartialEq)]
pub struct CapacityData {
    /// What was asked for.
    pub ask: CapacityAsk,
    /// The clouds to choose from.
    pub clouds: Vec<CloudName>,
    /// The one that is shown; none where there is none.
    pub shown: Option<CloudCalendar>,
    /// What is reserved, on any cloud, the first to begin first.
    pub reservations: Vec<ShownReservation>,
    /// The plans with a target date, the first first.
    pub targets: Vec<ShownTarget>,
    /// The environments that something is planned of.
    pub planned: Vec<EnvironmentName>,
    /// The questions of what if that were kept, which can reserve.
    pub questions: Vec<(EnvironmentName, String)>,
}

/// The calendar of one cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct CloudCalendar {
    /// Which.
    pub cloud: CloudName,
    /// When it last told of its quotas; none where it never did.
    pub asked: Option<Age>,
    /// Day by day.
    pub calendar: Calendar,
    /// Where its growth leads.
    pub growth: Vec<Growth>,
}

/// The growth of one measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Growth {
    /// Of what.
    pub measure: Measure,
    /// What was, week by week.
    pub points: Vec<Point>,
    /// Where it leads.
    pub forecast: Forecast,
    /// The cloud's limit, where there is one and it is told.
    pub limit: Option<u64>,
    /// When that is reached, where there is a line.
    pub reached: Option<Reached>,
    /// How far is looked ahead.
    pub until: NaiveDate,
}

/// A reservation with what it is changed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownReservation {
    /// Its id.
    pub id: String,
    /// What it says.
    pub reservation: Reservation,
    /// Who wrote it.
    pub by: String,
}

/// A plan with a target date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownTarget {
    /// Of which environment.
    pub environment: EnvironmentName,
    /// By when.
    pub target: Target,
    /// How far it has come; none where nothing is planned any more.
    pub progress: Option<Progress>,
    /// The observed state that it was held against; none where nothing was there.
    pub observed: Option<RevisionNumber>,
    /// Whether the day has passed before all was done.
    pub overdue: bool,
}
