//! The planner's laws, on random pairs: whatever order the needs allow, each step finds what it
//! hangs on and nothing in its way, and at the end there is what was wanted.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::topology;
use model::Topology;
use model::count::{Count, Sizing};
use model::data::VolumeSource;
use model::environment::EnvironmentKind;
use model::group::Group;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::{EnvironmentName, GroupName, NetworkName};
use model::network::Network;
use model::profile::Category;
use model::resolved::{Resolved, resolve};
use model::resource::{Bond, FloatingIp, Remote, Resource, SecurityRules};
use model::unit::Gib;
use model::value::Value;
use plan::offers::{Offer, OfferedImage, Offers, Quota, QuotaKind, Stored};
use plan::proof::{self, Verdict};
use plan::steps::{Expected, Plan, StepAct};
use proptest::prelude::*;

/// Carries a plan out on a map, the way a cloud would take it: refuses what hangs on nothing and
/// what is in the way, clears references of its own accord.
fn carry_out(
    plan: &Plan,
    from: &Resolved,
    choose: &mut dyn FnMut(usize) -> usize,
) -> BTreeMap<Key, Resource> {
    let mut state = from.resources.clone();
    let mut done: BTreeSet<u32> = BTreeSet::new();
    while done.len() < plan.steps.len() {
        let free: Vec<u32> = (0..u32::try_from(plan.steps.len()).unwrap())
            .filter(|number| !done.contains(number))
            .filter(|number| {
                plan.steps[*number as usize]
                    .needs
                    .iter()
                    .all(|need| done.contains(&need.step))
            })
            .collect();
        assert!(!free.is_empty(), "nothing can go on");
        let number = free[choose(free.len())];
        let step = &plan.steps[number as usize];
        let key = &step.key;
        match &step.act {
            StepAct::Create { resource } => {
                for (other, _) in resource.bonds() {
                    assert!(
                        state.contains_key(&other),
                        "{key} hangs on {other}, not there"
                    );
                }
                assert!(
                    state.insert(key.clone(), resource.clone()).is_none(),
                    "{key} twice"
                );
            }
            StepAct::Update { before: _, after } => {
                for (other, bond) in after.bonds() {
                    assert!(
                        state.contains_key(&other) || bond == Bond::Told,
                        "{key} hangs on {other}, not there"
                    );
                }
                assert!(
                    state.insert(key.clone(), after.clone()).is_some(),
                    "{key} not there"
                );
            }
            StepAct::Delete { resource: _ } => {
                // What goes with it, and the rules that name it, go by themselves.
                state.retain(|_, resource| resource.goes_with() != Some(key));
                for (other, resource) in &mut state {
                    if let Resource::SecurityRules(SecurityRules { rules, .. }) = resource {
                        rules.retain(|rule| rule.remote != Remote::Group(key.clone()));
                    }
                    for (target, bond) in resource.bonds() {
                        assert!(
                            &target != key || matches!(bond, Bond::Refers | Bond::Told),
                            "{other} is in the way of deleting {key}"
                        );
                    }
                    if let Resource::FloatingIp(FloatingIp { instance, .. }) = resource
                        && instance.as_ref() == Some(key)
                    {
                        *instance = None;
                    }
                }
                assert!(state.remove(key).is_some(), "{key} not there");
            }
        }
        done.insert(number);
    }
    // A group without rules has no set of them.
    state.retain(
        |_, resource| !matches!(resource, Resource::SecurityRules(set) if set.rules.is_empty()),
    );
    state
}

fn at_planned(topology: &model::Topology) -> Resolved {
    resolve(topology, &Sizing::Planned)
}

