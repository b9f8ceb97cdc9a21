//! Each call that Understudy makes for the copy, and when: what its time goes into. For whoever wants
//! to make it quicker.

use std::time::Duration;

use tests::openstack::{Lab, Quotas};

use super::arena::Arena;
use super::calls::OwnCall;
use super::compare::act;
use super::copy::{Copy, Variant};
use super::machine::Patience;
use super::tool::{Act, Kind, Tool};

/// Makes and removes the copy twice in one process, and prints the calls of each act.
pub async fn run(lab: &Lab, patience: &mut Patience) {
    let copy = Copy::of(Variant::Sound);
    let arena = Arena::open(lab, &copy, Quotas::default()).await;
    let mut tool = Tool::start(Kind::UNDERSTUDY, &arena).await;
    for experience in ["just started", "running"] {
        for what in [Act::Create, Act::Remove] {
            patience.calm().await;
            let before = OwnCall::all(lab).len();
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
            if let Some(error) = done.took.error {
                println!("failed: {error}");
            }
        }
    }
    drop(tool);
    arena.close().await;
}
