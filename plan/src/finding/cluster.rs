//! What the rules about clusters have in common, and whoever else counts them: which groups are clusters, and
//! who decides. One that somebody runs as a service (`decides: provider`) is none of theirs: its members vote on
//! nothing, and whoever runs it shuts them out, as Amazon does with RDS.

use model::group::{Arbiter, Decides, Group, Role};
use model::name::GroupName;
use model::topology::Topology;

use super::words::is_live;

/// A group as a cluster.
pub(crate) struct Members<'t> {
    pub(crate) name: &'t GroupName,
    pub(super) group: &'t Group,
    /// Whether it is said to be one, or only has a primary with replicas.
    pub(super) declared: bool,
}

/// The clusters of an environment: groups that say so, and groups with a primary, where somebody has
/// to take over when that is gone. Not those whose replicas follow somebody else: that one decides.
pub(crate) fn clusters(topology: &Topology) -> impl Iterator<Item = Members<'_>> {
    let groups = topology.groups.iter().filter(|(_, group)| is_live(group));
    groups.filter_map(|(name, group)| {
        let declared = group.cluster.is_some();
        let decides = group.cluster.as_ref().map(|cluster| cluster.decides);
        match decides {
            Some(Decides::Provider) => return None,
            Some(Decides::Unknown | Decides::EveryWrite | Decides::WhoWrites) | None => {}
        }
        let primary = group.roles.values().any(|role| *role == Role::Primary);
        (declared || primary).then_some(Members {
            name,
            group,
            declared,
        })
    })
}

impl Members<'_> {
    /// Who has the deciding vote, where somebody is known to.
    pub(super) fn arbiter(&self) -> Option<&Arbiter> {
        match self.group.cluster.as_ref()?.arbiter.as_ref()? {
            Arbiter::None => None,
            arbiter @ (Arbiter::Site(_) | Arbiter::Group(_) | Arbiter::External(_)) => {
                Some(arbiter)
            }
        }
    }

    /// Whether its members are known to vote on every write.
    pub(super) fn votes_on_writes(&self) -> bool {
        let decides = self.group.cluster.as_ref().map(|cluster| cluster.decides);
        decides == Some(Decides::EveryWrite)
    }

    /// Whether its members here are all of it.
    pub(super) fn is_whole(&self) -> bool {
        self.group.replicates.is_none()
    }

    /// What says that it is a cluster, and that nobody decides.
    pub(super) fn evidence(&self) -> String {
        let arbiter = match self.group.cluster.as_ref().map(|it| it.arbiter.as_ref()) {
            Some(Some(Arbiter::None)) => "`cluster` says that it has no arbiter",
            Some(_) => "`cluster` names no arbiter",
            None => "no `cluster` is written, so no arbiter is known",
        };
        let roles: Vec<String> = self
            .group
            .roles
            .iter()
            .map(|(ordinal, role)| format!("{}[{ordinal}] {}", self.name, role.word()))
            .collect();
        let mut evidence = format!("count {}", self.group.count);
        if !roles.is_empty() {
            evidence = format!("{evidence}; {}", super::words::list(roles));
        }
        format!("{evidence}; {arbiter}")
    }
}
