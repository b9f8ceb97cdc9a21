//! The WebPlatform's own numbers: what the document says must come out of the example files.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "common/examples.rs"]
mod examples;

use examples::{copy_of, environment, recipe};
use model::count::Sizing;
use model::name::EnvironmentName;
use model::profile::Category;
use model::resolved::{Resolved, resolve};
use model::resource::Resource;
use model::topology::Topology;
use plan::amounts::{Amounts, Measure};
use plan::capacity::{BySizing, Totals, capacity, capacity_of, taken};
use plan::copy::{Kept, derive};
use plan::finding::{Finding, Surroundings, findings};
use plan::need::Needs;
use plan::steps::{Step, StepAct};

fn instances(totals: &BySizing<Totals>) -> (u64, u64) {
    (totals.min.instances, totals.max.instances)
}

#[test]
fn production_today_is_as_the_document_says() {
    let capacity = capacity_of(&environment("production-2013.yaml"));
    let of = |category| capacity.categories[&category].planned;
    let sizes = |totals: Totals| {
        (
            totals.instances,
            totals.vcpus,
            totals.ram_mib.map(|ram| ram / 1024),
            totals.disk_gib,
        )
    };
    assert_eq!(
        sizes(of(Category::Application)),
        (10, Some(34), Some(62), Some(1860))
    );
    assert_eq!(
        sizes(of(Category::Infrastructure)),
        (7, Some(18), Some(46), Some(1380))
    );
    assert_eq!(
        sizes(of(Category::Process)),
        (2, Some(3), Some(3), Some(90))
    );
    assert_eq!(
        sizes(capacity.totals.planned),
        (19, Some(55), Some(111), Some(3330))
    );
    assert_eq!(capacity.totals.planned.volume_gib, Some(100));
    // Only the five app servers are said to have a public address; of the others nobody knows.
    assert_eq!(capacity.totals.planned.public_addresses, Some(5));
    assert_eq!(capacity.totals.planned.unknown.public_addresses, 14);
    assert_eq!(capacity.totals.min, capacity.totals.max);
}

#[test]
fn production_as_planned_is_a_range_without_sizes() {
    let capacity = capacity_of(&environment("production-2014.yaml"));
    let of = |category| instances(&capacity.categories[&category]);
    assert_eq!(of(Category::Application), (8, 8));
    assert_eq!(of(Category::Infrastructure), (5, 9));
    assert_eq!(of(Category::Process), (1, 2));
    assert_eq!(instances(&capacity.totals), (14, 19));
    assert_eq!(capacity.totals.planned.vcpus, None);
    assert_eq!(capacity.totals.max.unknown.vcpus, 19);
    assert_eq!(capacity.totals.min.public_addresses, Some(9));
    assert_eq!(capacity.totals.max.public_addresses, Some(9));
}

#[test]
fn a_copy_is_three_and_five_and_one_from_either_production() {
    for source in ["production-2013.yaml", "production-2014.yaml"] {
        let copy = copy_of(&environment(source));
        let capacity = capacity_of(&copy);
        let of = |category| instances(&capacity.categories[&category]);
        assert_eq!(of(Category::Application), (3, 3), "{source}");
        assert_eq!(of(Category::Infrastructure), (5, 5), "{source}");
        assert_eq!(of(Category::Process), (1, 1), "{source}");
        assert_eq!(instances(&capacity.totals), (9, 9), "{source}");
        assert_eq!(
            capacity.totals.planned.public_addresses,
            Some(9),
            "{source}"
        );
        assert_eq!(plan::buildable::obstacles(&copy), [], "{source}");
    }
}

#[test]
fn production_with_copies_adds_up() {
    let production = environment("production-2014.yaml");
    let copy = copy_of(&production);
    assert_eq!(instances(&capacity([&production, &copy]).total), (23, 28));
    assert_eq!(
        instances(&capacity([&production, &copy, &copy]).total),
        (32, 37)
    );
    let today = environment("production-2013.yaml");
    assert_eq!(instances(&capacity([&today]).total), (19, 19));
    assert_eq!(
        instances(&capacity_of(&environment("secondary.yaml")).totals),
        (9, 9)
    );
}

#[test]
fn the_statement_says_what_a_copy_cannot_prove() {
    let source = environment("production-2014.yaml");
    let copy = derive(&source, &recipe(), EnvironmentName::new("copy-1").unwrap()).unwrap();
    let groups: Vec<&str> = copy.fidelity.iter().map(|row| row.group.as_str()).collect();
    let expected: Vec<&str> = source
        .groups
        .keys()
        .map(model::name::GroupName::as_str)
        .collect();
    assert_eq!(
        groups, expected,
        "every group of the source has its statement"
    );
    let profile_a = copy
        .fidelity
        .iter()
        .find(|row| row.group.as_str() == "profile-a")
        .unwrap();
    assert_eq!(profile_a.kept, Kept::Shrunk { from: 5, to: 1 });
    assert!(
        profile_a
            .cannot_prove
            .iter()
            .any(|text| text.contains("one instance can fail")),
        "{profile_a:?}"
    );
    // From today's production some groups are merged into one.
    let today = environment("production-2013.yaml");
    let copy = derive(&today, &recipe(), EnvironmentName::new("copy-1").unwrap()).unwrap();
    let monitor = copy
        .fidelity
        .iter()
        .find(|row| row.group.as_str() == "monitor")
        .unwrap();
    assert!(
        matches!(&monitor.kept, Kept::Merged { with } if with.len() == 1),
        "{monitor:?}"
    );
}

