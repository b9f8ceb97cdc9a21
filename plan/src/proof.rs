//! The proof: a dated judgement about one plan, held against what its cloud offers. What could not
//! be checked is named, never taken for good. It judges; it asks no cloud itself.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use model::flavor::Flavor;
use model::key::Key;
use model::name::{FlavorName, VolumeTypeName};
use model::resource::{Resource, SecurityRules, Volume, VolumeContent, VolumeSnapshot};
use model::unit::Gib;
use model::value::Value;
use serde::{Deserialize, Serialize};

use crate::headroom::{Fit, Free, Need};
use crate::offers::{Offer, Offers, QuotaKind};
use crate::steps::{Plan, StepAct};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It fits.
    Passed,
    /// It does not.
    Failed,
    /// It could not be checked.
    Unknown,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was checked: `vCPUs`, `flavor v2-r2-d60`.
    pub what: String,
    /// How much is needed, where it is an amount.
    pub need: Option<u64>,
    /// How much is free, reservations taken off, where it is known.
    pub free: Option<u64>,
    /// How it came out.
    pub verdict: Verdict,
    /// Why, and what to do, where it did not pass.
    pub why: Option<String>,
}

impl Check {
    /// Where it stands among others: failures first.
    const fn rank(&self) -> u8 {
        match self.verdict {
            Verdict::Failed => 0,
            Verdict::Passed => 1,
            Verdict::Unknown => 2,
        }
    }
}

/// A dated judgement about one plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The plan's hash.
    pub plan_hash: String,
    /// When the cloud was asked.
    pub at: DateTime<Utc>,
    /// What was checked, failures first.
    pub checks: Vec<Check>,
}

impl Proof {
    /// Whether nothing failed. What could not be checked does not block, it is shown.
    pub fn passed(&self) -> bool {
        self.checks
            .iter()
            .all(|check| check.verdict != Verdict::Failed)
    }

    /// A proof of checks, failures first. What it costs is not told yet: [`Self::with_cost`].
    pub fn of(plan_hash: String, at: DateTime<Utc>, mut checks: Vec<Check>) -> Self {
        checks.push(Check {
            what: COST.into(),
            need: None,
            free: None,
            verdict: Verdict::Unknown,
            why: Some("there is no price book yet".into()),
        });
        checks.sort_by_key(Check::rank);
        Self {
            plan_hash,
            at,
            checks,
        }
    }

    /// The same with further checks.
    #[must_use]
    pub fn with(mut self, more: Vec<Check>) -> Self {
        self.checks.extend(more);
        self.checks.sort_by_key(Check::rank);
        self
    }

    /// The same with what it costs, in words, by prices that somebody wrote down.
    #[must_use]
    pub fn with_cost(mut self, words: String) -> Self {
        for check in &mut self.checks {
            if check.what == COST {
                check.verdict = Verdict::Passed;
                check.why = Some(words.clone());
            }
        }
        self
    }
}

/// What the check of the cost is called.
const COST: &str = "cost";

/// The rules that Neutron puts into each new security group by itself: egress over IPv4 and over IPv6.
/// They count like any others. Administrators can change them since 2023.2
/// (<https://docs.openstack.org/api-ref/network/v2/#security-group-default-rules>).
pub const DEFAULT_RULES: u64 = 2;

