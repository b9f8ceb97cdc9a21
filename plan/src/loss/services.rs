//! What instances serve, and what of that stands: services that have no instance left, then those
//! that lack what is gone, then those that lack these, to the end of the chain.

use std::collections::BTreeMap;
use std::fmt;

use model::group::{Group, Readiness};
use model::name::{DnsName, GroupName, ProfileName, ServiceName};
use model::profile::Profile;
use model::topology::Topology;
use serde::{Deserialize, Serialize};

use super::reach::Left;

/// Something that instances serve.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Served {
    /// A DNS name.
    Host(DnsName),
    /// A service for others.
    Service(ServiceName),
    /// What a profile does that has neither.
    Profile(ProfileName),
}

impl fmt::Display for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(name) => name.fmt(f),
            Self::Service(name) => name.fmt(f),
            Self::Profile(name) => name.fmt(f),
        }
    }
}

/// Whether something is still served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// By at least one instance.
    Stands,
    /// No instance is left.
    Gone,
    /// Instances are left, and lack what they need.
    Broken,
    /// It depends on what is not known.
    Uncertain,
}

/// Why instances that are left don't serve.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// A profile needs a service that is gone.
    Needs(ProfileName, ServiceName),
    /// A group depends on another one that has to be ready and isn't.
    DependsOn(GroupName, GroupName),
    /// A group mounts what another one serves no longer.
    Mounts(GroupName, GroupName, String),
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Needs(profile, service) => {
                write!(
                    f,
                    "`{profile}` needs {service}, which nothing provides any more"
                )
            }
            Self::DependsOn(group, on) => {
                write!(
                    f,
                    "`{group}` depends on `{on}`, which is not ready any more"
                )
            }
            Self::Mounts(group, from, export) => {
                write!(f, "`{group}` mounts {export} from `{from}`, which is lost")
            }
        }
    }
}

/// What is left of something that instances serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceLeft {
    /// What.
    pub what: Served,
    /// Whether it is still served.
    pub state: State,
    /// By how many instances it was.
    pub before: u32,
    /// By how many it is at least.
    pub least: u32,
    /// By how many it is at most.
    pub most: u32,
    /// Why instances that are left don't serve it, or may not.
    pub because: Vec<Because>,
}

impl ServiceLeft {
    /// In a sentence: `mysql: 3 of 4 instances stand`.
    pub fn sentence(&self) -> String {
        let Self {
            what,
            state,
            before,
            least,
            most,
            because,
        } = self;
        let why: Vec<String> = because.iter().map(ToString::to_string).collect();
        let why = why.join("; ");
        match state {
            State::Gone => format!("{what}: gone, none of {before} instances is left"),
            State::Broken => format!("{what}: broken, for {why}"),
            State::Stands if least == most => format!("{what}: {most} of {before} instances stand"),
            State::Stands | State::Uncertain if because.is_empty() => {
                format!("{what}: {least} to {most} of {before} instances stand")
            }
            State::Stands | State::Uncertain => {
                format!("{what}: {least} to {most} of {before} instances stand; at worst {why}")
            }
        }
    }
}

/// One profile of one group: what is working or not as one.
struct Unit<'t> {
    group: &'t GroupName,
    spec: &'t Group,
    name: &'t ProfileName,
    profile: &'t Profile,
    /// Whether it is one that every group has.
    common: bool,
    /// How many instances had it, have it at best, and at worst.
    before: u32,
    most: u32,
    least: u32,
}

/// What of the units is broken, and why.
type Broken = BTreeMap<usize, Because>;

pub(super) fn services(topology: &Topology, left: &BTreeMap<&GroupName, Left>) -> Vec<ServiceLeft> {
    let units = units(topology, left);
    let [best, worst] = [false, true].map(|worst| broken(&units, left, worst));
    let mut served: BTreeMap<Served, Vec<usize>> = BTreeMap::new();
    for (at, unit) in units.iter().enumerate() {
        let Profile {
            hosts, provides, ..
        } = unit.profile;
        for host in hosts {
            served
                .entry(Served::Host(host.clone()))
                .or_default()
                .push(at);
        }
        for service in provides {
            let service = Served::Service(service.clone());
            served.entry(service).or_default().push(at);
        }
        if hosts.is_empty() && provides.is_empty() && !unit.common {
            let profile = Served::Profile(unit.name.clone());
            served.entry(profile).or_default().push(at);
        }
    }
    served
        .into_iter()
        .map(|(what, by)| service_left(what, &by, &units, &best, &worst))
        .collect()
}

