//! Understudy beside what people use otherwise, on a real OpenStack: the WebPlatform's copy of nine
//! servers made and removed by each, then the faults that such work meets, each really carried out.
//! Figures are measured anew in every run; nothing that is printed stands here beforehand.

mod arena;
mod calls;
pub mod client;
mod compare;
mod copy;
mod faults;
mod flight;
mod heat;
mod machine;
mod timeline;
mod tool;
mod worker;

use tests::openstack::Lab;
use tokio::signal::unix::{SignalKind, signal};

use copy::{Copy, Variant};
use machine::Patience;
use tool::Kind;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Each tool makes and removes the copy.
    Compare,
    /// Understudy with several caps on calls in flight.
    Flight,
    /// What goes wrong, with each tool.
    Faults,
    /// Each call that Understudy makes.
    Calls,
}

/// Arguments: how many rounds of what is measured more than once, how many minutes of patience with
/// others, and one part where not all are meant.
pub async fn run(arguments: &[String]) {
    let number = |index: usize, usual| match arguments.get(index) {
        Some(text) => text.parse().expect("a number"),
        None => usual,
    };
    let (rounds, patience) = (number(0, 3), number(1, 10));
    let parts = match arguments.get(2).map(String::as_str) {
        None => vec![Part::Compare, Part::Flight, Part::Faults],
        Some("compare") => vec![Part::Compare],
        Some("flight") => vec![Part::Flight],
        Some("faults") => vec![Part::Faults],
        Some("calls") => vec![Part::Calls],
        Some(other) => {
            panic!("there is no part `{other}`: choose compare, flight, faults or calls")
        }
    };
    // Whoever is stopped here is dropped: that ends their processes and takes their folders away.
    // The lab goes with this process, and begins anew the next time.
    let stopped = async {
        let mut ended = signal(SignalKind::terminate()).unwrap();
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = ended.recv() => {}
        }
    };
    tokio::select! {
        () = all(&parts, rounds, Patience::minutes(patience)) => {}
        () = stopped => {
            eprintln!("interrupted");
            std::process::exit(130);
        }
    }
}

async fn all(parts: &[Part], rounds: u64, mut patience: Patience) {
    let rounds = usize::try_from(rounds).expect("a number");
    machine::describe();
    let lab = Lab::get().await;
    lab.provide().await;
    for variant in [Variant::Sound, Variant::Doomed] {
        Copy::of(variant).provide(&lab).await;
    }
    // Nobody else is measured while the services import modules and fill their caches.
    println!("\nwarming up: the copy once");
    compare::once(&lab, Kind::UNDERSTUDY).await;
    for part in parts {
        println!();
        machine::load("before");
        match part {
            Part::Compare => compare::run(&lab, rounds, &mut patience).await,
            Part::Flight => flight::run(&lab, rounds, &mut patience).await,
            Part::Faults => faults::run(&lab).await,
            Part::Calls => timeline::run(&lab, &mut patience).await,
        }
        machine::load("after");
    }
}
