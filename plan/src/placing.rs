//! Places: which instance of an environment each server becomes that a person assigns, or a rule
//! that a person made. Two servers never come to one place.

use std::collections::{BTreeMap, BTreeSet};

use model::id::CloudId;
use model::name::GroupName;

use crate::grouping::{Candidate, guess, number};

/// The places of an environment that something stands at.
pub type Taken = BTreeSet<(GroupName, u32)>;

/// Why servers can't be placed as they are asked to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Nothing tells which group they are of.
    #[error("nothing tells which group {0} is of: name one")]
    NoGroup(String),
    /// Something stands there already.
    #[error(
        "there is already an instance {0}[{1}]: choose another number, or correct that one first"
    )]
    Taken(GroupName, u32),
    /// One number for several.
    #[error("{0} servers can't all be number {1}: name the number for one at a time")]
    OneNumber(usize, u32),
}

/// Where servers stand that are assigned to an environment: in the group named, else in the one that
/// each looks to be of; at the number named, else at the one that its name tells where that is free,
/// else at the lowest that is.
pub fn place(
    servers: &[Candidate],
    group: Option<&GroupName>,
    ordinal: Option<u32>,
    taken: &Taken,
) -> Result<BTreeMap<CloudId, (GroupName, u32)>, PlaceError> {
    let mut groups: BTreeMap<GroupName, Vec<(Option<u32>, &Candidate)>> = BTreeMap::new();
    for server in servers {
        let guess = guess(server);
        let wanted = ordinal.or_else(|| guess.as_ref().and_then(|guess| guess.ordinal));
        let group = match (group, guess) {
            (Some(group), _) => group.clone(),
            (None, Some(guess)) => guess.group,
            (None, None) => return Err(PlaceError::NoGroup(server.name.clone())),
        };
        groups.entry(group).or_default().push((wanted, server));
    }
    if let Some(ordinal) = ordinal
        && servers.len() > 1
    {
        return Err(PlaceError::OneNumber(servers.len(), ordinal));
    }
    let mut places = BTreeMap::new();
    for (group, wanted) in groups {
        let of_group: BTreeSet<u32> = taken
            .iter()
            .filter(|(name, _)| *name == group)
            .map(|(_, ordinal)| *ordinal)
            .collect();
        if let Some(ordinal) = ordinal
            && of_group.contains(&ordinal)
        {
            return Err(PlaceError::Taken(group, ordinal));
        }
        for (id, ordinal) in number(wanted, &of_group) {
            places.insert(id, (group.clone(), ordinal));
        }
    }
    Ok(places)
}
