//! Switching to the environment that replicates another, and back: stop writes, wait until the replicas
//! have caught up, promote, point the world there. What is not replicated is said, never passed over.

mod notes;
mod pairs;
mod stop;

use std::collections::{BTreeMap, BTreeSet};

use model::count::Sizing;
use model::name::GroupName;
use model::topology::Topology;

use super::by_hand::pointing;
use super::layers::Layers;
use super::sequence::{After, Draft, Sequence, by_hand};
use super::target::Target;
use super::words;
use super::{Back, Purpose, Runbook, RunbookError};
use crate::state::State;

/// The runbook for letting `secondary`, which replicates `primary`, take over.
pub fn switch_over(primary: &State<'_>, secondary: &State<'_>) -> Result<Runbook, RunbookError> {
    let pairs = pairs::pairs(primary.topology(), secondary.topology())?;
    Ok(Switch::new(Purpose::SwitchOver, primary, secondary, pairs)?.runbook())
}

/// The runbook for letting `primary` take over again from `secondary`.
pub fn switch_back(primary: &State<'_>, secondary: &State<'_>) -> Result<Runbook, RunbookError> {
    let pairs = pairs::pairs(primary.topology(), secondary.topology())?
        .into_iter()
        .map(|(first, second)| (second, first))
        .collect();
    Ok(Switch::new(Purpose::SwitchBack, secondary, primary, pairs)?.runbook())
}

/// One switch, from the environment that serves to the one that shall.
struct Switch<'a> {
    purpose: Purpose,
    from: &'a Topology,
    to: &'a Topology,
    /// What is replicated: the group that serves, and the one that shall.
    pairs: Vec<(GroupName, GroupName)>,
    from_layers: Layers,
    to_layers: Layers,
    sizing: &'a Sizing,
    sequence: Sequence,
}

impl<'a> Switch<'a> {
    fn new(
        purpose: Purpose,
        from: &State<'a>,
        to: &State<'a>,
        mut pairs: Vec<(GroupName, GroupName)>,
    ) -> Result<Self, RunbookError> {
        let from_layers = Layers::of(from)?;
        let to_layers = Layers::of(to)?;
        // Without an instance there is nothing to promote or to stop.
        pairs.retain(|(serving, next)| {
            from_layers.instances.contains_key(serving) && to_layers.instances.contains_key(next)
        });
        Ok(Self {
            purpose,
            from: from.topology(),
            to: to.topology(),
            pairs,
            from_layers,
            to_layers,
            sizing: from.sizing(),
            sequence: Sequence::default(),
        })
    }

    fn runbook(mut self) -> Runbook {
        let ready = self.prepare();
        let stopped = self.stop_writes(&ready);
        let caught_up = self.catch_up(&stopped);
        let serving = self.take_over(&ready, &caught_up);
        let pointed = self.point(&serving);
        self.turn_round(pointed);
        let (from, to) = (&self.from.environment, &self.to.environment);
        Runbook {
            title: match self.purpose {
                Purpose::SwitchBack => format!("Switching back from {from} to {to}"),
                Purpose::SwitchOver
                | Purpose::SetUp
                | Purpose::Change
                | Purpose::Upgrade
                | Purpose::TakeDown => format!("Switching from {from} to {to}"),
            },
            purpose: self.purpose,
            notes: self.notes(),
            stages: self.sequence.stages(),
        }
    }

    /// The other side is looked at, and made to follow where it does not yet.
    fn prepare(&mut self) -> Vec<Reached> {
        let (from, to) = (&self.from.environment, &self.to.environment);
        let mut ready = Vec::new();
        let back = self.purpose == Purpose::SwitchBack;
        for (serving, next) in &self.pairs {
            let what = if back {
                format!("Make {next} follow {serving} of {from}")
            } else {
                format!("See that {next} follows {serving} of {from}")
            };
            let manual = if back {
                vec![by_hand(
                    format!(
                        "Start it from a fresh copy of the data of {serving} of {from}: its own may hold what never got there."
                    ),
                    "It follows without an error.",
                )]
            } else {
                Vec::new()
            };
            let entry = self.sequence.add(
                Draft {
                    what,
                    called: None,
                    on: vec![Target::of(to, next, self.to_layers.ordinals(next))],
                    one_at_a_time: false,
                    manual,
                    check: "It follows without an error, and how far it is behind is known.".into(),
                    back: Back::how(format!("Nothing is changed for users: {from} serves.")),
                },
                Vec::new(),
            );
            ready.push((entry, "follows"));
        }
        let hosts: BTreeSet<&str> = self
            .from
            .groups
            .values()
            .flat_map(|group| words::hosts(self.from, group))
            .collect();
        if !hosts.is_empty() {
            let entry = self.sequence.add(
                Draft {
                    what: "Shorten the lifetime of the DNS names, and wait out the old one".into(),
                    called: Some("the lifetime of the DNS names"),
                    on: vec![Target::shared(
                        hosts.into_iter().map(str::to_owned).collect(),
                    )],
                    one_at_a_time: false,
                    manual: Vec::new(),
                    check: "Resolvers outside tell the short lifetime.".into(),
                    back: Back::how("Lengthen it again."),
                },
                Vec::new(),
            );
            ready.push((entry, "is short"));
        }
        ready
    }

