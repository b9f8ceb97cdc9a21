//! The copy made and removed by each tool in turn, several times.

use std::time::{Duration, Instant};

use tests::openstack::{Lab, Quotas};

use super::arena::{Arena, Counts, told};
use super::calls::{OwnCall, Work};
use super::client::busy;
use super::copy::{Copy, Variant};
use super::machine::{CALM, Cpu, Patience};
use super::tool::{Act, Experience, Kind, Order, Ports, Took, Tool};
use crate::table::{Spread, columns};

/// One act of a tool, and what the services did for it.
pub struct Done {
    pub took: Took,
    pub work: Work,
    /// How many of the tool's calls there were from the first to the last that changed something.
    changing: usize,
    /// What the whole machine did meanwhile.
    pub cpu: Cpu,
    /// What of that was for this.
    ours: Duration,
}

/// One copy made and removed.
pub struct Round {
    pub create: Done,
    pub remove: Done,
    /// What there was once it was made.
    pub made: Counts,
    /// What was left behind.
    pub left: Counts,
}

impl Round {
    fn cpu(&self) -> Duration {
        self.create.took.cpu + self.remove.took.cpu
    }

    /// The share of the machine that others took.
    pub fn others(&self) -> f64 {
        let [create, remove] = [&self.create, &self.remove];
        let cpu = Cpu {
            busy: create.cpu.busy + remove.cpu.busy,
            all: create.cpu.all + remove.cpu.all,
        };
        cpu.others(create.ours + remove.ours)
    }

    fn both(&self, figure: impl Fn(&Work) -> usize) -> usize {
        figure(&self.create.work) + figure(&self.remove.work)
    }
}

pub async fn act(lab: &Lab, tool: &mut Tool, act: Act) -> Done {
    let calls = OwnCall::all(lab).len();
    let (before, here, all) = (Work::so_far(lab), busy(), Cpu::so_far());
    let took = tool.act(act).await;
    let work = Work::once_quiet(lab).await.since(before);
    let cpu = Cpu::so_far().since(all);
    let ours = work.cpu + took.cpu + busy().saturating_sub(here);
    let calls = OwnCall::all(lab).split_off(calls);
    Done {
        took,
        work,
        changing: OwnCall::of_the_work(&calls).len(),
        cpu,
        ours,
    }
}

/// Makes the copy and removes it, in a project of its own.
pub async fn once(lab: &Lab, kind: Kind) -> Round {
    let copy = Copy::of(Variant::Sound);
    let arena = Arena::open(lab, &copy, Quotas::default()).await;
    let mut tool = Tool::start(kind, &arena).await;
    if let Kind::Understudy {
        experience: Experience::OneCopy,
        ..
    } = kind
    {
        for first in [Act::Create, Act::Remove] {
            act(lab, &mut tool, first).await;
        }
    }
    let create = act(lab, &mut tool, Act::Create).await;
    let made = arena.made().await;
    let remove = act(lab, &mut tool, Act::Remove).await;
    let left = arena.made().await;
    for (what, done) in [("create", &create), ("remove", &remove)] {
        if let Some(error) = &done.took.error {
            println!("{kind}: {what} failed: {error}");
        }
    }
    arena.close().await;
    let round = Round {
        create,
        remove,
        made,
        left,
    };
    println!(
        "{kind:35} create {:5.1} s  remove {:5.1} s  others took {:2.0} % of the machine",
        round.create.took.time.as_secs_f64(),
        round.remove.took.time.as_secs_f64(),
        100.0 * round.others(),
    );
    round
}

/// How often a round is measured in which others are in the way.
const TRIES: usize = 3;

/// The same while others leave the machine alone; else the least disturbed of some tries.
pub async fn undisturbed(lab: &Lab, kind: Kind, patience: &mut Patience) -> Round {
    let mut tries = Vec::new();
    loop {
        patience.calm().await;
        let begun = Instant::now();
        let round = once(lab, kind).await;
        let calm = round.others() < CALM;
        tries.push(round);
        if calm || tries.len() == TRIES || !patience.spend(begun.elapsed()) {
            tries.sort_by(|a, b| a.others().total_cmp(&b.others()));
            return tries.swap_remove(0);
        }
    }
}

/// How a script with threads may be set; the best of them is the one to compare with.
const SCRIPTS: [Kind; 5] = [
    parallel(4, Ports::Own),
    parallel(8, Ports::Own),
    parallel(4, Ports::Nova),
    parallel(8, Ports::Nova),
    parallel(12, Ports::Nova),
];

const fn parallel(workers: usize, ports: Ports) -> Kind {
    Kind::Parallel { workers, ports }
}

/// The script that makes and removes it quickest, each tried once.
async fn best_script(lab: &Lab, patience: &mut Patience) -> Kind {
    println!("which script with threads is the quickest, each once");
    let mut best: Option<(Duration, Kind)> = None;
    for kind in SCRIPTS {
        let round = undisturbed(lab, kind, patience).await;
        let time = round.create.took.time + round.remove.took.time;
        let sound = round.create.took.error.is_none() && round.remove.took.error.is_none();
        if sound && best.is_none_or(|(least, _)| time < least) {
            best = Some((time, kind));
        }
    }
    best.expect("a script that works").1
}

