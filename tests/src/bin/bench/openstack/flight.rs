//! How many calls Understudy should have in flight at once: the engine never has more, and the driver
//! begins with so many before it adapts to the cloud.

use tests::openstack::Lab;

use super::compare::{Round, most_by_others, undisturbed};
use super::machine::Patience;
use super::tool::{Experience, Kind};
use crate::table::{Spread, columns};

/// The caps that are tried.
const CAPS: [usize; 5] = [2, 4, 6, 8, 12];

/// Measures and prints.
pub async fn run(lab: &Lab, rounds: usize, patience: &mut Patience) {
    println!("Understudy with several caps on calls in flight");
    let mut all: Vec<Vec<Round>> = CAPS.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (cap, results) in CAPS.into_iter().zip(&mut all) {
            let kind = Kind::Understudy {
                cap: Some(cap),
                experience: Experience::None,
            };
            results.push(undisturbed(lab, kind, patience).await);
        }
    }
    println!("\ncalls in flight; median (least to most) of {rounds}");
    let mut table = vec![
        [
            "cap",
            "create, s",
            "remove, s",
            "calls",
            "all calls",
            "services' CPU, s",
            "others, %",
        ]
        .map(str::to_owned),
    ];
    for (cap, rounds) in CAPS.into_iter().zip(&all) {
        let calls = |figure: fn(&Round) -> (usize, usize)| {
            let create = Spread::of(rounds.iter().map(|round| figure(round).0)).median;
            let remove = Spread::of(rounds.iter().map(|round| figure(round).1)).median;
            format!("{create} + {remove}")
        };
        table.push([
            cap.to_string(),
            Spread::of(rounds.iter().map(|r| r.create.took.time)).seconds(1),
            Spread::of(rounds.iter().map(|r| r.remove.took.time)).seconds(1),
            calls(|r| (r.create.work.own, r.remove.work.own)),
            calls(|r| (r.create.work.all, r.remove.work.all)),
            Spread::of(rounds.iter().map(|r| r.create.work.cpu + r.remove.work.cpu)).seconds(1),
            most_by_others(rounds),
        ]);
    }
    columns(&table);
}
