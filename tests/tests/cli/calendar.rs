//! Capacity by date on the command line.

use crate::program::Place;

#[test]
fn a_calendar_tells_each_day_from_today_on() {
    let place = Place::new();
    let told = place
        .run(["calendar", "simulated", "--days", "30", "--format", "json"])
        .json();
    let spans = told["spans"].as_array().unwrap();
    assert_eq!(spans[0]["from"], told["today"]);
    assert_eq!(spans[spans.len() - 1]["until"], told["until"]);
    // Production as a document saw is nothing that the cloud has.
    let figures = &spans[0]["figures"];
    for what in ["instances", "vcpus"] {
        let used = &figures[what]["used"];
        assert_eq!((&used["known"], &used["unknown"]), (&0.into(), &0.into()));
    }
    assert!(told["limits"]["vcpus"]["amount"].is_u64(), "{told:#}");
    let text = place.run(["calendar", "simulated"]).ended(0);
    assert!(text.stdout.contains("everything fits until"), "{text:?}");
}

#[test]
fn a_calendar_has_bounds_and_a_cloud() {
    let place = Place::new();
    let refused = place.run(["calendar", "simulated", "--days", "0"]).ended(2);
    assert!(refused.stderr.contains("1..=731"), "{refused:?}");
    let refused = place.run(["calendar", "nowhere"]).ended(2);
    assert!(refused.stderr.contains("nowhere"), "{refused:?}");
}
