//! Addresses and forms of case studies.

use model::name::{CaseName, EnvironmentName};
use plan::nearest::Loads;
use serde::Deserialize;

use super::asks::CompareSizing;
use super::query::{Query, address};

/// The list of case studies, and the `POST` of [`CaseForm`].
pub const CASES: &str = "/cases";
/// The case study `{name}` as a case file.
pub const CASE_FILE: &str = "/cases/{name}/case.yaml";
/// `POST`: takes the case study `{name}` away.
pub const CASE_REMOVE: &str = "/cases/{name}/remove";

/// The page of a case study.
pub fn case(name: &CaseName) -> String {
    format!("{CASES}/{name}")
}

/// A case study as a case file: [`CASE_FILE`].
pub fn case_file(name: &CaseName) -> String {
    format!("{CASES}/{name}/case.yaml")
}

/// Where a case study is taken away: [`CASE_REMOVE`].
pub fn case_remove(name: &CaseName) -> String {
    format!("{CASES}/{name}/remove")
}

/// What is asked of an environment beside what was measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NearestAsk {
    /// The load that it is to bear.
    pub load: Loads,
    /// At which sizing.
    pub sizing: CompareSizing,
}

impl NearestAsk {
    /// Reads it from an address.
    pub fn read(query: &Query) -> Result<Self, String> {
        Ok(Self {
            load: query.value("load")?.unwrap_or_default(),
            sizing: CompareSizing::read(query)?,
        })
    }

    fn parameters(&self) -> [(&'static str, Option<String>); 2] {
        let Self { load, sizing } = self;
        let load = Some(load.to_string()).filter(|load| !load.is_empty());
        [("load", load), ("sizing", Some(sizing.word().to_owned()))]
    }
}

/// An environment beside what was measured.
pub fn nearest(name: &EnvironmentName) -> String {
    format!("/environments/{name}/nearest")
}

/// The same as asked.
pub fn nearest_for(name: &EnvironmentName, ask: &NearestAsk) -> String {
    address(&nearest(name), &ask.parameters())
}

/// The same as a file, by its ending: `md`, `wiki`, `csv`, `json`.
pub fn nearest_file(name: &EnvironmentName, ask: &NearestAsk, ending: &str) -> String {
    address(&format!("{}.{ending}", nearest(name)), &ask.parameters())
}

/// Stores a case study.
#[derive(Clone, Debug, Deserialize)]
pub struct CaseForm {
    /// [`super::FORM_TOKEN`].
    pub form_token: String,
    /// The case file.
    #[serde(default)]
    pub text: String,
    /// Why; may be empty.
    #[serde(default)]
    pub reason: String,
}

/// Takes a case study away.
#[derive(Clone, Debug, Deserialize)]
pub struct CaseRemoveForm {
    /// [`super::FORM_TOKEN`].
    pub form_token: String,
    /// Why; may be empty.
    #[serde(default)]
    pub reason: String,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_asked_survives_its_address() {
        let name = EnvironmentName::new("a").unwrap();
        let ask = NearestAsk {
            load: "client-runs=166/min, share=45%".parse().unwrap(),
            sizing: CompareSizing::Max,
        };
        let address = nearest_for(&name, &ask);
        let query = Query::parse(address.split_once('?').unwrap().1);
        assert_eq!(NearestAsk::read(&query), Ok(ask));
        let wrong = NearestAsk::read(&Query::parse("load=users")).unwrap_err();
        assert!(wrong.starts_with("load: `users` is no load"), "{wrong}");
    }
}
