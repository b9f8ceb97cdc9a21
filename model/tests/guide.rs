//! The guide's examples are read, and the errors it shows are the ones that are given.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use model::file::{self, Document};

const GUIDE: &str = include_str!("../../docs/environment-file.md");

fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    GUIDE
        .split(&fence)
        .skip(1)
        .map(|rest| rest.split_once("```").unwrap().0)
        .collect()
}

#[test]
fn the_examples_are_read() {
    let [environment, declared, disks, keys, mute, recipe] = blocks("yaml")[..] else {
        panic!("the guide has other blocks of YAML than this test knows");
    };
    let read = |text: &str| file::parse("shop.yaml", text).unwrap_or_else(|e| panic!("{e}"));
    assert!(matches!(read(environment), Document::Environment(_)));
    assert!(matches!(read(disks), Document::Environment(_)));
    assert!(matches!(read(keys), Document::Environment(_)));
    let more = format!("{environment}\n{declared}\n{mute}");
    assert!(matches!(read(&more), Document::Environment(_)));
    assert!(matches!(read(recipe), Document::Recipe(_)));
}

#[test]
fn the_errors_are_given() {
    let right = blocks("yaml")[0];
    let wrong = [
        ("flavor: m1.small", "flavor: m1.smal"),
        ("{ min: 2, planned: 3, max: 5 }", "{ min: 4, max: 2 }"),
        ("  db:\n", "  db:\n    depends_on: [web]\n"),
        ("ram: 2 GiB", "ram: 2 GB"),
    ];
    let errors: Vec<String> = wrong
        .iter()
        .map(|(from, to)| {
            assert!(right.contains(from), "{from}");
            let text = right.replacen(from, to, 1);
            file::parse("shop.yaml", &text).unwrap_err().to_string()
        })
        .collect();
    let shown = blocks("text")
        .into_iter()
        .find(|block| block.contains(".yaml:"));
    let shown: Vec<&str> = shown.unwrap().lines().collect();
    assert_eq!(errors, shown);
}

#[test]
fn every_rule_is_explained() {
    for rule in model::rule::Rule::ALL {
        assert!(GUIDE.contains(&format!("`{rule}`")), "{rule}");
    }
}