/// How much of each quota a plan takes at most while it is carried out: what it creates and what
/// it enlarges. What it deletes is not taken off, for it may go last.
pub fn demand(plan: &Plan, flavors: &BTreeMap<FlavorName, Flavor>) -> BTreeMap<QuotaKind, u64> {
    let mut demand = BTreeMap::new();
    let mut add = |kind, amount: u64| {
        if amount > 0 {
            *demand.entry(kind).or_insert(0) += amount;
        }
    };
    let flavor = |name: &Value<FlavorName>| name.fixed().and_then(|name| flavors.get(name));
    let gib = |size: &Value<Gib>| size.fixed().map_or(0, |size| size.0);
    let size = |volume: &Volume| gib(&volume.size);
    for step in &plan.steps {
        match &step.act {
            StepAct::Create { resource } => match resource {
                Resource::Network(_) => add(QuotaKind::Networks, 1),
                Resource::Subnet(_) => add(QuotaKind::Subnets, 1),
                Resource::Router(_) => add(QuotaKind::Routers, 1),
                Resource::RouterInterface(_) => add(QuotaKind::Ports, 1),
                Resource::SecurityGroup(_) => add(QuotaKind::SecurityGroups, 1),
                Resource::SecurityRules(SecurityRules { group: _, rules }) => {
                    add(QuotaKind::SecurityRules, rules.len() as u64);
                }
                Resource::ServerGroup(_) => add(QuotaKind::ServerGroups, 1),
                Resource::VolumeSnapshot(snapshot) => {
                    add(QuotaKind::Snapshots, 1);
                    add(QuotaKind::VolumeGib, gib(&snapshot.size));
                }
                // No service that we know limits them.
                Resource::VolumeAttachment(_) | Resource::Image(_) => {}
                Resource::Keypair(_) => add(QuotaKind::Keypairs, 1),
                Resource::Volume(volume) => {
                    add(QuotaKind::Volumes, 1);
                    add(QuotaKind::VolumeGib, size(volume));
                }
                Resource::Instance(instance) => {
                    add(QuotaKind::Instances, 1);
                    add(QuotaKind::Ports, instance.networks.len() as u64);
                    if let Some(flavor) = flavor(&instance.flavor) {
                        add(QuotaKind::Vcpus, u64::from(flavor.vcpus));
                        add(QuotaKind::RamMib, flavor.ram.0);
                    }
                }
                Resource::FloatingIp(_) => add(QuotaKind::FloatingIps, 1),
            },
            StepAct::Update { before, after } => match (before, after) {
                (Resource::Volume(before), Resource::Volume(after)) => {
                    add(
                        QuotaKind::VolumeGib,
                        size(after).saturating_sub(size(before)),
                    );
                }
                (Resource::Instance(before), Resource::Instance(after)) => {
                    if let (Some(before), Some(after)) =
                        (flavor(&before.flavor), flavor(&after.flavor))
                    {
                        add(
                            QuotaKind::Vcpus,
                            u64::from(after.vcpus.saturating_sub(before.vcpus)),
                        );
                        add(QuotaKind::RamMib, after.ram.0.saturating_sub(before.ram.0));
                    }
                }
                (Resource::SecurityRules(before), Resource::SecurityRules(after)) => {
                    let more = after.rules.len().saturating_sub(before.rules.len());
                    add(QuotaKind::SecurityRules, more as u64);
                }
                _ => {}
            },
            StepAct::Delete { .. } => {}
        }
    }
    // A new group's own rules are over no quota, and count when others are added.
    let groups = demand.get(&QuotaKind::SecurityGroups).copied();
    if let Some(rules) = demand.get_mut(&QuotaKind::SecurityRules) {
        *rules += groups.unwrap_or(0) * DEFAULT_RULES;
    }
    demand
}

/// What of a cloud's offers a plan is held against.
pub fn wanted(plan: &Plan) -> BTreeSet<Offer> {
    let mut wanted = BTreeSet::new();
    for step in &plan.steps {
        let resource = match &step.act {
            StepAct::Create { resource } => resource,
            StepAct::Update { before: _, after } => after,
            StepAct::Delete { .. } => continue,
        };
        let offers: &[Offer] = match resource {
            Resource::Network(_) => &[Offer::Quota(QuotaKind::Networks)],
            Resource::Subnet(_) => &[Offer::Quota(QuotaKind::Subnets)],
            Resource::Router(_) => &[Offer::Quota(QuotaKind::Routers)],
            Resource::RouterInterface(_) => &[Offer::Quota(QuotaKind::Ports)],
            Resource::SecurityGroup(_) => &[Offer::Quota(QuotaKind::SecurityGroups)],
            Resource::SecurityRules(_) => &[Offer::Quota(QuotaKind::SecurityRules)],
            Resource::ServerGroup(_) => &[Offer::Quota(QuotaKind::ServerGroups)],
            Resource::VolumeSnapshot(_) => &[
                Offer::Quota(QuotaKind::Snapshots),
                Offer::Quota(QuotaKind::VolumeGib),
            ],
            Resource::VolumeAttachment(_) | Resource::Image(_) => &[],
            Resource::Keypair(_) => &[Offer::Quota(QuotaKind::Keypairs)],
            Resource::Volume(_) => &[
                Offer::Images,
                Offer::Quota(QuotaKind::Volumes),
                Offer::Quota(QuotaKind::VolumeGib),
            ],
            Resource::Instance(_) => &[
                Offer::Flavors,
                Offer::Images,
                Offer::Quota(QuotaKind::Instances),
                Offer::Quota(QuotaKind::Ports),
                Offer::Quota(QuotaKind::Vcpus),
                Offer::Quota(QuotaKind::RamMib),
            ],
            Resource::FloatingIp(_) => {
                &[Offer::Quota(QuotaKind::FloatingIps), Offer::FreeAddresses]
            }
        };
        wanted.extend(offers.iter().copied());
        if let StepAct::Create { resource } = &step.act
            && type_of(resource).is_some()
        {
            wanted.insert(Offer::VolumeTypes);
        }
    }
    wanted
}

