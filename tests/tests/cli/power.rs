//! `stop` and `start`, on a copy that the simulated cloud has.

use crate::program::Place;

const QUICK: [&str; 2] = ["--simulated-build-seconds", "0"];

#[test]
fn instances_are_stopped_and_started_by_name() {
    let place = Place::new();
    let run = |args: &[&str]| place.run([args, &QUICK[..]].concat());
    let copy = [
        "copy",
        "production-2014",
        "--recipe",
        "temporary",
        "--name",
        "try-1",
    ];
    run(&copy).ended(0);

    let early = run(&["stop", "try-1", "db[1]"]).ended(2);
    assert!(
        early.stderr.contains("db[1] of try-1 is not in the cloud")
            && early.stderr.contains("bring try-1 up first"),
        "{}",
        early.stderr
    );
    run(&["up", "try-1"]).ended(0);

    // By group and ordinal, and by host name.
    let stopped = run(&["stop", "try-1", "db[2]", "memcache1", "--reason", "a test"]).ended(0);
    assert!(
        stopped.stdout.contains("try-1: stop (a test; plan "),
        "{}",
        stopped.stdout
    );
    assert!(
        stopped
            .stdout
            .contains("db[2], memcache[1] of try-1 are stopped."),
        "{}",
        stopped.stdout
    );
    let shown = run(&["show", "try-1:observed", "--sizing", "planned"]).ended(0);
    let lines: Vec<&str> = shown
        .stdout
        .lines()
        .filter(|line| line.contains("stopped"))
        .collect();
    assert_eq!(lines.len(), 2, "{}", shown.stdout);
    let again = run(&["stop", "try-1", "db[2]"]).ended(0);
    assert!(again.stdout.contains("Nothing to do"), "{}", again.stdout);
    let up = run(&["up", "try-1"]).ended(0);
    assert!(up.stdout.contains("Nothing to do"), "{}", up.stdout);

    let started = run(&["start", "try-1", "db[2]"]).ended(0);
    assert!(
        started.stdout.contains("db[2] of try-1 is running."),
        "{}",
        started.stdout
    );
    let diff = run(&["diff", "try-1@1", "try-1"]).ended(1);
    assert!(diff.stdout.contains("stopped"), "{}", diff.stdout);

    let wrong = run(&["stop", "try-1", "web[1]"]).ended(2);
    assert!(
        wrong
            .stderr
            .contains("try-1 has no instance `web[1]`; it has db[1], db[2], "),
        "{}",
        wrong.stderr
    );
    let protected = run(&["stop", "production-2014", "db[1]"]).ended(2);
    assert!(
        protected.stderr.contains("is protected"),
        "{}",
        protected.stderr
    );
}
