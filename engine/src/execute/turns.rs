//! Whose turn it is: of all steps that could go next, the one that the most comes after. It only
//! decides the order of what the needs of a plan leave open, so that nothing depends on it but time.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use model::key::Key;
use model::resource::Resource;
use plan::Plan;
use plan::steps::{Need, Step, StepAct, Until};

use super::progress::Progress;

/// How long a call takes, and how long it takes until what was called for is there, in the same
/// measure: only which of two chains is the longer counts.
const CALL: u32 = 1;
const WAIT: u32 = 4;

/// Which part of the calls is for steps that nothing waits for, while others go on.
const LAST: usize = 3;

/// The turns of a plan's steps.
pub(super) struct Turns<'a> {
    plan: &'a Plan,
    /// How much comes after each step at least.
    heights: Vec<u32>,
    /// The steps' numbers, the highest first.
    order: Vec<usize>,
    /// The steps that make instances of each server group.
    apart: BTreeMap<&'a Key, Vec<usize>>,
}

impl<'a> Turns<'a> {
    /// Of a plan.
    pub(super) fn of(plan: &'a Plan) -> Self {
        let heights = heights(plan);
        let mut order: Vec<usize> = (0..plan.steps.len()).collect();
        order.sort_by_key(|index| (Reverse(heights[*index]), *index));
        let mut apart: BTreeMap<&Key, Vec<usize>> = BTreeMap::new();
        for (index, step) in plan.steps.iter().enumerate() {
            if let Some(group) = server_group(step) {
                apart.entry(group).or_default().push(index);
            }
        }
        Self {
            plan,
            heights,
            order,
            apart,
        }
    }

    /// How much comes after a step at least.
    pub(super) fn height(&self, index: usize) -> u32 {
        self.heights[index]
    }

    /// The next step to begin, if so many calls may be under way at once.
    pub(super) fn next(&self, progress: &[Progress], calls_in_flight: usize) -> Option<usize> {
        if calls(progress, |_| true) >= calls_in_flight {
            return None;
        }
        let room_for_last = self.has_room_for_last(progress, calls_in_flight);
        let mut order = self.order.iter().copied();
        order.find(|index| {
            (self.heights[*index] > 0 || room_for_last) && self.may_begin(progress, *index)
        })
    }

    /// Whether a step that nothing waits for may begin. While others go on they leave most of the
    /// calls to those: a cloud that does one thing after the other does first what all waits for.
    fn has_room_for_last(&self, progress: &[Progress], calls_in_flight: usize) -> bool {
        let others = progress
            .iter()
            .zip(&self.heights)
            .any(|(progress, height)| *height > 0 && *progress != Progress::Done);
        let last = calls(progress, |index| self.heights[index] == 0);
        !others || last < (calls_in_flight / LAST).max(1)
    }

    fn may_begin(&self, progress: &[Progress], index: usize) -> bool {
        let needs = &self.plan.steps[index].needs;
        progress[index] == Progress::Waiting
            && needs.iter().all(|need| holds(progress, *need))
            && !self.is_another_being_placed(progress, index)
    }

    /// Whether another instance of the same server group is being asked for. A cloud that has to
    /// place several at once sees none of the others: it puts them on one host, notices too late,
    /// and starts them anew elsewhere or fails (seen of Nova: 12 of 40 placements).
    fn is_another_being_placed(&self, progress: &[Progress], index: usize) -> bool {
        let group = server_group(&self.plan.steps[index]);
        let members = group.and_then(|group| self.apart.get(group));
        members.is_some_and(|members| calls(progress, |index| members.contains(&index)) > 0)
    }
}

/// How many steps of some are being called for.
fn calls(progress: &[Progress], of: impl Fn(usize) -> bool) -> usize {
    let all = progress.iter().enumerate();
    all.filter(|(index, progress)| **progress == Progress::Calling && of(*index))
        .count()
}

/// Whether what a step needs holds.
fn holds(progress: &[Progress], need: Need) -> bool {
    let progress = progress.get(need.step as usize);
    match need.until {
        Until::Exists => matches!(
            progress,
            Some(Progress::Made { .. } | Progress::Running { .. } | Progress::Done)
        ),
        Until::Running => matches!(progress, Some(Progress::Running { .. } | Progress::Done)),
        Until::Ready => matches!(progress, Some(Progress::Done)),
    }
}

/// The server group of the instance that a step makes.
fn server_group(step: &Step) -> Option<&Key> {
    match &step.act {
        StepAct::Create {
            resource: Resource::Instance(instance),
        } => instance.server_group.as_ref(),
        _ => None,
    }
}

