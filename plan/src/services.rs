//! Where each profile runs: the same topology seen by what instances do instead of by groups. It is
//! for whoever asks where a service ran before and will run after; it invents no names and moves
//! nothing.

use std::collections::BTreeMap;

use model::count::Sizing;
use model::diff::{Compare, DiffReport, FieldChange, Side, diff_maps};
use model::first_boot::hands;
use model::name::{GroupName, ProfileName};
use model::profile::Profile;
use model::topology::Topology;
use serde_json::{Value as Json, json};

/// A profile, and where it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service<'a> {
    /// What it is called in its own topology.
    pub called: &'a ProfileName,
    /// On how many instances of each group.
    pub runs_on: BTreeMap<&'a GroupName, u32>,
    /// What it is; none where a group names a profile that nobody wrote down.
    pub profile: Option<&'a Profile>,
}

/// The services of a topology at a sizing, by the names of their profiles. A profile that no instance
/// has is among them: it runs nowhere.
pub fn services<'a>(
    topology: &'a Topology,
    sizing: &Sizing,
) -> BTreeMap<&'a ProfileName, Service<'a>> {
    let mut all: BTreeMap<&ProfileName, Service<'_>> = topology
        .profiles
        .iter()
        .map(|(name, profile)| (name, Service::of(name, Some(profile))))
        .collect();
    for (name, group) in &topology.groups {
        let count = sizing.of(name, group.count);
        let hands = hands(topology, group);
        let each = u32::try_from(hands.len()).unwrap_or(u32::MAX).max(1);
        for (index, profiles) in (0..each).zip(hands) {
            // Hands are dealt round and round, so that the first ones may have one more.
            let instances = count / each + u32::from(index < count % each);
            if instances == 0 {
                continue;
            }
            for profile in profiles {
                let service = all
                    .entry(profile)
                    .or_insert_with(|| Service::of(profile, None));
                *service.runs_on.entry(name).or_default() += instances;
            }
        }
    }
    all
}

impl<'a> Service<'a> {
    const fn of(called: &'a ProfileName, profile: Option<&'a Profile>) -> Self {
        Self {
            called,
            runs_on: BTreeMap::new(),
            profile,
        }
    }

    /// On how many instances it runs in all.
    pub fn instances(&self) -> u64 {
        self.runs_on.values().copied().map(u64::from).sum()
    }

    /// In words: `app ×5, web ×2`.
    fn places(&self) -> Json {
        let places: Vec<String> = self
            .runs_on
            .iter()
            .map(|(group, instances)| format!("{group} ×{instances}"))
            .collect();
        match places.as_slice() {
            [] => Json::Null,
            places => json!(places.join(", ")),
        }
    }
}

/// The fields that tell where it runs and what it is called; those of the profile come after them.
const RUNS_ON: &str = "runs on";
const NAME: &str = "name";

impl Compare for Service<'_> {
    fn compare(&self, after: &Self) -> Vec<FieldChange> {
        let Self {
            called,
            runs_on: _,
            profile,
        } = self;
        let mut fields = Vec::new();
        let mut field = |name: &str, before: Json, after: Json| {
            if before != after {
                fields.push(FieldChange {
                    field: name.to_owned(),
                    before,
                    after,
                });
            }
        };
        field(NAME, json!(called), json!(after.called));
        field(RUNS_ON, self.places(), after.places());
        fields.extend(match (profile, after.profile) {
            (Some(before), Some(after)) => before.compare(after),
            (Some(before), None) => before.all_fields(Side::Before),
            (None, Some(after)) => after.all_fields(Side::After),
            (None, None) => Vec::new(),
        });
        fields
    }

    fn all_fields(&self, side: Side) -> Vec<FieldChange> {
        let places = self.places();
        let (before, after) = match side {
            Side::Before => (places, Json::Null),
            Side::After => (Json::Null, places),
        };
        let places = (before != after).then(|| FieldChange {
            field: RUNS_ON.to_owned(),
            before,
            after,
        });
        let profile = self.profile.into_iter();
        places
            .into_iter()
            .chain(profile.flat_map(|profile| profile.all_fields(side)))
            .collect()
    }
}