    /// Back before front: what is replicated is promoted, what depends on it follows.
    fn take_over(
        &mut self,
        ready: &[Reached],
        caught_up: &BTreeMap<GroupName, usize>,
    ) -> BTreeMap<GroupName, usize> {
        let to = &self.to.environment;
        let mut serving: BTreeMap<GroupName, usize> = BTreeMap::new();
        for name in &self.to_layers.order {
            let Some(group) = self.to.groups.get(name) else {
                continue;
            };
            let mut after: Vec<After> = self
                .to_layers
                .needed(name)
                .filter_map(|needed| {
                    Some(After {
                        entry: *serving.get(needed)?,
                        holds: "serves",
                        why: format!("{name} depends on it (declared)"),
                    })
                })
                .collect();
            let ordinals = self.to_layers.ordinals(name);
            let draft = if let Some(entry) = caught_up.get(name) {
                after.push(After {
                    entry: *entry,
                    holds: "has caught up",
                    why: "what it lacks would be lost".to_owned(),
                });
                promote(
                    self.from,
                    self.to,
                    name,
                    &ordinals,
                    stop::writers(self.to, name, &ordinals),
                )
            } else {
                after.extend(after_all(ready, "nothing moves before that"));
                Draft {
                    what: format!("See that {name} serves at {to}"),
                    called: None,
                    on: vec![Target::of(to, name, ordinals)],
                    one_at_a_time: false,
                    manual: Vec::new(),
                    check: format!("Each {}.", words::serves(self.to, group)),
                    back: Back::how("Nothing is changed for users yet."),
                }
            };
            let entry = self.sequence.add(draft, after);
            serving.insert(name.clone(), entry);
        }
        serving
    }

    fn point(&mut self, serving: &BTreeMap<GroupName, usize>) -> Option<usize> {
        let (from, to) = (&self.from.environment, &self.to.environment);
        let manual = pointing(self.to);
        if manual.is_empty() {
            return None;
        }
        let groups: Vec<Target> = self
            .to_layers
            .order
            .iter()
            .filter(|name| {
                let group = self.to.groups.get(*name);
                let hosts = group.is_some_and(|group| !words::hosts(self.to, group).is_empty());
                let mut nodes = self.to.external.values();
                hosts || nodes.any(|node| node.reaches.contains(*name))
            })
            .map(|name| Target::of(to, name, Vec::new()))
            .collect();
        let entries: Vec<Reached> = serving.values().map(|entry| (*entry, "serves")).collect();
        let draft = Draft {
            what: format!("Point the world at {to}"),
            called: None,
            on: groups,
            one_at_a_time: false,
            manual,
            check: format!(
                "Each name answers from outside, writes succeed, and {from} gets no request any more."
            ),
            back: Back::how(format!(
                "Point everything back at {from}, and make it writable. What was written at {to} meanwhile is lost, unless you go on and switch back."
            )),
        };
        let after = after_all(&entries, "users come with it");
        Some(self.sequence.add(draft, after.collect()))
    }

    /// The side that served follows, or there is no way back.
    fn turn_round(&mut self, pointed: Option<usize>) {
        let (from, to) = (&self.from.environment, &self.to.environment);
        for (was, now) in &self.pairs {
            let after = pointed.map(|entry| After {
                entry,
                holds: "serves users",
                why: "it follows the site that takes the writes".to_owned(),
            });
            let draft = Draft {
                what: format!("Make {was} of {from} follow {now} of {to}"),
                called: None,
                on: vec![Target::of(from, was, self.from_layers.ordinals(was))],
                one_at_a_time: false,
                manual: Vec::new(),
                check: "It follows without an error.".into(),
                back: Back::how(match self.purpose {
                    Purpose::SwitchBack => "By switching over again.",
                    Purpose::SwitchOver
                    | Purpose::SetUp
                    | Purpose::Change
                    | Purpose::Upgrade
                    | Purpose::TakeDown => "By the runbook for switching back.",
                }),
            };
            self.sequence.add(draft, after.into_iter().collect());
        }
    }
}

/// An entry, and what holds once it is done.
type Reached = (usize, &'static str);

fn after_all<'a>(entries: &'a [Reached], why: &'a str) -> impl Iterator<Item = After> + 'a {
    entries.iter().map(move |(entry, holds)| After {
        entry: *entry,
        holds,
        why: why.to_owned(),
    })
}

fn promote(
    from: &Topology,
    to: &Topology,
    name: &GroupName,
    ordinals: &[u32],
    primaries: Vec<u32>,
) -> Draft {
    let mut manual = vec![by_hand(
        format!(
            "Stop it following {}, and let it take writes.",
            from.environment
        ),
        "A write succeeds, and is read again.",
    )];
    let others: Vec<u32> = ordinals
        .iter()
        .filter(|ordinal| !primaries.contains(ordinal))
        .copied()
        .collect();
    if !others.is_empty() {
        manual.push(by_hand(
            format!(
                "Let {} follow it.",
                Target::of(&to.environment, name, others)
            ),
            "They follow without an error.",
        ));
    }
    Draft {
        what: format!("Promote {name}"),
        called: None,
        on: vec![Target::of(&to.environment, name, primaries)],
        one_at_a_time: false,
        manual,
        check: "It takes writes, and its replicas follow it.".into(),
        back: Back::how(format!(
            "As long as no user has written there: make it follow again, and {} writable. Afterwards what was written would be lost.",
            from.environment
        )),
    }
}