/// Found by a random pair: an address that is given back may be taken by another copy, or by
/// another step of the same plan, before it is asked for again.
#[test]
fn what_the_cloud_chose_is_not_asked_for_again_once_it_is_given_back() {
    let instance = Key::new(ResourceKind::Instance, "app[1]");
    let address = |address: Value<std::net::IpAddr>| {
        Resource::FloatingIp(FloatingIp {
            address,
            instance: Some(instance.clone()),
            network: NetworkName::new("inner").unwrap(),
        })
    };
    let mut wanted = None;
    for cidr in ["10.1.0.0/24", "10.2.0.0/24"] {
        let mut topology = Topology::empty(
            EnvironmentName::new("pair").unwrap(),
            EnvironmentKind::Temporary,
        );
        let network = Network {
            cidr: cidr.parse().unwrap(),
            routed: true,
            note: None,
        };
        topology
            .networks
            .insert(NetworkName::new("inner").unwrap(), network);
        let mut group = Group::new(Category::Application, Count::exactly(1));
        group.networks = vec![NetworkName::new("inner").unwrap()];
        group.public_addresses.count = Value::Fixed(Count::exactly(1));
        topology
            .groups
            .insert(GroupName::new("app").unwrap(), group);
        let resolved = at_planned(&topology);
        let Some(mut observed) = wanted.replace(resolved.clone()) else {
            continue;
        };
        let key = Key::new(ResourceKind::FloatingIp, "app[1]");
        let given = address(Value::Fixed("203.0.113.1".parse().unwrap()));
        observed.resources.insert(key.clone(), given);
        let plan = plan::plan(&observed, &resolved).unwrap();
        let made = plan.steps.iter().find_map(|step| match &step.act {
            StepAct::Create { resource } if step.key == key => Some(resource),
            _ => None,
        });
        assert_eq!(made, Some(&address(Value::AssignedByCloud)));
    }
}

#[test]
fn a_type_of_volumes_is_asked_for_and_proved_where_a_plan_names_one() {
    let volume = |of_type: Option<&str>| {
        let volume = model::resource::Volume {
            size: Value::Fixed(Gib(1)),
            volume_type: of_type.map(|name| name.parse().unwrap()),
            content: model::resource::VolumeContent::Empty,
            mount: None,
            file_system: None,
        };
        let mut state = Resolved::default();
        state
            .resources
            .insert("volume/db[1].data".parse().unwrap(), volume.into());
        state
    };
    let plan = |from: &Resolved, to: &Resolved| plan::plan(from, to).unwrap();
    let nothing = Resolved::default();
    let asked = |plan: &plan::steps::Plan| proof::wanted(plan).contains(&Offer::VolumeTypes);
    assert!(!asked(&plan(&nothing, &volume(None))));
    assert!(!asked(&plan(&volume(Some("ssd")), &nothing)));
    let typed = plan(&nothing, &volume(Some("ssd")));
    assert!(asked(&typed));
    let verdict = |told: Option<&[&str]>| {
        let offers = Offers {
            volume_types: told.map(|all| all.iter().map(|name| name.parse().unwrap()).collect()),
            ..Offers::none("2026-11-29T03:00:00Z".parse().unwrap())
        };
        let proof = proof::judge(&typed, &BTreeMap::new(), &offers, &BTreeMap::new());
        let mut checks = proof.checks.into_iter();
        let check = checks
            .find(|check| check.what == "volume type ssd")
            .unwrap();
        (check.verdict, check.why)
    };
    assert_eq!(verdict(Some(&["hdd", "ssd"])), (Verdict::Passed, None));
    let (failed, why) = verdict(Some(&["hdd"]));
    assert_eq!(failed, Verdict::Failed);
    assert!(why.unwrap().contains("no volume type of this name"));
    assert_eq!(verdict(None).0, Verdict::Unknown);
    // Whoever said nothing keeps the volume that is there; whoever did gets another.
    let there = volume(Some("hdd"));
    assert!(plan(&there, &volume(None)).steps.is_empty());
    let anew = plan(&there, &volume(Some("ssd")));
    assert!(asked(&anew) && anew.steps.len() == 2);
}

