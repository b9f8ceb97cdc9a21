//! How far a loss reaches: which instances go for sure, which may go, and how many of those at most.

use std::collections::{BTreeMap, BTreeSet};

use model::group::{Group, Placement};
use model::name::GroupName;
use model::topology::Topology;

use super::{Ask, Loss, Place, Places};

/// What is left of one group.
pub(super) struct Left {
    /// The ordinals that were running, in the group's own order with their index in it, which
    /// profiles are dealt by.
    pub members: BTreeMap<u32, usize>,
    /// Those lost for sure.
    pub lost: BTreeSet<u32>,
    /// Those that may be lost.
    pub maybe: BTreeSet<u32>,
    /// How many of those at most.
    pub at_most: usize,
    /// Why it can't be told.
    why: Option<&'static str>,
}

impl Left {
    pub(super) fn before(&self) -> u32 {
        count(self.members.len())
    }

    pub(super) fn most(&self) -> u32 {
        count(self.members.len() - self.lost.len())
    }

    pub(super) fn least(&self) -> u32 {
        let may_go = self.at_most.min(self.maybe.len());
        count(self.members.len() - self.lost.len() - may_go)
    }

    /// Why it can't be told how many stand.
    pub(super) fn why(&self) -> Option<&'static str> {
        self.why.filter(|_| self.least() < self.most())
    }

    /// How many of some members stand, at worst or at best.
    pub(super) fn standing(&self, of: impl Fn(u32, usize) -> bool, worst: bool) -> u32 {
        let wanted = || self.members.iter().filter(|(o, index)| of(**o, **index));
        let stand = wanted().filter(|(o, _)| !self.lost.contains(*o)).count();
        let may_go = wanted().filter(|(o, _)| self.maybe.contains(*o)).count();
        let gone = if worst { may_go.min(self.at_most) } else { 0 };
        count(stand - gone)
    }
}

fn count(members: usize) -> u32 {
    u32::try_from(members).unwrap_or(u32::MAX)
}

/// What is left of each group that had running instances.
pub(super) fn left<'a>(ask: &Ask<'a>) -> BTreeMap<&'a GroupName, Left> {
    let mut all = BTreeMap::new();
    let seen = by_group(ask.places);
    for (name, group) in &ask.topology.groups {
        let seen = seen.get(name.as_str());
        let size = ask.sizing.of(name, ask.choices.count(name, group.count));
        let members: BTreeMap<u32, usize> = group
            .ordinals(size)
            .into_iter()
            .enumerate()
            .filter(|(_, ordinal)| !group.stopped.contains(ordinal))
            .map(|(index, ordinal)| (ordinal, index))
            .collect();
        if members.is_empty() {
            continue;
        }
        let mut left = Left {
            members,
            lost: BTreeSet::new(),
            maybe: BTreeSet::new(),
            at_most: 0,
            why: None,
        };
        for loss in ask.losses {
            strike(ask, name, group, loss, seen, &mut left);
        }
        left.maybe = &left.maybe - &left.lost;
        all.insert(name, left);
    }
    all
}

const NO_HOSTS: &str = "it is not known which of its instances share a host";
const APART: &str = "each of its instances has a host of its own, and it is not known which";
const SOME_HOST: &str = "it depends on which host it is";
const NO_ZONES: &str = "it is not known in which zone its instances stand";
const NO_SITE: &str = "it is not known at which site the environment stands";

/// Where instances of one group stand, by their ordinals.
type Seen<'p> = BTreeMap<u32, &'p Place>;

/// Where instances stand, by their group: looked up once for all, since a slider moves while people wait.
fn by_group(places: &Places) -> BTreeMap<&str, Seen<'_>> {
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    for (key, place) in places {
        let part = key.name().strip_suffix(']');
        let Some((group, ordinal)) = part.and_then(|part| part.rsplit_once('[')) else {
            continue;
        };
        if let Ok(ordinal) = ordinal.parse() {
            seen.entry(group).or_default().insert(ordinal, place);
        }
    }
    seen
}

fn strike(
    ask: &Ask,
    name: &GroupName,
    group: &Group,
    loss: &Loss,
    seen: Option<&Seen>,
    left: &mut Left,
) {
    let place = |ordinal: u32| seen?.get(&ordinal).copied();
    let all: Vec<u32> = left.members.keys().copied().collect();
    match loss {
        Loss::Member(of, ordinal) => {
            if of == name && left.members.contains_key(ordinal) {
                left.lost.insert(*ordinal);
            }
        }
        Loss::Site(site) => match &ask.topology.site {
            Some(own) if own == site => left.lost.extend(all),
            Some(_) => {}
            None => may(left, all, usize::MAX, NO_SITE),
        },
        Loss::Zone(zone) => {
            let open = known(left, all, zone, |ordinal| place(ordinal)?.zone.as_ref());
            may(left, open, usize::MAX, NO_ZONES);
        }
        Loss::Host(host) => {
            let open = known(left, all, host, |ordinal| place(ordinal)?.host.as_ref());
            match &group.placement {
                Placement::Any => may(left, open, usize::MAX, NO_HOSTS),
                // Where one of the set stands there already, none else does.
                Placement::Spread | Placement::SpreadWith(_) => {
                    if !occupied(ask.topology, ask.places, name, group, host) {
                        may(left, open, 1, APART);
                    }
                }
            }
        }
        Loss::AnyHost => {
            let mut on: BTreeMap<&str, usize> = BTreeMap::new();
            let mut open = 0;
            for ordinal in &all {
                match place(*ordinal).and_then(|place| place.host.as_ref()) {
                    Some(host) => *on.entry(host).or_default() += 1,
                    None => open += 1,
                }
            }
            let most = on.values().copied().max().unwrap_or(0);
            match &group.placement {
                Placement::Any if open > 0 => may(left, all, most + open, NO_HOSTS),
                Placement::Any => may(left, all, most, SOME_HOST),
                Placement::Spread | Placement::SpreadWith(_) => {
                    may(left, all, most.max(1), SOME_HOST);
                }
            }
        }
    }
}

/// Takes those away that are known to stand there, and gives back those of which nobody knows.
fn known<'p>(
    left: &mut Left,
    all: Vec<u32>,
    there: &str,
    place: impl Fn(u32) -> Option<&'p String>,
) -> Vec<u32> {
    let mut open = Vec::new();
    for ordinal in all {
        match place(ordinal) {
            Some(place) if place == there => {
                left.lost.insert(ordinal);
            }
            Some(_) => {}
            None => open.push(ordinal),
        }
    }
    open
}

/// Some of these may go, so many at most.
fn may(left: &mut Left, which: Vec<u32>, at_most: usize, why: &'static str) {
    if which.is_empty() {
        return;
    }
    left.at_most = left.at_most.saturating_add(at_most.min(which.len()));
    left.maybe.extend(which);
    left.why = left.why.or(Some(why));
}

/// Whether an instance is known on a host that a group's instances have to stand apart from.
fn occupied(
    topology: &Topology,
    places: &Places,
    name: &GroupName,
    group: &Group,
    host: &str,
) -> bool {
    let apart = |other: &GroupName, theirs: &Group| match &group.placement {
        Placement::Any => false,
        Placement::Spread => other == name,
        Placement::SpreadWith(_) => theirs.placement == group.placement,
    };
    let stands = |place: &Place| place.host.as_deref() == Some(host);
    places.iter().any(|(key, place)| {
        let of = key.name().rsplit_once('[').map(|(group, _)| group);
        stands(place)
            && of
                .and_then(|other| topology.groups.get_key_value(other))
                .is_some_and(|(other, theirs)| apart(other, theirs))
    })
}
