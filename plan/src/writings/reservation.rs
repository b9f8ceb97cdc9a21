//! What somebody keeps free on clouds from a day to a day: an amount, or what a question of what if
//! takes beside what stands there. It is a plan of people and touches no cloud: nobody else's
//! project is kept from anything by it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::name::{CloudName, EnvironmentName};
use model::quota::QuotaKind;
use model::writing::WritingKind;
use serde::{Deserialize, Serialize};

use super::{Says, Weekdays};
use crate::amounts::{Amounts, Measure};
use crate::calendar::Booking;

/// A reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reservation {
    /// What it is for, in a person's words.
    pub what: String,
    /// How much it takes of each cloud's quotas.
    pub takes: BTreeMap<CloudName, BTreeMap<QuotaKind, u64>>,
    /// The question that `takes` was worked out by, where it was, as it stood when this was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<OfScenario>,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
    /// On which days of the week; every day unless said.
    #[serde(default, skip_serializing_if = "Weekdays::is_every")]
    pub week: Weekdays,
}

/// A question of what if that was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfScenario {
    /// About which environment.
    pub environment: EnvironmentName,
    /// What it is called.
    pub name: String,
}

/// Why a reservation makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongReservation {
    /// Nobody said what for.
    #[error("a reservation says what it is for")]
    Nameless,
    /// It ends before it begins.
    #[error("it ends on {until}, before it begins on {from}: choose a later day for its end")]
    Backwards {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        until: NaiveDate,
    },
    /// It takes nothing.
    #[error(
        "it keeps nothing free: name an amount of at least one of {}",
        countable()
    )]
    Nothing,
}

fn countable() -> String {
    let named = Measure::ALL
        .into_iter()
        .filter(|measure| measure.quota().is_some());
    let words: Vec<&str> = named.map(Measure::words).collect();
    words.join(", ")
}

impl Says for Reservation {
    const KIND: WritingKind = WritingKind::Reservation;
}

impl Reservation {
    /// Whether it makes sense.
    pub fn check(&self) -> Result<(), WrongReservation> {
        if self.what.trim().is_empty() {
            return Err(WrongReservation::Nameless);
        }
        if self.until < self.from {
            return Err(WrongReservation::Backwards {
                from: self.from,
                until: self.until,
            });
        }
        let takes = self.takes.values();
        if takes
            .map(Amounts::of_quotas)
            .all(|amounts| amounts.is_nothing())
        {
            return Err(WrongReservation::Nothing);
        }
        Ok(())
    }

    /// Whether it keeps free what a kept question takes: then it is not in that question's way.
    pub fn is_for(&self, environment: &EnvironmentName, question: &str) -> bool {
        let of = self.scenario.as_ref();
        of.is_some_and(|of| of.environment == *environment && of.name == question)
    }

    /// What it keeps free on one cloud, where it does.
    pub fn on(&self, cloud: &CloudName) -> Option<Booking> {
        let amounts = Amounts::of_quotas(self.takes.get(cloud)?);
        (!amounts.is_nothing()).then(|| Booking {
            what: self.what.clone(),
            amounts,
            from: self.from,
            until: self.until,
            week: self.week,
        })
    }
}
