//! The order of the nodes of a graph, each after all that it needs.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::graph::{Graph, Node};

/// Sorts them; among those that could come next, what goes comes first, then by key. The nodes that
/// wait for each other, where some do.
pub(super) fn sort(graph: &Graph) -> Result<Vec<Node>, Vec<Node>> {
    let mut waits_for = vec![0_usize; graph.len()];
    let mut followers: Vec<Vec<u32>> = vec![Vec::new(); graph.len()];
    let mut free = BinaryHeap::new();
    for number in graph.numbers() {
        let mut count = 0;
        for (before, _) in graph.needs(number) {
            count += 1;
            if let (Some(followers), Ok(number)) =
                (followers.get_mut(before), u32::try_from(number))
            {
                followers.push(number);
            }
        }
        if count == 0 {
            free.push(Reverse(number));
        } else if let Some(waits) = waits_for.get_mut(number) {
            *waits = count;
        }
    }
    let mut sorted = Vec::new();
    while let Some(Reverse(number)) = free.pop() {
        sorted.extend(graph.node(number));
        let followers = followers.get_mut(number).map(std::mem::take);
        for follower in followers.into_iter().flatten() {
            let follower = follower as usize;
            if let Some(waits) = waits_for.get_mut(follower) {
                *waits -= 1;
                if *waits == 0 {
                    free.push(Reverse(follower));
                }
            }
        }
    }
    let waiting = (0..).zip(&waits_for).filter(|(_, waits)| **waits > 0);
    let waiting: Vec<Node> = waiting
        .filter_map(|(number, _)| graph.node(number))
        .collect();
    if waiting.is_empty() {
        Ok(sorted)
    } else {
        Err(waiting)
    }
}
