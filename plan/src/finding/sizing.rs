//! What the rules about sizes have in common: what a group's instances use, how sure that is, and
//! which flavors there are.

use std::collections::BTreeMap;

use model::flavor::Flavor;
use model::group::Group;
use model::name::{FlavorName, GroupName};
use model::topology::Topology;
use model::unit::{Hundredths, Mib};

use super::measured::{busy, days};
use super::words::{counted, gib, is_live};
use super::{History, Surroundings};

/// How sure it is what instances use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sure {
    /// One sample of each instance.
    OneSample,
    /// Enough samples over enough days; the shortest history of the instances.
    Measured { days: i64 },
}

/// What the busiest of a group's instances uses.
pub(super) struct Used {
    /// Load: the highest of its averages, or what 95 of 100 samples do not exceed.
    pub(super) load: Hundredths,
    /// Load that lasts: of one sample the average over 15 minutes.
    pub(super) lasting: Hundredths,
    pub(super) sure: Sure,
    /// Memory, where it was measured.
    pub(super) memory: Option<Mib>,
    /// Disk of the flavor, where it was seen.
    pub(super) disk: Option<Mib>,
}

/// A group with its size and what it uses of it.
pub(super) struct Sized<'t> {
    pub(super) name: &'t GroupName,
    pub(super) flavor_name: &'t FlavorName,
    pub(super) flavor: Flavor,
    pub(super) instances: u64,
    pub(super) used: Used,
}

/// The groups of which size and use are known, instance by instance. A group in which some
/// instances have a flavor of their own, or of which one has no figure, is left alone; so is what
/// isn't in use, for its load says nothing of what it will need.
pub(super) fn sized<'t>(around: &Surroundings<'t>) -> Vec<Sized<'t>> {
    let known = flavors(around);
    let topology: &'t Topology = around.topology;
    let groups = topology.groups.iter().filter(|(_, group)| is_live(group));
    groups
        .filter_map(|(name, group)| {
            let flavor_name = group.flavor.fixed()?;
            let flavor = **known.get(flavor_name)?;
            let planned = group.count.planned();
            let whole = group.instances.len() >= planned as usize;
            let alike = group.instances.values().all(|facts| facts.flavor.is_none());
            (whole && alike).then_some(())?;
            Some(Sized {
                name,
                flavor_name,
                flavor,
                instances: planned.into(),
                used: used(name, group, around.history)?,
            })
        })
        .collect()
}

/// The flavors that there are: the environment's own, and what its cloud offers beside them.
pub(super) fn flavors<'t>(around: &Surroundings<'t>) -> BTreeMap<&'t FlavorName, &'t Flavor> {
    let offered = around.offers.into_iter().flat_map(|offers| &offers.flavors);
    offered.chain(&around.topology.flavors).collect()
}

fn used(name: &GroupName, group: &Group, history: Option<&History>) -> Option<Used> {
    let facts = || group.instances.values();
    let measured: Option<Vec<_>> = group
        .instances
        .keys()
        .map(|ordinal| history?.get(&(name.clone(), *ordinal)))
        .collect();
    let measured = measured.unwrap_or_default();
    let all = |values: Vec<Option<Hundredths>>| -> Option<Hundredths> {
        let values: Option<Vec<_>> = values.into_iter().collect();
        values?.into_iter().max()
    };
    let over_time = all(measured.iter().map(|it| busy(&it.load)).collect());
    let (load, lasting, sure) = if let Some(load) = over_time {
        let shortest = measured.iter().map(|it| days(&it.load)).min();
        let sure = Sure::Measured {
            days: shortest.unwrap_or(0),
        };
        (load, load, sure)
    } else {
        let load = |pick: fn([Hundredths; 3]) -> Option<Hundredths>| {
            all(facts().map(|it| pick(it.load?.0)).collect())
        };
        let highest = load(|averages| averages.into_iter().max())?;
        (
            highest,
            load(|averages| averages.last().copied())?,
            Sure::OneSample,
        )
    };
    let memory: Option<Vec<Mib>> = measured.iter().map(|it| busy(&it.memory_used)).collect();
    let disk: Option<Vec<u64>> = facts().map(|it| disk(group, it)).collect();
    Some(Used {
        load,
        lasting,
        sure,
        memory: memory.and_then(|all| all.into_iter().max()),
        disk: disk.and_then(|all| all.into_iter().max()).map(Mib),
    })
}

/// What an instance uses of its flavor's disk. What stands on a volume whose mount point nobody
/// wrote down is counted: better too much than too little.
fn disk(group: &Group, facts: &model::facts::InstanceFacts) -> Option<u64> {
    if !group.boot.is_disk() {
        return Some(0);
    }
    if facts.file_systems.is_empty() {
        return None;
    }
    let on_volume = |mount: &str| {
        let mut volumes = group.volumes.values();
        volumes.any(|volume| volume.mount.as_deref() == Some(mount))
    };
    let local = facts
        .file_systems
        .iter()
        .filter(|it| it.remote().is_none() && !on_volume(&it.mount));
    Some(local.fold(0, |sum: u64, it| sum.saturating_add(it.used.0)))
}

/// What is used, and a quarter more.
pub(super) const fn with_reserve(used: Mib) -> Mib {
    Mib(used.0.saturating_add(used.0.div_ceil(4)))
}

/// How many vCPUs bear a load at 70%.
pub(super) fn vcpus_for(load: Hundredths) -> u32 {
    load.0.div_ceil(70).max(1)
}

impl Used {
    /// How sure it is, in words.
    pub(super) fn evidence(&self, flavor: &Flavor) -> String {
        let vcpus = counted(flavor.vcpus.into(), "vCPU", "vCPUs");
        let load = match self.sure {
            Sure::OneSample => format!(
                "load at most {} on {vcpus}, by one sample of each instance",
                self.load
            ),
            Sure::Measured { days } => format!(
                "load at most {} on {vcpus} in 95 of 100 samples over {days} days",
                self.load
            ),
        };
        let memory = self.memory.map_or_else(
            || "how much memory is in use isn't known".to_owned(),
            |memory| {
                format!(
                    "{} of {} of memory in use at most",
                    gib(memory.0),
                    flavor.ram
                )
            },
        );
        let disk = self.disk.map_or_else(
            || "how much disk is in use isn't known".to_owned(),
            |disk| format!("{} of disk in use at most", gib(disk.0)),
        );
        format!("{load}; {memory}; {disk}")
    }
}

/// The difference of two flavors, for a number of instances: `2 vCPUs, 4 GiB of memory and 120 GiB of
/// disk`.
pub(super) fn difference(large: &Flavor, small: &Flavor, instances: u64) -> String {
    let times = |large: u64, small: u64| large.saturating_sub(small).saturating_mul(instances);
    let vcpus = times(large.vcpus.into(), small.vcpus.into());
    let ram = times(large.ram.0, small.ram.0);
    let disk = times(large.disk.0, small.disk.0);
    let mut parts = Vec::new();
    if vcpus > 0 {
        parts.push(counted(vcpus, "vCPU", "vCPUs"));
    }
    if ram > 0 {
        parts.push(format!("{} of memory", Mib(ram)));
    }
    if disk > 0 {
        parts.push(format!("{disk} GiB of disk"));
    }
    super::words::list(parts)
}
