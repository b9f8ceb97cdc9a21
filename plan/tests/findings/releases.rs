//! Releases of operating systems: mixed, not allowed, out of support, and those that don't exist.

use model::topology::Topology;
use plan::finding::{Rule, Surroundings};

use super::{by, day, found, one, only, running, silent, warning};

/// Instances of `web` that run these.
fn web(releases: &[&str]) -> Topology {
    let instances: Vec<String> = (1..)
        .zip(releases)
        .map(|(ordinal, os)| format!("{ordinal}: {{ os: \"{os}\" }}"))
        .collect();
    running(&format!(
        "allowed_releases: [Ubuntu 12.04, Ubuntu 10.04]\ngroups: {{ web: {{ category: application, \
         count: {}, instances: {{ {} }} }} }}\n",
        releases.len(),
        instances.join(", ")
    ))
}

#[test]
fn several_series() {
    assert_eq!(
        one(
            Rule::MixedReleases,
            &web(&["Ubuntu 10.04", "Ubuntu 12.04.1"])
        ),
        warning("2 series of operating systems side by side")
    );
    silent(
        Rule::MixedReleases,
        &web(&["Ubuntu 12.04.2", "Ubuntu 12.04.1"]),
    );
    silent(Rule::MixedReleases, &web(&["Ubuntu 12.04"]));
    silent(Rule::MixedReleases, &web(&[]));
}

#[test]
fn a_series_that_is_not_allowed() {
    let rule = Rule::ReleaseNotAllowed;
    assert_eq!(
        one(rule, &web(&["Ubuntu 12.04", "Ubuntu 13.10"])),
        warning("web runs Ubuntu 13.10, which is not among the allowed releases")
    );
    silent(
        rule,
        &web(&["Ubuntu 12.04.3 LTS Precise", "Ubuntu 10.04.4"]),
    );
    let mut any = web(&["Ubuntu 13.10"]);
    any.allowed_releases.clear();
    silent(rule, &any);
}

#[test]
fn a_release_out_of_support() {
    let rule = Rule::ReleaseOutOfSupport;
    let on = |topology: &Topology, date: &str| by(rule, &Surroundings::of(topology, day(date)));
    let mut topology = web(&["Ubuntu 13.04", "Debian GNU/Linux 7 (wheezy)", "CentOS 6.5"]);
    assert_eq!(on(&topology, "2014-01-27"), []);
    assert_eq!(
        only(on(&topology, "2014-01-28")),
        warning("web runs Ubuntu 13.04 Raring, out of standard support since 2014-01-27")
    );
    assert_eq!(
        on(&topology, "2026-11-29").len(),
        5,
        "and both that are allowed"
    );
    topology.allowed_releases.clear();
    assert_eq!(on(&topology, "2026-11-29").len(), 3);
    // What isn't in the table, and what is in doubt, is not judged.
    let mut unknown = web(&[
        "Slackware 1.0",
        "Ubuntu 99.04",
        "Ubuntu",
        "Ubuntu 11.04 LTS Lucid",
    ]);
    unknown.allowed_releases = vec!["Solaris 2".into(), String::new()];
    assert_eq!(on(&unknown, "2026-11-29"), []);
}

#[test]
fn a_release_that_does_not_exist() {
    let rule = Rule::NoSuchRelease;
    for (os, why) in [
        (
            "Ubuntu 11.04 LTS Lucid",
            "Lucid is 10.04, 11.04 is Natty and no LTS",
        ),
        ("Ubuntu 12.04 Lucid", "Lucid is 10.04, 12.04 is Precise"),
        ("Ubuntu 11.04 LTS", "11.04 is no LTS"),
        ("Ubuntu 12.05", "there was no Ubuntu 12.05"),
        ("Debian 8 wheezy", "Wheezy is 7, 8 is Jessie"),
    ] {
        let topology = web(&[os, "Ubuntu 12.04 LTS Precise"]);
        let what = format!("“{os}” is no release: {why}");
        assert_eq!(one(rule, &topology), warning(&what));
    }
    let lucid = &found(rule, &web(&["Ubuntu 11.04 LTS Lucid"]))[0];
    assert!(
        lucid
            .remedy
            .ends_with("it is “Ubuntu 10.04 LTS Lucid” or “Ubuntu 11.04 Natty”"),
        "{}",
        lucid.remedy
    );
    for os in [
        "Ubuntu 12.04.2 LTS Precise",
        "Ubuntu 12.04 Precise Pangolin",
        "Ubuntu 10.04.3 LTS Lucid",
        "Ubuntu 11.04 Natty",
        "Ubuntu 99.10",
        "Ubuntu Lucid",
        "Debian GNU/Linux 12 (bookworm)",
        "Debian 9 LTS",
        "CentOS Linux 7 (Core)",
        "Windows 2012",
        "",
    ] {
        silent(rule, &web(&[os]));
    }
}
