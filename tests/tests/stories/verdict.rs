//! What every story asks at its end.

use std::collections::BTreeMap;

use cloud::simulated::{Call, Outcome, Verb};
use engine::port::{Cloud, Found, Scope, Status};
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use plan::steps::{Plan, StepAct};
use tests::world::World;

/// Something of somebody else's, in the cloud before a story begins.
pub async fn put_foreign(world: &World) -> Vec<CloudId> {
    let mut ids = Vec::new();
    for kind in [
        ResourceKind::Network,
        ResourceKind::Volume,
        ResourceKind::SecurityGroup,
    ] {
        // The same names as ours: a name alone never makes anything ours.
        ids.push(
            world
                .cloud
                .put_foreign(kind, "copy-1-internal")
                .await
                .unwrap(),
        );
    }
    ids
}

/// Everything in the cloud by its id.
pub async fn everything(world: &World) -> BTreeMap<CloudId, Found> {
    let found = world
        .cloud
        .list(Scope::Everything, &ResourceKind::every())
        .await
        .unwrap();
    found
        .into_iter()
        .map(|found| (found.id.clone(), found))
        .collect()
}

/// Asserts that just the foreign resources are there.
pub async fn only_foreign(world: &World, foreign: &[CloudId], story: &str) {
    let there = everything(world).await;
    let left: Vec<String> = there
        .values()
        .filter(|found| !foreign.contains(&found.id))
        .map(|found| format!("{} {} {}", found.kind, found.name, found.status))
        .collect();
    assert!(left.is_empty(), "{story}: left behind: {left:#?}");
    for id in foreign {
        assert!(
            there.contains_key(id),
            "{story}: somebody else's resource is gone"
        );
    }
}

/// Asserts that every key has one resource, that is ready, and foreign ones are as they were.
pub async fn complete(world: &World, foreign: &[CloudId], expected: &Plan, story: &str) {
    let there = everything(world).await;
    let mut by_key: BTreeMap<Key, Vec<&Found>> = BTreeMap::new();
    for found in there.values().filter(|found| !foreign.contains(&found.id)) {
        let mark = found
            .mark
            .as_ref()
            .unwrap_or_else(|| panic!("{story}: unmarked: {found:?}"));
        by_key.entry(mark.key.clone()).or_default().push(found);
    }
    for step in &expected.steps {
        if let StepAct::Create { resource } = &step.act {
            let found = by_key.remove(&step.key).unwrap_or_default();
            assert_eq!(
                found.len(),
                1,
                "{story}: {} is there {} times",
                step.key,
                found.len()
            );
            assert_eq!(found[0].status, Status::Ready, "{story}: {}", step.key);
            let theirs = found[0].resource.as_ref().unwrap();
            assert_eq!(
                theirs,
                &resource.settled_on(theirs),
                "{story}: {} is not as planned",
                step.key
            );
        }
    }
    assert!(
        by_key.is_empty(),
        "{story}: more than planned: {:?}",
        by_key.keys()
    );
    for id in foreign {
        assert!(
            there.contains_key(id),
            "{story}: somebody else's resource is gone"
        );
    }
}

/// The calls that had an effect, as verb and key, sorted.
pub fn effects(calls: &[Call]) -> Vec<(&'static str, String)> {
    let mut effects: Vec<(&'static str, String)> = calls
        .iter()
        .filter(|call| matches!(call.outcome, Outcome::Done | Outcome::DoneUnanswered))
        .map(|call| {
            let verb = match call.verb {
                Verb::Create => "create",
                Verb::Update => "change",
                Verb::Delete => "delete",
                other => panic!("{other} has no effect"),
            };
            (
                verb,
                call.key
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            )
        })
        .collect();
    effects.sort();
    effects
}

/// The effects that a plan foretells, sorted.
pub fn foretold(plan: &Plan) -> Vec<(&'static str, String)> {
    let mut steps: Vec<(&'static str, String)> = plan
        .steps
        .iter()
        .map(|step| (step.act.verb(), step.key.to_string()))
        .collect();
    steps.sort();
    steps
}
