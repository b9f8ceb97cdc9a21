//! From a plan to stages. A step is in the first stage after all that it needs, so that whatever is in
//! one stage can go in parallel; steps alike in one stage are one entry. The order is the plan's.

use std::collections::{BTreeMap, BTreeSet};

use model::key::{Key, ResourceKind};
use model::name::GroupName;
use model::resolved::Resolved;
use model::topology::Topology;

use super::by_hand;
use super::target::Target;
use super::words::{self, Verb};
use super::{Back, Entry, Hands, Purpose, Runbook, RunbookError, Stage, Wait};
use crate::planner::plan;
use crate::state::State;
use crate::steps::{Plan, Until};

/// The runbook for setting an environment up, where nothing is.
pub fn set_up(state: &State<'_>) -> Result<Runbook, RunbookError> {
    let topology = state.topology();
    let plan = plan(&Resolved::default(), state.resolved())?;
    let title = format!("Setting up {}", topology.environment);
    let mut runbook = of_plan(title, Purpose::SetUp, topology, &plan);
    by_hand::on_new_instances(topology, &mut runbook);
    by_hand::tell_the_world(topology, &mut runbook);
    Ok(runbook)
}

/// The runbook for changing an environment into another state of it.
pub fn change(before: &State<'_>, after: &State<'_>) -> Result<Runbook, RunbookError> {
    let plan = plan(before.resolved(), after.resolved())?;
    let after = after.topology();
    let title = format!("Changing {}", after.environment);
    Ok(of_plan(title, Purpose::Change, after, &plan))
}

/// The runbook for taking an environment down.
pub fn take_down(state: &State<'_>) -> Result<Runbook, RunbookError> {
    let topology = state.topology();
    let plan = plan(state.resolved(), &Resolved::default())?;
    let title = format!("Taking down {}", topology.environment);
    let mut runbook = of_plan(title, Purpose::TakeDown, topology, &plan);
    let nodes: Vec<&str> = topology.external.keys().map(AsRef::as_ref).collect();
    if !nodes.is_empty() {
        runbook.notes.push(format!(
            "Before the first stage: {} must no longer count on it.",
            nodes.join(", ")
        ));
    }
    Ok(runbook)
}

/// What makes steps one entry: the same done with the same kind, for instances of the same group, and
/// the same way back.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    stage: u32,
    verb: Verb,
    kind: ResourceKind,
    group: Option<GroupName>,
}

/// The runbook of any plan, of which the words come from a topology.
pub fn of_plan(title: String, purpose: Purpose, topology: &Topology, plan: &Plan) -> Runbook {
    let stage = stage_of_each(plan);
    let mut alike: BTreeMap<Alike, Vec<u32>> = BTreeMap::new();
    for ((number, step), stage) in (0_u32..).zip(&plan.steps).zip(&stage) {
        let kind = step.key.kind;
        let group = (kind == ResourceKind::Instance)
            .then(|| place(&step.key).map(|(group, _)| group))
            .flatten();
        let alike_to = Alike {
            stage: *stage,
            verb: Verb::of(&step.act),
            kind,
            group,
        };
        alike.entry(alike_to).or_default().push(number);
    }
    let mut stages: Vec<Stage> = Vec::new();
    for (alike, steps) in alike {
        let entry = entry(topology, plan, &stage, &alike, steps);
        if stages.last().is_none_or(|last| last.number != alike.stage) {
            stages.push(Stage {
                number: alike.stage,
                entries: Vec::new(),
                waits_for: Vec::new(),
                back: Back::undo(),
            });
        }
        if let Some(last) = stages.last_mut() {
            last.entries.push(entry);
        }
    }
    settle(&mut stages);
    Runbook {
        title,
        purpose,
        notes: notes(topology, plan),
        stages,
    }
}

fn notes(topology: &Topology, plan: &Plan) -> Vec<String> {
    let mut notes = Vec::new();
    if plan.steps.is_empty() {
        notes.push("There is nothing to do.".to_owned());
    }
    if topology.protected {
        notes.push(format!(
            "{} is protected: Understudy carries nothing out on it that nobody approved.",
            topology.environment
        ));
    }
    notes
}

/// What stages wait for, and how one goes back from each. A stage waits for what its entries have in
/// the stage right before: that is why they are not in an earlier one. What can't be taken back in one
/// stage can't be in any after it.
pub(super) fn settle(stages: &mut [Stage]) {
    let mut gone: Option<u32> = None;
    for stage in stages {
        let waits: BTreeSet<Wait> = stage
            .entries
            .iter()
            .flat_map(|entry| &entry.waits)
            .filter(|wait| wait.stage + 1 == stage.number)
            .cloned()
            .collect();
        stage.waits_for = waits.into_iter().collect();
        let reasons: BTreeSet<&str> = stage
            .entries
            .iter()
            .filter_map(|entry| match &entry.back {
                Back::Impossible { why } => Some(why.as_str()),
                Back::How { .. } => None,
            })
            .collect();
        let since = gone;
        if !reasons.is_empty() {
            gone = gone.or(Some(stage.number));
        }
        stage.back = match (since, stage.number) {
            (Some(since), _) => Back::Impossible {
                why: format!("not all can be brought back since stage {since}"),
            },
            (None, _) if !reasons.is_empty() => Back::Impossible {
                why: reasons.into_iter().collect::<Vec<_>>().join("; "),
            },
            (None, 0 | 1) => Back::undo(),
            (None, 2) => Back::how("Take this stage back, then stage 1."),
            (None, number) => Back::how(format!(
                "Take this stage back, then stages {} to 1, in this order.",
                number - 1
            )),
        };
    }
}

