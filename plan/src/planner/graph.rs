//! The graph of needs: what comes before what, and how far it must have come by then. It is drawn from
//! what resources hang on, from the order that people declared between groups, and from what clouds can
//! do at once. It sorts nothing.

use std::collections::BTreeMap;

use model::group::Readiness;
use model::id::CloudId;
use model::key::{Key, ResourceKind};
use model::name::GroupName;
use model::resolved::Order;
use model::resource::{Bond, Resource};

use super::fate::{Fate, Fates, Place};
use crate::steps::Until;

/// What a node does to its resource, which may be taken away and made anew, and may come to what is
/// wanted in two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verb {
    Delete,
    Make,
    Finish,
}

impl Verb {
    const ALL: [Self; 3] = [Self::Delete, Self::Make, Self::Finish];
}

/// A node: by verb first, then in the order of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node {
    pub(super) verb: Verb,
    pub(super) of: Place,
}

const fn delete(of: Place) -> Node {
    Node {
        verb: Verb::Delete,
        of,
    }
}

const fn make(of: Place) -> Node {
    Node {
        verb: Verb::Make,
        of,
    }
}

const fn finish(of: Place) -> Node {
    Node {
        verb: Verb::Finish,
        of,
    }
}

/// That a node needs another, by their numbers.
#[derive(Clone, Copy, Debug)]
struct Edge {
    node: u32,
    before: u32,
    until: Until,
}

/// What comes before what. Nodes have numbers in their own order, so that all of it lies in flat lists:
/// a group that depends on another makes an edge for each pair of their instances.
pub(super) struct Graph {
    /// How many resources there are.
    width: usize,
    /// Whether there is such a node, by number.
    present: Vec<bool>,
    /// By node, each pair once.
    edges: Vec<Edge>,
    /// Where the edges of each node begin, by number, and where the last end.
    begins: Vec<usize>,
}

impl Graph {
    /// Draws it; the orders are those that people declared of what will be there, and of what is.
    pub(super) fn of(coming: &Order, going: &Order, fates: &Fates<'_>) -> Self {
        let mut drawing = Drawing {
            fates,
            present: vec![false; fates.len() * Verb::ALL.len()],
            edges: Vec::new(),
        };
        drawing.nodes();
        drawing.bonds();
        drawing.declared_order(coming, going);
        drawing.one_image_at_a_time();
        drawing.drawn()
    }

    /// How many numbers of nodes there are.
    pub(super) fn len(&self) -> usize {
        self.present.len()
    }

    /// The number of a node.
    pub(super) fn number(&self, node: Node) -> usize {
        number(self.width, node)
    }

    /// The node of a number.
    pub(super) fn node(&self, number: usize) -> Option<Node> {
        let verb = Verb::ALL.get(number.checked_div(self.width)?)?;
        let of = Place::try_from(number.checked_rem(self.width)?).ok()?;
        Some(Node { verb: *verb, of })
    }

    /// The numbers of all nodes, in order.
    pub(super) fn numbers(&self) -> impl Iterator<Item = usize> + '_ {
        let all = self.present.iter().enumerate();
        all.filter_map(|(number, present)| present.then_some(number))
    }

    /// The numbers of the nodes that come before one, with how far each must have come.
    pub(super) fn needs(&self, number: usize) -> impl Iterator<Item = (usize, Until)> + '_ {
        let begin = self.begins.get(number).copied().unwrap_or(0);
        let end = self.begins.get(number + 1).copied().unwrap_or(begin);
        let edges = self.edges.get(begin..end).unwrap_or_default();
        edges.iter().map(|edge| (edge.before as usize, edge.until))
    }
}

fn number(width: usize, node: Node) -> usize {
    node.verb as usize * width + node.of as usize
}

/// A graph that is being drawn.
struct Drawing<'f, 'a> {
    fates: &'f Fates<'a>,
    present: Vec<bool>,
    edges: Vec<Edge>,
}

