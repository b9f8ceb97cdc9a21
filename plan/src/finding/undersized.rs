//! Instances smaller than what they do: more load than processors for a quarter of an hour, or
//! memory that is nearly used up, with the flavor that would do. One sample of load is a hint; a
//! history is told as a warning. Full disks are told by `full-file-system`.

use model::unit::Mib;

use super::sizing::{Sized, Sure, difference, flavors, sized, vcpus_for, with_reserve};
use super::words::counted;
use super::{Finding, Rule, Severity, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    let known = flavors(around);
    for sized in sized(around) {
        let Sized {
            name,
            flavor_name,
            flavor,
            instances,
            used,
        } = &sized;
        let busy = u64::from(used.lasting.0) > u64::from(flavor.vcpus) * 100;
        let memory = used
            .memory
            .filter(|memory| u128::from(memory.0) * 10 > u128::from(flavor.ram.0) * 9);
        let by = match (busy, memory) {
            (false, None) => continue,
            (true, None) => "load",
            (false, Some(_)) => "memory",
            (true, Some(_)) => "load and memory",
        };
        let vcpus = if busy {
            vcpus_for(used.lasting).max(flavor.vcpus)
        } else {
            flavor.vcpus
        };
        let ram = memory.map_or(Mib(0), with_reserve).max(flavor.ram);
        let larger = known
            .iter()
            .filter(|(_, it)| it.vcpus >= vcpus && it.ram >= ram && it.disk >= flavor.disk)
            .min_by_key(|(name, it)| (it.vcpus, it.ram, it.disk, **name));
        let (would_do, remedy) = match larger {
            Some((larger_name, larger)) => (
                format!("{larger_name} would do in place of {flavor_name}"),
                format!(
                    "change the flavor to {larger_name}, which takes {} more for {}, or add instances",
                    difference(larger, flavor, *instances),
                    counted(*instances, "instance", "instances")
                ),
            ),
            None => (
                format!(
                    "no known flavor has {} and {ram} of memory",
                    counted(vcpus.into(), "vCPU", "vCPUs")
                ),
                "add instances, or ask the cloud for a larger flavor".to_owned(),
            ),
        };
        let (severity, remedy) = match used.sure {
            Sure::OneSample if memory.is_none() => (
                Severity::Hint,
                format!("this is a hint by one sample: see whether it lasts, then {remedy}"),
            ),
            Sure::OneSample | Sure::Measured { .. } => (Severity::Warning, remedy),
        };
        into.push(Finding {
            rule: Rule::Undersized,
            severity,
            subject: name.to_string(),
            what: format!("{name} is undersized by {by}: {would_do}"),
            evidence: used.evidence(flavor),
            effect: "what it does takes longer, and under more load fails".into(),
            remedy,
        });
    }
}