/// The type that a volume is asked for with.
const fn type_of(resource: &Resource) -> Option<&VolumeTypeName> {
    match resource {
        Resource::Volume(volume) => volume.volume_type.as_ref(),
        _ => None,
    }
}

/// Judges a plan. `flavors` are those that the environment's file defines, held against the
/// cloud's own; `reserved` is what operations under way on the same cloud have reserved.
pub fn judge(
    plan: &Plan,
    flavors: &BTreeMap<FlavorName, Flavor>,
    offers: &Offers,
    reserved: &BTreeMap<QuotaKind, u64>,
) -> Proof {
    let demand = demand(plan, &offers.flavors);
    let mut checks: Vec<Check> = QuotaKind::ALL
        .iter()
        .filter_map(|kind| demand.get(kind).map(|need| (*kind, *need)))
        .map(|(kind, need)| {
            amount(
                kind.words(),
                need,
                Free::of(offers.quotas.get(&kind)),
                reserved.get(&kind),
            )
        })
        .collect();
    if let Some(need) = demand.get(&QuotaKind::FloatingIps) {
        let free = offers.free_addresses.map_or(Free::Untold, Free::Amount);
        checks.push(amount(
            "addresses in the pool",
            *need,
            free,
            reserved.get(&QuotaKind::FloatingIps),
        ));
    }
    named(plan, flavors, offers, &mut checks);
    volume_types(plan, offers, &mut checks);
    volumes(plan, offers, &mut checks);
    Proof::of(plan.hash.clone(), offers.at, checks)
}

/// An amount held against what is free.
fn amount(what: &str, need: u64, free: Free, reserved: Option<&u64>) -> Check {
    let reserved = reserved.copied().unwrap_or(0);
    let free = free.without(reserved);
    let (verdict, why) = match free.holds(Need::known(need)) {
        Fit::Fits => (Verdict::Passed, None),
        Fit::Unknown(_) => (Verdict::Unknown, Some("the cloud does not tell".to_owned())),
        Fit::Short(short) => {
            let beside = if reserved > 0 {
                format!(" ({reserved} more are reserved by operations under way)")
            } else {
                String::new()
            };
            let left = need - short;
            let why = format!(
                "{need} needed, {left} free{beside}: {short} too few. Free some, ask for a larger \
                 quota, or make a smaller copy"
            );
            (Verdict::Failed, Some(why))
        }
    };
    Check {
        what: what.to_owned(),
        need: Some(need),
        free: free.amount(),
        verdict,
        why,
    }
}

/// The flavors and images that the plan names.
fn named(
    plan: &Plan,
    flavors: &BTreeMap<FlavorName, Flavor>,
    offers: &Offers,
    checks: &mut Vec<Check>,
) {
    let mut wanted_flavors = BTreeSet::new();
    let mut wanted_images = BTreeSet::new();
    for step in &plan.steps {
        let (StepAct::Create { resource }
        | StepAct::Update {
            before: _,
            after: resource,
        }) = &step.act
        else {
            continue;
        };
        match resource {
            Resource::Instance(instance) => {
                wanted_flavors.extend(instance.flavor.fixed());
                wanted_images.extend(instance.boot.image());
            }
            Resource::Volume(Volume {
                content: VolumeContent::Image(image),
                ..
            }) => wanted_images.extend(image.fixed()),
            _ => {}
        }
    }
    for name in wanted_flavors {
        let why = match (offers.flavors.get(name), flavors.get(name)) {
            (None, _) => {
                Some("the cloud has no flavor of this name: choose one that it has".to_owned())
            }
            (Some(theirs), Some(ours)) if theirs != ours => Some(format!(
                "the cloud's has {} vCPU, {} RAM, {} disk; the plan counts on {} vCPU, {} RAM, {} disk: correct the plan",
                theirs.vcpus, theirs.ram, theirs.disk, ours.vcpus, ours.ram, ours.disk
            )),
            (Some(_), _) => None,
        };
        checks.push(presence(format!("flavor {name}"), why));
    }
    for name in wanted_images {
        let why = (!offers.images.contains_key(name))
            .then(|| "the cloud has no image of this name: choose one that it has".to_owned());
        checks.push(presence(format!("image {name}"), why));
    }
}