/// Measures and prints.
pub async fn run(lab: &Lab, rounds: usize, patience: &mut Patience) {
    let best = best_script(lab, patience).await;
    let kinds = [
        Kind::understudy(Experience::OneCopy),
        Kind::HEAT,
        Kind::Heat { order: Order::Kept },
        Kind::Sequential,
        best,
        Kind::UNDERSTUDY,
    ];
    let mut all: Vec<Vec<Round>> = kinds.iter().map(|_| Vec::new()).collect();
    for round in 1..=rounds {
        println!("round {round} of {rounds}");
        for (kind, results) in kinds.iter().zip(&mut all) {
            results.push(undisturbed(lab, *kind, patience).await);
        }
    }
    println!("\nthe copy of nine servers; median (least to most) of {rounds}");
    let mut table = vec![
        [
            "tool",
            "create, s",
            "remove, s",
            "client CPU, s",
            "client's calls",
            "all calls",
            "services' CPU, s",
            "others, %",
            "made",
            "left behind",
        ]
        .map(str::to_owned),
    ];
    for (kind, results) in kinds.iter().zip(&all) {
        table.push(row(*kind, results, &all[0][0].made));
    }
    columns(&table);
    goals(&kinds, &all);
}

fn row(kind: Kind, rounds: &[Round], meant: &Counts) -> [String; 10] {
    let counted = |figure: fn(&Work) -> usize| {
        let create = Spread::of(rounds.iter().map(|r| figure(&r.create.work)));
        let remove = Spread::of(rounds.iter().map(|r| figure(&r.remove.work)));
        format!("{} + {}", create.median, remove.median)
    };
    let resources: usize = rounds[0].made.values().sum();
    let made = if rounds.iter().all(|round| round.made == *meant) {
        resources.to_string()
    } else {
        format!("other: {}", told(&rounds[0].made))
    };
    let most = rounds
        .iter()
        .max_by_key(|round| round.left.values().sum::<usize>());
    [
        kind.to_string(),
        Spread::of(rounds.iter().map(|r| r.create.took.time)).seconds(1),
        Spread::of(rounds.iter().map(|r| r.remove.took.time)).seconds(1),
        Spread::of(rounds.iter().map(Round::cpu)).seconds(2),
        counted(|work| work.own),
        counted(|work| work.all),
        Spread::of(rounds.iter().map(|r| r.create.work.cpu + r.remove.work.cpu)).seconds(1),
        most_by_others(rounds),
        made,
        most.map_or_else(String::new, |round| told(&round.left)),
    ]
}

/// The largest share of the machine that others took in any of the rounds, in per cent.
pub fn most_by_others(rounds: &[Round]) -> String {
    let most = rounds.iter().map(Round::others).fold(0.0, f64::max);
    format!("{:.0}", 100.0 * most)
}

/// A time that a round took.
type Figure = fn(&Round) -> Duration;

/// Ours beside what it is meant to be.
fn goals(kinds: &[Kind], all: &[Vec<Round>]) {
    let median = |index: usize, figure: Figure| {
        Spread::of(all[index].iter().map(figure))
            .median
            .as_secs_f64()
    };
    let create: Figure = |round| round.create.took.time;
    let remove: Figure = |round| round.remove.took.time;
    let [ours, heat, in_order, _, script] = [0, 1, 2, 3, 4];
    let shares = |heat| {
        let share = |figure| 100.0 * median(ours, figure) / median(heat, figure);
        format!(
            "create {:.0} %, remove {:.0} %",
            share(create),
            share(remove)
        )
    };
    let median_of = |figure: fn(&Done) -> usize| {
        Spread::of(all[ours].iter().map(|round| figure(&round.create))).median
    };
    let calls = median_of(|create| create.work.own);
    let changing = median_of(|create| create.changing);
    println!();
    let rows = [
        [
            "share of Heat's time".to_owned(),
            shares(heat),
            "at most 40 %".to_owned(),
        ],
        [
            "share of Heat's time, in the same order".to_owned(),
            shares(in_order),
            "at most 40 %".to_owned(),
        ],
        [
            format!("beside {}", kinds[script]),
            format!(
                "create {:.1} to {:.1} s, remove {:.1} to {:.1} s",
                median(ours, create),
                median(script, create),
                median(ours, remove),
                median(script, remove)
            ),
            "no slower".to_owned(),
        ],
        [
            "calls to create".to_owned(),
            format!(
                "{changing}, and {} before and after to prove and to see what came of it",
                calls - changing
            ),
            "at most 45".to_owned(),
        ],
        [
            "CPU of create and remove".to_owned(),
            format!("{:.2} s", median(ours, Round::cpu)),
            "under 0.2 s".to_owned(),
        ],
        [
            "calls of the tool, and all".to_owned(),
            format!(
                "{} and {}; Heat {} and {}",
                all[ours][0].both(|work| work.own),
                all[ours][0].both(|work| work.all),
                all[heat][0].both(|work| work.own),
                all[heat][0].both(|work| work.all)
            ),
            String::new(),
        ],
    ];
    columns(&rows);
}