/// What differs, profile by profile. One that says `was` reads as renamed where its old name is gone.
pub fn compared(before: &Topology, after: &Topology, sizing: &Sizing) -> DiffReport {
    let (before, after) = (services(before, sizing), services(after, sizing));
    let heirs: BTreeMap<&ProfileName, &ProfileName> = after
        .iter()
        .rev()
        .filter(|(name, _)| !before.contains_key(*name))
        .flat_map(|(name, service)| {
            let was = service.profile.into_iter().flat_map(|profile| &profile.was);
            was.map(move |was| (was, *name))
        })
        .filter(|(was, _)| !after.contains_key(was))
        .collect();
    // Where several old names have one heir, the first is what it was; the others are gone.
    let mut renamed: BTreeMap<&ProfileName, Service<'_>> = BTreeMap::new();
    let mut gone = BTreeMap::new();
    for (name, service) in before {
        match heirs.get(name) {
            Some(heir) if !renamed.contains_key(heir) => {
                renamed.insert(heir, service);
            }
            Some(_) | None => {
                gone.insert(name, service);
            }
        }
    }
    gone.extend(renamed);
    diff_maps(&by_name(gone), &by_name(after)).report()
}

fn by_name<'a>(
    services: BTreeMap<&ProfileName, Service<'a>>,
) -> BTreeMap<ProfileName, Service<'a>> {
    let services = services.into_iter();
    services
        .map(|(name, service)| (name.clone(), service))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use model::file::{Document, parse};

    use super::*;

    fn topology(text: &str) -> Topology {
        match parse("text.yaml", text).unwrap() {
            Document::Environment(topology) => *topology,
            Document::Recipe(_) => panic!("a recipe"),
        }
    }

    const BEFORE: &str = "environment: shop
kind: production
profiles:
  wiki: { category: application, parameters: { workers: '8' } }
  blog: { category: application }
  stats: { category: application }
groups:
  app: { category: application, count: 5, profiles: [wiki, blog] }
  stats: { category: application, count: 2, profiles: [stats] }
";
    const AFTER: &str = "environment: shop
kind: production
profiles:
  wiki: { category: application, parameters: { workers: '16' } }
  weblog: { category: application, was: [blog] }
  stats: { category: application }
groups:
  profile-a: { category: application, was: [app], count: { min: 2, max: 5 }, profiles: [wiki], spread: [weblog, stats] }
";

    #[test]
    fn a_profile_is_told_where_it_ran_and_will_run() {
        let report = compared(&topology(BEFORE), &topology(AFTER), &Sizing::Planned);
        let told: Vec<String> = report
            .changes
            .iter()
            .flat_map(|row| {
                row.fields.iter().map(move |field| {
                    let FieldChange {
                        field,
                        before,
                        after,
                    } = field;
                    format!("{} {field}: {before} → {after}", row.key)
                })
            })
            .collect();
        assert_eq!(
            told,
            [
                r#"stats runs on: "stats ×2" → "profile-a ×2""#,
                r#"weblog name: "blog" → "weblog""#,
                r#"weblog runs on: "app ×5" → "profile-a ×3""#,
                r#"weblog was: [] → ["blog"]"#,
                r#"wiki runs on: "app ×5" → "profile-a ×5""#,
                r#"wiki parameters: {"workers":"8"} → {"workers":"16"}"#,
            ]
        );
        assert_eq!(report.totals.removed, 0);
    }

    #[test]
    fn hands_are_dealt_as_instances_get_them() {
        for sizing in Sizing::REPORTED {
            let topology = topology(AFTER);
            let resolved = model::resolved::resolve(&topology, &sizing);
            for (name, service) in services(&topology, &sizing) {
                let runs = resolved
                    .instances()
                    .filter(|(_, instance)| instance.profiles.contains(name))
                    .count();
                let told: u32 = service.runs_on.values().sum();
                assert_eq!(told as usize, runs, "{name} at {sizing:?}");
            }
        }
    }

    #[test]
    fn the_same_is_the_same() {
        let one = topology(BEFORE);
        assert!(compared(&one, &one, &Sizing::Planned).same);
    }
}
