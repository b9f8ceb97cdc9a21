//! The nearest measured: laws that hold for any topologies, and what the published examples say.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../../model/tests/common/mod.rs"]
mod anything;
#[path = "common/examples.rs"]
mod examples;

use std::path::Path;

use model::case::{Case, CaseStudy, Outcome, Quantity, Seen, Source};
use model::count::{Count, Sizing};
use model::file::{Document, case_elsewhere, case_study, parse};
use model::name::{CaseName, LoadName};
use model::profile::Category;
use model::topology::Topology;
use plan::nearest::{Asked, Distance, Figure, Fit, Here, Loads, Nearest, USUAL, nearest};
use plan::report::{self, csv, markdown};
use proptest::prelude::*;

fn topology(path: &Path) -> Topology {
    let text = std::fs::read_to_string(path).unwrap();
    match parse(&path.display().to_string(), &text).unwrap() {
        Document::Environment(topology) => *topology,
        Document::Recipe(_) => panic!("{} is a recipe", path.display()),
    }
}

/// The published case studies, each with its topology.
fn published() -> Vec<CaseStudy> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/cases");
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = std::fs::read(path).unwrap();
        let elsewhere = case_elsewhere(name, &bytes).unwrap();
        let elsewhere = elsewhere.map(|other| topology(&folder.join(other)));
        let study = case_study(name, &bytes, elsewhere).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(format!("{}.yaml", study.case), name);
        study
    };
    paths.iter().map(read).collect()
}

fn named(name: &str) -> CaseStudy {
    let found = published()
        .into_iter()
        .find(|one| one.case.as_str() == name);
    found.unwrap_or_else(|| panic!("no case {name}"))
}

