//! Killed in the middle: as soon as five of the nine servers are there. Afterwards each is asked for
//! the same once more, then for everything to be taken away.

use std::time::Duration;

use model::operation::OperationState;
use tests::openstack::{Lab, Quotas, Service, Understudy};
use tests::program::Server;

use super::super::arena::{Arena, Counts, excess, told};
use super::super::copy::{Copy, NAME, Variant};
use super::super::tool::{Act, Kind, Tool, pause};
use super::{KINDS, said};
use crate::program::program;
use crate::table::columns;

/// So many servers are there when it happens.
const SERVERS: usize = 5;

/// How long what was under way may still have its effect.
const SETTLED: u64 = 3000;

/// What came of it.
struct Seen {
    /// What there was when it was dead.
    found: Counts,
    /// What came of asking again.
    again: String,
    /// What is there more often than it was meant to be.
    twice: Counts,
    /// What came of asking for its removal.
    removal: String,
    /// What is left after that.
    left: Counts,
}

/// Carries it out and prints what was seen.
pub async fn run(lab: &Lab) {
    println!("killed in the middle, when {SERVERS} servers are there");
    let copy = Copy::of(Variant::Sound);
    let meant = meant(lab, &copy).await;
    let mut table = vec![
        [
            "tool",
            "there when killed",
            "there twice when asked again",
            "left after its removal",
        ]
        .map(str::to_owned),
    ];
    let mut words = Vec::new();
    for kind in KINDS {
        let arena = Arena::open(lab, &copy, Quotas::default()).await;
        let seen = match kind {
            Kind::Understudy { .. } => understudy(&arena, &meant).await,
            Kind::Heat { .. } => heat(&arena, &meant).await,
            Kind::Sequential | Kind::Parallel { .. } => script(kind, &arena, &meant).await,
        };
        arena.close().await;
        eprintln!("  {kind}");
        table.push([
            kind.to_string(),
            told(&seen.found),
            told(&seen.twice),
            told(&seen.left),
        ]);
        let told = format!("asked again: {}; removal: {}", seen.again, seen.removal);
        words.push((kind, told));
    }
    columns(&table);
    said(&words);
}

/// What there is when it is whole.
async fn meant(lab: &Lab, copy: &Copy) -> Counts {
    let arena = Arena::open(lab, copy, Quotas::default()).await;
    let mut tool = Tool::start(KINDS[3], &arena).await;
    let took = tool.act(Act::Create).await;
    assert_eq!(took.error, None);
    let meant = arena.made().await;
    arena.close().await;
    meant
}

/// A script's process; run again it begins from the beginning.
async fn script(kind: Kind, arena: &Arena<'_>, meant: &Counts) -> Seen {
    let Tool::Process(mut worker) = Tool::start(kind, arena).await else {
        panic!("{kind} is no process");
    };
    tokio::select! {
        _ = worker.act(Act::Create) => panic!("{kind} was done before it was killed"),
        () = arena.servers(SERVERS) => {}
    }
    worker.kill().await;
    pause(SETTLED).await;
    let found = arena.made().await;
    let mut tool = Tool::start(kind, arena).await;
    let again = tool.act(Act::Create).await;
    let twice = excess(&arena.made().await, meant);
    let removal = tool.act(Act::Remove).await;
    Seen {
        found,
        again: outcome(again.error, again.time),
        twice,
        removal: outcome(removal.error, removal.time),
        left: arena.made().await,
    }
}

/// Heat's own process; its database stays as it is.
async fn heat(arena: &Arena<'_>, meant: &Counts) -> Seen {
    let lab = arena.lab;
    let mut tool = Tool::start(Kind::HEAT, arena).await;
    tokio::select! {
        _ = tool.act(Act::Create) => panic!("Heat was done before it was killed"),
        () = arena.servers(SERVERS) => {}
    }
    lab.kill(Service::Heat).await;
    pause(SETTLED).await;
    let found = arena.made().await;
    lab.start(Service::Heat).await;
    let again = tool.act(Act::Create).await;
    let twice = excess(&arena.made().await, meant);
    let first = tool.act(Act::Remove).await;
    let mut removal = outcome(first.error.clone(), first.time);
    if first.error.is_some() {
        let second = tool.act(Act::Remove).await;
        removal = format!(
            "{removal}; once more: {}",
            outcome(second.error, second.time)
        );
    }
    Seen {
        found,
        again: outcome(again.error, again.time),
        twice,
        removal,
        left: arena.made().await,
    }
}

/// The server as people run it, killed and started again on the same folder.
async fn understudy(arena: &Arena<'_>, meant: &Counts) -> Seen {
    let (folder, clouds) = (arena.folder(), arena.clouds());
    let options = cloud::openstack::Options::default();
    let config = engine::Config::default();
    let desk = Understudy::open(&folder, &clouds, &options, config).await;
    arena.copy.import(&desk).await;
    let operation = desk.copy(NAME).await.unwrap();
    let serve = || async {
        let variables = [("OS_CLIENT_CONFIG_FILE", clouds.as_os_str())];
        Server::start_with(&program(), &folder, &variables).await
    };
    let server = serve().await;
    arena.servers(SERVERS).await;
    server.kill().await;
    pause(SETTLED).await;
    let found = arena.made().await;
    let server = serve().await;
    let begun = std::time::Instant::now();
    desk.idle().await;
    let again = ended(&desk.operation(operation).await.state);
    let again = outcome(again, begun.elapsed());
    let twice = excess(&arena.made().await, meant);
    let begun = std::time::Instant::now();
    let operation = desk.take_down(NAME).await;
    desk.idle().await;
    let removal = ended(&desk.operation(operation).await.state);
    let removal = outcome(removal, begun.elapsed());
    server.kill().await;
    Seen {
        found,
        again,
        twice,
        removal,
        left: arena.made().await,
    }
}

fn ended(state: &OperationState) -> Option<String> {
    match state {
        OperationState::Done { .. } => None,
        other => Some(format!("{other:?}")),
    }
}

fn outcome(error: Option<String>, time: Duration) -> String {
    let seconds = time.as_secs_f32();
    match error {
        None => format!("done after {seconds:.0} s"),
        Some(error) => format!("failed after {seconds:.0} s: {error}"),
    }
}