fn line(number: usize, step: &Step) -> String {
    let needs: Vec<String> = step
        .needs
        .iter()
        .map(|need| {
            format!(
                "{}{}",
                need.step,
                match need.until {
                    plan::steps::Until::Exists => "",
                    plan::steps::Until::Running => "~",
                    plan::steps::Until::Ready => "!",
                }
            )
        })
        .collect();
    format!(
        "{number:2} {} {} <- {}",
        step.act.verb(),
        step.key,
        needs.join(" ")
    )
}

#[test]
fn the_plan_of_a_copy_reads_like_a_runbook_and_its_hash_never_changes() {
    let copy = copy_of(&environment("production-2014.yaml"));
    let target = resolve(&copy, &Sizing::Planned);
    let plan = plan::plan(&Resolved::default(), &target).unwrap();
    let lines: Vec<String> = plan
        .steps
        .iter()
        .enumerate()
        .map(|(number, step)| line(number, step))
        .collect();
    insta::assert_snapshot!("copy", format!("{}\nhash {}", lines.join("\n"), plan.hash));
}

#[test]
fn planning_again_after_success_yields_nothing() {
    let copy = copy_of(&environment("production-2014.yaml"));
    let target = resolve(&copy, &Sizing::Planned);
    let plan = plan::plan(&target, &target).unwrap();
    assert!(plan.steps.is_empty(), "{:?}", plan.steps);
}

#[test]
fn taking_down_goes_in_the_reverse_order() {
    let copy = copy_of(&environment("production-2014.yaml"));
    let there = resolve(&copy, &Sizing::Planned);
    let plan = plan::plan(&there, &Resolved::default()).unwrap();
    // Each by a step of its own, but rules and attachments, which go with groups and instances.
    let alone = |resource: &&Resource| resource.goes_with().is_none();
    assert_eq!(
        plan.steps.len(),
        there.resources.values().filter(alone).count()
    );
    assert_eq!(plan.footprint.len(), there.resources.len());
    assert!(
        plan.steps
            .iter()
            .all(|step| matches!(step.act, StepAct::Delete { .. }))
    );
    let position = |key: &str| {
        plan.steps
            .iter()
            .position(|step| step.key.to_string() == key)
            .unwrap()
    };
    assert!(position("instance/profile-a[1]") < position("subnet/internal"));
    assert!(position("floating-ip/profile-a[1]") < position("router-interface/internal"));
    assert!(position("router-interface/internal") < position("router/main"));
    // Nova lets go of its volume with it.
    assert!(position("instance/storage[1]") < position("volume/storage[1].storage"));
}

fn found(topology: &Topology) -> Vec<Finding> {
    let today = chrono::NaiveDate::from_ymd_opt(2014, 3, 1).unwrap();
    findings(&Surroundings::of(topology, today))
}

#[test]
fn the_documents_contradictions_are_noticed() {
    let today: Vec<String> = found(&environment("production-2013.yaml"))
        .into_iter()
        .map(|f| f.what)
        .collect();
    let has = |text: &str| today.iter().any(|what| what.contains(text));
    assert!(has("18 instances are stated"), "{today:#?}");
    assert!(has("/mnt on backup is 100% full"), "{today:#?}");
    assert!(has("/mnt/backup on backup is 100% full"), "{today:#?}");
    assert!(
        has("series of operating systems side by side"),
        "{today:#?}"
    );
    assert!(
        !has("25 public addresses"),
        "14 are unknown, so nothing contradicts: {today:#?}"
    );

    let planned: Vec<String> = found(&environment("production-2014.yaml"))
        .into_iter()
        .map(|f| f.what)
        .collect();
    let has = |text: &str| planned.iter().any(|what| what.contains(text));
    assert!(
        has("5–11 instances are stated for infrastructure; the model has 5–9"),
        "{planned:#?}"
    );
    assert!(!has("14–19"), "{planned:#?}");
}

#[test]
fn resources_take_what_their_environment_is_said_to_take() {
    let copy = copy_of(&environment("production-2014.yaml"));
    let taken = taken(&Needs::of(&copy), &Sizing::Planned, None);
    let resolved = resolve(&copy, &Sizing::Planned);
    let resources = || resolved.resources.values();
    let all = Amounts::of_resources(resources(), &copy.flavors);
    assert_eq!(all, Amounts::of(&taken));
    // A size that nobody knows is one that isn't known.
    let unknown = Amounts::of_resources(resources(), &[].into());
    let instances = all.of_measure(Measure::Instances).known;
    assert_eq!(unknown.of_measure(Measure::Vcpus).unknown, instances);
    assert_eq!(unknown.of_measure(Measure::Vcpus).known, 0);
    assert!(Amounts::of_resources([], &copy.flavors).is_nothing());
}
