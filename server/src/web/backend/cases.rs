//! Case studies as they were imported, and environments held against them. Nothing is asked of a cloud.

use std::collections::BTreeSet;

use app::data::{CaseData, CasesData, NearestData, ShownCase};
use app::routes::NearestAsk;
use engine::writings::NamedCase;
use model::name::{CaseName, EnvironmentName, LoadName};
use plan::capacity::capacity_of;
use plan::nearest::{Asked, USUAL, nearest};

use super::{Failed, Reader, not_found};

fn shown((writing, study): NamedCase) -> ShownCase {
    ShownCase {
        study,
        by: writing.by.to_string(),
        at: writing.at,
    }
}

impl Reader {
    pub(in crate::web) async fn read_cases(&self) -> Result<CasesData, Failed> {
        let cases = self.engine().cases().await?;
        Ok(CasesData {
            cases: cases.into_iter().map(shown).collect(),
        })
    }

    pub(in crate::web) async fn read_case(&self, name: &CaseName) -> Result<CaseData, Failed> {
        let mut cases = self.engine().cases().await?.into_iter();
        let found = cases.find(|(_, study)| study.case == *name);
        let found = found.ok_or_else(|| not_found(&format!("case study “{name}”")))?;
        let shown = shown(found);
        Ok(CaseData {
            capacity: capacity_of(&shown.study.topology),
            shown,
        })
    }

    pub(in crate::web) async fn read_nearest(
        &self,
        name: &EnvironmentName,
        ask: &NearestAsk,
    ) -> Result<NearestData, Failed> {
        let (environment, topology) = self.state_named(name).await?;
        let cases = self.engine().cases().await?;
        let studies = || cases.iter().map(|(_, study)| study);
        let loads: BTreeSet<&LoadName> = studies().flat_map(|study| study.given.keys()).collect();
        let asked = Asked {
            topology: &topology,
            sizing: &ask.sizing.sizing(),
            load: &ask.load,
        };
        Ok(NearestData {
            environment,
            ask: ask.clone(),
            nearest: nearest(&asked, studies(), USUAL),
            known: cases.len(),
            loads: loads.into_iter().cloned().collect(),
        })
    }
}