impl<'a> Drawing<'_, 'a> {
    fn number(&self, node: Node) -> usize {
        number(self.fates.len(), node)
    }

    fn add(&mut self, node: Node) {
        let number = self.number(node);
        if let Some(present) = self.present.get_mut(number) {
            *present = true;
        }
    }

    fn has(&self, number: usize) -> bool {
        self.present.get(number).copied().unwrap_or(false)
    }

    /// That a node needs another, where there are both.
    fn edge(&mut self, node: Node, before: Node, until: Until) {
        let (node, before) = (self.number(node), self.number(before));
        if node == before || !self.has(node) || !self.has(before) {
            return;
        }
        if let (Ok(node), Ok(before)) = (u32::try_from(node), u32::try_from(before)) {
            self.edges.push(Edge {
                node,
                before,
                until,
            });
        }
    }

    /// What the cloud takes it away with, where that goes: then nobody needs to ask.
    fn whole(&self, resource: &Resource) -> Option<Place> {
        let (place, fate) = self.fates.find(resource.goes_with()?)?;
        fate.goes().then_some(place)
    }

    /// Which nodes there are, and what those of one resource need of each other.
    fn nodes(&mut self) {
        let fates = self.fates;
        for (place, _, fate) in fates.placed_all() {
            let (between, gone) = match fate {
                Fate::Create(after) => (after.on_the_way(None), None),
                Fate::Replace(before, after) => (after.on_the_way(None), Some(before)),
                Fate::Update(before, after) => (after.on_the_way(Some(before)), None),
                Fate::Delete(before) => (None, Some(before)),
            };
            if !matches!(fate, Fate::Delete(_)) {
                self.add(make(place));
            }
            if gone.is_some_and(|gone| self.whole(gone).is_none()) {
                self.add(delete(place));
                self.edge(make(place), delete(place), Until::Ready);
            }
            if between.is_some() {
                self.add(finish(place));
                self.edge(finish(place), make(place), Until::Ready);
            }
        }
    }

    /// What resources hang on.
    fn bonds(&mut self) {
        let fates = self.fates;
        for (place, key, fate) in fates.placed_all() {
            let (before, after) = fate.sides();
            for (other, bond) in after.into_iter().flat_map(Resource::bonds) {
                self.hangs_on(place, key, fate, (&other, bond));
            }
            for (other, bond) in before.into_iter().flat_map(Resource::bonds) {
                if let Some((other, other_fate)) = fates.find(&other)
                    && other_fate.sides().0.is_some()
                {
                    self.hung_on(place, fate, (other, bond));
                }
            }
        }
    }

    /// What it will hang on comes first.
    fn hangs_on(
        &mut self,
        place: Place,
        key: &Key,
        fate: Fate<'_>,
        (other_key, bond): (&Key, Bond),
    ) {
        if bond == Bond::Told && matches!(fate, Fate::Update(..)) {
            return;
        }
        let Some((other, other_fate)) = self.fates.find(other_key) else {
            return;
        };
        if other_fate.sides().1.is_none() {
            return;
        }
        if bond == Bond::Told {
            self.edge(make(place), make(other), Until::Exists);
            return;
        }
        self.edge(make(place), make(other), until(key, other_key));
        // What hangs on it is done while nothing else happens to it.
        self.edge(finish(other), make(place), Until::Ready);
    }

    /// What it hung on goes, or is worked on, after it.
    fn hung_on(&mut self, place: Place, fate: Fate<'_>, (other, bond): (Place, Bond)) {
        match bond {
            Bond::Part | Bond::Needs => {
                // It goes before what it hangs on goes, or is worked on. What goes along with
                // something else is gone when that is; what it only named is free by then.
                let gone = match fate.sides().0.and_then(|before| self.whole(before)) {
                    None => place,
                    Some(whole) if bond == Bond::Part => whole,
                    Some(_) => return,
                };
                self.edge(delete(other), delete(gone), Until::Ready);
                self.edge(make(other), delete(gone), Until::Ready);
                self.edge(finish(other), delete(gone), Until::Ready);
                // It stops hanging on it before that goes.
                if matches!(fate, Fate::Update(..)) {
                    self.edge(delete(other), make(place), Until::Ready);
                }
            }
            Bond::Told => {}
            // The cloud clears the reference by itself; it is set again after that.
            Bond::Refers => self.edge(make(place), delete(other), Until::Ready),
        }
    }

    /// The order that people declared between groups: instances come after those they depend on,
    /// and go before them.
    fn declared_order(&mut self, coming: &Order, going: &Order) {
        let fates = self.fates;
        let mut come: BTreeMap<&GroupName, Vec<(Place, Fate<'a>)>> = BTreeMap::new();
        let mut go: BTreeMap<&GroupName, Vec<Place>> = BTreeMap::new();
        for (place, _, fate) in fates.placed_all() {
            if let (_, Some(Resource::Instance(instance))) = fate.sides() {
                come.entry(&instance.group).or_default().push((place, fate));
            }
            if let Fate::Delete(Resource::Instance(instance)) = fate {
                go.entry(&instance.group).or_default().push(place);
            }
        }
        for (group, needs) in coming {
            for (other, readiness) in needs {
                let until = match readiness {
                    Readiness::Exists => Until::Exists,
                    Readiness::Ready => Until::Ready,
                };
                for (place, _) in come.get(group).into_iter().flatten() {
                    for (needed, fate) in come.get(other).into_iter().flatten() {
                        if fate.comes() {
                            self.edge(make(*place), make(*needed), until);
                        }
                    }
                }
            }
        }
        for (group, needs) in going {
            for other in needs.keys() {
                for place in go.get(group).into_iter().flatten() {
                    for needed in go.get(other).into_iter().flatten() {
                        self.edge(delete(*needed), delete(*place), Until::Exists);
                    }
                }
            }
        }
    }

    /// A cloud makes one image of an instance at a time.
    fn one_image_at_a_time(&mut self) {
        let fates = self.fates;
        let mut last: BTreeMap<&CloudId, Place> = BTreeMap::new();
        for (place, _, fate) in fates.placed_all() {
            if fate.comes()
                && let (_, Some(Resource::Image(image))) = fate.sides()
                && let Some(instance) = image.instance.fixed()
                && let Some(before) = last.insert(instance, place)
            {
                self.edge(make(place), make(before), Until::Ready);
            }
        }
    }

    fn drawn(self) -> Graph {
        let Self {
            fates,
            present,
            mut edges,
        } = self;
        // Of two between the same nodes the one that waits longer stands.
        edges
            .sort_unstable_by(|a, b| (a.node, a.before, b.until).cmp(&(b.node, b.before, a.until)));
        edges.dedup_by_key(|edge| (edge.node, edge.before));
        let mut begins = vec![0; present.len() + 1];
        for edge in &edges {
            if let Some(count) = begins.get_mut(edge.node as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for begin in &mut begins {
            sum += *begin;
            *begin = sum;
        }
        Graph {
            width: fates.len(),
            present,
            edges,
            begins,
        }
    }
}

/// How far something must have come before what hangs on it can be made: a volume must be ready and
/// an instance run to be attached to each other, and an instance must run to be given a public
/// address, or the address is lost where the cloud fails to start it and it is made anew. Neither
/// waits until the instance itself says that it is ready: for that it may need both. Snapshots,
/// images and volumes must be whole before something is made or started from them. Everything else
/// need only exist.
fn until(key: &Key, other: &Key) -> Until {
    match (key.kind, other.kind) {
        (ResourceKind::VolumeAttachment, ResourceKind::Volume)
        | (ResourceKind::Volume, ResourceKind::VolumeSnapshot)
        | (ResourceKind::Instance, ResourceKind::Volume | ResourceKind::Image) => Until::Ready,
        (ResourceKind::VolumeAttachment | ResourceKind::FloatingIp, ResourceKind::Instance) => {
            Until::Running
        }
        _ => Until::Exists,
    }
}
