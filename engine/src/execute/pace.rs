//! When to look at what the cloud has taken. Each look is a call or two, so nobody looks before
//! something can have come of it: what a thing of its sort took before is how long it is left
//! alone, and what takes longer is looked at ever more rarely. It only counts time; it asks nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::key::ResourceKind;

/// A sort of work: what is done to which kind of resource.
pub(crate) type Sort = (ResourceKind, &'static str);

/// How long each sort of work usually takes a cloud.
pub(crate) type Usual = BTreeMap<Sort, Duration>;

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

    /// How long to wait before the next look at work of these sorts, each with the time since when
    /// the cloud has had it.
    pub(super) fn pause(&self, now: Duration, work: &[(Sort, Duration)]) -> Duration {
        let bounded = |pause: Duration| pause.clamp(self.shortest, self.longest);
        let due = work
            .iter()
            .map(|(sort, since)| {
                let usual = self.usual.get(sort).copied().unwrap_or_default();
                match (*since + usual).saturating_sub(now) {
                    Duration::ZERO => bounded(now.saturating_sub(*since) / 2),
                    left => left,
                }
            })
            .min()
            .unwrap_or(self.shortest)
            .min(self.longest);
        // Things come in groups: the rest of one is given time to catch up.
        let gap = work
            .iter()
            .filter_map(|(sort, _)| self.usual.get(sort))
            .min()
            .map_or(self.shortest, |usual| bounded(*usual / 2));
        let rested = work
            .iter()
            .filter_map(|((kind, _), _)| self.looked.get(kind))
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

    #[test]
    fn nothing_is_looked_at_before_something_can_have_come_of_it() {
        let known = pace(Usual::from([(SERVER, ms(2000))]));
        assert_eq!(known.pause(ms(1000), &[(SERVER, ms(900))]), ms(1900));
        // Never longer than the longest pause, or a failure would go unseen.
        let slow = pace(Usual::from([(SERVER, ms(20_000))]));
        assert_eq!(slow.pause(ms(1000), &[(SERVER, ms(900))]), ms(3000));
    }

    #[test]
    fn what_takes_longer_is_looked_at_ever_more_rarely() {
        let unknown = pace(Usual::new());
        let after = |age: u64| unknown.pause(ms(100_000), &[(SERVER, ms(100_000 - age))]);
        assert_eq!(after(0), ms(500));
        assert_eq!(after(2000), ms(1000));
        assert_eq!(after(60_000), ms(3000));
    }

    #[test]
    fn the_first_of_a_group_does_not_draw_a_look_for_each_of_the_others() {
        let mut known = pace(Usual::from([(SERVER, ms(4000))]));
        known.looked(ms(10_000), &BTreeSet::from([SERVER.0]));
        assert_eq!(known.pause(ms(10_000), &[(SERVER, ms(6_100))]), ms(2000));
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