fn service_left(
    what: Served,
    by: &[usize],
    units: &[Unit],
    best: &Broken,
    worst: &Broken,
) -> ServiceLeft {
    let of = |at: &usize| units.get(*at);
    let sum = |broken: &Broken, pick: fn(&Unit) -> u32| -> u32 {
        let whole = by.iter().filter(|at| !broken.contains_key(*at));
        whole.filter_map(of).map(pick).sum()
    };
    let none = Broken::new();
    let (most, least) = (sum(best, |unit| unit.most), sum(worst, |unit| unit.least));
    let state = if sum(&none, |unit| unit.most) == 0 {
        State::Gone
    } else if most == 0 {
        State::Broken
    } else if least == 0 {
        State::Uncertain
    } else {
        State::Stands
    };
    let mut because: Vec<Because> = by
        .iter()
        .filter(|at| of(at).is_some_and(|unit| unit.most > 0))
        .filter_map(|at| best.get(at).or_else(|| worst.get(at)))
        .cloned()
        .collect();
    because.sort();
    because.dedup();
    ServiceLeft {
        what,
        state,
        before: sum(&none, |unit| unit.before),
        least,
        most,
        because,
    }
}

fn units<'t>(topology: &'t Topology, left: &BTreeMap<&GroupName, Left>) -> Vec<Unit<'t>> {
    let mut units = Vec::new();
    for (group, spec) in &topology.groups {
        let Some(left) = left.get(group) else {
            continue;
        };
        let mut add = |name: &'t ProfileName, dealt: Option<usize>| {
            let Some(profile) = topology.profiles.get(name) else {
                return;
            };
            let hands = spec.spread.len().max(1);
            let has = |_: u32, index: usize| dealt.is_none_or(|hand| index % hands == hand);
            let before = left.members.iter().filter(|(o, index)| has(**o, **index));
            let before = u32::try_from(before.count()).unwrap_or(u32::MAX);
            if before == 0 {
                return;
            }
            units.push(Unit {
                group,
                spec,
                name,
                profile,
                common: topology.common.profiles.contains(name),
                before,
                most: left.standing(has, false),
                least: left.standing(has, true),
            });
        };
        let everywhere = topology.profiles_of(spec);
        for name in &everywhere {
            add(name, None);
        }
        for (hand, name) in spec.spread.iter().enumerate() {
            if !everywhere.contains(&name) {
                add(name, Some(hand));
            }
        }
    }
    units
}

/// What lacks something, worked out until nothing more breaks.
fn broken(units: &[Unit], left: &BTreeMap<&GroupName, Left>, worst: bool) -> Broken {
    let stands = |unit: &Unit| if worst { unit.least } else { unit.most };
    let mut broken = Broken::new();
    loop {
        // By how many instances each service is provided; one that nobody in the environment ever
        // provided comes from outside, and is not ours to lose.
        let mut supply: BTreeMap<&ServiceName, u32> = BTreeMap::new();
        // Whether anything of a group's own still works.
        let mut works: BTreeMap<&GroupName, bool> = BTreeMap::new();
        for (at, unit) in units.iter().enumerate() {
            let working = if broken.contains_key(&at) {
                0
            } else {
                stands(unit)
            };
            for service in &unit.profile.provides {
                *supply.entry(service).or_default() += working;
            }
            if !unit.common {
                *works.entry(unit.group).or_default() |= working > 0;
            }
        }
        let down = |group: &GroupName| {
            let none = |left: &Left| if worst { left.least() } else { left.most() } == 0;
            left.get(group).is_some_and(none) || works.get(group) == Some(&false)
        };
        let fresh: Vec<(usize, Because)> = units
            .iter()
            .enumerate()
            .filter(|(at, unit)| stands(unit) > 0 && !broken.contains_key(at))
            .filter_map(|(at, unit)| Some((at, lacks(unit, &supply, &down, left, worst)?)))
            .collect();
        if fresh.is_empty() {
            return broken;
        }
        broken.extend(fresh);
    }
}

/// What a unit lacks, if anything.
fn lacks(
    unit: &Unit,
    supply: &BTreeMap<&ServiceName, u32>,
    down: &impl Fn(&GroupName) -> bool,
    left: &BTreeMap<&GroupName, Left>,
    worst: bool,
) -> Option<Because> {
    let gone = |service: &&ServiceName| supply.get(*service) == Some(&0);
    if let Some(service) = unit.profile.needs.iter().find(gone) {
        return Some(Because::Needs(unit.name.clone(), service.clone()));
    }
    for mount in &unit.spec.mounts {
        let lost = match mount.ordinal {
            Some(one) => left.get(&mount.from).is_some_and(|left| {
                let is_it = |ordinal: u32, _: usize| ordinal == one;
                left.members.contains_key(&one) && left.standing(is_it, worst) == 0
            }),
            None => down(&mount.from),
        };
        if lost && mount.from != *unit.group {
            let (from, export) = (mount.from.clone(), mount.export.clone());
            return Some(Because::Mounts(unit.group.clone(), from, export));
        }
    }
    // What only had to exist has done so: it is missed when something is made anew.
    let depends = unit.spec.depends_on.iter();
    depends
        .filter(|(_, until)| **until == Readiness::Ready)
        .find(|(on, _)| down(on))
        .map(|(on, _)| Because::DependsOn(unit.group.clone(), on.clone()))
}
