//! Addresses and forms of capacity by date.

use model::name::{CloudName, EnvironmentName};
use plan::calendar::MOST_DAYS;
use serde::Deserialize;

use super::query::{Query, address};

/// Capacity by date.
pub const CAPACITY: &str = "/capacity";
/// `POST`: writes a reservation, or takes it away.
pub const RESERVATIONS: &str = "/capacity/reservations";
/// `POST`: says by when an environment is to be as planned.
pub const TARGETS: &str = "/capacity/targets";

/// How many days are shown unless asked.
pub const USUAL_DAYS: u16 = 90;

/// What is asked of capacity by date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CapacityAsk {
    /// Which cloud; the first unless named.
    pub cloud: Option<CloudName>,
    /// How many days from today on; [`USUAL_DAYS`] unless named.
    pub days: Option<u16>,
}

impl CapacityAsk {
    /// Reads it from an address.
    pub fn read(query: &Query) -> Result<Self, String> {
        let days: Option<u16> = query.number("days")?;
        if let Some(days) = days.filter(|days| !(1..=MOST_DAYS).contains(days)) {
            return Err(format!(
                "days: {days} is out of bounds: ask for 1 to {MOST_DAYS}"
            ));
        }
        Ok(Self {
            cloud: query.value("cloud")?,
            days,
        })
    }

    /// Its address.
    pub fn address(&self) -> String {
        let Self { cloud, days } = self;
        address(
            CAPACITY,
            &[
                ("cloud", cloud.as_ref().map(ToString::to_string)),
                ("days", days.map(|days| days.to_string())),
            ],
        )
    }

    /// How many days.
    pub fn days(&self) -> u16 {
        self.days.unwrap_or(USUAL_DAYS)
    }
}

/// Reserves something, or withdraws it.
#[derive(Clone, Debug, Deserialize)]
pub struct ReservationForm {
    /// [`super::FORM_TOKEN`].
    pub form_token: String,
    /// Which reservation; a new one where there is none.
    #[serde(default)]
    pub id: String,
    /// What it is for; nothing: it is withdrawn.
    #[serde(default)]
    pub what: String,
    /// On which cloud the amounts are kept free.
    #[serde(default)]
    pub cloud: String,
    /// The question of what if that says how much, as [`question`] writes it; nothing: the amounts do.
    #[serde(default)]
    pub question: String,
    /// How many instances; may be empty, as all amounts.
    #[serde(default)]
    pub instances: String,
    /// How many vCPU.
    #[serde(default)]
    pub vcpus: String,
    /// How much memory, in GiB.
    #[serde(default)]
    pub ram_gib: String,
    /// How many volumes.
    #[serde(default)]
    pub volumes: String,
    /// How large they are, in GiB.
    #[serde(default)]
    pub volume_gib: String,
    /// How many public addresses.
    #[serde(default)]
    pub public_addresses: String,
    /// The first day.
    #[serde(default)]
    pub from: String,
    /// The last day.
    #[serde(default)]
    pub until: String,
    /// On which days of the week; nothing: on all.
    #[serde(default)]
    pub week: String,
}

/// A question of an environment, as a form names it.
pub fn question(environment: &EnvironmentName, name: &str) -> String {
    format!("{environment}/{name}")
}

/// Sets a target date, or takes it away.
#[derive(Clone, Debug, Deserialize)]
pub struct TargetForm {
    /// [`super::FORM_TOKEN`].
    pub form_token: String,
    /// Of which environment.
    pub environment: String,
    /// By when; nothing: there is no target date any more.
    #[serde(default)]
    pub by: String,
    /// Anything worth knowing; may be empty.
    #[serde(default)]
    pub note: String,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_asked_survives_its_address_and_has_bounds() {
        let ask = CapacityAsk {
            cloud: Some(CloudName::new("simulated").unwrap()),
            days: Some(365),
        };
        let address = ask.address();
        let query = Query::parse(address.split_once('?').unwrap().1);
        assert_eq!(CapacityAsk::read(&query), Ok(ask));
        for wrong in ["days=0", "days=40000", "days=many"] {
            let error = CapacityAsk::read(&Query::parse(wrong)).unwrap_err();
            assert!(error.starts_with("days: "), "{error}");
        }
        assert_eq!(CapacityAsk::default().address(), CAPACITY);
    }
}
