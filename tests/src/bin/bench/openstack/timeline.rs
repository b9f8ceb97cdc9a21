//! Each call that Understudy makes for the copy, and when, and all that the services then do for each
//! other: what its time goes into. For whoever wants to make it quicker.

use std::collections::BTreeMap;
use std::time::Duration;

use tests::openstack::{Lab, Quotas};

use super::arena::Arena;
use super::calls::{OwnCall, Sort, cpu_of_each};
use super::compare::act;
use super::copy::{Copy, Variant};
use super::machine::Patience;
use super::tool::{Act, Kind, Tool};
use crate::table::columns;

/// Makes and removes the copy twice in one process, and prints the calls of each act.
pub async fn run(lab: &Lab, patience: &mut Patience) {
    let copy = Copy::of(Variant::Sound);
    let arena = Arena::open(lab, &copy, Quotas::default()).await;
    let mut tool = Tool::start(Kind::UNDERSTUDY, &arena).await;
    for experience in ["just started", "running"] {
        for what in [Act::Create, Act::Remove] {
            patience.calm().await;
            let before = OwnCall::all(lab).len();
            let (sorts, cpu) = (Sort::so_far(lab), cpu_of_each(lab));
            let done = act(lab, &mut tool, what).await;
            println!(
                "\n{experience}, {}: {:.2} s, {:.2} s of CPU; the services {:.1} s",
                what.word(),
                done.took.time.as_secs_f64(),
                done.took.cpu.as_secs_f64(),
                done.work.cpu.as_secs_f64(),
            );
            let calls = OwnCall::all(lab).split_off(before);
            let first = calls.first().map_or(0.0, |call| call.at);
            println!("{} calls", calls.len());
            for call in calls {
                let begun = call.at - first;
                let ended = Duration::from_secs_f64(begun) + Duration::from_millis(call.millis);
                println!(
                    "{begun:6.2} to {:6.2} {:9} {}",
                    ended.as_secs_f64(),
                    call.service,
                    call.words
                );
            }
            services(lab, &sorts, &cpu);
            if let Some(error) = done.took.error {
                println!("failed: {error}");
            }
        }
    }
    drop(tool);
    arena.close().await;
}

/// What the services have done since: CPU time of each, and the calls by their sort, those first that
/// took longest in all.
fn services(
    lab: &Lab,
    sorts: &BTreeMap<Sort, (usize, Duration)>,
    cpu: &[(&'static str, Duration)],
) {
    println!("\nCPU of the services");
    for ((name, now), (_, before)) in cpu_of_each(lab).into_iter().zip(cpu) {
        let spent = now.saturating_sub(*before);
        println!("{name:10} {:6.2} s", spent.as_secs_f64());
    }
    let mut since: Vec<(Sort, usize, Duration)> = Sort::so_far(lab)
        .into_iter()
        .map(|(sort, (count, took))| {
            let (counted, spent) = sorts.get(&sort).copied().unwrap_or_default();
            (sort, count - counted, took.saturating_sub(spent))
        })
        .filter(|(_, count, _)| *count > 0)
        .collect();
    since.sort_by_key(|(_, _, took)| std::cmp::Reverse(*took));
    println!("\nCalls by who made them");
    let rows: Vec<[String; 5]> = since
        .into_iter()
        .map(|(sort, count, took)| {
            [
                count.to_string(),
                took.as_millis().to_string(),
                sort.who,
                sort.service.to_owned(),
                sort.what,
            ]
        })
        .collect();
    columns(&rows);
}
