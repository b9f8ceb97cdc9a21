//! One of the two that are compared, with all of it that the comparison looks at worked out once.

use std::collections::{BTreeMap, BTreeSet};

use model::count::Sizing;
use model::name::{GroupName, ProfileName};
use model::profile::Category;
use model::topology::Topology;

use crate::capacity::{Totals, taken};
use crate::finding::cluster::clusters;
use crate::need::Needs;
use crate::services::services;

/// A service that runs.
pub(super) struct Runs {
    /// What it is for; none where nobody wrote the profile down.
    pub(super) category: Option<Category>,
    /// On how many instances.
    pub(super) instances: u64,
    /// What it can be known by beside its name: the software that it runs, without versions.
    pub(super) software: BTreeSet<String>,
}

/// A topology at a sizing.
pub(super) struct Side<'t> {
    /// The services that run on any instance.
    pub(super) services: BTreeMap<&'t ProfileName, Runs>,
    /// The services by the words that they can be known by; the first by name where several can.
    pub(super) known_by: BTreeMap<String, &'t ProfileName>,
    /// What it takes, by category.
    pub(super) categories: [(Category, Totals); 3],
    /// What it takes in all.
    pub(super) all: Totals,
    /// Its groups that are clusters and have instances.
    pub(super) clusters: BTreeSet<&'t GroupName>,
}

impl<'t> Side<'t> {
    pub(super) fn of(topology: &'t Topology, sizing: &Sizing) -> Self {
        let running = services(topology, sizing).into_iter();
        let running = running.filter(|(_, service)| service.instances() > 0);
        let services: BTreeMap<&ProfileName, Runs> = running
            .map(|(name, service)| {
                let software = service.profile.into_iter().flat_map(|it| &it.software);
                let runs = Runs {
                    category: service.profile.map(|profile| profile.category),
                    instances: service.instances(),
                    software: software
                        .map(|text| without_version(text))
                        .filter(|text| !text.is_empty())
                        .collect(),
                };
                (name, runs)
            })
            .collect();
        let mut known_by = BTreeMap::new();
        // A name is surer than a software that several may run.
        for name in services.keys() {
            known_by.insert(name.as_str().to_owned(), *name);
        }
        for (name, runs) in &services {
            for word in &runs.software {
                known_by.entry(word.clone()).or_insert(*name);
            }
        }
        let needs = Needs::of(topology);
        let totals = |category| taken(&needs, sizing, category).totals;
        let clusters = clusters(topology).map(|members| members.name);
        Self {
            services,
            known_by,
            categories: Category::ALL.map(|category| (category, totals(Some(category)))),
            all: totals(None),
            clusters: clusters
                .filter(|name| {
                    let count = topology.groups.get(*name).map(|group| group.count);
                    count.is_some_and(|count| sizing.of(name, count) > 0)
                })
                .collect(),
        }
    }
}

/// The name of a software without its version: of `MySQL 5.1` it leaves `mysql`.
fn without_version(text: &str) -> String {
    let is_version = |word: &&str| {
        let word = word.strip_prefix(['v', 'V']).unwrap_or(word);
        word.starts_with(|c: char| c.is_ascii_digit())
    };
    let words: Vec<String> = text
        .split_whitespace()
        .take_while(|word| !is_version(word))
        .map(str::to_lowercase)
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_tell_no_software_apart() {
        for (text, name) in [
            ("MySQL 5.1", "mysql"),
            ("Chef Infra  Server", "chef infra server"),
            ("nginx v1.2 (patched)", "nginx"),
            ("7zip", ""),
            ("varnish", "varnish"),
        ] {
            assert_eq!(without_version(text), name);
        }
    }
}
