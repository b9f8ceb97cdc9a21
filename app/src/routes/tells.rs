//! What the pages that tell something are asked for in their addresses: runbooks and reports.

use model::name::EnvironmentName;
use plan::runbook::Purpose;
use plan::what_if::Scenario;

use super::asks::CompareSizing;
use super::query::{Query, address};

/// What a runbook is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunbookAsk {
    /// What it is for.
    pub purpose: Purpose,
    /// The other environment: what follows, or what takes over.
    pub with: Option<EnvironmentName>,
    /// At which sizing.
    pub sizing: CompareSizing,
}

impl RunbookAsk {
    /// Reads it from an address.
    pub fn read(query: &Query) -> Result<Self, String> {
        Ok(Self {
            purpose: query.value("for")?.unwrap_or(Purpose::SetUp),
            with: query.value("with")?,
            sizing: CompareSizing::read(query)?,
        })
    }

    fn parameters(&self) -> Vec<(&'static str, Option<String>)> {
        let Self {
            purpose,
            with,
            sizing,
        } = self;
        vec![
            ("for", Some(purpose.word().to_owned())),
            ("with", with.as_ref().map(ToString::to_string)),
            ("sizing", Some(sizing.word().to_owned())),
        ]
    }
}

/// Which report of an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReportKind {
    /// In figures, beside what was stated of it.
    #[default]
    Summary,
    /// By category, beside another and with temporary environments.
    Usage,
    /// What it will need.
    Estimate,
    /// What is needed of a provider.
    Request,
    /// Held against what sites offer.
    Sites,
    /// What nobody has decided yet.
    Open,
}

impl ReportKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Summary,
        Self::Usage,
        Self::Estimate,
        Self::Request,
        Self::Sites,
        Self::Open,
    ];

    /// The word for it, as in addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Usage => "usage",
            Self::Estimate => "estimate",
            Self::Request => "request",
            Self::Sites => "sites",
            Self::Open => "open",
        }
    }
}

impl std::str::FromStr for ReportKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.word() == text);
        found.ok_or_else(|| {
            let words = Self::ALL.map(Self::word).join(", ");
            format!("`{text}` is no report: use one of {words}")
        })
    }
}

/// What a report is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportAsk {
    /// Which report.
    pub kind: ReportKind,
    /// The environment that comes after it, or that it is compared with.
    pub with: Option<EnvironmentName>,
    /// A temporary environment beside it.
    pub temporary: Option<EnvironmentName>,
}

impl ReportAsk {
    /// Reads it from an address.
    pub fn read(query: &Query) -> Result<Self, String> {
        Ok(Self {
            kind: query.value("report")?.unwrap_or_default(),
            with: query.value("with")?,
            temporary: query.value("temporary")?,
        })
    }

    fn parameters(&self) -> Vec<(&'static str, Option<String>)> {
        let Self {
            kind,
            with,
            temporary,
        } = self;
        vec![
            ("report", Some(kind.word().to_owned())),
            ("with", with.as_ref().map(ToString::to_string)),
            ("temporary", temporary.as_ref().map(ToString::to_string)),
        ]
    }
}

/// What if an environment were otherwise; the scenario stands behind `?`.
pub fn what_if(name: &EnvironmentName) -> String {
    format!("/environments/{name}/what-if")
}

/// The parameter that names a question that was kept; it may come more than once.
pub const KEPT: &str = "kept";

/// What is asked of a what-if: questions that were kept, one over the other, and what is asked beside
/// them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhatIfAsk {
    /// The names of those that were kept.
    pub kept: Vec<String>,
    /// What else is asked.
    pub scenario: Scenario,
}

impl WhatIfAsk {
    /// Reads it from an address, or from a form, which says the same.
    pub fn read(query: &Query) -> Result<Self, String> {
        let own = query.pairs().filter(|(name, _)| *name != KEPT);
        Ok(Self {
            kept: query.all(KEPT).map(ToOwned::to_owned).collect(),
            scenario: Scenario::from_pairs(own).map_err(|error| error.to_string())?,
        })
    }

    /// Its address.
    pub fn address(&self, name: &EnvironmentName) -> String {
        let Self { kept, scenario } = self;
        let own = scenario.pairs();
        let kept = kept.iter().map(|kept| (KEPT, Some(kept.clone())));
        let own = own
            .iter()
            .map(|(name, value)| (name.as_str(), Some(value.clone())));
        address(&what_if(name), &kept.chain(own).collect::<Vec<_>>())
    }
}

/// What the page of a what-if is worked out from, as JSON: the browser asks for it once, at the first
/// touch of the form.
pub fn what_if_ground(name: &EnvironmentName) -> String {
    format!("{}.json", what_if(name))
}

/// A what-if by questions that were kept.
pub fn what_if_kept(name: &EnvironmentName, kept: &[&str]) -> String {
    let kept: Vec<(&str, Option<String>)> = kept
        .iter()
        .map(|kept| (KEPT, Some((*kept).to_owned())))
        .collect();
    address(&what_if(name), &kept)
}

/// The runbooks of an environment.
pub fn runbook(name: &EnvironmentName) -> String {
    format!("/environments/{name}/runbook")
}

/// One runbook of an environment.
pub fn runbook_for(name: &EnvironmentName, ask: &RunbookAsk) -> String {
    address(&runbook(name), &ask.parameters())
}

/// One runbook as a file, by its ending: `md`, `json`.
pub fn runbook_file(name: &EnvironmentName, ask: &RunbookAsk, ending: &str) -> String {
    address(&format!("{}.{ending}", runbook(name)), &ask.parameters())
}

/// The reports of an environment.
pub fn reports(name: &EnvironmentName) -> String {
    format!("/environments/{name}/reports")
}

/// One report of an environment.
pub fn report(name: &EnvironmentName, ask: &ReportAsk) -> String {
    address(&reports(name), &ask.parameters())
}

/// One report as a file, by its ending: `md`, `wiki`, `csv`, `json`.
pub fn report_file(name: &EnvironmentName, ask: &ReportAsk, ending: &str) -> String {
    address(&format!("{}.{ending}", reports(name)), &ask.parameters())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_asked_survives_its_address() {
        let name = EnvironmentName::new("a").unwrap();
        let ask = RunbookAsk {
            purpose: Purpose::SwitchOver,
            with: Some(EnvironmentName::new("b").unwrap()),
            sizing: CompareSizing::Max,
        };
        let address = runbook_for(&name, &ask);
        let query = Query::parse(address.split_once('?').unwrap().1);
        assert_eq!(RunbookAsk::read(&query), Ok(ask));
        for kind in ReportKind::ALL {
            let ask = ReportAsk {
                kind,
                with: None,
                temporary: Some(EnvironmentName::new("c").unwrap()),
            };
            let address = report(&name, &ask);
            let query = Query::parse(address.split_once('?').unwrap().1);
            assert_eq!(ReportAsk::read(&query), Ok(ask));
        }
        let ask = WhatIfAsk {
            kept: vec!["a & b".to_owned(), "c=d".to_owned()],
            scenario: "count.db=3&lost=any-host&lost=zone.a%26b".parse().unwrap(),
        };
        let address = ask.address(&name);
        let query = Query::parse(address.split_once('?').unwrap().1);
        assert_eq!(WhatIfAsk::read(&query), Ok(ask));
        assert_eq!(WhatIfAsk::default().address(&name), what_if(&name));
        let wrong = ReportAsk::read(&Query::parse("report=novel")).unwrap_err();
        assert!(wrong.contains("use one of summary"), "{wrong}");
    }
}