/// How much comes after each step at least: the longest chain of calls and waits from its end to the
/// end of the plan. Steps stand in an order in which each comes after those that it needs.
fn heights(plan: &Plan) -> Vec<u32> {
    let mut heights = vec![0; plan.steps.len()];
    for (index, step) in plan.steps.iter().enumerate().rev() {
        for need in &step.needs {
            let wait = match need.until {
                Until::Exists => 0,
                Until::Running | Until::Ready => WAIT,
            };
            let after = heights[index] + CALL + wait;
            if let Some(height) = heights.get_mut(need.step as usize) {
                *height = after.max(*height);
            }
        }
    }
    heights
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use model::count::Sizing;
    use model::file::{Document, parse};
    use model::resolved::{Resolved, resolve};

    use super::*;

    /// Three instances apart from each other, which wait until a fourth is ready; each has a public
    /// address.
    const TEXT: &str = "environment: turns
kind: temporary
flavors:
  small: { vcpus: 1, ram: 1 GiB, disk: 10 GiB }
networks:
  inner: { cidr: 10.30.0.0/24, routed: true }
groups:
  web:
    category: application
    count: 3
    flavor: small
    image: debian
    networks: [inner]
    public_addresses: 3
    placement: spread
    depends_on: { db: ready }
  db:
    category: infrastructure
    count: 1
    flavor: small
    image: debian
    networks: [inner]
    public_addresses: 1
";

    fn plan() -> Plan {
        let Document::Environment(topology) = parse("turns.yaml", TEXT).unwrap() else {
            panic!("no environment");
        };
        let target = resolve(&topology, &Sizing::Planned);
        plan::plan(&Resolved::default(), &target).unwrap()
    }

    /// A plan in the hands of a cloud that takes each call, one at a time.
    struct Story<'a> {
        plan: &'a Plan,
        turns: Turns<'a>,
        progress: Vec<Progress>,
    }

    impl<'a> Story<'a> {
        fn of(plan: &'a Plan) -> Self {
            Self {
                plan,
                turns: Turns::of(plan),
                progress: vec![Progress::Waiting; plan.steps.len()],
            }
        }

        fn number(&self, key: &str) -> usize {
            let mut steps = self.plan.steps.iter();
            steps.position(|step| step.key.to_string() == key).unwrap()
        }

        fn done(&mut self, done: impl Fn(&str) -> bool) {
            for (step, progress) in self.plan.steps.iter().zip(&mut self.progress) {
                if done(&step.key.to_string()) {
                    *progress = Progress::Done;
                }
            }
        }

        /// Begins all that could, with so many calls at once; what that is.
        fn begin(&mut self, calls: usize) -> Vec<String> {
            let mut begun = Vec::new();
            while let Some(index) = self.turns.next(&self.progress, calls) {
                self.progress[index] = Progress::Calling;
                begun.push(self.plan.steps[index].key.to_string());
            }
            begun
        }
    }

    #[test]
    fn what_most_comes_after_goes_first() {
        let plan = plan();
        let mut story = Story::of(&plan);
        assert_eq!(story.begin(1), ["network/inner"]);
        story.done(|key| key == "network/inner");
        // A router is needed late, a server group only by those that wait.
        assert_eq!(story.begin(1), ["subnet/inner"]);
        let height = |key: &str| story.turns.height(story.number(key));
        assert_eq!(height("floating-ip/web[1]"), 0);
        assert!(height("instance/db[1]") > height("instance/web[1]"));
        assert!(height("instance/web[1]") > 0);
    }

    #[test]
    fn members_of_a_server_group_are_asked_for_one_by_one() {
        let plan = plan();
        let mut story = Story::of(&plan);
        story.done(|key| !key.contains("web["));
        assert_eq!(story.begin(6), ["instance/web[1]"]);
        story.done(|key| key == "instance/web[1]");
        let begun = story.begin(6);
        assert_eq!(begun, ["instance/web[2]", "floating-ip/web[1]"]);
    }

    #[test]
    fn what_nothing_waits_for_leaves_most_calls_to_the_others() {
        let plan = plan();
        let mut story = Story::of(&plan);
        story.done(|key| !key.contains("floating-ip") && key != "instance/web[3]");
        let begun = story.begin(6);
        assert_eq!(begun.len(), 3, "{begun:?}");
        assert_eq!(begun[0], "instance/web[3]");
        // Where nothing else is left they have them all.
        story.done(|key| key == "instance/web[3]");
        assert_eq!(story.begin(6).len(), 2);
    }
}