fn loads(text: &str) -> Loads {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn against(topology: &Topology, load: &str, cases: &[CaseStudy]) -> Vec<Nearest> {
    let asked = Asked {
        topology,
        sizing: &Sizing::Planned,
        load: &loads(load),
    };
    nearest(&asked, cases, USUAL)
}

/// What some load comes to.
fn here(one: &Nearest, load: &str) -> (String, Option<Fit>) {
    let found = one
        .loads
        .iter()
        .find(|it| it.name.as_str() == load)
        .unwrap();
    let text = match &found.here {
        Here::Scaled { to, times, by } => format!("{to}, {times} of {by}"),
        Here::Nothing { why } => why.clone(),
    };
    (text, found.fit)
}

/// A topology with so many times the instances of each group.
fn times(topology: &Topology, by: u32) -> Topology {
    let mut larger = topology.clone();
    for group in larger.groups.values_mut() {
        let count = group.count.planned() * by;
        group.count = Count::exactly(count);
        group.roles.clear();
    }
    larger
}

#[test]
fn the_published_ones_are_nearest_to_themselves() {
    let cases = published();
    assert!(cases.len() >= 6, "{}", cases.len());
    for case in &cases {
        let load = Loads(case.given.clone()).to_string();
        let found = against(&case.topology, &load, &cases);
        assert_eq!(found[0].case, case.case);
        assert_eq!(found[0].distance, Distance::NONE);
        assert!(found[1].distance > Distance::NONE, "{}", found[1].case);
        assert_eq!(found.len(), USUAL);
        assert!(found[0].only_planned.is_empty() && found[0].only_measured.is_empty());
        if case.seen.outcome == Some(Outcome::Held) {
            let fits: Vec<_> = found[0].loads.iter().map(|load| load.fit).collect();
            assert!(
                fits.iter().all(|fit| *fit == Some(Fit::AsMeasured)),
                "{fits:?}"
            );
        }
    }
}

#[test]
fn twice_as_much_is_told_as_twice() {
    let measured = named("chef-automate-10000");
    let planned = times(&measured.topology, 2);
    let found = against(
        &planned,
        "client-runs=300/min",
        std::slice::from_ref(&measured),
    );
    let [one] = &found[..] else {
        panic!("{found:?}")
    };
    for tier in &one.tiers {
        assert_eq!(
            tier.figure(Figure::Vcpus).unwrap().sentence().unwrap(),
            "2.0× the vCPU"
        );
    }
    let (to, fit) = here(one, "client-runs");
    assert_eq!(to, "332/min, 2.00 of vCPU of application");
    assert_eq!(fit, Some(Fit::IfLinear));
    assert!(one.warnings.is_empty(), "{:?}", one.warnings);
    // What the servers boot from isn't said, so that there is no word on storage.
    assert!(
        one.incomparable
            .iter()
            .any(|text| text.starts_with("storage of application")),
        "{:?}",
        one.incomparable
    );
    let beyond = against(
        &planned,
        "client-runs=400/min",
        std::slice::from_ref(&measured),
    );
    assert_eq!(here(&beyond[0], "client-runs").1, Some(Fit::Beyond));
    assert!(beyond[0].warnings[0].contains(
        "client-runs 400/min is more than was held there: 166/min, which comes to 332/min here"
    ));
}

#[test]
fn what_grew_least_decides() {
    let measured = named("chef-automate-10000");
    let mut planned = times(&measured.topology, 4);
    let back_end = planned.groups.get_mut("back-end").unwrap();
    back_end.count = Count::exactly(3);
    let found = against(
        &planned,
        "client-runs=170/min",
        std::slice::from_ref(&measured),
    );
    assert_eq!(
        here(&found[0], "client-runs"),
        (
            "166/min, 1.00 of vCPU of infrastructure".to_owned(),
            Some(Fit::Beyond)
        )
    );
}

#[test]
fn nothing_is_scaled_where_nothing_can_be_said() {
    let chef = named("chef-automate-10000");
    let shop = examples::environment("production-2013.yaml");
    let found = against(&shop, "users=3000", &published());
    for one in &found {
        for load in &one.loads {
            assert!(
                matches!(load.here, Here::Nothing { .. }),
                "{} {load:?}",
                one.case
            );
            assert_eq!(load.fit, None);
        }
    }
    let why = |topology: &Topology, case: &CaseStudy| {
        here(
            &against(topology, "", std::slice::from_ref(case))[0],
            "client-runs",
        )
        .0
    };
    let unsaid = Case {
        seen: Seen {
            outcome: None,
            ..chef.seen.clone()
        },
        ..chef.clone()
    };
    assert_eq!(
        why(&chef.topology, &unsaid),
        "its source doesn't say that it held"
    );
    let mut unknown = chef.topology.clone();
    let front_end = unknown.groups.get_mut("front-end").unwrap();
    front_end.flavor = model::value::Value::Unknown;
    assert_eq!(
        why(&unknown, &chef),
        "the vCPU of application isn't wholly known"
    );
    let mut other = chef.topology.clone();
    let front_end = other.groups.get_mut("front-end").unwrap();
    front_end.profiles = vec!["infra-server".parse().unwrap()];
    assert_eq!(
        why(&other, &chef),
        "what served it there isn't here: automate"
    );
    // A time or a share doesn't grow with a system.
    let mut timed = chef.clone();
    let interval = "60 min".parse().unwrap();
    timed.given.insert("client-runs".parse().unwrap(), interval);
    assert_eq!(
        why(&chef.topology, &timed),
        "a time doesn't grow with a system"
    );
}

#[test]
fn a_plan_no_larger_than_what_broke_is_warned_of() {
    let mut broke = named("chef-automate-20000");
    broke.seen.outcome = Some(Outcome::Broke);
    let small = named("chef-automate-10000").topology;
    let warned = |topology: &Topology, load: &str| {
        !against(topology, load, std::slice::from_ref(&broke))[0]
            .warnings
            .is_empty()
    };
    assert!(warned(&small, ""));
    assert!(warned(&small, "client-runs=400/min, managed-nodes=1"));
    assert!(!warned(&small, "client-runs=100/min, managed-nodes=1"));
    assert!(!warned(&times(&small, 2), ""));
    let found = against(&small, "", std::slice::from_ref(&broke));
    assert_eq!(here(&found[0], "client-runs").0, "it broke there");
}

#[test]
fn services_are_known_by_their_software_too() {
    let mut renamed = named("chef-automate-10000").topology;
    let profile = renamed.profiles.remove("postgresql").unwrap();
    renamed.profiles.insert("sql".parse().unwrap(), profile);
    let back_end = renamed.groups.get_mut("back-end").unwrap();
    back_end.profiles = vec!["sql".parse().unwrap(), "opensearch".parse().unwrap()];
    let chef = named("chef-automate-10000");
    let found = against(&renamed, "", &[chef]);
    let told: Vec<String> = found[0]
        .shared
        .iter()
        .map(|shared| {
            format!(
                "{} {} {:?}",
                shared.planned, shared.measured, shared.because
            )
        })
        .collect();
    assert!(
        told.contains(&"sql postgresql Software(\"postgresql\")".to_owned()),
        "{told:?}"
    );
    assert_eq!(found[0].distance, Distance::NONE);
}

#[test]
fn loads_are_typed_as_they_print() {
    let typed = loads(" users = 3000,client-runs=166/min,, ");
    assert_eq!(typed.to_string(), "client-runs=166/min, users=3000");
    for (wrong, part) in [
        ("users", "it has no `=`"),
        ("Users=3", "is not a load's name"),
        ("users=many", "is no amount"),
        ("users=1, users=2", "there twice"),
    ] {
        let error = wrong.parse::<Loads>().unwrap_err().to_string();
        assert!(error.contains(part), "{wrong}: {error}");
    }
}

#[test]
fn the_report_of_a_chef_twice_as_large() {
    let cases = published();
    let planned = times(&named("chef-automate-10000").topology, 2);
    let found = against(&planned, "client-runs=700/min, users=3000", &cases);
    let told = report::nearest(&planned.environment, &found, cases.len());
    insta::assert_snapshot!("nearest_markdown", markdown::render(&told));
    for table in &told.tables {
        assert!(
            table
                .rows
                .iter()
                .all(|row| row.cells.len() == table.columns.len())
        );
    }
    assert!(csv::report(&told).contains("chef-automate-20000"));
    let nothing = report::nearest(&planned.environment, &[], 0);
    assert!(nothing.notes[0].contains("There are no case studies"));
    assert_eq!(nothing.tables, []);
}

fn case_of(name: &str, topology: Topology, outcome: Option<Outcome>) -> CaseStudy {
    Case {
        case: CaseName::new(name).unwrap(),
        title: name.to_owned(),
        source: Source {
            by: "a test".to_owned(),
            what: None,
            link: None,
            date: None,
        },
        given: [(LoadName::new("users").unwrap(), Quantity::Count(1000))].into(),
        seen: Seen {
            outcome,
            ..Seen::default()
        },
        topology,
    }
}

fn any_outcome() -> impl Strategy<Value = Option<Outcome>> {
    prop::option::of(prop::sample::select(&[Outcome::Held, Outcome::Broke][..]))
}

/// Which figure of which category.
type At = (Option<Category>, Figure);

/// How large each figure looks; more of what isn't known looks larger too.
fn looks(one: &Nearest) -> Vec<(At, (u64, u64))> {
    let tiers = one.tiers.iter();
    tiers
        .flat_map(|tier| {
            let figures = tier.figures.iter();
            figures.map(|it| {
                let size = (it.planned.known, it.planned.unknown);
                ((tier.category, it.what), size)
            })
        })
        .collect()
}

proptest! {
    // Random topologies are dear, and each draw here takes several.
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The same is at no distance, before all that are at any, whatever they are called.
    #[test]
    fn the_same_comes_first(
        planned in anything::topology(),
        others in prop::collection::vec((anything::topology(), any_outcome()), 0..3),
        outcome in any_outcome(),
        users in 0..5_000_u64,
    ) {
        let mut cases: Vec<CaseStudy> = others
            .into_iter()
            .enumerate()
            .map(|(number, (topology, outcome))| case_of(&format!("a{number}"), topology, outcome))
            .collect();
        cases.push(case_of("same", planned.clone(), outcome));
        let found = |load: &str, cases: &[CaseStudy]| {
            let load = loads(load);
            let asked = Asked { topology: &planned, sizing: &Sizing::Planned, load: &load };
            nearest(&asked, cases, 10)
        };
        let told = found("users=1000", &cases);
        prop_assert_eq!(told.len(), cases.len());
        let same = told.iter().position(|one| one.case.as_str() == "same").unwrap();
        prop_assert!(told[..=same].iter().all(|one| one.distance == Distance::NONE));
        for one in &told {
            prop_assert!(one.distance.0 <= 1_000_000);
            prop_assert_eq!(one.distance == Distance::NONE,
                one.parts.iter().all(|part| part.distance == Distance::NONE));
        }
        // No order of the cases and no number of them makes another answer.
        let mut turned = cases.clone();
        turned.reverse();
        prop_assert_eq!(&found("users=1000", &turned), &told);
        let load = format!("users={users}");
        let few = nearest(
            &Asked { topology: &planned, sizing: &Sizing::Planned, load: &loads(&load) },
            &cases,
            1,
        );
        prop_assert_eq!(&few[..], &found(&load, &cases)[..1]);
    }

    /// Two topologies are as far from each other as the other way round.
    #[test]
    fn distance_has_no_direction(a in anything::topology(), b in anything::topology()) {
        let far = |from: &Topology, to: &Topology| {
            let case = case_of("it", to.clone(), None);
            let asked = Asked { topology: from, sizing: &Sizing::Planned, load: &Loads::default() };
            nearest(&asked, [&case], 1)[0].distance
        };
        prop_assert_eq!(far(&a, &b), far(&b, &a));
    }

    /// Fewer instances never make a plan look larger, or its load likelier; what was warned of stays
    /// warned of.
    #[test]
    fn fewer_never_look_like_more(
        planned in anything::topology(),
        measured in anything::topology(),
        outcome in any_outcome(),
        cut in 1..1000_u32,
    ) {
        let mut fewer = planned.clone();
        for group in fewer.groups.values_mut() {
            let count = group.count.planned();
            let kept = (u64::from(count) * u64::from(cut) / 1000).max(u64::from(count.min(1)));
            // As many hands as are dealt keep every service.
            let hands = group.spread.len() as u64;
            let kept = kept.max(hands.min(count.into()));
            group.count = Count::exactly(u32::try_from(kept).unwrap());
        }
        let case = case_of("it", measured, outcome);
        let load = loads("users=700");
        let of = |topology: &Topology| {
            let asked = Asked { topology, sizing: &Sizing::Planned, load: &load };
            nearest(&asked, [&case], 1).remove(0)
        };
        let (before, after) = (of(&planned), of(&fewer));
        for ((at, larger), (place, smaller)) in looks(&before).into_iter().zip(looks(&after)) {
            prop_assert_eq!(at, place);
            prop_assert!(smaller.0 <= larger.0 && smaller.1 <= larger.1, "{at:?}");
        }
        let pairs = before.tiers.iter().zip(&after.tiers);
        for (more, less) in pairs.flat_map(|(a, b)| a.figures.iter().zip(&b.figures)) {
            if let (Some(more), Some(less)) = (more.times, less.times) {
                prop_assert!(less <= more);
            }
        }
        for (more, less) in before.loads.iter().zip(&after.loads) {
            if let (Here::Scaled { to: more, .. }, Here::Scaled { to: less, .. }) =
                (&more.here, &less.here)
            {
                prop_assert!(less.compare(*more).unwrap().is_le());
            }
            if let (Some(more), Some(less)) = (more.fit, less.fit) {
                let rank = |fit| match fit {
                    Fit::AsMeasured => 0,
                    Fit::IfLinear => 1,
                    Fit::Beyond => 2,
                };
                prop_assert!(rank(less) >= rank(more));
            }
        }
        // Where the flavor of what goes wasn't known, more is known of what stays.
        let known = |one: &Nearest| -> Vec<bool> {
            let figures = one.tiers.iter().flat_map(|tier| &tier.figures);
            figures.map(|it| it.exact().is_some()).collect()
        };
        let broke = outcome == Some(Outcome::Broke) && known(&before) == known(&after);
        if broke && !before.warnings.is_empty() {
            prop_assert!(!after.warnings.is_empty());
        }
    }

    /// Any two make a report that is whole.
    #[test]
    fn any_two_make_a_report(planned in anything::topology(), measured in anything::topology()) {
        let case = case_of("it", measured, None);
        let asked = Asked { topology: &planned, sizing: &Sizing::Max, load: &Loads::default() };
        let told = report::nearest(&planned.environment, &nearest(&asked, [&case], 3), 1);
        for table in &told.tables {
            prop_assert!(table.rows.iter().all(|row| row.cells.len() == table.columns.len()));
        }
        prop_assert!(!markdown::render(&told).is_empty());
    }
}