/// A cloud that tells all, and has what a state is made from.
fn all_offers(state: &Resolved) -> Offers {
    let anew = plan::plan(&Resolved::default(), state).unwrap();
    let stored = Stored {
        id: CloudId::new("golden-1"),
        size: Gib(1),
    };
    let quota = Quota {
        limit: Some(20),
        used: 7,
    };
    Offers {
        flavors: common::flavors(),
        images: common::IMAGES
            .iter()
            .map(|name| (name.parse().unwrap(), OfferedImage::default()))
            .collect(),
        quotas: QuotaKind::ALL.iter().map(|kind| (*kind, quota)).collect(),
        sources: plan::sizes::sources(&anew)
            .map(|source| (source, vec![stored.clone()]))
            .collect(),
        free_addresses: Some(3),
        volume_types: Some(BTreeSet::from([common::VOLUME_TYPE.parse().unwrap()])),
        ..Offers::none("2026-11-25T03:00:00Z".parse().unwrap())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_order_that_the_needs_allow_ends_at_what_was_wanted(
        a in topology(3), b in topology(3), seed in any::<u64>(),
    ) {
        let (a, b) = (at_planned(&a), at_planned(&b));
        let plan = plan::plan(&a, &b).unwrap();
        let mut state = seed;
        let mut choose = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            usize::try_from(state >> 33).unwrap() % n
        };
        let end = carry_out(&plan, &a, &mut choose);
        let end = Resolved { resources: end, order: b.order.clone() };
        prop_assert_eq!(&end.resources, &b.settled_on(&end).resolved().resources);
        let again = plan::plan(&end, &b).unwrap();
        prop_assert!(again.steps.is_empty(), "planning again: {:?}", again.steps);
    }

    #[test]
    fn the_same_input_gives_the_same_plan(a in topology(2), b in topology(2)) {
        let (a, b) = (at_planned(&a), at_planned(&b));
        prop_assert_eq!(plan::plan(&a, &b).unwrap(), plan::plan(&a.clone(), &b.clone()).unwrap());
    }

    #[test]
    fn a_proof_stands_on_nothing_that_was_not_asked_for(a in topology(3), b in topology(3)) {
        let (a, b) = (at_planned(&a), at_planned(&b));
        let (all, flavors) = (all_offers(&b), common::flavors());
        let plan = plan::plan(&a, &b).unwrap();
        let asked = proof::wanted(&plan);
        let looked_up: BTreeSet<VolumeSource> = plan::sizes::sources(&plan).collect();
        let told = Offers {
            flavors: if asked.contains(&Offer::Flavors) { all.flavors.clone() } else { BTreeMap::new() },
            images: if asked.contains(&Offer::Images) { all.images.clone() } else { BTreeMap::new() },
            quotas: all
                .quotas
                .iter()
                .filter(|(kind, _)| asked.contains(&Offer::Quota(**kind)))
                .map(|(kind, quota)| (*kind, *quota))
                .collect(),
            sources: all
                .sources
                .iter()
                .filter(|(source, _)| looked_up.contains(source))
                .map(|(source, stored)| (source.clone(), stored.clone()))
                .collect(),
            free_addresses: all.free_addresses.filter(|_| asked.contains(&Offer::FreeAddresses)),
            volume_types: all.volume_types.clone().filter(|_| asked.contains(&Offer::VolumeTypes)),
            ..Offers::none(all.at)
        };
        prop_assert_eq!(
            proof::judge(&plan, &flavors, &told, &BTreeMap::new()),
            proof::judge(&plan, &flavors, &all, &BTreeMap::new())
        );
        // Sizes that the cloud tells change amounts, never what has to be asked for.
        let sizes = plan::sizes::sizes(&b, &all);
        let sized = plan::plan_with(&a, &b, &sizes).unwrap();
        prop_assert_eq!(proof::wanted(&sized), asked);
    }

    #[test]
    fn every_step_has_a_footprint(a in topology(2), b in topology(2)) {
        let plan = plan::plan(&at_planned(&a), &at_planned(&b)).unwrap();
        let keys: BTreeSet<&Key> = plan.steps.iter().map(|step| &step.key).collect();
        let touched: BTreeSet<&Key> = plan.footprint.keys().collect();
        prop_assert!(keys.is_subset(&touched));
        // What has a footprint and no step goes with something that has one.
        let taken: BTreeSet<&Key> = plan
            .steps
            .iter()
            .filter(|step| matches!(step.act, StepAct::Delete { .. }))
            .map(|step| &step.key)
            .collect();
        for key in touched.difference(&keys) {
            let whole = match &plan.footprint[*key] {
                Expected::Present { resource } => resource.goes_with(),
                Expected::Absent => None,
            };
            prop_assert!(whole.is_some_and(|whole| taken.contains(whole)), "{}", key);
        }
    }
}

proptest! {
    /// One judgement: what a what-if says that an environment needs is what the proof of its plan
    /// finds in it.
    #[test]
    fn a_what_if_needs_what_the_plan_needs(topology in topology(4)) {
        let target = resolve(&topology, &Sizing::Planned);
        let plan = plan::plan(&Resolved::default(), &target).unwrap();
        let demand = proof::demand(&plan, &topology.flavors);
        let needs = plan::what_if::standing(&topology);
        let mut kinds = vec![
            QuotaKind::Instances,
            QuotaKind::Vcpus,
            QuotaKind::RamMib,
            QuotaKind::Volumes,
            QuotaKind::FloatingIps,
        ];
        // Snapshots of what is copied are the plan's alone.
        if topology.groups.values().all(|group| group.data.is_none()) {
            kinds.push(QuotaKind::VolumeGib);
        }
        for kind in kinds {
            prop_assert_eq!(demand.get(&kind), needs.get(&kind), "{}", kind);
        }
    }
}
