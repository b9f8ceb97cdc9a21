//! What else has to change where a group or a profile is called otherwise or goes: everything that
//! names it. Names inside of free texts (notes, mutes of findings) are a person's words and stay.

use std::collections::BTreeMap;

use super::EditError;
use crate::group::{Arbiter, Cluster, Group};
use crate::name::{GroupName, ProfileName};
use crate::network::Reach;
use crate::topology::Topology;

/// Calls a group otherwise, everywhere, and keeps the old name as one that it had where others know
/// it.
pub(super) fn group(
    topology: &mut Topology,
    from: &GroupName,
    to: &GroupName,
    known: bool,
) -> Result<(), EditError> {
    if topology.groups.contains_key(to) {
        return Err(EditError(format!(
            "there is a group `{to}` already; choose another name"
        )));
    }
    let Some(mut renamed) = topology.groups.remove(from) else {
        return Err(EditError(format!("there is no group `{from}` any more")));
    };
    // Back to a name that it had before is no rename.
    renamed.was.retain(|was| was != to);
    if known && !renamed.was.contains(from) {
        renamed.was.push(from.clone());
    }
    topology.groups.insert(to.clone(), renamed);
    for_each_group(topology, &mut |name| {
        if name == from {
            *name = to.clone();
        }
        true
    });
    Ok(())
}

/// Takes a group out of everything that names it.
pub(super) fn forget_group(topology: &mut Topology, gone: &GroupName) {
    for_each_group(topology, &mut |name| name != gone);
}

/// Shows each name of a group to a function that may change it; one that it refuses is taken away.
fn for_each_group(topology: &mut Topology, keep: &mut dyn FnMut(&mut GroupName) -> bool) {
    for group in topology.groups.values_mut() {
        let Group {
            depends_on,
            latency_ms,
            mounts,
            cluster,
            ..
        } = group;
        keys(depends_on, keep);
        keys(latency_ms, keep);
        mounts.retain_mut(|mount| keep(&mut mount.from));
        if let Some(Cluster {
            fencing: _,
            decides: _,
            arbiter,
        }) = cluster
        {
            let gone = match arbiter {
                Some(Arbiter::Group(name)) => !keep(name),
                Some(Arbiter::None | Arbiter::Site(_) | Arbiter::External(_)) | None => false,
            };
            if gone {
                *arbiter = None;
            }
        }
    }
    for profile in topology.profiles.values_mut() {
        for port in &mut profile.ports {
            port.from.retain_mut(|reach| match reach {
                Reach::Group(name) => keep(name),
                Reach::Anywhere | Reach::Environment | Reach::Source(_) => true,
            });
        }
    }
    for node in topology.external.values_mut() {
        node.reaches.retain_mut(&mut *keep);
        node.reached_by.retain_mut(&mut *keep);
    }
    topology
        .declared
        .retain_mut(|total| total.group.as_mut().is_none_or(&mut *keep));
}

fn keys<V>(map: &mut BTreeMap<GroupName, V>, keep: &mut dyn FnMut(&mut GroupName) -> bool) {
    let all = std::mem::take(map);
    map.extend(
        all.into_iter()
            .filter_map(|(mut name, value)| keep(&mut name).then_some((name, value))),
    );
}

/// Calls a profile otherwise, everywhere, and keeps the old name as one that it had where others
/// know it.
pub(super) fn profile(
    topology: &mut Topology,
    from: &ProfileName,
    to: &ProfileName,
    known: bool,
) -> Result<(), EditError> {
    if topology.profiles.contains_key(to) {
        return Err(EditError(format!(
            "there is a profile `{to}` already; choose another name"
        )));
    }
    let Some(mut renamed) = topology.profiles.remove(from) else {
        return Err(EditError(format!("there is no profile `{from}` any more")));
    };
    renamed.was.retain(|was| was != to);
    if known && !renamed.was.contains(from) {
        renamed.was.push(from.clone());
    }
    topology.profiles.insert(to.clone(), renamed);
    for_each_profile(topology, &mut |name| {
        if name == from {
            *name = to.clone();
        }
        true
    });
    Ok(())
}

/// Takes a profile out of everything that names it.
pub(super) fn forget_profile(topology: &mut Topology, gone: &ProfileName) {
    for_each_profile(topology, &mut |name| name != gone);
}

fn for_each_profile(topology: &mut Topology, keep: &mut dyn FnMut(&mut ProfileName) -> bool) {
    topology.common.profiles.retain_mut(&mut *keep);
    for group in topology.groups.values_mut() {
        group.profiles.retain_mut(&mut *keep);
        group.spread.retain_mut(&mut *keep);
        let except = std::mem::take(&mut group.except);
        group.except = except
            .into_iter()
            .filter_map(|mut name| keep(&mut name).then_some(name))
            .collect();
    }
}
