//! Case studies on the command line: the published ones, one's own, and what they say of a plan.

use std::path::Path;

use crate::program::{Place, example};

/// A published case study's file.
fn published(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let path = root.join("examples/cases").join(format!("{name}.yaml"));
    path.to_str().unwrap().to_owned()
}

const ALL: [&str; 7] = [
    "ansible-automation-platform-growth",
    "chef-automate-10000",
    "chef-automate-20000",
    "chef-automate-30000",
    "chef-infra-standalone",
    "gitlab-60-rps",
    "mattermost-30000",
];

#[test]
fn case_studies_are_imported_listed_shown_and_removed() {
    let place = Place::new();
    let files = ALL.map(published);
    let import: Vec<&str> = ["case", "import", "--reason", "published"]
        .into_iter()
        .chain(files.iter().map(String::as_str))
        .collect();
    let ran = place.run(&import).ended(0);
    assert_eq!(ran.stdout.lines().collect::<Vec<_>>(), ALL);
    let listed = place.run(["case", "list", "--format", "json"]).json();
    let names: Vec<&str> = listed["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["case"].as_str().unwrap())
        .collect();
    assert_eq!(names, ALL);
    let ran = place.run(["case", "list"]).ended(0);
    assert!(ran.stdout.contains("client-runs 166/min"), "{}", ran.stdout);

    // What is shown is a file that reads the same, its topology in it.
    let shown = place.run(["case", "show", "gitlab-60-rps"]).ended(0).stdout;
    assert!(shown.contains("environment: gitlab-60-rps"), "{shown}");
    let again = place.file("again.yaml", &shown);
    place.run(["case", "import", &again]).ended(0);
    let same = place.run(["case", "show", "gitlab-60-rps"]).ended(0).stdout;
    assert_eq!(same, shown);
    let json = place
        .run(["case", "show", "chef-automate-10000", "--format", "json"])
        .json();
    assert_eq!(json["given"]["client-runs"], "166/min");
    assert_eq!(json["topology"]["groups"]["front-end"]["count"], 2);

    let error = place
        .run(["case", "remove", "gitlab-60-rps", "nothing"])
        .error();
    assert!(error.contains("no case study `nothing`"), "{error}");
    place.run(["case", "show", "gitlab-60-rps"]).ended(0);
    place.run(["case", "remove", "gitlab-60-rps"]).ended(0);
    let error = place.run(["case", "show", "gitlab-60-rps"]).error();
    assert!(error.contains("`understudy case list`"), "{error}");
}

#[test]
fn all_files_are_imported_or_none() {
    let place = Place::new();
    let right = published("chef-automate-10000");
    let broken = place.file("broken.yaml", "case: broken\ntitle: x\n");
    let error = place.run(["case", "import", &right, &broken]).error();
    assert!(
        error.contains("broken.yaml:1: source: the field is missing"),
        "{error}"
    );
    let error = place.run(["case", "import", &right, &right]).error();
    assert!(error.contains("leave one of them out"), "{error}");
    let lost = place.file(
        "lost.yaml",
        "case: lost\ntitle: x\nsource: { by: me }\ngiven: { users: 1 }\nseen: { outcome: held }\n\
         topology: gone.yaml\n",
    );
    let error = place.run(["case", "import", &lost]).error();
    assert!(
        error.contains("lost.yaml: topology: there is no file `gone.yaml`"),
        "{error}"
    );
    assert!(!place.data().exists(), "nothing was opened for wrong files");
    let error = place.run(["import", &right]).error();
    assert!(error.contains("`understudy case import`"), "{error}");
    let ran = place.run(["case", "list"]).ended(0);
    assert!(ran.stdout.contains("There are none yet"), "{}", ran.stdout);
}

#[test]
fn ones_own_measurement_names_a_stored_environment() {
    let place = Place::new();
    let own = place.file(
        "own.yaml",
        "case: own\ntitle: Our load test\nsource: { by: the team }\ngiven: { requests: 8/s }\n\
         seen: { outcome: held }\ntopology: production-2013\n",
    );
    place.run(["case", "import", &own]).ended(0);
    let told = place
        .run([
            "case",
            "nearest",
            "production-2013",
            "--load",
            "requests=9/s",
            "--format",
            "json",
        ])
        .json();
    assert_eq!(told[0]["case"], "own");
    assert!(told[0]["distance"].as_u64().unwrap() > 0);
    assert_eq!(told[0]["loads"][0]["fit"], "beyond");
}

#[test]
fn a_plan_is_told_the_nearest_that_were_measured() {
    let place = Place::new();
    let chef = published("chef-automate-10000");
    let five = Path::new(&chef)
        .parent()
        .unwrap()
        .join("../chef-automate/five-servers-10000-nodes.yaml");
    let five = five.to_str().unwrap();
    let files = ALL.map(published);
    let mut command = vec![
        "case",
        "nearest",
        five,
        "--load",
        "client-runs=166/min",
        "--load",
        "managed-nodes=9000",
        "--most",
        "2",
        "--cases",
    ];
    command.extend(files.iter().map(String::as_str));
    let ran = place.run(&command).ended(0);
    for part in [
        "chef-automate-five beside what was measured",
        "The nearest 2 of 7",
        "no more than was held, on no less",
        "scaled linearly, which is a hint and no measurement",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    let at = |text: &str| ran.stdout.find(text).unwrap();
    assert!(at("chef-automate-10000") < at("chef-automate-20000"));
    for (form, part) in [("mediawiki", "{|"), ("csv", "chef-automate-10000,")] {
        let mut command = command.clone();
        command.extend(["--format", form]);
        let ran = place.run(&command).ended(0);
        assert!(ran.stdout.contains(part), "{form}: {}", ran.stdout);
    }
    assert!(!place.data().exists(), "files need no data folder");

    let planned = example("production-2014.yaml");
    let error = place
        .run(["case", "nearest", &planned, "--cases", &chef])
        .error();
    assert!(error.contains("--sizing min"), "{error}");
    let ran = place.run(["case", "nearest", &planned, "--load", "users"]);
    assert!(ran.ended(2).stderr.contains("is no load"));
    let ran = place
        .run(["case", "nearest", &planned, "--sizing", "planned"])
        .ended(0);
    assert!(
        ran.stdout.contains("There are no case studies"),
        "{}",
        ran.stdout
    );
}
