//! Which servers of a cloud look like groups, and the rules that assign them.

use app::data::{ASSIGNED_AT_ONCE, GroupsData, RuleLine};
use model::collection::HeldKind;
use model::id::CloudId;
use model::name::CloudName;
use plan::grouping::{Proposal, propose};

use super::{Failed, Reader};

/// How many proposals a page shows, and how many servers they may have together: each stands in its
/// form. One proposal is always shown.
const PAGE: usize = 20;
const SERVERS: usize = 1000;

impl Reader {
    /// All proposals of a cloud, the largest first, and how many servers they are made of.
    pub(in crate::web) async fn proposals(
        &self,
        cloud: &CloudName,
    ) -> Result<(Vec<Proposal>, usize), Failed> {
        let servers = self.store().foreign_servers(cloud).await?;
        let mut proposals = propose(&servers);
        // Stable: those of one size stay in the order of project, environment and group.
        proposals.sort_by_key(|proposal| std::cmp::Reverse(proposal.members.len()));
        Ok((proposals, servers.len()))
    }

    pub(in crate::web) async fn read_groups(
        &self,
        name: &CloudName,
        from: usize,
    ) -> Result<GroupsData, Failed> {
        let cloud = self.cloud_summary(name).await?;
        let (proposals, unassigned) = self.proposals(name).await?;
        let told: usize = proposals.iter().map(|one| one.members.len()).sum();
        let total = proposals.len();
        let environments = self.environments().await?;
        let mut rules = Vec::new();
        for standing in self.store().rules(name).await? {
            let environment = environments
                .iter()
                .find(|environment| environment.id == standing.environment);
            if let Some(environment) = environment {
                rules.push(RuleLine {
                    rule: standing.rule,
                    environment: environment.name.clone(),
                    group: standing.group,
                    since: standing.since,
                });
            }
        }
        let projects = self
            .first(name, HeldKind::Project, model::filter::MAX_PAGE_ROWS)
            .await?;
        let projects: Vec<(CloudId, String)> = projects
            .into_iter()
            .map(|row| (row.held.id, row.held.name))
            .collect();
        Ok(GroupsData {
            cloud,
            groups: page(proposals, from),
            total,
            from,
            unassigned,
            untold: unassigned - told,
            projects,
            rules,
            environments: environments
                .iter()
                .map(|environment| (environment.name.clone(), environment.kind))
                .collect(),
        })
    }
}

/// The proposals that a page has room for, from one of them on.
fn page(proposals: Vec<Proposal>, from: usize) -> Vec<Proposal> {
    let mut servers = 0;
    let mut page = Vec::new();
    for proposal in proposals.into_iter().skip(from).take(PAGE) {
        servers += proposal.members.len().min(ASSIGNED_AT_ONCE);
        if servers > SERVERS && !page.is_empty() {
            break;
        }
        page.push(proposal);
    }
    page
}