/// The types of volumes that the plan names. One that a volume has already is not asked for again.
fn volume_types(plan: &Plan, offers: &Offers, checks: &mut Vec<Check>) {
    let created = plan.steps.iter().filter_map(|step| match &step.act {
        StepAct::Create { resource } => type_of(resource),
        StepAct::Update { .. } | StepAct::Delete { .. } => None,
    });
    let named: BTreeSet<&VolumeTypeName> = created.collect();
    for name in named {
        let what = format!("volume type {name}");
        checks.push(match &offers.volume_types {
            Some(offered) => presence(
                what,
                (!offered.contains(name)).then(|| {
                    "the cloud has no volume type of this name: choose one that it has".to_owned()
                }),
            ),
            None => Check {
                what,
                need: None,
                free: None,
                verdict: Verdict::Unknown,
                why: Some("the cloud does not tell".to_owned()),
            },
        });
    }
    // Cinder decides it by the types' backends, which it tells administrators alone
    // (`cinder/volume/api.py`, `_retype_is_possible`).
    let of_another = plan.steps.iter().filter_map(|step| match &step.act {
        StepAct::Create {
            resource: Resource::Volume(volume),
        } => match &volume.content {
            VolumeContent::Stored(_) | VolumeContent::Snapshot(_) => volume.volume_type.as_ref(),
            VolumeContent::Empty | VolumeContent::Image(_) => None,
        },
        StepAct::Create { .. } | StepAct::Update { .. } | StepAct::Delete { .. } => None,
    });
    for name in of_another.collect::<BTreeSet<_>>() {
        checks.push(Check {
            what: format!("volume type {name} of volumes that are made from others"),
            need: None,
            free: None,
            verdict: Verdict::Unknown,
            why: Some(
                "where the others are of another type, most clouds refuse it, and say so only when \
                 they are made: leave the type out to keep theirs"
                    .to_owned(),
            ),
        });
    }
}

/// What volumes and snapshots are made from is there, and has room on them.
fn volumes(plan: &Plan, offers: &Offers, checks: &mut Vec<Check>) {
    // By key: how large the snapshots will be that this plan takes.
    let mut snapshots: BTreeMap<&Key, Gib> = BTreeMap::new();
    let mut sources = BTreeSet::new();
    for step in &plan.steps {
        let StepAct::Create { resource } = &step.act else {
            continue;
        };
        sources.extend(crate::sizes::source(resource));
        let (content, size) = match resource {
            Resource::VolumeSnapshot(VolumeSnapshot { volume: _, size }) => {
                snapshots.extend(size.fixed().map(|size| (&step.key, *size)));
                continue;
            }
            Resource::Volume(volume) => (&volume.content, volume.size.fixed()),
            _ => continue,
        };
        let (what, least) = match content {
            VolumeContent::Empty => continue,
            VolumeContent::Image(image) => {
                let least = image.fixed().and_then(|image| offers.images.get(image));
                (
                    format!("image {image}"),
                    least.map(|image| image.least_disk),
                )
            }
            VolumeContent::Stored(source) => (source.to_string(), offers.size_of(source)),
            VolumeContent::Snapshot(key) => (key.to_string(), snapshots.get(key).copied()),
        };
        if let (Some(least), Some(size)) = (least, size)
            && size < &least
        {
            let why = format!("{what} needs {least}, and the volume has {size}: make it larger");
            checks.push(presence(step.key.to_string(), Some(why)));
        }
    }
    for source in sources {
        let why = match offers.sources.get(&source).map(Vec::as_slice) {
            Some([_]) => None,
            Some([]) | None => Some(format!(
                "the cloud has no {} of this name or id: choose one that it has",
                source.word()
            )),
            Some(several) => {
                let ids: Vec<&str> = several.iter().map(|one| one.id.as_str()).collect();
                Some(format!(
                    "the cloud has several of this name: write the id of one instead ({})",
                    ids.join(", ")
                ))
            }
        };
        checks.push(presence(source.to_string(), why));
    }
}

fn presence(what: String, why: Option<String>) -> Check {
    let verdict = if why.is_none() {
        Verdict::Passed
    } else {
        Verdict::Failed
    };
    Check {
        what,
        need: None,
        free: None,
        verdict,
        why,
    }
}
