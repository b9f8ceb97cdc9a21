//! What is muted, with whose word and until when.

use model::rule::Mute;
use plan::finding::{Finding, Rule, Severity, sorted};

use super::{day, found, production};

fn mute(rule: Rule, subject: Option<&str>, until: Option<&str>) -> Mute {
    Mute {
        rule,
        subject: subject.map(str::to_owned),
        reason: "known".into(),
        until: until.map(day),
    }
}

fn two() -> Vec<Finding> {
    let topology = production(
        "groups:\n  a: { category: application, count: 2 }\n  b: { category: application, count: 2 }\n",
    );
    let all = found(Rule::AntiAffinityMissing, &topology);
    assert_eq!(all.len(), 2);
    all
}

#[test]
fn a_mute_is_of_a_rule_and_perhaps_of_a_subject() {
    let rule = Rule::AntiAffinityMissing;
    let told = |mutes: &[Mute]| -> Vec<String> {
        let sorted = sorted(two(), mutes, day("2014-03-01"));
        assert_eq!(sorted.told.len() + sorted.muted.len(), 2);
        sorted
            .told
            .into_iter()
            .map(|finding| finding.subject)
            .collect()
    };
    assert_eq!(told(&[]), ["a", "b"]);
    assert_eq!(told(&[mute(rule, Some("a"), None)]), ["b"]);
    assert_eq!(told(&[mute(rule, None, None)]), [""; 0]);
    assert_eq!(told(&[mute(rule, Some("c"), None)]), ["a", "b"]);
    assert_eq!(told(&[mute(Rule::Oversized, None, None)]), ["a", "b"]);
    assert_eq!(told(&[mute(rule, Some("a"), Some("2014-03-01"))]), ["b"]);
    assert_eq!(
        told(&[mute(rule, Some("a"), Some("2014-02-28"))]),
        ["a", "b"]
    );
}

#[test]
fn what_is_muted_says_by_what() {
    let rule = Rule::AntiAffinityMissing;
    let mutes = [
        mute(rule, None, Some("2014-02-01")),
        mute(rule, Some("a"), Some("2014-04-01")),
        mute(rule, Some("a"), Some("2014-05-01")),
    ];
    let sorted = sorted(two(), &mutes, day("2014-03-01"));
    assert_eq!(sorted.muted.len(), 1);
    assert_eq!(sorted.muted[0].mute, mutes[2], "the one that holds longest");
}

#[test]
fn a_finding_has_a_fingerprint_and_one_form() {
    let finding = two().remove(0);
    assert_eq!(finding.fingerprint(), "anti-affinity-missing:a");
    let json = serde_json::to_value(&finding).unwrap();
    assert_eq!(json["rule"], "anti-affinity-missing");
    assert_eq!(json["severity"], "warning");
    assert_eq!(serde_json::from_value::<Finding>(json).unwrap(), finding);
    assert!(Severity::Critical < Severity::Hint);
}