/// The stage of each step, counting from 1. A plan's steps come after those that they need.
fn stage_of_each(plan: &Plan) -> Vec<u32> {
    let mut stages: Vec<u32> = Vec::with_capacity(plan.steps.len());
    for step in &plan.steps {
        let needed = step.needs.iter();
        let last = needed.filter_map(|need| stages.get(need.step as usize));
        stages.push(last.max().map_or(1, |last| last + 1));
    }
    stages
}

/// The group and the ordinal that a key names: `storage[3].data` is of `storage[3]`.
pub(super) fn place(key: &Key) -> Option<(GroupName, u32)> {
    let (group, rest) = key.name().split_once('[')?;
    let (ordinal, _) = rest.split_once(']')?;
    Some((GroupName::new(group).ok()?, ordinal.parse().ok()?))
}

fn targets<'a>(keys: impl Iterator<Item = &'a Key>) -> Vec<Target> {
    let mut groups: BTreeMap<GroupName, BTreeSet<u32>> = BTreeMap::new();
    let mut names = BTreeSet::new();
    for key in keys {
        match place(key) {
            Some((group, ordinal)) => {
                groups.entry(group).or_default().insert(ordinal);
            }
            None => {
                names.insert(key.name().to_owned());
            }
        }
    }
    let groups = groups
        .into_iter()
        .map(|(group, ordinals)| Target::group(&group, ordinals.into_iter().collect()));
    let shared = (!names.is_empty()).then(|| Target::shared(names.into_iter().collect()));
    groups.chain(shared).collect()
}

fn entry(
    topology: &Topology,
    plan: &Plan,
    stage: &[u32],
    alike: &Alike,
    numbers: Vec<u32>,
) -> Entry {
    let Alike {
        stage: _,
        verb,
        kind,
        group,
    } = alike;
    let steps = || {
        numbers
            .iter()
            .filter_map(|number| plan.steps.get(*number as usize))
    };
    let on = targets(steps().map(|step| &step.key));
    // What can't be taken back of any of them can't be taken back of all.
    let back = steps()
        .map(|step| words::back(*verb, *kind, &step.inverse))
        .reduce(|a, b| match a {
            Back::Impossible { .. } => a,
            Back::How { .. } => b,
        })
        .unwrap_or_else(|| Back::how("Nothing was done."));
    let reports = group
        .as_ref()
        .and_then(|name| topology.groups.get(name))
        .is_some_and(|group| {
            !group.first_boot.is_empty()
                || words::profiles(topology, group)
                    .iter()
                    .any(|(_, profile)| !profile.first_boot.is_empty())
        });
    Entry {
        what: words::act(*verb, *kind),
        on,
        by: Hands::Understudy,
        one_at_a_time: false,
        manual: Vec::new(),
        waits: waits(plan, stage, alike, steps()),
        check: words::check(*verb, *kind, reports).to_owned(),
        back,
        steps: numbers,
    }
}

/// What an entry waits for: once for each kind of thing, or each group where these are instances.
fn waits<'a>(
    plan: &Plan,
    stage: &[u32],
    alike: &Alike,
    steps: impl Iterator<Item = &'a crate::steps::Step>,
) -> Vec<Wait> {
    let mut waits: BTreeMap<(u32, String, Verb), (Until, bool, String)> = BTreeMap::new();
    for need in steps.flat_map(|step| &step.needs) {
        let Some(needed) = plan.steps.get(need.step as usize) else {
            continue;
        };
        let Some(at) = stage.get(need.step as usize) else {
            continue;
        };
        let verb = Verb::of(&needed.act);
        let of = place(&needed.key).map(|(group, _)| group);
        let own = words::several(alike.kind);
        let (on, several, why) = match (needed.key.kind, of) {
            (ResourceKind::Instance, Some(group)) => {
                let why = why(alike, verb, &group);
                (group.to_string(), false, why)
            }
            // What goes was in the way of what it hung on; what comes is hung on.
            (kind, _) if verb == Verb::Delete => {
                let why = format!("they hang on {own}");
                (words::several(kind).to_owned(), true, why)
            }
            (kind, _) => {
                let why = format!("{own} hang on them");
                (words::several(kind).to_owned(), true, why)
            }
        };
        let known = waits
            .entry((*at, on, verb))
            .or_insert_with(|| (need.until, several, why));
        known.0 = known.0.max(need.until);
    }
    waits
        .into_iter()
        .map(|((stage, on, verb), (until, several, why))| Wait {
            stage,
            on,
            holds: words::holds(verb, until, several).to_owned(),
            until,
            why,
        })
        .collect()
}

/// Why something waits for the instances of a group.
fn why(alike: &Alike, needed: Verb, group: &GroupName) -> String {
    let kind = words::several(alike.kind);
    match (&alike.group, alike.verb, needed) {
        (Some(own), _, _) if own == group => "they are the same instances".to_owned(),
        (Some(own), Verb::Delete, Verb::Delete) => format!("it depends on {own} (declared)"),
        (Some(own), _, _) => format!("{own} depends on it (declared)"),
        (None, _, Verb::Delete) => format!("its instances hang on {kind}"),
        (None, _, Verb::Create | Verb::Change) => format!("{kind} hang on its instances"),
    }
}
