//! Instances larger than what they do, by load, memory and disk, with the flavor that would do and
//! what it saves. One sample of load is a hint, and without a figure for memory no more than half is
//! taken off at a time; with a history it is told for good. Copies idle by nature.

use model::environment::EnvironmentKind;
use model::flavor::Flavor;
use model::unit::Mib;

use super::sizing::{Sized, Sure, difference, flavors, sized, vcpus_for, with_reserve};
use super::words::counted;
use super::{Finding, Rule, Severity, Surroundings};

pub(super) fn find(around: &Surroundings<'_>, into: &mut Vec<Finding>) {
    match around.topology.kind {
        EnvironmentKind::Temporary => return,
        EnvironmentKind::Production
        | EnvironmentKind::Secondary
        | EnvironmentKind::Staging
        | EnvironmentKind::Development => {}
    }
    let known = flavors(around);
    for sized in sized(around) {
        let least = Least::of(&sized);
        let smaller = known
            .iter()
            .filter(|(_, flavor)| least.fits(flavor) && is_smaller(flavor, &sized))
            .min_by_key(|(name, flavor)| (flavor.vcpus, flavor.ram, flavor.disk, **name));
        let Sized {
            name,
            flavor_name,
            flavor,
            instances,
            used,
        } = &sized;
        let n = counted(*instances, "instance", "instances");
        let (what, effect) = match smaller {
            Some((smaller_name, smaller)) => (
                format!(
                    "{name} is oversized by {}: {smaller_name} would do in place of {flavor_name}",
                    by(&sized)
                ),
                format!(
                    "for {n} that saves {}",
                    difference(flavor, smaller, *instances)
                ),
            ),
            // That it is idle is so, even where nothing smaller is to be had.
            None if u64::from(least.vcpus) * 2 <= u64::from(flavor.vcpus) => {
                let idle = u64::from(flavor.vcpus - least.vcpus).saturating_mul(*instances);
                (
                    format!(
                        "{name} is oversized by load: {} would do in place of {}, and no known \
                         flavor with fewer has what else it needs",
                        counted(least.vcpus.into(), "vCPU", "vCPUs"),
                        flavor.vcpus
                    ),
                    format!("of {n}, {} idle", counted(idle, "vCPU is", "vCPUs are")),
                )
            }
            None => continue,
        };
        let (severity, first) = match (used.sure, used.memory) {
            (Sure::Measured { .. }, Some(_)) => (Severity::Warning, ""),
            (Sure::Measured { .. }, None) => (Severity::Hint, "measure memory for a week, then "),
            (Sure::OneSample, _) => (
                Severity::Hint,
                "this is a hint by one sample: measure load and memory for a week, then ",
            ),
        };
        let (severity, remedy) = match smaller {
            Some((name, _)) => (severity, format!("{first}change the flavor to {name}")),
            None => (
                Severity::Hint,
                format!("{first}ask the cloud for a flavor in between, or leave it"),
            ),
        };
        into.push(Finding {
            rule: Rule::Oversized,
            severity,
            subject: name.to_string(),
            what,
            evidence: used.evidence(flavor),
            effect,
            remedy,
        });
    }
}

fn by(sized: &Sized<'_>) -> &'static str {
    match sized.used.memory {
        Some(_) => "load and memory",
        None => "load",
    }
}

/// The least that would do.
struct Least {
    vcpus: u32,
    ram: Mib,
    disk: Mib,
}

impl Least {
    fn of(sized: &Sized<'_>) -> Self {
        let Flavor { vcpus, ram, disk } = sized.flavor;
        let used = &sized.used;
        let by_load = vcpus_for(used.load);
        let all_disk = Mib(disk.0.saturating_mul(1024));
        Self {
            vcpus: match (used.sure, used.memory) {
                (Sure::Measured { .. }, Some(_)) => by_load,
                (Sure::Measured { .. } | Sure::OneSample, _) => by_load.max(vcpus.div_ceil(2)),
            },
            ram: used.memory.map_or(Mib(ram.0.div_ceil(2)), with_reserve),
            disk: used.disk.map_or(all_disk, with_reserve),
        }
    }

    fn fits(&self, flavor: &Flavor) -> bool {
        flavor.vcpus >= self.vcpus
            && flavor.ram >= self.ram
            && Mib(flavor.disk.0.saturating_mul(1024)) >= self.disk
    }
}

/// Smaller in what was measured: memory of which nothing is known is no reason.
fn is_smaller(flavor: &Flavor, sized: &Sized<'_>) -> bool {
    let current = &sized.flavor;
    let none_larger =
        flavor.vcpus <= current.vcpus && flavor.ram <= current.ram && flavor.disk <= current.disk;
    let less_memory = sized.used.memory.is_some() && flavor.ram < current.ram;
    none_larger && (flavor.vcpus < current.vcpus || less_memory)
}
