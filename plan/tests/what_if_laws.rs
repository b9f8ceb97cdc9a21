//! What-if: laws of scenarios as text, of how they stack, and of what fits.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../../model/tests/common/mod.rs"]
mod any;
mod ground;

use ground::{Clouds, ground, simulated};
use model::count::Sizing;
use model::name::{CloudName, FlavorName, GroupName};
use plan::capacity::capacity_of;
use plan::headroom::Fit;
use plan::loss::{Loss, Place, Places};
use plan::offers::{Quota, QuotaKind};
use plan::what_if::{
    Base, Bound, Given, Ground, MAX_TEMPORARIES, Outcome, Scenario, stack, what_if,
};
use proptest::prelude::*;

fn group(name: &str) -> GroupName {
    GroupName::new(name).unwrap()
}

fn scenario(text: &str) -> Scenario {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn choices() -> impl Strategy<Value = plan::need::Choices> {
    let flavor = "[a-zé=&+%.][a-z =&+%#;.é]{0,5}[a-z&=]";
    let name = || "[a-z0-9]([a-z0-9._-]{0,5}[a-z0-9])?";
    (
        prop::collection::btree_map(name(), 0..=1_000_000_u32, 0..4),
        prop::collection::btree_map(name(), flavor, 0..3),
    )
        .prop_map(|(counts, flavors)| plan::need::Choices {
            counts: counts
                .into_iter()
                .map(|(name, n)| (group(&name), n))
                .collect(),
            flavors: flavors
                .into_iter()
                .map(|(name, flavor)| (group(&name), FlavorName::new(&flavor).unwrap()))
                .collect(),
        })
}

fn any_loss() -> impl Strategy<Value = Loss> {
    prop_oneof![
        ("[a-z]([a-z.-]{0,4}[a-z])?", any::<u32>())
            .prop_map(|(name, n)| Loss::Member(group(&name), n)),
        "\\PC{1,6}".prop_map(Loss::Host),
        Just(Loss::AnyHost),
        "[a-z.& ]{1,6}".prop_map(Loss::Zone),
        "[a-z]{1,4}".prop_map(|name| Loss::Site(name.parse().unwrap())),
    ]
}

fn any_scenario() -> impl Strategy<Value = Scenario> {
    (
        choices(),
        choices(),
        choices(),
        prop::option::of(0..=MAX_TEMPORARIES),
        prop::option::of(any::<bool>()),
        prop::collection::btree_set(any_loss(), 0..3),
    )
        .prop_map(
            |(production, temporary, secondary, temporaries, with_secondary, lost)| Scenario {
                production,
                temporary,
                secondary,
                temporaries,
                with_secondary,
                lost,
            },
        )
}

proptest! {
    #[test]
    fn a_scenario_survives_its_address(scenario in any_scenario()) {
        let text = scenario.to_string();
        prop_assert_eq!(text.parse::<Scenario>(), Ok(scenario.clone()), "{}", text);
        let json = serde_json::to_string(&scenario).unwrap();
        prop_assert_eq!(serde_json::from_str::<Scenario>(&json).unwrap(), scenario.clone());
        for (name, _) in scenario.pairs() {
            prop_assert!(Scenario::takes(&name));
        }
    }

    #[test]
    fn any_text_is_a_scenario_or_refused(text in "\\PC{0,20}") {
        if let Ok(scenario) = text.parse::<Scenario>() {
            prop_assert_eq!(scenario.to_string().parse(), Ok(scenario));
        }
    }

    #[test]
    fn scenarios_stack(a in any_scenario(), b in any_scenario(), c in any_scenario()) {
        let of = |all: &[&Scenario]| stack(all.iter().copied());
        prop_assert_eq!(of(&[&of(&[&a, &b]), &c]), of(&[&a, &of(&[&b, &c])]));
        prop_assert_eq!(of(&[&a, &b, &c]), of(&[&of(&[&a, &b]), &c]));
        let empty = Scenario::default();
        prop_assert!(empty.is_empty());
        prop_assert_eq!(of(&[&a, &empty]), a.clone());
        prop_assert_eq!(of(&[&empty, &a]), a.clone());
        prop_assert_eq!(of(&[&a, &a]), a.clone());
        // The later one holds in all that it says, and nothing of the earlier one gets lost.
        let both = of(&[&a, &b]);
        for (group, count) in &b.production.counts {
            prop_assert_eq!(both.production.counts.get(group), Some(count));
        }
        for group in a.production.counts.keys() {
            prop_assert!(both.production.counts.contains_key(group));
        }
    }
}

/// Limits that may be missing, none, or small, and what is reserved of them.
fn any_ground() -> impl Strategy<Value = Ground> {
    let limit = prop_oneof![
        1 => Just(None),
        2 => (prop::option::of(0..2_000_u64), 0..20_u64).prop_map(Some),
    ];
    let limits = prop::collection::vec((limit, 0..3_u64, 0..5_u64), QuotaKind::ALL.len());
    (limits, prop::option::of(0..60_u64)).prop_map(|(limits, free_addresses)| {
        let mut ground = ground(&[]);
        ground.offers.free_addresses = free_addresses;
        ground.offers.quotas.clear();
        for (kind, (limit, reserved, standing)) in QuotaKind::ALL.iter().zip(limits) {
            if let Some((limit, used)) = limit {
                ground.offers.quotas.insert(*kind, Quota { limit, used });
            }
            ground.reserved.insert(*kind, reserved);
            ground.standing.insert(*kind, standing);
        }
        ground
    })
}

fn short(outcome: &Outcome, sizing: &Sizing, cloud: Option<&CloudName>) -> bool {
    let here = outcome
        .limits
        .iter()
        .filter(|limit| limit.cloud.as_ref() == cloud);
    here.map(|limit| limit.at(sizing).fit)
        .any(|fit| matches!(fit, Fit::Short(_)))
}

proptest! {
    #[test]
    fn the_largest_that_fits_does_and_one_more_does_not(
        production in any::topology().boxed(),
        temporary in any::topology().boxed(),
        secondary in prop::option::of(any::topology().boxed()),
        ground in any_ground(),
        at in any::<prop::sample::Index>(),
        count in 0..9_u32,
        number in 0..3_u32,
    ) {
        let mut clouds = simulated(ground);
        let (mut production, mut temporary) = (production, temporary);
        production.cloud = Some(CloudName::new("simulated").unwrap());
        temporary.cloud.clone_from(&production.cloud);
        clouds.insert(CloudName::new("other").unwrap(), clouds.values().next().unwrap().clone());
        let base = Base {
            production: &production,
            temporary: Some(&temporary),
            secondary: secondary.as_ref(),
            clouds: &clouds,
            book: None,
            places: &Places::new(),
        };
        let mut asked = Scenario {
            temporaries: Some(number),
            with_secondary: secondary.is_some().then_some(true),
            ..Scenario::default()
        };
        let names: Vec<GroupName> = production.groups.keys().cloned().collect();
        if !names.is_empty() {
            asked.production.counts.insert(at.get(&names).clone(), count);
        }
        let outcome = what_if(&base, &asked).unwrap();
        prop_assert!(!outcome.sentence().is_empty());
        let broken = |limit: &plan::what_if::Limit, sizing: &Sizing| {
            matches!(limit.at(sizing).fit, Fit::Short(_))
        };
        let any_broken = outcome.limits.iter().any(|limit| {
            Sizing::REPORTED.iter().any(|sizing| broken(limit, sizing))
        });
        prop_assert_eq!(outcome.first.is_some(), any_broken);
        let cloud = production.cloud.as_ref();
        // Temporary environments, at each sizing.
        for (sizing, largest) in outcome.most_temporaries.as_ref().unwrap().each() {
            let with = |number| {
                let asked = Scenario { temporaries: Some(number), ..asked.clone() };
                short(&what_if(&base, &asked).unwrap(), &sizing, cloud)
            };
            match largest.bound {
                Bound::NotEvenNone => prop_assert!(with(0)),
                Bound::Number(number) => prop_assert!(!with(number) && with(number + 1)),
                Bound::NoLimit => prop_assert!(!with(MAX_TEMPORARIES)),
            }
            prop_assert_eq!(largest.limit.is_none(), largest.bound == Bound::NoLimit);
            prop_assert!(!largest.sentence().is_empty());
        }
        // The group with a chosen count, as planned.
        for (name, largest) in &outcome.largest {
            let with = |count| {
                let mut asked = asked.clone();
                asked.production.counts.insert(name.clone(), count);
                short(&what_if(&base, &asked).unwrap(), &Sizing::Planned, cloud)
            };
            match largest.planned.bound {
                Bound::NotEvenNone => prop_assert!(with(0)),
                Bound::Number(count) => prop_assert!(!with(count) && with(count + 1)),
                Bound::NoLimit => prop_assert!(!with(1_000_000)),
            }
        }
        // More is never better.
        if number > 0 {
            let fewer = Scenario { temporaries: Some(number - 1), ..asked.clone() };
            let fewer = what_if(&base, &fewer).unwrap();
            for sizing in Sizing::REPORTED {
                prop_assert!(!short(&fewer, &sizing, cloud) || short(&outcome, &sizing, cloud));
            }
        }
    }

    #[test]
    fn nothing_otherwise_is_what_is_written(topology in any::topology()) {
        let clouds = Clouds::new();
        let base = Base {
            production: &topology,
            temporary: Some(&topology),
            secondary: None,
            clouds: &clouds,
            book: None,
            places: &Places::new(),
        };
        let outcome = what_if(&base, &Scenario::default()).unwrap();
        let capacity = capacity_of(&topology);
        prop_assert_eq!(outcome.production, capacity.totals);
        prop_assert_eq!(outcome.all, capacity.totals);
        let two = what_if(&base, &scenario("temporary=2")).unwrap();
        let three = plan::capacity::capacity([&topology, &topology, &topology]);
        prop_assert_eq!(two.all, three.total);
        // What a form says of every group anew changes nothing.
        let mut form = Scenario::default();
        for (name, group) in &topology.groups {
            form.production.counts.insert(name.clone(), group.count.planned());
        }
        prop_assert!(form.clone().without_what_is_so(&base).is_empty());
        prop_assert_eq!(what_if(&base, &form).unwrap().all, outcome.all);
    }
}

/// Choices and losses, some of which are about what is there.
fn scenario_of(
    topology: &model::topology::Topology,
    counts: &[(prop::sample::Index, u32)],
    losses: &[(u8, prop::sample::Index)],
) -> Scenario {
    let names: Vec<&GroupName> = topology.groups.keys().collect();
    let mut scenario = Scenario::default();
    if !names.is_empty() {
        let chosen = counts.iter();
        scenario.production.counts = chosen
            .map(|(at, count)| ((*at.get(&names)).clone(), *count))
            .collect();
        scenario.lost = losses
            .iter()
            .filter_map(|(sort, at)| match sort {
                0 => {
                    let name = at.get(&names);
                    let group = topology.groups.get(*name)?;
                    let first = group.ordinals(group.count.max()).into_iter().next()?;
                    Some(Loss::Member((*name).clone(), first))
                }
                1 => Some(Loss::Host("a".to_owned())),
                2 => Some(Loss::Zone("b".to_owned())),
                3 => topology.site.clone().map(Loss::Site),
                _ => Some(Loss::AnyHost),
            })
            .collect();
    }
    scenario
}

proptest! {
    #[test]
    fn what_is_left_out_for_a_browser_changes_nothing(
        production in any::topology().boxed(),
        temporary in any::topology().boxed(),
        secondary in prop::option::of(any::topology().boxed()),
        ground in any_ground(),
        counts in prop::collection::vec((any::<prop::sample::Index>(), 0..9_u32), 0..4),
        losses in prop::collection::vec((0..5_u8, any::<prop::sample::Index>()), 0..4),
        known in prop::collection::vec(prop::option::of(0..3_usize), 20),
    ) {
        let mut clouds = simulated(ground);
        let mut production = production;
        production.cloud = Some(CloudName::new("simulated").unwrap());
        clouds.insert(CloudName::new("other").unwrap(), clouds.values().next().unwrap().clone());
        let places = production.instances().zip(&known).filter_map(|((key, _), place)| {
            let word = Some(["a", "b", "c"][(*place)?].to_owned());
            Some((key, Place { host: word.clone(), zone: word }))
        });
        let asked = Scenario {
            temporaries: Some(2),
            with_secondary: secondary.is_some().then_some(true),
            ..scenario_of(&production, &counts, &losses)
        };
        let given = Given {
            places: places.collect(),
            production,
            temporary: Some(temporary),
            secondary,
            clouds,
            book: None,
        };
        let sent = serde_json::to_string(&given.clone().lean()).unwrap();
        let lean: Given = serde_json::from_str(&sent).unwrap();
        prop_assert_eq!(&lean, &given.clone().lean());
        prop_assert_eq!(what_if(&lean.base(), &asked), what_if(&given.base(), &asked));
        prop_assert_eq!(
            asked.clone().without_what_is_so(&lean.base()),
            asked.without_what_is_so(&given.base())
        );
    }

    #[test]
    fn what_lies_on_top_of_a_kept_question_comes_to_the_same(
        production in any::topology().boxed(),
        kept in prop::collection::vec((any::<prop::sample::Index>(), 0..9_u32), 0..4),
        own in prop::collection::vec((any::<prop::sample::Index>(), 0..9_u32), 0..4),
        as_planned in any::<bool>(),
        losses in prop::collection::vec((0..5_u8, any::<prop::sample::Index>()), 0..4),
        numbers in [prop::option::of(0..3_u32), prop::option::of(0..3_u32)],
    ) {
        let clouds = Clouds::new();
        let base = Base {
            production: &production,
            temporary: Some(&production),
            secondary: None,
            clouds: &clouds,
            book: None,
            places: &Places::new(),
        };
        let (some, all) = losses.split_at(losses.len() / 2);
        let kept = Scenario {
            temporaries: numbers[0],
            ..scenario_of(&production, &kept, some)
        };
        let mut own = Scenario {
            temporaries: numbers[1],
            ..scenario_of(&production, &own, all)
        };
        if as_planned {
            for (name, group) in &production.groups {
                own.production.counts.insert(name.clone(), group.count.planned());
            }
        }
        let meant = own.clone().on_top_of(&kept, &base);
        let all = |own: &Scenario| stack([&kept, own]).without_what_is_so(&base);
        prop_assert_eq!(all(&meant), all(&own));
        // And says nothing twice.
        prop_assert_eq!(meant.clone().on_top_of(&kept, &base), meant.clone());
        prop_assert!(meant.lost.is_disjoint(&kept.lost));
    }
}
