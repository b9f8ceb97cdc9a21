//! Which group replicates which, as the follower's file says it.

use model::name::GroupName;
use model::topology::Topology;

use crate::runbook::RunbookError;

/// The groups of the first that groups of the second replicate.
pub(super) fn pairs(
    primary: &Topology,
    secondary: &Topology,
) -> Result<Vec<(GroupName, GroupName)>, RunbookError> {
    let mut pairs = Vec::new();
    for (name, group) in &secondary.groups {
        let followed = group.replicates.as_ref();
        let Some(followed) = followed.filter(|it| it.environment == primary.environment) else {
            continue;
        };
        let wanted = followed.group.as_ref().unwrap_or(name);
        if !primary.groups.contains_key(wanted) {
            return Err(RunbookError::NoSuchGroup {
                secondary: secondary.environment.clone(),
                group: name.clone(),
                wanted: wanted.clone(),
                primary: primary.environment.clone(),
            });
        }
        pairs.push((wanted.clone(), name.clone()));
    }
    let whole = secondary.replicates.as_ref();
    if pairs.is_empty() && whole.is_none_or(|it| it.environment != primary.environment) {
        return Err(RunbookError::NotReplicated {
            secondary: secondary.environment.clone(),
            primary: primary.environment.clone(),
        });
    }
    Ok(pairs)
}
