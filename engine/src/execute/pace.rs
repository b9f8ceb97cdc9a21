//! When to look at what the cloud has taken. Each look is a call or two, so nobody looks before
//! something can have come of it: what a thing of its sort took before is how long it is left
//! alone, and what takes longer is looked at ever more rarely; what all else waits for more often
//! than what has time. It only counts time; it asks nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::key::ResourceKind;

/// A sort of work: what is done to which kind of resource.
pub(crate) type Sort = (ResourceKind, &'static str);

/// How long each sort of work usually takes a cloud.
pub(crate) type Usual = BTreeMap<Sort, Duration>;

/// How much depends on a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Urgency {
    /// The whole run waits for it.
    Pressing,
    /// Other work goes on meanwhile.
    Patient,
}

impl Urgency {
    /// Which part of the time that something takes it may go unnoticed that it is done.
    const fn part(self) -> u32 {
        match self {
            Self::Pressing => 5,
            Self::Patient => 2,
        }
    }
}

/// Work that the cloud has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    pub(super) sort: Sort,
    /// Since this time of the monotonic clock.
    pub(super) since: Duration,
    pub(super) urgency: Urgency,
}

/// The pace of one run.
pub(super) struct Pace {
    shortest: Duration,
    longest: Duration,
    usual: Usual,
    /// When the last look at each kind ended.
    looked: BTreeMap<ResourceKind, Duration>,
}

impl Pace {
    /// A pace between a shortest and a longest pause, by what is known of the cloud.
    pub(super) const fn new((shortest, longest): (Duration, Duration), usual: Usual) -> Self {
        Self {
            shortest,
            longest,
            usual,
            looked: BTreeMap::new(),
        }
    }

    /// What is known of the cloud now.
    pub(super) fn into_usual(self) -> Usual {
        self.usual
    }

    /// Something is done that the cloud had for so long, as far as it was looked at.
    pub(super) fn took(&mut self, sort: Sort, time: Duration) {
        let usual = self.usual.entry(sort).or_insert(time);
        *usual = (*usual * 3 + time) / 4;
    }

    /// A look at these kinds has ended.
    pub(super) fn looked(&mut self, now: Duration, kinds: &BTreeSet<ResourceKind>) {
        self.looked.extend(kinds.iter().map(|kind| (*kind, now)));
    }

    /// Whether something of a kind that the cloud has had since then was left alone for too long,
    /// however often others were looked at meanwhile.
    pub(super) fn is_overdue(&self, now: Duration, kind: ResourceKind, since: Duration) -> bool {
        let looked = self.looked.get(&kind).copied();
        let last = looked.map_or(since, |looked| looked.max(since));
        now.saturating_sub(last) >= self.longest
    }

    /// How long to wait before the next look at some work.
    pub(super) fn pause(&self, now: Duration, work: &[Taken]) -> Duration {
        let bounded = |pause: Duration| pause.clamp(self.shortest, self.longest);
        let due = work
            .iter()
            .map(|taken| {
                let usual = self.usual.get(&taken.sort).copied().unwrap_or_default();
                // A little early, or it would never be seen that things have become quicker.
                match (taken.since + usual * 3 / 4).saturating_sub(now) {
                    Duration::ZERO => {
                        bounded(now.saturating_sub(taken.since) / taken.urgency.part())
                    }
                    left => left,
                }
            })
            .min()
            .unwrap_or(self.shortest)
            .min(self.longest);
        // Things come in groups: the rest of one is given time to catch up.
        let gap = work
            .iter()
            .filter_map(|taken| {
                let usual = self.usual.get(&taken.sort)?;
                Some(bounded(*usual / taken.urgency.part()))
            })
            .min()
            .unwrap_or(self.shortest);
        let rested = work
            .iter()
            .filter_map(|taken| self.looked.get(&taken.sort.0))
            .max()
            .map_or(Duration::ZERO, |looked| (*looked + gap).saturating_sub(now));
        due.max(rested)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: Sort = (ResourceKind::Instance, "create");

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn pace(usual: Usual) -> Pace {
        Pace::new((ms(500), ms(3000)), usual)
    }

    const fn server(since: u64, urgency: Urgency) -> Taken {
        Taken {
            sort: SERVER,
            since: ms(since),
            urgency,
        }
    }

    #[test]
    fn nothing_is_looked_at_before_something_can_have_come_of_it() {
        let known = pace(Usual::from([(SERVER, ms(2000))]));
        for urgency in [Urgency::Patient, Urgency::Pressing] {
            let pause = known.pause(ms(1000), &[server(900, urgency)]);
            assert_eq!(pause, ms(1400), "{urgency:?}");
        }
        // Never longer than the longest pause, or a failure would go unseen.
        let slow = pace(Usual::from([(SERVER, ms(20_000))]));
        let pause = slow.pause(ms(1000), &[server(900, Urgency::Pressing)]);
        assert_eq!(pause, ms(3000));
    }

    #[test]
    fn what_takes_longer_is_looked_at_ever_more_rarely() {
        let unknown = pace(Usual::new());
        let after =
            |age: u64, urgency| unknown.pause(ms(100_000), &[server(100_000 - age, urgency)]);
        assert_eq!(after(0, Urgency::Patient), ms(500));
        assert_eq!(after(2000, Urgency::Patient), ms(1000));
        assert_eq!(after(60_000, Urgency::Patient), ms(3000));
        assert_eq!(after(2000, Urgency::Pressing), ms(500));
        assert_eq!(after(5000, Urgency::Pressing), ms(1000));
        assert_eq!(after(60_000, Urgency::Pressing), ms(3000));
    }

    #[test]
    fn the_first_of_a_group_does_not_draw_a_look_for_each_of_the_others() {
        let mut known = pace(Usual::from([(SERVER, ms(6000))]));
        known.looked(ms(10_000), &BTreeSet::from([SERVER.0]));
        let pause = |urgency| known.pause(ms(10_000), &[server(4_700, urgency)]);
        assert_eq!(pause(Urgency::Patient), ms(3000));
        assert_eq!(pause(Urgency::Pressing), ms(1200));
    }

    #[test]
    fn what_has_become_quicker_is_seen_to_be() {
        let mut pace = pace(Usual::from([(SERVER, ms(8000))]));
        for _ in 0..40 {
            let look = pace.usual[&SERVER] * 3 / 4;
            pace.took(SERVER, look);
        }
        assert!(pace.usual[&SERVER] < ms(3000), "{:?}", pace.usual);
    }

    #[test]
    fn what_was_seen_counts() {
        let mut pace = pace(Usual::new());
        pace.took(SERVER, ms(1000));
        assert_eq!(pace.usual[&SERVER], ms(1000));
        pace.took(SERVER, ms(2000));
        assert_eq!(pace.usual[&SERVER], ms(1250));
    }

    #[test]
    fn looks_at_others_leave_nothing_alone_for_too_long() {
        const ROUTER: ResourceKind = ResourceKind::Router;
        let mut pace = pace(Usual::new());
        assert!(!pace.is_overdue(ms(3000), ROUTER, ms(1000)));
        pace.looked(ms(3900), &BTreeSet::from([SERVER.0]));
        assert!(!pace.is_overdue(ms(4000), SERVER.0, ms(1000)));
        assert!(pace.is_overdue(ms(4000), ROUTER, ms(1000)));
        pace.looked(ms(4000), &BTreeSet::from([ROUTER]));
        assert!(!pace.is_overdue(ms(5000), ROUTER, ms(1000)));
    }
}
